extension Parser {
  /// An expression of any kind: OR binds least.
  mutating func parseExpression() throws(SQLError) -> SyntaxExpression {
    try nested { parser throws(SQLError) in
      try parser.node { parser throws(SQLError) in try parser.parseOr() }
    }
  }

  private mutating func parseOr() throws(SQLError) -> SyntaxExpression {
    let first = try parseAnd()
    guard at(.or) else { return first }
    var operands = [first]
    while accept(.or) { operands.append(try parseAnd()) }
    return joined(operands, .or(operands))
  }

  private mutating func parseAnd() throws(SQLError) -> SyntaxExpression {
    let first = try parseNot()
    guard at(.and) else { return first }
    var operands = [first]
    while accept(.and) { operands.append(try parseNot()) }
    return joined(operands, .and(operands))
  }

  private mutating func parseNot() throws(SQLError) -> SyntaxExpression {
    guard at(.not) else { return try parsePredicate() }
    let start = current.range
    advance()
    let operand = try nested { parser throws(SQLError) in
      try parser.node { parser throws(SQLError) in try parser.parseNot() }
    }
    return SyntaxExpression(node: .not(operand), range: start.joined(with: operand.range))
  }

  private func joined(
    _ operands: [SyntaxExpression],
    _ node: SyntaxExpression.Node
  ) -> SyntaxExpression {
    let range = operands.dropFirst().reduce(operands[0].range) { $0.joined(with: $1.range) }
    return SyntaxExpression(node: node, range: range)
  }

  /// A value, with at most one test behind it: `a = b = c` is no Trino SQL.
  private mutating func parsePredicate() throws(SQLError) -> SyntaxExpression {
    let value = try parseValue()
    if let comparison = comparisonOperator { return try parseComparison(value, comparison) }
    if at(.is) { return try parseIs(value) }
    let isNegated = at(.not) && [.between, .in, .like].contains(peek().keyword)
    if isNegated { advance() }
    if accept(.between) {
      let low = try parseValue()
      try expect(.and)
      let high = try parseValue()
      return extended(value, .between(value, low, high, negated: isNegated))
    }
    if accept(.in) { return try parseIn(value, isNegated) }
    if accept(.like) {
      let pattern = try parseValue()
      let escape = accept(.escape) ? try parseValue() : nil
      return extended(
        value,
        .like(value, pattern: pattern, escape: escape, negated: isNegated)
      )
    }
    if isNegated { throw mismatch() }
    return value
  }

  /// A node that begins with `first` and ends with the token taken last.
  func extended(
    _ first: SyntaxExpression,
    _ node: SyntaxExpression.Node
  ) -> SyntaxExpression {
    SyntaxExpression(node: node, range: range(from: first.range))
  }

  private var comparisonOperator: BinaryOperator? {
    mutating get {
      if case .symbol(let symbol) = current.kind {
        switch symbol {
        case .equal: return .equal
        case .notEqual: return .notEqual
        case .less: return .less
        case .lessOrEqual: return .lessOrEqual
        case .greater: return .greater
        case .greaterOrEqual: return .greaterOrEqual
        default: break
        }
      }
      return nil
    }
  }

  private mutating func parseComparison(
    _ left: SyntaxExpression,
    _ comparison: BinaryOperator
  ) throws(SQLError) -> SyntaxExpression {
    advance()
    if let quantifier = quantifier, peek().kind == .symbol(.leftParenthesis) {
      advance()
      advance()
      let query = try parseQuery()
      try expect(.rightParenthesis)
      return extended(left, .quantified(comparison, left, quantifier, query))
    }
    let right = try parseValue()
    if comparisonOperator != nil {
      throw SQLError(
        .syntaxError,
        "mismatched input '\(current.text)': comparisons cannot be chained",
        at: current.range,
        help: "join two comparisons with AND"
      )
    }
    return extended(left, .binary(comparison, left, right))
  }

  private var quantifier: Quantifier? {
    // Of the optional itself `.some` would be any keyword.
    guard let keyword = current.keyword else { return nil }
    switch keyword {
    case .all: return .all
    case .any, .some: return .any
    default: return nil
    }
  }

