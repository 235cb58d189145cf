extension Parser {
  /// A type's name: `decimal(10,2)`, `array(row(a bigint))`, `timestamp(3) with time zone`.
  mutating func parseType() throws(SQLError) -> SyntaxType {
    var type = try nested { parser throws(SQLError) in try parser.parseBaseType() }
    // `bigint ARRAY`, `bigint ARRAY[3]`
    while current.keyword == .array, peek().kind != .symbol(.leftParenthesis) {
      advance()
      if accept(.leftBracket) {
        guard current.kind == .integer else { throw mismatch() }
        advance()
        try expect(.rightBracket)
      }
      type = SyntaxType(
        name: "array",
        arguments: [.type(type)],
        fields: [],
        range: range(from: type.range)
      )
      try deepen()
    }
    return type
  }

  private mutating func parseBaseType() throws(SQLError) -> SyntaxType {
    let start = current.range
    guard current.kind == .word || current.kind == .quotedName,
      current.keyword?.isReserved != true
    else {
      note("type")
      throw mismatch()
    }
    let keyword = current.keyword
    var type = SyntaxType(
      name: takeName().text.lowercased(),
      arguments: [],
      fields: [],
      range: start
    )
    switch keyword {
    case .row where at(.leftParenthesis): try parseMembers(&type)
    case .interval where !at(.leftParenthesis): try parseIntervalType(&type)
    case .time, .timestamp: try parseTimeType(&type)
    case .double: _ = accept(.precision)
    default: try parseTypeArguments(&type)
    }
    type.range = range(from: start)
    return type
  }

  /// Reads `(10, 2)`, `(varchar, bigint)` or `<varchar, bigint>`.
  private mutating func parseTypeArguments(_ type: inout SyntaxType) throws(SQLError) {
    let closing: Symbol
    if accept(.leftParenthesis) {
      closing = .rightParenthesis
    } else if (type.name == "array" || type.name == "map") && accept(.less) {
      closing = .greater
    } else {
      return
    }
    repeat {
      if current.kind == .integer {
        type.arguments.append(.number(try parseTypeNumber()))
      } else {
        type.arguments.append(.type(try parseType()))
      }
    } while accept(.comma)
    try expect(closing)
  }

  private mutating func parseTypeNumber() throws(SQLError) -> Int {
    guard current.kind == .integer, let number = Int(current.text) else {
      note("integer")
      throw mismatch()
    }
    advance()
    return number
  }

  private mutating func parseTimeType(_ type: inout SyntaxType) throws(SQLError) {
    if accept(.leftParenthesis) {
      type.arguments = [.number(try parseTypeNumber())]
      try expect(.rightParenthesis)
    }
    let isWith = accept(.with)
    guard isWith || accept(.without) else { return }
    try expect(.time)
    try expect(.zone)
    if isWith { type.name += " with time zone" }
  }

  private mutating func parseIntervalType(_ type: inout SyntaxType) throws(SQLError) {
    let from = try parseIntervalField()
    try expect(.to)
    let to = try parseIntervalField()
    type.name = "interval \(from.rawValue.lowercased()) to \(to.rawValue.lowercased())"
  }

  /// Reads `(a bigint, varchar)`.
  private mutating func parseMembers(_ type: inout SyntaxType) throws(SQLError) {
    try expect(.leftParenthesis)
    repeat {
      let name = memberHasName ? takeName() : nil
      type.fields.append(SyntaxType.Member(name: name, type: try parseType()))
    } while accept(.comma)
    try expect(.rightParenthesis)
  }

  /// Whether a member's name stands here and not its type: then a type follows the word.
  private var memberHasName: Bool {
    guard Parser.isName(current) else { return false }
    let next = peek()
    if current.keyword == .double && next.keyword == .precision { return false }
    if current.keyword == .interval && IntervalField(rawValue: next.text.uppercased()) != nil,
      peek(2).keyword == .to
    {
      return false
    }
    if next.keyword == .array {
      // `array` is the type of a member, or makes an array of the type before it.
      return peek(2).kind == .symbol(.leftParenthesis) || peek(2).kind == .symbol(.less)
    }
    return Parser.isName(next)
  }
}
