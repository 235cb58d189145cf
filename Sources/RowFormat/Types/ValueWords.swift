import ColumnFormat

/// Values as the text that a JSON or CSV record would have for them.
package enum ValueWords {
  /// A row as a JSON object: decimals with all their digits, times as ISO 8601, bytes as Base64.
  ///
  /// Fields that are null are left out.
  package static func object(_ row: Int, of rows: DecodedBlock) -> [UInt8] {
    var text: [UInt8] = []
    let values = rows.batch.columns.map { $0.scalar(at: row) }
    append(.row(values), .row(rows.schema.fields), quoted: true, to: &text)
    return text
  }

  /// Appends one value; within documents text and times are `quoted`.
  static func append(
    _ value: Scalar,
    _ type: LogicalType,
    quoted: Bool,
    to text: inout [UInt8]
  ) {
    switch (value, type) {
    case (.null, _): text.append(contentsOf: "null".utf8)
    case (.boolean(let value), _): text.append(contentsOf: (value ? "true" : "false").utf8)
    case (.int(let days), .date):
      quote(quoted, &text) { appendDate(days, &$0) }
    case (.int(let value), .time(let unit)):
      quote(quoted, &text) { appendClock(value, unit, &$0) }
    case (.int(let value), .timestamp(let unit, let isUTC)):
      quote(quoted, &text) { text in
        let perDay = unit.perSecond * 86_400
        let days = value >= 0 ? value / perDay : (value - perDay + 1) / perDay
        appendDate(days, &text)
        text.append(UInt8(ascii: "T"))
        appendClock(value - days * perDay, unit, &text)
        if isUTC { text.append(UInt8(ascii: "Z")) }
      }
    case (.int(let value), .decimal(_, let scale)): appendDecimal(Int128(value), scale, &text)
    case (.int128(let value), .decimal(_, let scale)): appendDecimal(value, scale, &text)
    case (.int(let value), _): text.append(contentsOf: String(value).utf8)
    case (.int128(let value), _): text.append(contentsOf: String(value).utf8)
    case (.float(let value), _):
      let isNumber = value.isFinite
      quote(quoted && !isNumber, &text) { $0.append(contentsOf: "\(value)".utf8) }
    case (.double(let value), _):
      let isNumber = value.isFinite
      quote(quoted && !isNumber, &text) { $0.append(contentsOf: "\(value)".utf8) }
    case (.bytes(let bytes), .binary), (.bytes(let bytes), .uuid):
      let encoded = bytes.withUnsafeBytes { Base64.encode($0) }
      quote(quoted, &text) { $0.append(contentsOf: encoded) }
    case (.bytes(let bytes), _):
      if quoted {
        JSONValue.append(quoted: String(decoding: bytes, as: UTF8.self), to: &text)
      } else {
        text.append(contentsOf: bytes)
      }
    case (.list(let elements), .map(let key, let value)): appendMap(elements, key, value, &text)
    case (.list(let elements), .list(let element)):
      text.append(UInt8(ascii: "["))
      for (index, value) in elements.enumerated() {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        append(value, element.type, quoted: true, to: &text)
      }
      text.append(UInt8(ascii: "]"))
    case (.row(let values), .row(let fields)):
      text.append(UInt8(ascii: "{"))
      var isFirst = true
      // A member that is null may just not have been there: both mean the same to a reader.
      for (value, field) in zip(values, fields) where !value.isNull {
        if !isFirst { text.append(UInt8(ascii: ",")) }
        isFirst = false
        JSONValue.append(quoted: field.name, to: &text)
        text.append(UInt8(ascii: ":"))
        append(value, field.type, quoted: true, to: &text)
      }
      text.append(UInt8(ascii: "}"))
    default: text.append(contentsOf: "null".utf8)
    }
  }

  private static func quote(
    _ quoted: Bool,
    _ text: inout [UInt8],
    _ body: (inout [UInt8]) -> Void
  ) {
    if quoted { text.append(UInt8(ascii: "\"")) }
    body(&text)
    if quoted { text.append(UInt8(ascii: "\"")) }
  }

  private static func appendMap(
    _ entries: [Scalar],
    _ key: Field,
    _ value: Field,
    _ text: inout [UInt8]
  ) {
    text.append(UInt8(ascii: "{"))
    for (index, entry) in entries.enumerated() {
      guard case .row(let pair) = entry, pair.count == 2 else { continue }
      if index > 0 { text.append(UInt8(ascii: ",")) }
      var name: [UInt8] = []
      append(pair[0], key.type, quoted: false, to: &name)
      JSONValue.append(quoted: String(decoding: name, as: UTF8.self), to: &text)
      text.append(UInt8(ascii: ":"))
      append(pair[1], value.type, quoted: true, to: &text)
    }
    text.append(UInt8(ascii: "}"))
  }

  private static func appendDecimal(_ value: Int128, _ scale: Int, _ text: inout [UInt8]) {
    if value < 0 { text.append(UInt8(ascii: "-")) }
    var digits = String(value.magnitude)
    if digits.utf8.count <= scale {
      digits = String(repeating: "0", count: scale + 1 - digits.utf8.count) + digits
    }
    text.append(contentsOf: digits.utf8.dropLast(scale))
    if scale > 0 {
      text.append(UInt8(ascii: "."))
      text.append(contentsOf: digits.utf8.suffix(scale))
    }
  }

  /// `2026-11-23` (Hinnant, *chrono-Compatible Low-Level Date Algorithms*).
  private static func appendDate(_ days: Int64, _ text: inout [UInt8]) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    append(yearOfEra + era * 400 + (month <= 2 ? 1 : 0), digits: 4, &text)
    text.append(UInt8(ascii: "-"))
    append(month, digits: 2, &text)
    text.append(UInt8(ascii: "-"))
    append(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1, digits: 2, &text)
  }

  /// `17:05:00.123`, with as many digits as the unit has.
  private static func appendClock(_ value: Int64, _ unit: TimeUnit, _ text: inout [UInt8]) {
    let seconds = value / unit.perSecond
    append(seconds / 3600, digits: 2, &text)
    text.append(UInt8(ascii: ":"))
    append(seconds / 60 % 60, digits: 2, &text)
    text.append(UInt8(ascii: ":"))
    append(seconds % 60, digits: 2, &text)
    text.append(UInt8(ascii: "."))
    append(value % unit.perSecond, digits: unit.digits, &text)
  }

  private static func append(_ value: Int64, digits: Int, _ text: inout [UInt8]) {
    let shown = String(value.magnitude)
    if value < 0 { text.append(UInt8(ascii: "-")) }
    for _ in 0..<max(0, digits - shown.utf8.count) { text.append(UInt8(ascii: "0")) }
    text.append(contentsOf: shown.utf8)
  }
}
