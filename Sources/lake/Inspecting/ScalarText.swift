import ColumnFormat
import RowFormat

/// A value for people, and as JSON, without losing a digit.
enum ScalarText {
  /// The value on one line; null as `NULL`.
  static func text(_ scalar: Scalar, _ type: LogicalType) -> String {
    switch (json(scalar, type), type) {
    case (.null, _): return "NULL"
    case (.string(let text), _): return text
    case (let value, _): return value.compactText
    }
  }

  /// The value as JSON; dates, times and what is no number as text.
  static func json(_ scalar: Scalar, _ type: LogicalType) -> JSONValue {
    switch scalar {
    case .null: return .null
    case .boolean(let value): return .boolean(value)
    case .int(let value): return integer(Int128(value), type)
    case .int128(let value): return integer(value, type)
    case .float(let value):
      return value.isFinite ? .number("\(value)") : .string("\(value)")
    case .double(let value):
      return value.isFinite ? .number("\(value)") : .string("\(value)")
    case .bytes(let bytes): return .string(text(bytes, type))
    case .list(let values):
      if case .map(let key, let value) = type { return map(values, key, value) }
      let element = type.parts.first?.type ?? .unknown
      return .array(values.map { json($0, element) })
    case .row(let values):
      return .object(
        JSONObject(
          zip(values, type.parts).map { .init(name: $1.name, value: json($0, $1.type)) }
        )
      )
    }
  }

  private static func map(_ pairs: [Scalar], _ key: Field, _ value: Field) -> JSONValue {
    .object(
      JSONObject(
        pairs.compactMap { pair in
          guard case .row(let members) = pair, members.count == 2 else { return nil }
          return .init(
            name: text(members[0], key.type),
            value: json(members[1], value.type)
          )
        }
      )
    )
  }

  private static func integer(_ value: Int128, _ type: LogicalType) -> JSONValue {
    switch type {
    case .decimal(_, let scale): .number(decimal(value, scale: scale))
    case .date: .string(CalendarText.date(days: Int(truncatingIfNeeded: value)))
    case .time(let unit):
      .string(CalendarText.time(Int64(truncatingIfNeeded: value), unit))
    case .timestamp(let unit, let isAdjusted):
      .string(
        CalendarText.timestamp(Int64(truncatingIfNeeded: value), unit) + (isAdjusted ? "Z" : "")
      )
    default: .number("\(value)")
    }
  }

  /// The digits with their point.
  private static func decimal(_ value: Int128, scale: Int) -> String {
    if scale == 0 { return "\(value)" }
    var digits = String(value.magnitude)
    if digits.count <= scale {
      digits = String(repeating: "0", count: scale + 1 - digits.count) + digits
    }
    return (value < 0 ? "-" : "") + digits.dropLast(scale) + "." + digits.suffix(scale)
  }

  private static func text(_ bytes: [UInt8], _ type: LogicalType) -> String {
    switch type {
    case .binary: return hex(bytes)
    case .uuid:
      let digits = Array(hex(bytes))
      guard digits.count == 32 else { return hex(bytes) }
      return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
        .joined(separator: "-")
    default: return String(decoding: bytes, as: UTF8.self)
    }
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef")
    var text = ""
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return text
  }
}

/// Days and fractions of days as ISO 8601 writes them.
enum CalendarText {
  /// `2025-06-01` for days since 1970-01-01.
  static func date(days: Int) -> String {
    // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": years start in March.
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let day = shifted - era * 146_097
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
    let dayOfYear = day - (365 * year + year / 4 - year / 100)
    let month = (5 * dayOfYear + 2) / 153
    let monthNumber = month < 10 ? month + 3 : month - 9
    let yearNumber = year + era * 400 + (monthNumber <= 2 ? 1 : 0)
    let sign = yearNumber < 0 ? "-" : ""
    return sign + padded(abs(yearNumber), 4) + "-" + padded(monthNumber, 2) + "-"
      + padded(dayOfYear - (153 * month + 2) / 5 + 1, 2)
  }

  /// `17:05:00.250` for units since midnight.
  static func time(_ value: Int64, _ unit: TimeUnit) -> String {
    let seconds = Int(value / unit.perSecond)
    return padded(seconds / 3600, 2) + ":" + padded(seconds / 60 % 60, 2) + ":"
      + padded(seconds % 60, 2) + "." + padded(Int(value % unit.perSecond), unit.digits)
  }

  /// `2025-06-01T17:05:00.250` for units since 1970-01-01 00:00.
  static func timestamp(_ value: Int64, _ unit: TimeUnit) -> String {
    let perDay = 86_400 * unit.perSecond
    var days = value / perDay
    var rest = value % perDay
    if rest < 0 {
      days -= 1
      rest += perDay
    }
    return date(days: Int(days)) + "T" + time(rest, unit)
  }

  private static func padded(_ value: Int, _ digits: Int) -> String {
    let text = "\(value)"
    return String(repeating: "0", count: max(digits - text.count, 0)) + text
  }
}
