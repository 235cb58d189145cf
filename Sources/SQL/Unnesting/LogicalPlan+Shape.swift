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

  /// A plan of the same rows that gives the same ones when it is computed twice; nil where random
  /// numbers decide, or where rows that are cut off cannot be told from the others.
  var repeatable: LogicalPlan? { isDeterministic ? settlingLimits() : nil }

  /// Whether no random numbers are in it.
  var isDeterministic: Bool {
    var result = true
    visit { plan in
      if !plan.expressions.allSatisfy(\.isDeterministic) { result = false }
    }
    return result
  }

  private func settlingLimits() -> LogicalPlan? {
    var isPossible = true
    var plan = mapChildren { child in
      if let settled = child.settlingLimits() { return settled }
      isPossible = false
      return child
    }
    switch plan {
    case .limit(let input, let count, let offset):
      guard let ordered = input.orderedCompletely(input.columnIDs) else { return nil }
      plan = .limit(ordered, count: count, offset: offset)
    case .topN: return nil
    default: break
    }
    return isPossible ? plan : nil
  }

  /// The rows in the order that they have, those without one by all of the needed columns: rows that
  /// differ in others only may stand for one another.
  private func orderedCompletely(_ needed: Set<ColumnID>) -> LogicalPlan? {
    switch self {
    case .project(let input, let items):
      let used = items.filter { needed.contains($0.column.id) }.map(\.expression.columnIDs)
      return input.orderedCompletely(used.reduce(into: []) { $0.formUnion($1) })
        .map { .project($0, items: items) }
    case .sort(let input, let keys):
      guard let others = input.keys(of: needed) else { return nil }
      return .sort(
        input,
        keys: keys + others.filter { key in !keys.contains { $0.column.id == key.column.id } }
      )
    default:
      guard let keys = keys(of: needed) else { return nil }
      return keys.isEmpty ? self : .sort(self, keys: keys)
    }
  }

  private func keys(of needed: Set<ColumnID>) -> [SortKey]? {
    var keys: [SortKey] = []
    for column in columns where needed.contains(column.id) {
      guard column.type.isOrderable else { return nil }
      keys.append(.init(column: column, isDescending: false, nullsFirst: false))
    }
    return keys
  }
}
