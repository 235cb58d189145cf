import ColumnFormat
import RowFormat

/// Points of time as wall clock microseconds, whatever their type: what calendar functions work on.
enum LocalTime {
  static let microsPerDay: Int64 = 86_400_000_000
  /// The days all of whose microseconds have 64 bits.
  static let days = -106_751_990...106_751_990

  /// A date, time or timestamp column as microseconds of its wall clock.
  static func micros(_ column: Column, _ type: SQLType) throws -> Column {
    switch type {
    case .date:
      return try Rowwise.map([column], column.count) { (days: Int32) -> Int64? in
        Int64(days) &* microsPerDay
      }
    case .timestamp(let precision), .time(let precision):
      switch TimeUnit(precision: precision) {
      case .micros: return column
      case .millis:
        return try Rowwise.map([column], column.count) { (value: Int64) -> Int64? in
          value &* 1_000
        }
      case .nanos:
        return try Rowwise.map([column], column.count) { (value: Int64) -> Int64? in
          Int64(CivilDate.floorDiv(Int(value), 1_000))
        }
      }
    case .timestampWithTimeZone:
      var zones = ZoneCache()
      return try Rowwise.map([column], column.count) { (packed: Int128) -> Int64? in
        zones.localMicros(packed)
      }
    default: return column
    }
  }

  /// A date or timestamp column as days of its wall clock.
  static func days(_ column: Column, _ type: SQLType) throws -> Column {
    if type == .date { return NumberCasting.widened(column) }
    let micros = try micros(column, type)
    return try Rowwise.map([micros], column.count) { (value: Int64) -> Int64? in
      Int64(CivilDate.floorDiv(Int(value), Int(microsPerDay)))
    }
  }

  /// Changes the wall clock of a column and gives it its own type back.
  ///
  /// Digits finer than microseconds are dropped.
  static func map(
    _ column: Column,
    _ type: SQLType,
    _ body: (Int64) throws -> Int64
  ) throws -> Column {
    switch type {
    case .date:
      return try Rowwise.map([column], column.count) { (days: Int32) -> Int32? in
        let moved = try body(Int64(days) &* microsPerDay)
        guard
          let result = Int32(exactly: CivilDate.floorDiv(Int(moved), Int(microsPerDay)))
        else { throw SQLError(.numericOutOfRange, "date out of range") }
        return result
      }
    case .timestamp(let precision), .time(let precision):
      let unit = Int(TimeUnit(precision: precision).perSecond)
      let local = try micros(column, type)
      return try Rowwise.map([local], column.count) { (value: Int64) -> Int64? in
        Int64(TimeCasting.scale(Int(try body(value)), from: 1_000_000, to: unit))
      }
    default:
      var zones = ZoneCache()
      return try Rowwise.map([column], column.count) { (packed: Int128) -> Int128? in
        let moved = try body(zones.localMicros(packed))
        return zones.moved(packed, toLocalMicros: moved)
      }
    }
  }
}

/// Remembers the rules of the zone that was asked for last; a column mostly has one zone.
struct ZoneCache {
  private var key = TimeZoneKey.utc
  private var rules = TimeZoneKey.utc.rules

  init() {}

  private mutating func rules(of zone: TimeZoneKey) -> TimeZoneFile {
    if zone != key {
      key = zone
      rules = zone.rules
    }
    return rules
  }

  mutating func localMicros(_ packed: Int128) -> Int64 {
    let zoned = ZonedTimestamp(packed)
    if zoned.zone.raw == 0 { return zoned.micros }
    let seconds = Int64(CivilDate.floorDiv(Int(zoned.micros), 1_000_000))
    let offset = rules(of: zoned.zone).offsetSeconds(utcSeconds: seconds)
    return zoned.micros &+ Int64(offset) &* 1_000_000
  }

  /// The instant moved to another reading of its clock.
  mutating func moved(_ packed: Int128, toLocalMicros localMicros: Int64) -> Int128 {
    let zoned = ZonedTimestamp(packed)
    if zoned.zone.raw == 0 { return ZonedTimestamp(micros: localMicros, zone: zoned.zone).packed }
    let offset = rules(of: zoned.zone).offsetSeconds(
      localSeconds: Int64(CivilDate.floorDiv(Int(localMicros), 1_000_000)),
      near: Int64(CivilDate.floorDiv(Int(zoned.micros), 1_000_000))
    )
    return ZonedTimestamp(micros: localMicros &- Int64(offset) &* 1_000_000, zone: zoned.zone)
      .packed
  }
}

