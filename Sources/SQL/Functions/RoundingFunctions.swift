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
    guard case .decimal(let precision, let scale) = match.argumentTypes[0],
      case .decimal(let resultPrecision, _) = match.resultType
    else { return nil }
    let divisor = DecimalMath.powers[scale]
    // To compare rules takes a call, which is not for each row.
    let isToNearest = rule == .toNearestOrAwayFromZero
    if precision <= 18 && resultPrecision <= 18 {
      if scale == 0 { return { a, _, _ in a[0] } }
      let divisor = SmallDivisor(UInt64(DecimalMath.smallPowers[scale]))
      return { a, n, _ in smallDecimal(a[0], n, divisor, rule) }
    }
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

  /// Divides decimals of up to 18 digits.
  private static func smallDecimal(
    _ column: Column,
    _ rowCount: Int,
    _ divisor: SmallDivisor,
    _ rule: FloatingPointRoundingRule
  ) -> Column {
    let half = divisor.divisor / 2
    let almost = divisor.divisor - 1
    switch rule {
    case .up:
      return smallDecimal(column, rowCount, divisor, ifNegative: 0, ifPositive: almost)
    case .down:
      return smallDecimal(column, rowCount, divisor, ifNegative: almost, ifPositive: 0)
    case .toNearestOrAwayFromZero:
      return smallDecimal(column, rowCount, divisor, ifNegative: half, ifPositive: half)
    default: return smallDecimal(column, rowCount, divisor, ifNegative: 0, ifPositive: 0)
    }
  }

  /// Divides what is added to magnitudes first; the sum stays below 2^63, and a value behind a null row comes
  /// to something.
  @inline(__always)
  private static func smallDecimal(
    _ column: Column,
    _ rowCount: Int,
    _ divisor: SmallDivisor,
    ifNegative: UInt64,
    ifPositive: UInt64,
    factor: Int64 = 1
  ) -> Column {
    let source = Operand<Int64>(column)
    let values = source.buffer.base
    let mask = source.mask
    let result = Buffer<Int64>(count: rowCount)
    let target = result.base
    withExtendedLifetime(source) {
      for row in 0..<rowCount {
        let value = values[row & mask]
        let sign = value &>> 63
        let added = ifPositive ^ ((ifPositive ^ ifNegative) & UInt64(bitPattern: sign))
        let quotient = divisor.quotient(of: value.magnitude &+ added)
        let magnitude = Int64(truncatingIfNeeded: quotient) &* factor
        target[row] = (magnitude ^ sign) &- sign
      }
    }
    return Column(result, validity: source.validity)
  }

  /// Decimals of up to 18 digits with the same number of digits in all rows, where this drops some.
  private static func smallDecimal(
    _ column: Column,
    _ digits: Column,
    _ rowCount: Int,
    scale: Int,
    isToNearest: Bool
  ) -> Column? {
    guard case .constant(.int64(let number), false) = digits.form else { return nil }
    let dropped = scale - Int(max(min(number.base[0], 100), -100))
    if dropped <= 0 { return column }
    if dropped > 18 { return .constant(.int(0), .int64, count: rowCount) }
    let factor = DecimalMath.smallPowers[dropped]
    let divisor = SmallDivisor(UInt64(factor))
    let added = isToNearest ? divisor.divisor / 2 : 0
    return smallDecimal(
      column,
      rowCount,
      divisor,
      ifNegative: added,
      ifPositive: added,
      factor: factor
    )
  }

  private static func decimalDigits(_ match: SignatureMatch) -> ScalarFunction.Kernel? {
    guard case .decimal(_, let scale) = match.argumentTypes[0],
      case .decimal(let resultPrecision, _) = match.resultType
    else { return nil }
    // One digit more than the argument has: no result is too large.
    let isSmall = resultPrecision <= 18
    return { a, n, _ in
      if isSmall, let small = smallDecimal(a[0], a[1], n, scale: scale, isToNearest: true) {
        return small
      }
      // As a rule digits are the same for all rows, and numbers have far fewer than the type.
      var divisor: SmallDivisor?
      if case .constant(.int64(let number), false) = a[1].form {
        let dropped = scale - Int(max(min(number.base[0], 100), -100))
        if (1...17).contains(dropped) {
          divisor = SmallDivisor(UInt64(DecimalMath.smallPowers[dropped]))
        }
      }
      let wide = try Rowwise.map([DecimalArithmetic.widened(a[0]), a[1]], n) {
        (x: Int128, digits: Int64) -> Int128? in
        if let divisor, !isSmall, let value = DecimalMath.small(x), value.magnitude < 1 << 61 {
          let quotient = divisor.quotient(of: value.magnitude &+ divisor.divisor / 2)
          let magnitude = Int128(quotient &* divisor.divisor)
          return value < 0 ? 0 &- magnitude : magnitude
        }
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
        if precision <= 18,
          let small = smallDecimal(a[0], a[1], n, scale: scale, isToNearest: false)
        {
          return small
        }
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
