/// Why a text is not JSON.
package struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
  package var message: String
  package var byteOffset: Int
  /// The line of the trouble, from 1.
  package var line: Int
  /// The byte within the line, from 1.
  package var column: Int

  package var description: String { "line \(line), column \(column): \(message)" }
}

extension JSONValue {
  /// Deeper nesting is refused: it would only serve to exhaust the stack.
  package static let depthMax = 128

  /// Reads one document with nothing after it but white space (RFC 8259).
  package static func parse(_ text: String) throws(JSONError) -> JSONValue {
    try parse(Array(text.utf8))
  }

  package static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
    var failure: JSONError?
    let value: JSONValue? = bytes.withUnsafeBufferPointer { buffer in
      do throws(JSONError) {
        return try parse(buffer)
      } catch {
        failure = error
        return nil
      }
    }
    if let failure { throw failure }
    return value ?? .null
  }

  package static func parse(_ bytes: UnsafeBufferPointer<UInt8>) throws(JSONError) -> JSONValue {
    var reader = JSONReader(bytes: bytes)
    let value = try reader.value(depth: 0)
    reader.skipSpace()
    if reader.position < bytes.count { throw reader.error("unexpected text after the document") }
    return value
  }
}

/// A recursive-descent reader over bytes that outlive it.
private struct JSONReader {
  let bytes: UnsafeBufferPointer<UInt8>
  var position = 0

  func error(_ message: String, at offset: Int? = nil) -> JSONError {
    let place = min(offset ?? position, bytes.count)
    var line = 1
    var lineStart = 0
    for index in 0..<place where bytes[index] == UInt8(ascii: "\n") {
      line += 1
      lineStart = index + 1
    }
    return JSONError(
      message: message,
      byteOffset: place,
      line: line,
      column: place - lineStart + 1
    )
  }

  mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  /// The next byte that is not white space, without taking it.
  mutating func peek(_ wanted: String) throws(JSONError) -> UInt8 {
    skipSpace()
    guard position < bytes.count else { throw error("the text ends where \(wanted) should be") }
    return bytes[position]
  }

  mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    if depth > JSONValue.depthMax {
      throw error("nested deeper than \(JSONValue.depthMax) levels")
    }
    switch try peek("a value") {
    case UInt8(ascii: "{"): return .object(try object(depth: depth))
    case UInt8(ascii: "["): return .array(try array(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
    default: throw error("a value cannot begin with \(shown(bytes[position]))")
    }
  }

  private func shown(_ byte: UInt8) -> String {
    byte > 0x20 && byte < 0x7F
      ? "'\(Character(Unicode.Scalar(byte)))'" : "byte 0x" + String(byte, radix: 16)
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError)
    -> JSONValue
  {
    let count = word.utf8CodeUnitCount
    var matched = position + count <= bytes.count
    for index in 0..<count where matched {
      matched = bytes[position + index] == word.utf8Start[index]
    }
    guard matched else { throw error("expected \(word)") }
    position += count
    return value
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONObject {
    position += 1
    var members: [JSONObject.Member] = []
    if try peek("a name or '}'") == UInt8(ascii: "}") {
      position += 1
      return JSONObject()
    }
    while true {
      guard try peek("a name") == UInt8(ascii: "\"") else {
        throw error("expected a name in double quotes")
      }
      let name = try string()
      guard try peek("':'") == UInt8(ascii: ":") else { throw error("expected ':' after a name") }
      position += 1
      members.append(JSONObject.Member(name: name, value: try value(depth: depth + 1)))
      let next = try peek("',' or '}'")
      position += 1
      if next == UInt8(ascii: "}") { return JSONObject(members) }
      if next != UInt8(ascii: ",") { throw error("expected ',' or '}'", at: position - 1) }
    }
  }

  private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
    position += 1
    var elements: [JSONValue] = []
    if try peek("a value or ']'") == UInt8(ascii: "]") {
      position += 1
      return elements
    }
    while true {
      elements.append(try value(depth: depth + 1))
      let next = try peek("',' or ']'")
      position += 1
      if next == UInt8(ascii: "]") { return elements }
      if next != UInt8(ascii: ",") { throw error("expected ',' or ']'", at: position - 1) }
    }
  }

  private mutating func number() throws(JSONError) -> String {
    let start = position
    func isDigit(_ index: Int) -> Bool {
      index < bytes.count && bytes[index] >= 0x30 && bytes[index] <= 0x39
    }
    if bytes[position] == UInt8(ascii: "-") { position += 1 }
    guard isDigit(position) else { throw error("expected a digit") }
    if bytes[position] == 0x30, isDigit(position + 1) {
      throw error("a number cannot begin with 0 and another digit")
    }
    while isDigit(position) { position += 1 }
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      position += 1
      guard isDigit(position) else { throw error("expected a digit after the point") }
      while isDigit(position) { position += 1 }
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      position += 1
      if position < bytes.count,
        bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-")
      {
        position += 1
      }
      guard isDigit(position) else { throw error("expected a digit in the exponent") }
      while isDigit(position) { position += 1 }
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func string() throws(JSONError) -> String {
    position += 1
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        defer { position += 1 }
        return try text(bytes[start..<position])
      }
      if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
      if byte < 0x20 { throw error("a control character in a string must be escaped") }
      position += 1
    }
    throw error("the string that begins here has no end", at: start - 1)
  }

  private func text(_ slice: some Collection<UInt8>) throws(JSONError) -> String {
    guard let text = String(validating: slice, as: UTF8.self) else {
      throw error("a string is not valid UTF-8")
    }
    return text
  }

  private mutating func escapedString(from start: Int) throws(JSONError) -> String {
    var unescaped = Array(bytes[start..<position])
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: "\"") { return try text(unescaped) }
      if byte < 0x20 {
        throw error("a control character in a string must be escaped", at: position - 1)
      }
      guard byte == UInt8(ascii: "\\") else {
        unescaped.append(byte)
        continue
      }
      guard position < bytes.count else { break }
      let escape = bytes[position]
      position += 1
      switch escape {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(escape)
      case UInt8(ascii: "b"): unescaped.append(0x08)
      case UInt8(ascii: "f"): unescaped.append(0x0C)
      case UInt8(ascii: "n"): unescaped.append(0x0A)
      case UInt8(ascii: "r"): unescaped.append(0x0D)
      case UInt8(ascii: "t"): unescaped.append(0x09)
      case UInt8(ascii: "u"): unescaped += Array(Character(try codePoint()).utf8)
      default: throw error("unknown escape \\\(shown(escape))", at: position - 2)
      }
    }
    throw error("the string that begins here has no end", at: start - 1)
  }

  /// The character of `\uXXXX` after its `u`, or of a pair of surrogates.
  private mutating func codePoint() throws(JSONError) -> Unicode.Scalar {
    let start = position - 2
    var value = UInt32(try fourHexDigits())
    if value >= 0xD800, value < 0xDC00, position + 1 < bytes.count,
      bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
    {
      position += 2
      let low = UInt32(try fourHexDigits())
      if low >= 0xDC00, low < 0xE000 {
        value = 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00)
      }
    }
    guard let scalar = Unicode.Scalar(value) else {
      throw error("half a surrogate pair", at: start)
    }
    return scalar
  }

  private mutating func fourHexDigits() throws(JSONError) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard position < bytes.count,
        let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue
      else { throw error("expected four hexadecimal digits") }
      value = value << 4 | UInt16(digit)
      position += 1
    }
    return value
  }
}
