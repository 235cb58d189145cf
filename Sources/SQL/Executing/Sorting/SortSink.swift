import ColumnFormat

/// Keeps all rows and sorts them at the end.
final class SortSink: Sink, @unchecked Sendable {
  private let types: [SQLType]
  private let order: RowOrder
  private let monitor = Monitor()
  private var collections: [RowCollection] = []
  fileprivate private(set) var rows: Batch?
  fileprivate private(set) var permutation = Buffer<UInt32>(count: 0)

  init(types: [SQLType], order: RowOrder, statistics: OperatorStatistics?) {
    self.types = types
    self.order = order
    super.init(statistics: statistics)
  }

  override func makeConsumer(_ worker: WorkerContext) throws -> BatchConsumer {
    let collector = RowCollector(
      types,
      MemoryAccount(worker.control.budget, for: "sort"),
      statistics: statistics
    )
    monitor.locked { collections.append(collector.rows) }
    return collector
  }

  override func combine(_ control: RunControl) throws {
    let joined = try RowCollection.joined(collections, types, control)
    collections = []
    permutation = try ParallelSort.permutation(joined, order, control)
    rows = joined
  }
}

/// Keeps a worker's rows.
final class RowCollector: BatchConsumer {
  let rows: RowCollection
  private let account: MemoryAccount

  init(_ types: [SQLType], _ account: MemoryAccount, statistics: OperatorStatistics?) {
    rows = RowCollection(types)
    self.account = account
    super.init(statistics: statistics)
  }

  override func consume(_ batch: Batch) throws {
    rows.append(batch)
    try account.set(rows.byteCount)
  }
}

/// The rows of a finished sort, in order; a morsel is a range of them.
final class SortSource: Source, @unchecked Sendable {
  private static let morselRowCount = 1 << 16
  private let sink: SortSink

  init(_ sink: SortSink) {
    self.sink = sink
    super.init(statistics: nil)
  }

  override var morselCount: Int {
    (sink.permutation.count + SortSource.morselRowCount - 1) / SortSource.morselRowCount
  }
  override var rowCountEstimate: Int? { sink.permutation.count }

  override func makeReader(_ worker: WorkerContext) throws -> SourceReader { Reader(sink) }

  private final class Reader: SourceReader {
    private let sink: SortSink

    init(_ sink: SortSink) { self.sink = sink }

    override func read(_ morsel: Int, push: (Batch) throws -> Bool) throws {
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
