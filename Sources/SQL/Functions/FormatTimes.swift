import ColumnFormat

/// Times in `format`: `%t` with a letter, as Java's `Formatter` has it, and `%s`, as `java.time` writes
/// them.
enum FormatTimes {
  /// A time taken apart.
  private struct Clock {
    /// Days, and nanoseconds of the day.
    var days: Int
    var nanos: Int
    var hasDate = true
    var hasTime = true
    var zone: ZonedTimestamp?

    init?(_ column: Column, _ row: Int, _ type: SQLType) {
      let value = column.scalar(at: row)
      switch type {
      case .date:
        days = Int(truncatingIfNeeded: value.wide)
        nanos = 0
        hasTime = false
      case .time(let precision):
        days = 0
        nanos = Int(value.wide) * (1_000_000_000 / Int(TimeUnit(precision: precision).perSecond))
        hasDate = false
      case .timestamp(let precision):
        let perSecond = Int(TimeUnit(precision: precision).perSecond)
        let units = Int(truncatingIfNeeded: value.wide)
        days = CivilDate.floorDiv(units, 86_400 * perSecond)
        nanos = CivilDate.floorMod(units, 86_400 * perSecond) * (1_000_000_000 / perSecond)
      case .timestampWithTimeZone:
        let zoned = ZonedTimestamp(value.wide)
        let local = Int(zoned.localMicros)
        days = CivilDate.floorDiv(local, Int(LocalTime.microsPerDay))
        nanos = CivilDate.floorMod(local, Int(LocalTime.microsPerDay)) * 1_000
        zone = zoned
      default: return nil
      }
    }
  }

  /// Java's letters by MySQL's patterns, those that need a date first.
  private static let dateParts: [Character: String] = [
    "Y": "%Y", "y": "%y", "m": "%m", "d": "%d", "e": "%e", "j": "%j", "B": "%M", "b": "%b",
    "h": "%b", "A": "%W", "a": "%a", "D": "%m/%d/%y", "F": "%Y-%m-%d",
  ]
  private static let timeParts: [Character: String] = [
    "H": "%H", "k": "%k", "I": "%h", "l": "%l", "M": "%i", "S": "%s", "R": "%H:%i", "T": "%T",
    "r": "%r", "p": "%p",
  ]

  /// Appends the part of a time that a letter names; false where the value has no such part.
  static func append(
    _ part: UInt8,
    _ column: Column,
    _ row: Int,
    _ type: SQLType,
    to text: inout [UInt8]
  ) throws -> Bool {
    guard let clock = Clock(column, row, type) else { return false }
    let letter = Character(UnicodeScalar(part))
    if let pattern = dateParts[letter] ?? timeParts[letter] {
      guard dateParts[letter] != nil ? clock.hasDate : clock.hasTime else { return false }
      try append(pattern, clock, to: &text)
      if letter == "p" { text = text.map { $0 | 0x20 } }
      return true
    }
    switch letter {
    case "C" where clock.hasDate:
      NumberText.append(abs(CivilDate(days: clock.days).year) / 100, width: 2, to: &text)
    case "L" where clock.hasTime:
      NumberText.append(clock.nanos / 1_000_000 % 1_000, width: 3, to: &text)
    case "N" where clock.hasTime:
      NumberText.append(clock.nanos % 1_000_000_000, width: 9, to: &text)
    case "z":
      guard let zone = clock.zone else { return false }
      DateTimePattern.appendOffset(zone.offsetSeconds, hasColon: false, to: &text)
    case "s", "Q":
      guard let zone = clock.zone else { return false }
      let divisor = letter == "s" ? 1_000_000 : 1_000
      NumberText.append(Int64(CivilDate.floorDiv(Int(zone.micros), divisor)), to: &text)
    default: return false
    }
    return true
  }

  private static func append(_ pattern: String, _ clock: Clock, to text: inout [UInt8]) throws {
    let compiled = try Array(pattern.utf8).withUnsafeBytes { try DateTimePattern(mysql: $0) }
    let micros = Int64(clock.nanos / 1_000) &+ Int64(clock.days) &* LocalTime.microsPerDay
    compiled.append(micros, zone: .utc, offsetSeconds: 0, to: &text)
  }

  /// Appends a timestamp or time as `java.time` writes it: `2026-07-01T12:00`, seconds and their
  /// digits by threes where they are not zero; false for a value of another type.
  static func appendISO(
    _ column: Column,
    _ row: Int,
    _ type: SQLType,
    to text: inout [UInt8]
  ) throws -> Bool {
    guard let clock = Clock(column, row, type), clock.hasTime else { return false }
    if clock.hasDate {
      DateTimeText.appendDate(clock.days, to: &text)
      text.append(0x54)
    }
    let second = clock.nanos / 1_000_000_000 % 60
    let fraction = clock.nanos % 1_000_000_000
    try append(second == 0 && fraction == 0 ? "%H:%i" : "%T", clock, to: &text)
    if fraction != 0 {
      text.append(0x2E)
      let digits = fraction % 1_000_000 == 0 ? 3 : fraction % 1_000 == 0 ? 6 : 9
      var all: [UInt8] = []
      NumberText.append(fraction, width: 9, to: &all)
      text += all.prefix(digits)
    }
    guard let zone = clock.zone else { return true }
    let offset = zone.offsetSeconds
    if offset == 0 {
      text.append(0x5A)
    } else {
      DateTimePattern.appendOffset(offset, hasColon: true, to: &text)
    }
    let name = zone.zone.name
    if !name.hasPrefix("+") && !name.hasPrefix("-") { text += Array("[\(name)]".utf8) }
    return true
  }
}
