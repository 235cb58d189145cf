extension Parser {
  /// Whether a query stands here, and not an expression or a table.
  var startsQuery: Bool {
    switch current.keyword {
    case .select, .with, .values: true
    case .table: Parser.isName(peek())
    default: false
    }
  }

  /// A query with WITH, ORDER BY and bounds.
  mutating func parseQuery() throws(SQLError) -> SyntaxQuery {
    try nested { parser throws(SQLError) in
      let start = parser.current.range
      var named: [NamedQuery] = []
      var isRecursive = false
      if parser.accept(.with) {
        isRecursive = parser.accept(.recursive)
        named.append(try parser.parseNamedQuery())
        while parser.accept(.comma) { named.append(try parser.parseNamedQuery()) }
      }
      let body = try parser.parseSetOperations(try parser.parseQueryPrimary())
      return try parser.parseBounds(body, start, named, isRecursive)
    }
  }

  private mutating func parseNamedQuery() throws(SQLError) -> NamedQuery {
    let name = try parseName()
    let columns = at(.leftParenthesis) ? try parseNameList() : []
    try expect(.as)
    try expect(.leftParenthesis)
    let query = try parseQuery()
    try expect(.rightParenthesis)
    return NamedQuery(name: name, columns: columns, query: query)
  }

  /// The rest of a query that began with `first`, if that is a query in parentheses with a set
  /// operation or bounds behind it: `((SELECT 1) UNION SELECT 2)`.
  mutating func continuedQuery(_ first: SyntaxExpression) throws(SQLError) -> SyntaxQuery? {
    guard case .scalarQuery(let query) = first.node, continuesQuery else { return nil }
    let body = try parseSetOperations(.nested(query))
    return try parseBounds(body, first.range, [], false)
  }

  /// The same where the first part was recognised in FROM.
  mutating func continuedQuery(
    _ first: SyntaxQuery,
    from start: SourceRange
  ) throws(SQLError) -> SyntaxQuery {
    let body = try parseSetOperations(.nested(first))
    return try parseBounds(body, start, [], false)
  }

  /// Whether a set operation or a bound stands behind a query in parentheses.
  var continuesQuery: Bool {
    mutating get {
      at(.union) || at(.intersect) || at(.except) || at(.order)
        || (at(.limit) && peek().kind != .symbol(.rightParenthesis)) || at(.offset) || at(.fetch)
    }
  }

  // MARK: Set operations

  /// UNION and EXCEPT from the left; INTERSECT binds more.
  mutating func parseSetOperations(_ first: QueryBody) throws(SQLError) -> QueryBody {
    var left = try parseIntersections(first)
    while true {
      let start = current.range
      let operation: SetOperator
      if accept(.union) {
        operation = .union
      } else if accept(.except) {
        operation = .except
      } else {
        return left
      }
      let isAll = acceptAll()
      let right = try parseIntersections(try parseQueryPrimary())
      left = .setOperation(operation, isAll: isAll, left, right, start)
      try deepen()
    }
  }

  private mutating func parseIntersections(_ first: QueryBody) throws(SQLError) -> QueryBody {
    var left = first
    while at(.intersect) {
      let start = current.range
      advance()
      let isAll = acceptAll()
      let right = try parseQueryPrimary()
      left = .setOperation(.intersect, isAll: isAll, left, right, start)
      try deepen()
    }
    return left
  }

  private mutating func acceptAll() -> Bool {
    if accept(.all) { return true }
    _ = accept(.distinct)
    return false
  }

  private mutating func parseQueryPrimary() throws(SQLError) -> QueryBody {
    let start = current.range
    if at(.select) { return .select(try parseSelect()) }
    if accept(.values) {
      var rows = [try parseValuesRow()]
      while accept(.comma) { rows.append(try parseValuesRow()) }
      return .values(rows, range(from: start))
    }
    if accept(.table) {
      let name = try parseQualifiedName()
      return .table(name, range(from: start))
    }
    if accept(.leftParenthesis) {
      let query = try parseQuery()
      try expect(.rightParenthesis)
      return .nested(query)
    }
    throw mismatch()
  }

  /// `(1, 'a')`, or one value without parentheses.
  private mutating func parseValuesRow() throws(SQLError) -> [SyntaxExpression] {
    let row = try parseExpression()
    if case .row(let items) = row.node { return items }
    return [row]
  }

  // MARK: Bounds

  private mutating func parseBounds(
    _ body: QueryBody,
    _ start: SourceRange,
    _ named: [NamedQuery],
    _ isRecursive: Bool
  ) throws(SQLError) -> SyntaxQuery {
    var query = SyntaxQuery(
      with: named,
      isRecursive: isRecursive,
      body: body,
      orderBy: [],
      offset: nil,
      limit: nil,
      withTies: false,
      range: start
    )
    if accept(.order) {
      try expect(.by)
      query.orderBy = try parseSortItems()
    }
    if accept(.offset) {
      query.offset = try parseRowCount()
      if !accept(.rows) { _ = accept(.row) }
    }
    if accept(.limit) {
      if !accept(.all) { query.limit = try parseRowCount() }
      if at(.offset), query.offset == nil {
        throw SQLError(
          .syntaxError,
          "mismatched input 'OFFSET'. Expecting: <EOF>",
          at: current.range,
          help: "OFFSET comes before LIMIT"
        )
      }
    } else if accept(.fetch) {
      try parseFetch(&query)
    }
    query.range = range(from: start)
    return query
  }

  private mutating func parseFetch(_ query: inout SyntaxQuery) throws(SQLError) {
    if !accept(.first) { try expect(.next) }
    if at(.row) || at(.rows) {
      query.limit = SyntaxExpression(node: .integer("1"), range: current.range)
    } else {
      query.limit = try parseRowCount()
    }
    if !accept(.rows) { try expect(.row) }
    if accept(.with) {
      try expect(.ties)
      query.withTies = true
    } else {
      try expect(.only)
    }
  }

  /// A number or a parameter.
  private mutating func parseRowCount() throws(SQLError) -> SyntaxExpression {
    guard current.kind == .integer || current.kind == .symbol(.question) else {
      note("integer")
      throw mismatch()
    }
    return try parsePrimary()
  }
}
