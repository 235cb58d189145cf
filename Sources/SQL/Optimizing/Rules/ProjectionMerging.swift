/// Makes one projection of two, and none of one that changes nothing.
enum ProjectionMerging: OptimizerRule {
  static func apply(
    _ plan: LogicalPlan,
    _ session: inout OptimizerSession
  ) throws(SQLError) -> LogicalPlan {
    plan.rewritten(merged)
  }

  private static func merged(_ plan: LogicalPlan) -> LogicalPlan {
    guard case .project(let input, let items) = plan else { return plan }
    if case .project(let below, let inner) = input, canMerge(items, inner) {
      var values: [ColumnID: BoundExpression] = [:]
      for item in inner { values[item.column.id] = item.expression }
      return merged(
        .project(
          below,
          items: items.map {
            .init(column: $0.column, expression: $0.expression.substituting(values))
          }
        )
      )
    }
    let isIdentity =
      items.allSatisfy { $0.expression.asColumn?.id == $0.column.id }
      && items.map(\.column.id) == input.columns.map(\.id)
    return isIdentity ? input : plan
  }

  /// Whether nothing would be computed twice that is worth keeping.
  private static func canMerge(
    _ outer: [LogicalPlan.ProjectItem],
    _ inner: [LogicalPlan.ProjectItem]
  ) -> Bool {
    var uses: [ColumnID: Int] = [:]
    for item in outer { item.expression.collectColumns { uses[$0.id, default: 0] += 1 } }
    return inner.allSatisfy { item in
      if item.expression.asColumn != nil || item.expression.constantValue != nil { return true }
      let count = uses[item.column.id, default: 0]
      return item.expression.isDeterministic ? count <= 1 : count == 0
    }
  }
}
