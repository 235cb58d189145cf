import ColumnFormat

/// Cuts rows off as early as possible, and keeps only the first rows while sorting.
enum LimitPushdown: OptimizerRule {
  static func apply(
    _ plan: LogicalPlan,
    _ session: inout OptimizerSession
  ) throws(SQLError) -> LogicalPlan {
    pushed(plan)
  }

  private static func pushed(_ plan: LogicalPlan) -> LogicalPlan {
    switch plan {
    case .limit(let input, let count, let offset):
      return limited(input, count, offset) ?? plan.mapChildren(pushed)
    case .topN(.project(let input, let items), let keys, let count, let offset)
    where areOf(input, keys):
      return .project(
        pushed(.topN(input, keys: keys, count: count, offset: offset)),
        items: items
      )
    case .topN(.project(let input, let items), let keys, let count, let offset):
      guard let (before, after) = divided(items, of: input, keys) else {
        return plan.mapChildren(pushed)
      }
      let first = LogicalPlan.project(pushed(input), items: before)
      return .project(.topN(first, keys: keys, count: count, offset: offset), items: after)
    default: return plan.mapChildren(pushed)
    }
  }

  /// What a projection has to compute before its rows are sorted by some of it, and after for those that
  /// are left; nil where nothing can wait.
  private static func divided(
    _ items: [LogicalPlan.ProjectItem],
    of input: LogicalPlan,
    _ keys: [LogicalPlan.SortKey]
  ) -> (before: [LogicalPlan.ProjectItem], after: [LogicalPlan.ProjectItem])? {
    let sorted = Set(keys.map(\.column.id))
    func canWait(_ item: LogicalPlan.ProjectItem) -> Bool {
      switch item.expression {
      // A member is read by itself, and a row that waits for it as a whole.
      case .column, .constant, .field: false
      default: item.expression.isDeterministic && !sorted.contains(item.column.id)
      }
    }
    let waiting = items.filter(canWait)
    if waiting.isEmpty { return nil }
    var before = items.filter { !canWait($0) }
    let known = Set(before.map(\.column.id))
    let needed = Set(waiting.flatMap { $0.expression.columnIDs }).subtracting(known)
    for column in input.columns where needed.contains(column.id) {
      before.append(.init(column: column, expression: .column(column)))
    }
    let after = items.map {
      canWait($0) ? $0 : LogicalPlan.ProjectItem(column: $0.column, expression: .column($0.column))
    }
    return (before, after)
  }

  private static func limited(
    _ input: LogicalPlan,
    _ count: Int?,
    _ offset: Int
  ) -> LogicalPlan? {
    switch input {
    case .sort(let body, let keys):
      guard let count else { return nil }
      return pushed(.topN(body, keys: keys, count: count, offset: offset))
    case .project(let body, let items):
      return .project(pushed(.limit(body, count: count, offset: offset)), items: items)
    case .limit(let body, let inner, let innerOffset):
      let left = inner.map { max(0, $0 - offset) }
      let both = [count, left].compactMap(\.self).min()
      return pushed(.limit(body, count: both, offset: offset + innerOffset))
    case .scan(var scan):
      guard let count else { return nil }
      let needed = count.addingReportingOverflow(offset)
      if needed.overflow { return nil }
      scan.rowLimit = min(needed.partialValue, scan.rowLimit ?? .max)
      return .limit(.scan(scan), count: count, offset: offset)
    case .unionAll(let inputs, let columns):
      guard let count else { return nil }
      let needed = count.addingReportingOverflow(offset)
      if needed.overflow { return nil }
      let cut = inputs.map { pushed(.limit($0, count: needed.partialValue, offset: 0)) }
      return .limit(.unionAll(cut, columns: columns), count: count, offset: offset)
    default: return nil
    }
  }

  private static func areOf(_ input: LogicalPlan, _ keys: [LogicalPlan.SortKey]) -> Bool {
    let columns = input.columnIDs
    return keys.allSatisfy { columns.contains($0.column.id) }
  }
}
