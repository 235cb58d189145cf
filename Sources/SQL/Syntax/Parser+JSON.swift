/// `json_exists`, `json_value`, `json_query`, `json_object`, `json_array` with their clauses.
///
/// Clauses become arguments of the function: a text with a letter for each, see
/// ``JSONQueryFunctions``.
extension Parser {
  mutating func parseJSONCall() throws(SQLError) -> SyntaxExpression {
    let keyword = current.keyword
    let name = takeName()
    advance()
    switch keyword {
    case .jsonExists: return try parseJSONExists(name)
    case .jsonValue: return try parseJSONValue(name)
    case .jsonQuery: return try parseJSONQuery(name)
    case .jsonObject: return try parseJSONObject(name)
    default: return try parseJSONArray(name)
    }
  }

  // MARK: Words and parts

  /// Takes a word that is no keyword of the lexer's.
  private mutating func accept(word: String) -> Bool {
    guard current.kind == .word, current.text.uppercased() == word else {
      note(word)
      return false
    }
    advance()
    return true
  }

  private func json(
    _ name: Identifier,
    _ arguments: [SyntaxExpression]
  ) -> SyntaxExpression {
    let function = Identifier(text: name.text.lowercased(), isQuoted: false, range: name.range)
    return SyntaxExpression(
      node: .call(FunctionCall(name: function, arguments: arguments)),
      range: range(from: name.range)
    )
  }

  private func text(_ letters: String, _ at: Identifier) -> SyntaxExpression {
    SyntaxExpression(node: .string(letters), range: at.range)
  }

  /// A value, which is JSON itself behind FORMAT JSON and from a function that makes JSON.
  private mutating func parseJSONValueExpression() throws(SQLError) -> SyntaxExpression {
    let value = try parseExpression()
    var isJSON = false
    if case .call(let call) = value.node {
      isJSON = ["json_query", "json_object", "json_array"].contains(call.name.text.lowercased())
    }
    if current.keyword == .format, peek().keyword == .json {
      advance()
      advance()
      isJSON = true
      if accept(word: "ENCODING") { _ = try parseName() }
    }
    return isJSON ? parsedJSON(value) : value
  }

  /// Text as the JSON that it is, with its keys in their order.
  private func parsedJSON(_ value: SyntaxExpression) -> SyntaxExpression {
    let parse = Identifier(text: "$json", isQuoted: false, range: value.range)
    return SyntaxExpression(
      node: .call(FunctionCall(name: parse, arguments: [value])),
      range: value.range
    )
  }

  /// Input and path, and the names and values of PASSING.
  private mutating func parseJSONPath() throws(SQLError) -> (
    input: SyntaxExpression, path: SyntaxExpression, passing: [SyntaxExpression]
  ) {
    let input = try parseExpression()
    if current.keyword == .format, peek().keyword == .json {
      advance()
      advance()
      if accept(word: "ENCODING") { _ = try parseName() }
    }
    try expect(.comma)
    let path = try parseExpression()
    var passing: [SyntaxExpression] = []
    if accept(.passing) {
      repeat {
        let value = try parseJSONValueExpression()
        try expect(.as)
        let name = try parseName()
        passing += [SyntaxExpression(node: .string(name.text), range: name.range), value]
      } while accept(.comma)
    }
    return (input, path, passing)
  }

  // MARK: Queries

  private mutating func parseJSONExists(_ name: Identifier) throws(SQLError) -> SyntaxExpression {
    let (input, path, passing) = try parseJSONPath()
    var mode = "F"
    let words: [(String, String)] = [
      ("TRUE", "T"), ("FALSE", "F"), ("UNKNOWN", "U"), ("ERROR", "E"),
    ]
    for (word, letter) in words where accept(word: word) {
      mode = letter
      try expect(.on)
      try expect(.error)
      break
    }
    try expect(.rightParenthesis)
    return json(name, [input, path, text(mode, name)] + passing)
  }

  private mutating func parseJSONValue(_ name: Identifier) throws(SQLError) -> SyntaxExpression {
    let (input, path, passing) = try parseJSONPath()
    let type = accept(.returning) ? try parseType() : nil
    var modes = ["N", "N"]
    var defaults = [
      SyntaxExpression(node: .null, range: name.range),
      SyntaxExpression(node: .null, range: name.range),
    ]
    while !at(.rightParenthesis) {
      var value: SyntaxExpression?
      let mode: String
      if accept(.null) {
        mode = "N"
      } else if accept(.error) {
        mode = "E"
      } else if accept(word: "DEFAULT") {
        mode = "D"
        value = try parseExpression()
      } else {
        throw mismatch()
      }
      try expect(.on)
      let clause = accept(.empty) ? 0 : 1
      if clause == 1 { try expect(.error) }
      modes[clause] = mode
      if let value {
        let varchar = SyntaxType(name: "varchar", arguments: [], fields: [], range: value.range)
        defaults[clause] = SyntaxExpression(
          node: .cast(value, varchar, isTry: false),
          range: value.range
        )
      }
    }
    try expect(.rightParenthesis)
    // A double becomes a whole number or a truth value as JSON's numbers do.
    let whole: Set = ["tinyint", "smallint", "int", "integer", "bigint", "boolean"]
    let isJSON = type.map { whole.contains($0.name.lowercased()) } ?? false
    modes.append(isJSON ? "J" : "T")
    let call = json(name, [input, path, text(modes.joined(), name)] + defaults + passing)
    guard let type else { return call }
    return SyntaxExpression(
      node: .cast(isJSON ? parsedJSON(call) : call, type, isTry: modes[1] != "E"),
      range: call.range
    )
  }

