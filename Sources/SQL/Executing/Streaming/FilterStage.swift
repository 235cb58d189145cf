import ColumnFormat

/// Lets the rows pass for which a predicate is true.
final class FilterStage: Stage, @unchecked Sendable {
  private let predicate: BoundExpression
  private let columns: [PlanColumn]

  init(_ predicate: BoundExpression, _ columns: [PlanColumn], statistics: OperatorStatistics?) {
    self.predicate = predicate
    self.columns = columns
    super.init(statistics: statistics)
  }

  override func makeConsumer(_ worker: WorkerContext) throws -> BatchConsumer {
    Consumer(
      try ExpressionEvaluator(
        predicate,
        input: columns,
        context: worker.control.settings.context
      ),
      statistics: statistics
    )
  }

  private final class Consumer: BatchConsumer {
    private let evaluator: ExpressionEvaluator

    init(_ evaluator: ExpressionEvaluator, statistics: OperatorStatistics?) {
      self.evaluator = evaluator
      super.init(statistics: statistics)
    }

    override func consume(_ batch: Batch) throws {
      try emit(batch.taking(try evaluator.select(batch)))
    }
  }
}
