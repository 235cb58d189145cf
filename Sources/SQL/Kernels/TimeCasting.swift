import ColumnFormat

/// Casts among dates, times and timestamps, and from them to text.
enum TimeCasting {
  static func cast(_ from: SQLType, _ to: SQLType) -> Casting.Cast? {
    switch to {
    case .varchar, .char: return text(from, to)
    default: break
    }
    switch (from, to) {
    case (.date, .timestamp(let precision)):
      let perDay = 86_400 * TimeUnit(precision: precision).perSecond
      return { column, isTry in
        try Casting.convert(column, isTry, failure: { (_: Int32) in outOfRange }) {
          (days: Int32) -> Int64? in
          let (value, overflow) = Int64(days).multipliedReportingOverflow(by: perDay)
          return overflow ? nil : value
        }
      }
    case (.date, .timestampWithTimeZone):
      return { column, _ in
        try Rowwise.map([column], column.count) { (days: Int32) -> Int128? in
          ZonedTimestamp(localMicros: Int64(days) &* 86_400_000_000, zone: .utc).packed
        }
      }
    case (.timestamp(let precision), .date):
      let perDay = 86_400 * Int(TimeUnit(precision: precision).perSecond)
      return { column, _ in
        try Rowwise.map([column], column.count) { (value: Int64) -> Int32? in
          Int32(truncatingIfNeeded: CivilDate.floorDiv(Int(value), perDay))
        }
      }
    case (.timestamp(let own), .timestamp(let target)): return precision(own, target)
    case (.timestamp(let own), .time(let target)): return timeOfDay(own, target)
    case (.timestamp(let own), .timestampWithTimeZone):
      let perSecond = Int(TimeUnit(precision: own).perSecond)
      return { column, _ in
        try Rowwise.map([column], column.count) { (value: Int64) -> Int128? in
          let micros = scale(Int(value), from: perSecond, to: 1_000_000)
          return ZonedTimestamp(localMicros: Int64(micros), zone: .utc).packed
        }
      }
    case (.timestampWithTimeZone, .timestamp(let target)):
      return { column, _ in
        try Rowwise.map([column], column.count) { (packed: Int128) -> Int64? in
          let local = Int(ZonedTimestamp(packed).localMicros)
          let unit = Int(TimeUnit(precision: target).perSecond)
          return Int64(round(local, from: 1_000_000, unit, target))
        }
      }
    case (.timestampWithTimeZone, .date):
      return { column, _ in
        try Rowwise.map([column], column.count) { (packed: Int128) -> Int32? in
          let local = Int(ZonedTimestamp(packed).localMicros)
          return Int32(truncatingIfNeeded: CivilDate.floorDiv(local, 86_400_000_000))
        }
      }
    case (.timestampWithTimeZone, .time(let target)):
      guard let local = cast(from, .timestamp(precision: 6)),
        let time = timeOfDay(6, target)
      else { return nil }
      return { column, isTry in try time(try local(column, isTry), isTry) }
    case (.timestampWithTimeZone, .timestampWithTimeZone): return { column, _ in column }
    case (.time(let own), .time(let target)):
      let perSecond = Int(TimeUnit(precision: own).perSecond)
      let unit = Int(TimeUnit(precision: target).perSecond)
      return { column, _ in
        try Rowwise.map([column], column.count) { (value: Int64) -> Int64? in
          Int64(round(Int(value), from: perSecond, unit, target) % (86_400 * unit))
        }
      }
    case (.time(let own), .timestamp(let target)):
      let perSecond = Int(TimeUnit(precision: own).perSecond)
      let unit = Int(TimeUnit(precision: target).perSecond)
      return { column, _ in
        try Rowwise.map([column], column.count) { (value: Int64) -> Int64? in
          Int64(round(Int(value), from: perSecond, unit, target))
        }
      }
    case (.time(let own), .timestampWithTimeZone):
      guard let local = cast(.time(precision: own), .timestamp(precision: 6)),
        let zoned = cast(.timestamp(precision: 6), to)
      else { return nil }
      return { column, isTry in try zoned(try local(column, isTry), isTry) }
    default: return nil
    }
  }

  /// The cast of a time of day to a timestamp, which is one of the day on which the query starts;
  /// nil for casts to other types.
  static func today(_ from: SQLType, _ to: SQLType, _ convert: @escaping Casting.Cast)
    -> ScalarFunction?
  {
    let precision: Int
    switch to {
    case .timestamp(let own): precision = own
    case .timestampWithTimeZone: precision = 6
    default: return nil
    }
    let perSecond = TimeUnit(precision: precision).perSecond
    return ScalarFunction(
      name: "$cast",
      argumentTypes: [from],
      resultType: to,
      nulls: .propagates,
      isDeterministic: true,
      canFail: false,
      kernel: { arguments, rowCount, context in
        let days = CivilDate.floorDiv(Int(context.queryStartMicros), 86_400_000_000)
        let start = Int64(days) &* 86_400 &* perSecond
        let column = try convert(arguments[0], false)
        if case .timestamp = to {
          return try Rowwise.map([column], rowCount) { (value: Int64) -> Int64? in value &+ start }
        }
        return try Rowwise.map([column], rowCount) { (value: Int128) -> Int128? in
          value &+ Int128(start) << 16
        }
      }
    )
  }

  static let outOfRange = SQLError(.numericOutOfRange, "timestamp out of range")

