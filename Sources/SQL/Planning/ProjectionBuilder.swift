import ColumnFormat

/// Puts expressions under columns: a projection below an operator that takes columns only.
///
/// An expression that is a column already stays itself; equal expressions share one column.
struct ProjectionBuilder {
  let input: LogicalPlan
  /// Whether all columns of the input are put out too.
  let keepsInput: Bool
  private let provided: Set<ColumnID>
  private var passed: [PlanColumn] = []
  private var computed: [LogicalPlan.ProjectItem] = []

  init(input: LogicalPlan, keepsInput: Bool) {
    self.input = input
    self.keepsInput = keepsInput
    provided = input.columnIDs
  }

  /// The column that will hold the expression's value.
  mutating func column(
    for expression: BoundExpression,
    _ name: String,
    _ ids: inout ColumnIDs
  ) -> PlanColumn {
    // A column of an outer query is a value like any other: it gets a column of its own here.
    if let column = expression.asColumn, provided.contains(column.id) {
      if !passed.contains(where: { $0.id == column.id }) { passed.append(column) }
      return column
    }
    if let own = computed.first(where: { $0.column.id == expression.asColumn?.id }) {
      return own.column
    }
    if let known = computed.first(where: { $0.expression.isSame(as: expression) }),
      expression.isDeterministic
    {
      return known.column
    }
    let column = ids.column(name, expression.type)
    computed.append(.init(column: column, expression: expression))
    return column
  }

  /// Computes these items under columns that exist already.
  mutating func adopt(_ items: [LogicalPlan.ProjectItem]) { computed += items }

  /// Sort keys over columns.
  mutating func keys(for pending: [PendingSortKey], _ ids: inout ColumnIDs) -> [LogicalPlan.SortKey]
  {
    var keys: [LogicalPlan.SortKey] = []
    for key in pending {
      let column = column(for: key.expression, "key", &ids)
      if keys.contains(where: { $0.column.id == column.id }) { continue }
      keys.append(
        .init(column: column, isDescending: key.isDescending, nullsFirst: key.nullsFirst)
      )
    }
    return keys
  }

  /// The input, with the projection on top if anything has to be computed.
  func plan() -> LogicalPlan {
    if computed.isEmpty { return input }
    let kept = keepsInput ? input.columns : passed
    return .project(
      input,
      items: kept.map { .init(column: $0, expression: .column($0)) } + computed
    )
  }
}
