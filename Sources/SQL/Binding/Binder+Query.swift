import ColumnFormat

/// A query body with the columns it is to be sorted by, before sorting and cutting.
struct UnorderedQuery {
  var plan: LogicalPlan
  var output: [PlanColumn]
  var sortKeys: [LogicalPlan.SortKey]
}

extension Binder {
  /// Binds WITH, the body, ORDER BY, OFFSET and LIMIT.
  mutating func bindQuery(_ query: SyntaxQuery) throws(SQLError) -> BoundQuery {
    try enter(query.range)
    defer { leave() }
    queryCount += 1
    if queryCount > Binder.queryCountMax {
      throw .notSupported(
        "a query with more than \(Binder.queryCountMax) subqueries",
        at: query.range
      )
    }
    let visibleCount = namedQueries.count
    defer { namedQueries.removeSubrange(visibleCount...) }
    try declare(query)
    let limit = try query.limit.map { (limit) throws(SQLError) in try bindCount(limit, "LIMIT") }
    let offset =
      try query.offset.map { (offset) throws(SQLError) in try bindCount(offset, "OFFSET") } ?? 0
    var body = try bindBody(query.body, orderBy: query.orderBy)
    if query.withTies, let count = limit {
      try keepTies(&body, count: count, offset: offset, at: query.range)
      return finish(body, limit: nil, offset: 0)
    }
    return finish(body, limit: limit, offset: offset)
  }

  private mutating func declare(_ query: SyntaxQuery) throws(SQLError) {
    var names: Set<String> = []
    for named in query.with {
      let key = named.name.text.lowercased()
      if !names.insert(key).inserted {
        throw SQLError(
          .duplicateNamedQuery,
          "WITH query name '\(named.name.text)' specified more than once",
          at: named.name.range
        )
      }
      namedQueries.append(
        VisibleQuery(
          key: key,
          query: named,
          visibleCount: namedQueries.count,
          scopeCount: outerScopes.count,
          isRecursive: query.isRecursive && named.query.mentionsTable(key)
        )
      )
    }
  }

  /// Sorts, cuts, and drops the columns that were only sorted by.
  private func finish(_ body: UnorderedQuery, limit: Int?, offset: Int) -> BoundQuery {
    var plan = body.plan
    if !body.sortKeys.isEmpty { plan = .sort(plan, keys: body.sortKeys) }
    if limit != nil || offset > 0 { plan = .limit(plan, count: limit, offset: offset) }
    if plan.columns.map(\.id) != body.output.map(\.id) {
      plan = .project(
        plan,
        items: body.output.map { .init(column: $0, expression: .column($0)) }
      )
    }
    return BoundQuery(plan: plan, output: body.output)
  }

  /// FETCH FIRST n ROWS WITH TIES: rows of the same rank as the last one stay.
  private mutating func keepTies(
    _ body: inout UnorderedQuery,
    count: Int,
    offset: Int,
    at range: SourceRange
  ) throws(SQLError) {
    if body.sortKeys.isEmpty {
      throw SQLError(.missingOrderBy, "FETCH FIRST … WITH TIES needs an ORDER BY", at: range)
    }
    let number = ids.column("number", .bigint)
    let rank = ids.column("rank", .bigint)
    let ranked = LogicalPlan.window(
      .init(
        input: body.plan,
        partitionBy: [],
        orderBy: body.sortKeys,
        calls: [(rank, "rank"), (number, "row_number")].map { column, name in
          .init(
            column: column,
            function: .ranking(name: name, resultType: .bigint),
            arguments: [],
            frame: .standard,
            ignoresNulls: false
          )
        }
      )
    )
    // What ranks with the last row of the count has a rank of at most that row's number.
    let end = Int64(offset).addingReportingOverflow(Int64(count))
    let isInside = try call(
      "$lessOrEqual",
      [.column(rank), .constant(.int(end.overflow ? .max : end.partialValue), .bigint)],
      at: range
    )
    let isBehind = try call(
      "$greater",
      [.column(number), .constant(.int(Int64(offset)), .bigint)],
      at: range
    )
    body.plan = .filter(ranked, predicate: .conjunction([isInside, isBehind]))
  }

  /// The number behind LIMIT or OFFSET: a literal or a parameter.
  private mutating func bindCount(_ expression: SyntaxExpression, _ clause: String) throws(SQLError)
    -> Int
  {
    var context = ExpressionContext("\(clause) clause", Scope())
    let bound = try bind(expression, &context)
    guard bound.type.isInteger, case .constant(.int(let value), _) = folded(bound), value >= 0
    else {
      throw SQLError(
        .invalidLimit,
        "\(clause) must be a constant whole number of at least 0",
        at: expression.range
      )
    }
    if value > 2_147_483_647 && clause == "LIMIT" {
      throw SQLError(.invalidLimit, "LIMIT may be at most 2147483647", at: expression.range)
    }
    return Int(clamping: value)
  }

