import ColumnFormat

/// Values as text mostly writes them, read from their bytes without a detour.
///
/// Nil is no verdict: ``FieldText`` knows further forms. What is read here it reads alike.
enum FieldBytes {
  private static let powers: [Double] = (0...22).map { power in
    (0..<power).reduce(1.0) { product, _ in product * 10 }
  }

  /// Digits with a sign, as many as always fit.
  static func integer(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    guard let number = number(bytes), number.fractionDigitCount == 0, !number.hasPoint else {
      return nil
    }
    return number.value
  }

  /// A decimal whose digits all fit the scale, times 10^`scale`.
  static func decimal(_ bytes: UnsafeRawBufferPointer, precision: Int, scale: Int) -> Int64? {
    guard let number = number(bytes), number.fractionDigitCount <= scale,
      number.digitCount + scale - number.fractionDigitCount <= min(precision, 18)
    else { return nil }
    var value = number.value
    for _ in number.fractionDigitCount..<scale { value &*= 10 }
    return value
  }

  /// A number whose digits and power of ten are exact doubles, so that one division rounds once.
  static func double(_ bytes: UnsafeRawBufferPointer) -> Double? {
    guard let number = number(bytes), number.digitCount <= 15, number.value != 0 else {
      return nil
    }
    return Double(number.value) / powers[number.fractionDigitCount]
  }

  private struct Number {
    var value: Int64
    /// From the first digit on, zeros too.
    var digitCount: Int
    var fractionDigitCount: Int
    var hasPoint: Bool
  }

  /// A sign, digits and a point between digits: at most 18 digits.
  @inline(__always)
  private static func number(_ bytes: UnsafeRawBufferPointer) -> Number? {
    var index = 0
    let count = bytes.count
    guard count > 0, count <= 20 else { return nil }
    let isNegative = bytes[0] == UInt8(ascii: "-")
    if isNegative { index = 1 }
    var value: Int64 = 0
    var digitCount = 0
    var point = -1
    while index < count {
      let digit = bytes[index] &- 48
      if digit < 10 {
        value = value &* 10 &+ Int64(digit)
        digitCount &+= 1
      } else if bytes[index] == UInt8(ascii: "."), point < 0, digitCount > 0, index + 1 < count {
        point = index
      } else {
        return nil
      }
      index &+= 1
    }
    guard digitCount > 0, digitCount <= 18 else { return nil }
    return Number(
      value: isNegative ? 0 &- value : value,
      digitCount: digitCount,
      fractionDigitCount: point < 0 ? 0 : count - point - 1,
      hasPoint: point >= 0
    )
  }

  /// `true` or `false` in lower case.
  static func boolean(_ bytes: UnsafeRawBufferPointer) -> Bool? {
    if bytes.elementsEqual("true".utf8) { return true }
    return bytes.elementsEqual("false".utf8) ? false : nil
  }

  /// The day number of `YYYY-MM-DD`, of years from 1 on.
  static func days(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    bytes.count == 10 ? leadingDays(bytes) : nil
  }

  private static func leadingDays(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    guard bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      let century = pair(bytes, 0), let rest = pair(bytes, 2), let month = pair(bytes, 5),
      let day = pair(bytes, 8)
    else { return nil }
    let year = century * 100 + rest
    // Days over 28 are the slow way's, which knows the lengths of months.
    guard year >= 1, month >= 1, month <= 12, day >= 1, day <= 28 || isThere(year, month, day)
    else { return nil }
    // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func isThere(_ year: Int64, _ month: Int64, _ day: Int64) -> Bool {
    if month == 2 {
      return day == 29 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }
    return day <= (month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31)
  }

  /// The ticks of `YYYY-MM-DD HH:MM:SS`, with `T` for the space, up to nine digits of a fraction and
  /// a `Z`; a fraction loses what the unit does not hold.
  static func ticks(_ bytes: UnsafeRawBufferPointer, _ unit: TimeUnit) -> Int64? {
    var count = bytes.count
    guard count >= 19, count <= 30, let days = leadingDays(bytes),
      bytes[10] == UInt8(ascii: " ") || bytes[10] == UInt8(ascii: "T"),
      bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
      let hour = pair(bytes, 11), let minute = pair(bytes, 14), let second = pair(bytes, 17),
      hour < 24, minute < 60, second < 60
    else { return nil }
    if bytes[count - 1] == UInt8(ascii: "Z") { count -= 1 }
    var nanos: Int64 = 0
    if count > 19 {
      guard bytes[19] == UInt8(ascii: "."), count > 20, count <= 29 else { return nil }
      var scale: Int64 = 1_000_000_000
      for index in 20..<count {
        let digit = bytes[index] &- 48
        if digit > 9 { return nil }
        scale /= 10
        nanos += Int64(digit) * scale
      }
    }
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second
    let (ticks, isOver) = seconds.multipliedReportingOverflow(by: unit.perSecond)
    return isOver ? nil : ticks &+ nanos / (1_000_000_000 / unit.perSecond)
  }

  @inline(__always)
  private static func pair(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> Int64? {
    let tens = bytes[index] &- 48
    let ones = bytes[index + 1] &- 48
    return tens < 10 && ones < 10 ? Int64(tens) * 10 + Int64(ones) : nil
  }
}

extension ScalarColumn {
  /// Appends a field whose text has the usual form of the column's type.
  ///
  /// - Returns: Whether it has; nothing is appended otherwise.
  func append(field bytes: UnsafeRawBufferPointer) -> Bool {
    switch type {
    case .string:
      append(bytes: bytes)
      return true
    case .int64: return append(integer: FieldBytes.integer(bytes))
    case .int32, .int16, .int8:
      guard let value = FieldBytes.integer(bytes), fits(value) else { return false }
      return append(integer: value)
    case .decimal(let precision, let scale) where precision <= 18:
      return append(integer: FieldBytes.decimal(bytes, precision: precision, scale: scale))
    case .float64:
      guard let value = FieldBytes.double(bytes) else { return false }
      append(double: value)
      return true
    case .date: return append(integer: FieldBytes.days(bytes))
    case .timestamp(let unit, _): return append(integer: FieldBytes.ticks(bytes, unit))
    case .boolean: return append(integer: FieldBytes.boolean(bytes).map { $0 ? 1 : 0 })
    default: return false
    }
  }

  private func fits(_ value: Int64) -> Bool {
    switch type {
    case .int8: Int8(exactly: value) != nil
    case .int16: Int16(exactly: value) != nil
    default: Int32(exactly: value) != nil
    }
  }
}
