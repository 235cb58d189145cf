/// Turns a statement's text into a syntax tree, by recursive descent along Trino's `SqlBase.g4`.
///
/// What was looked for at the current token is remembered, so that an error can say what was
/// expected and which keyword a slip of the pen meant.
struct Parser {
  let tokens: [Token]
  /// The statement's bytes, for what is kept as it was written.
  let source: [UInt8]
  private(set) var index = 0
  private var expected: [Expectation] = []
  /// The last alias without AS, which may be a misspelt keyword: `SELECT a FORM t`.
  private var bareAlias: (index: Int, expected: [Expectation])?
  /// How many levels above the current place are open.
  private var depth = 0
  /// How many levels the expression returned last has.
  private var height = 0
  /// The highest expression finished within the one that is open.
  private var tallest = 0
  var parameterCount = 0

  /// Trees deeper than this are refused: everything after the parser walks them by recursion.
  static let depthMax = 1000

  enum Expectation: Hashable {
    case keyword(Keyword)
    case symbol(Symbol)
    /// `<identifier>`, `<expression>`, …
    case kind(String)

    var text: String {
      switch self {
      case .keyword(let keyword): "'\(keyword.rawValue)'"
      case .symbol(let symbol): "'\(symbol.rawValue)'"
      case .kind(let name): "<\(name)>"
      }
    }
  }

  init(_ text: String) {
    tokens = Lexer.tokens(text)
    source = Array(text.utf8)
  }

  /// Parses one statement; a semicolon may end it.
  static func parse(_ text: String) throws(SQLError) -> SyntaxStatement {
    let parser = Parser(text)
    if parser.nestingBound <= 100 { return try parser.parsed().get() }
    return try DeepStack.run { parser.parsed() }.get()
  }

  /// A literal, also with a sign, that is the whole text; nil for anything else.
  static func literal(_ text: String) -> SyntaxExpression? {
    var parser = Parser(text)
    guard parser.tokens.count <= 8 else { return nil }
    do throws(SQLError) {
      let expression = try parser.parseExpression()
      guard parser.current.kind == .end else { return nil }
      return expression.isLiteral ? expression : nil
    } catch {
      return nil
    }
  }

  private func parsed() -> Result<SyntaxStatement, SQLError> {
    var parser = self
    do throws(SQLError) {
      return .success(try parser.parseWhole())
    } catch {
      return .failure(error)
    }
  }

  private mutating func parseWhole() throws(SQLError) -> SyntaxStatement {
    if tokens[0].kind == .end || tokens[0].kind == .symbol(.semicolon) {
      throw SQLError(.syntaxError, "the statement is empty", at: tokens[0].range)
    }
    if let quoted = misquotedName { throw quoted }
    let statement = try parseStatement()
    if case .unsupported = statement { return statement }
    _ = accept(.semicolon)
    guard accept(end: ()) else { throw mismatch() }
    return statement
  }

  /// How many tokens could open a level of nesting; no tree is deeper.
  private var nestingBound: Int {
    tokens.reduce(0) {
      switch $1.kind {
      case .symbol(.leftParenthesis), .symbol(.leftBracket), .symbol(.minus), .symbol(.plus),
        .symbol(.arrow), .symbol(.less):
        return $0 + 1
      default:
        return $0 + ($1.keyword == .not || $1.keyword == .case || $1.keyword == .join ? 1 : 0)
      }
    }
  }

  // MARK: Looking and taking

  var current: Token { tokens[index] }

  /// A token further on; the end token past the end.
  func peek(_ offset: Int = 1) -> Token { tokens[min(index + offset, tokens.count - 1)] }

  /// The range of the token taken last.
  var previousRange: SourceRange { tokens[max(0, index - 1)].range }

  mutating func advance() {
    if index < tokens.count - 1 { index += 1 }
    expected.removeAll(keepingCapacity: true)
  }

  /// Whether the current token is this keyword; remembered as something that could stand here.
  mutating func at(_ keyword: Keyword) -> Bool {
    if current.keyword == keyword { return true }
    expected.append(.keyword(keyword))
    return false
  }

