import ColumnFormat

extension SQLJSONPath {
  /// Reads a path; a malformed one is told by its text.
  init(_ text: UnsafeRawBufferPointer) throws {
    var parser = SQLJSONPathParser(Array(text))
    self = try parser.parse()
  }
}

/// Reads a path by recursive descent.
private struct SQLJSONPathParser {
  private let text: [UInt8]
  private var position = 0
  private var depth = 0

  init(_ text: [UInt8]) { self.text = text }

  private func invalid(_ what: String) -> SQLError {
    SQLError(
      .invalidPath,
      "invalid JSON path '\(String(decoding: text, as: UTF8.self))': \(what) at position \(position + 1)"
    )
  }

  mutating func parse() throws -> SQLJSONPath {
    var isLax = true
    if skip(word: "strict") { isLax = false } else { _ = skip(word: "lax") }
    let root = try expression()
    skipSpaces()
    if position < text.count { throw invalid("unexpected text") }
    return SQLJSONPath(isLax: isLax, root: root)
  }

  // MARK: Characters

  private mutating func skipSpaces() {
    while position < text.count, text[position] <= 0x20 { position += 1 }
  }

  private mutating func skip(_ token: String) -> Bool {
    skipSpaces()
    let bytes = Array(token.utf8)
    guard text[position...].starts(with: bytes) else { return false }
    position += bytes.count
    return true
  }

  private mutating func skip(word: String) -> Bool {
    skipSpaces()
    let bytes = Array(word.utf8)
    guard text[position...].starts(with: bytes) else { return false }
    let end = position + bytes.count
    if end < text.count, SQLJSONPathParser.isWordPart(text[end]) { return false }
    position = end
    return true
  }

  private mutating func expect(_ token: String) throws {
    if !skip(token) { throw invalid("expected '\(token)'") }
  }

