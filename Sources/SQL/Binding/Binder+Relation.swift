import ColumnFormat

/// What FROM provides: a plan and the names of its columns.
struct BoundRelation {
  var plan: LogicalPlan
  var scope: Scope
}

extension Binder {
  /// The whole of FROM; one row without columns where there is none.
  mutating func bindFrom(_ from: Relation?) throws(SQLError) -> BoundRelation {
    guard let from else {
      return BoundRelation(plan: .values(columns: [], rows: [[]]), scope: Scope())
    }
    return try bindRelation(from)
  }

  /// One relation of FROM, with the names of its columns.
  mutating func bindRelation(_ relation: Relation) throws(SQLError) -> BoundRelation {
    try enter(relation.range)
    defer { leave() }
    switch relation.node {
    case .table(let name): return try bindTable(name, at: relation.range)
    case .file(let pattern):
      return scan(try tables.file(pattern, at: relation.range), qualifier: [])
    case .subquery(let query), .lateral(let query):
      return BoundRelation(bindingOf: try bindQuery(query), alias: nil)
    case .unnest(let collections, let withOrdinality):
      return try bindUnnest(
        collections,
        withOrdinality: withOrdinality,
        over: BoundRelation(plan: .values(columns: [], rows: [[]]), scope: Scope()),
        keepsEmpty: false,
        at: relation.range
      )
    case .aliased(let inner, let alias, let columns):
      return try rename(try bindRelation(inner), alias, columns)
    case .join(let kind, let left, let right, let condition):
      return try bindJoin(kind, left, right, condition, at: relation.range)
    case .sampled(let inner, _, let percentage):
      return try sample(try bindRelation(inner), percentage)
    }
  }

  // MARK: Tables

  /// A named query in sight, or a table that the resolver knows.
  mutating func bindTable(
    _ name: [Identifier],
    at range: SourceRange
  ) throws(SQLError) -> BoundRelation {
    if name.count == 1 {
      let key = name[0].text.lowercased()
      if let index = namedQueries.lastIndex(where: { $0.key == key }) {
        return try bindNamedQuery(namedQueries[index])
      }
    }
    do throws(SQLError) {
      let table = try tables.table(name.map(\.text), at: range)
      let qualifier = name.map { $0.text.lowercased() }
      if let view = table.view {
        return try bindView(view, of: table, qualifier: qualifier, at: range)
      }
      return scan(table, qualifier: qualifier)
    } catch {
      throw helped(error, name)
    }
  }

  /// Adds a named query of nearly the same name to the message.
  private func helped(_ error: SQLError, _ name: [Identifier]) -> SQLError {
    guard error.code == .tableNotFound, name.count == 1,
      let near = NearestName.suggestion(
        for: name[0].text,
        among: namedQueries.map(\.query.name.text)
      )
    else { return error }
    var error = error
    error.help = "did you mean '\(near)'?"
    return error
  }

  /// Every use is bound anew, within what the named query itself can see.
  private mutating func bindNamedQuery(_ visible: VisibleQuery) throws(SQLError) -> BoundRelation {
    if let level = visible.level { return try bindLevel(level, of: visible) }
    if visible.isRecursive { return try bindRecursive(visible) }
    let queries = namedQueries
    let scopes = outerScopes
    namedQueries = Array(queries.prefix(visible.visibleCount))
    outerScopes = Array(scopes.prefix(visible.scopeCount))
    defer {
      namedQueries = queries
      outerScopes = scopes
    }
    let bound = try bindQuery(visible.query.query)
    let relation = BoundRelation(bindingOf: bound, alias: visible.query.name.text)
    return visible.query.columns.isEmpty
      ? relation : try rename(relation, visible.query.name, visible.query.columns)
  }

