import ColumnFormat

/// Collects rows by the hash of their partition, so that whole partitions are computed independently.
///
/// A worker that is short of memory puts its rows into the temporary file, divided in the same way. What
/// has to fit in memory in the end is one partition.
final class WindowSink: Sink, @unchecked Sendable {
  let types: [SQLType]
  let partitionBy: [Int]
  let layout: KeyLayout
  private let monitor = Monitor()
  private var workers: [WindowWorker] = []
  private var spilled: SpilledPartitions?

  init(types: [SQLType], partitionBy: [Int], statistics: OperatorStatistics?) {
    self.types = types
    self.partitionBy = partitionBy
    layout = KeyLayout(partitionBy.map { types[$0] })
    super.init(statistics: statistics)
  }

  override func makeConsumer(_ worker: WorkerContext) throws -> BatchConsumer {
    let consumer = WindowWorker(self, worker.control)
    monitor.locked { workers.append(consumer) }
    return consumer
  }

  /// Where rows go that there is no memory for; nil where all are in one partition.
  fileprivate func partitions(_ control: RunControl) -> SpilledPartitions? {
    if partitionBy.isEmpty { return nil }
    return monitor.locked {
      if let spilled { return spilled }
      let made = SpilledPartitions(types, level: 0, control, statistics: statistics)
      spilled = made
      return made
    }
  }

  override func combine(_ control: RunControl) throws {
    for worker in workers { try worker.finishSpilling() }
  }

  /// One for each hash range that may have rows.
  var partCount: Int { partitionBy.isEmpty ? 1 : ScatteredRows.partCount }

  /// Hands over all rows of a part, and for each the number of its partition: in one piece, or where
  /// there is no memory, in several; until `body` returns false.
  func take(
    part: Int,
    _ control: RunControl,
    _ body: (Batch, Buffer<UInt32>) throws -> Bool
  ) throws {
    let (rows, numbers) = inMemory(part: part)
    guard let spilled else {
      if rows.rowCount > 0 { _ = try body(rows, numbers) }
      return
    }
    let pieces = SpilledWindow(self, control)
    _ = try pieces.take(spilled.partitions[part], rows, level: 1, body)
  }

  /// The rows of a part that are in memory.
  private func inMemory(part: Int) -> (rows: Batch, partitions: Buffer<UInt32>) {
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

  private let control: RunControl
  private var writer: PartitionWriter?

  init(_ sink: WindowSink, _ control: RunControl) {
    self.sink = sink
    self.control = control
    account = MemoryAccount(control.budget, for: "window", statistics: sink.statistics)
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
    if let writer {
      try writer.append(batch.columns, hashes: encoder.hashes, rowCount: batch.rowCount)
      return
    }
    scattered.append(
      batch,
      words: encoder.words,
      hashes: encoder.hashes,
      rowCount: batch.rowCount
    )
    if try account.isCrowded(scattered.byteCount, share: 6) {
      if let partitions = sink.partitions(control) {
        try startSpilling(partitions)
      } else {
        try account.set(scattered.byteCount)
      }
    }
  }

  private func startSpilling(_ partitions: SpilledPartitions) throws {
    let writer = PartitionWriter(partitions, control)
    self.writer = writer
    for part in scattered.parts {
      for page in part.pages {
        try writer.append(
          page.columns.map { $0.finish() },
          hashes: page.hashes.base,
          rowCount: page.rowCount
        )
      }
      part.drop()
    }
    try account.set(writer.byteCount)
  }

  /// No more rows come.
  func finishSpilling() throws {
    guard let writer else { return }
    try writer.flush()
    self.writer = nil
    account.release()
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
    super.init(statistics: nil, output: sink.statistics)
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
      try source.sink.take(part: morsel, control) { rows, partitions in
        try compute(rows, partitions, push)
      }
    }

    /// Puts out the rows with the functions' results; false where no more are wanted.
    private func compute(
      _ rows: Batch,
      _ partitions: Buffer<UInt32>,
      _ push: (Batch) throws -> Bool
    ) throws -> Bool {
      let computation = WindowComputation(rows, partitions, source.order)
      var columns = computation.rows.columns
      for call in source.calls {
        if control.isStopped { return false }
        columns.append(try computation.compute(call))
      }
      var wantsMore = true
      try Batch(columns: columns, rowCount: rows.rowCount).forEachSlice { slice in
        wantsMore = try push(slice)
        return wantsMore
      }
      return wantsMore
    }
  }
}
