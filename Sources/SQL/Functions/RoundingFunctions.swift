import ColumnFormat

#if canImport(Glibc)
  import Glibc
#endif

/// round, ceil, floor and truncate; halves go away from zero.
enum RoundingFunctions {
  static func register(_ functions: inout FunctionRegistry) {
    round(&functions)
    toIntegers(&functions, "ceil", "The least integer not below the value.", .up)
    functions.alias("ceiling", of: "ceil")
    toIntegers(&functions, "floor", "The greatest integer not above the value.", .down)
    truncate(&functions)
  }

  private static func round(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "round(bigint) -> bigint",
      "The value rounded to an integer, or to a number of digits after the point.",
      examples: [
        "round(2.5)": "3", "round(-2.5e0)": "-3.0", "round(1.2345, 2)": "1.2300",
        "round(1234, -2)": "1200",
      ],
      canFail: false
    ) { a, _, _ in a[0] }
    functions.scalar("round(integer) -> integer", canFail: false) { a, _, _ in a[0] }
    functions.scalar("round(smallint) -> smallint", canFail: false) { a, _, _ in a[0] }
    functions.scalar("round(tinyint) -> tinyint", canFail: false) { a, _, _ in a[0] }
    functions.scalar("round(bigint, bigint) -> bigint") { a, n, _ in
      try Rowwise.map(a, n) { (value: Int64, digits: Int64) -> Int64? in
        try rounded(value, digits)
      }
    }
    digits(&functions, Int32.self, "integer")
    digits(&functions, Int16.self, "smallint")
    digits(&functions, Int8.self, "tinyint")
    functions.scalar("round(double) -> double", canFail: false) { a, n, _ in
      try Rowwise.map(a, n) { (x: Double) -> Double? in x.rounded(.toNearestOrAwayFromZero) }
    }
    functions.scalar("round(real) -> real", canFail: false) { a, n, _ in
      try Rowwise.map(a, n) { (x: Float) -> Float? in x.rounded(.toNearestOrAwayFromZero) }
    }
    functions.scalar("round(double, bigint) -> double", canFail: false) { a, n, _ in
      try Rowwise.map(a, n) { (x: Double, digits: Int64) -> Double? in
        rounded(x, digits) { $0.rounded(.toNearestOrAwayFromZero) }
      }
    }
    functions.scalar("round(real, bigint) -> real", canFail: false) { a, n, _ in
      try Rowwise.map(a, n) { (x: Float, digits: Int64) -> Float? in
        Float(rounded(Double(x), digits) { $0.rounded(.toNearestOrAwayFromZero) })
      }
    }
    functions.make("round(decimal) -> decimal", canFail: false, result: integerType) { match in
      decimal(match, .toNearestOrAwayFromZero)
    }
    functions.make(
      "round(decimal, bigint) -> decimal",
      result: { match in
        guard case .decimal(let precision, let scale) = match.argumentTypes[0] else { return nil }
        return .decimal(precision: min(38, precision + 1), scale: scale)
      },
      kernel: decimalDigits
    )
  }

  private static func digits<Number: FixedWidthInteger & KernelArgument & PhysicalValue & Sendable>(
    _ functions: inout FunctionRegistry,
    _ number: Number.Type,
    _ type: String
  ) {
    functions.scalar("round(\(type), bigint) -> \(type)") { a, n, _ in
      try Rowwise.map(a, n) { (value: Number, digits: Int64) -> Number? in
        let rounded = try rounded(Int64(value), digits)
        guard let result = Number(exactly: rounded) else {
          throw SQLError(.numericOutOfRange, "Out of range for \(type): \(rounded)")
        }
        return result
      }
    }
  }

  private static func rounded(_ value: Int64, _ digits: Int64) throws -> Int64 {
    if digits >= 0 { return value }
    if digits <= -19 { return 0 }
    let factor = DecimalMath.smallPowers[Int(-digits)]
    let (result, overflow) = DecimalMath.divideRounding(value, factor)
      .multipliedReportingOverflow(by: factor)
    if overflow { throw SQLError(.numericOutOfRange, "bigint overflow in round: \(value)") }
    return result
  }

  private static func rounded(_ value: Double, _ digits: Int64, _ round: (Double) -> Double)
    -> Double
  {
    if !value.isFinite { return value }
    let factor = pow(10, Double(digits))
    let scaled = value * factor
    if factor == 0 { return 0 }
    if !scaled.isFinite || !factor.isFinite { return value }
    return round(scaled) / factor
  }

  /// A decimal of scale zero that holds the rounded value.
  private static func integerType(_ match: SignatureMatch) -> SQLType? {
    guard case .decimal(let precision, let scale) = match.argumentTypes[0] else { return nil }
    return .decimal(precision: min(38, precision - scale + min(1, scale)).clamped, scale: 0)
  }

  private static func decimal(_ match: SignatureMatch, _ rule: FloatingPointRoundingRule)
    -> ScalarFunction.Kernel?
  {
    guard case .decimal(_, let scale) = match.argumentTypes[0],
      case .decimal(let resultPrecision, _) = match.resultType
    else { return nil }
    let divisor = DecimalMath.powers[scale]
    // To compare rules takes a call, which is not for each row.
    let isToNearest = rule == .toNearestOrAwayFromZero
    return { a, n, _ in
      let wide = try Rowwise.map([DecimalArithmetic.widened(a[0])], n) {
        (x: Int128) -> Int128? in
        if isToNearest { return DecimalMath.divideRounding(x, divisor) }
        let (quotient, rest) = x.quotientAndRemainder(dividingBy: divisor)
        switch rule {
        case .up: return rest > 0 ? quotient + 1 : quotient
        case .down: return rest < 0 ? quotient - 1 : quotient
        default: return quotient
        }
      }
      return NumberCasting.sized(wide, resultPrecision)
    }
  }

  private static func decimalDigits(_ match: SignatureMatch) -> ScalarFunction.Kernel? {
    guard case .decimal(_, let scale) = match.argumentTypes[0],
      case .decimal(let resultPrecision, _) = match.resultType
    else { return nil }
    return { a, n, _ in
      let wide = try Rowwise.map([DecimalArithmetic.widened(a[0]), a[1]], n) {
        (x: Int128, digits: Int64) -> Int128? in
        let dropped = Int64(scale) - max(digits, -100)
        if dropped <= 0 { return x }
        if dropped > 38 { return 0 }
        let factor = DecimalMath.powers[Int(dropped)]
        let (value, overflow) = DecimalMath.divideRounding(x, factor)
          .multipliedReportingOverflow(by: factor)
        if overflow || !DecimalMath.fits(value, precision: resultPrecision) {
          throw DecimalMath.overflow
        }
        return value
      }
      return NumberCasting.sized(wide, resultPrecision)
    }
  }

  private static func toIntegers(
    _ functions: inout FunctionRegistry,
    _ name: String,
    _ summary: String,
    _ rule: FloatingPointRoundingRule
  ) {
    let example: KeyValuePairs<String, String> =
      rule == .up ? ["ceil(1.2)": "2", "ceil(-1.5e0)": "-1.0"] : ["floor(-1.2)": "-2"]
    functions.scalar("\(name)(bigint) -> bigint", summary, examples: example, canFail: false) {
      a,
      _,
      _ in a[0]
    }
    for type in ["integer", "smallint", "tinyint"] {
      functions.scalar("\(name)(\(type)) -> \(type)", canFail: false) { a, _, _ in a[0] }
    }
    functions.scalar("\(name)(double) -> double", canFail: false) { a, n, _ in
      try Rowwise.map(a, n) { (x: Double) -> Double? in x.rounded(rule) }
    }
    functions.scalar("\(name)(real) -> real", canFail: false) { a, n, _ in
      try Rowwise.map(a, n) { (x: Float) -> Float? in x.rounded(rule) }
    }
    functions.make("\(name)(decimal) -> decimal", canFail: false, result: integerType) { match in
      decimal(match, rule)
    }
  }

  private static func truncate(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "truncate(double) -> double",
      "The value without its fraction, or with so many digits of it.",
      examples: ["truncate(-1.9e0)": "-1.0", "truncate(1.239, 2)": "1.230"],
      canFail: false
    ) { a, n, _ in try Rowwise.map(a, n) { (x: Double) -> Double? in x.rounded(.towardZero) } }
    functions.scalar("truncate(real) -> real", canFail: false) { a, n, _ in
      try Rowwise.map(a, n) { (x: Float) -> Float? in x.rounded(.towardZero) }
    }
    functions.make(
      "truncate(decimal) -> decimal",
      canFail: false,
      result: { match in
        guard case .decimal(let precision, let scale) = match.argumentTypes[0] else { return nil }
        return .decimal(precision: max(1, precision - scale), scale: 0)
      }
    ) { match in decimal(match, .towardZero) }
    functions.scalar("truncate(double, bigint) -> double", canFail: false) { a, n, _ in
      try Rowwise.map(a, n) { (x: Double, digits: Int64) -> Double? in
        rounded(x, digits) { $0.rounded(.towardZero) }
      }
    }
    functions.make(
      "truncate(decimal, bigint) -> decimal",
      canFail: false,
      result: { $0.argumentTypes[0] }
    ) { match in
      guard case .decimal(let precision, let scale) = match.argumentTypes[0] else { return nil }
      return { a, n, _ in
        let wide = try Rowwise.map([DecimalArithmetic.widened(a[0]), a[1]], n) {
          (x: Int128, digits: Int64) -> Int128? in
          let dropped = Int64(scale) - max(digits, -100)
          if dropped <= 0 { return x }
          if dropped > 38 { return 0 }
          let factor = DecimalMath.powers[Int(dropped)]
          return x / factor * factor
        }
        return NumberCasting.sized(wide, precision)
      }
    }
  }
}

extension Int {
  /// At least one: a precision.
  fileprivate var clamped: Int { Swift.max(1, self) }
}
