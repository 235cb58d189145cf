import ColumnFormat

/// Dates, times and timestamps plus and minus intervals; intervals among themselves.
enum DateTimeArithmetic {
  static func resolve(
    _ name: String,
    _ operation: IntegerArithmetic.Operation,
    _ left: SQLType,
    _ right: SQLType
  ) -> ScalarFunction? {
    guard let (arguments, result, kernel) = choose(operation, left, right) else { return nil }
    return ScalarFunction(
      name: name,
      argumentTypes: arguments,
      resultType: result,
      nulls: .propagates,
      isDeterministic: true,
      canFail: true,
      kernel: kernel
    )
  }

  private typealias Choice = ([SQLType], SQLType, ScalarFunction.Kernel)

  private static func choose(
    _ operation: IntegerArithmetic.Operation,
    _ left: SQLType,
    _ right: SQLType
  ) -> Choice? {
    switch (operation, left, right) {
    case (.add, .intervalDayToSecond, .intervalDayToSecond),
      (.subtract, .intervalDayToSecond, .intervalDayToSecond):
      return ([left, right], left, IntegerArithmetic.kernel(operation, .bigint))
    case (.add, .intervalYearToMonth, .intervalYearToMonth),
      (.subtract, .intervalYearToMonth, .intervalYearToMonth):
      return ([left, right], left, IntegerArithmetic.kernel(operation, .integer))
    case (.add, .intervalDayToSecond, _), (.add, .intervalYearToMonth, _):
      if right.isInterval { return nil }
      return choose(.add, right, left).map { choice in
        ([left, choice.0[0]], choice.1, { try choice.2([$0[1], $0[0]], $1, $2) })
      }
    case (.add, _, .intervalDayToSecond), (.subtract, _, .intervalDayToSecond):
      return shift(left, right, operation == .add ? 1 : -1)
    case (.add, _, .intervalYearToMonth), (.subtract, _, .intervalYearToMonth):
      return months(left, right, operation == .add ? 1 : -1)
    case (.multiply, .intervalDayToSecond, _), (.multiply, .intervalYearToMonth, _),
      (.divide, .intervalDayToSecond, _), (.divide, .intervalYearToMonth, _):
      guard right.isNumeric else { return nil }
      return scale(operation, left, right)
    case (.multiply, _, .intervalDayToSecond), (.multiply, _, .intervalYearToMonth):
      guard left.isNumeric else { return nil }
      return choose(.multiply, right, left).map { choice in
        ([choice.0[1], choice.0[0]], choice.1, { try choice.2([$0[1], $0[0]], $1, $2) })
      }
    case (.subtract, _, _): return difference(left, right)
    default: return nil
    }
  }

  /// A point of time plus milliseconds.
  private static func shift(_ type: SQLType, _ interval: SQLType, _ sign: Int64) -> Choice? {
    switch type {
    case .date:
      return (
        [type, interval], .date,
        { a, n, _ in
          try Rowwise.map(a, n) { (days: Int32, millis: Int64) -> Int32? in
            if millis % 86_400_000 != 0 {
              throw SQLError(
                .invalidArgument,
                "Cannot add hour, minutes or seconds to a date"
              )
            }
            return try checkedDays(Int64(days) + sign &* (millis / 86_400_000))
          }
        }
      )
    case .timestamp(let precision):
      // An interval has milliseconds, so the sum has them too.
      let sum = SQLType.timestamp(precision: max(precision, 3))
      let factor = sign * TimeUnit(precision: max(precision, 3)).perSecond / 1_000
      return (
        [sum, interval], sum,
        { a, n, _ in
          try Rowwise.map(a, n) { (value: Int64, millis: Int64) -> Int64? in
            try checked(value, millis, factor)
          }
        }
      )
    case .timestampWithTimeZone(let precision):
      return (
        [type, interval], .timestampWithTimeZone(precision: max(precision, 3)),
        { a, n, _ in
          try Rowwise.map(a, n) { (value: Int128, millis: Int64) -> Int128? in
            value &+ (Int128(sign &* millis) &* 1_000) << 16
          }
        }
      )
    case .time(let precision):
      let sum = SQLType.time(precision: max(precision, 3))
      let unit = TimeUnit(precision: max(precision, 3))
      let factor = sign * unit.perSecond / 1_000
      let day = 86_400 * unit.perSecond
      return (
        [sum, interval], sum,
        { a, n, _ in
          try Rowwise.map(a, n) { (value: Int64, millis: Int64) -> Int64? in
            let total = (value &+ (millis % 86_400_000) &* factor) % day
            return total < 0 ? total &+ day : total
          }
        }
      )
    default: return nil
    }
  }

  private static func checked(_ value: Int64, _ millis: Int64, _ factor: Int64) throws -> Int64 {
    let (scaled, first) = millis.multipliedReportingOverflow(by: factor)
    let (sum, second) = value.addingReportingOverflow(scaled)
    if first || second { throw SQLError(.numericOutOfRange, "timestamp out of range") }
    return sum
  }

