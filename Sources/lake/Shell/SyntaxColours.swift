import SQL

/// The colours of SQL in the shell.
struct SyntaxColours: Sendable {
  /// Off prints the text as it is.
  let isOn: Bool

  static let keyword = "\u{1B}[1;34m"
  static let function = "\u{1B}[36m"
  static let string = "\u{1B}[32m"
  static let number = "\u{1B}[35m"
  static let comment = "\u{1B}[2m"
  static let invalid = "\u{1B}[31m"
  static let command = "\u{1B}[33m"
  static let dim = "\u{1B}[2m"
  static let bold = "\u{1B}[1m"

  private static let functions = Set(FunctionSummary.all.map(\.name))

  /// The text in pieces with their looks; together they are the text.
  func pieces(_ text: String) -> [StyledText] {
    guard isOn else { return [StyledText(text: text)] }
    if text.hasPrefix("\\") { return command(text) }
    let bytes = Array(text.utf8)
    let spans = SyntaxSpan.spans(text)
    var pieces: [StyledText] = []
    var position = 0
    func add(_ end: Int, _ style: String) {
      guard end > position else { return }
      let part = String(decoding: bytes[position..<end], as: UTF8.self)
      pieces.append(StyledText(text: part, style: style))
      position = end
    }
    for (index, span) in spans.enumerated() {
      add(span.range.lowerBound, "")
      let isCalled =
        index + 1 < spans.count && spans[index + 1].range.count == 1
        && bytes[spans[index + 1].range.lowerBound] == UInt8(ascii: "(")
      add(span.range.upperBound, style(span, bytes, isCalled: isCalled))
    }
    add(bytes.count, "")
    return pieces
  }

  private func command(_ text: String) -> [StyledText] {
    let word = text.prefix { !$0.isWhitespace }
    return [
      StyledText(text: String(word), style: SyntaxColours.command),
      StyledText(text: String(text.dropFirst(word.count))),
    ]
  }

  private func style(_ span: SyntaxSpan, _ bytes: [UInt8], isCalled: Bool) -> String {
    let word = String(decoding: bytes[span.range], as: UTF8.self)
    switch span.kind {
    case .keyword(let isReserved):
      if isCalled, SyntaxColours.functions.contains(word.lowercased()) {
        return SyntaxColours.function
      }
      return isReserved || SyntaxColours.statementWords.contains(word.uppercased())
        ? SyntaxColours.keyword : ""
    case .name:
      return isCalled && SyntaxColours.functions.contains(word.lowercased())
        ? SyntaxColours.function : ""
    case .string: return SyntaxColours.string
    case .unclosed: return word.hasPrefix("/*") ? SyntaxColours.comment : SyntaxColours.string
    case .number: return SyntaxColours.number
    case .comment: return SyntaxColours.comment
    // The backslash of `\G` is half of a sign.
    case .invalid: return word == "\\" ? "" : SyntaxColours.invalid
    case .quotedName, .symbol: return ""
    }
  }

  /// Words that are no reserved ones but never look like names where they stand.
  private static let statementWords: Set = [
    "SHOW", "EXPLAIN", "ANALYZE", "LIMIT", "OFFSET", "OVER", "PARTITION", "ASC", "DESC", "NULLS",
    "FILTER", "QUALIFY", "IF", "LATERAL", "TABLESAMPLE", "ROLLUP", "CUBE", "SETS", "INTERVAL",
  ]
}
