import CKernels

typealias BytePointer = UnsafePointer<UInt8>

/// Walks over JSON text, checking all of its grammar, without keeping anything.
///
/// The bytes are known to be UTF-8 and end in zeros (``RecordBlock/padding``), which no token
/// contains, so no step compares with the end. A record stands on one line: its white space holds
/// no line ends. Functions return the byte after what they took, or nil with ``fault`` set.
struct JSONScanner {
  /// What went wrong first.
  private(set) var fault = JSONFault.none
  /// Where.
  private(set) var faultAt: BytePointer
  let depthMax: Int

  init(start: BytePointer, depthMax: Int) {
    faultAt = start
    self.depthMax = depthMax
  }

  /// Forgets the fault.
  mutating func reset() { fault = .none }

  /// Notes a fault.
  @inline(never)
  mutating func fail(_ fault: JSONFault, at place: BytePointer) -> BytePointer? {
    let isEnd = place.pointee == 0 || place.pointee == UInt8(ascii: "\n")
    self.fault = isEnd && fault.isSyntactic ? .unexpectedEnd : fault
    faultAt = place
    return nil
  }

  /// The first byte that is not white space.
  @inline(__always)
  func skipSpace(_ start: BytePointer) -> BytePointer {
    if start.pointee > 0x20 { return start }
    return skipManySpaces(start)
  }

  private func skipManySpaces(_ start: BytePointer) -> BytePointer {
    var at = start
    while at.pointee == 0x20 || at.pointee == 0x09 || at.pointee == 0x0D { at += 1 }
    return at
  }

  /// The first quote, backslash or control character.
  @inline(__always)
  func stringBreak(_ start: BytePointer) -> BytePointer {
    var at = start
    while true {
      let mask = lake_mask16_json_string(at)
      if mask != 0 { return at + mask.trailingZeroBitCount }
      at += 16
    }
  }

  /// Takes a string's rest after its opening quote.
  @inline(__always)
  mutating func skipString(_ start: BytePointer) -> BytePointer? {
    let at = stringBreak(start)
    if at.pointee == UInt8(ascii: "\"") { return at + 1 }
    return skipEscapedString(at)
  }

  private mutating func skipEscapedString(_ start: BytePointer) -> BytePointer? {
    var at = start
    while true {
      at = stringBreak(at)
      if at.pointee == UInt8(ascii: "\"") { return at + 1 }
      if at.pointee != UInt8(ascii: "\\") { return fail(.controlCharacter, at: at) }
      guard let escape = JSONEscape.read(at) else { return fail(JSONEscape.fault(at), at: at) }
      at += escape.byteCount
    }
  }

  /// Whether a value is written as ``JSONValue/compactText`` writes it: without white space, and
  /// with no escapes but those that it has.
  static func isCompact(_ value: Range<BytePointer>) -> Bool {
    var at = value.lowerBound
    var isInText = false
    while at < value.upperBound {
      switch at.pointee {
      case UInt8(ascii: "\""): isInText.toggle()
      case UInt8(ascii: "\\"):
        at += 1
        switch at.pointee {
        case UInt8(ascii: "/"), UInt8(ascii: "u"): return false
        default: break
        }
      case 0x7F: return false
      case let byte where byte <= 0x20 && !isInText: return false
      default: break
      }
      at += 1
    }
    return true
  }

  /// Takes any value.
  mutating func skipValue(_ start: BytePointer, depth: Int) -> BytePointer? {
    switch start.pointee {
    case UInt8(ascii: "\""): return skipString(start + 1)
    case UInt8(ascii: "{"): return skipObject(start, depth: depth)
    case UInt8(ascii: "["): return skipArray(start, depth: depth)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      guard let number = NumberText.scan(start) else { return fail(.invalidNumber, at: start) }
      return number.end
    case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"): return skipLiteral(start)
    default: return fail(.expectedValue, at: start)
    }
  }

  /// Takes an object from its brace on.
  mutating func skipObject(_ start: BytePointer, depth: Int) -> BytePointer? {
    if depth >= depthMax { return fail(.tooDeep, at: start) }
    var at = skipSpace(start + 1)
    if at.pointee == UInt8(ascii: "}") { return at + 1 }
    while true {
      if at.pointee != UInt8(ascii: "\"") { return fail(.expectedKey, at: at) }
      guard let key = skipString(at + 1), let value = skipColon(key),
        let end = skipValue(value, depth: depth + 1)
      else { return nil }
      at = skipSpace(end)
      if at.pointee == UInt8(ascii: "}") { return at + 1 }
      if at.pointee != UInt8(ascii: ",") { return fail(.expectedCommaOrBrace, at: at) }
      at = skipSpace(at + 1)
    }
  }

  /// Takes an array from its bracket on.
  mutating func skipArray(_ start: BytePointer, depth: Int) -> BytePointer? {
    if depth >= depthMax { return fail(.tooDeep, at: start) }
    var at = skipSpace(start + 1)
    if at.pointee == UInt8(ascii: "]") { return at + 1 }
    while true {
      guard let end = skipValue(at, depth: depth + 1) else { return nil }
      at = skipSpace(end)
      if at.pointee == UInt8(ascii: "]") { return at + 1 }
      if at.pointee != UInt8(ascii: ",") { return fail(.expectedCommaOrBracket, at: at) }
      at = skipSpace(at + 1)
    }
  }

  /// Takes a colon and the spaces around it.
  @inline(__always)
  mutating func skipColon(_ start: BytePointer) -> BytePointer? {
    let at = skipSpace(start)
    if at.pointee != UInt8(ascii: ":") { return fail(.expectedColon, at: at) }
    return skipSpace(at + 1)
  }

  /// Takes `true`, `false` or `null`.
  @inline(__always)
  mutating func skipLiteral(_ start: BytePointer) -> BytePointer? {
    let word = UnsafeRawPointer(start).loadUnaligned(as: UInt32.self)
    // The four bytes of "true", "null" and "fals", lowest first.
    if word == 0x6575_7274 || word == 0x6C6C_756E { return start + 4 }
    if word == 0x736C_6166 && start[4] == UInt8(ascii: "e") { return start + 5 }
    return fail(.invalidLiteral, at: start)
  }
}
