/// A text of several statements with semicolons between them.
public struct Script: Sendable {
  /// One statement of a script.
  public struct Statement: Sendable {
    /// The text without the semicolon.
    public var text: String
    /// Where the text starts within the script, in bytes.
    public var byteOffset: Int
    /// Whether `\G` or `\gx` ends it: one line for each value instead of rows.
    public var isVertical = false
  }

  /// The statements; empty ones are left out.
  public let statements: [Statement]
  /// Whether the last statement is closed by a semicolon, `\g`, `\G` or `\gx`, or there is none.
  public let isComplete: Bool

  /// Splits a text at semicolons, `\g`, `\G` and `\gx` outside of strings, names and comments.
  public init(_ text: String) {
    let bytes = Array(text.utf8)
    var statements: [Statement] = []
    var first: Token?
    var last: Token?
    var isComplete = true
    // A backslash may be the beginning of `\G`.
    var backslash: Token?
    var ended: Token?
    for token in Lexer.tokens(text) {
      let isEnd = token.kind == .end
      let isClosing =
        backslash?.range.end == token.range.start && token.kind == .word
        && ["g", "G", "gx"].contains(token.text)
      let isVertical = isClosing && token.text != "g"
      if isClosing { last = ended }
      backslash = nil
      if token.kind == .invalid, bytes[token.range.start] == UInt8(ascii: "\\") {
        backslash = token
        ended = last
      }
      if isEnd || isClosing || token.kind == .symbol(.semicolon) {
        if let first, let last {
          let end = last.kind == .invalid ? bytes.count : last.range.end
          statements.append(
            Statement(
              text: String(decoding: bytes[first.range.start..<end], as: UTF8.self),
              byteOffset: first.range.start,
              isVertical: isVertical
            )
          )
          isComplete = !isEnd
        }
        first = nil
        last = nil
        continue
      }
      if first == nil { first = token }
      last = token
    }
    self.statements = statements
    self.isComplete = isComplete
  }
}
