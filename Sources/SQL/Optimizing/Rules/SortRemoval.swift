/// Drops sorts whose order nobody sees: those of subqueries without a limit, and DISTINCT over rows
/// that are distinct already.
enum SortRemoval: OptimizerRule {
  static func apply(
    _ plan: LogicalPlan,
    _ session: inout OptimizerSession
  ) throws(SQLError) -> LogicalPlan {
    withoutSorts(plan, orderMatters: true).rewritten(withoutDistinct)
  }

  private static func withoutSorts(_ plan: LogicalPlan, orderMatters: Bool) -> LogicalPlan {
    switch plan {
    case .sort(let input, let keys):
      let body = withoutSorts(input, orderMatters: false)
      return orderMatters && !input.hasAtMostOneRow ? .sort(body, keys: keys) : body
    case .limit, .topN: return plan.mapChildren { withoutSorts($0, orderMatters: true) }
    case .project, .filter:
      return plan.mapChildren { withoutSorts($0, orderMatters: orderMatters) }
    default: return plan.mapChildren { withoutSorts($0, orderMatters: false) }
    }
  }

  private static func withoutDistinct(_ plan: LogicalPlan) -> LogicalPlan {
    guard case .aggregate(let aggregate) = plan, aggregate.calls.isEmpty,
      aggregate.groupingSets == nil, !aggregate.keys.isEmpty,
      let unique = aggregate.input.uniqueKeys,
      unique.isSubset(of: aggregate.keys.map(\.id))
    else { return plan }
    return aggregate.input.keeping(aggregate.keys)
  }
}

extension LogicalPlan {
  /// Columns whose values together never repeat, by construction; nil where none are known.
  var uniqueKeys: Set<ColumnID>? {
    switch self {
    case .aggregate(let aggregate):
      return aggregate.groupingSets == nil ? Set(aggregate.keys.map(\.id)) : nil
    case .filter(let input, _), .sort(let input, _), .limit(let input, _, _),
      .topN(let input, _, _, _):
      return input.uniqueKeys
    case .window(let window): return window.input.uniqueKeys
    case .project(let input, let items):
      guard let keys = input.uniqueKeys else { return nil }
      var renamed: Set<ColumnID> = []
      for key in keys {
        guard let item = items.first(where: { $0.expression.asColumn?.id == key }) else {
          return nil
        }
        renamed.insert(item.column.id)
      }
      return renamed
    case .join(let join):
      switch join.kind {
      case .semi, .anti, .mark, .single: return join.left.uniqueKeys
      default: return nil
      }
    default: return nil
    }
  }

  /// Whether there is no second row, whatever the data are.
  var hasAtMostOneRow: Bool {
    switch self {
    case .limit(let input, let count, _): count ?? 2 <= 1 || input.hasAtMostOneRow
    case .topN(let input, _, let count, _): count <= 1 || input.hasAtMostOneRow
    case .filter(let input, _), .project(let input, _), .sort(let input, _): input.hasAtMostOneRow
    case .values(_, let rows): rows.count <= 1
    default: hasExactlyOneRow
    }
  }
}
