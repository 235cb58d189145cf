import ColumnFormat

/// Collects rows by the hash of their partition, so that whole partitions are computed independently.
final class WindowSink: Sink, @unchecked Sendable {
  let types: [SQLType]
  let partitionBy: [Int]
  let layout: KeyLayout
  private let monitor = Monitor()
  private var workers: [WindowWorker] = []

  init(types: [SQLType], partitionBy: [Int], statistics: OperatorStatistics?) {
    self.types = types
    self.partitionBy = partitionBy
    layout = KeyLayout(partitionBy.map { types[$0] })
    super.init(statistics: statistics)
  }

  override func makeConsumer(_ worker: WorkerContext) throws -> BatchConsumer {
    let consumer = WindowWorker(self, MemoryAccount(worker.control.budget, for: "window"))
    monitor.locked { workers.append(consumer) }
    return consumer
  }

  /// One for each hash range that may have rows.
  var partCount: Int { partitionBy.isEmpty ? 1 : ScatteredRows.partCount }

  /// All rows of a part, and for each the number of its partition.
  func take(part: Int, _ control: RunControl) throws -> (rows: Batch, partitions: Buffer<UInt32>) {
    let parts = workers.map { $0.scattered.parts[part] }
    let rowCount = parts.reduce(0) { $0 + $1.rowCount }
    let partitions = Buffer<UInt32>(repeating: 0, count: rowCount)
    guard rowCount > 0 else { return (Batch(columns: [], rowCount: 0), partitions) }
    let pages = parts.flatMap(\.pages)
    if !partitionBy.isEmpty {
      let table = GroupTable(layout)
      var start = 0
      for page in pages {
        table.resolve(
          words: page.words.base,
          hashes: page.hashes.base,
          rowCount: page.rowCount,
          groups: partitions.base + start
        )
        start += page.rowCount
      }
    }
    let columns = types.indices.map { column in
      Column.concatenate(pages.map { $0.columns[column].finish() })
    }
    for part in parts { part.drop() }
    return (Batch(columns: columns, rowCount: rowCount), partitions)
  }
}

/// One worker's rows.
private final class WindowWorker: BatchConsumer {
  let scattered: ScatteredRows
  private let sink: WindowSink
  private let encoder: KeyEncoder
  private let account: MemoryAccount

  init(_ sink: WindowSink, _ account: MemoryAccount) {
    self.sink = sink
    self.account = account
    encoder = KeyEncoder(sink.layout)
    scattered = ScatteredRows(
      sink.layout,
      positions: Array(sink.types.indices),
      types: sink.types
    )
    super.init(statistics: sink.statistics)
  }

  override func consume(_ batch: Batch) throws {
    encoder.encode(sink.partitionBy.map { batch.columns[$0] }, rowCount: batch.rowCount)
    if sink.partitionBy.isEmpty {
      // Without keys all rows belong to the first part.
      UnsafeMutablePointer(mutating: encoder.hashes).update(repeating: 0, count: batch.rowCount)
    }
    scattered.append(
      batch,
      words: encoder.words,
      hashes: encoder.hashes,
      rowCount: batch.rowCount
    )
    try account.set(scattered.byteCount)
  }
}

/// The rows with their window functions' results; a morsel is a hash range of partitions.
final class WindowSource: Source, @unchecked Sendable {
  private let sink: WindowSink
  private let order: RowOrder
  private let calls: [WindowComputation.Call]

  init(_ sink: WindowSink, order: RowOrder, calls: [WindowComputation.Call]) {
    self.sink = sink
    self.order = order
    self.calls = calls
    super.init(statistics: nil)
  }

  override var morselCount: Int { sink.partCount }

  override func makeReader(_ worker: WorkerContext) throws -> SourceReader {
    Reader(self, worker.control)
  }

  private final class Reader: SourceReader {
    private let source: WindowSource
    private let control: RunControl

    init(_ source: WindowSource, _ control: RunControl) {
      self.source = source
      self.control = control
    }

    override func read(_ morsel: Int, push: (Batch) throws -> Bool) throws {
      let (rows, partitions) = try source.sink.take(part: morsel, control)
      if rows.rowCount == 0 { return }
      let computation = WindowComputation(rows, partitions, source.order)
      var columns = computation.rows.columns
      for call in source.calls {
        if control.isStopped { return }
        columns.append(try computation.compute(call))
      }
      try Batch(columns: columns, rowCount: rows.rowCount).forEachSlice(push)
    }
  }
}
