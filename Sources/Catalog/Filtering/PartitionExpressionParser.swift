import ColumnFormat

/// Reads the conditions of ``PartitionExpression``.
struct PartitionExpressionParser {
  private enum Token: Equatable {
    /// A name or keyword as written.
    case word(String)
    case text(String)
    case number(String)
    case symbol(String)
    case end
  }

  /// Deeper nesting than anybody writes; each level takes a frame of the stack.
  private static let depthMax = 100

  private let keys: [Field]
  private let tokens: [(token: Token, place: Int)]
  private let fault: CatalogError?
  private var next = 0
  private var depth = 0

  init(_ text: String, keys: [Field]) {
    self.keys = keys
    var scanner = Scanner(Array(text))
    (tokens, fault) = scanner.tokens()
  }

  /// The whole text as one condition.
  mutating func parse() throws(CatalogError) -> PartitionExpression.Node {
    if let fault { throw fault }
    let node = try expression()
    if current != .end { throw unexpected("AND, OR or the end") }
    return node
  }

  // MARK: Grammar

  private mutating func expression() throws(CatalogError) -> PartitionExpression.Node {
    depth += 1
    defer { depth -= 1 }
    if depth > PartitionExpressionParser.depthMax {
      throw PartitionExpressionParser.error("more than 100 parentheses within each other", place)
    }
    var terms = [try term()]
    while take("OR") { terms.append(try term()) }
    return terms.count == 1 ? terms[0] : .or(terms)
  }

  private mutating func term() throws(CatalogError) -> PartitionExpression.Node {
    var factors = [try factor()]
    while take("AND") { factors.append(try factor()) }
    return factors.count == 1 ? factors[0] : .and(factors)
  }

  private mutating func factor() throws(CatalogError) -> PartitionExpression.Node {
    var isNegated = false
    while take("NOT") { isNegated.toggle() }
    let node: PartitionExpression.Node
    if take(symbol: "(") {
      node = try expression()
      guard take(symbol: ")") else { throw unexpected("')'") }
    } else {
      node = try test(of: try key())
    }
    return isNegated ? .not(node) : node
  }

  private mutating func key() throws(CatalogError) -> Int {
    guard case .word(let name) = current else { throw unexpected("a partition key") }
    guard let key = keys.firstIndex(where: { $0.name.lowercased() == name.lowercased() }) else {
      let names = keys.map { "'\($0.name)'" }.joined(separator: ", ")
      throw PartitionExpressionParser.error(
        "'\(name)' is no partition key; there \(keys.isEmpty ? "are none" : "are: \(names)")",
        place
      )
    }
    next += 1
    return key
  }

  private mutating func test(of key: Int) throws(CatalogError) -> PartitionExpression.Node {
    let comparisons: [String: PartitionExpression.Comparison] = [
      "=": .equal, "<>": .unequal, "!=": .unequal, "<": .less, "<=": .lessOrEqual, ">": .greater,
      ">=": .greaterOrEqual,
    ]
    if case .symbol(let symbol) = current, let comparison = comparisons[symbol] {
      next += 1
      return .comparison(key: key, comparison, try literal(of: key))
    }
    if take("IS") {
      let isNegated = take("NOT")
      guard take("NULL") else { throw unexpected("NULL") }
      return isNegated ? .not(.isNull(key: key)) : .isNull(key: key)
    }
    let isNegated = take("NOT")
    let node: PartitionExpression.Node
    if take("IN") {
      node = .within(key: key, try list(of: key))
    } else if take("BETWEEN") {
      let low = try literal(of: key)
      guard take("AND") else { throw unexpected("AND") }
      node = .between(key: key, low, try literal(of: key))
    } else if take("LIKE") {
      guard case .text(let pattern) = current else { throw unexpected("a pattern in quotes") }
      next += 1
      node = .like(
        key: key,
        pattern.map { $0 == "_" ? .one : $0 == "%" ? .any : .character($0) }
      )
    } else {
      throw unexpected("=, <>, <, >, IN, BETWEEN, LIKE or IS")
    }
    return isNegated ? .not(node) : node
  }

