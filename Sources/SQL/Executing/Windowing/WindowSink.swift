import ColumnFormat
import Synchronization

/// Collects rows by the hash of their partition, so that whole partitions are computed independently.
///
/// All workers add to the same parts. Where a filter above wants only the first rows of each partition,
/// a part that has grown threefold, or twofold where it is large, forgets the others, so that no more
/// rows are kept than three times or twice those wanted.
///
/// When memory is short, rows go to the temporary file, divided in the same way. A partition that does
/// not fit in memory is sorted there, and computed piece by piece (``WindowStream``); where a function
/// needs all of its rows at once, it has to fit.
final class WindowSink: Sink, @unchecked Sendable {
  /// Parts with fewer rows are not worth looking through.
  private static let partRowCountMin = 4096
  /// Parts with so many are looked through more often, for the sake of memory.
  private static let largePartRowCount = 12_288

  let types: [SQLType]
  let partitionBy: [Int]
  let layout: KeyLayout
  let order: RowOrder
  let calls: [WindowComputation.Call]
  /// Set where not all rows are wanted.
  let selection: RankSelection?
  /// How a partition is computed that does not fit in memory; nil where it has to fit.
  let streamed: StreamedWindow?
  /// The rows in memory.
  let rows: WindowRows
  private let monitor = Monitor()
  private var account: MemoryAccount?
  private var workers: [WindowWorker] = []
  private var spilled: SpilledPartitions?
  private let isSpilling = Atomic<Bool>(false)
  private let byteCount = Atomic<Int>(0)

  init(
    types: [SQLType],
    partitionBy: [Int],
    order: RowOrder,
    calls: [WindowComputation.Call],
    limit: LogicalPlan.RankLimit?,
    statistics: OperatorStatistics?
  ) {
    self.types = types
    self.partitionBy = partitionBy
    self.order = order
    self.calls = calls
    selection = limit.map { RankSelection(order: order, limit: $0) }
    streamed = StreamedWindow(calls, order)
    layout = KeyLayout(partitionBy.map { types[$0] })
    rows = WindowRows(types, partitionBy, layout)
    super.init(statistics: statistics)
  }

  override func prepare(workerCount: Int, _ control: RunControl) throws {
    account = MemoryAccount(control.budget, for: name, statistics: statistics)
  }

  /// For messages.
  var name: String { selection == nil ? "window" : "top n ranking" }

  override func makeConsumer(_ worker: WorkerContext) throws -> BatchConsumer {
    let consumer = WindowWorker(self, worker.control)
    monitor.locked { workers.append(consumer) }
    return consumer
  }

  /// Adds encoded rows; nil, or where rows have to go from now on.
  fileprivate func add(
    _ batch: Batch,
    _ encoder: KeyEncoder,
    to scattered: ScatteredRows,
    _ control: RunControl
  ) throws -> SpilledPartitions? {
    var grown = 0
    scattered.append(
      batch,
      words: encoder.words,
      hashes: encoder.hashes,
      rowCount: batch.rowCount,
      willAdd: { grown -= $0.byteCount },
      added: { part in
        self.cutIfGrown(part)
        grown += part.byteCount
      }
    )
    let now = byteCount.wrappingAdd(grown, ordering: .relaxed).newValue
    return try monitor.locked {
      // All rows of a part are computed at once, which takes about as much again.
      let share = partitionBy.isEmpty ? 6 : 3
      guard let account, try account.isCrowded(now, share: share) else { return nil }
      if let spilled { return spilled }
      let maySpill = !partitionBy.isEmpty || streamed != nil
      if !maySpill || (!control.budget.spillsAtOnce && cutAll()) {
        try account.set(byteCount.load(ordering: .relaxed))
        return nil
      }
      let made = SpilledPartitions(types, level: 0, control, statistics: statistics)
      spilled = made
      isSpilling.store(true, ordering: .releasing)
      return made
    }
  }

