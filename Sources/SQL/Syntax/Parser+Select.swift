extension Parser {
  /// What may follow a select item or a table, for misspelt keywords taken as aliases.
  static let afterItem: [Keyword] = [
    .from, .where, .group, .having, .order, .limit, .union, .except, .intersect,
  ]
  static let afterRelation: [Keyword] =
    afterItem.filter { $0 != .from } + [
      .join, .left, .right, .full, .inner, .cross, .natural, .on, .using, .window, .qualify,
      .tablesample, .offset, .fetch,
    ]

  /// SELECT up to its last clause, without ORDER BY.
  mutating func parseSelect() throws(SQLError) -> SelectClause {
    let start = current.range
    try expect(.select)
    let isDistinct = accept(.distinct)
    if !isDistinct { _ = accept(.all) }
    var select = SelectClause(
      isDistinct: isDistinct,
      items: [try parseSelectItem()],
      from: nil,
      filter: nil,
      groupBy: nil,
      having: nil,
      windows: [],
      qualify: nil,
      range: start
    )
    while accept(.comma) {
      if current.keyword == .from {
        throw SQLError(
          .syntaxError,
          "mismatched input '\(current.text)'. Expecting: <expression>",
          at: current.range,
          help: "the list ends with a comma too many"
        )
      }
      select.items.append(try parseSelectItem())
    }
    if accept(.from) { select.from = try parseFrom() }
    if accept(.where) { select.filter = try parseExpression() }
    if accept(.group) {
      try expect(.by)
      select.groupBy = try parseGroupBy()
    }
    if accept(.having) { select.having = try parseExpression() }
    if accept(.window) {
      select.windows.append(try parseNamedWindow())
      while accept(.comma) { select.windows.append(try parseNamedWindow()) }
    }
    if accept(.qualify) { select.qualify = try parseExpression() }
    select.range = range(from: start)
    return select
  }

  private mutating func parseSelectItem() throws(SQLError) -> SelectItem {
    let start = current.range
    if accept(.asterisk) { return .all(qualifier: nil, aliases: [], start) }
    let expression = try parseExpression()
    // `t.*` ends before the point, because no name follows it.
    if current.kind == .symbol(.dot), peek().kind == .symbol(.asterisk) {
      advance()
      advance()
      let aliases =
        current.keyword == .as && peek().kind == .symbol(.leftParenthesis)
        ? try parseStarAliases() : []
      return .all(qualifier: expression, aliases: aliases, range(from: start))
    }
    return .expression(expression, alias: try parseAlias(orElse: Parser.afterItem))
  }

  private mutating func parseStarAliases() throws(SQLError) -> [Identifier] {
    try expect(.as)
    return try parseNameList()
  }

  private mutating func parseNamedWindow() throws(SQLError) -> NamedWindow {
    let name = try parseName()
    try expect(.as)
    return NamedWindow(name: name, specification: try parseWindowSpecification())
  }

  // MARK: GROUP BY

  private mutating func parseGroupBy() throws(SQLError) -> GroupBy {
    var groupBy = GroupBy(isDistinct: false, elements: [])
    if accept(.distinct) {
      groupBy.isDistinct = true
    } else if at(.all), peek().kind != .symbol(.comma) {
      advance()
    }
    repeat { groupBy.elements += try parseGroupingElement() } while accept(.comma)
    return groupBy
  }

  private mutating func parseGroupingElement() throws(SQLError) -> [GroupBy.Element] {
    if accept(.rollup) { return [.rollup(try parseGroupingSets())] }
    if accept(.cube) { return [.cube(try parseGroupingSets())] }
    if accept(.grouping, .sets) { return [.groupingSets(try parseGroupingSets())] }
    if current.kind == .symbol(.leftParenthesis), peek().kind == .symbol(.rightParenthesis) {
      advance()
      advance()
      return [.groupingSets([[]])]
    }
    return try parseGroupingSet().map { .expression($0) }
  }

  private mutating func parseGroupingSets() throws(SQLError) -> [[SyntaxExpression]] {
    try expect(.leftParenthesis)
    var sets: [[SyntaxExpression]] = []
    if accept(.rightParenthesis) { return sets }
    repeat { sets.append(try parseGroupingSet()) } while accept(.comma)
    try expect(.rightParenthesis)
    return sets
  }

  /// One expression, or several in parentheses.
  private mutating func parseGroupingSet() throws(SQLError) -> [SyntaxExpression] {
    let isParenthesis = current.kind == .symbol(.leftParenthesis)
    if isParenthesis && peek().kind == .symbol(.rightParenthesis) {
      advance()
      advance()
      return []
    }
    let expression = try parseExpression()
    if isParenthesis, case .row(let items) = expression.node { return items }
    return [expression]
  }
}
