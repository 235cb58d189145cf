/// A day of the proleptic Gregorian calendar, and how it counts in days since 1970-01-01.
///
/// Howard Hinnant, *chrono-Compatible Low-Level Date Algorithms*: years begin in March, so that the
/// leap day is the last.
struct CivilDate: Equatable, Sendable {
  var year: Int
  /// 1...12.
  var month: Int
  /// 1...31.
  var day: Int

  init(year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// The day that is `days` after 1970-01-01.
  @inline(__always)
  init(days: Int) {
    let shifted = days &+ 719_468
    if let positive = UInt32(exactly: shifted), positive < 1 << 28 {
      self = CivilDate.date(daysSinceMarchOfYearZero: positive)
      return
    }
    let era = (shifted >= 0 ? shifted : shifted &- 146_096) / 146_097
    let dayOfEra = shifted &- era &* 146_097
    let yearOfEra =
      (dayOfEra &- dayOfEra / 1_460 &+ dayOfEra / 36_524 &- dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra &- (365 &* yearOfEra &+ yearOfEra / 4 &- yearOfEra / 100)
    let shiftedMonth = (5 &* dayOfYear &+ 2) / 153
    day = dayOfYear &- (153 &* shiftedMonth &+ 2) / 5 &+ 1
    month = shiftedMonth < 10 ? shiftedMonth &+ 3 : shiftedMonth &- 9
    year = yearOfEra &+ era &* 400 &+ (month <= 2 ? 1 : 0)
  }

  /// The years 0 to 734,000, without divisions.
  ///
  /// Neri & Schneider, *Euclidean affine functions and their application to calendar algorithms*,
  /// Software: Practice and Experience 53 (2023), figure 12.
  @inline(__always)
  private static func date(daysSinceMarchOfYearZero days: UInt32) -> CivilDate {
    let quarters = 4 &* days &+ 3
    let century = quarters / 146_097
    let inCentury = quarters % 146_097 | 3
    let product = UInt64(inCentury) &* 2_939_745
    let yearOfCentury = UInt32(truncatingIfNeeded: product >> 32)
    let dayOfYear = UInt32(truncatingIfNeeded: product) / 2_939_745 / 4
    let numerator = 2_141 &* dayOfYear &+ 197_913
    let isPastDecember: UInt32 = dayOfYear >= 306 ? 1 : 0
    return CivilDate(
      year: Int(100 &* century &+ yearOfCentury &+ isPastDecember),
      month: Int((numerator >> 16) &- 12 &* isPastDecember),
      day: Int((numerator & 0xFFFF) / 2_141 &+ 1)
    )
  }

  /// Days since 1970-01-01.
  @inline(__always)
  var days: Int {
    let shiftedYear = month <= 2 ? year &- 1 : year
    let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear &- 399) / 400
    let yearOfEra = shiftedYear &- era &* 400
    let shiftedMonth = month > 2 ? month &- 3 : month &+ 9
    let dayOfYear = (153 &* shiftedMonth &+ 2) / 5 &+ day &- 1
    let dayOfEra = yearOfEra &* 365 &+ yearOfEra / 4 &- yearOfEra / 100 &+ dayOfYear
    return era &* 146_097 &+ dayOfEra &- 719_468
  }

  static func isLeap(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  /// The length of a month.
  static func dayCount(year: Int, month: Int) -> Int {
    switch month {
    case 4, 6, 9, 11: 30
    case 2: isLeap(year) ? 29 : 28
    default: 31
    }
  }

  /// Whether year, month and day name a day that exists.
  var isReal: Bool {
    (1...12).contains(month) && day >= 1
      && day <= CivilDate.dayCount(year: year, month: month)
  }

  /// The same day `months` later, or the month's last where it is shorter.
  @inline(__always)
  func adding(months: Int) -> CivilDate {
    let total = year &* 12 &+ month &- 1 &+ months
    let newYear = total >= 0 ? total / 12 : (total &- 11) / 12
    let newMonth = total &- newYear &* 12 &+ 1
    return CivilDate(
      year: newYear,
      month: newMonth,
      day: min(day, CivilDate.dayCount(year: newYear, month: newMonth))
    )
  }

  /// 1...366.
  var dayOfYear: Int { days - CivilDate(year: year, month: 1, day: 1).days + 1 }

  /// From Monday, 1, to Sunday, 7.
  @inline(__always)
  static func dayOfWeek(days: Int) -> Int { CivilDate.floorMod(days &+ 3, 7) &+ 1 }

  /// ISO 8601's week and the year that it belongs to.
  static func isoWeek(days: Int) -> (year: Int, week: Int) {
    // The week's Thursday decides.
    let thursday = days - dayOfWeek(days: days) + 4
    let date = CivilDate(days: thursday)
    return (date.year, (date.dayOfYear - 1) / 7 + 1)
  }

  @inline(__always)
  static func floorDiv(_ value: Int, _ divisor: Int) -> Int {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient &- 1 : quotient
  }

  @inline(__always)
  static func floorMod(_ value: Int, _ divisor: Int) -> Int {
    let rest = value % divisor
    return rest < 0 ? rest &+ divisor : rest
  }
}
