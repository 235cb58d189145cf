import ColumnFormat

extension Binder {
  /// Takes the conditions that mention outer columns up through the subquery's operators.
  ///
  /// This keeps the plan that a person would write: the correlated equality becomes a join key and,
  /// below an aggregate, a further group key. Returns nil where an operator does not allow it; then
  /// the subquery is computed for a domain of outer values instead (``DomainPushing``).
  mutating func pulled(
    _ plan: LogicalPlan,
    _ outer: Set<ColumnID>
  ) throws(SQLError) -> Unnested? {
    if plan.freeColumnIDs.isDisjoint(with: outer) { return Unnested(plan: plan) }
    switch plan {
    case .filter(let input, let predicate):
      guard var result = try pulled(input, outer), result.emptyRow == nil else { return nil }
      var kept: [BoundExpression] = []
      for conjunct in predicate.conjuncts {
        if conjunct.columnIDs.isDisjoint(with: outer) {
          kept.append(conjunct)
        } else {
          result.conditions.append(conjunct)
        }
      }
      if !kept.isEmpty { result.plan = .filter(result.plan, predicate: .conjunction(kept)) }
      return result
    case .project(let input, let items): return try pulledProject(input, items, outer)
    case .aggregate(let aggregate): return try pulledAggregate(aggregate, outer)
    case .join(let join): return try pulledJoin(join, outer)
    case .sort(let input, _): return try pulled(input, outer)
    case .limit(let input, let count, let offset):
      return try pulledLimit(input, count, offset, outer)
    case .window(var window):
      guard let result = try pulled(window.input, outer), result.emptyRow == nil,
        let equalities = result.conditions.equalities(with: outer)
      else { return nil }
      let (input, keys, conditions) = keyed(result.plan, equalities)
      window.input = input
      window.partitionBy += keys.filter { key in
        !window.partitionBy.contains { $0.id == key.id }
      }
      return Unnested(plan: .window(window), conditions: conditions)
    case .unnest(var unnest):
      guard var result = try pulled(unnest.input, outer), result.emptyRow == nil else { return nil }
      unnest.input = result.plan
      result.plan = .unnest(unnest)
      return result
    case .scan, .values, .unionAll, .topN: return nil
    }
  }

  private mutating func pulledProject(
    _ input: LogicalPlan,
    _ items: [LogicalPlan.ProjectItem],
    _ outer: Set<ColumnID>
  ) throws(SQLError) -> Unnested? {
    guard items.allSatisfy({ $0.expression.columnIDs.isDisjoint(with: outer) }),
      var result = try pulled(input, outer)
    else { return nil }
    var kept = items
    for column in result.conditions.innerColumns(result.plan)
    where !kept.contains(where: { $0.column.id == column.id }) {
      kept.append(.init(column: column, expression: .column(column)))
    }
    if let empty = result.emptyRow {
      result.emptyRow = items.reduce(into: [:]) {
        $0[$1.column.id] = folded($1.expression.substituting(empty))
      }
    }
    result.plan = .project(result.plan, items: kept)
    return result
  }

  private mutating func pulledAggregate(
    _ aggregate: LogicalPlan.Aggregate,
    _ outer: Set<ColumnID>
  ) throws(SQLError) -> Unnested? {
    guard aggregate.groupingSets == nil, let result = try pulled(aggregate.input, outer),
      result.emptyRow == nil, let equalities = result.conditions.equalities(with: outer)
    else { return nil }
    let (input, keys, conditions) = keyed(result.plan, equalities)
    var grouped = aggregate
    grouped.input = input
    grouped.keys += keys.filter { key in !aggregate.keys.contains { $0.id == key.id } }
    var unnested = Unnested(plan: .aggregate(grouped), conditions: conditions)
    if aggregate.keys.isEmpty {
      unnested.isUnique = true
      unnested.emptyRow = try emptyRow(aggregate.calls)
    }
    return unnested
  }

  /// What aggregates give for no rows.
  func emptyRow(
    _ calls: [LogicalPlan.AggregateCall]
  ) throws(SQLError) -> [ColumnID: BoundExpression] {
    var values: [ColumnID: BoundExpression] = [:]
    for call in calls {
      var value = Scalar.null
      do {
        let state = call.function.makeState()
        try state.resize(groupCount: 1)
        value = try state.finish().scalar(at: 0)
      } catch {
        throw SQLError(.internalError, "\(call.function.name) of no rows has no value")
      }
      values[call.column.id] = .constant(value, call.column.type)
    }
    return values
  }

