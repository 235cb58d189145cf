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

  /// Some rows of a part: keys, hashes and the columns that the calls need.
  ///
  /// Pages do not grow, so that no row is copied twice; the part that grows by doubling copies and
  /// clears as much memory again as it ends up with.
  final class Page {
    static let rowCountMax = 4096

    let rowCountMax: Int
    fileprivate(set) var rowCount = 0
    /// `wordCount` words a row.
    let words: Buffer<UInt64>
    let hashes: Buffer<UInt64>
    let columns: [GrowingColumn]

    fileprivate init(_ layout: KeyLayout, _ types: [SQLType], rowCountMax: Int) {
      self.rowCountMax = rowCountMax
      words = Buffer(count: rowCountMax * layout.wordCount)
      hashes = Buffer(count: rowCountMax)
      columns = types.map { GrowingColumn($0, capacity: rowCountMax) }
    }

    var byteCount: Int {
      columns.reduce((words.count + hashes.count) * 8) { $0 + $1.byteCount }
    }
  }

  /// The rows whose hashes share some bits.
  final class Part {
    private(set) var rowCount = 0
    private(set) var pages: [Page] = []
    /// Long texts of keys.
    fileprivate var arena = ByteArena()
    /// What keeps the keys' long texts alive.
    var textOwner: AnyObject { arena }
    /// The bytes of all pages but the last.
    private var fullByteCount = 0

    var byteCount: Int { fullByteCount + (pages.last?.byteCount ?? 0) + arena.byteCount }

    /// A page with room for at least one row; the first ones are small, as there are many parts.
    fileprivate func openPage(_ layout: KeyLayout, _ types: [SQLType]) -> Page {
      if let last = pages.last {
        if last.rowCount < last.rowCountMax { return last }
        fullByteCount += last.byteCount
      }
      let size = min(pages.last.map { $0.rowCountMax * 2 } ?? 256, Page.rowCountMax)
      let page = Page(layout, types, rowCountMax: size)
      pages.append(page)
      return page
    }

    fileprivate func count(_ added: Int, on page: Page) {
      page.rowCount += added
      rowCount += added
    }

    /// Forgets the rows, when they are aggregated.
    func drop() {
      rowCount = 0
      pages = []
      fullByteCount = 0
      arena = ByteArena()
    }
  }

  let layout: KeyLayout
  /// Positions in the input batch of the columns kept.
  let positions: [Int]
  let parts: [Part]
  private let types: [SQLType]
  private var order = Buffer<UInt32>(count: Batch.rowCountTarget)

  init(_ layout: KeyLayout, positions: [Int], types: [SQLType]) {
    self.layout = layout
    self.positions = positions
    self.types = types
    parts = (0..<ScatteredRows.partCount).map { _ in Part() }
  }

  var byteCount: Int { parts.reduce(0) { $0 + $1.byteCount } }

  /// Adds `rowCount` rows whose keys are encoded; the batch has the columns that the calls need.
  func append(
    _ batch: Batch,
    words: UnsafePointer<UInt64>,
    hashes: UnsafePointer<UInt64>,
    rowCount: Int
  ) {
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
    for (part, end) in zip(parts, ends) {
      while start < end {
        let page = part.openPage(layout, types)
        let count = min(end - start, page.rowCountMax - page.rowCount)
        add(batch, words, hashes, rows: order.base + start, rowCount: count, to: page, part.arena)
        part.count(count, on: page)
        start += count
      }
    }
  }

  private func add(
    _ batch: Batch,
    _ words: UnsafePointer<UInt64>,
    _ hashes: UnsafePointer<UInt64>,
    rows: UnsafePointer<UInt32>,
    rowCount: Int,
    to page: Page,
    _ arena: ByteArena
  ) {
    let width = layout.wordCount
    let target = page.words.base + page.rowCount &* width
    switch width {
    case 1:
      for index in 0..<rowCount { target[index] = words[Int(rows[index])] }
    case 2:
      for index in 0..<rowCount {
        let source = words + Int(rows[index]) &* 2
        target[index &* 2] = source[0]
        target[index &* 2 &+ 1] = source[1]
      }
    default:
      for index in 0..<rowCount {
        let source = words + Int(rows[index]) &* width
        for word in 0..<width { target[index &* width &+ word] = source[word] }
      }
    }
    let targetHashes = page.hashes.base + page.rowCount
    for index in 0..<rowCount { targetHashes[index] = hashes[Int(rows[index])] }
    for text in layout.textWords {
      for index in 0..<rowCount {
        let place = target + (index &* width &+ text)
        GroupTable.copyText(from: place, to: place, arena)
      }
    }
    for (column, position) in zip(page.columns, positions) {
      column.append(batch.columns[position], rows: rows, rowCount: rowCount)
    }
  }
}