  private mutating func scan(_ table: TableHandle, qualifier: [String]) -> BoundRelation {
    var columns: [LogicalPlan.ScanColumn] = []
    var scope = Scope()
    for (index, tableColumn) in table.columns.enumerated() {
      let column = ids.column(tableColumn.name, tableColumn.type)
      columns.append(.init(column: column, tableColumn: index))
      scope.entries.append(
        .init(
          qualifier: qualifier,
          name: tableColumn.name,
          column: column,
          isHidden: tableColumn.isHidden
        )
      )
    }
    return BoundRelation(
      plan: .scan(.init(table: table, columns: columns, filters: [])),
      scope: scope
    )
  }

  // MARK: Aliases

  func rename(
    _ relation: BoundRelation,
    _ alias: Identifier,
    _ names: [Identifier]
  ) throws(SQLError) -> BoundRelation {
    var result = relation
    result.scope = relation.scope.aliased(alias.text)
    guard !names.isEmpty else { return result }
    let visible = result.scope.entries.indices.filter { !result.scope.entries[$0].isHidden }
    guard visible.count == names.count else {
      throw SQLError(
        .mismatchedColumnAliases,
        "column alias list has \(names.count) entries but '\(alias.text)' has \(visible.count) columns available",
        at: alias.range
      )
    }
    for (index, name) in zip(visible, names) {
      result.scope.entries[index].name = name.text
      result.scope.entries[index].key = name.text.lowercased()
    }
    return result
  }

  // MARK: VALUES and samples

  mutating func bindValues(
    _ rows: [[SyntaxExpression]],
    at range: SourceRange
  ) throws(SQLError) -> BoundQuery {
    var context = ExpressionContext("VALUES", Scope())
    var bound: [[BoundExpression]] = []
    for row in rows {
      var cells: [BoundExpression] = []
      for cell in row { cells.append(try bind(cell, &context)) }
      if cells.count != bound.first?.count ?? cells.count {
        throw SQLError(
          .typeMismatch,
          "values rows have mismatched sizes: \(bound[0].count) and \(cells.count)",
          at: row.first?.range ?? range
        )
      }
      bound.append(cells)
    }
    if !context.subqueries.isEmpty {
      throw .notSupported("a subquery within VALUES", at: context.subqueries[0].range)
    }
    var columns: [PlanColumn] = []
    for position in bound[0].indices {
      var type = SQLType.unknown
      for (row, cells) in zip(rows, bound) {
        guard let common = TypeCoercion.commonType(type, cells[position].type) else {
          throw SQLError(
            .typeMismatch,
            "values rows have mismatched types: \(type) and \(cells[position].type)",
            at: row[position].range
          )
        }
        type = common
      }
      columns.append(ids.column("_col\(position)", type))
    }
    let coerced = bound.map { cells in zip(cells, columns).map { coerce($0, to: $1.type) } }
    return BoundQuery(plan: .values(columns: columns, rows: coerced), output: columns)
  }

  /// TABLESAMPLE: each row stays with the given probability.
  ///
  /// SYSTEM may sample larger pieces, so
  /// single rows fulfil it too.
  private mutating func sample(
    _ relation: BoundRelation,
    _ percentage: SyntaxExpression
  ) throws(SQLError) -> BoundRelation {
    var context = ExpressionContext("TABLESAMPLE", Scope())
    let bound = coerce(try bind(percentage, &context), to: .double)
    guard case .constant(.double(let percent), _) = folded(bound), percent >= 0, percent <= 100
    else {
      throw SQLError(
        .invalidArgument,
        "sample percentage must be a number between 0 and 100",
        at: percentage.range
      )
    }
    let random = try call("random", [], at: percentage.range)
    let isChosen = try call(
      "$less",
      [random, .constant(.double(percent / 100), .double)],
      at: percentage.range
    )
    return BoundRelation(
      plan: .filter(relation.plan, predicate: isChosen),
      scope: relation.scope
    )
  }
}

extension BoundRelation {
  /// A query as a relation.
  init(bindingOf query: BoundQuery, alias: String?) {
    plan = query.plan
    scope = Scope(
      entries: query.output.map {
        Scope.Entry(qualifier: alias.map { [$0.lowercased()] } ?? [], name: $0.name, column: $0)
      }
    )
  }
}
