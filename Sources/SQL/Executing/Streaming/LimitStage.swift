import ColumnFormat
import Synchronization

/// Lets a number of rows pass after leaving out some, whichever come first, and then stops the
/// sources.
final class LimitStage: Stage, @unchecked Sendable {
  private let rows: Range<Int>
  private let taken = Atomic<Int>(0)

  init(count: Int?, offset: Int, statistics: OperatorStatistics?) {
    let (end, overflow) = offset.addingReportingOverflow(count ?? Int.max)
    rows = offset..<(overflow ? Int.max : end)
    super.init(statistics: statistics)
  }

  override var isSatisfied: Bool { taken.load(ordering: .relaxed) >= rows.upperBound }

  override func makeConsumer(_ worker: WorkerContext) throws -> BatchConsumer { Consumer(self) }

  private final class Consumer: BatchConsumer {
    private let stage: LimitStage

    init(_ stage: LimitStage) {
      self.stage = stage
      super.init(statistics: stage.statistics)
    }

    override func consume(_ batch: Batch) throws {
      let start = stage.taken.wrappingAdd(batch.rowCount, ordering: .relaxed).oldValue
      if start < 0 || start >= stage.rows.upperBound { return }
      let first = max(stage.rows.lowerBound - start, 0)
      let last = min(stage.rows.upperBound - start, batch.rowCount)
      if first < last { try emit(batch.slice(first..<last)) }
    }
  }
}
