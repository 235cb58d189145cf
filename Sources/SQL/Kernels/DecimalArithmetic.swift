import ColumnFormat

/// Powers of ten and rounding of unscaled decimals.
enum DecimalMath {
  /// Ten to the powers 0 to 38.
  static let powers: [Int128] = {
    var powers: [Int128] = [1]
    for _ in 0..<38 { powers.append((powers.last ?? 1) &* 10) }
    return powers
  }()

  /// Ten to the powers 0 to 18.
  static let smallPowers: [Int64] = powers.prefix(19).map { Int64(truncatingIfNeeded: $0) }

  /// The value, where it fits 64 bits and is not the least that does.
  @inline(__always)
  static func small(_ value: Int128) -> Int64? {
    let low = Int64(truncatingIfNeeded: value)
    return Int128(low) == value && low != .min ? low : nil
  }

  /// `value / divisor` rounded half away from zero; the divisor is positive.
  @inline(__always)
  static func divideRounding(_ value: Int128, _ divisor: Int128) -> Int128 {
    // Dividing 128 bits is a call, and few values need them.
    if let value = small(value), let divisor = small(divisor) {
      return Int128(divideRounding(value, divisor))
    }
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    let rest = remainder < 0 ? 0 &- remainder : remainder
    // Not `2 * rest`: it could leave the range.
    if rest >= divisor &- rest { return value < 0 ? quotient &- 1 : quotient &+ 1 }
    return quotient
  }

  @inline(__always)
  static func divideRounding(_ value: Int64, _ divisor: Int64) -> Int64 {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    let rest = remainder < 0 ? 0 &- remainder : remainder
    if rest >= divisor &- rest { return value < 0 ? quotient &- 1 : quotient &+ 1 }
    return quotient
  }

  /// `value × 10^fromTo` for scales, rounding half up when digits go; nil past 38 digits.
  static func rescale(_ value: Int128, from: Int, to: Int) -> Int128? {
    if from == to { return value }
    if to > from {
      let (scaled, overflow) = value.multipliedReportingOverflow(by: powers[to - from])
      return overflow || !fits(scaled, precision: 38) ? nil : scaled
    }
    return divideRounding(value, powers[from - to])
  }

  /// Whether the value has at most `precision` digits.
  @inline(__always)
  static func fits(_ value: Int128, precision: Int) -> Bool {
    let limit = powers[precision]
    return value < limit && value > 0 &- limit
  }

  /// The nearest double, ties to even.
  ///
  /// The standard library's conversion of 128 bits is generic and
  /// takes a microsecond.
  static func double(_ value: Int128) -> Double {
    if let small = Int64(exactly: value) { return Double(small) }
    let magnitude = value.magnitude
    let shift = max(0, 64 - magnitude.leadingZeroBitCount)
    // The bits that go are kept as one sticky bit, far below the 53 that stay.
    let kept = UInt64(truncatingIfNeeded: magnitude >> UInt128(shift))
    let isExact = magnitude & ((1 << UInt128(shift)) - 1) == 0
    let rounded =
      Double(kept | (isExact ? 0 : 1)) * Double(sign: .plus, exponent: shift, significand: 1)
    return value < 0 ? -rounded : rounded
  }

  static let overflow = SQLError(.numericOutOfRange, "Decimal overflow")

  /// The digits of an unscaled value with its point: `-0.05`.
  static func append(_ value: Int128, scale: Int, to text: inout [UInt8]) {
    if value < 0 { text.append(45) }
    var digits: [UInt8] = []
    var rest = value.magnitude
    while rest > 0 || digits.count <= scale {
      if rest <= UInt128(UInt64.max) {
        // 128-bit division is a call; most values end in 64 bits.
        var small = UInt64(truncatingIfNeeded: rest)
        repeat {
          digits.append(48 &+ UInt8(truncatingIfNeeded: small % 10))
          small /= 10
        } while small > 0
        rest = 0
        while digits.count <= scale { digits.append(48) }
      } else {
        let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
        digits.append(48 &+ UInt8(truncatingIfNeeded: remainder))
        rest = quotient
      }
    }
    for index in stride(from: digits.count - 1, through: 0, by: -1) {
      text.append(digits[index])
      if index == scale && scale > 0 { text.append(46) }
    }
  }

