import ColumnFormat

/// A JSON value as SQL/JSON paths walk over it.
indirect enum JSONItem: Sendable, Equatable {
  case null
  case boolean(Bool)
  /// A number as its text: a whole one with all its digits, another as a double's.
  case number([UInt8])
  case string([UInt8])
  case array([JSONItem])
  /// Members in the document's order.
  case object([Member])

  struct Member: Sendable, Equatable {
    var key: [UInt8]
    var value: JSONItem
  }

  /// As deep as documents may be nested.
  private static let depthMax = 500

  /// Reads a whole document; nil where it is no JSON.
  init?(_ text: UnsafeRawBufferPointer) {
    let scanner = JSONScanner(text)
    guard let (item, end) = JSONItem.read(scanner, 0, depth: 0),
      scanner.skipSpaces(end) == text.count
    else { return nil }
    self = item
  }

  private static func read(_ scanner: JSONScanner, _ start: Int, depth: Int) -> (JSONItem, Int)? {
    let bytes = scanner.bytes
    let start = scanner.skipSpaces(start)
    guard start < bytes.count, depth < depthMax else { return nil }
    switch bytes[start] {
    case 0x22:
      var copy: [UInt8] = []
      guard let end = scanner.copy(start, sortingKeys: false, to: &copy) else { return nil }
      let content = UnsafeRawBufferPointer(rebasing: bytes[(start + 1)..<(end - 1)])
      return (.string(JSONScanner.unescaped(content)), end)
    case 0x5B:
      var items: [JSONItem] = []
      var position = scanner.skipSpaces(start + 1)
      if position < bytes.count, bytes[position] == 0x5D { return (.array([]), position + 1) }
      while true {
        guard let (item, end) = read(scanner, position, depth: depth + 1) else { return nil }
        items.append(item)
        position = scanner.skipSpaces(end)
        guard position < bytes.count else { return nil }
        if bytes[position] == 0x5D { return (.array(items), position + 1) }
        guard bytes[position] == 0x2C else { return nil }
        position += 1
      }
    case 0x7B: return readObject(scanner, start, depth: depth)
    default:
      guard let end = scanner.skipValue(start) else { return nil }
      let word = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
      guard JSONScanner.isWord(word) else { return nil }
      switch word[0] {
      case 0x74: return (.boolean(true), end)
      case 0x66: return (.boolean(false), end)
      case 0x6E: return (.null, end)
      default:
        var digits: [UInt8] = []
        JSONScanner.appendWord(word, to: &digits)
        // A number beyond doubles, which is a text then.
        if digits.first == 0x22 { return (.string(Array(digits[1..<(digits.count - 1)])), end) }
        return (.number(digits), end)
      }
    }
  }

  private static func readObject(_ scanner: JSONScanner, _ start: Int, depth: Int)
    -> (JSONItem, Int)?
  {
    let bytes = scanner.bytes
    var members: [Member] = []
    var position = scanner.skipSpaces(start + 1)
    if position < bytes.count, bytes[position] == 0x7D { return (.object([]), position + 1) }
    while true {
      position = scanner.skipSpaces(position)
      guard position < bytes.count, bytes[position] == 0x22,
        case (.string(let key), let keyEnd)? = read(scanner, position, depth: depth + 1)
      else { return nil }
      position = scanner.skipSpaces(keyEnd)
      guard position < bytes.count, bytes[position] == 0x3A,
        let (value, end) = read(scanner, position + 1, depth: depth + 1)
      else { return nil }
      // Of equal keys the last counts.
      if let same = members.firstIndex(where: { $0.key == key }) {
        members[same].value = value
      } else {
        members.append(Member(key: key, value: value))
      }
      position = scanner.skipSpaces(end)
      guard position < bytes.count else { return nil }
      if bytes[position] == 0x7D { return (.object(members), position + 1) }
      guard bytes[position] == 0x2C else { return nil }
      position += 1
    }
  }

  /// Appends the value as JSON text without spaces.
  func append(to text: inout [UInt8]) {
    switch self {
    case .null: text += Array("null".utf8)
    case .boolean(let value): text += Array((value ? "true" : "false").utf8)
    case .number(let digits): text += digits
    case .string(let content):
      content.withUnsafeBytes { JSONScanner.appendString($0, to: &text) }
    case .array(let items):
      text.append(0x5B)
      for (index, item) in items.enumerated() {
        if index > 0 { text.append(0x2C) }
        item.append(to: &text)
      }
      text.append(0x5D)
    case .object(let members):
      text.append(0x7B)
      for (index, member) in members.enumerated() {
        if index > 0 { text.append(0x2C) }
        member.key.withUnsafeBytes { JSONScanner.appendString($0, to: &text) }
        text.append(0x3A)
        member.value.append(to: &text)
      }
      text.append(0x7D)
    }
  }

  /// The value as JSON text without spaces.
  var text: [UInt8] {
    var text: [UInt8] = []
    append(to: &text)
    return text
  }

  /// A scalar as the text that SQL sees: strings without quotes, doubles as a cast writes them; nil
  /// for arrays, objects and null.
  var scalarText: [UInt8]? {
    switch self {
    case .boolean(let value): Array((value ? "true" : "false").utf8)
    case .number(let digits): JSONItem.numberText(digits)
    case .string(let content): content
    case .null, .array, .object: nil
    }
  }

  private static func numberText(_ digits: [UInt8]) -> [UInt8] {
    digits.withUnsafeBytes { bytes in
      guard JSONScanner.hasFraction(bytes), let value = NumberText.double(bytes) else {
        return digits
      }
      var text: [UInt8] = []
      NumberText.appendScientific(value, to: &text)
      return text
    }
  }

  /// Whether this is an array or an object.
  var isNested: Bool {
    switch self {
    case .array, .object: true
    default: false
    }
  }
}
