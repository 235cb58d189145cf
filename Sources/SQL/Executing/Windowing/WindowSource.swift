import ColumnFormat

/// The rows with their window functions' results; a morsel is a hash range of partitions.
final class WindowSource: Source, @unchecked Sendable {
  private let sink: WindowSink

  init(_ sink: WindowSink) {
    self.sink = sink
    super.init(statistics: nil, output: sink.statistics)
  }

  override var morselCount: Int { sink.partCount }

  override func makeReader(_ worker: WorkerContext) throws -> SourceReader {
    Reader(self, worker.control)
  }

  private final class Reader: SourceReader {
    private let source: WindowSource
    private let control: RunControl
    private let account: MemoryAccount

    init(_ source: WindowSource, _ control: RunControl) {
      self.source = source
      self.control = control
      account = MemoryAccount(
        control.budget,
        for: source.sink.name,
        statistics: source.sink.statistics
      )
    }

    override func read(_ morsel: Int, push: (Batch) throws -> Bool) throws {
      try source.sink.take(part: morsel, control) { piece in
        let result: Batch
        switch piece {
        case .computed(let rows): result = rows
        case .partitions(let rows, let partitions):
          guard let computed = try compute(rows, partitions) else { return false }
          result = computed
        }
        var wantsMore = true
        try result.forEachSlice { slice in
          wantsMore = try push(slice)
          return wantsMore
        }
        return wantsMore
      }
    }

    /// The rows with the functions' results; nil where the query ends.
    private func compute(_ rows: Batch, _ partitions: Buffer<UInt32>) throws -> Batch? {
      if source.sink.calls.isEmpty { return rows }
      if let limit = source.sink.selection?.limit, limit.isFirstRow {
        // The first row of a partition is the first by all functions that may stand beside a limit.
        let ones = source.sink.calls.map { _ in
          Column.constant(.int(1), .int64, count: rows.rowCount)
        }
        return Batch(columns: rows.columns + ones, rowCount: rows.rowCount)
      }
      defer { account.release() }
      let computation = try WindowComputation(rows, partitions, source.sink.order, account)
      var columns = computation.rows.columns
      for call in source.sink.calls {
        if control.isStopped { return nil }
        columns.append(try computation.compute(call))
      }
      return Batch(columns: columns, rowCount: rows.rowCount)
    }
  }
}
