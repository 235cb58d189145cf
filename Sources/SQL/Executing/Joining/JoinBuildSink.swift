import ColumnFormat

/// Collects the build side of a join, and makes it findable at the end.
final class JoinBuildSink: Sink, @unchecked Sendable {
  private let types: [SQLType]
  private let keys: [Int]
  private let layout: KeyLayout
  private let monitor = Monitor()
  private var workers: [JoinBuildWorker] = []
  /// What scans of the probe side may leave out.
  private let filters: [DynamicFilter?]
  private(set) var table: JoinTable?
  private var account: MemoryAccount?

  /// Collects rows of `types`; `keys` are positions of key columns, `filters` holds for each of them
  /// the filter to set.
  init(
    types: [SQLType],
    keys: [Int],
    filters: [DynamicFilter?],
    statistics: OperatorStatistics?
  ) {
    self.types = types
    self.keys = keys
    self.filters = filters
    layout = KeyLayout(keys.map { types[$0] })
    super.init(statistics: statistics)
  }

  override func makeConsumer(_ worker: WorkerContext) throws -> BatchConsumer {
    let consumer = JoinBuildWorker(
      layout,
      types: types,
      keys: keys,
      MemoryAccount(worker.control.budget, for: "join build"),
      statistics: statistics
    )
    monitor.locked { workers.append(consumer) }
    return consumer
  }

  override func combine(_ control: RunControl) throws {
    let filled = workers.filter { $0.rows.rowCount > 0 }
    workers = []
    let rows = try RowCollection.joined(filled.map(\.rows), types, control)
    guard rows.rowCount < Int(UInt32.max) else {
      throw SQLError(
        .exceededMemory,
        "a join keeps \(rows.rowCount) rows of its right side; it can keep 4294967294"
      )
    }
    let table = JoinTable(
      layout,
      rows: rows,
      words: JoinBuildSink.joined(filled.map { $0.words.finish() }),
      hashes: JoinBuildSink.joined(filled.map { $0.hashes.finish() }),
      nulls: JoinBuildSink.joined(filled.map { $0.nulls.finish() }),
      owners: filled.map(\.arena) + filled.map(\.rows)
    )
    let account = MemoryAccount(control.budget, for: "join table")
    try account.set(table.byteCount + filled.reduce(0) { $0 + $1.rows.byteCount })
    self.account = account
    self.table = table
    for (position, filter) in filters.enumerated() {
      filter?.set(rows.columns[keys[position]], table: keys.count == 1 ? table : nil)
    }
  }

  private static func joined<Element: BitwiseCopyable>(_ parts: [Buffer<Element>]) -> Buffer<
    Element
  > {
    if parts.count == 1 { return parts[0] }
    let all = Buffer<Element>(count: parts.reduce(0) { $0 + $1.count })
    var target = all.base
    for part in parts {
      target.update(from: part.base, count: part.count)
      target += part.count
    }
    return all
  }
}

/// One worker's rows of the build side.
private final class JoinBuildWorker: BatchConsumer {
  let rows: RowCollection
  var words = BufferBuilder<UInt64>()
  var hashes = BufferBuilder<UInt64>()
  var nulls = BufferBuilder<UInt8>()
  let arena = ByteArena()
  private let keys: [Int]
  private let encoder: KeyEncoder
  private let account: MemoryAccount
  private var flags = Buffer<UInt8>(count: Batch.rowCountTarget)

  init(
    _ layout: KeyLayout,
    types: [SQLType],
    keys: [Int],
    _ account: MemoryAccount,
    statistics: OperatorStatistics?
  ) {
    rows = RowCollection(types)
    self.keys = keys
    encoder = KeyEncoder(layout)
    self.account = account
    super.init(statistics: statistics)
  }

  override func consume(_ batch: Batch) throws {
    rows.append(batch)
    if !keys.isEmpty {
      let columns = keys.map { batch.columns[$0] }
      let rowCount = batch.rowCount
      let layout = encoder.layout
      encoder.encode(columns, rowCount: rowCount)
      let first = words.count
      words.append(from: encoder.words, count: rowCount * layout.wordCount)
      hashes.append(from: encoder.hashes, count: rowCount)
      if !layout.textWords.isEmpty {
        let base = words.finish().base + first
        for row in 0..<rowCount {
          for text in layout.textWords {
            let place = base + (row &* layout.wordCount &+ text)
            GroupTable.copyText(from: place, to: place, arena)
          }
        }
      }
      if flags.count < rowCount { flags = Buffer<UInt8>(count: rowCount) }
      UnequalKeys.mark(columns, rowCount: rowCount, flags: flags.base)
      nulls.append(from: flags.base, count: rowCount)
    }
    try account.set(rows.byteCount + words.count * 8 + hashes.count * 8 + arena.byteCount)
  }
}
