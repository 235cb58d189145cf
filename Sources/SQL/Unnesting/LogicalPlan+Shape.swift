/// What unnesting asks of a plan: how many rows it has, what of it matters, whether it may be copied.
extension LogicalPlan {
  /// Whether there is one row whatever the data are.
  var hasExactlyOneRow: Bool {
    switch self {
    case .aggregate(let aggregate): aggregate.keys.isEmpty && aggregate.groupingSets == nil
    case .project(let input, _), .sort(let input, _): input.hasExactlyOneRow
    case .limit(let input, let count, let offset):
      offset == 0 && count ?? 1 >= 1 && input.hasExactlyOneRow
    case .values(_, let rows): rows.count == 1
    case .join(let join) where join.kind == .cross:
      join.left.hasExactlyOneRow && join.right.hasExactlyOneRow
    case .window(let window): window.input.hasExactlyOneRow
    default: false
    }
  }

  /// Without what only shapes the rows: for EXISTS it matters whether there is one, not what is in
  /// it nor in which order they come.
  var withoutShape: LogicalPlan {
    switch self {
    case .project(let input, _), .sort(let input, _): input.withoutShape
    case .limit(let input, let count, 0) where count ?? 1 >= 1: input.withoutShape
    default: self
    }
  }

  /// Without joins that only add columns which nobody needs, for a domain: how often a value occurs
  /// does not matter there.
  func withoutAdditions(needed: Set<ColumnID>) -> LogicalPlan {
    switch self {
    case .join(let join):
      guard join.kind == .single || join.kind == .mark || join.kind == .left,
        needed.isSubset(of: join.left.columnIDs)
      else { return self }
      return join.left.withoutAdditions(needed: needed)
    case .project(let input, let items):
      let kept = items.filter { needed.contains($0.column.id) }
      let used = kept.reduce(into: Set<ColumnID>()) { $0.formUnion($1.expression.columnIDs) }
      return .project(input.withoutAdditions(needed: used), items: kept)
    default: return self
    }
  }

  /// Whether computing it twice gives the same rows.
  var isRepeatable: Bool {
    var result = true
    visit { plan in
      if case .limit = plan { result = false }
      if case .topN = plan { result = false }
      if !plan.expressions.allSatisfy(\.isDeterministic) { result = false }
    }
    return result
  }
}
