import ColumnFormat

/// The aggregations that a plan has more than once, each to be computed once.
///
/// TPC-H's query 15 joins a view with its own largest row; the view is a scan of lineitem.
final class SharedSubplans {
  /// One of them, however often it occurs.
  final class Part {
    fileprivate let plan: LogicalPlan
    fileprivate var count = 1
    /// Set by the first reader.
    var rows: SharedRowsSink?

    fileprivate init(_ plan: LogicalPlan) { self.plan = plan }
  }

  private var parts: [Part] = []

  /// Finds the aggregations that occur several times in a plan.
  init(in plan: LogicalPlan) {
    collect(plan)
    parts.removeAll { $0.count == 1 }
  }

  /// What lies within a part that has been seen before does not occur again.
  private func collect(_ plan: LogicalPlan) {
    if case .aggregate = plan {
      if let same = part(plan) {
        same.count += 1
        return
      }
      parts.append(Part(plan))
    }
    for child in plan.children { collect(child) }
  }

  /// The part that an aggregation is an occurrence of; nil for one that stands alone.
  func part(_ plan: LogicalPlan) -> Part? {
    parts.first { PlanMatching.isSame($0.plan, plan) }
  }
}

/// Keeps rows that several parts of a plan read.
final class SharedRowsSink: Sink, @unchecked Sendable {
  private let types: [SQLType]
  private let monitor = Monitor()
  private var collectors: [RowCollector] = []
  private let memory: OperatorStatistics?
  fileprivate private(set) var rows: Batch?
  /// Rows that there was no memory for.
  fileprivate private(set) var spilled: SpilledRows?

  init(types: [SQLType], statistics: OperatorStatistics?) {
    self.types = types
    // Rows are counted by who reads them.
    memory = statistics
    super.init(statistics: nil)
  }

  override func makeConsumer(_ worker: WorkerContext) throws -> BatchConsumer {
    let control = worker.control
    let collector = RowCollector(
      types,
      MemoryAccount(control.budget, for: "shared rows", statistics: memory),
      statistics: nil
    ) { [unowned self] rows in try spill(rows, control) }
    monitor.locked { collectors.append(collector) }
    return collector
  }

  private func spill(_ rows: RowCollection, _ control: RunControl) throws {
    let target = monitor.locked {
      let known = spilled ?? SpilledRows(types, control.spill, statistics: memory)
      spilled = known
      return known
    }
    try target.append(rows.finish(), byteCount: rows.byteCount)
  }

  override func combine(_ control: RunControl) throws {
    // The collectors stay, because they answer for the memory.
    rows = try RowCollection.joined(collectors.map(\.rows), types, control)
  }
}

/// Reads rows that were kept for several readers; a morsel is a range of them.
final class SharedRowsSource: Source, @unchecked Sendable {
  private static let morselRowCount = 1 << 16
  private let sink: SharedRowsSink

  init(_ sink: SharedRowsSink, statistics: OperatorStatistics?) {
    self.sink = sink
    super.init(statistics: statistics)
  }

  private var rowCount: Int { sink.rows?.rowCount ?? 0 }

  /// Ranges of the rows in memory, after them blocks of the temporary file.
  override var morselCount: Int { memoryMorselCount + (sink.spilled?.blocks.count ?? 0) }
  private var memoryMorselCount: Int {
    (rowCount + SharedRowsSource.morselRowCount - 1) / SharedRowsSource.morselRowCount
  }
  override var rowCountEstimate: Int? { rowCount + (sink.spilled?.rowCount ?? 0) }

  override func makeReader(_ worker: WorkerContext) throws -> SourceReader { Reader(sink) }

  private final class Reader: SourceReader {
    private let sink: SharedRowsSink

    init(_ sink: SharedRowsSink) { self.sink = sink }

    override func read(_ morsel: Int, push: (Batch) throws -> Bool) throws {
      guard let rows = sink.rows else { return }
      let memoryMorselCount =
        (rows.rowCount + SharedRowsSource.morselRowCount - 1) / SharedRowsSource.morselRowCount
      if let spilled = sink.spilled, morsel >= memoryMorselCount {
        try spilled.read(spilled.blocks[morsel - memoryMorselCount]).forEachSlice(push)
        return
      }
      let start = morsel * SharedRowsSource.morselRowCount
      let end = min(start + SharedRowsSource.morselRowCount, rows.rowCount)
      try rows.slice(start..<end).forEachSlice(push)
    }
  }
}
