import ColumnFormat

/// Rows of one worker, divided by hash so that each part's groups fit a cache when it is aggregated.
///
/// Used when most rows are groups of their own: aggregating them at once would touch a table far
/// beyond the cache for every row, and the workers' tables would have to be merged.
final class ScatteredRows {
  static let partCount = 64

  /// The part of a hash: bits that neither the slot nor bit 63 uses.
  @inline(__always)
  static func part(of hash: UInt64) -> Int {
    Int(truncatingIfNeeded: (hash &>> 56) & 63)
  }

  /// One part: keys, hashes and the columns that the calls need.
  final class Part {
    var words = BufferBuilder<UInt64>(capacity: 64)
    var hashes = BufferBuilder<UInt64>(capacity: 64)
    private(set) var columns: [GrowingColumn]
    /// Long texts of keys.
    private(set) var arena = ByteArena()

    init(_ types: [SQLType]) { columns = types.map { GrowingColumn($0) } }

    var byteCount: Int {
      columns.reduce(words.count * 8 + hashes.count * 8 + arena.byteCount) { $0 + $1.byteCount }
    }

    /// Forgets the rows, when they are aggregated.
    func drop() {
      words = BufferBuilder<UInt64>(capacity: 1)
      hashes = BufferBuilder<UInt64>(capacity: 1)
      columns = []
      arena = ByteArena()
    }
  }

  let layout: KeyLayout
  /// Positions in the input batch of the columns kept.
  let positions: [Int]
  let parts: [Part]
  private var order = Buffer<UInt32>(count: Batch.rowCountTarget)

  init(_ layout: KeyLayout, positions: [Int], types: [SQLType]) {
    self.layout = layout
    self.positions = positions
    parts = (0..<ScatteredRows.partCount).map { _ in Part(types) }
  }

  var byteCount: Int { parts.reduce(0) { $0 + $1.byteCount } }

  /// Adds a batch whose keys are encoded.
  func append(
    _ batch: Batch,
    words: UnsafePointer<UInt64>,
    hashes: UnsafePointer<UInt64>
  ) {
    let rowCount = batch.rowCount
    if order.count < rowCount { order = Buffer<UInt32>(count: rowCount) }
    var ends = [Int](repeating: 0, count: ScatteredRows.partCount)
    let order = order
    ends.withUnsafeMutableBufferPointer { ends in
      for row in 0..<rowCount { ends[ScatteredRows.part(of: hashes[row])] &+= 1 }
      var sum = 0
      for part in 0..<ScatteredRows.partCount {
        let size = ends[part]
        ends[part] = sum
        sum &+= size
      }
      for row in 0..<rowCount {
        let part = ScatteredRows.part(of: hashes[row])
        order.base[ends[part]] = UInt32(truncatingIfNeeded: row)
        ends[part] &+= 1
      }
    }
    var start = 0
    for (part, end) in zip(parts, ends) where end > start {
      add(batch, words, hashes, rows: order.base + start, rowCount: end - start, to: part)
      start = end
    }
  }

  private func add(
    _ batch: Batch,
    _ words: UnsafePointer<UInt64>,
    _ hashes: UnsafePointer<UInt64>,
    rows: UnsafePointer<UInt32>,
    rowCount: Int,
    to part: Part
  ) {
    let width = layout.wordCount
    part.words.reserve(rowCount &* width)
    part.hashes.reserve(rowCount)
    let first = part.words.count
    if width == 1 {
      for index in 0..<rowCount { part.words.append(words[Int(rows[index])]) }
    } else {
      for index in 0..<rowCount {
        part.words.append(from: words + Int(rows[index]) &* width, count: width)
      }
    }
    for index in 0..<rowCount { part.hashes.append(hashes[Int(rows[index])]) }
    if !layout.textWords.isEmpty {
      let base = part.words.finish().base + first
      for index in 0..<rowCount {
        for text in layout.textWords {
          let place = base + (index &* width &+ text)
          GroupTable.copyText(from: place, to: place, part.arena)
        }
      }
    }
    for (column, position) in zip(part.columns, positions) {
      column.append(batch.columns[position], rows: rows, rowCount: rowCount)
    }
  }
}
