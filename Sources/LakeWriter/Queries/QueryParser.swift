import RowFormat

/// Reads the subset of jq 1.6 that ``QueryExpression`` describes.
///
/// ```
///   pipe    = comma { '|' comma }                  comma   = alternative { ',' alternative }
///   alternative = or { '//' or }                   or      = and { 'or' and }
///   and     = comparison { 'and' comparison }      comparison = sum [ '==' … sum ]
///   sum     = product { '+' | '-' product }        product = postfix { '*' | '/' | '%' postfix }
///   postfix = term { '.name' | '."name"' | '[' … ']' | '?' }
/// ```
struct QueryParser {
  private let text: [Character]
  private var at = 0

  /// Deeper nesting is refused: it would only serve to exhaust the stack.
  private static let depthMax = 64
  private var depth = 0

  /// Reads a whole program.
  static func parse(_ text: String) throws(QueryFault) -> QueryExpression {
    var parser = QueryParser(text: Array(text))
    let program = try parser.pipe()
    parser.skipSpace()
    if parser.at < parser.text.count { throw parser.fault("unexpected text") }
    return program
  }

  private init(text: [Character]) { self.text = text }

  private func fault(_ words: String) -> QueryFault {
    let rest = String(text[min(at, text.count)...].prefix(12))
    return QueryFault(
      sentence: rest.isEmpty ? "\(words) at its end" : "\(words) before '\(rest)'"
    )
  }

  private mutating func skipSpace() {
    while at < text.count && text[at].isWhitespace { at += 1 }
    if at < text.count && text[at] == "#" {
      while at < text.count && !text[at].isNewline { at += 1 }
      skipSpace()
    }
  }

  private mutating func next(_ symbol: String) -> Bool {
    skipSpace()
    let wanted = Array(symbol)
    guard at + wanted.count <= text.count, Array(text[at..<at + wanted.count]) == wanted else {
      return false
    }
    at += wanted.count
    return true
  }

  private func follows(_ symbol: Character, offset: Int = 0) -> Bool {
    at + offset < text.count && text[at + offset] == symbol
  }

  /// A word, as long as no letter follows it.
  private mutating func nextWord(_ word: String) -> Bool {
    let start = at
    if next(word), at == text.count || !QueryParser.isName(text[at]) { return true }
    at = start
    return false
  }