  static func text(_ value: Int128, scale: Int) -> String {
    var bytes: [UInt8] = []
    append(value, scale: scale, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// `+ - * / %` of decimals: int64 while the result has at most 18 digits, 128 bits otherwise.
enum DecimalArithmetic {
  /// The result's type by Trino's rules; nil where the scale would pass 38.
  static func resultType(
    _ operation: IntegerArithmetic.Operation,
    _ left: (precision: Int, scale: Int),
    _ right: (precision: Int, scale: Int)
  ) -> (precision: Int, scale: Int)? {
    let scale = max(left.scale, right.scale)
    switch operation {
    case .add, .subtract:
      let whole = max(left.precision - left.scale, right.precision - right.scale)
      return (min(38, whole + scale + 1), scale)
    case .multiply:
      let sum = left.scale + right.scale
      return sum > 38 ? nil : (min(38, left.precision + right.precision), sum)
    case .divide:
      let precision = left.precision + right.scale + max(right.scale - left.scale, 0)
      return (min(38, precision), scale)
    case .modulus:
      let whole = min(left.precision - left.scale, right.precision - right.scale)
      return (max(1, min(38, whole + scale)), scale)
    }
  }

  static func kernel(
    _ operation: IntegerArithmetic.Operation,
    _ left: (precision: Int, scale: Int),
    _ right: (precision: Int, scale: Int),
    _ result: (precision: Int, scale: Int)
  ) -> ScalarFunction.Kernel {
    let isSmall = left.precision <= 18 && right.precision <= 18
    switch operation {
    case .add, .subtract:
      let leftShift = result.scale - left.scale
      let rightShift = result.scale - right.scale
      if isSmall && result.precision <= 18 {
        let leftFactor = DecimalMath.smallPowers[leftShift]
        // Subtraction is the addition of the negative factor's product.
        let rightFactor =
          operation == .add
          ? DecimalMath.smallPowers[rightShift] : -DecimalMath.smallPowers[rightShift]
        return { a, n, _ in addSmall(a, n, leftFactor, rightFactor) }
      }
      let leftFactor = DecimalMath.powers[leftShift]
      let rightFactor = DecimalMath.powers[rightShift]
      return wide(left, right, result) { x, y in
        let (one, first) = x.multipliedReportingOverflow(by: leftFactor)
        let (other, second) = y.multipliedReportingOverflow(by: rightFactor)
        if first || second { throw DecimalMath.overflow }
        return operation == .add
          ? try checked(one.addingReportingOverflow(other))
          : try checked(one.subtractingReportingOverflow(other))
      }
    case .modulus:
      let leftFactor = DecimalMath.powers[result.scale - left.scale].magnitude
      let rightFactor = DecimalMath.powers[result.scale - right.scale].magnitude
      return wide(left, right, result) { x, y in
        let rest = try remainder(x.magnitude, leftFactor, y.magnitude, rightFactor)
        return x < 0 ? 0 &- Int128(rest) : Int128(rest)
      }
    case .multiply:
      if isSmall && result.precision <= 18 { return { a, n, _ in multiplySmall(a, n) } }
      if isSmall { return { a, n, _ in multiplyWidening(a, n) } }
      return wide(left, right, result) { x, y in
        try checked(x.multipliedReportingOverflow(by: y))
      }
    case .divide:
      let shift = result.scale - left.scale + right.scale
      return division(left, right, result, shift: shift)
    }
  }

  private static func addSmall(
    _ arguments: [Column],
    _ rowCount: Int,
    _ leftFactor: Int64,
    _ rightFactor: Int64
  ) -> Column {
    let a = Operand<Int64>(arguments[0])
    let b = Operand<Int64>(arguments[1])
    let result = Buffer<Int64>(count: rowCount)
    let target = result.base
    let left = a.buffer.base
    let right = b.buffer.base
    // Wrapping is safe: the result's precision rule leaves room, and null rows do not matter.
    if !a.isConstant && !b.isConstant {
      if leftFactor == 1 && rightFactor == 1 {
        for row in 0..<rowCount { target[row] = left[row] &+ right[row] }
      } else {
        for row in 0..<rowCount {
          target[row] = left[row] &* leftFactor &+ right[row] &* rightFactor
        }
      }
    } else if b.isConstant && !a.isConstant {
      let constant = right[0] &* rightFactor
      for row in 0..<rowCount { target[row] = left[row] &* leftFactor &+ constant }
    } else {
      let constant = left[0] &* leftFactor
      for row in 0..<rowCount { target[row] = constant &+ b[row] &* rightFactor }
    }
    return Column(result, validity: Validity.intersection(a.validity, b.validity))
  }

  private static func multiplySmall(_ arguments: [Column], _ rowCount: Int) -> Column {
    let a = Operand<Int64>(arguments[0])
    let b = Operand<Int64>(arguments[1])
    let result = Buffer<Int64>(count: rowCount)
    let target = result.base
    let left = a.buffer.base
    let right = b.buffer.base
    if !a.isConstant && !b.isConstant {
      for row in 0..<rowCount { target[row] = left[row] &* right[row] }
    } else {
      for row in 0..<rowCount { target[row] = left[row & a.mask] &* right[row & b.mask] }
    }
    return Column(result, validity: Validity.intersection(a.validity, b.validity))
  }

  private static func multiplyWidening(_ arguments: [Column], _ rowCount: Int) -> Column {
    let a = Operand<Int64>(arguments[0])
    let b = Operand<Int64>(arguments[1])
    let result = Buffer<Int128>(count: rowCount)
    let target = result.base
    let left = a.buffer.base
    let right = b.buffer.base
    for row in 0..<rowCount {
      target[row] = Int128(left[row & a.mask]) &* Int128(right[row & b.mask])
    }
    return Column(result, validity: Validity.intersection(a.validity, b.validity))
  }

  private static func checked(_ result: (partialValue: Int128, overflow: Bool)) throws -> Int128 {
    if result.overflow { throw DecimalMath.overflow }
    return result.partialValue
  }

  /// The remainder of two products, one of whose factors is 1.
  ///
  /// The products have up to 256 bits; the quotient must have at most 128, as in Trino.
  private static func remainder(
    _ x: UInt128,
    _ xFactor: UInt128,
    _ y: UInt128,
    _ yFactor: UInt128
  ) throws -> UInt128 {
    if y == 0 { throw SQLError(.divisionByZero, "Division by zero") }
    let (divisor, isLarger) = y.multipliedReportingOverflow(by: yFactor)
    // A divisor beyond 128 bits is larger than the dividend, which then has no factor.
    if isLarger { return x }
    let product = x.multipliedFullWidth(by: xFactor)
    guard product.high < divisor else { throw DecimalMath.overflow }
    return divisor.dividingFullWidth(product).remainder
  }

  private static func division(
    _ left: (precision: Int, scale: Int),
    _ right: (precision: Int, scale: Int),
    _ result: (precision: Int, scale: Int),
    shift: Int
  ) -> ScalarFunction.Kernel {
    if left.precision <= 18 && right.precision <= 18 && left.precision + shift <= 18
      && result.precision <= 18
    {
      let factor = DecimalMath.smallPowers[shift]
      return { a, n, _ in
        try Rowwise.map(a, n) { (x: Int64, y: Int64) -> Int64? in
          if y == 0 { throw SQLError(.divisionByZero, "Division by zero") }
          let scaled = x &* factor
          return y < 0
            ? DecimalMath.divideRounding(0 &- scaled, 0 &- y)
            : DecimalMath.divideRounding(scaled, y)
        }
      }
    }
    return wide(left, right, result) { x, y in
      if y == 0 { throw SQLError(.divisionByZero, "Division by zero") }
      if shift > 38 {
        if x == 0 { return 0 }
        throw DecimalMath.overflow
      }
      let divisor = y.magnitude
      let product = x.magnitude.multipliedFullWidth(by: DecimalMath.powers[shift].magnitude)
      guard product.high < divisor else { throw DecimalMath.overflow }
      var (quotient, remainder) = divisor.dividingFullWidth(product)
      if remainder >= divisor &- remainder { quotient += 1 }
      guard quotient < DecimalMath.powers[38].magnitude else { throw DecimalMath.overflow }
      let value = Int128(quotient)
      return (x < 0) != (y < 0) ? 0 &- value : value
    }
  }

  /// Reads both sides as 128 bits and writes the result's width, checking its digits.
  private static func wide(
    _ left: (precision: Int, scale: Int),
    _ right: (precision: Int, scale: Int),
    _ result: (precision: Int, scale: Int),
    _ body: @escaping @Sendable (Int128, Int128) throws -> Int128
  ) -> ScalarFunction.Kernel {
    let precision = result.precision
    return { arguments, rowCount, _ in
      let columns = arguments.map { widened($0) }
      if precision <= 18 {
        return try Rowwise.map(columns, rowCount) { (x: Int128, y: Int128) -> Int64? in
          let value = try body(x, y)
          if !DecimalMath.fits(value, precision: 18) { throw DecimalMath.overflow }
          return Int64(truncatingIfNeeded: value)
        }
      }
      return try Rowwise.map(columns, rowCount) { (x: Int128, y: Int128) -> Int128? in
        let value = try body(x, y)
        if !DecimalMath.fits(value, precision: 38) { throw DecimalMath.overflow }
        return value
      }
    }
  }

  /// A column of 64-bit decimals as one of 128 bits.
  static func widened(_ column: Column) -> Column {
    if column.physicalType == .int128 { return column }
    let source = Operand<Int64>(column)
    if source.isConstant {
      return Column(
        .constant(.int128(Buffer([Int128(source.buffer.base[0])])), isNull: column.nullCount > 0),
        count: column.count
      )
    }
    let result = Buffer<Int128>(count: column.count)
    for row in 0..<column.count { result.base[row] = Int128(source.buffer.base[row]) }
    return Column(result, validity: source.validity)
  }

  static func negation(_ precision: Int) -> ScalarFunction.Kernel {
    if precision <= 18 {
      return { a, n, _ in try Rowwise.map(a, n) { (x: Int64) -> Int64? in 0 &- x } }
    }
    return { a, n, _ in try Rowwise.map(a, n) { (x: Int128) -> Int128? in 0 &- x } }
  }
}