  private mutating func bindBody(
    _ body: QueryBody,
    orderBy: [SortItem]
  ) throws(SQLError) -> UnorderedQuery {
    switch body {
    case .select(let select): return try bindSelect(select, orderBy: orderBy)
    case .nested(let query) where orderBy.isEmpty:
      let bound = try bindQuery(query)
      return UnorderedQuery(plan: bound.plan, output: bound.output, sortKeys: [])
    default:
      return try sorted(try bindUnsorted(body), by: orderBy)
    }
  }

  /// A body other than SELECT, without what orders it.
  mutating func bindUnsorted(_ body: QueryBody) throws(SQLError) -> BoundQuery {
    switch body {
    case .select(let select):
      let bound = try bindSelect(select, orderBy: [])
      return BoundQuery(plan: bound.plan, output: bound.output)
    case .nested(let query): return try bindQuery(query)
    case .values(let rows, let range): return try bindValues(rows, at: range)
    case .table(let name, let range):
      let relation = try bindTable(name, at: range)
      let output = relation.scope.entries.filter { !$0.isHidden }.map(\.column)
      return BoundQuery(plan: relation.plan, output: output)
    case .setOperation(let kind, let isAll, let left, let right, let range):
      return try bindSetOperation(kind, isAll: isAll, left, right, at: range)
    }
  }

  /// ORDER BY over a set operation or VALUES: it sees the output columns only.
  private mutating func sorted(
    _ query: BoundQuery,
    by orderBy: [SortItem]
  ) throws(SQLError) -> UnorderedQuery {
    if orderBy.isEmpty {
      return UnorderedQuery(plan: query.plan, output: query.output, sortKeys: [])
    }
    let scope = Scope(
      entries: query.output.map { Scope.Entry(qualifier: [], name: $0.name, column: $0) }
    )
    var context = ExpressionContext("ORDER BY clause", scope)
    var pending: [PendingSortKey] = []
    for item in orderBy {
      let expression: BoundExpression
      if let position = try ordinal(item.expression, count: query.output.count, "ORDER BY") {
        expression = .column(query.output[position])
      } else {
        expression = try bind(item.expression, &context)
      }
      pending.append(try sortKey(expression, item))
    }
    var builder = ProjectionBuilder(
      input: try attach(context.subqueries, to: query.plan),
      keepsInput: true
    )
    let keys = builder.keys(for: pending, &ids)
    return UnorderedQuery(plan: builder.plan(), output: query.output, sortKeys: keys)
  }

  /// The position that a literal in GROUP BY or ORDER BY means; nil for other expressions.
  func ordinal(
    _ expression: SyntaxExpression,
    count: Int,
    _ clause: String
  ) throws(SQLError) -> Int? {
    guard case .integer(let text) = expression.node else { return nil }
    guard let position = Int(text), position >= 1, position <= count else {
      throw SQLError(
        .invalidColumnReference,
        "\(clause) position \(text) is not in select list",
        at: expression.range,
        help: "the select list has \(count) column\(count == 1 ? "" : "s")"
      )
    }
    return position - 1
  }

  /// A sort key after a check that its type has an order.
  func sortKey(_ expression: BoundExpression, _ item: SortItem) throws(SQLError) -> PendingSortKey {
    guard expression.type.isOrderable else {
      throw SQLError(
        .typeMismatch,
        "type \(expression.type) is not orderable, and therefore cannot be used in ORDER BY",
        at: item.expression.range
      )
    }
    return PendingSortKey(
      expression: expression,
      isDescending: item.isDescending,
      nullsFirst: item.nullsFirst ?? false
    )
  }
}

extension SyntaxQuery {
  /// Whether a table of this name (lower case) stands in FROM anywhere in the query.
  func mentionsTable(_ key: String) -> Bool {
    body.mentionsTable(key) || with.contains { $0.query.mentionsTable(key) }
  }
}

extension QueryBody {
  /// Whether a table of this name (lower case) stands in FROM anywhere in the body.
  func mentionsTable(_ key: String) -> Bool {
    switch self {
    case .select(let select): select.from?.mentionsTable(key) ?? false
    case .setOperation(_, _, let left, let right, _):
      left.mentionsTable(key) || right.mentionsTable(key)
    case .values: false
    case .table(let name, _): name.count == 1 && name[0].text.lowercased() == key
    case .nested(let query): query.mentionsTable(key)
    }
  }
}

extension Relation {
  fileprivate func mentionsTable(_ key: String) -> Bool {
    switch node {
    case .table(let name): name.count == 1 && name[0].text.lowercased() == key
    case .file, .unnest: false
    case .subquery(let query), .lateral(let query): query.mentionsTable(key)
    case .aliased(let inner, _, _), .sampled(let inner, _, _): inner.mentionsTable(key)
    case .join(_, let left, let right, _): left.mentionsTable(key) || right.mentionsTable(key)
    }
  }
}