  private static func text(_ from: SQLType, _ to: SQLType) -> Casting.Cast {
    { column, isTry in
      switch from {
      case .date:
        let print = { try Casting.print(column, to, isTry, DateTimeText.append(date:to:)) }
        // What does not fit is cut off or refused.
        guard case .varchar(let limit) = to, limit ?? 10 >= 10 else { return try print() }
        var isLong = false
        let texts = try Rowwise.map([column], column.count) { (days: Int32) -> ByteView? in
          if let text = DateTimeText.view(ofDate: Int(days)) { return text }
          isLong = true
          return nil
        }
        return isLong ? try print() : texts
      case .time(let precision):
        let perSecond = Int(TimeUnit(precision: precision).perSecond)
        return try Casting.print(column, to, isTry) { (value: Int64, text) in
          DateTimeText.appendTime(
            Int(value),
            perSecond: perSecond,
            precision: precision,
            to: &text
          )
        }
      case .timestamp(let precision):
        let print = {
          try Casting.print(column, to, isTry) { (value: Int64, text) in
            DateTimeText.appendTimestamp(value, precision: precision, to: &text)
          }
        }
        let perSecond = Int(TimeUnit(precision: precision).perSecond)
        guard case .varchar(let limit) = to, precision <= 9, limit ?? 29 >= 29 else {
          return try print()
        }
        let arena = ByteArena()
        var isLong = false
        let texts = try Rowwise.map([column], column.count, arena: arena) {
          (value: Int64) -> ByteView? in
          let text = DateTimeText.view(
            ofTimestamp: Int(value),
            perSecond: perSecond,
            precision: precision,
            arena
          )
          isLong = isLong || text == nil
          return text
        }
        return isLong ? try print() : texts
      case .timestampWithTimeZone(let precision):
        return try Casting.print(column, to, isTry) { (value: Int128, text) in
          DateTimeText.appendZoned(value, precision: precision, to: &text)
        }
      case .intervalDayToSecond:
        return try Casting.print(column, to, isTry) { (value: Int64, text) in
          DateTimeText.appendDayToSecond(value, to: &text)
        }
      default:
        return try Casting.print(column, to, isTry) { (value: Int32, text) in
          DateTimeText.appendYearToMonth(value, to: &text)
        }
      }
    }
  }

  /// Units of one size in units of another, rounded down.
  static func scale(_ value: Int, from: Int, to: Int) -> Int {
    if to >= from { return value &* (to / from) }
    return CivilDate.floorDiv(value, from / to)
  }

  /// A reading in `perSecond` units rounded half up to `precision` digits, in `unit` units.
  static func round(_ value: Int, from perSecond: Int, _ unit: Int, _ precision: Int) -> Int {
    var digits = 1
    for _ in 0..<min(precision, 9) { digits *= 10 }
    if digits >= perSecond { return value &* (unit / min(perSecond, unit)) }
    let step = perSecond / digits
    let rounded = CivilDate.floorDiv(value &+ step / 2, step)
    return rounded &* (unit / digits)
  }

  private static func precision(_ own: Int, _ target: Int) -> Casting.Cast {
    let perSecond = Int(TimeUnit(precision: own).perSecond)
    let unit = Int(TimeUnit(precision: target).perSecond)
    if perSecond == unit && target >= min(own, TimeUnit(precision: own).digits) {
      return { column, _ in column }
    }
    return { column, isTry in
      try Casting.convert(column, isTry, failure: { (_: Int64) in outOfRange }) {
        (value: Int64) -> Int64? in
        if unit > perSecond {
          let (scaled, overflow) = value.multipliedReportingOverflow(by: Int64(unit / perSecond))
          return overflow ? nil : scaled
        }
        return Int64(round(Int(value), from: perSecond, unit, target))
      }
    }
  }

  private static func timeOfDay(_ own: Int, _ target: Int) -> Casting.Cast? {
    let perSecond = Int(TimeUnit(precision: own).perSecond)
    let unit = Int(TimeUnit(precision: target).perSecond)
    return { column, _ in
      try Rowwise.map([column], column.count) { (value: Int64) -> Int64? in
        let inDay = CivilDate.floorMod(Int(value), 86_400 * perSecond)
        return Int64(round(inDay, from: perSecond, unit, target) % (86_400 * unit))
      }
    }
  }

  /// A timestamp from a text's parts, rounded to the precision.
  static func timestamp(_ parts: DateTimeText.Parts, _ precision: Int) -> Int64? {
    let unit = Int(TimeUnit(precision: precision).perSecond)
    let nanos = parts.seconds * 1_000_000_000 + parts.nanos
    let inDay = round(nanos, from: 1_000_000_000, unit, precision)
    let (days, first) = parts.days.multipliedReportingOverflow(by: 86_400 * unit)
    let (value, second) = days.addingReportingOverflow(inDay)
    return first || second ? nil : Int64(value)
  }

  /// An instant from a text's parts; UTC where there is no zone, nil where the zone's clocks skip
  /// the reading.
  static func zoned(_ parts: DateTimeText.Parts) -> Int128? {
    guard let local = timestamp(parts, 6) else { return nil }
    guard let name = parts.zone else {
      return ZonedTimestamp(localMicros: local, zone: .utc).packed
    }
    guard let zone = TimeZoneKey(name), !zone.skips(localMicros: local) else { return nil }
    return ZonedTimestamp(localMicros: local, zone: zone).packed
  }
}
