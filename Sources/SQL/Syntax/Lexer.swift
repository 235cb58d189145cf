/// Cuts a query's text into tokens.
///
/// The whole text becomes an array at once: the parser looks ahead freely, and a script is split at
/// its semicolons. What cannot be read becomes an ``Token/Kind/invalid`` token, reported when the
/// parser arrives there, so that earlier mistakes are reported first.
struct Lexer {
  let bytes: [UInt8]
  var position = 0
  /// Whether the statement at work is one of Hive's; see ``startsHiveStatement()``.
  private var isHive = false

  init(_ text: String) { self.init(bytes: Array(text.utf8)) }

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// All tokens, with an `end` at the end.
  static func tokens(_ text: String) -> [Token] {
    var lexer = Lexer(text)
    var tokens: [Token] = []
    tokens.reserveCapacity(text.utf8.count / 5 + 8)
    var isStart = true
    while true {
      if isStart { lexer.isHive = lexer.startsHiveStatement() }
      let token = lexer.next()
      isStart = token.kind == .symbol(.semicolon)
      tokens.append(token)
      if token.kind == .end { return tokens }
    }
  }

  func byte(_ offset: Int = 0) -> UInt8 {
    position + offset < bytes.count ? bytes[position + offset] : 0
  }

  func token(_ kind: Token.Kind, from start: Int, _ text: String? = nil) -> Token {
    Token(
      kind: kind,
      keyword: nil,
      text: text ?? String(decoding: bytes[start..<position], as: UTF8.self),
      range: SourceRange(start, position)
    )
  }

  private mutating func next() -> Token {
    if let unclosed = skipBlanks() { return unclosed }
    let start = position
    guard position < bytes.count else { return token(.end, from: start, "<EOF>") }
    let first = bytes[position]
    switch first {
    case UInt8(ascii: "'") where isHive, UInt8(ascii: "\"") where isHive:
      return hiveString(from: start)
    case UInt8(ascii: "'"): return string(from: start)
    case UInt8(ascii: "\""), UInt8(ascii: "`"): return quotedName(from: start)
    case UInt8(ascii: "x") where !isHive, UInt8(ascii: "X") where !isHive:
      if byte(1) == UInt8(ascii: "'") { return binary(from: start) }
    case UInt8(ascii: "u"), UInt8(ascii: "U"):
      if byte(1) == UInt8(ascii: "&") && byte(2) == UInt8(ascii: "'") {
        return unicodeString(from: start)
      }
    default: break
    }
    if atLetter { return word(from: start) }
    if Lexer.isDigit(first) || (first == UInt8(ascii: ".") && Lexer.isDigit(byte(1))) {
      return number(from: start)
    }
    return symbol(from: start)
  }