  mutating func at(_ symbol: Symbol) -> Bool {
    if current.kind == .symbol(symbol) { return true }
    expected.append(.symbol(symbol))
    return false
  }

  mutating func accept(_ keyword: Keyword) -> Bool {
    guard at(keyword) else { return false }
    advance()
    return true
  }

  mutating func accept(_ symbol: Symbol) -> Bool {
    guard at(symbol) else { return false }
    advance()
    return true
  }

  /// Takes both words or none.
  mutating func accept(_ first: Keyword, _ second: Keyword) -> Bool {
    guard at(first), peek().keyword == second else { return false }
    advance()
    advance()
    return true
  }

  private mutating func accept(end: Void) -> Bool {
    if current.kind == .end { return true }
    expected.append(.kind("EOF"))
    return false
  }

  mutating func expect(_ keyword: Keyword) throws(SQLError) {
    if !accept(keyword) { throw mismatch() }
  }

  mutating func expect(_ symbol: Symbol) throws(SQLError) {
    if !accept(symbol) { throw mismatch() }
  }

  mutating func note(_ kind: String) { expected.append(.kind(kind)) }

  // MARK: Names

  /// Whether the current token can be a name; remembered as an expectation.
  mutating func atName() -> Bool {
    if Parser.isName(current) { return true }
    note("identifier")
    return false
  }

  static func isName(_ token: Token) -> Bool {
    switch token.kind {
    case .quotedName: true
    case .word: !(token.keyword?.isReserved ?? false)
    default: false
    }
  }

  mutating func parseName() throws(SQLError) -> Identifier {
    guard atName() else { throw mismatch() }
    return takeName()
  }

  /// The current token as a name, whatever word it is.
  mutating func takeName() -> Identifier {
    let token = current
    advance()
    return Identifier(text: token.text, isQuoted: token.kind == .quotedName, range: token.range)
  }

  mutating func parseQualifiedName() throws(SQLError) -> [Identifier] {
    var parts = [try parseName()]
    while accept(.dot) { parts.append(try parseName()) }
    return parts
  }

  /// Reads `(a, b)`.
  mutating func parseNameList() throws(SQLError) -> [Identifier] {
    try expect(.leftParenthesis)
    var names = [try parseName()]
    while accept(.comma) { names.append(try parseName()) }
    try expect(.rightParenthesis)
    return names
  }

  /// An alias, with or without AS.
  ///
  /// `following` are the keywords that may stand where a bare alias may, to recognise slips.
  mutating func parseAlias(orElse following: [Keyword]) throws(SQLError) -> Identifier? {
    if accept(.as) { return try parseName() }
    guard atName(), !startsClause else { return nil }
    bareAlias = (index, expected + following.map { .keyword($0) })
    return takeName()
  }

  /// Whether a word that could be an alias begins a clause instead: these are not reserved.
  private var startsClause: Bool {
    let next = peek()
    switch current.keyword {
    case .limit, .offset:
      return [.integer, .symbol(.question)].contains(next.kind) || next.keyword == .all
    case .fetch: return next.keyword == .first || next.keyword == .next
    case .window: return Parser.isName(next) && peek(2).keyword == .as
    case .tablesample: return next.keyword == .bernoulli || next.keyword == .system
    case .matchRecognize, .pivot: return next.kind == .symbol(.leftParenthesis)
    case .qualify:
      switch next.kind {
      case .end, .symbol(.comma), .symbol(.rightParenthesis), .symbol(.semicolon): return false
      default:
        return !(next.keyword?.isReserved ?? false) || [.not, .case, .cast].contains(next.keyword)
      }
    default: return false
    }
  }

  // MARK: Nesting

  /// Runs `body` one level deeper, or refuses.
  mutating func nested<Result>(
    _ body: (inout Parser) throws(SQLError) -> Result
  ) throws(SQLError) -> Result {
    try deepen()
    defer { depth -= 1 }
    return try body(&self)
  }

  /// Counts a level that stays open to the end: joins and set operations grow to the left.
  mutating func deepen() throws(SQLError) {
    depth += 1
    try checkDepth(depth)
  }