/// The units of date_trunc, date_add and date_diff.
enum DateUnit: String, Sendable {
  case millisecond, second, minute, hour, day, week, month, quarter, year

  /// The unit of a name in any case.
  init(named text: UnsafeRawBufferPointer) throws {
    guard let unit = DateUnit(rawValue: text.text.lowercased()) else {
      throw SQLError(
        .invalidArgument,
        "'\(text.text)' is not a valid Timestamp field",
        help: "units are millisecond, second, minute, hour, day, week, month, quarter and year"
      )
    }
    self = unit
  }

  /// Microseconds of units that always last as long; nil for months and longer.
  var micros: Int64? {
    switch self {
    case .millisecond: 1_000
    case .second: 1_000_000
    case .minute: 60_000_000
    case .hour: 3_600_000_000
    case .day: 86_400_000_000
    case .week: 7 * 86_400_000_000
    case .month, .quarter, .year: nil
    }
  }

  /// Whether the unit is shorter than a day.
  var isPartOfDay: Bool {
    switch self {
    case .millisecond, .second, .minute, .hour: true
    case .day, .week, .month, .quarter, .year: false
    }
  }

  /// Months of the others.
  var months: Int { self == .year ? 12 : self == .quarter ? 3 : 1 }

  /// The start of the unit that a wall clock reading lies in; weeks start on Monday.
  @inline(__always)
  func truncate(_ micros: Int64) -> Int64 {
    let value = Int(micros)
    let perDay = Int(LocalTime.microsPerDay)
    switch self {
    case .millisecond, .second, .minute, .hour, .day:
      return micros &- Int64(CivilDate.floorMod(value, Int(self.micros ?? 1)))
    case .week, .month, .quarter, .year:
      return Int64(truncate(days: CivilDate.floorDiv(value, perDay)) &* perDay)
    }
  }

  /// The first day of the unit that a day lies in.
  @inline(__always)
  func truncate(days: Int) -> Int {
    switch self {
    case .millisecond, .second, .minute, .hour, .day: return days
    case .week: return days &- CivilDate.dayOfWeek(days: days) &+ 1
    case .month: return days &- CivilDate(days: days).day &+ 1
    case .quarter, .year:
      var date = CivilDate(days: days)
      date.day = 1
      date.month = self == .year ? 1 : (date.month &- 1) / 3 &* 3 &+ 1
      return date.days
    }
  }

  func add(_ count: Int64, to micros: Int64) throws -> Int64 {
    if let unit = self.micros {
      let (span, first) = count.multipliedReportingOverflow(by: unit)
      let (sum, second) = micros.addingReportingOverflow(span)
      if first || second { throw SQLError(.numericOutOfRange, "timestamp out of range") }
      return sum
    }
    guard (-9_999_999...9_999_999).contains(count) else {
      throw SQLError(.numericOutOfRange, "timestamp out of range")
    }
    return try DateTimeArithmetic.addMonths(
      micros,
      Int(count) * months,
      unitsPerDay: Int(LocalTime.microsPerDay)
    )
  }

  /// How many whole units lie between two wall clock readings.
  func difference(_ from: Int64, _ to: Int64) -> Int64 {
    if let unit = micros {
      // The distance of the first and the last instant passes 64 bits of microseconds.
      return Int64(clamping: (Int128(to) - Int128(from)) / Int128(unit))
    }
    let perDay = Int(LocalTime.microsPerDay)
    let start = CivilDate(days: CivilDate.floorDiv(Int(from), perDay))
    let end = CivilDate(days: CivilDate.floorDiv(Int(to), perDay))
    var months = (end.year - start.year) * 12 + end.month - start.month
    let inDay = CivilDate.floorMod(Int(from), perDay)
    let reached = Int64(start.adding(months: months).days * perDay + inDay)
    if months > 0 && reached > to { months -= 1 }
    if months < 0 && reached < to { months += 1 }
    return Int64(months / self.months)
  }
}
