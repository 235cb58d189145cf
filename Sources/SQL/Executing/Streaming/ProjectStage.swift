import ColumnFormat

/// Computes expressions; columns that only pass through are not touched.
final class ProjectStage: Stage, @unchecked Sendable {
  private let items: [LogicalPlan.ProjectItem]
  private let columns: [PlanColumn]

  init(
    _ items: [LogicalPlan.ProjectItem],
    _ columns: [PlanColumn],
    statistics: OperatorStatistics?
  ) {
    self.items = items
    self.columns = columns
    super.init(statistics: statistics)
  }

  /// What one item needs.
  private enum Step {
    case pass(Int)
    case compute(ExpressionEvaluator)
  }

  override func makeConsumer(_ worker: WorkerContext) throws -> BatchConsumer {
    let steps = try items.map { item -> Step in
      if case .column(let column) = item.expression,
        let position = columns.firstIndex(where: { $0.id == column.id })
      {
        return .pass(position)
      }
      return .compute(
        try ExpressionEvaluator(
          item.expression,
          input: columns,
          context: worker.control.settings.context
        )
      )
    }
    return Consumer(steps, statistics: statistics)
  }

  private final class Consumer: BatchConsumer {
    private let steps: [Step]

    init(_ steps: [Step], statistics: OperatorStatistics?) {
      self.steps = steps
      super.init(statistics: statistics)
    }

    override func consume(_ batch: Batch) throws {
      let columns = try steps.map { step in
        switch step {
        case .pass(let position): batch.columns[position]
        case .compute(let evaluator): try evaluator.evaluate(batch)
        }
      }
      try emit(Batch(columns: columns, rowCount: batch.rowCount))
    }
  }
}