  /// Skips spaces and comments; an error where a comment has no end.
  mutating func skipBlanks() -> Token? {
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: " "), 9, 10, 11, 12, 13: position += 1
      case UInt8(ascii: "-") where byte(1) == UInt8(ascii: "-"):
        while position < bytes.count && bytes[position] != 10 && bytes[position] != 13 {
          position += 1
        }
      case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "*"):
        let start = position
        position += 2
        while position < bytes.count
          && !(bytes[position] == UInt8(ascii: "*") && byte(1) == UInt8(ascii: "/"))
        {
          position += 1
        }
        guard position < bytes.count else {
          return Token(
            kind: .invalid,
            keyword: nil,
            text: "the comment has no end",
            range: SourceRange(start, start + 2)
          )
        }
        position += 2
      // Spaces that editors and web pages bring along: U+00A0 and the byte order mark.
      case 0xC2 where byte(1) == 0xA0: position += 2
      case 0xEF where byte(1) == 0xBB && byte(2) == 0xBF: position += 3
      default: return nil
      }
    }
    return nil
  }

  private mutating func word(from start: Int) -> Token {
    while position < bytes.count && atWordPart { position += 1 }
    var result = token(.word, from: start)
    result.keyword = Keyword.named(result.text.uppercased())
    return result
  }

  /// Between quotes of one kind, in which a doubled quote stands for itself; nil without an end.
  private mutating func quoted(_ quote: UInt8) -> [UInt8]? {
    position += 1
    var text: [UInt8] = []
    while position < bytes.count {
      let next = bytes[position]
      position += 1
      if next == quote {
        if byte() != quote { return text }
        position += 1
      }
      text.append(next)
    }
    return nil
  }

  private mutating func string(from start: Int) -> Token {
    guard let text = quoted(UInt8(ascii: "'")) else {
      return unclosed("the string has no closing quote", from: start)
    }
    return token(.string, from: start, String(decoding: text, as: UTF8.self))
  }

  private mutating func quotedName(from start: Int) -> Token {
    let quote = bytes[position]
    guard let text = quoted(quote) else {
      return unclosed("the quoted name has no closing quote", from: start)
    }
    if text.isEmpty { return token(.invalid, from: start, "a name must not be empty") }
    var result = token(.quotedName, from: start, String(decoding: text, as: UTF8.self))
    result.quote = quote
    return result
  }

  /// The rest of the text belongs to what has no end; only its first bytes are marked.
  func unclosed(_ complaint: String, from start: Int) -> Token {
    Token(
      kind: .invalid,
      keyword: nil,
      text: complaint,
      range: SourceRange(start, bytes[start...].firstIndex(of: 10) ?? bytes.count)
    )
  }

  /// `X'4142'`, in which spaces may stand.
  private mutating func binary(from start: Int) -> Token {
    position += 1
    guard let text = quoted(UInt8(ascii: "'")) else {
      return unclosed("the binary literal has no closing quote", from: start)
    }
    let digits = text.filter { $0 > 32 }
    guard digits.allSatisfy({ Lexer.hexValue($0) != nil }) else {
      return token(.invalid, from: start, "a binary literal may hold only hexadecimal digits")
    }
    guard digits.count % 2 == 0 else {
      return token(.invalid, from: start, "a binary literal must have an even number of digits")
    }
    return token(.binary, from: start, String(decoding: digits, as: UTF8.self))
  }

  /// `U&'\0041'`, with `\+01F600` for six digits; the escape character may follow as UESCAPE.
  private mutating func unicodeString(from start: Int) -> Token {
    position += 2
    guard let text = quoted(UInt8(ascii: "'")) else {
      return unclosed("the string has no closing quote", from: start)
    }
    let escape = userEscape() ?? UInt8(ascii: "\\")
    guard let decoded = Lexer.decodeUnicode(text, escape: escape) else {
      return token(.invalid, from: start, "the string holds an incomplete or invalid escape")
    }
    return token(.string, from: start, decoded)
  }

  /// `UESCAPE 'c'` if that is what follows.
  private mutating func userEscape() -> UInt8? {
    let before = position
    if skipBlanks() == nil {
      let start = position
      while atWordPart { position += 1 }
      if String(decoding: bytes[start..<position], as: UTF8.self).uppercased() == "UESCAPE",
        skipBlanks() == nil, byte() == UInt8(ascii: "'"), byte(2) == UInt8(ascii: "'")
      {
        position += 3
        return bytes[position - 2]
      }
    }
    position = before
    return nil
  }

  private static func decodeUnicode(_ text: [UInt8], escape: UInt8) -> String? {
    var result = String.UnicodeScalarView()
    let scalars = Array(String(decoding: text, as: UTF8.self).unicodeScalars)
    let mark = Unicode.Scalar(escape)
    var index = 0
    while index < scalars.count {
      guard scalars[index] == mark else {
        result.append(scalars[index])
        index += 1
        continue
      }
      index += 1
      guard index < scalars.count else { return nil }
      if scalars[index] == mark {
        result.append(mark)
        index += 1
        continue
      }
      let digitCount = scalars[index] == "+" ? 6 : 4
      if digitCount == 6 { index += 1 }
      guard index + digitCount <= scalars.count else { return nil }
      var digits = ""
      digits.unicodeScalars.append(contentsOf: scalars[index..<(index + digitCount)])
      guard let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value) else {
        return nil
      }
      result.append(scalar)
      index += digitCount
    }
    return String(result)
  }

  /// `0xFF`, `0o17`, `0b101`, with underscores between digits; nil for other numbers.
  private mutating func basedInteger(from start: Int) -> Token? {
    let radixes: [UInt8: UInt64] = [0x78: 16, 0x6F: 8, 0x62: 2]
    guard byte() == 0x30, let radix = radixes[byte(1) | 0x20],
      let first = Lexer.hexValue(byte(2)), first < radix
    else { return nil }
    position += 2
    var value: UInt64 = 0
    var isTooLarge = false
    while let digit = Lexer.hexValue(byte() == 0x5F ? byte(1) : byte()), digit < radix {
      position += byte() == 0x5F ? 2 : 1
      let (product, overflow) = value.multipliedReportingOverflow(by: radix)
      value = product | UInt64(digit)
      isTooLarge = isTooLarge || overflow
    }
    if atWordPart {
      while atWordPart { position += 1 }
      return token(.invalid, from: start, "the number holds what is no digit of its base")
    }
    if isTooLarge { return token(.invalid, from: start, "the number is too large") }
    return token(.integer, from: start, String(value))
  }

  private mutating func number(from start: Int) -> Token {
    if let based = basedInteger(from: start) { return based }
    var kind = Token.Kind.integer
    skipDigits()
    if byte() == UInt8(ascii: ".") {
      kind = .decimal
      position += 1
      skipDigits()
    }
    if byte() | 0x20 == UInt8(ascii: "e") {
      let signed = byte(1) == UInt8(ascii: "+") || byte(1) == UInt8(ascii: "-")
      if Lexer.isDigit(byte(signed ? 2 : 1)) {
        kind = .double
        position += signed ? 2 : 1
        skipDigits()
      }
    }
    if atWordPart {
      while atWordPart { position += 1 }
      return token(
        .invalid,
        from: start,
        "a name must not start with a digit; put it in double quotes"
      )
    }
    let text = String(decoding: bytes[start..<position].filter { $0 != 0x5F }, as: UTF8.self)
    return token(kind, from: start, text)
  }

  private mutating func skipDigits() {
    while Lexer.isDigit(byte()) || (byte() == UInt8(ascii: "_") && Lexer.isDigit(byte(1))) {
      position += 1
    }
  }

  private mutating func symbol(from start: Int) -> Token {
    let pair = String(decoding: bytes[start..<min(start + 2, bytes.count)], as: UTF8.self)
    if pair == "!=" {
      position += 2
      return token(.symbol(.notEqual), from: start)
    }
    if pair.utf8.count == 2, let symbol = Symbol(rawValue: pair) {
      position += 2
      return token(.symbol(symbol), from: start)
    }
    if let symbol = Symbol(rawValue: String(UnicodeScalar(bytes[start]))) {
      position += 1
      return token(.symbol(symbol), from: start)
    }
    // A whole character, so that the message shows it.
    position += 1
    while position < bytes.count && bytes[position] & 0xC0 == 0x80 { position += 1 }
    let character = String(decoding: bytes[start..<position], as: UTF8.self)
    return token(.invalid, from: start, "the character '\(character)' has no meaning here")
  }

  static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }

  /// Letters of ASCII, the underscore, and what lies beyond ASCII but is no space or punctuation.
  var atLetter: Bool {
    let first = byte()
    if first < 0x80 { return (first | 0x20) &- 97 < 26 || first == 0x5F }
    // U+0080 to U+00BF, and the spaces, dashes and curly quotes from U+2000 to U+207F.
    return first >= 0xC3 && !(first == 0xE2 && byte(1) < 0x82)
      && !(first == 0xEF && byte(1) == 0xBB && byte(2) == 0xBF)
  }

  /// What may follow within a name; `$` for `t$partitions`.
  var atWordPart: Bool {
    let next = byte()
    return atLetter || Lexer.isDigit(next) || next == UInt8(ascii: "$") || next == UInt8(ascii: "@")
      || (next & 0xC0 == 0x80)
  }

  static func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 48...57: byte - 48
    case 65...70: byte - 55
    case 97...102: byte - 87
    default: nil
    }
  }
}