  private mutating func pulledJoin(
    _ join: LogicalPlan.Join,
    _ outer: Set<ColumnID>
  ) throws(SQLError) -> Unnested? {
    var joined = join
    let residual = join.residual?.conjuncts ?? []
    let isInner = join.kind == .inner || join.kind == .cross
    if isInner {
      guard let left = try pulled(join.left, outer), let right = try pulled(join.right, outer),
        left.emptyRow == nil, right.emptyRow == nil
      else { return nil }
      joined.left = left.plan
      joined.right = right.plan
      let kept = residual.filter { $0.columnIDs.isDisjoint(with: outer) }
      joined.residual = kept.isEmpty ? nil : .conjunction(kept)
      if joined.keys.isEmpty && kept.isEmpty { joined.kind = .cross }
      return Unnested(
        plan: .join(joined),
        conditions: left.conditions + right.conditions
          + residual.filter { !$0.columnIDs.isDisjoint(with: outer) }
      )
    }
    guard residual.allSatisfy({ $0.columnIDs.isDisjoint(with: outer) }) else { return nil }
    switch join.kind {
    case .left, .semi, .anti, .mark, .single:
      guard join.right.freeColumnIDs.isDisjoint(with: outer),
        let left = try pulled(join.left, outer), left.emptyRow == nil
      else { return nil }
      joined.left = left.plan
      return Unnested(plan: .join(joined), conditions: left.conditions)
    case .right:
      guard join.left.freeColumnIDs.isDisjoint(with: outer),
        let right = try pulled(join.right, outer), right.emptyRow == nil
      else { return nil }
      joined.right = right.plan
      return Unnested(plan: .join(joined), conditions: right.conditions)
    default: return nil
    }
  }

  /// The first rows of each outer row: numbered within the values of the correlated columns.
  private mutating func pulledLimit(
    _ input: LogicalPlan,
    _ count: Int?,
    _ offset: Int,
    _ outer: Set<ColumnID>
  ) throws(SQLError) -> Unnested? {
    var keys: [LogicalPlan.SortKey] = []
    var body = input
    if case .sort(let inner, let sortKeys) = input {
      keys = sortKeys
      body = inner
    }
    guard let result = try pulled(body, outer) else { return nil }
    if result.emptyRow != nil { return offset == 0 && count ?? 1 >= 1 ? result : nil }
    guard let equalities = result.conditions.equalities(with: outer) else { return nil }
    let (plan, partition, conditions) = keyed(result.plan, equalities)
    return Unnested(
      plan: try numbered(plan, partition, keys, count, offset),
      conditions: conditions,
      isUnique: count == 1
    )
  }

  /// The rows `offset + 1 ... offset + count` of each partition.
  mutating func numbered(
    _ plan: LogicalPlan,
    _ partition: [PlanColumn],
    _ keys: [LogicalPlan.SortKey],
    _ count: Int?,
    _ offset: Int
  ) throws(SQLError) -> LogicalPlan {
    let number = ids.column("number", .bigint)
    let window = LogicalPlan.window(
      .init(
        input: plan,
        partitionBy: partition,
        orderBy: keys,
        calls: [
          .init(
            column: number,
            function: .ranking(name: "row_number", resultType: .bigint),
            arguments: [],
            frame: .standard,
            ignoresNulls: false
          )
        ]
      )
    )
    var bounds: [BoundExpression] = []
    let nowhere = SourceRange(0, 0)
    if let count {
      let last = BoundExpression.constant(.int(Int64(clamping: count &+ offset)), .bigint)
      bounds.append(try call("$lessOrEqual", [.column(number), last], at: nowhere))
    }
    if offset > 0 {
      let first = BoundExpression.constant(.int(Int64(offset)), .bigint)
      bounds.append(try call("$greater", [.column(number), first], at: nowhere))
    }
    return bounds.isEmpty ? plan : .filter(window, predicate: .conjunction(bounds))
  }

  /// Puts the inner sides of equalities under columns; the conditions then compare those.
  private mutating func keyed(
    _ plan: LogicalPlan,
    _ equalities: [CorrelatedEquality]
  ) -> (plan: LogicalPlan, keys: [PlanColumn], conditions: [BoundExpression]) {
    var builder = ProjectionBuilder(input: plan, keepsInput: true)
    var keys: [PlanColumn] = []
    var conditions: [BoundExpression] = []
    for equality in equalities {
      let column = builder.column(for: equality.inner, "key", &ids)
      if !keys.contains(where: { $0.id == column.id }) { keys.append(column) }
      conditions.append(.call(equality.function, [.column(column), equality.outer]))
    }
    return (builder.plan(), keys, conditions)
  }
}

/// An equality of an inner with an outer expression.
private struct CorrelatedEquality {
  var function: ScalarFunction
  var inner: BoundExpression
  var outer: BoundExpression
}

extension [BoundExpression] {
  /// The conditions as equalities of one side with the other; nil if one is something else.
  fileprivate func equalities(with outer: Set<ColumnID>) -> [CorrelatedEquality]? {
    var result: [CorrelatedEquality] = []
    for condition in self {
      guard case .call(let function, let arguments) = condition, function.name == "$equal",
        arguments.count == 2
      else { return nil }
      let left = arguments[0].columnIDs
      let right = arguments[1].columnIDs
      if left.isDisjoint(with: outer) && right.isSubset(of: outer) && !left.isEmpty {
        result.append(.init(function: function, inner: arguments[0], outer: arguments[1]))
      } else if right.isDisjoint(with: outer) && left.isSubset(of: outer) && !right.isEmpty {
        result.append(.init(function: function, inner: arguments[1], outer: arguments[0]))
      } else {
        return nil
      }
    }
    return result
  }
}