  private mutating func parseJSONQuery(_ name: Identifier) throws(SQLError) -> SyntaxExpression {
    let (input, path, passing) = try parseJSONPath()
    try parseReturningText()
    var wrapper = "N"
    if accept(.without) {
      _ = accept(.array)
      if !accept(word: "WRAPPER") { throw mismatch() }
    } else if accept(.with) {
      wrapper = accept(word: "CONDITIONAL") ? "C" : "U"
      if wrapper == "U" { _ = accept(word: "UNCONDITIONAL") }
      _ = accept(.array)
      if !accept(word: "WRAPPER") { throw mismatch() }
    }
    var quotes = "K"
    if accept(word: "OMIT") {
      quotes = "O"
    } else if accept(word: "KEEP") {
      quotes = "K"
    }
    if accept(word: "QUOTES"), accept(.on) {
      if !accept(word: "SCALAR") { throw mismatch() }
      _ = accept(word: "STRING")
    }
    var modes = ["N", "N"]
    while !at(.rightParenthesis) {
      let mode: String
      if accept(.null) {
        mode = "N"
      } else if accept(.error) {
        mode = "E"
      } else {
        try expect(.empty)
        if accept(word: "OBJECT") {
          mode = "O"
        } else {
          try expect(.array)
          mode = "A"
        }
      }
      try expect(.on)
      let clause = accept(.empty) ? 0 : 1
      if clause == 1 { try expect(.error) }
      modes[clause] = mode
    }
    try expect(.rightParenthesis)
    return json(
      name,
      [input, path, text(wrapper + quotes + modes.joined(), name)] + passing
    )
  }

  /// RETURNING of a function that gives JSON text: only text is.
  private mutating func parseReturningText() throws(SQLError) {
    guard accept(.returning) else { return }
    let type = try parseType()
    guard type.name == "varchar", type.arguments.isEmpty else {
      throw SQLError(
        .notSupported,
        "RETURNING \(type.name) of JSON text is not supported",
        at: type.range,
        help: "RETURNING varchar is; cast the result to another type"
      )
    }
    if accept(.format) { try expect(.json) }
  }

  // MARK: Constructors

  private mutating func parseJSONObject(_ name: Identifier) throws(SQLError) -> SyntaxExpression {
    var members: [SyntaxExpression] = []
    var nulls = "N"
    var unique = "N"
    if !at(.rightParenthesis), !at(.returning) {
      repeat {
        if current.text.uppercased() == "KEY", peek().kind != .symbol(.colon),
          peek().text.uppercased() != "VALUE"
        {
          advance()
        }
        members.append(try parseExpression())
        if !accept(.colon), !accept(word: "VALUE") { throw mismatch() }
        members.append(try parseJSONValueExpression())
      } while accept(.comma)
      nulls = try parseNullClause() ?? "N"
      if accept(.with) {
        unique = "U"
        if !accept(word: "UNIQUE") { throw mismatch() }
        _ = accept(word: "KEYS")
      } else if accept(.without) {
        if !accept(word: "UNIQUE") { throw mismatch() }
        _ = accept(word: "KEYS")
      }
    }
    try parseReturningText()
    try expect(.rightParenthesis)
    return json(name, [text(nulls + unique, name)] + members)
  }

  private mutating func parseJSONArray(_ name: Identifier) throws(SQLError) -> SyntaxExpression {
    var items: [SyntaxExpression] = []
    var nulls = "A"
    if !at(.rightParenthesis), !at(.returning) {
      repeat { items.append(try parseJSONValueExpression()) } while accept(.comma)
      nulls = try parseNullClause() ?? "A"
    }
    try parseReturningText()
    try expect(.rightParenthesis)
    return json(name, [text(nulls, name)] + items)
  }

  /// `NULL ON NULL` or `ABSENT ON NULL`.
  private mutating func parseNullClause() throws(SQLError) -> String? {
    let letter: String
    if accept(.null) {
      letter = "N"
    } else if accept(word: "ABSENT") {
      letter = "A"
    } else {
      return nil
    }
    try expect(.on)
    try expect(.null)
    return letter
  }
}
