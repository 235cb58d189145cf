import ColumnFormat

/// Keeps all rows and sorts them at the end.
///
/// A worker that is short of memory sorts what it has and puts it into the temporary file as a run; in
/// the end ``RunMerge`` merges all runs.
final class SortSink: Sink, @unchecked Sendable {
  private let types: [SQLType]
  private let order: RowOrder
  private let monitor = Monitor()
  private var collectors: [RowCollector] = []
  private var runs: [SpilledRows] = []
  fileprivate private(set) var rows: Batch?
  fileprivate private(set) var permutation = Buffer<UInt32>(count: 0)
  /// Set where rows were put into the temporary file.
  fileprivate private(set) var merge: RunMerge?
  private var account: MemoryAccount?

  init(types: [SQLType], order: RowOrder, statistics: OperatorStatistics?) {
    self.types = types
    self.order = order
    super.init(statistics: statistics)
  }

  override func makeConsumer(_ worker: WorkerContext) throws -> BatchConsumer {
    let control = worker.control
    let collector = RowCollector(
      types,
      MemoryAccount(control.budget, for: "sort", statistics: statistics),
      statistics: statistics
    ) { [unowned self] rows in try writeRun(rows, control) }
    monitor.locked { collectors.append(collector) }
    return collector
  }

  /// Sorts rows and puts them into the temporary file.
  private func writeRun(_ rows: RowCollection, _ control: RunControl) throws {
    let run = SpilledRows(types, control.spill, statistics: statistics)
    try run.append(sorted: rows, by: order)
    monitor.locked { runs.append(run) }
  }

  override func combine(_ control: RunControl) throws {
    if !runs.isEmpty {
      for collector in collectors { try collector.empty() }
      collectors = []
      merge = RunMerge(runs, types, order, control, statistics: statistics)
      return
    }
    let byteCount = collectors.reduce(0) { $0 + $1.rows.byteCount }
    let joined = try RowCollection.joined(collectors.map(\.rows), types, control)
    permutation = try ParallelSort.permutation(joined, order, control)
    let account = MemoryAccount(control.budget, for: "sort", statistics: statistics)
    collectors = []
    try account.set(byteCount + permutation.count * 4)
    self.account = account
    rows = joined
  }
}

/// The rows of a finished sort, in order; a morsel is a range of them.
final class SortSource: Source, @unchecked Sendable {
  private static let morselRowCount = 1 << 16
  private let sink: SortSink

  init(_ sink: SortSink) {
    self.sink = sink
    super.init(statistics: nil, output: sink.statistics)
  }

  override var morselCount: Int {
    if sink.merge != nil { return 1 }
    return (sink.permutation.count + SortSource.morselRowCount - 1) / SortSource.morselRowCount
  }
  override var rowCountEstimate: Int? { sink.merge?.rowCount ?? sink.permutation.count }

  override func makeReader(_ worker: WorkerContext) throws -> SourceReader {
    Reader(sink, worker.control)
  }

  private final class Reader: SourceReader {
    private let sink: SortSink

    private let control: RunControl

    init(_ sink: SortSink, _ control: RunControl) {
      self.sink = sink
      self.control = control
    }

    override func read(_ morsel: Int, push: (Batch) throws -> Bool) throws {
      if let merge = sink.merge {
        try merge.forEach { batch in
          var wantsMore = true
          try batch.forEachSlice { slice in
            wantsMore = try push(slice)
            return wantsMore
          }
          return wantsMore && !control.isStopped
        }
        return
      }
      guard let rows = sink.rows else { return }
      var start = morsel * SortSource.morselRowCount
      let last = min(start + SortSource.morselRowCount, sink.permutation.count)
      while start < last {
        let end = min(start + Batch.sliceRowCount, last)
        if try !push(rows.taking(sink.permutation.slice(start..<end))) { return }
        start = end
      }
    }
  }
}