  private func cutIfGrown(_ part: ScatteredRows.Part) {
    guard let selection, part.rowCount >= WindowSink.partRowCountMin else { return }
    let growth = part.rowCount >= WindowSink.largePartRowCount ? 2 : 3
    if part.rowCount < part.keptRowCount * growth { return }
    rows.cut(part, selection)
  }

  /// Where rows go because there is no memory for them.
  fileprivate var target: SpilledPartitions? {
    guard isSpilling.load(ordering: .acquiring) else { return nil }
    return monitor.locked { spilled }
  }

  /// Forgets all rows that are not wanted; whether that has made room.
  private func cutAll() -> Bool {
    guard let selection else { return false }
    var (before, after) = (0, 0)
    for part in rows.scattered.parts {
      part.locked {
        before += part.byteCount
        if part.rowCount > part.keptRowCount / 4 * 5 { rows.cut(part, selection) }
        after += part.byteCount
      }
    }
    byteCount.wrappingAdd(after - before, ordering: .relaxed)
    return after < before / 2
  }

  /// Moves the rows in memory to the temporary file.
  fileprivate func spill(to writer: PartitionWriter) throws {
    for part in rows.scattered.parts {
      try part.locked {
        let before = part.byteCount
        for page in part.pages {
          try writer.append(
            rows.columns(page, part),
            hashes: page.hashes.base,
            rowCount: page.rowCount
          )
        }
        part.drop()
        byteCount.wrappingAdd(part.byteCount - before, ordering: .relaxed)
      }
    }
    try monitor.locked { try account?.set(byteCount.load(ordering: .relaxed)) }
  }

  override func combine(_ control: RunControl) throws {
    for worker in workers { try worker.finishSpilling() }
    workers = []
    if spilled != nil { account?.release() }
  }

  /// One for each hash range that may have rows.
  var partCount: Int { partitionBy.isEmpty ? 1 : ScatteredRows.partCount }

  /// Rows of a part.
  enum Piece {
    /// Of whole partitions, with the number of each row's.
    case partitions(Batch, Buffer<UInt32>)
    /// With the functions' values.
    case computed(Batch)
  }

  /// Hands over all rows of a part that are wanted: in one piece, or where there is no memory, in
  /// several; until `body` returns false.
  func take(part: Int, _ control: RunControl, _ body: (Piece) throws -> Bool) throws {
    let (batch, numbers) = rows.take(part: part, selection)
    guard let spilled else {
      if batch.rowCount > 0 { _ = try body(.partitions(batch, numbers)) }
      return
    }
    _ = try SpilledWindow(self, control).take(spilled.partitions[part], batch, body)
  }
}

/// One worker's way of adding rows.
private final class WindowWorker: BatchConsumer {
  private let sink: WindowSink
  private let scattered: ScatteredRows
  private let encoder: KeyEncoder
  private let account: MemoryAccount
  private let control: RunControl
  private var writer: PartitionWriter?

  init(_ sink: WindowSink, _ control: RunControl) {
    self.sink = sink
    self.control = control
    account = MemoryAccount(control.budget, for: sink.name, statistics: sink.statistics)
    encoder = KeyEncoder(sink.layout)
    scattered = sink.rows.scattered.view()
    super.init(statistics: sink.statistics)
  }

  override func consume(_ batch: Batch) throws {
    encoder.encode(sink.partitionBy.map { batch.columns[$0] }, rowCount: batch.rowCount)
    if sink.partitionBy.isEmpty {
      // Without keys all rows belong to the first part.
      encoder.hashes.update(repeating: 0, count: batch.rowCount)
    }
    if writer == nil, let target = sink.target { writer = PartitionWriter(target, control) }
    if let writer {
      return try writer.append(batch.columns, hashes: encoder.hashes, rowCount: batch.rowCount)
    }
    guard let target = try sink.add(batch, encoder, to: scattered, control) else { return }
    let writer = PartitionWriter(target, control)
    self.writer = writer
    try sink.spill(to: writer)
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
