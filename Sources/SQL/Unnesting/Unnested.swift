/// A subquery that no longer refers to the query around it.
struct Unnested {
  /// Its rows for all outer rows at once.
  var plan: LogicalPlan
  /// Which of them belong to an outer row, over both sides' columns.
  var conditions: [BoundExpression] = []
  /// For a subquery that has exactly one row for every outer row, an aggregate without keys: the
  /// values of its columns for outer rows to which no row of `plan` belongs.
  var emptyRow: [ColumnID: BoundExpression]?
  /// Whether at most one row belongs to an outer row, by construction.
  var isUnique = false
}

extension [BoundExpression] {
  /// The columns that the conditions need from the subquery's side.
  func innerColumns(_ plan: LogicalPlan) -> [PlanColumn] {
    let used = reduce(into: Set<ColumnID>()) { $0.formUnion($1.columnIDs) }
    return plan.columns.filter { used.contains($0.id) }
  }
}