  private func checkDepth(_ levels: Int) throws(SQLError) {
    guard levels > Parser.depthMax else { return }
    throw SQLError(
      .syntaxError,
      "the statement is nested more than \(Parser.depthMax) levels deep",
      at: current.range
    )
  }

  /// Runs `body`, which parses one node and its operands, and counts the node's levels.
  mutating func node(
    _ body: (inout Parser) throws(SQLError) -> SyntaxExpression
  ) throws(SQLError) -> SyntaxExpression {
    let outer = tallest
    tallest = 0
    let result = try body(&self)
    try finishNode(tallest + 1)
    tallest = max(outer, height)
    return result
  }

  /// Runs `step` while it finds another operator that takes all before it as its left operand.
  mutating func chain(
    _ first: SyntaxExpression,
    _ step: (inout Parser, SyntaxExpression) throws(SQLError) -> SyntaxExpression?
  ) throws(SQLError) -> SyntaxExpression {
    var result = first
    var levels = height
    height = 0
    while let longer = try step(&self, result) {
      levels = max(levels, height) + 1
      try finishNode(levels)
      height = 0
      result = longer
    }
    height = levels
    return result
  }

  private mutating func finishNode(_ levels: Int) throws(SQLError) {
    height = levels
    tallest = max(tallest, levels)
    try checkDepth(depth + levels)
  }

  /// From a token's start to the end of what was taken last.
  func range(from start: SourceRange) -> SourceRange {
    SourceRange(start.start, max(start.end, previousRange.end))
  }

  // MARK: Errors

  /// The error for a token that nothing wanted.
  func mismatch() -> SQLError {
    if current.kind == .invalid { return SQLError(.syntaxError, current.text, at: current.range) }
    if let alias = bareAlias, alias.index == index - 1,
      let meant = Parser.keywordMeant(by: tokens[alias.index], among: alias.expected)
    {
      return Parser.mismatch(tokens[alias.index], alias.expected, help: "did you mean \(meant)?")
    }
    if let meant = Parser.keywordMeant(by: current, among: expected) {
      return Parser.mismatch(current, expected, help: "did you mean \(meant)?")
    }
    return Parser.mismatch(current, expected, help: reservedWordHelp)
  }

  /// A reserved word where a name was wanted only needs quotes.
  private var reservedWordHelp: String? {
    guard let keyword = current.keyword, keyword.isReserved,
      expected.contains(.kind("identifier"))
    else { return nil }
    let next = peek().kind
    let looksLikeName = [
      .symbol(.comma), .symbol(.dot), .symbol(.rightParenthesis), .end, .symbol(.semicolon),
    ].contains(next)
    return looksLikeName
      ? "\(keyword.rawValue) is a reserved word; as a name it needs double quotes" : nil
  }

  private static func mismatch(
    _ token: Token,
    _ expected: [Expectation],
    help: String?
  ) -> SQLError {
    let names = Set(expected.map(\.text)).sorted()
    let found = token.kind == .string ? "'\(token.text)'" : token.text
    let list = names.isEmpty ? "" : ". Expecting: " + names.joined(separator: ", ")
    return SQLError(.syntaxError, "mismatched input '\(found)'\(list)", at: token.range, help: help)
  }

  private static func keywordMeant(by token: Token, among expected: [Expectation]) -> String? {
    guard token.kind == .word, token.keyword == nil || token.keyword?.isReserved == false else {
      return nil
    }
    let keywords = expected.compactMap {
      if case .keyword(let keyword) = $0 { keyword.rawValue } else { nil }
    }
    let word = Array(token.text.uppercased().utf8)
    let near = keywords.map { ($0, NearestName.distance(word, Array($0.utf8))) }
      .filter {
        $0.1 > 0 && $0.1 <= ($0.0.utf8.count <= 3 ? 1 : 2) && $0.1 * 2 < $0.0.utf8.count + 1
      }
    return near.min { $0.1 < $1.1 }?.0
  }
}

extension SyntaxExpression {
  /// Whether the value is written down and not computed.
  fileprivate var isLiteral: Bool {
    switch node {
    case .null, .boolean, .integer, .decimal, .double, .string, .bytes, .typed, .interval: true
    case .unary(_, let operand): operand.isLiteral
    default: false
    }
  }
}
