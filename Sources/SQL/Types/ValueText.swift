import ColumnFormat

/// The text of any value: what results, `array_join` and messages show.
enum ValueText {
  /// Appends a row's value in Trino's form; null as `NULL`.
  static func append(_ column: Column, row: Int, type: SQLType, to text: inout [UInt8]) {
    guard column.isValid(row) else {
      text += Array("NULL".utf8)
      return
    }
    let (values, index) = column.place(of: row)
    append(values, index, type, to: &text)
  }

  private static func append(
    _ values: Values,
    _ index: Int,
    _ type: SQLType,
    to text: inout [UInt8]
  ) {
    switch values {
    case .boolean(let own): text += Array((own.base[index] & 1 == 1 ? "true" : "false").utf8)
    case .int8(let own): NumberText.append(Int64(own.base[index]), to: &text)
    case .int16(let own): NumberText.append(Int64(own.base[index]), to: &text)
    case .int32(let own):
      switch type {
      case .date: DateTimeText.appendDate(Int(own.base[index]), to: &text)
      case .intervalYearToMonth: DateTimeText.appendYearToMonth(own.base[index], to: &text)
      default: NumberText.append(Int64(own.base[index]), to: &text)
      }
    case .int64(let own): appendInt64(own.base[index], type, to: &text)
    case .int128(let own):
      if case .timestampWithTimeZone(let precision) = type {
        DateTimeText.appendZoned(own.base[index], precision: precision, to: &text)
      } else {
        DecimalMath.append(own.base[index], scale: type.scale, to: &text)
      }
    case .float32(let own): NumberText.appendPlain(own.base[index], to: &text)
    case .float64(let own): NumberText.appendPlain(own.base[index], to: &text)
    case .bytes(let own, _): appendBytes((own.base + index).bytes, type, to: &text)
    case .list(let offsets, let elements):
      let range = Int(offsets.base[index])..<Int(offsets.base[index + 1])
      if case .map(let key, let value) = type {
        appendMap(elements, range, key, value, to: &text)
      } else {
        text.append(0x5B)
        for element in range {
          if element > range.lowerBound { text += [0x2C, 0x20] }
          appendMember(elements, element, type.elementType, to: &text)
        }
        text.append(0x5D)
      }
    case .row(let fields):
      text.append(0x7B)
      for (position, field) in fields.enumerated() {
        if position > 0 { text += [0x2C, 0x20] }
        if case .row(let members) = type, position < members.count {
          // Unnamed fields are `field0`, `field1`, … as Athena prints them.
          text += Array((members[position].name ?? "field\(position)").utf8)
          text.append(0x3D)
        }
        appendMember(field, index, type.fieldType(position), to: &text)
      }
      text.append(0x7D)
    }
  }

  /// Within arrays, maps and rows null is `null`.
  private static func appendMember(
    _ column: Column,
    _ row: Int,
    _ type: SQLType,
    to text: inout [UInt8]
  ) {
    if column.isValid(row) {
      append(column, row: row, type: type, to: &text)
    } else {
      text += Array("null".utf8)
    }
  }

  private static func appendMap(
    _ entries: Column,
    _ range: Range<Int>,
    _ key: SQLType,
    _ value: SQLType,
    to text: inout [UInt8]
  ) {
    guard case .row(let fields) = entries.flatValues, fields.count == 2 else { return }
    text.append(0x7B)
    for entry in range {
      if entry > range.lowerBound { text += [0x2C, 0x20] }
      appendMember(fields[0], entry, key, to: &text)
      text.append(0x3D)
      appendMember(fields[1], entry, value, to: &text)
    }
    text.append(0x7D)
  }

  private static func appendInt64(_ value: Int64, _ type: SQLType, to text: inout [UInt8]) {
    switch type {
    case .decimal(_, let scale): DecimalMath.append(Int128(value), scale: scale, to: &text)
    case .timestamp(let precision):
      DateTimeText.appendTimestamp(value, precision: precision, to: &text)
    case .time(let precision):
      DateTimeText.appendTime(
        Int(value),
        perSecond: Int(TimeUnit(precision: precision).perSecond),
        precision: precision,
        to: &text
      )
    case .intervalDayToSecond: DateTimeText.appendDayToSecond(value, to: &text)
    default: NumberText.append(value, to: &text)
    }
  }

  private static let hexDigits = Array("0123456789abcdef".utf8)

  private static func appendBytes(
    _ bytes: UnsafeRawBufferPointer,
    _ type: SQLType,
    to text: inout [UInt8]
  ) {
    switch type {
    case .varbinary, .hyperLogLog, .setDigest, .tdigest, .qdigest:
      // As Athena prints binary: pairs of hexadecimal digits with spaces between.
      for (position, byte) in bytes.enumerated() {
        if position > 0 { text.append(32) }
        text.append(hexDigits[Int(byte >> 4)])
        text.append(hexDigits[Int(byte & 15)])
      }
    case .uuid: appendUUID(bytes, to: &text)
    case .ipAddress: IPAddressText.append(bytes, to: &text)
    case .ipPrefix: IPAddressText.appendPrefix(bytes, to: &text)
    default: text += bytes
    }
  }

  /// As text: `12151fd2-7586-11e9-8f9e-2a86e4085a59`.
  static func appendUUID(_ bytes: UnsafeRawBufferPointer, to text: inout [UInt8]) {
    for (position, byte) in bytes.enumerated() {
      if position == 4 || position == 6 || position == 8 || position == 10 { text.append(0x2D) }
      text.append(hexDigits[Int(byte >> 4)])
      text.append(hexDigits[Int(byte & 15)])
    }
  }

  /// The sixteen bytes of a UUID's text; nil for another text.
  static func uuid(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
    guard text.count == 36 else { return nil }
    var bytes: [UInt8] = []
    var high: UInt8?
    for (position, character) in text.enumerated() {
      if position == 8 || position == 13 || position == 18 || position == 23 {
        guard character == 0x2D else { return nil }
        continue
      }
      guard let digit = hexValue(character) else { return nil }
      if let first = high {
        bytes.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    return bytes
  }

  static func hexValue(_ character: UInt8) -> UInt8? {
    switch character {
    case 0x30...0x39: character - 0x30
    case 0x41...0x46: character - 0x41 + 10
    case 0x61...0x66: character - 0x61 + 10
    default: nil
    }
  }

  /// A row's value as a string, for messages and tests.
  static func string(_ column: Column, row: Int, type: SQLType) -> String {
    var text: [UInt8] = []
    append(column, row: row, type: type, to: &text)
    return String(decoding: text, as: UTF8.self)
  }
}
