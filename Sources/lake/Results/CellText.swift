import SQL

extension ByteText {
  /// The value of a row, which is not null, as Athena's result files have it.
  mutating func append(_ cell: CellReader, _ row: Int) {
    switch cell.type {
    case .boolean: cell.boolean(row) ? append("true") : append("false")
    case .tinyint, .smallint, .integer, .bigint: append(integer: cell.integer(row))
    case .real, .double: appendFloating(cell, row)
    case .decimal(_, let scale): appendDecimal(cell, row, scale)
    case .varchar, .char, .json: append(cell.bytes(row))
    case .varbinary, .hyperLogLog, .setDigest, .tdigest, .qdigest: appendHex(cell.bytes(row))
    case .uuid: appendUUID(cell.bytes(row))
    case .date: append(day: cell.integer(row))
    case .time(let precision):
      append(
        timeOfDay: cell.integer(row),
        perSecond: ByteText.perSecond(precision),
        digits: precision
      )
    case .timestamp(let precision):
      append(
        timestamp: cell.integer(row),
        perSecond: ByteText.perSecond(precision),
        digits: precision
      )
    case .intervalDayToSecond: append(dayToSecond: cell.integer(row))
    case .intervalYearToMonth: append(yearToMonth: cell.integer(row))
    case .timestampWithTimeZone, .ipAddress, .ipPrefix:
      var text: [UInt8] = []
      ResultText.append(cell.column, row: row, type: cell.type, to: &text)
      append(text)
    case .array: appendList(cell, row)
    case .map: appendMap(cell, row)
    case .row(let fields): appendRow(cell, row, fields.map(\.name))
    case .unknown: append("null")
    }
  }

  static func perSecond(_ precision: Int) -> Int64 {
    precision <= 3 ? 1000 : precision <= 6 ? 1_000_000 : 1_000_000_000
  }

  private mutating func appendFloating(_ cell: CellReader, _ row: Int) {
    switch cell.storage {
    case .float32(let values): append(trino: values[row])
    case .float64(let values): append(trino: values[row])
    default: append(integer: cell.integer(row))
    }
  }

  mutating func appendDecimal(_ cell: CellReader, _ row: Int, _ scale: Int) {
    if case .int128(let values) = cell.storage {
      append(decimal: values[row], scale: scale)
    } else {
      append(decimal: cell.integer(row), scale: scale)
    }
  }

  /// Bytes as pairs of digits with spaces between, as Trino prints binary.
  mutating func appendHex(_ bytes: UnsafeRawBufferPointer) {
    reserve(bytes.count * 3)
    for (index, byte) in bytes.enumerated() {
      if index > 0 { append(UInt8(ascii: " ")) }
      append(ByteText.hexDigit(byte >> 4))
      append(ByteText.hexDigit(byte & 15))
    }
  }

  static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? value + 48 : value + 87 }

  mutating func appendUUID(_ bytes: UnsafeRawBufferPointer) {
    for (index, byte) in bytes.enumerated() {
      if [4, 6, 8, 10].contains(index) { append(UInt8(ascii: "-")) }
      append(ByteText.hexDigit(byte >> 4))
      append(ByteText.hexDigit(byte & 15))
    }
  }

  // MARK: Nested values: `[a, b]`, `{k=v, k2=v2}`

  private mutating func appendNested(_ cell: CellReader, _ row: Int) {
    if cell.isNull(row) { append("null") } else { append(cell, row) }
  }

  private mutating func appendList(_ cell: CellReader, _ row: Int) {
    append(UInt8(ascii: "["))
    var isFirst = true
    for element in cell.elements(row) {
      if !isFirst { append(", ") }
      isFirst = false
      appendNested(cell.children[0], element)
    }
    append(UInt8(ascii: "]"))
  }

  private mutating func appendMap(_ cell: CellReader, _ row: Int) {
    append(UInt8(ascii: "{"))
    var isFirst = true
    for element in cell.elements(row) where cell.children[0].children.count == 2 {
      if !isFirst { append(", ") }
      isFirst = false
      appendNested(cell.children[0].children[0], element)
      append(UInt8(ascii: "="))
      appendNested(cell.children[0].children[1], element)
    }
    append(UInt8(ascii: "}"))
  }

  private mutating func appendRow(_ cell: CellReader, _ row: Int, _ names: [String?]) {
    append(UInt8(ascii: "{"))
    for (index, field) in cell.children.enumerated() {
      if index > 0 { append(", ") }
      append(string: names[index] ?? "field\(index)")
      append(UInt8(ascii: "="))
      appendNested(field, row)
    }
    append(UInt8(ascii: "}"))
  }
}
