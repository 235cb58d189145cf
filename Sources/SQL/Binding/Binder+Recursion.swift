import ColumnFormat

extension Binder {
  /// How many times the step of a recursive query is taken, as Trino's default has it.
  static let recursionDepthMax = 10

  /// WITH RECURSIVE: the base, and the step over the rows of the step before, as often as is
  /// allowed; rows after the last step are an error.
  mutating func bindRecursive(_ visible: VisibleQuery) throws(SQLError) -> BoundRelation {
    let (base, step, isAll) = try recursion(visible.query)
    if visible.query.columns.isEmpty {
      throw SQLError(
        .missingColumnAliases,
        "missing column aliases in recursive WITH query",
        at: visible.query.name.range,
        help: "name the columns: \(visible.query.name.text) (a, b) AS …"
      )
    }
    var levels = [try bindLevel(0, visible, base, step, types: nil)]
    let types = levels[0].output.map(\.type)
    for level in 1...(Binder.recursionDepthMax + 1) {
      levels.append(try bindLevel(level, visible, base, step, types: types))
    }
    let last = levels.removeLast()
    let check = try call("$recursion_limit", [.column(last.output[0])], at: step.range)
    let refused = LogicalPlan.filter(last.plan, predicate: check)
    let output = levels[0].output.map { ids.column($0.name, $0.type) }
    var plan = LogicalPlan.unionAll(levels.map(\.plan) + [refused], columns: output)
    if !isAll { plan = .aggregate(.init(input: plan, keys: output, calls: [])) }
    let relation = BoundRelation(
      bindingOf: BoundQuery(plan: plan, output: output),
      alias: visible.query.name.text
    )
    return try rename(relation, visible.query.name, visible.query.columns)
  }

  /// The rows of one level under the query's name, for the step after it.
  mutating func bindLevel(_ level: Int, of visible: VisibleQuery) throws(SQLError) -> BoundRelation
  {
    let (base, step, _) = try recursion(visible.query)
    let bound = try bindLevel(level, visible, base, step, types: visible.types)
    let relation = BoundRelation(bindingOf: bound, alias: visible.query.name.text)
    return try rename(relation, visible.query.name, visible.query.columns)
  }

  private mutating func bindLevel(
    _ level: Int,
    _ visible: VisibleQuery,
    _ base: QueryBody,
    _ step: (body: QueryBody, range: SourceRange),
    types: [SQLType]?
  ) throws(SQLError) -> BoundQuery {
    let queries = namedQueries
    let scopes = outerScopes
    namedQueries = Array(queries.prefix(visible.visibleCount))
    outerScopes = Array(scopes.prefix(visible.scopeCount))
    defer {
      namedQueries = queries
      outerScopes = scopes
    }
    if level > 0 {
      var previous = visible
      previous.level = level - 1
      previous.types = types
      namedQueries.append(previous)
    }
    try enter(step.range)
    defer { leave() }
    let bound = try bindUnsorted(level == 0 ? base : step.body)
    return try shaped(bound, as: types ?? bound.output.map(\.type), at: step.range)
  }

  /// Exactly the output columns, of the base's types.
  private mutating func shaped(
    _ query: BoundQuery,
    as types: [SQLType],
    at range: SourceRange
  ) throws(SQLError) -> BoundQuery {
    guard query.output.count == types.count else {
      throw SQLError(
        .typeMismatch,
        "base and step relations of recursion have different number of fields: \(types.count), \(query.output.count)",
        at: range
      )
    }
    var items: [LogicalPlan.ProjectItem] = []
    for (column, type) in zip(query.output, types) {
      guard TypeCoercion.canCoerce(column.type, to: type) else {
        throw SQLError(
          .typeMismatch,
          "recursion step relation output type (\(column.type)) is not coercible to recursion base relation output type (\(type)) at column \(items.count + 1)",
          at: range,
          help: "cast the column in the base of the recursion"
        )
      }
      items.append(
        .init(
          column: ids.column(column.name, type),
          expression: coerce(.column(column), to: type)
        )
      )
    }
    return BoundQuery(plan: .project(query.plan, items: items), output: items.map(\.column))
  }

  /// The two sides of the UNION that a recursive query must be.
  private func recursion(_ named: NamedQuery) throws(SQLError) -> (
    base: QueryBody, step: (body: QueryBody, range: SourceRange), isAll: Bool
  ) {
    let query = named.query
    let isPlain =
      query.with.isEmpty && query.orderBy.isEmpty && query.limit == nil && query.offset == nil
    let key = named.name.text.lowercased()
    if isPlain {
      if case .nested(let inner) = query.body {
        return try recursion(NamedQuery(name: named.name, columns: named.columns, query: inner))
      }
      if case .setOperation(.union, let isAll, let base, let step, let range) = query.body,
        !base.mentionsTable(key)
      {
        return (base, (step, range), isAll)
      }
    }
    throw SQLError(
      .notSupported,
      "a recursive query that is no UNION of a base and a step is not supported",
      at: named.name.range,
      help: "write \(named.name.text) AS (base UNION ALL step)"
    )
  }
}
