/// The type tags of DynamoDB's JSON.
///
/// `{"S": "text"}`, `{"N": "1.5"}` and eight others.
/// Source: Amazon DynamoDB API Reference, "AttributeValue".
enum DynamoDBTag {
  case text
  case number
  case binary
  case boolean
  case null
  case list
  case map
  case textSet
  case numberSet
  case binarySet

  /// A tag that was read, and where its value starts.
  struct Opening {
    var tag: DynamoDBTag
    var value: BytePointer
  }

  /// Reads `{"TAG":` at `start`.
  @inline(__always)
  static func open(_ start: BytePointer, _ scanner: inout JSONScanner) -> Opening? {
    if start.pointee != UInt8(ascii: "{") {
      _ = scanner.fail(.expectedTag, at: start)
      return nil
    }
    let key = scanner.skipSpace(start + 1)
    guard key.pointee == UInt8(ascii: "\""), let (tag, length) = read(key + 1) else {
      _ = scanner.fail(.expectedTag, at: start)
      return nil
    }
    guard let value = scanner.skipColon(key + length + 2) else { return nil }
    return Opening(tag: tag, value: value)
  }

  /// Takes the brace after a tagged value.
  @inline(__always)
  static func close(_ end: BytePointer, _ scanner: inout JSONScanner) -> BytePointer? {
    let at = scanner.skipSpace(end)
    if at.pointee == UInt8(ascii: "}") { return at + 1 }
    return scanner.fail(
      at.pointee == UInt8(ascii: ",") ? .expectedOneTag : .expectedCommaOrBrace,
      at: at
    )
  }

  @inline(__always)
  private static func read(_ key: BytePointer) -> (DynamoDBTag, Int)? {
    let quote = UInt8(ascii: "\"")
    if key[1] == quote {
      switch key[0] {
      case UInt8(ascii: "S"): return (.text, 1)
      case UInt8(ascii: "N"): return (.number, 1)
      case UInt8(ascii: "B"): return (.binary, 1)
      case UInt8(ascii: "L"): return (.list, 1)
      case UInt8(ascii: "M"): return (.map, 1)
      default: return nil
      }
    }
    return readLong(key)
  }

  private static func readLong(_ key: BytePointer) -> (DynamoDBTag, Int)? {
    func isTag(_ word: StaticString) -> Bool {
      let count = word.utf8CodeUnitCount
      for index in 0..<count where key[index] != word.utf8Start[index] { return false }
      return key[count] == UInt8(ascii: "\"")
    }
    if isTag("BOOL") { return (.boolean, 4) }
    if isTag("NULL") { return (.null, 4) }
    if isTag("SS") { return (.textSet, 2) }
    if isTag("NS") { return (.numberSet, 2) }
    if isTag("BS") { return (.binarySet, 2) }
    return nil
  }

  /// Whether a value looks tagged: one level deep, two for maps, whose own members are tagged too.
  static func isTagged(_ start: BytePointer, depthMax: Int) -> Bool {
    var scanner = JSONScanner(start: start, depthMax: depthMax)
    guard let opening = open(start, &scanner) else { return false }
    switch opening.tag {
    case .text, .number, .binary: return opening.value.pointee == UInt8(ascii: "\"")
    case .boolean, .null:
      return opening.value.pointee == UInt8(ascii: "t")
        || opening.value.pointee == UInt8(ascii: "f")
    case .list, .textSet, .numberSet, .binarySet:
      return opening.value.pointee == UInt8(ascii: "[")
    case .map:
      guard opening.value.pointee == UInt8(ascii: "{") else { return false }
      let inner = scanner.skipSpace(opening.value + 1)
      if inner.pointee == UInt8(ascii: "}") { return true }
      guard inner.pointee == UInt8(ascii: "\""), let end = scanner.skipString(inner + 1),
        let value = scanner.skipColon(end)
      else { return false }
      return value.pointee == UInt8(ascii: "{")
    }
  }
}
