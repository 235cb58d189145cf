extension JSONValue {
  /// The document on one line, without spaces.
  package var compactText: String {
    var bytes: [UInt8] = []
    append(to: &bytes, indent: nil)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The document for people: two spaces a level, a line a member, a line end at the end.
  ///
  /// Arrays and objects without nested members stay on one line when they fit into 100 columns,
  /// so that a list of fields reads like a table.
  package var prettyText: String {
    var bytes: [UInt8] = []
    append(to: &bytes, indent: 0)
    bytes.append(UInt8(ascii: "\n"))
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends the document: on one line if `indent` is nil, else for people from that column on.
  package func append(to bytes: inout [UInt8], indent: Int?) {
    switch self {
    case .null: bytes += "null".utf8
    case .boolean(let value): bytes += (value ? "true" : "false").utf8
    case .number(let text): bytes += text.utf8
    case .string(let text): JSONValue.append(quoted: text, to: &bytes)
    case .array(let elements): append(elements, to: &bytes, indent: indent)
    case .object(let object): append(object, to: &bytes, indent: indent)
    }
  }

  /// Appends a text in double quotes with what JSON demands escaped.
  package static func append(quoted text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case 0x08: bytes += "\\b".utf8
      case 0x0C: bytes += "\\f".utf8
      case 0x0A: bytes += "\\n".utf8
      case 0x0D: bytes += "\\r".utf8
      case 0x09: bytes += "\\t".utf8
      case 0..<0x20, 0x7F:
        let digits = String(byte, radix: 16)
        bytes += ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static let lineWidth = 100

  private var isSmall: Bool {
    switch self {
    case .array(let elements): elements.isEmpty
    case .object(let object): object.members.isEmpty
    default: true
    }
  }

  private func append(_ elements: [JSONValue], to bytes: inout [UInt8], indent: Int?) {
    JSONValue.append(
      elements,
      to: &bytes,
      indent: indent,
      brackets: "[]",
      canShareLine: elements.allSatisfy(\.isSmall)
    ) { element, bytes, inner in element.append(to: &bytes, indent: inner) }
  }

  private func append(_ object: JSONObject, to bytes: inout [UInt8], indent: Int?) {
    JSONValue.append(
      object.members,
      to: &bytes,
      indent: indent,
      brackets: "{}",
      canShareLine: indent != 0 && object.members.allSatisfy(\.value.isSmall)
    ) { member, bytes, inner in
      JSONValue.append(quoted: member.name, to: &bytes)
      bytes += indent == nil ? ":".utf8 : ": ".utf8
      member.value.append(to: &bytes, indent: inner)
    }
  }

  /// Appends items between brackets: on one line if that is wanted or reads well, else a line each.
  private static func append<Item>(
    _ items: [Item],
    to bytes: inout [UInt8],
    indent: Int?,
    brackets: StaticString,
    canShareLine: Bool,
    _ appendItem: (Item, inout [UInt8], Int?) -> Void
  ) {
    let start = bytes.count
    if indent == nil || canShareLine || items.isEmpty {
      bytes.append(brackets.utf8Start[0])
      for (index, item) in items.enumerated() {
        if index > 0 { bytes += indent == nil ? ",".utf8 : ", ".utf8 }
        appendItem(item, &bytes, indent)
      }
      bytes.append(brackets.utf8Start[1])
      guard let indent, indent + bytes.count - start > lineWidth, !items.isEmpty else { return }
      bytes.removeLast(bytes.count - start)
    }
    let outer = indent ?? 0
    bytes.append(brackets.utf8Start[0])
    for (index, item) in items.enumerated() {
      bytes += index > 0 ? ",\n".utf8 : "\n".utf8
      bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: outer + 2))
      appendItem(item, &bytes, outer + 2)
    }
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: outer))
    bytes.append(brackets.utf8Start[1])
  }
}
