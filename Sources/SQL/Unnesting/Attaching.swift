import ColumnFormat

extension Binder {
  /// The plan with each subquery joined to it, so that its result is a column.
  mutating func attach(
    _ subqueries: [PendingSubquery],
    to plan: LogicalPlan
  ) throws(SQLError) -> LogicalPlan {
    var result = plan
    for subquery in subqueries {
      do {
        result = try attach(subquery, to: result)
      } catch {
        var error = error
        if error.range == nil || error.range == SourceRange(0, 0) { error.range = subquery.range }
        throw error
      }
    }
    return result
  }

  private mutating func attach(
    _ subquery: PendingSubquery,
    to plan: LogicalPlan
  ) throws(SQLError) -> LogicalPlan {
    switch subquery.use {
    case .scalar(let column):
      return try joinRow(plan, subquery.query, [(subquery.query.output[0], column)])
    case .singleRow:
      return try joinRow(plan, subquery.query, subquery.query.output.map { ($0, $0) })
    case .exists(let column):
      var plan = plan
      let unnested = try unnest(subquery.query.plan.withoutShape, from: &plan)
      if let always = always(unnested) {
        return adding(column, .constant(.boolean(always), .boolean), to: plan)
      }
      return .join(
        .mark,
        plan,
        unnested.plan,
        on: unnested.conditions,
        markColumn: column,
        ids: &ids
      )
    case .matches(let column, let pairs):
      return try joinMembership(plan, subquery.query, pairs, column)
    }
  }

  func adding(
    _ column: PlanColumn,
    _ value: BoundExpression,
    to plan: LogicalPlan
  ) -> LogicalPlan {
    .project(
      plan,
      items: plan.columns.map { .init(column: $0, expression: .column($0)) } + [
        .init(column: column, expression: value)
      ]
    )
  }

  /// Whether a subquery has a row for every outer row whatever the data are.
  private func always(_ unnested: Unnested) -> Bool? { unnested.emptyRow == nil ? nil : true }

  // MARK: One row

  /// Adds the columns of a subquery that has at most one row for each outer row.
  private mutating func joinRow(
    _ plan: LogicalPlan,
    _ query: BoundQuery,
    _ columns: [(inner: PlanColumn, result: PlanColumn)]
  ) throws(SQLError) -> LogicalPlan {
    let isCorrelated = !query.plan.freeColumnIDs.isDisjoint(with: plan.columnIDs)
    var plan = plan
    let unnested = try unnest(query.plan, from: &plan)
    var items: [LogicalPlan.ProjectItem] = []
    var repairs: [LogicalPlan.ProjectItem] = []
    let marker = ids.column("has_row", .boolean)
    for (inner, result) in columns {
      guard let empty = unnested.emptyRow?[inner.id], empty.constantValue?.isNull != true else {
        items.append(.init(column: result, expression: .column(inner)))
        continue
      }
      let below = ids.column(inner.name, inner.type)
      items.append(.init(column: below, expression: .column(inner)))
      repairs.append(
        .init(
          column: result,
          expression: .caseWhen(
            [(.isNull(.column(marker)), empty)],
            otherwise: .column(below),
            inner.type
          )
        )
      )
    }
    if !repairs.isEmpty {
      items.append(.init(column: marker, expression: .constant(.boolean(true), .boolean)))
    }
    for column in unnested.conditions.innerColumns(unnested.plan)
    where !items.contains(where: { $0.column.id == column.id }) {
      items.append(.init(column: column, expression: .column(column)))
    }
    let kind: LogicalPlan.Join.Kind =
      isCorrelated
      ? (unnested.isUnique ? .left : .single) : query.plan.hasExactlyOneRow ? .cross : .single
    let joined = LogicalPlan.join(
      kind,
      plan,
      .project(unnested.plan, items: items),
      on: unnested.conditions,
      ids: &ids
    )
    if repairs.isEmpty { return joined }
    return .project(
      joined,
      items: joined.columns.map { .init(column: $0, expression: .column($0)) } + repairs
    )
  }

  // MARK: EXISTS and IN

  /// The outer rows that have, or have not, a row in the subquery with which all pairs are equal.
  mutating func joinExistence(
    _ plan: LogicalPlan,
    _ query: BoundQuery,
    _ pairs: [(outer: BoundExpression, inner: PlanColumn)],
    isAnti: Bool,
    at range: SourceRange
  ) throws(SQLError) -> LogicalPlan {
    do {
      let inner = pairs.isEmpty ? query.plan.withoutShape : query.plan
      let isCorrelated = !inner.freeColumnIDs.isDisjoint(with: plan.columnIDs)
      var plan = plan
      var unnested = try unnest(inner, from: &plan)
      if unnested.emptyRow != nil {
        if pairs.isEmpty {
          return isAnti
            ? .filter(plan, predicate: .constant(.boolean(false), .boolean)) : plan
        }
        unnested = try withDomain(inner, from: &plan)
      }
      var conditions = unnested.conditions
      if !isAnti || pairs.isEmpty || (!isCorrelated && pairs.count == 1) {
        for pair in pairs {
          let outer = isAnti ? keyed(pair.outer, &plan) : pair.outer
          conditions.append(try equal(outer, .column(pair.inner)))
        }
      } else if let pair = pairs.first, pairs.count == 1,
        conditions.equalities(plan.columnIDs, unnested.plan.columnIDs).isEmpty
      {
        return try joinNotIn(plan, inner, unnested, pair)
      } else {
        // A row whose equality is unknown keeps NOT IN from being true.
        var parts: [BoundExpression] = []
        for pair in pairs { parts.append(try mayBeEqual(pair.outer, .column(pair.inner))) }
        conditions += parts
      }
      return .join(
        isAnti ? .anti : .semi,
        plan,
        unnested.plan,
        on: conditions,
        isNullAware: isAnti && !isCorrelated && pairs.count == 1,
        ids: &ids
      )
    } catch {
      var error = error
      if error.range == nil || error.range == SourceRange(0, 0) { error.range = range }
      throw error
    }
  }