  private mutating func list(of key: Int) throws(CatalogError) -> [PartitionLiteral] {
    guard take(symbol: "(") else { throw unexpected("'('") }
    var literals = [try literal(of: key)]
    while take(symbol: ",") { literals.append(try literal(of: key)) }
    guard take(symbol: ")") else { throw unexpected("',' or ')'") }
    return literals
  }

  private mutating func literal(of key: Int) throws(CatalogError) -> PartitionLiteral {
    if take("DATE") || take("TIMESTAMP") {
      guard case .text = current else { throw unexpected("a value in quotes") }
    }
    let text: String
    switch current {
    case .text(let value), .number(let value): text = value
    default: throw unexpected("a value")
    }
    let literal = PartitionLiteral(text, as: keys[key].type)
    guard literal.isValue(of: keys[key].type) else {
      throw PartitionExpressionParser.error(
        "'\(text)' is no value of the key '\(keys[key].name)', which is"
          + " \(HiveType.text(keys[key].type))",
        place
      )
    }
    next += 1
    return literal
  }

  // MARK: Tokens

  private var current: Token { tokens[next].token }
  private var place: Int { tokens[next].place }

  private mutating func take(_ keyword: String) -> Bool {
    guard case .word(let word) = current, word.uppercased() == keyword else { return false }
    next += 1
    return true
  }

  private mutating func take(symbol: String) -> Bool {
    guard current == .symbol(symbol) else { return false }
    next += 1
    return true
  }

  private func unexpected(_ wanted: String) -> CatalogError {
    let found: String
    switch current {
    case .word(let text), .number(let text), .symbol(let text): found = "'\(text)'"
    case .text(let text): found = "'\(text)' in quotes"
    case .end: found = "the end"
    }
    return PartitionExpressionParser.error("\(wanted) is wanted, not \(found)", place)
  }

  private static func error(_ sentence: String, _ place: Int) -> CatalogError {
    CatalogError(
      .invalidRequest("the condition cannot be used: at character \(place + 1), \(sentence)")
    )
  }

  /// Cuts a condition into tokens.
  private struct Scanner {
    private let text: [Character]
    private var at = 0

    init(_ text: [Character]) { self.text = text }

    mutating func tokens() -> ([(token: Token, place: Int)], CatalogError?) {
      var found: [(token: Token, place: Int)] = []
      while true {
        while at < text.count, text[at].isWhitespace { at += 1 }
        let place = at
        guard at < text.count else {
          found.append((.end, place))
          return (found, nil)
        }
        guard let token = token() else {
          let error = PartitionExpressionParser.error(
            "'\(text[place])' begins nothing that ends",
            place
          )
          return (found + [(.end, place)], error)
        }
        found.append((token, place))
      }
    }

    private mutating func token() -> Token? {
      let first = text[at]
      switch first {
      case "'": return quoted().map { .text($0) }
      case "\"", "`": return quoted().map { .word($0) }
      case "(", ")", ",", "=":
        at += 1
        return .symbol(String(first))
      case "<", ">", "!":
        let pair = at + 1 < text.count ? String(text[at...(at + 1)]) : ""
        let symbol = ["<>", "<=", ">=", "!="].contains(pair) ? pair : String(first)
        at += symbol.count
        return symbol == "!" ? nil : .symbol(symbol)
      case "-", "+", ".", "0"..."9":
        return .number(run { $0.isASCII && $0.isNumber || "+-.".contains($0) })
      default:
        let word = run { $0.isLetter || $0.isNumber || $0 == "_" }
        return word.isEmpty ? nil : .word(word)
      }
    }

    private mutating func run(_ isPart: (Character) -> Bool) -> String {
      let start = at
      while at < text.count, isPart(text[at]) { at += 1 }
      return String(text[start..<at])
    }

    /// What stands between quotes; a doubled quote stands for one.
    private mutating func quoted() -> String? {
      let quote = text[at]
      var result = ""
      at += 1
      while at < text.count {
        if text[at] != quote {
          result.append(text[at])
        } else if at + 1 < text.count, text[at + 1] == quote {
          result.append(quote)
          at += 1
        } else {
          at += 1
          return result
        }
        at += 1
      }
      return nil
    }
  }
}
