import ColumnFormat

/// Rows that the query itself spells out.
final class ValuesSource: Source, @unchecked Sendable {
  private let columns: [PlanColumn]
  private let rows: [[BoundExpression]]

  init(_ columns: [PlanColumn], _ rows: [[BoundExpression]], statistics: OperatorStatistics?) {
    self.columns = columns
    self.rows = rows
    super.init(statistics: statistics)
  }

  override var morselCount: Int { 1 }
  override var rowCountEstimate: Int? { rows.count }

  override func makeReader(_ worker: WorkerContext) throws -> SourceReader {
    Reader(self, worker.control.settings.context)
  }

  private final class Reader: SourceReader {
    private let source: ValuesSource
    private let context: EvaluationContext

    init(_ source: ValuesSource, _ context: EvaluationContext) {
      self.source = source
      self.context = context
    }

    override func read(_ morsel: Int, push: (Batch) throws -> Bool) throws {
      let one = Batch(columns: [], rowCount: 1)
      let grown = source.columns.map { GrowingColumn($0.type, capacity: source.rows.count) }
      for row in source.rows {
        for (column, expression) in zip(grown, row) {
          let evaluator = try ExpressionEvaluator(expression, input: [], context: context)
          column.append(try evaluator.evaluate(one))
        }
      }
      let all = Batch(columns: grown.map { $0.finish() }, rowCount: source.rows.count)
      try all.forEachSlice(push)
    }
  }
}
