/// Leaves away what nobody uses: columns of scans, projections, aggregates and window functions.
enum ColumnPruning: OptimizerRule {
  static func apply(
    _ plan: LogicalPlan,
    _ session: inout OptimizerSession
  ) throws(SQLError) -> LogicalPlan {
    pruned(plan, Set(plan.columns.map(\.id))).keeping(plan.columns)
  }

  /// The plan with at least the columns needed, in their order.
  private static func pruned(_ plan: LogicalPlan, _ needed: Set<ColumnID>) -> LogicalPlan {
    switch plan {
    case .scan(var scan):
      var used = needed
      for filter in scan.filters { used.formUnion(filter.columnIDs) }
      scan.columns.removeAll { !used.contains($0.column.id) }
      return .scan(scan)
    case .values(let columns, let rows):
      let kept = columns.indices.filter { needed.contains(columns[$0].id) }
      return .values(
        columns: kept.map { columns[$0] },
        rows: rows.map { row in kept.map { row[$0] } }
      )
    case .filter(let input, let predicate):
      return .filter(pruned(input, needed.union(predicate.columnIDs)), predicate: predicate)
    case .project(let input, let items):
      let kept = items.filter { needed.contains($0.column.id) }
      let used = kept.reduce(into: Set<ColumnID>()) { $0.formUnion($1.expression.columnIDs) }
      return .project(pruned(input, used), items: kept)
    case .aggregate(var aggregate):
      aggregate.calls.removeAll { !needed.contains($0.column.id) }
      if let column = aggregate.groupingSetColumn, !needed.contains(column.id) {
        aggregate.groupingSetColumn = nil
      }
      var used = Set(aggregate.keys.map(\.id))
      for call in aggregate.calls {
        for input in call.inputs { used.formUnion(input.columnIDs) }
      }
      aggregate.input = narrowed(aggregate.input, used)
      return .aggregate(aggregate)
    case .join(let join): return prunedJoin(join, needed)
    case .sort(let input, let keys):
      return .sort(pruned(input, needed.union(keys.map(\.column.id))), keys: keys)
    case .topN(let input, let keys, let count, let offset):
      return .topN(
        pruned(input, needed.union(keys.map(\.column.id))),
        keys: keys,
        count: count,
        offset: offset
      )
    case .limit(let input, let count, let offset):
      return .limit(pruned(input, needed), count: count, offset: offset)
    case .unionAll(let inputs, let columns):
      let kept = columns.indices.filter { needed.contains(columns[$0].id) }
      let cut = inputs.map { input in
        let own = kept.map { input.columns[$0] }
        return pruned(input, Set(own.map(\.id))).keeping(own)
      }
      return .unionAll(cut, columns: kept.map { columns[$0] })
    case .window(var window):
      window.calls.removeAll { !needed.contains($0.column.id) }
      if window.calls.isEmpty && window.limit == nil { return pruned(window.input, needed) }
      var used = needed
      used.formUnion(window.partitionBy.map(\.id))
      used.formUnion(window.orderBy.map(\.column.id))
      for call in window.calls { used.formUnion(call.arguments.map(\.id)) }
      window.input = narrowed(window.input, used)
      return .window(window)
    case .unnest(var unnest):
      if let column = unnest.ordinality, !needed.contains(column.id) { unnest.ordinality = nil }
      unnest.input = narrowed(unnest.input, needed.union(unnest.collections.map(\.id)))
      return .unnest(unnest)
    }
  }

  /// Exactly the columns needed: for operators that keep rows in memory.
  private static func narrowed(_ plan: LogicalPlan, _ needed: Set<ColumnID>) -> LogicalPlan {
    let result = pruned(plan, needed)
    return result.keeping(result.columns.filter { needed.contains($0.id) })
  }

  private static func prunedJoin(
    _ join: LogicalPlan.Join,
    _ needed: Set<ColumnID>
  ) -> LogicalPlan {
    var join = join
    let isAddition = join.kind == .mark && join.markColumn.map { !needed.contains($0.id) } ?? false
    if isAddition { return pruned(join.left, needed) }
    var used = needed
    if let residual = join.residual { used.formUnion(residual.columnIDs) }
    var right: Set<ColumnID>
    switch join.kind {
    case .semi, .anti, .mark: right = join.residual?.columnIDs ?? []
    default: right = used
    }
    right.formUnion(join.keys.map(\.right.id))
    join.left = narrowed(join.left, used.union(join.keys.map(\.left.id)))
    join.right = narrowed(join.right, right)
    return .join(join)
  }
}
