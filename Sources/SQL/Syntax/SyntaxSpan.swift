/// A piece of a query's text and what it is, for editors that colour and complete it.
package struct SyntaxSpan: Sendable, Hashable {
  /// What a piece is.
  package enum Kind: Sendable, Hashable {
    /// A word of the grammar; reserved ones cannot be names.
    case keyword(isReserved: Bool)
    /// A name without quotes.
    case name
    case quotedName
    /// A string or binary literal.
    case string
    /// A string, quoted name or comment whose end is not there yet.
    case unclosed
    case number
    case symbol
    case comment
    /// What has no meaning in SQL.
    case invalid
  }

  /// What the piece is.
  package var kind: Kind
  /// Where it stands, in bytes of UTF-8.
  package var range: Range<Int>

  /// The pieces of a text in their order; spaces belong to none.
  package static func spans(_ text: String) -> [SyntaxSpan] {
    let bytes = Array(text.utf8)
    var spans: [SyntaxSpan] = []
    var position = 0
    for token in Lexer.tokens(text) {
      addComment(bytes, position..<token.range.start, &spans)
      let range = token.range.start..<token.range.end
      switch token.kind {
      case .end: break
      case .word:
        let kind = token.keyword.map { Kind.keyword(isReserved: $0.isReserved) } ?? .name
        spans.append(SyntaxSpan(kind: kind, range: range))
      case .quotedName: spans.append(SyntaxSpan(kind: .quotedName, range: range))
      case .string, .binary: spans.append(SyntaxSpan(kind: .string, range: range))
      case .integer, .decimal, .double: spans.append(SyntaxSpan(kind: .number, range: range))
      case .symbol: spans.append(SyntaxSpan(kind: .symbol, range: range))
      case .invalid:
        // What opens without an end takes the rest of the text; the token marks its beginning.
        let opens: Set<UInt8> = [39, 34, 96, UInt8(ascii: "/")]
        if range.lowerBound < bytes.count, opens.contains(bytes[range.lowerBound]) {
          spans.append(SyntaxSpan(kind: .unclosed, range: range.lowerBound..<bytes.count))
          return spans
        }
        spans.append(SyntaxSpan(kind: .invalid, range: range))
      }
      position = range.upperBound
    }
    return spans
  }

  /// What lies between tokens is blanks and comments.
  private static func addComment(_ bytes: [UInt8], _ gap: Range<Int>, _ spans: inout [SyntaxSpan]) {
    func isBlank(_ index: Int) -> Bool { bytes[index] <= 32 }
    var start = gap.lowerBound
    var end = gap.upperBound
    while start < end && isBlank(start) { start += 1 }
    while end > start && isBlank(end - 1) { end -= 1 }
    if start < end { spans.append(SyntaxSpan(kind: .comment, range: start..<end)) }
  }
}

/// The words that mean something in statements.
package enum SyntaxWords {
  /// All of them in upper case, in alphabetical order.
  package static let keywords: [String] = Keyword.allCases.map(\.rawValue).sorted()

  /// Whether a name like this must stand in double quotes: a reserved word, or letters and signs that
  /// a name cannot have.
  package static func needsQuotes(_ name: String) -> Bool {
    let tokens = Lexer.tokens(name)
    guard tokens.count == 2, tokens[0].kind == .word, tokens[0].text == name else { return true }
    return tokens[0].keyword?.isReserved ?? false
  }
}
