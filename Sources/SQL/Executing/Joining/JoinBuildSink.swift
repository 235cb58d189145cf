import ColumnFormat
import Synchronization

/// Collects the build side of a join, and makes it findable at the end.
///
/// Where it does not fit its part of the memory, all its rows go to partitions in the temporary file, by
/// the hash of their keys; so do those of the probe side, and ``SpilledJoinSource`` joins partition by
/// partition. Without keys there is one partition.
final class JoinBuildSink: Sink, @unchecked Sendable {
  let types: [SQLType]
  let keys: [Int]
  let layout: KeyLayout
  private let maySpill: Bool
  private let monitor = Monitor()
  private var workers: [JoinBuildWorker] = []
  /// What scans of the probe side may leave out.
  private let filters: [DynamicFilter?]
  /// Nil as long as rows are collected, and where they were spilled.
  private(set) var table: JoinTable?
  /// Set as soon as any worker is short of memory; not to be read while others may set it.
  private(set) var spilled: SpilledPartitions?
  private let hasSpilled = Atomic<Bool>(false)
  /// What the whole build side says to NOT IN, where it is partitioned.
  private(set) var facts = JoinFacts()
  private var account: MemoryAccount?

  /// - Parameters:
  ///   - types: Of the rows.
  ///   - keys: Positions of the key columns.
  ///   - filters: For each key the filter to set.
  ///   - maySpill: Whether the join can be computed partition by partition.
  ///   - statistics: The join's, for memory; rows are not counted.
  init(
    types: [SQLType],
    keys: [Int],
    filters: [DynamicFilter?],
    maySpill: Bool,
    statistics: OperatorStatistics?
  ) {
    self.types = types
    self.keys = keys
    self.filters = filters
    self.maySpill = maySpill
    layout = KeyLayout(keys.map { types[$0] })
    super.init(statistics: statistics)
  }

  override func makeConsumer(_ worker: WorkerContext) throws -> BatchConsumer {
    let consumer = JoinBuildWorker(self, worker.control)
    monitor.locked { workers.append(consumer) }
    return consumer
  }

  /// Whether rows go to partitions; may be asked at any time.
  fileprivate var isSpilling: Bool { hasSpilled.load(ordering: .relaxed) }

  /// The partitions, made when the first worker asks for them; nil where the join has none.
  fileprivate func partitions(_ control: RunControl) -> SpilledPartitions? {
    guard maySpill else { return nil }
    return monitor.locked {
      if let spilled { return spilled }
      let made = SpilledPartitions(types, level: 0, control, statistics: statistics)
      spilled = made
      hasSpilled.store(true, ordering: .relaxed)
      return made
    }
  }

  override func combine(_ control: RunControl) throws {
    let filled = workers.filter { $0.rows.rowCount > 0 }
    if spilled != nil {
      for worker in workers { try worker.finishSpilling() }
      facts.rowCount = workers.reduce(0) { $0 + $1.facts.rowCount }
      facts.hasNullKeys = workers.contains { $0.facts.hasNullKeys }
      workers = []
      return
    }
    workers = []
    let rowByteCount = filled.reduce(0) { $0 + $1.rows.rowByteCount }
    let table = try JoinRows.table(filled.map(\.rows), types, layout, control)
    for worker in filled { worker.release() }
    let account = MemoryAccount(control.budget, for: "join table", statistics: statistics)
    try account.set(table.byteCount + rowByteCount)
    self.account = account
    self.table = table
    for (position, filter) in filters.enumerated() {
      filter?.set(table.rows.columns[keys[position]], table: keys.count == 1 ? table : nil)
    }
  }
}

/// What a partition of a build side has to know of the whole.
struct JoinFacts {
  var rowCount = 0
  /// Whether some row has a null among its keys.
  var hasNullKeys = false
}

/// One worker's rows of the build side.
private final class JoinBuildWorker: BatchConsumer {
  private(set) var rows: JoinRows
  private(set) var facts = JoinFacts()
  private let sink: JoinBuildSink
  private let control: RunControl
  private let encoder: KeyEncoder
  private let account: MemoryAccount
  private var writer: PartitionWriter?
  private var flags = Buffer<UInt8>(count: Batch.rowCountTarget)

  init(_ sink: JoinBuildSink, _ control: RunControl) {
    self.sink = sink
    self.control = control
    rows = JoinRows(sink.types, sink.layout)
    encoder = KeyEncoder(sink.layout)
    account = MemoryAccount(control.budget, for: "join build", statistics: sink.statistics)
    super.init(statistics: nil)
  }

  override func consume(_ batch: Batch) throws {
    if sink.isSpilling {
      try spill(batch)
      return
    }
    if !sink.keys.isEmpty { encode(batch) }
    rows.append(batch, sink.keys.isEmpty ? nil : encoder, flags)
    if try account.isCrowded(rows.byteCount, share: 6) {
      if sink.partitions(control) == nil {
        try account.set(rows.byteCount)
      } else {
        try startSpilling()
      }
    }
  }

  private func encode(_ batch: Batch) {
    let columns = sink.keys.map { batch.columns[$0] }
    encoder.encode(columns, rowCount: batch.rowCount)
    if flags.count < batch.rowCount { flags = Buffer<UInt8>(count: batch.rowCount) }
    UnequalKeys.mark(columns, rowCount: batch.rowCount, flags: flags.base)
  }

  /// Moves what was collected so far to the partitions.
  private func startSpilling() throws {
    guard writer == nil, let partitions = sink.partitions(control) else { return }
    let writer = PartitionWriter(partitions, control)
    self.writer = writer
    let collected = rows
    rows = JoinRows(sink.types, sink.layout)
    try collected.rows.finish().forEachSlice { batch in
      try spill(batch)
      return true
    }
    try account.set(writer.byteCount)
  }

  private func spill(_ batch: Batch) throws {
    try startSpilling()
    encode(batch)
    facts.rowCount += batch.rowCount
    for row in 0..<batch.rowCount where flags.base[row] == UnequalKeys.null {
      facts.hasNullKeys = true
    }
    try writer?.append(batch.columns, hashes: encoder.hashes, rowCount: batch.rowCount)
  }

  /// No more rows come, and all belong to the partitions.
  func finishSpilling() throws {
    try startSpilling()
    try writer?.flush()
    writer = nil
    account.release()
  }

  /// The rows are counted elsewhere.
  func release() { account.release() }
}
