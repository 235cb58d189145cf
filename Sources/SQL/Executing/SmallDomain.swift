import ColumnFormat

/// What an expression depends on, where that is one column of whole numbers and it is worth computing the
/// expression once for each of them: dates, decimals of few digits, codes, hours of timestamps.
struct SmallDomain {
  let column: PlanColumn
  /// So many neighbouring values of the column give the same: all within an hour, a day.
  let step: Int64

  /// Nil for an expression that is not worth it.
  init?(_ expression: BoundExpression) {
    if case .column = expression { return nil }
    var only: PlanColumn?
    var isSole = true
    expression.collectColumns { column in
      if let only, only.id != column.id { isSole = false }
      only = column
    }
    guard isSole, let only, expression.isDeterministic, SmallDomain.isBounded(expression),
      expression.contains(where: SmallDomain.isCostly)
    else { return nil }
    column = only
    switch only.type.physicalType {
    case .int8, .int16, .int32, .int64: break
    default: return nil
    }
    guard case .timestamp(let precision) = only.type else {
      step = 1
      return
    }
    step = SmallDomain.step(expression, perSecond: TimeUnit(precision: precision).perSecond)
    // Timestamps themselves lie too far apart.
    if step <= 1 { return nil }
  }

  // MARK: Steps

  private static let fieldSeconds: [String: Int64] = [
    "hour": 3_600, "minute": 60, "second": 1, "year": 86_400, "quarter": 86_400, "month": 86_400,
    "week": 86_400, "week_of_year": 86_400, "year_of_week": 86_400, "yow": 86_400, "day": 86_400,
    "day_of_month": 86_400, "day_of_week": 86_400, "dow": 86_400, "day_of_year": 86_400,
    "doy": 86_400, "last_day_of_month": 86_400,
  ]

  private static let unitSeconds: [String: Int64] = [
    "second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 86_400, "month": 86_400,
    "quarter": 86_400, "year": 86_400,
  ]

  /// How many values of the timestamp, from any multiple of this on, give the same; zero where all do.
  private static func step(_ expression: BoundExpression, perSecond: Int64) -> Int64 {
    switch expression {
    case .column: return 1
    case .cast(.column, .date, _): return 86_400 * perSecond
    case .call(let function, let arguments):
      if let seconds = seconds(function.name, arguments) { return seconds * perSecond }
    default: break
    }
    return expression.children.reduce(0) { gcd($0, step($1, perSecond: perSecond)) }
  }

  /// How many seconds a function of the column itself does not tell apart.
  private static func seconds(_ name: String, _ arguments: [BoundExpression]) -> Int64? {
    if let seconds = fieldSeconds[name], case .column = arguments[0] { return seconds }
    guard arguments.count == 2 else { return nil }
    switch (name, arguments[0], arguments[1]) {
    case ("date_trunc", .constant(.bytes(let unit), _), .column):
      return unitSeconds[String(decoding: unit, as: UTF8.self).lowercased()]
    case ("date_format", .column, .constant(.bytes(let pattern), _)):
      return try? pattern.withUnsafeBytes { try DateTimePattern(mysql: $0) }.seconds
    case ("format_datetime", .column, .constant(.bytes(let pattern), _)):
      return try? pattern.withUnsafeBytes { try DateTimePattern(joda: $0) }.seconds
    default: return nil
    }
  }

  private static func gcd(_ left: Int64, _ right: Int64) -> Int64 {
    var (left, right) = (left, right)
    while right != 0 { (left, right) = (right, left % right) }
    return left
  }

  // MARK: Costs

  /// Whether this part alone takes longer than to look up a result.
  private static func isCostly(_ part: BoundExpression) -> Bool {
    switch part {
    case .call(let function, _):
      if function.name == "$divide" { return function.resultType.physicalType == .int128 }
      return costlyFunctions.contains(function.name)
    case .cast(let inner, let type, _):
      return type.isText || inner.type.isText || type.hasZone
    default: return false
    }
  }

  /// Whether no part makes of some number a value that takes much room: all of them may be kept.
  private static func isBounded(_ part: BoundExpression) -> Bool {
    switch part {
    case .call(let function, let arguments):
      guard function.lambdaKernel == nil else { return false }
      switch function.name {
      case "lpad", "rpad":
        guard case .constant = arguments[1] else { return false }
      default:
        let isKnown =
          ComparisonOperator(rawValue: function.name) != nil
          || costlyFunctions.contains(function.name) || boundedFunctions.contains(function.name)
        if !isKnown { return false }
      }
    case .lambda, .field: return false
    default: break
    }
    return part.children.allSatisfy(isBounded)
  }

  private static let costlyFunctions: Set<String> = [
    "date_format", "format_datetime", "to_iso8601", "date_trunc", "date_add", "date_diff", "year",
    "quarter", "month", "week", "week_of_year", "day", "day_of_month", "day_of_week", "dow",
    "day_of_year", "doy", "year_of_week", "yow", "last_day_of_month", "hour", "minute", "second",
    "round", "ceil", "ceiling", "floor", "truncate", "power", "pow", "exp", "ln", "log", "log2",
    "log10", "cbrt", "$like",
  ]

  private static let boundedFunctions: Set<String> = [
    "$add", "$subtract", "$multiply", "$divide", "$modulus", "$negate", "$concat", "abs", "sign",
    "sqrt", "mod", "greatest", "least", "bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_not",
    "from_unixtime", "to_unixtime", "concat", "substr", "substring", "upper", "lower", "length",
    "trim", "ltrim", "rtrim", "strpos", "position", "replace", "reverse", "starts_with",
    "regexp_like", "regexp_extract", "split_part",
  ]
}

extension DateTimePattern {
  /// How many seconds it does not tell apart; nil where it shows fractions.
  fileprivate var seconds: Int64? {
    var least: Int64 = 86_400
    for token in tokens {
      switch token {
      case .fraction: return nil
      case .number(.second, _, _): least = 1
      case .number(.minute, _, _): least = min(least, 60)
      case .number(.hour, _, _), .number(.clockHour, _, _), .number(.halfHour, _, _),
        .number(.clockHalfHour, _, _), .halfDay:
        least = min(least, 3_600)
      default: break
      }
    }
    return least
  }
}