  private static func isName(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber) || character == "_"
  }

  private mutating func name() -> String? {
    skipSpace()
    guard at < text.count, QueryParser.isName(text[at]), !text[at].isNumber else { return nil }
    let start = at
    while at < text.count && QueryParser.isName(text[at]) { at += 1 }
    return String(text[start..<at])
  }

  private mutating func expect(_ symbol: String) throws(QueryFault) {
    if !next(symbol) { throw fault("expected '\(symbol)'") }
  }

  // MARK: Operators, from the weakest

  private mutating func pipe() throws(QueryFault) -> QueryExpression {
    depth += 1
    defer { depth -= 1 }
    if depth > QueryParser.depthMax { throw fault("it is nested too deeply") }
    var left = try comma()
    while next("|") { left = .pipe(left, try comma()) }
    return left
  }

  private mutating func comma() throws(QueryFault) -> QueryExpression {
    var left = try alternative()
    while next(",") { left = .comma(left, try alternative()) }
    return left
  }

  private mutating func alternative() throws(QueryFault) -> QueryExpression {
    let left = try or()
    return next("//") ? .alternative(left, try alternative()) : left
  }

  private mutating func or() throws(QueryFault) -> QueryExpression {
    var left = try and()
    while nextWord("or") { left = .or(left, try and()) }
    return left
  }

  private mutating func and() throws(QueryFault) -> QueryExpression {
    var left = try comparison()
    while nextWord("and") { left = .and(left, try comparison()) }
    return left
  }

  private mutating func comparison() throws(QueryFault) -> QueryExpression {
    let left = try sum()
    for symbol in ["==", "!=", "<=", ">=", "<", ">"] where next(symbol) {
      guard let comparison = QueryExpression.Operator(rawValue: symbol) else { continue }
      return .binary(comparison, left, try sum())
    }
    return left
  }

  private mutating func sum() throws(QueryFault) -> QueryExpression {
    var left = try product()
    while true {
      if next("+") {
        left = .binary(.plus, left, try product())
      } else if next("-") {
        left = .binary(.minus, left, try product())
      } else {
        return left
      }
    }
  }

  private mutating func product() throws(QueryFault) -> QueryExpression {
    var left = try postfix()
    while true {
      skipSpace()
      if next("*") {
        left = .binary(.times, left, try postfix())
      } else if follows("/") && !follows("/", offset: 1) {
        at += 1
        left = .binary(.divide, left, try postfix())
      } else if next("%") {
        left = .binary(.remainder, left, try postfix())
      } else {
        return left
      }
    }
  }

  // MARK: Terms

  private mutating func postfix() throws(QueryFault) -> QueryExpression {
    var value = try term()
    while true {
      if follows("?") {
        at += 1
        value = .attempt(value)
      } else if follows("[") {
        value = try brackets(value)
      } else if follows(".") {
        at += 1
        value = try member(value)
      } else {
        return value
      }
    }
  }

  /// What follows a dot.
  private mutating func member(_ value: QueryExpression) throws(QueryFault) -> QueryExpression {
    if follows("[") { return try brackets(value) }
    if follows("\"") { return .member(of: value, try string()) }
    if at < text.count, !text[at].isWhitespace, let name = name() {
      return .member(of: value, .literal(.string(name)))
    }
    throw fault("expected a name after '.'")
  }

  private mutating func brackets(_ value: QueryExpression) throws(QueryFault) -> QueryExpression {
    try expect("[")
    if next("]") { return .each(value) }
    if next(":") {
      let end = try pipe()
      try expect("]")
      return .slice(of: value, nil, end)
    }
    let index = try pipe()
    if next(":") {
      if next("]") { return .slice(of: value, index, nil) }
      let end = try pipe()
      try expect("]")
      return .slice(of: value, index, end)
    }
    try expect("]")
    return .member(of: value, index)
  }

  private mutating func term() throws(QueryFault) -> QueryExpression {
    skipSpace()
    guard at < text.count else { throw fault("expected an expression") }
    switch text[at] {
    case ".":
      at += 1
      if follows("[") || follows("\"") { return try member(.identity) }
      if at < text.count, QueryParser.isName(text[at]), !text[at].isNumber {
        return try member(.identity)
      }
      return .identity
    case "(":
      at += 1
      let inner = try pipe()
      try expect(")")
      return inner
    case "[":
      at += 1
      if next("]") { return .array(nil) }
      let inner = try pipe()
      try expect("]")
      return .array(inner)
    case "{": return try object()
    case "\"": return try string()
    case "-":
      at += 1
      return .negation(try postfix())
    case "0"..."9": return try number()
    default: return try word()
    }
  }

  private mutating func number() throws(QueryFault) -> QueryExpression {
    let start = at
    while at < text.count,
      text[at].isNumber || ".eE".contains(text[at])
        || ("+-".contains(text[at]) && "eE".contains(text[at - 1]))
    {
      at += 1
    }
    guard let value = try? JSONValue.parse(String(text[start..<at])), case .number = value else {
      throw fault("'\(String(text[start..<at]))' is no number")
    }
    return .literal(value)
  }

  private mutating func word() throws(QueryFault) -> QueryExpression {
    let start = at
    guard let name = name() else { throw fault("expected an expression") }
    switch name {
    case "true": return .literal(true)
    case "false": return .literal(false)
    case "null": return .literal(.null)
    case "if": return try condition()
    case "and", "or", "then", "elif", "else", "end", "def", "reduce", "foreach", "as", "import":
      at = start
      throw fault("'\(name)' is not supported there")
    default: break
    }
    var arguments: [QueryExpression] = []
    if next("(") {
      repeat { arguments.append(try pipe()) } while next(";")
      try expect(")")
    }
    guard QueryFunctions.isKnown(name, argumentCount: arguments.count) else {
      at = start
      throw fault("the function \(name)/\(arguments.count) is not supported")
    }
    return .call(name, arguments)
  }

  private mutating func condition() throws(QueryFault) -> QueryExpression {
    let test = try pipe()
    if !nextWord("then") { throw fault("expected 'then'") }
    let then = try pipe()
    if nextWord("elif") { return .condition(test, then: then, otherwise: try condition()) }
    // jq 1.7 lets `else` be left out.
    let otherwise = nextWord("else") ? try pipe() : .identity
    if !nextWord("end") { throw fault("expected 'end'") }
    return .condition(test, then: then, otherwise: otherwise)
  }

  private mutating func object() throws(QueryFault) -> QueryExpression {
    try expect("{")
    var entries: [QueryExpression.Entry] = []
    if next("}") { return .object([]) }
    repeat {
      skipSpace()
      let key: QueryExpression
      if follows("(") {
        at += 1
        key = try pipe()
        try expect(")")
      } else if follows("\"") {
        key = try string()
      } else if let name = name() {
        key = .literal(.string(name))
      } else {
        throw fault("expected a key")
      }
      // Within an object a comma ends the value, and a pipe does not.
      if next(":") {
        var value = try alternative()
        while next("|") { value = .pipe(value, try alternative()) }
        entries.append(QueryExpression.Entry(key: key, value: value))
      } else {
        entries.append(QueryExpression.Entry(key: key, value: .member(of: .identity, key)))
      }
    } while next(",")
    try expect("}")
    return .object(entries)
  }

  /// A string, with `\(…)` in it.
  private mutating func string() throws(QueryFault) -> QueryExpression {
    at += 1
    var parts: [QueryExpression] = []
    var raw = ""
    func literal(_ raw: String) -> QueryExpression? {
      (try? JSONValue.parse("\"\(raw)\"")).map { .literal($0) }
    }
    while at < text.count {
      let character = text[at]
      if character == "\"" {
        at += 1
        guard let last = literal(raw) else { throw fault("a string has an unknown escape") }
        return parts.isEmpty ? last : .interpolation(parts + [last])
      }
      if character == "\\" && follows("(", offset: 1) {
        guard let before = literal(raw) else { throw fault("a string has an unknown escape") }
        raw = ""
        at += 2
        parts += [before, try pipe()]
        try expect(")")
        continue
      }
      raw.append(character)
      at += 1
      if character == "\\" && at < text.count {
        raw.append(text[at])
        at += 1
      }
    }
    throw fault("a string is not closed")
  }
}
