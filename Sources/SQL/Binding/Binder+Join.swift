extension Binder {
  mutating func bindJoin(
    _ kind: JoinKind,
    _ left: Relation,
    _ right: Relation,
    _ condition: JoinCondition,
    at range: SourceRange
  ) throws(SQLError) -> BoundRelation {
    let leftSide = try bindRelation(left)
    if let (core, alias, columns) = right.dependentCore {
      return try bindDependentJoin(kind, leftSide, core, alias, columns, condition, at: range)
    }
    let rightSide = try bindRelation(right)
    try refuseSameNames(leftSide.scope, rightSide.scope, right)
    let both = Scope(entries: leftSide.scope.entries + rightSide.scope.entries)
    switch condition {
    case .none:
      return BoundRelation(
        plan: .join(.init(.cross, leftSide.plan, rightSide.plan)),
        scope: both
      )
    case .on(let expression):
      return try join(kind, leftSide, rightSide, on: expression, both)
    case .using(let names): return try join(kind, leftSide, rightSide, using: names)
    case .natural:
      let names = leftSide.scope.entries.filter { entry in
        !entry.isHidden && entry.key != nil
          && rightSide.scope.entries.contains { !$0.isHidden && $0.key == entry.key }
      }
      return try join(
        kind,
        leftSide,
        rightSide,
        using: names.map { Identifier(text: $0.name ?? "", isQuoted: true, range: range) }
      )
    }
  }

  /// Two relations of one name make each of their columns ambiguous; said once and early.
  private func refuseSameNames(_ left: Scope, _ right: Scope, _ relation: Relation) throws(SQLError)
  {
    guard case .aliased(_, let alias, _) = relation.node else { return }
    if left.entries.contains(where: { $0.qualifier == [alias.text.lowercased()] }) {
      throw SQLError(
        .ambiguousName,
        "table name '\(alias.text)' is specified more than once",
        at: alias.range
      )
    }
  }

  // MARK: ON

  private mutating func join(
    _ kind: JoinKind,
    _ left: BoundRelation,
    _ right: BoundRelation,
    on expression: SyntaxExpression,
    _ scope: Scope
  ) throws(SQLError) -> BoundRelation {
    if kind == .inner || kind == .cross {
      let cross = LogicalPlan.join(.init(.cross, left.plan, right.plan))
      return BoundRelation(
        plan: try bindFilter(expression, on: cross, scope, clause: "JOIN clause"),
        scope: scope
      )
    }
    var context = ExpressionContext("JOIN clause", scope)
    let condition = try bindCondition(expression, &context)
    var leftPlan = left.plan
    var rightPlan = right.plan
    for subquery in context.subqueries {
      try attachToSide(subquery, &leftPlan, &rightPlan)
    }
    return BoundRelation(
      plan: LogicalPlan.join(
        kind.planKind,
        leftPlan,
        rightPlan,
        on: condition.conjuncts,
        ids: &ids
      ),
      scope: scope
    )
  }

  /// A subquery in the condition of an outer join is joined to the side whose columns it uses.
  private mutating func attachToSide(
    _ subquery: PendingSubquery,
    _ left: inout LogicalPlan,
    _ right: inout LogicalPlan
  ) throws(SQLError) {
    var used = subquery.query.plan.freeColumnIDs
    for expression in subquery.outerExpressions { used.formUnion(expression.columnIDs) }
    if used.isDisjoint(with: left.columnIDs) {
      right = try attach([subquery], to: right)
    } else if used.isDisjoint(with: right.columnIDs) {
      left = try attach([subquery], to: left)
    } else {
      throw .notSupported(
        "a subquery over both sides in the condition of an outer join",
        at: subquery.range
      )
    }
  }

  // MARK: USING

  /// The shared columns come first, once; then those of the left and of the right.
  private mutating func join(
    _ kind: JoinKind,
    _ left: BoundRelation,
    _ right: BoundRelation,
    using names: [Identifier]
  ) throws(SQLError) -> BoundRelation {
    var conditions: [BoundExpression] = []
    var shared: [(name: Identifier, left: PlanColumn, right: PlanColumn)] = []
    for name in names {
      let key = name.text.lowercased()
      let one = try sharedColumn(key, name, left.scope)
      let other = try sharedColumn(key, name, right.scope)
      conditions.append(
        try compare("$equal", "=", .column(one), .column(other), at: name.range)
      )
      shared.append((name, one, other))
    }
    let plan = LogicalPlan.join(
      kind == .cross ? .inner : kind.planKind,
      left.plan,
      right.plan,
      on: conditions,
      ids: &ids
    )
    var builder = ProjectionBuilder(input: plan, keepsInput: true)
    var entries: [Scope.Entry] = []
    for (name, one, other) in shared {
      let column: PlanColumn
      switch kind {
      case .right: column = other
      case .full:
        let type = TypeCoercion.commonType(one.type, other.type) ?? one.type
        column = builder.column(
          for: .coalesce([coerce(.column(one), to: type), coerce(.column(other), to: type)], type),
          name.text,
          &ids
        )
      default: column = one
      }
      entries.append(Scope.Entry(qualifier: [], name: name.text, column: column))
    }
    let sharedIDs = Set(shared.flatMap { [$0.left.id, $0.right.id] })
    for entry in left.scope.entries + right.scope.entries {
      // The halves of a shared column stay reachable as `t.column`, but are not part of `*`.
      if sharedIDs.contains(entry.column.id) {
        guard !entry.qualifier.isEmpty else { continue }
        var hidden = entry
        hidden.isHidden = true
        hidden.needsQualifier = true
        entries.append(hidden)
      } else {
        entries.append(entry)
      }
    }
    return BoundRelation(plan: builder.plan(), scope: Scope(entries: entries))
  }

  private func sharedColumn(
    _ key: String,
    _ name: Identifier,
    _ scope: Scope
  ) throws(SQLError) -> PlanColumn {
    switch scope.find(qualifier: [], name: key) {
    case .one(let entry): return entry.column
    case .ambiguous: throw .ambiguousColumn(name.text, at: name.range)
    case .none:
      throw .columnNotFound(
        name.text,
        at: name.range,
        suggestion: NearestName.suggestion(for: name.text, among: scope.entries.compactMap(\.name)),
        among: scope.entries.compactMap(\.name)
      )
    }
  }

  // MARK: LATERAL and UNNEST

  /// A join whose right side may use columns of the left one.
  private mutating func bindDependentJoin(
    _ kind: JoinKind,
    _ left: BoundRelation,
    _ core: Relation,
    _ alias: Identifier?,
    _ columns: [Identifier],
    _ condition: JoinCondition,
    at range: SourceRange
  ) throws(SQLError) -> BoundRelation {
    guard kind != .right, kind != .full else {
      throw .notSupported("a \(kind.rawValue) JOIN with UNNEST or LATERAL", at: range)
    }
    var filter: SyntaxExpression?
    switch condition {
    case .none: break
    case .on(let expression):
      if case .boolean(true) = expression.node { break }
      filter = expression
    case .using, .natural:
      throw .notSupported("USING with UNNEST or LATERAL", at: range)
    }
    if kind == .left, let filter {
      throw .notSupported(
        "a LEFT JOIN with UNNEST or LATERAL on another condition than TRUE",
        at: filter.range
      )
    }
    var result: BoundRelation
    if case .unnest(let collections, let withOrdinality) = core.node {
      result = try bindUnnest(
        collections,
        withOrdinality: withOrdinality,
        over: left,
        keepsEmpty: kind == .left,
        at: core.range
      )
    } else if case .lateral(let query) = core.node {
      result = try bindLateral(query, left, isOuter: kind == .left)
    } else {
      return left
    }
    let leftCount = left.scope.entries.count
    var right = BoundRelation(
      plan: result.plan,
      scope: Scope(entries: Array(result.scope.entries[leftCount...]))
    )
    if let alias { right = try rename(right, alias, columns) }
    result.scope = Scope(entries: left.scope.entries + right.scope.entries)
    if let filter {
      result.plan = try bindFilter(filter, on: result.plan, result.scope, clause: "JOIN clause")
    }
    return result
  }

  private mutating func bindLateral(
    _ query: SyntaxQuery,
    _ left: BoundRelation,
    isOuter: Bool
  ) throws(SQLError) -> BoundRelation {
    outerScopes.append(left.scope)
    defer { outerScopes.removeLast() }
    let bound = try bindQuery(query)
    let right = BoundRelation(bindingOf: bound, alias: nil)
    return BoundRelation(
      plan: try joinLateral(left.plan, bound, isOuter: isOuter, at: query.range),
      scope: Scope(entries: left.scope.entries + right.scope.entries)
    )
  }
}

extension JoinKind {
  var planKind: LogicalPlan.Join.Kind {
    switch self {
    case .inner: .inner
    case .left: .left
    case .right: .right
    case .full: .full
    case .cross: .cross
    }
  }
}

extension Relation {
  /// UNNEST or LATERAL with its alias, if that is what the relation is.
  fileprivate var dependentCore: (Relation, Identifier?, [Identifier])? {
    switch node {
    case .unnest, .lateral: (self, nil, [])
    case .aliased(let inner, let alias, let columns):
      inner.dependentCore.map { ($0.0, alias, columns) }
    default: nil
    }
  }
}
