import ColumnFormat

/// IN and NOT IN of correlated subqueries, which are unknown where nulls decide.
extension Binder {
  /// The rows of a correlated NOT IN that has no equality to join by: those without an equal value,
  /// without a null beside them, and, where their own value is null, without any row beside them.
  ///
  /// In three joins each has keys or few rows; in one the condition would be tried on all pairs.
  mutating func joinNotIn(
    _ plan: LogicalPlan,
    _ inner: LogicalPlan,
    _ unnested: Unnested,
    _ pair: (outer: BoundExpression, inner: PlanColumn)
  ) throws(SQLError) -> LogicalPlan {
    var plan = plan
    let outer = keyed(pair.outer, &plan)
    var result = LogicalPlan.join(
      .anti,
      plan,
      unnested.plan,
      on: unnested.conditions + [try equal(outer, .column(pair.inner))],
      ids: &ids
    )
    for question in [UnknownEquality.innerIsNull, .outerIsNull] {
      let (other, conditions) = try asking(question, inner, (outer, pair.inner), &result)
      result = .join(.anti, result, other, on: conditions, ids: &ids)
    }
    return result
  }

  /// Why an equality can be unknown.
  private enum UnknownEquality { case innerIsNull, outerIsNull, anyIsNull }

  /// A copy of the subquery and the conditions under which an equality with it is unknown.
  private mutating func asking(
    _ question: UnknownEquality,
    _ query: LogicalPlan,
    _ pair: (outer: BoundExpression, inner: PlanColumn),
    _ plan: inout LogicalPlan
  ) throws(SQLError) -> (plan: LogicalPlan, conditions: [BoundExpression]) {
    let (copy, numbers) = query.copied(&ids)
    var unnested = try unnest(copy, from: &plan)
    if unnested.emptyRow != nil { unnested = try withDomain(copy, from: &plan) }
    let inner = BoundExpression.column(
      PlanColumn(
        id: numbers[pair.inner.id] ?? pair.inner.id,
        name: pair.inner.name,
        type: pair.inner.type
      )
    )
    switch question {
    case .innerIsNull:
      return (.filter(unnested.plan, predicate: .isNull(inner)), unnested.conditions)
    case .anyIsNull:
      return (unnested.plan, unnested.conditions + [.or([.isNull(pair.outer), .isNull(inner)])])
    case .outerIsNull:
      // As an equality, so that only rows with a null look at the rows without one.
      let isNull = BoundExpression.caseWhen(
        [(.isNull(pair.outer), .constant(.boolean(false), .boolean))],
        otherwise: .constant(.null, .boolean),
        .boolean
      )
      return (unnested.plan, unnested.conditions + [try equal(isNull, .isNull(inner))])
    }
  }

  /// The value left of IN as a column of `plan`.
  ///
  /// As a constant its equality would filter the subquery and take its nulls away.
  mutating func keyed(
    _ value: BoundExpression,
    _ plan: inout LogicalPlan
  ) -> BoundExpression {
    guard value.columnIDs.isEmpty else { return value }
    let column = ids.column("value", value.type)
    plan = adding(column, value, to: plan)
    return .column(column)
  }

  /// The truth value of IN as a column: true, false or null.
  mutating func joinMembership(
    _ plan: LogicalPlan,
    _ query: BoundQuery,
    _ pairs: [(outer: BoundExpression, inner: PlanColumn)],
    _ column: PlanColumn
  ) throws(SQLError) -> LogicalPlan {
    let isCorrelated = !query.plan.freeColumnIDs.isDisjoint(with: plan.columnIDs)
    if !isCorrelated && pairs.count == 1 {
      var plan = plan
      let outer = keyed(pairs[0].outer, &plan)
      return .join(
        .mark,
        plan,
        query.plan,
        on: [try equal(outer, .column(pairs[0].inner))],
        markColumn: column,
        isNullAware: true,
        ids: &ids
      )
    }
    if let pair = pairs.first, pairs.count == 1 {
      return try joinSingleMembership(plan, query, pair, column)
    }
    // Two questions that have plain answers: is a row surely equal, may one be equal?
    var result = plan
    let marks = [ids.column("matched", .boolean), ids.column("may_match", .boolean)]
    for (index, mark) in marks.enumerated() {
      let (copy, numbers) = query.plan.copied(&ids)
      var unnested = try unnest(copy, from: &result)
      if unnested.emptyRow != nil { unnested = try withDomain(copy, from: &result) }
      var conditions = unnested.conditions
      for pair in pairs {
        let inner = BoundExpression.column(
          PlanColumn(
            id: numbers[pair.inner.id] ?? pair.inner.id,
            name: pair.inner.name,
            type: pair.inner.type
          )
        )
        conditions.append(
          index == 0 ? try equal(pair.outer, inner) : try mayBeEqual(pair.outer, inner)
        )
      }
      result = .join(.mark, result, unnested.plan, on: conditions, markColumn: mark, ids: &ids)
    }
    return adding(
      column,
      .caseWhen(
        [
          (.column(marks[0]), .constant(.boolean(true), .boolean)),
          (.column(marks[1]), .constant(.null, .boolean)),
        ],
        otherwise: .constant(.boolean(false), .boolean),
        .boolean
      ),
      to: result
    )
  }

  /// The truth value of a correlated IN of one column, by whether a row is equal, whether one is null,
  /// and whether there is any beside a null.
  private mutating func joinSingleMembership(
    _ plan: LogicalPlan,
    _ query: BoundQuery,
    _ pair: (outer: BoundExpression, inner: PlanColumn),
    _ column: PlanColumn
  ) throws(SQLError) -> LogicalPlan {
    var result = plan
    let outer = keyed(pair.outer, &result)
    var unnested = try unnest(query.plan, from: &result)
    if unnested.emptyRow != nil { unnested = try withDomain(query.plan, from: &result) }
    let matched = ids.column("matched", .boolean)
    result = .join(
      .mark,
      result,
      unnested.plan,
      on: unnested.conditions + [try equal(outer, .column(pair.inner))],
      markColumn: matched,
      ids: &ids
    )
    // Where there are keys to join by, one question more is answered beside them.
    let hasKeys =
      !unnested.conditions.equalities(result.columnIDs, unnested.plan.columnIDs).isEmpty
    var unknown: [BoundExpression] = []
    for question in hasKeys ? [.anyIsNull] : [UnknownEquality.innerIsNull, .outerIsNull] {
      let mark = ids.column("may_match", .boolean)
      let (other, conditions) = try asking(question, query.plan, (outer, pair.inner), &result)
      result = .join(.mark, result, other, on: conditions, markColumn: mark, ids: &ids)
      unknown.append(.column(mark))
    }
    return adding(
      column,
      .caseWhen(
        [
          (.column(matched), .constant(.boolean(true), .boolean)),
          (.or(unknown), .constant(.null, .boolean)),
        ],
        otherwise: .constant(.boolean(false), .boolean),
        .boolean
      ),
      to: result
    )
  }
}
