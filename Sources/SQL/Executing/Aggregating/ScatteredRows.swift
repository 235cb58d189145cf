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
    // Rows come in small pieces, and each buffer that is looked at would be counted as referenced.
    fileprivate let wordBase: UnsafeMutablePointer<UInt64>
    fileprivate let hashBase: UnsafeMutablePointer<UInt64>

    fileprivate init(_ layout: KeyLayout, _ types: [SQLType], rowCountMax: Int) {
      self.rowCountMax = rowCountMax
      words = Buffer(count: rowCountMax * layout.wordCount)
      hashes = Buffer(count: rowCountMax)
      wordBase = words.base
      hashBase = hashes.base
      columns = types.map { GrowingColumn($0, capacity: rowCountMax) }
    }

    var byteCount: Int {
      columns.reduce((words.count + hashes.count) * 8) { $0 + $1.byteCount }
    }
  }

  /// The rows whose hashes share some bits.
  final class Part {
    private let layout: KeyLayout
    private let types: [SQLType]
    private let monitor: Monitor?
    private(set) var rowCount = 0
    private(set) var pages: [Page] = []
    /// How many rows were left when rows were last left out.
    private(set) var keptRowCount = 0
    /// Long texts of keys.
    private var arena = ByteArena()
    /// What keeps the keys' long texts alive.
    var textOwner: AnyObject { arena }
    /// The bytes of all pages but the last.
    private var fullByteCount = 0

    fileprivate init(_ layout: KeyLayout, _ types: [SQLType], isShared: Bool) {
      self.layout = layout
      self.types = types
      monitor = isShared ? Monitor() : nil
    }

    var byteCount: Int { fullByteCount + (pages.last?.byteCount ?? 0) + arena.byteCount }

    /// Runs `body` while no other worker touches the part, where several may.
    func locked<Result>(_ body: () throws -> Result) rethrows -> Result {
      if let monitor { return try monitor.locked(body) }
      return try body()
    }

    /// A page with room for at least one row; the first ones are small, as there are many parts.
    private func openPage() -> Page {
      if let last = pages.last {
        if last.rowCount < last.rowCountMax { return last }
        fullByteCount += last.byteCount
      }
      let size = min(pages.last.map { $0.rowCountMax * 2 } ?? 256, Page.rowCountMax)
      let page = Page(layout, types, rowCountMax: size)
      pages.append(page)
      return page
    }

    fileprivate func append(
      _ columns: [ScatteredColumn],
      words: UnsafePointer<UInt64>,
      hashes: UnsafePointer<UInt64>,
      rows: UnsafePointer<UInt32>,
      rowCount added: Int
    ) {
      var start = 0
      while start < added {
        let page = openPage()
        let count = min(added - start, page.rowCountMax - page.rowCount)
        page.add(columns, layout, words, hashes, rows: rows + start, rowCount: count, arena)
        rowCount += count
        start += count
      }
    }

    /// Forgets all rows but those at `rows`, which are in ascending order.
    func keep(_ rows: Buffer<UInt32>) {
      let (oldPages, oldArena) = (pages, arena)
      drop()
      var start = 0
      var firstRow = 0
      let local = Buffer<UInt32>(count: Page.rowCountMax)
      for page in oldPages {
        var count = 0
        while start < rows.count && Int(rows.base[start]) < firstRow + page.rowCount {
          local.base[count] = rows.base[start] - UInt32(truncatingIfNeeded: firstRow)
          count += 1
          start += 1
        }
        firstRow += page.rowCount
        append(
          page.columns.map { ScatteredColumn($0.finish()) },
          words: page.words.base,
          hashes: page.hashes.base,
          rows: local.base,
          rowCount: count
        )
      }
      withExtendedLifetime(oldArena) {}
      keptRowCount = rowCount
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
  /// Whether several workers add to the parts, and hear of each.
  private let isShared: Bool
  private var order = Buffer<UInt32>(count: Batch.rowCountTarget)

  /// - Parameters:
  ///   - layout: Of the keys.
  ///   - positions: Of the columns kept, in the input batch.
  ///   - types: Of the columns kept.
  ///   - isShared: Whether several workers add to the parts, each by a ``view()`` of its own.
  init(_ layout: KeyLayout, positions: [Int], types: [SQLType], isShared: Bool = false) {
    self.layout = layout
    self.positions = positions
    self.isShared = isShared
    parts = (0..<ScatteredRows.partCount).map { _ in Part(layout, types, isShared: isShared) }
  }

  private init(sharing other: ScatteredRows) {
    layout = other.layout
    positions = other.positions
    isShared = other.isShared
    parts = other.parts
  }

  /// Another worker's way of adding to the same parts.
  func view() -> ScatteredRows { ScatteredRows(sharing: self) }

  var byteCount: Int { parts.reduce(0) { $0 + $1.byteCount } }

  /// Adds `rowCount` rows whose keys are encoded; the batch has the columns that the calls need.
  ///
  /// `willAdd` and `added` are called for each part that gets rows, while no other worker touches it.
  func append(
    _ batch: Batch,
    words: UnsafePointer<UInt64>,
    hashes: UnsafePointer<UInt64>,
    rowCount: Int,
    willAdd: ((Part) -> Void)? = nil,
    added: ((Part) -> Void)? = nil
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
    let columns = positions.map { ScatteredColumn(batch.columns[$0]) }
    var start = 0
    for number in 0..<ScatteredRows.partCount where ends[number] > start {
      let part = parts[number]
      let (rows, rowCount) = (order.base + start, ends[number] - start)
      start = ends[number]
      if isShared {
        part.locked {
          willAdd?(part)
          part.append(columns, words: words, hashes: hashes, rows: rows, rowCount: rowCount)
          added?(part)
        }
      } else {
        part.append(columns, words: words, hashes: hashes, rows: rows, rowCount: rowCount)
      }
    }
  }
}

extension ScatteredRows.Page {
  /// Adds the rows of columns and keys at `rows`.
  fileprivate func add(
    _ source: [ScatteredColumn],
    _ layout: KeyLayout,
    _ words: UnsafePointer<UInt64>,
    _ hashes: UnsafePointer<UInt64>,
    rows: UnsafePointer<UInt32>,
    rowCount added: Int,
    _ arena: ByteArena
  ) {
    let width = layout.wordCount
    let target = wordBase + rowCount &* width
    switch width {
    case 1:
      for index in 0..<added { target[index] = words[Int(rows[index])] }
    case 2:
      for index in 0..<added {
        let source = words + Int(rows[index]) &* 2
        target[index &* 2] = source[0]
        target[index &* 2 &+ 1] = source[1]
      }
    default:
      for index in 0..<added {
        let source = words + Int(rows[index]) &* width
        for word in 0..<width { target[index &* width &+ word] = source[word] }
      }
    }
    let targetHashes = hashBase + rowCount
    for index in 0..<added { targetHashes[index] = hashes[Int(rows[index])] }
    // Texts come first in every layout.
    for text in 0..<layout.textWords.count {
      for index in 0..<added {
        let place = target + (index &* width &+ text &* 2)
        GroupTable.copyText(from: place, to: place, arena)
      }
    }
    for index in 0..<source.count {
      if let plain = source[index].plain {
        columns[index].append(plain: plain, rows: rows, rowCount: added)
      } else {
        columns[index].append(source[index].column, rows: rows, rowCount: added)
      }
    }
    rowCount += added
  }
}

/// A column of a batch that is divided: what all parts would look up.
private struct ScatteredColumn {
  let column: Column
  /// Its first value, where values have a fixed width and none is null.
  let plain: UnsafeRawPointer?

  init(_ column: Column) {
    self.column = column
    guard column.validity == nil, case .flat(let values) = column.form else {
      plain = nil
      return
    }
    switch values {
    case .boolean(let buffer): plain = UnsafeRawPointer(buffer.base)
    case .int8(let buffer): plain = UnsafeRawPointer(buffer.base)
    case .int16(let buffer): plain = UnsafeRawPointer(buffer.base)
    case .int32(let buffer): plain = UnsafeRawPointer(buffer.base)
    case .int64(let buffer): plain = UnsafeRawPointer(buffer.base)
    case .int128(let buffer): plain = UnsafeRawPointer(buffer.base)
    case .float32(let buffer): plain = UnsafeRawPointer(buffer.base)
    case .float64(let buffer): plain = UnsafeRawPointer(buffer.base)
    case .bytes, .list, .row: plain = nil
    }
  }
}
