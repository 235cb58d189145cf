import ColumnFormat

/// `(a AND b) OR (a AND c)` is `a AND (b OR c)`: what all branches ask for can be pushed down or
/// become a join key.
enum CommonConjuncts: OptimizerRule {
  static func apply(
    _ plan: LogicalPlan,
    _ session: inout OptimizerSession
  ) throws(SQLError) -> LogicalPlan {
    plan.mapExpressions { $0.rewritten(factored) }
  }

  static func factored(_ expression: BoundExpression) -> BoundExpression {
    guard case .or = expression else { return expression }
    let branches = expression.disjuncts.map(\.conjuncts)
    guard branches.count > 1 else { return expression }
    let common = branches[0].filter { part in
      part.isDeterministic
        && branches.dropFirst().allSatisfy { $0.contains { $0.isSame(as: part) } }
    }
    if common.isEmpty { return expression }
    var rest: [BoundExpression] = []
    for branch in branches {
      let own = branch.filter { part in !common.contains { $0.isSame(as: part) } }
      // A branch that asks for nothing more makes the others superfluous.
      if own.isEmpty { return .conjunction(common) }
      rest.append(.conjunction(own))
    }
    return .conjunction(common + [.or(rest)])
  }

  /// What an OR over several relations implies for one of them: the OR of each branch's conditions
  /// on its columns, if every branch has some.
  static func implied(
    by expression: BoundExpression,
    on columns: Set<ColumnID>
  ) -> BoundExpression? {
    guard case .or = expression else { return nil }
    var branches: [BoundExpression] = []
    for branch in expression.disjuncts {
      let own = branch.conjuncts.filter { part in
        let used = part.columnIDs
        return !used.isEmpty && used.isSubset(of: columns) && part.isDeterministic
      }
      if own.isEmpty { return nil }
      branches.append(.conjunction(own))
    }
    return .or(branches)
  }
}
