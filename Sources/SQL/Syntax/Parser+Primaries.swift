extension Parser {
  /// A literal, name, call, or something in parentheses.
  mutating func parsePrimary() throws(SQLError) -> SyntaxExpression {
    let token = current
    switch token.kind {
    case .integer: return literal(.integer(token.text))
    case .decimal: return literal(.decimal(token.text))
    case .double: return literal(.double(token.text))
    case .string: return literal(.string(token.text))
    case .binary: return literal(.bytes(Parser.bytes(ofHex: token.text)))
    case .symbol(.question):
      parameterCount += 1
      return literal(.parameter(parameterCount - 1))
    case .symbol(.leftParenthesis): return try parseParenthesised()
    case .quotedName: return try parseNamed()
    case .word: return try parseWord()
    default:
      note("expression")
      throw mismatch()
    }
  }

  private mutating func literal(_ node: SyntaxExpression.Node) -> SyntaxExpression {
    let range = current.range
    advance()
    return SyntaxExpression(node: node, range: range)
  }

  private static func bytes(ofHex text: String) -> [UInt8] {
    let digits = text.utf8.map { Lexer.hexValue($0) ?? 0 }
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  private mutating func parseWord() throws(SQLError) -> SyntaxExpression {
    let start = current.range
    switch current.keyword {
    case .null: return literal(.null)
    case .true: return literal(.boolean(true))
    case .false: return literal(.boolean(false))
    case .case: return try parseCase()
    case .cast, .tryCast:
      if peek().kind == .symbol(.leftParenthesis) { return try parseCast() }
    case .exists:
      advance()
      try expect(.leftParenthesis)
      let query = try parseQuery()
      try expect(.rightParenthesis)
      return SyntaxExpression(node: .exists(query), range: range(from: start))
    case .interval: if startsInterval { return try parseInterval() }
    case .array:
      if peek().kind == .symbol(.leftBracket) {
        advance()
        advance()
        let items = try parseExpressions(until: .rightBracket)
        return SyntaxExpression(node: .array(items), range: range(from: start))
      }
    case .row:
      if peek().kind == .symbol(.leftParenthesis) {
        advance()
        advance()
        let items = try parseExpressions(until: .rightParenthesis)
        return SyntaxExpression(node: .row(items), range: range(from: start))
      }
    case .double:
      if peek().keyword == .precision, peek(2).kind == .string { return try parseTypedLiteral() }
    default: break
    }
    if let special = try parseSpecialCall() { return special }
    if current.keyword?.isReserved == true {
      note("expression")
      throw mismatch()
    }
    if peek().kind == .string { return try parseTypedLiteral() }
    return try parseNamed()
  }

  /// Expressions up to a closing sign, which is taken.
  mutating func parseExpressions(until end: Symbol) throws(SQLError) -> [SyntaxExpression] {
    if accept(end) { return [] }
    var items = [try parseExpression()]
    while accept(.comma) { items.append(try parseExpression()) }
    try expect(end)
    return items
  }

  // MARK: Parentheses

  private mutating func parseParenthesised() throws(SQLError) -> SyntaxExpression {
    if let parameters = lambdaParameters() { return try parseLambda(parameters) }
    return try nested { parser throws(SQLError) in try parser.parseInParentheses() }
  }

  private mutating func parseInParentheses() throws(SQLError) -> SyntaxExpression {
    let start = current.range
    advance()
    if startsQuery {
      let query = try parseQuery()
      try expect(.rightParenthesis)
      return SyntaxExpression(node: .scalarQuery(query), range: range(from: start))
    }
    let first = try parseExpression()
    if let query = try continuedQuery(first) {
      try expect(.rightParenthesis)
      return SyntaxExpression(node: .scalarQuery(query), range: range(from: start))
    }
    if at(.comma) {
      var items = [first]
      while accept(.comma) { items.append(try parseExpression()) }
      try expect(.rightParenthesis)
      return SyntaxExpression(node: .row(items), range: range(from: start))
    }
    try expect(.rightParenthesis)
    return SyntaxExpression(node: first.node, range: range(from: start))
  }

  // MARK: Lambdas

  /// The names before `->`, if that is what stands here.
  private func lambdaParameters() -> [Identifier]? {
    var offset = 1
    var names: [Identifier] = []
    if peek(offset).kind != .symbol(.rightParenthesis) {
      while true {
        let token = peek(offset)
        guard Parser.isName(token) else { return nil }
        names.append(
          Identifier(text: token.text, isQuoted: token.kind == .quotedName, range: token.range)
        )
        offset += 1
        if peek(offset).kind == .symbol(.comma) {
          offset += 1
        } else {
          break
        }
      }
    }
    guard peek(offset).kind == .symbol(.rightParenthesis),
      peek(offset + 1).kind == .symbol(.arrow)
    else { return nil }
    return names
  }

  /// Takes the parameters, the arrow and the body.
  private mutating func parseLambda(
    _ parameters: [Identifier]
  ) throws(SQLError) -> SyntaxExpression {
    let start = current.range
    while current.kind != .symbol(.arrow) { advance() }
    advance()
    let body = try parseExpression()
    return SyntaxExpression(
      node: .lambda(parameters: parameters, body: body),
      range: start.joined(with: body.range)
    )
  }

  // MARK: Names and calls

  private mutating func parseNamed() throws(SQLError) -> SyntaxExpression {
    if peek().kind == .symbol(.arrow) {
      let name = current
      return try parseLambda([
        Identifier(text: name.text, isQuoted: name.kind == .quotedName, range: name.range)
      ])
    }
    let start = current.range
    var parts = [takeName()]
    while current.kind == .symbol(.dot), Parser.isName(peek()) {
      advance()
      parts.append(takeName())
    }
    if current.kind == .symbol(.leftParenthesis) {
      guard parts.count == 1 else {
        throw SQLError(
          .functionNotFound,
          "function '\(parts.map(\.text).joined(separator: "."))' not registered",
          at: range(from: start),
          help: "functions have names without a database"
        )
      }
      return try parseCall(parts[0])
    }
    return SyntaxExpression(node: .name(parts), range: range(from: start))
  }

  // MARK: CASE and CAST

  private mutating func parseCase() throws(SQLError) -> SyntaxExpression {
    let start = current.range
    advance()
    let operand = at(.when) ? nil : try parseExpression()
    var branches: [CaseBranch] = []
    while accept(.when) {
      let when = try parseExpression()
      try expect(.then)
      branches.append(CaseBranch(when: when, then: try parseExpression()))
    }
    if branches.isEmpty { throw mismatch() }
    let otherwise = accept(.else) ? try parseExpression() : nil
    try expect(.end)
    return SyntaxExpression(
      node: .caseWhen(operand: operand, branches: branches, otherwise: otherwise),
      range: range(from: start)
    )
  }

  private mutating func parseCast() throws(SQLError) -> SyntaxExpression {
    let start = current.range
    let isTry = current.keyword == .tryCast
    advance()
    advance()
    let value = try parseExpression()
    try expect(.as)
    let type = try parseType()
    try expect(.rightParenthesis)
    return SyntaxExpression(node: .cast(value, type, isTry: isTry), range: range(from: start))
  }

  /// `DATE '2026-01-01'`: any type's name before a string.
  private mutating func parseTypedLiteral() throws(SQLError) -> SyntaxExpression {
    let start = current.range
    var name = takeName().text.lowercased()
    if name == "double" && accept(.precision) { name = "double" }
    let type = SyntaxType(name: name, arguments: [], fields: [], range: range(from: start))
    let text = current.text
    advance()
    return SyntaxExpression(node: .typed(type, text), range: range(from: start))
  }

  // MARK: Intervals

  private var startsInterval: Bool {
    switch peek().kind {
    case .string: true
    case .symbol(.minus), .symbol(.plus): peek(2).kind == .string
    default: false
    }
  }

  private mutating func parseInterval() throws(SQLError) -> SyntaxExpression {
    let start = current.range
    advance()
    var text = ""
    if accept(.minus) {
      text = "-"
    } else {
      _ = accept(.plus)
    }
    text += current.text
    advance()
    let from = try parseIntervalField()
    let to = accept(.to) ? try parseIntervalField() : nil
    return SyntaxExpression(
      node: .interval(text: text, from: from, to: to),
      range: range(from: start)
    )
  }

  mutating func parseIntervalField() throws(SQLError) -> IntervalField {
    for keyword in [Keyword.year, .month, .week, .day, .hour, .minute, .second]
    where accept(keyword) {
      if let field = IntervalField(rawValue: keyword.rawValue) { return field }
    }
    throw mismatch()
  }
}
