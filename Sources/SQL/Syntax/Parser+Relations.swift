extension Parser {
  /// What stands behind FROM: relations joined by commas.
  mutating func parseFrom() throws(SQLError) -> Relation {
    var left = try parseRelation()
    while accept(.comma) {
      let right = try parseRelation()
      left = try join(.cross, left, right, .none)
    }
    return left
  }

  private mutating func parseRelation() throws(SQLError) -> Relation {
    try parseJoins(try parseSampled())
  }

  private mutating func parseJoins(_ first: Relation) throws(SQLError) -> Relation {
    var left = first
    while let longer = try parseJoin(left) { left = longer }
    return left
  }

  private mutating func join(
    _ kind: JoinKind,
    _ left: Relation,
    _ right: Relation,
    _ condition: JoinCondition
  ) throws(SQLError) -> Relation {
    try deepen()
    return Relation(
      node: .join(kind, left, right, condition),
      range: SourceRange(left.range.start, max(right.range.end, previousRange.end))
    )
  }

  /// One join behind `left`; nil where none follows.
  private mutating func parseJoin(_ left: Relation) throws(SQLError) -> Relation? {
    if accept(.cross) {
      try expect(.join)
      return try join(.cross, left, try parseSampled(), .none)
    }
    let isNatural = accept(.natural)
    guard let kind = try parseJoinKind() else {
      if isNatural { throw mismatch() }
      return nil
    }
    var right = try parseSampled()
    if isNatural { return try join(kind, left, right, .natural) }
    // `a JOIN b JOIN c ON … ON …`: the inner join comes first.
    while !at(.on), !at(.using), let longer = try parseJoin(right) { right = longer }
    if accept(.on) { return try join(kind, left, right, .on(try parseExpression())) }
    if accept(.using) { return try join(kind, left, right, .using(try parseNameList())) }
    throw mismatch()
  }

  private mutating func parseJoinKind() throws(SQLError) -> JoinKind? {
    if accept(.join) { return .inner }
    if accept(.inner) {
      try expect(.join)
      return .inner
    }
    for (keyword, kind) in [(Keyword.left, JoinKind.left), (.right, .right), (.full, .full)]
    where accept(keyword) {
      _ = accept(.outer)
      try expect(.join)
      return kind
    }
    return nil
  }

  // MARK: One relation

  private mutating func parseSampled() throws(SQLError) -> Relation {
    try parseSample(try parseAliased(try parseRelationPrimary()))
  }

  private mutating func parseSample(_ relation: Relation) throws(SQLError) -> Relation {
    guard accept(.tablesample) else { return relation }
    let method: SampleMethod
    if accept(.bernoulli) {
      method = .bernoulli
    } else {
      try expect(.system)
      method = .system
    }
    try expect(.leftParenthesis)
    let percentage = try parseExpression()
    try expect(.rightParenthesis)
    return Relation(
      node: .sampled(relation, method, percentage),
      range: range(from: relation.range)
    )
  }

  private mutating func parseAliased(_ relation: Relation) throws(SQLError) -> Relation {
    if at(.for), peek().keyword == .timestamp || peek().keyword == .version {
      throw refused("time travel (FOR \(peek().text.uppercased()) AS OF)")
    }
    if at(.matchRecognize), peek().kind == .symbol(.leftParenthesis) {
      throw refused("MATCH_RECOGNIZE")
    }
    if current.keyword == .pivot, peek().kind == .symbol(.leftParenthesis) {
      throw refused("PIVOT")
    }
    guard let alias = try parseAlias(orElse: Parser.afterRelation) else { return relation }
    let columns = at(.leftParenthesis) ? try parseNameList() : []
    return Relation(
      node: .aliased(relation, alias: alias, columns: columns),
      range: range(from: relation.range)
    )
  }

  private func refused(_ what: String) -> SQLError {
    SQLError(.notSupported, "\(what) is not supported", at: current.range)
  }

  private mutating func parseRelationPrimary() throws(SQLError) -> Relation {
    let start = current.range
    if current.kind == .string {
      let path = current.text
      advance()
      return Relation(node: .file(path), range: start)
    }
    if at(.leftParenthesis) {
      return try nested { parser throws(SQLError) in
        switch try parser.parseParenthesisedRelation() {
        case .relation(let relation): return relation
        case .query(let query):
          return Relation(node: .subquery(query), range: parser.range(from: start))
        }
      }
    }
    if accept(.unnest) {
      try expect(.leftParenthesis)
      let collections = try parseExpressions(until: .rightParenthesis)
      let hasOrdinality = accept(.with, .ordinality)
      return Relation(
        node: .unnest(collections, withOrdinality: hasOrdinality),
        range: range(from: start)
      )
    }
    if current.keyword == .lateral, peek().kind == .symbol(.leftParenthesis) {
      advance()
      advance()
      let query = try parseQuery()
      try expect(.rightParenthesis)
      return Relation(node: .lateral(query), range: range(from: start))
    }
    if at(.table), peek().kind == .symbol(.leftParenthesis) { throw refused("TABLE(function)") }
    let name = try parseQualifiedName()
    if current.kind == .symbol(.leftParenthesis) {
      throw SQLError(
        .notSupported,
        "the table function '\(name.map(\.text).joined(separator: "."))' is not supported",
        at: range(from: start),
        help: "read files with FROM 'path'"
      )
    }
    guard name.count <= 3 else {
      throw SQLError(
        .syntaxError,
        "too many parts in the table name '\(name.map(\.text).joined(separator: "."))'",
        at: range(from: start)
      )
    }
    return Relation(node: .table(name), range: range(from: start))
  }

  private enum InParentheses {
    case relation(Relation)
    case query(SyntaxQuery)
  }

  /// A query or relations in parentheses; which of the two shows only behind the inner parentheses
  /// of `((SELECT 1) UNION SELECT 2)` and `((SELECT 1) AS a JOIN b ON true)`.
  private mutating func parseParenthesisedRelation() throws(SQLError) -> InParentheses {
    let start = current.range
    try expect(.leftParenthesis)
    if startsQuery {
      let query = try parseQuery()
      try expect(.rightParenthesis)
      return .query(query)
    }
    guard current.kind == .symbol(.leftParenthesis) else {
      let relation = try parseFrom()
      try expect(.rightParenthesis)
      return .relation(Relation(node: relation.node, range: range(from: start)))
    }
    let innerStart = current.range
    let inner = try nested { parser throws(SQLError) in try parser.parseParenthesisedRelation() }
    let first: Relation
    switch inner {
    case .relation(let relation): first = relation
    case .query(let query):
      if at(.rightParenthesis) {
        advance()
        return .query(query)
      }
      if continuesQuery {
        let whole = try continuedQuery(query, from: innerStart)
        try expect(.rightParenthesis)
        return .query(whole)
      }
      first = Relation(node: .subquery(query), range: range(from: innerStart))
    }
    var relation = try parseJoins(try parseSample(try parseAliased(first)))
    while accept(.comma) { relation = try join(.cross, relation, try parseRelation(), .none) }
    try expect(.rightParenthesis)
    return .relation(Relation(node: relation.node, range: range(from: start)))
  }
}
