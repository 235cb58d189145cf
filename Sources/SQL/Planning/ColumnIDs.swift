/// Hands out the numbers of one statement's columns.
struct ColumnIDs: Sendable {
  private var next: Int

  /// Numbers from zero.
  init() { next = 0 }

  /// Numbers that do not occur in a plan yet.
  init(after plan: LogicalPlan) {
    var highest = -1
    plan.visit { node in
      for column in node.definedColumns { highest = max(highest, column.id.number) }
      for expression in node.expressions {
        expression.collectAllColumns { highest = max(highest, $0.id.number) }
      }
    }
    next = highest + 1
  }

  /// A number not given before.
  mutating func make() -> ColumnID {
    defer { next += 1 }
    return ColumnID(number: next)
  }

  /// A column not seen before.
  mutating func column(_ name: String, _ type: SQLType) -> PlanColumn {
    PlanColumn(id: make(), name: name, type: type)
  }
}

extension BoundExpression {
  /// Reports every column, also the parameters of lambdas.
  fileprivate func collectAllColumns(_ report: (PlanColumn) -> Void) {
    if case .column(let column) = self { report(column) }
    if case .lambda(let parameters, _) = self { parameters.forEach(report) }
    for child in children { child.collectAllColumns(report) }
  }
}