  private static func checkedDays(_ days: Int64) throws -> Int32 {
    guard let result = Int32(exactly: days) else {
      throw SQLError(.numericOutOfRange, "date out of range")
    }
    return result
  }

  /// A point of time plus months; a day that the month lacks becomes its last.
  private static func months(_ type: SQLType, _ interval: SQLType, _ sign: Int) -> Choice? {
    switch type {
    case .date:
      return (
        [type, interval], .date,
        { a, n, _ in
          try Rowwise.map(a, n) { (days: Int32, months: Int32) -> Int32? in
            let date = CivilDate(days: Int(days)).adding(months: sign * Int(months))
            return try checkedDays(Int64(date.days))
          }
        }
      )
    case .timestamp(let precision):
      let day = 86_400 * Int(TimeUnit(precision: precision).perSecond)
      return (
        [type, interval], type,
        { a, n, _ in
          try Rowwise.map(a, n) { (value: Int64, months: Int32) -> Int64? in
            try addMonths(value, sign * Int(months), unitsPerDay: day)
          }
        }
      )
    case .timestampWithTimeZone:
      return (
        [type, interval], type,
        { a, n, _ in
          try Rowwise.map(a, n) { (value: Int128, months: Int32) -> Int128? in
            let zoned = ZonedTimestamp(value)
            let local = try addMonths(
              zoned.localMicros,
              sign * Int(months),
              unitsPerDay: 86_400_000_000
            )
            return zoned.moved(toLocalMicros: local).packed
          }
        }
      )
    default: return nil
    }
  }

  /// A wall clock reading `months` later.
  static func addMonths(_ value: Int64, _ months: Int, unitsPerDay: Int) throws -> Int64 {
    let days = CivilDate.floorDiv(Int(value), unitsPerDay)
    let rest = Int(value) - days * unitsPerDay
    let moved = CivilDate(days: days).adding(months: months).days
    let (scaled, first) = moved.multipliedReportingOverflow(by: unitsPerDay)
    let (sum, second) = scaled.addingReportingOverflow(rest)
    if first || second { throw SQLError(.numericOutOfRange, "timestamp out of range") }
    return Int64(sum)
  }

  private static func scale(
    _ operation: IntegerArithmetic.Operation,
    _ interval: SQLType,
    _ number: SQLType
  ) -> Choice {
    let isMonths = interval == .intervalYearToMonth
    return (
      [interval, .double], interval,
      { a, n, _ in
        if isMonths {
          return try Rowwise.map(a, n) { (months: Int32, factor: Double) -> Int32? in
            let scaled = try scaled(operation, Double(months), factor)
            guard let result = Int32(exactly: scaled.rounded(.towardZero)) else {
              throw SQLError(.numericOutOfRange, "interval out of range")
            }
            return result
          }
        }
        return try Rowwise.map(a, n) { (millis: Int64, factor: Double) -> Int64? in
          let scaled = try scaled(operation, Double(millis), factor)
          guard let result = Int64(exactly: scaled.rounded(.towardZero)) else {
            throw SQLError(.numericOutOfRange, "interval out of range")
          }
          return result
        }
      }
    )
  }

  private static func scaled(
    _ operation: IntegerArithmetic.Operation,
    _ value: Double,
    _ factor: Double
  ) throws -> Double {
    if operation == .multiply { return value * factor }
    if factor == 0 { throw SQLError(.divisionByZero, "Division by zero") }
    return value / factor
  }

  /// The time between two points, in milliseconds.
  private static func difference(_ left: SQLType, _ right: SQLType) -> Choice? {
    guard let common = TypeCoercion.commonType(left, right) else { return nil }
    switch common {
    case .date:
      return (
        [common, common], .intervalDayToSecond,
        { a, n, _ in
          try Rowwise.map(a, n) { (x: Int32, y: Int32) -> Int64? in
            (Int64(x) - Int64(y)) * 86_400_000
          }
        }
      )
    case .timestamp(let precision), .time(let precision):
      let unitsPerMilli = TimeUnit(precision: precision).perSecond / 1_000
      return (
        [common, common], .intervalDayToSecond,
        { a, n, _ in
          try Rowwise.map(a, n) { (x: Int64, y: Int64) -> Int64? in
            let (units, overflow) = x.subtractingReportingOverflow(y)
            if overflow { throw SQLError(.numericOutOfRange, "interval out of range") }
            return units / unitsPerMilli
          }
        }
      )
    case .timestampWithTimeZone:
      return (
        [common, common], .intervalDayToSecond,
        { a, n, _ in
          try Rowwise.map(a, n) { (x: Int128, y: Int128) -> Int64? in
            Int64(truncatingIfNeeded: ((x >> 16) - (y >> 16)) / 1_000)
          }
        }
      )
    default: return nil
    }
  }
}