  private static func isWordPart(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x80...0xFF: true
    default: false
    }
  }

  private mutating func word() -> [UInt8] {
    let start = position
    while position < text.count, SQLJSONPathParser.isWordPart(text[position]) { position += 1 }
    return Array(text[start..<position])
  }

  /// A string in double quotes.
  private mutating func string() throws -> [UInt8] {
    let found: ([UInt8], Int)? = text.withUnsafeBytes { bytes in
      let scanner = JSONScanner(bytes)
      guard let end = scanner.skipString(position), end <= bytes.count else { return nil }
      let content = UnsafeRawBufferPointer(rebasing: bytes[(position + 1)..<(end - 1)])
      return (JSONScanner.unescaped(content), end)
    }
    guard let (content, end) = found else { throw invalid("a string has no end") }
    position = end
    return content
  }

  private mutating func nested<Result>(
    _ body: (inout SQLJSONPathParser) throws -> Result
  ) throws -> Result {
    depth += 1
    defer { depth -= 1 }
    if depth > 200 { throw invalid("nested too deeply") }
    return try body(&self)
  }

  // MARK: Expressions

  private mutating func expression() throws -> SQLJSONPath.Node {
    try nested { parser in
      var left = try parser.product()
      while true {
        if parser.skip("+") {
          left = .binary(left, .add, try parser.product())
        } else if parser.skip("-") {
          left = .binary(left, .subtract, try parser.product())
        } else {
          return left
        }
      }
    }
  }

  private mutating func product() throws -> SQLJSONPath.Node {
    var left = try signed()
    while true {
      if skip("*") {
        left = .binary(left, .multiply, try signed())
      } else if skip("/") {
        left = .binary(left, .divide, try signed())
      } else if skip("%") {
        left = .binary(left, .modulus, try signed())
      } else {
        return left
      }
    }
  }

  private mutating func signed() throws -> SQLJSONPath.Node {
    if skip("-") { return .negated(try nested { try $0.signed() }) }
    if skip("+") { return .positive(try nested { try $0.signed() }) }
    return try accessors(try primary())
  }

  private mutating func primary() throws -> SQLJSONPath.Node {
    skipSpaces()
    guard position < text.count else { throw invalid("the path ends too early") }
    switch text[position] {
    case 0x24:
      position += 1
      let name = word()
      return name.isEmpty ? .context : .variable(String(decoding: name, as: UTF8.self))
    case 0x40:
      position += 1
      return .current
    case 0x28:
      position += 1
      let inner = try expression()
      try expect(")")
      return inner
    case 0x22: return .literal(.string(try string()))
    case 0x30...0x39, 0x2E:
      let start = position
      while position < text.count,
        (0x30...0x39).contains(text[position]) || text[position] == 0x2E
          || text[position] | 0x20 == 0x65
          || (text[position - 1] | 0x20 == 0x65 && [0x2B, 0x2D].contains(text[position]))
      { position += 1 }
      var digits = Array(text[start..<position])
      if digits.first == 0x2E { digits.insert(0x30, at: 0) }
      guard digits.withUnsafeBytes({ NumberText.double($0) }) != nil else {
        throw invalid("malformed number")
      }
      return .literal(.number(digits))
    default:
      if skip(word: "true") { return .literal(.boolean(true)) }
      if skip(word: "false") { return .literal(.boolean(false)) }
      if skip(word: "null") { return .literal(.null) }
      if skip(word: "last") { return .last }
      throw invalid("unexpected text")
    }
  }

  private mutating func accessors(_ first: SQLJSONPath.Node) throws -> SQLJSONPath.Node {
    var node = first
    while true {
      if skip("..") {
        node = .descendants(node, key: try key())
      } else if skip(".") {
        node = try member(of: node)
      } else if skip("[") {
        node = try elements(of: node)
      } else if skip("?") {
        try expect("(")
        let predicate = try disjunction()
        try expect(")")
        node = .filter(node, predicate)
      } else {
        return node
      }
    }
  }

  private mutating func key() throws -> [UInt8] {
    skipSpaces()
    if position < text.count, text[position] == 0x22 { return try string() }
    let name = word()
    if name.isEmpty { throw invalid("expected a key") }
    return name
  }

  private mutating func member(of node: SQLJSONPath.Node) throws -> SQLJSONPath.Node {
    if skip("*") { return .allMembers(node) }
    skipSpaces()
    let isQuoted = position < text.count && text[position] == 0x22
    let name = try key()
    if !isQuoted, skip("(") {
      let method = String(decoding: name, as: UTF8.self)
      guard let known = SQLJSONPath.Method(rawValue: method) else {
        throw invalid("the method \(method)() is not supported")
      }
      try expect(")")
      return .method(node, known)
    }
    return .member(node, key: name)
  }

  private mutating func elements(of node: SQLJSONPath.Node) throws -> SQLJSONPath.Node {
    if skip("*") {
      try expect("]")
      return .allElements(node)
    }
    var subscripts: [SQLJSONPath.Subscript] = []
    repeat {
      let from = try expression()
      let to = skip(word: "to") ? try expression() : nil
      subscripts.append(.init(from: from, to: to))
    } while skip(",")
    try expect("]")
    return .elements(node, subscripts)
  }

  // MARK: Predicates

  private mutating func disjunction() throws -> SQLJSONPath.Predicate {
    try nested { parser in
      var left = try parser.conjunction()
      while parser.skip("||") { left = .or(left, try parser.conjunction()) }
      return left
    }
  }

  private mutating func conjunction() throws -> SQLJSONPath.Predicate {
    var left = try predicate()
    while skip("&&") { left = .and(left, try predicate()) }
    return left
  }

  private mutating func predicate() throws -> SQLJSONPath.Predicate {
    skipSpaces()
    if position + 1 < text.count, text[position] == 0x21, text[position + 1] != 0x3D {
      position += 1
      return .not(try nested { try $0.predicate() })
    }
    if skip(word: "exists") {
      try expect("(")
      let path = try expression()
      try expect(")")
      return .exists(path)
    }
    // A parenthesis holds a predicate, or is part of an expression.
    let start = position
    if skip("("), let inner = try? disjunction(), skip(")") {
      if skip(word: "is") {
        if !skip(word: "unknown") { throw invalid("expected 'unknown'") }
        return .isUnknown(inner)
      }
      return inner
    }
    position = start
    let left = try expression()
    if skip(word: "starts") {
      if !skip(word: "with") { throw invalid("expected 'with'") }
      return .startsWith(left, try expression())
    }
    let comparisons: [(String, ComparisonOperator)] = [
      ("==", .equal), ("<>", .notEqual), ("!=", .notEqual), ("<=", .lessOrEqual),
      (">=", .greaterOrEqual), ("<", .less), (">", .greater),
    ]
    for (token, comparison) in comparisons where skip(token) {
      return .comparison(left, comparison, try expression())
    }
    throw invalid("expected a comparison")
  }
}
