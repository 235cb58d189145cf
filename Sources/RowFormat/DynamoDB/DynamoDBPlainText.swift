/// Writes DynamoDB's tagged JSON as plain JSON: `{"L":[{"S":"a"},{"N":"1"}]}` becomes `["a",1]`.
///
/// The result is never longer than the source, so the target needs no bounds beyond that.
struct DynamoDBPlainText {
  var scanner: JSONScanner
  var out: UnsafeMutablePointer<UInt8>

  /// Writes a value whose tag was read.
  ///
  /// - Returns: The byte after the value, before the tag's closing brace.
  mutating func write(_ opening: DynamoDBTag.Opening, depth: Int) -> BytePointer? {
    let start = opening.value
    if depth >= scanner.depthMax { return scanner.fail(.tooDeep, at: start) }
    switch opening.tag {
    case .text, .binary:
      if start.pointee != UInt8(ascii: "\"") { return scanner.fail(.wrongTaggedValue, at: start) }
      guard let end = scanner.skipString(start + 1) else { return nil }
      // The target has room for the text, so it has for the bytes too.
      if opening.tag == .binary
        && Base64.decode(start + 1, count: end - start - 2, into: out) == nil
      {
        return scanner.fail(.invalidBase64, at: start)
      }
      return copy(start, end)
    case .boolean: return copy(start, scanner.skipLiteral(start))
    case .null:
      guard let end = scanner.skipLiteral(start) else { return nil }
      for byte in "null".utf8 { put(byte) }
      return end
    case .number:
      guard start.pointee == UInt8(ascii: "\""),
        let number = NumberText.scan(start + 1, .json),
        number.end.pointee == UInt8(ascii: "\"")
      else { return scanner.fail(.invalidTaggedNumber, at: start) }
      _ = copy(start + 1, number.end)
      return number.end + 1
    case .list: return list(start, depth: depth)
    case .map: return map(start, depth: depth)
    case .textSet, .binarySet, .numberSet: return set(start, opening.tag, depth: depth)
    }
  }

  private mutating func put(_ byte: UInt8) {
    out.pointee = byte
    out += 1
  }

  private mutating func copy(_ start: BytePointer, _ end: BytePointer?) -> BytePointer? {
    guard let end else { return nil }
    out.update(from: start, count: end - start)
    out += end - start
    return end
  }

  private mutating func tagged(_ start: BytePointer, depth: Int) -> BytePointer? {
    guard let opening = DynamoDBTag.open(start, &scanner),
      let end = write(opening, depth: depth + 1)
    else { return nil }
    return DynamoDBTag.close(end, &scanner)
  }

  private mutating func list(_ start: BytePointer, depth: Int) -> BytePointer? {
    if start.pointee != UInt8(ascii: "[") { return scanner.fail(.wrongTaggedValue, at: start) }
    put(UInt8(ascii: "["))
    var at = scanner.skipSpace(start + 1)
    if at.pointee != UInt8(ascii: "]") {
      while true {
        guard let end = tagged(at, depth: depth) else { return nil }
        at = scanner.skipSpace(end)
        if at.pointee == UInt8(ascii: "]") { break }
        if at.pointee != UInt8(ascii: ",") { return scanner.fail(.expectedCommaOrBracket, at: at) }
        put(UInt8(ascii: ","))
        at = scanner.skipSpace(at + 1)
      }
    }
    put(UInt8(ascii: "]"))
    return at + 1
  }

  private mutating func map(_ start: BytePointer, depth: Int) -> BytePointer? {
    if start.pointee != UInt8(ascii: "{") { return scanner.fail(.wrongTaggedValue, at: start) }
    put(UInt8(ascii: "{"))
    var at = scanner.skipSpace(start + 1)
    if at.pointee != UInt8(ascii: "}") {
      while true {
        if at.pointee != UInt8(ascii: "\"") { return scanner.fail(.expectedKey, at: at) }
        guard let key = copy(at, scanner.skipString(at + 1)), let value = scanner.skipColon(key)
        else { return nil }
        put(UInt8(ascii: ":"))
        guard let end = tagged(value, depth: depth) else { return nil }
        at = scanner.skipSpace(end)
        if at.pointee == UInt8(ascii: "}") { break }
        if at.pointee != UInt8(ascii: ",") { return scanner.fail(.expectedCommaOrBrace, at: at) }
        put(UInt8(ascii: ","))
        at = scanner.skipSpace(at + 1)
      }
    }
    put(UInt8(ascii: "}"))
    return at + 1
  }

  private mutating func set(_ start: BytePointer, _ tag: DynamoDBTag, depth: Int) -> BytePointer? {
    if start.pointee != UInt8(ascii: "[") { return scanner.fail(.wrongTaggedValue, at: start) }
    var elements: [(text: [UInt8], value: Double)] = []
    var at = scanner.skipSpace(start + 1)
    if at.pointee != UInt8(ascii: "]") {
      while true {
        if at.pointee != UInt8(ascii: "\"") { return scanner.fail(.wrongTaggedValue, at: at) }
        guard let end = scanner.skipString(at + 1) else { return nil }
        var value = 0.0
        var text = at..<end
        if tag == .numberSet {
          guard let number = NumberText.scan(at + 1), number.end == end - 1 else {
            return scanner.fail(.invalidTaggedNumber, at: at)
          }
          value = number.double ?? 0
          text = at + 1..<end - 1
        }
        let bytes = UnsafeBufferPointer(
          start: text.lowerBound,
          count: text.upperBound - text.lowerBound
        )
        elements.append((Array(bytes), value))
        at = scanner.skipSpace(end)
        if at.pointee == UInt8(ascii: "]") { break }
        if at.pointee != UInt8(ascii: ",") { return scanner.fail(.expectedCommaOrBracket, at: at) }
        at = scanner.skipSpace(at + 1)
      }
    }
    elements.sort { left, right in
      left.value != right.value
        ? left.value < right.value : left.text.lexicographicallyPrecedes(right.text)
    }
    put(UInt8(ascii: "["))
    for (index, element) in elements.enumerated() {
      if index > 0 { put(UInt8(ascii: ",")) }
      for byte in element.text { put(byte) }
    }
    put(UInt8(ascii: "]"))
    return at + 1
  }
}