  // MARK: LATERAL

  /// Each left row with the rows of a query over its values.
  mutating func joinLateral(
    _ left: LogicalPlan,
    _ query: BoundQuery,
    isOuter: Bool,
    at range: SourceRange
  ) throws(SQLError) -> LogicalPlan {
    do {
      var left = left
      var unnested = try unnest(query.plan, from: &left)
      if unnested.emptyRow != nil { unnested = try withDomain(query.plan, from: &left) }
      return .join(
        isOuter ? .left : .inner,
        left,
        unnested.plan,
        on: unnested.conditions,
        ids: &ids
      )
    } catch {
      var error = error
      if error.range == nil || error.range == SourceRange(0, 0) { error.range = range }
      throw error
    }
  }

  // MARK: Unnesting

  /// The subquery without references to the plan's columns.
  mutating func unnest(
    _ query: LogicalPlan,
    from plan: inout LogicalPlan
  ) throws(SQLError) -> Unnested {
    if let simple = try pulled(query, plan.columnIDs) { return simple }
    return try withDomain(query, from: &plan)
  }

  /// The subquery computed for each distinct combination of the outer values that it uses.
  ///
  /// They come from a copy of the plan, which is changed where the copy could have other rows.
  mutating func withDomain(
    _ query: LogicalPlan,
    from plan: inout LogicalPlan
  ) throws(SQLError) -> Unnested {
    let free = query.freeColumnIDs
    let used = plan.columns.filter { free.contains($0.id) }
    guard !used.isEmpty else { return Unnested(plan: query) }
    guard let repeatable = plan.repeatable else {
      throw plan.isDeterministic
        ? .notSupported(
          "a correlated subquery of this form over a LIMIT of rows with a column that has no order",
          at: nil,
          help: "leave maps and JSON out of what LIMIT cuts off, or cast them to text there"
        )
        : .notSupported(
          "a correlated subquery of this form over rows with random numbers",
          at: nil
        )
    }
    plan = repeatable
    for column in used where !column.type.isComparable {
      throw .notSupported("a correlated subquery over a column of \(column.type)", at: nil)
    }
    let (copy, numbers) = plan.withoutAdditions(needed: Set(used.map(\.id))).copied(&ids)
    let columns = used.map {
      PlanColumn(id: numbers[$0.id] ?? $0.id, name: $0.name, type: $0.type)
    }
    var renamed: [ColumnID: ColumnID] = [:]
    for (column, own) in zip(columns, used) { renamed[own.id] = column.id }
    let domain = Domain(
      plan: .aggregate(.init(input: copy, keys: columns, calls: [])),
      columns: columns
    )
    var pushing = DomainPushing(binder: self, domain: domain)
    let (pushed, values) = try pushing.push(query.renumbered(renamed))
    ids = pushing.binder.ids
    return Unnested(plan: pushed, conditions: try nullSafeEqualities(values, used))
  }

  // MARK: Conditions

  func equal(
    _ left: BoundExpression,
    _ right: BoundExpression
  ) throws(SQLError) -> BoundExpression {
    try compare("$equal", "=", left, right, at: SourceRange(0, 0))
  }

  /// True where both are equal or one is null.
  func mayBeEqual(
    _ left: BoundExpression,
    _ right: BoundExpression
  ) throws(SQLError) -> BoundExpression {
    .or([try equal(left, right), .isNull(left), .isNull(right)])
  }

  /// Equalities that also hold between nulls, and between values that `=` does not find equal to
  /// themselves, in a form that joins can use as keys: the values with nulls filled in, and whether
  /// they are null; or the bytes of the value.
  func nullSafeEqualities(
    _ left: [PlanColumn],
    _ right: [PlanColumn]
  ) throws(SQLError) -> [BoundExpression] {
    var conditions: [BoundExpression] = []
    for (one, other) in zip(left, right) {
      if one.type.mayDifferFromItself {
        let keys = (
          try call("$key", [.column(one)], at: SourceRange(0, 0)),
          try call("$key", [.column(other)], at: SourceRange(0, 0))
        )
        conditions.append(try equal(keys.0, keys.1))
        continue
      }
      let filler = BoundExpression.constant(one.type.filler, one.type)
      conditions.append(
        try equal(
          .coalesce([.column(one), filler], one.type),
          .coalesce([.column(other), filler], other.type)
        )
      )
      conditions.append(try equal(.isNull(.column(one)), .isNull(.column(other))))
    }
    return conditions
  }
}

extension SQLType {
  /// Whether there are values that are not equal to themselves: NaN, and what holds a NaN or a null.
  fileprivate var mayDifferFromItself: Bool {
    switch physicalType {
    case .float32, .float64, .list, .row: true
    default: false
    }
  }

  /// Some value of the type, to stand in the place of null.
  fileprivate var filler: Scalar {
    switch self {
    case .row(let fields): return .row(fields.map(\.type.filler))
    case .array, .map: return .list([])
    case .boolean, .unknown: return .boolean(false)
    default:
      switch physicalType {
      case .bytes: return .bytes([])
      case .float32: return .float(0)
      case .float64: return .double(0)
      case .int128: return .int128(0)
      default: return .int(0)
      }
    }
  }
}
