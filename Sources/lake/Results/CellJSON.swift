import SQL

extension ByteText {
  /// The value of a row as JSON; null is `null`.
  mutating func append(json cell: CellReader, _ row: Int) {
    if cell.isNull(row) { return append("null") }
    switch cell.type {
    case .boolean, .tinyint, .smallint, .integer, .bigint: append(cell, row)
    case .real, .double: appendJSONFloating(cell, row)
    case .decimal(_, let scale): appendDecimal(cell, row, scale)
    case .varchar, .char: append(jsonText: cell.bytes(row))
    case .json: append(cell.bytes(row))
    case .array: appendJSONList(cell, row)
    case .map: appendJSONMap(cell, row)
    case .row(let fields): appendJSONRow(cell, row, fields.map(\.name))
    case .unknown: append("null")
    case .varbinary, .uuid, .ipAddress, .ipPrefix, .hyperLogLog, .setDigest, .tdigest, .qdigest,
      .date, .time, .timestamp, .timestampWithTimeZone, .intervalDayToSecond,
      .intervalYearToMonth:
      append(UInt8(ascii: "\""))
      append(cell, row)
      append(UInt8(ascii: "\""))
    }
  }

  private mutating func appendJSONFloating(_ cell: CellReader, _ row: Int) {
    switch cell.storage {
    case .float32(let values): append(json: values[row])
    case .float64(let values): append(json: values[row])
    default: append(integer: cell.integer(row))
    }
  }

  private mutating func appendJSONList(_ cell: CellReader, _ row: Int) {
    append(UInt8(ascii: "["))
    var isFirst = true
    for element in cell.elements(row) {
      if !isFirst { append(UInt8(ascii: ",")) }
      isFirst = false
      append(json: cell.children[0], element)
    }
    append(UInt8(ascii: "]"))
  }

  /// Keys that are no text stand as their text.
  private mutating func appendJSONMap(_ cell: CellReader, _ row: Int) {
    append(UInt8(ascii: "{"))
    var isFirst = true
    for element in cell.elements(row) where cell.children[0].children.count == 2 {
      if !isFirst { append(UInt8(ascii: ",")) }
      isFirst = false
      let key = cell.children[0].children[0]
      var text = ByteText(capacity: 64)
      if !key.isNull(element) { text.append(key, element) }
      append(jsonText: text.bytes)
      append(UInt8(ascii: ":"))
      append(json: cell.children[0].children[1], element)
    }
    append(UInt8(ascii: "}"))
  }

  /// Fields without a name are called `field0` and so on, as in Trino's casts to JSON.
  private mutating func appendJSONRow(_ cell: CellReader, _ row: Int, _ names: [String?]) {
    append(UInt8(ascii: "{"))
    for (index, field) in cell.children.enumerated() {
      if index > 0 { append(UInt8(ascii: ",")) }
      append(json: names[index] ?? "field\(index)")
      append(UInt8(ascii: ":"))
      append(json: field, row)
    }
    append(UInt8(ascii: "}"))
  }

  mutating func append(json text: String) {
    var text = text
    text.withUTF8 { append(jsonText: UnsafeRawBufferPointer($0)) }
  }

  /// A JSON string; bytes that are no UTF-8 become U+FFFD.
  mutating func append(jsonText bytes: UnsafeRawBufferPointer) {
    let begin = count
    reserve(bytes.count + 2)
    append(UInt8(ascii: "\""))
    var plainStart = 0
    var isASCII = true
    for index in 0..<bytes.count {
      let byte = bytes[index]
      if byte >= 0x80 { isASCII = false }
      if byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") { continue }
      append(UnsafeRawBufferPointer(rebasing: bytes[plainStart..<index]))
      plainStart = index + 1
      appendEscape(byte)
    }
    append(UnsafeRawBufferPointer(rebasing: bytes[plainStart..<bytes.count]))
    append(UInt8(ascii: "\""))
    // Readers check their text, so this is rare.
    if !isASCII, String(validating: bytes, as: UTF8.self) == nil {
      truncate(to: begin)
      append(json: String(decoding: bytes, as: UTF8.self))
    }
  }

  private mutating func appendEscape(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): append("\\\"")
    case UInt8(ascii: "\\"): append("\\\\")
    case 8: append("\\b")
    case 9: append("\\t")
    case 10: append("\\n")
    case 12: append("\\f")
    case 13: append("\\r")
    default:
      append("\\u00")
      append(ByteText.hexDigit(byte >> 4))
      append(ByteText.hexDigit(byte & 15))
    }
  }
}
