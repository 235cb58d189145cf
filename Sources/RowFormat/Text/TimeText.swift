/// A date or timestamp as it is written.
///
/// ```
///   date       = YYYY-MM-DD
///   timestamp  = date ("T" / " ") HH:MM:SS [ "." 1*9digit ]      a wall clock reading
///   instant    = date "T" HH:MM:SS [ "." 1*9digit ] "Z"          adjusted to UTC
/// ```
/// Years are 0001 to 9999 of the proleptic Gregorian calendar; leap seconds are not times.
struct TimeText {
  /// What is written.
  enum Kind {
    case date
    case timestamp
    case instant
  }

  /// What is written.
  var kind: Kind
  /// Days since 1970-01-01.
  var days: Int32
  /// Nanoseconds since midnight.
  var nanos: Int64 = 0
  /// The digits of the second's fraction.
  var fractionDigitCount = 0

  /// The date or timestamp that takes exactly `count` bytes, or nil.
  static func parse(_ start: UnsafePointer<UInt8>, count: Int) -> TimeText? {
    guard count == 10 || (count >= 19 && count <= 30), start[4] == UInt8(ascii: "-"),
      start[7] == UInt8(ascii: "-"), let century = pair(start), let year = pair(start + 2),
      let month = pair(start + 5), let day = pair(start + 8),
      let days = daysSinceEpoch(year: century * 100 + year, month: month, day: day)
    else { return nil }
    var text = TimeText(kind: .date, days: Int32(days))
    if count == 10 { return text }
    let separator = start[10]
    guard separator == UInt8(ascii: "T") || separator == UInt8(ascii: " "),
      let clock = parseClock(start + 11, count: min(count, 19) - 11)
    else { return nil }
    var end = count
    if start[count - 1] == UInt8(ascii: "Z") {
      if separator != UInt8(ascii: "T") { return nil }
      text.kind = .instant
      end -= 1
    } else {
      text.kind = .timestamp
    }
    text.nanos = clock
    if end > 19 {
      guard start[19] == UInt8(ascii: "."),
        let fraction = parseFraction(start + 20, count: end - 20)
      else { return nil }
      text.nanos += fraction
      text.fractionDigitCount = end - 20
    } else if end < 19 {
      return nil
    }
    return text
  }

  /// Nanoseconds since midnight of a time of day, `HH:MM:SS[.f]`.
  static func parseTime(_ start: UnsafePointer<UInt8>, count: Int) -> (nanos: Int64, digits: Int)? {
    guard count >= 8, let clock = parseClock(start, count: 8) else { return nil }
    if count == 8 { return (clock, 0) }
    guard start[8] == UInt8(ascii: "."), let fraction = parseFraction(start + 9, count: count - 9)
    else { return nil }
    return (clock + fraction, count - 9)
  }

  private static func parseClock(_ start: UnsafePointer<UInt8>, count: Int) -> Int64? {
    guard count == 8, start[2] == UInt8(ascii: ":"), start[5] == UInt8(ascii: ":"),
      let hour = pair(start), let minute = pair(start + 3), let second = pair(start + 6),
      hour < 24, minute < 60, second < 60
    else { return nil }
    return Int64(hour * 3600 + minute * 60 + second) * 1_000_000_000
  }

  private static func parseFraction(_ start: UnsafePointer<UInt8>, count: Int) -> Int64? {
    guard count >= 1 && count <= 9 else { return nil }
    var value: Int64 = 0
    for index in 0..<count {
      let digit = start[index] &- 48
      if digit > 9 { return nil }
      value = value &* 10 &+ Int64(digit)
    }
    return value * Int64(PowersOfTen.narrow(9 - count))
  }

  @inline(__always)
  private static func pair(_ start: UnsafePointer<UInt8>) -> Int? {
    let tens = start[0] &- 48
    let ones = start[1] &- 48
    return tens <= 9 && ones <= 9 ? Int(tens) &* 10 &+ Int(ones) : nil
  }

  /// Days since 1970-01-01, or nil where the calendar has no such day.
  ///
  /// The year starts in March here, so that the leap day is its last (Hinnant, *chrono-Compatible
  /// Low-Level Date Algorithms*).
  static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int? {
    guard year >= 1, month >= 1, month <= 12, day >= 1 else { return nil }
    if day > 28 {
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      let last = month == 2 ? (isLeap ? 29 : 28) : 30 + (month ^ (month >> 3)) & 1
      if day > last { return nil }
    }
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// The count of units of 10^-`digits` seconds since the epoch.
  ///
  /// Nil where the fraction has more digits than that (zeros do no harm), or where nanoseconds of
  /// such a year do not fit 64 bits.
  func units(digits: Int) -> Int64? {
    let divisor = Int64(PowersOfTen.narrow(9 - digits))
    let (fraction, rest) = nanos.quotientAndRemainder(dividingBy: divisor)
    if rest != 0 { return nil }
    let perDay = 86_400 * Int64(PowersOfTen.narrow(digits))
    let (whole, isOver) = Int64(days).multipliedReportingOverflow(by: perDay)
    let (sum, isOverAgain) = whole.addingReportingOverflow(fraction)
    return isOver || isOverAgain ? nil : sum
  }
}
