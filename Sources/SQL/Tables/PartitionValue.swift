import ColumnFormat

/// The text of a folder's name as a value of its column's type.
enum PartitionValue {
  /// The value; nil where the text is none of the type.
  static func scalar(_ text: String?, _ type: LogicalType) -> Scalar? {
    guard let text else { return .null }
    switch type {
    case .boolean:
      switch text.lowercased() {
      case "true", "1": return .boolean(true)
      case "false", "0": return .boolean(false)
      default: return nil
      }
    case .int8: return Int8(text).map { .int(Int64($0)) }
    case .int16: return Int16(text).map { .int(Int64($0)) }
    case .int32: return Int32(text).map { .int(Int64($0)) }
    case .int64: return Int64(text).map { .int($0) }
    case .float32: return Float(text).map { .float($0) }
    case .float64: return Double(text).map { .double($0) }
    case .decimal(let precision, let scale): return decimal(text, precision, scale)
    case .date: return days(text).map { .int(Int64($0)) }
    case .timestamp(let unit, _): return timestamp(text, unit)
    case .string, .json, .binary, .unknown: return .text(text)
    default: return nil
    }
  }

  /// The text that a folder's name has for a value; nil for null.
  static func text(_ value: Scalar, _ type: LogicalType) -> String? {
    switch (value, type) {
    case (.null, _): return nil
    case (.int(let days), .date): return dateText(days)
    case (.int(let number), .decimal(_, let scale)) where scale > 0:
      return decimalText(Int128(number), scale)
    case (.int128(let number), .decimal(_, let scale)): return decimalText(number, scale)
    case (.int(let ticks), .timestamp(let unit, _)):
      let perDay = unit.perSecond * 86_400
      let rest = (ticks % perDay + perDay) % perDay
      let seconds = rest / unit.perSecond
      let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }
      return dateText((ticks - rest) / perDay) + " " + clock.joined(separator: ":")
        + fractionText(rest % unit.perSecond, unit)
    case (.int(let number), _): return String(number)
    case (.int128(let number), _): return String(number)
    case (.boolean(let value), _): return String(value)
    case (.float(let number), _): return String(number)
    case (.double(let number), _): return String(number)
    case (.bytes(let bytes), _): return String(decoding: bytes, as: UTF8.self)
    case (.list, _), (.row, _): return nil
    }
  }

  /// The fraction of a second with its point and without zeros at the end, as Hive has it.
  private static func fractionText(_ ticks: Int64, _ unit: TimeUnit) -> String {
    if ticks == 0 { return "" }
    var digits = padded(ticks, unit.digits)
    while digits.last == "0" { digits.removeLast() }
    return "." + digits
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }

  private static func decimalText(_ number: Int128, _ scale: Int) -> String {
    var digits = String(number.magnitude)
    if digits.utf8.count <= scale {
      digits = String(repeating: "0", count: scale + 1 - digits.utf8.count) + digits
    }
    let point = scale == 0 ? "" : "."
    return (number < 0 ? "-" : "") + digits.dropLast(scale) + point + digits.suffix(scale)
  }

  /// Hinnant's civil_from_days.
  private static func dateText(_ days: Int64) -> String {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  }

  /// The narrowest type for all values of a column: integers, dates, else text.
  static func type(of values: some Sequence<String?>) -> LogicalType {
    var isInteger = true
    var isWide = false
    var isDate = true
    var isEmpty = true
    for case let value? in values {
      isEmpty = false
      if isInteger {
        let digits = value.utf8.first == UInt8(ascii: "-") ? value.dropFirst() : value[...]
        if digits.isEmpty || !digits.utf8.allSatisfy({ $0 &- 48 < 10 }) || Int64(value) == nil {
          isInteger = false
        } else if Int32(value) == nil {
          isWide = true
        }
      }
      if isDate && days(value) == nil { isDate = false }
      if !isInteger && !isDate { return .string }
    }
    if isEmpty { return .string }
    return isInteger ? (isWide ? .int64 : .int32) : .date
  }

  /// The day number of `YYYY-MM-DD`.
  static func days(_ text: some StringProtocol) -> Int32? {
    let bytes = Array(text.utf8)
    guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      let year = number(bytes[0..<4]), let month = number(bytes[5..<7]),
      let day = number(bytes[8..<10]), (1...12).contains(month), day >= 1
    else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard day <= lengths[month - 1] else { return nil }
    // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return Int32(era * 146_097 + dayOfEra - 719_468)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    var value = 0
    for digit in digits {
      guard digit &- 48 < 10 else { return nil }
      value = value * 10 + Int(digit - 48)
    }
    return value
  }

  /// `YYYY-MM-DD HH:MM:SS`, with a fraction; a date alone is its midnight.
  private static func timestamp(_ text: String, _ unit: TimeUnit) -> Scalar? {
    guard let day = days(text.prefix(10)) else { return nil }
    var seconds = Int64(day) * 86_400
    var fraction: Int64 = 0
    let rest = Array(text.utf8.dropFirst(10))
    if !rest.isEmpty {
      guard rest.count >= 9, rest[0] == UInt8(ascii: " ") || rest[0] == UInt8(ascii: "T"),
        rest[3] == UInt8(ascii: ":"), rest[6] == UInt8(ascii: ":"),
        let hour = number(rest[1..<3]), let minute = number(rest[4..<6]),
        let second = number(rest[7..<9]), hour < 24, minute < 60, second < 60
      else { return nil }
      seconds += Int64(hour * 3600 + minute * 60 + second)
      if rest.count > 9 {
        let digits = rest[10...]
        guard rest[9] == UInt8(ascii: "."), (1...9).contains(digits.count),
          let value = number(digits)
        else { return nil }
        var nanos = Int64(value)
        for _ in digits.count..<9 { nanos *= 10 }
        fraction = nanos / (1_000_000_000 / unit.perSecond)
      }
    }
    let (scaled, isOver) = seconds.multipliedReportingOverflow(by: unit.perSecond)
    return isOver ? nil : .int(scaled &+ fraction)
  }

  private static func decimal(_ text: String, _ precision: Int, _ scale: Int) -> Scalar? {
    var digits = Array(text.utf8)[...]
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative { digits = digits.dropFirst() }
    let point = digits.firstIndex(of: UInt8(ascii: ".")) ?? digits.endIndex
    let fraction = digits[point...].dropFirst()
    guard fraction.count <= scale, !digits.isEmpty else { return nil }
    let padding = [UInt8](repeating: 48, count: scale - fraction.count)
    let all = (digits[..<point] + fraction + padding).drop { $0 == 48 }
    guard all.count <= precision, all.allSatisfy({ $0 &- 48 < 10 }) else { return nil }
    let value = all.reduce(Int128(0)) { $0 * 10 + Int128($1 - 48) } * (isNegative ? -1 : 1)
    return precision <= 18 ? .int(Int64(value)) : .int128(value)
  }
}
