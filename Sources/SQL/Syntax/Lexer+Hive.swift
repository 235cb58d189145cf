/// Athena's statements that define tables are Hive's: their strings stand in either quote and know
/// escapes, and their names stand in back quotes.
extension Lexer {
  /// Whether the statement that begins here is one of Hive's.
  ///
  /// CREATE TABLE is where a list of columns follows the name; else it is Trino's CREATE TABLE AS.
  func startsHiveStatement() -> Bool {
    var lexer = self
    let first = lexer.takeWord()
    switch first {
    case "ALTER", "MSCK": return true
    case "DROP": return ["TABLE", "DATABASE", "SCHEMA"].contains(lexer.takeWord())
    case "CREATE":
      switch lexer.takeWord() {
      case "EXTERNAL", "DATABASE", "SCHEMA": return true
      case "TABLE": return lexer.startsColumnList()
      default: return false
      }
    default: return false
    }
  }

  /// After CREATE TABLE: whether a parenthesis follows the table's name.
  private mutating func startsColumnList() -> Bool {
    var mark = self
    if takeWord() == "IF", takeWord() == "NOT", takeWord() == "EXISTS" { mark = self }
    self = mark
    while true {
      guard skipBlanks() == nil else { return false }
      let quote = byte()
      if quote == UInt8(ascii: "`") || quote == UInt8(ascii: "\"") {
        position += 1
        while position < bytes.count && bytes[position] != quote { position += 1 }
        position += 1
      } else if takeWord().isEmpty {
        return false
      }
      guard skipBlanks() == nil else { return false }
      if byte() != UInt8(ascii: ".") { return byte() == UInt8(ascii: "(") }
      position += 1
    }
  }

  /// The next word in upper case; empty where none follows.
  private mutating func takeWord() -> String {
    guard skipBlanks() == nil else { return "" }
    let start = position
    while position < bytes.count && atWordPart { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self).uppercased()
  }

  /// A string in single or double quotes with Hive's escapes.
  mutating func hiveString(from start: Int) -> Token {
    let quote = bytes[position]
    position += 1
    var text: [UInt8] = []
    while position < bytes.count {
      let next = bytes[position]
      position += 1
      if next == quote {
        var result = token(.string, from: start, String(decoding: text, as: UTF8.self))
        result.quote = quote
        return result
      }
      if next == UInt8(ascii: "\\") && position < bytes.count {
        appendEscaped(to: &text)
      } else {
        text.append(next)
      }
    }
    return unclosed("the string has no closing quote", from: start)
  }

  /// What a backslash makes of the bytes after it.
  ///
  /// Source: Hive, `BaseSemanticAnalyzer.unescapeSQLString`.
  private mutating func appendEscaped(to text: inout [UInt8]) {
    let next = bytes[position]
    if next == UInt8(ascii: "u"), let scalar = hexScalar() {
      text += Array(String(Character(scalar)).utf8)
      position += 5
      return
    }
    if let octal = octalByte() {
      text += Array(String(Character(Unicode.Scalar(octal))).utf8)
      position += 3
      return
    }
    position += 1
    switch next {
    case UInt8(ascii: "0"): text.append(0)
    case UInt8(ascii: "b"): text.append(8)
    case UInt8(ascii: "n"): text.append(10)
    case UInt8(ascii: "r"): text.append(13)
    case UInt8(ascii: "t"): text.append(9)
    case UInt8(ascii: "Z"): text.append(26)
    // For LIKE, which reads these itself.
    case UInt8(ascii: "%"), UInt8(ascii: "_"): text += [UInt8(ascii: "\\"), next]
    default: text.append(next)
    }
  }

  private func hexScalar() -> Unicode.Scalar? {
    var value: UInt32 = 0
    for offset in 1...4 {
      guard let digit = Lexer.hexValue(byte(offset)) else { return nil }
      value = value << 4 | UInt32(digit)
    }
    return Unicode.Scalar(value)
  }

  /// `\001`: three octal digits, the first of which is 0 or 1.
  private func octalByte() -> UInt8? {
    let digits = [byte(0), byte(1), byte(2)].map { $0 &- 48 }
    guard digits[0] < 2, digits[1] < 8, digits[2] < 8 else { return nil }
    return digits[0] << 6 | digits[1] << 3 | digits[2]
  }
}
