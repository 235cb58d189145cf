/// A pattern of Java's `DateTimeFormatter`, as partition projection and SerDes take it: UTC.
struct JavaTimePattern: Sendable {
  /// A moment without a zone.
  struct Moment {
    /// Seconds since 1970.
    var seconds: Int64
    var nanos: Int64
  }

  /// The units of time, the largest first.
  enum Unit: Int, Sendable, CaseIterable {
    case years, months, weeks, days, hours, minutes, seconds

    /// `HOURS` or `HOUR`, in any case.
    init?(_ text: some StringProtocol) {
      let word = text.lowercased()
      guard let found = Unit.allCases.first(where: { "\($0)" == word || "\($0)" == word + "s" })
      else { return nil }
      self = found
    }
  }

  private let pattern: DateTimePattern

  init(_ text: String) throws(SQLError) {
    do {
      pattern = try Array(text.utf8).withUnsafeBytes { try DateTimePattern(joda: $0) }
    } catch {
      throw error as? SQLError ?? SQLError(.internalError, "\(error)")
    }
  }

  /// The moment that a text says; nil where it does not fit.
  func parse(_ text: String) -> Moment? {
    guard let reading = try? Array(text.utf8).withUnsafeBytes({ try pattern.parse($0) }) else {
      return nil
    }
    let seconds = CivilDate.floorDiv(Int(reading.localMicros), 1_000_000)
    let rest = CivilDate.floorMod(Int(reading.localMicros), 1_000_000)
    return Moment(seconds: Int64(seconds), nanos: Int64(rest) * 1_000)
  }

  /// The text of a moment.
  func text(seconds: Int64) -> String {
    var bytes: [UInt8] = []
    pattern.append(seconds * 1_000_000, zone: .utc, offsetSeconds: 0, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The smallest unit that the pattern shows.
  var precision: Unit {
    var smallest = Unit.years
    for token in pattern.tokens {
      let unit: Unit? =
        switch token {
        case .number(let field, _, _): JavaTimePattern.unit(field)
        case .fraction: .seconds
        case .monthName: .months
        case .halfDay: .hours
        default: nil
        }
      if let unit, unit.rawValue > smallest.rawValue { smallest = unit }
    }
    return smallest
  }

  /// Whether texts are in the order of their moments: units come from large to small, padded.
  var isSortable: Bool {
    var last = -1
    for token in pattern.tokens {
      switch token {
      case .literal: continue
      case .number(let field, let width, _):
        guard let unit = JavaTimePattern.unit(field), unit.rawValue > last,
          width >= (field == .year ? 4 : 2)
        else { return false }
        if [.halfHour, .clockHalfHour, .clockHour].contains(field) { return false }
        last = unit.rawValue
      default: return false
      }
    }
    return true
  }

  private static func unit(_ field: DateTimePattern.Field) -> Unit? {
    switch field {
    case .year, .yearOfEra, .weekYear, .century: .years
    case .month: .months
    case .week: .weeks
    case .day, .dayOfYear, .dayOfWeek: .days
    case .hour, .clockHour, .halfHour, .clockHalfHour: .hours
    case .minute: .minutes
    case .second: .seconds
    }
  }

  /// A moment some units later; months and years keep the day or take the month's last one.
  static func add(_ count: Int64, _ unit: Unit, to seconds: Int64) -> Int64 {
    switch unit {
    case .seconds: return seconds + count
    case .minutes: return seconds + count * 60
    case .hours: return seconds + count * 3_600
    case .days: return seconds + count * 86_400
    case .weeks: return seconds + count * 604_800
    case .months, .years:
      let days = CivilDate.floorDiv(Int(seconds), 86_400)
      let rest = CivilDate.floorMod(Int(seconds), 86_400)
      let months = Int(count) * (unit == .years ? 12 : 1)
      return Int64(CivilDate(days: days).adding(months: months).days * 86_400 + rest)
    }
  }
}