  private mutating func parseIs(_ value: SyntaxExpression) throws(SQLError) -> SyntaxExpression {
    advance()
    let isNegated = accept(.not)
    if accept(.null) { return extended(value, .isNull(value, negated: isNegated)) }
    if accept(.distinct) {
      try expect(.from)
      let other = try parseValue()
      return extended(value, .isDistinct(value, other, negated: isNegated))
    }
    let error = mismatch()
    if current.keyword == .true || current.keyword == .false {
      throw SQLError(
        error.code,
        error.message,
        at: error.range,
        help: "write IS NOT DISTINCT FROM \(current.text)"
      )
    }
    throw error
  }

  private mutating func parseIn(
    _ value: SyntaxExpression,
    _ isNegated: Bool
  ) throws(SQLError) -> SyntaxExpression {
    try expect(.leftParenthesis)
    if startsQuery {
      let query = try parseQuery()
      try expect(.rightParenthesis)
      return extended(value, .inQuery(value, query, negated: isNegated))
    }
    let first = try parseExpression()
    if let query = try continuedQuery(first) {
      try expect(.rightParenthesis)
      return extended(value, .inQuery(value, query, negated: isNegated))
    }
    var items = [first]
    while accept(.comma) { items.append(try parseExpression()) }
    try expect(.rightParenthesis)
    return extended(value, .inList(value, items, negated: isNegated))
  }

  // MARK: Arithmetic

  /// `||` binds least, then `+ -`, then `* / %`, then a sign, then AT TIME ZONE.
  mutating func parseValue() throws(SQLError) -> SyntaxExpression {
    try parseBinary(0)
  }

  private static let levels: [[Symbol: BinaryOperator]] = [
    [.concatenate: .concatenate],
    [.plus: .add, .minus: .subtract],
    [.asterisk: .multiply, .slash: .divide, .percent: .modulus],
  ]

  private mutating func parseBinary(_ level: Int) throws(SQLError) -> SyntaxExpression {
    guard level < Parser.levels.count else { return try parseSigned() }
    let first = try parseBinary(level + 1)
    return try chain(first) { parser, left throws(SQLError) in
      guard case .symbol(let symbol) = parser.current.kind,
        let operation = Parser.levels[level][symbol]
      else { return nil }
      parser.advance()
      let right = try parser.parseBinary(level + 1)
      return SyntaxExpression(
        node: .binary(operation, left, right),
        range: left.range.joined(with: right.range)
      )
    }
  }

  private mutating func parseSigned() throws(SQLError) -> SyntaxExpression {
    guard case .symbol(let symbol) = current.kind, symbol == .minus || symbol == .plus else {
      return try parseZoned()
    }
    let start = current.range
    advance()
    let operand = try nested { parser throws(SQLError) in
      try parser.node { parser throws(SQLError) in try parser.parseSigned() }
    }
    return SyntaxExpression(
      node: .unary(symbol == .minus ? .minus : .plus, operand),
      range: start.joined(with: operand.range)
    )
  }

  private mutating func parseZoned() throws(SQLError) -> SyntaxExpression {
    try chain(try parsePostfix()) { parser, value throws(SQLError) in
      guard parser.current.keyword == .at, parser.peek().keyword == .time,
        parser.peek(2).keyword == .zone
      else { return nil }
      for _ in 0..<3 { parser.advance() }
      let zone = try parser.parsePostfix()
      return parser.extended(value, .atTimeZone(value, zone))
    }
  }

  /// A primary expression with subscripts and members behind it.
  private mutating func parsePostfix() throws(SQLError) -> SyntaxExpression {
    let first = try node { parser throws(SQLError) in try parser.parsePrimary() }
    return try chain(first) { parser, value throws(SQLError) in
      if parser.current.kind == .symbol(.leftBracket) {
        parser.advance()
        let index = try parser.parseExpression()
        try parser.expect(.rightBracket)
        return parser.extended(value, .subscripted(value, index))
      }
      guard parser.current.kind == .symbol(.dot), Parser.isName(parser.peek()) else { return nil }
      parser.advance()
      let member = parser.takeName()
      return parser.extended(value, .member(value, member))
    }
  }
}
