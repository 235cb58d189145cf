import ColumnFormat

/// Casts from integers, floating point numbers and decimals.
enum NumberCasting {
  // MARK: Integers
  static func fromInteger(_ from: SQLType, _ to: SQLType) -> Casting.Cast? {
    switch to {
    case .boolean:
      return { column, _ in
        try Rowwise.map([widened(column)], column.count) { (value: Int64) -> UInt8? in
          bit(value != 0)
        }
      }
    case .tinyint, .smallint, .integer, .bigint:
      return { column, isTry in try narrowed(widened(column), to, isTry) }
    case .real:
      return { column, _ in
        try Rowwise.map([widened(column)], column.count) { (value: Int64) -> Float? in Float(value)
        }
      }
    case .double: return { column, _ in doubles(column) }
    case .decimal(let precision, let scale):
      return { column, isTry in try decimals(widened(column), from, precision, scale, isTry) }
    case .varchar, .char:
      return { column, isTry in
        try Casting.print(widened(column), to, isTry) { (value: Int64, text) in
          NumberText.append(value, to: &text)
        }
      }
    default: return nil
    }
  }

  /// Any integer column as one of 64 bits.
  static func widened(_ column: Column) -> Column {
    if case .constant(let values, let isNull) = column.form {
      return Column(
        .constant(
          Column(flat: values, count: 1).physicalType == .int64
            ? values : widened(Column(flat: values, count: 1)).flatValues,
          isNull: isNull
        ),
        count: column.count
      )
    }
    switch column.physicalType {
    case .int8: return widen(Int8.self, column)
    case .int16: return widen(Int16.self, column)
    case .int32: return widen(Int32.self, column)
    default: return column
    }
  }

  private static func widen<T: PhysicalValue & FixedWidthInteger>(_: T.Type, _ column: Column)
    -> Column
  {
    let source = Operand<T>(column)
    let result = Buffer<Int64>(count: column.count)
    let values = source.buffer.base
    for row in 0..<column.count { result.base[row] = Int64(truncatingIfNeeded: values[row]) }
    return Column(result, validity: source.validity)
  }

  private static func doubles(_ column: Column) -> Column {
    let source = Operand<Int64>(widened(column))
    let result = Buffer<Double>(count: column.count)
    let values = source.buffer.base
    if source.isConstant {
      result.base.update(repeating: Double(values[0]), count: column.count)
    } else {
      for row in 0..<column.count { result.base[row] = Double(values[row]) }
    }
    return Column(result, validity: source.validity)
  }

  /// A 64-bit column in the width of an integer type.
  static func narrowed(_ column: Column, _ to: SQLType, _ isTry: Bool) throws -> Column {
    switch to {
    case .tinyint: return try narrow(Int8.self, column, to, isTry)
    case .smallint: return try narrow(Int16.self, column, to, isTry)
    case .integer: return try narrow(Int32.self, column, to, isTry)
    default: return column
    }
  }

  private static func narrow<T: PhysicalValue & FixedWidthInteger>(
    _: T.Type,
    _ column: Column,
    _ to: SQLType,
    _ isTry: Bool
  ) throws -> Column {
    try Casting.convert(
      column,
      isTry,
      failure: { (value: Int64) in
        SQLError(.numericOutOfRange, "Out of range for \(to): \(value)")
      }
    ) { (value: Int64) -> T? in T(exactly: value) }
  }

  private static func decimals(
    _ column: Column,
    _ from: SQLType,
    _ precision: Int,
    _ scale: Int,
    _ isTry: Bool
  ) throws -> Column {
    let failure = { (value: Int64) in
      SQLError(
        .invalidCast,
        "Cannot cast \(from.description.uppercased()) '\(value)' to DECIMAL(\(precision), \(scale))"
      )
    }
    if precision <= 18 {
      let factor = DecimalMath.smallPowers[scale]
      let limit = DecimalMath.smallPowers[precision]
      return try Casting.convert(column, isTry, failure: failure) { (value: Int64) -> Int64? in
        let (scaled, overflow) = value.multipliedReportingOverflow(by: factor)
        return overflow || scaled >= limit || scaled <= 0 &- limit ? nil : scaled
      }
    }
    return try Casting.convert(column, isTry, failure: failure) { (value: Int64) -> Int128? in
      guard let scaled = DecimalMath.rescale(Int128(value), from: 0, to: scale) else { return nil }
      return DecimalMath.fits(scaled, precision: precision) ? scaled : nil
    }
  }

  /// The values of an integer type.
  private static func range(of type: SQLType) -> ClosedRange<Int64> {
    switch type {
    case .tinyint: Int64(Int8.min)...Int64(Int8.max)
    case .smallint: Int64(Int16.min)...Int64(Int16.max)
    case .integer: Int64(Int32.min)...Int64(Int32.max)
    default: .min ... .max
    }
  }

  // MARK: Floating point

  static func fromFloat(_ from: SQLType, _ to: SQLType) -> Casting.Cast? {
    let isReal = from == .real
    switch to {
    case .boolean:
      return { column, _ in
        try Rowwise.map([wide(column)], column.count) { (value: Double) -> UInt8? in
          bit(value != 0)
        }
      }
    case .real:
      return { column, _ in
        try Rowwise.map([column], column.count) { (value: Double) -> Float? in Float(value) }
      }
    case .double: return { column, _ in wide(column) }
    case .tinyint, .smallint, .integer, .bigint:
      let range = range(of: to)
      return { column, isTry in
        let integers = try Casting.convert(
          wide(column),
          isTry,
          failure: { (value: Double) in
            var text: [UInt8] = []
            NumberText.appendPlain(value, to: &text)
            let shown = String(decoding: text, as: UTF8.self)
            if to == .bigint { return SQLError(.invalidCast, "Unable to cast \(shown) to bigint") }
            return value.isNaN
              ? SQLError(.invalidCast, "Cannot cast \(from) NaN to \(to)")
              : SQLError(.numericOutOfRange, "Out of range for \(to): \(shown)")
          }
        ) { (value: Double) -> Int64? in
          Int64(exactly: value.rounded(.toNearestOrAwayFromZero)).flatMap {
            range.contains($0) ? $0 : nil
          }
        }
        return try narrowed(integers, to, isTry)
      }
    case .decimal(let precision, let scale):
      return { column, isTry in
        // The shortest text decides, as in Java's `BigDecimal.valueOf`.
        try decimals(column, isReal: isReal, precision, scale, isTry)
      }
    case .varchar, .char:
      if isReal {
        return { column, isTry in
          try Casting.print(column, to, isTry) { (value: Float, text) in
            NumberText.appendScientific(value, to: &text)
          }
        }
      }
      return { column, isTry in
        try Casting.print(column, to, isTry) { (value: Double, text) in
          NumberText.appendScientific(value, to: &text)
        }
      }
    default: return nil
    }
  }

  /// A real column as double.
  static func wide(_ column: Column) -> Column {
    guard column.physicalType == .float32 else { return column }
    let source = Operand<Float>(column)
    let result = Buffer<Double>(count: column.count)
    for row in 0..<column.count { result.base[row] = Double(source[row]) }
    return Column(result, validity: source.validity)
  }

  private static func decimals(
    _ column: Column,
    isReal: Bool,
    _ precision: Int,
    _ scale: Int,
    _ isTry: Bool
  ) throws -> Column {
    func parse(_ value: Double, _ printed: String) -> Int128? {
      guard value.isFinite else { return nil }
      let number = NumberText.ShortestDigits(printed)
      let parsed = NumberText.rounded(
        number.digits,
        pointAfter: number.exponent,
        precision,
        scale,
        number.isNegative
      )
      if case .value(let unscaled) = parsed { return unscaled }
      return nil
    }
    func failure(_ value: Double) -> SQLError {
      var text: [UInt8] = []
      NumberText.appendPlain(value, to: &text)
      let shown = String(decoding: text, as: UTF8.self)
      let name = isReal ? "REAL" : "DOUBLE"
      return SQLError(
        .invalidCast,
        "Cannot cast \(name) '\(shown)' to DECIMAL(\(precision), \(scale))"
      )
    }
    let unscaled: Column
    if isReal {
      unscaled = try Casting.convert(column, isTry, failure: { (v: Float) in failure(Double(v)) }) {
        (value: Float) -> Int128? in parse(Double(value), value.description)
      }
    } else {
      let limit = Double(DecimalMath.smallPowers[min(precision, 15)])
      let factor = Double(DecimalMath.smallPowers[min(scale, 15)])
      let mayBeShort = scale <= 15
      unscaled = try Casting.convert(column, isTry, failure: failure) {
        (value: Double) -> Int128? in
        if mayBeShort, let short = shortDecimal(value, factor: factor, limit: limit) {
          return Int128(short)
        }
        return parse(value, value.description)
      }
    }
    return sized(unscaled, precision)
  }

  /// The unscaled value of a double that is a decimal of up to 15 digits with no more of them after the point
  /// than there are zeros in `factor`.
  ///
  /// No two such decimals have the same double, so that the one that has is the shortest text too. Powers of ten
  /// up to 22 are doubles, so that the quotient is the decimal's.
  @inline(__always)
  private static func shortDecimal(_ value: Double, factor: Double, limit: Double) -> Int64? {
    let unscaled = (value * factor).rounded(.toNearestOrEven)
    return unscaled.magnitude < limit && unscaled / factor == value ? Int64(unscaled) : nil
  }

  /// 128-bit unscaled values in the width that the precision has; they fit.
  static func sized(_ column: Column, _ precision: Int) -> Column {
    guard precision <= 18 else { return column }
    let source = Operand<Int128>(column)
    let result = Buffer<Int64>(count: column.count)
    for row in 0..<column.count { result.base[row] = Int64(truncatingIfNeeded: source[row]) }
    return Column(result, validity: source.validity)
  }

  // MARK: Decimals

  static func fromDecimal(_ precision: Int, _ scale: Int, _ to: SQLType) -> Casting.Cast? {
    switch to {
    case .boolean:
      return { column, _ in
        try wideMap(column) { (value: Int128) -> UInt8? in bit(value != 0) }
      }
    case .tinyint, .smallint, .integer, .bigint:
      let range = range(of: to)
      return { column, isTry in
        let integers = try Casting.convert(
          DecimalArithmetic.widened(column),
          isTry,
          failure: { (value: Int128) in
            let shown = DecimalMath.text(value, scale: scale)
            return SQLError(
              .invalidCast,
              "Cannot cast '\(shown)' to \(to.description.uppercased())"
            )
          }
        ) { (value: Int128) -> Int64? in
          Int64(exactly: DecimalMath.divideRounding(value, DecimalMath.powers[scale]))
            .flatMap { range.contains($0) ? $0 : nil }
        }
        return try narrowed(integers, to, isTry)
      }
    case .double: return { column, _ in try doubles(column, scale) }
    case .real:
      return { column, _ in
        let wide = try doubles(column, scale)
        return try Rowwise.map([wide], column.count) { (value: Double) -> Float? in Float(value) }
      }
    case .decimal(let targetPrecision, let targetScale):
      return rescaling((precision, scale), (targetPrecision, targetScale))
    case .varchar, .char:
      return { column, isTry in
        try Casting.print(DecimalArithmetic.widened(column), to, isTry) { (value: Int128, text) in
          DecimalMath.append(value, scale: scale, to: &text)
        }
      }
    default: return nil
    }
  }

  private static func wideMap<R: PhysicalValue>(_ column: Column, _ body: (Int128) -> R?) throws
    -> Column
  {
    try Rowwise.map([DecimalArithmetic.widened(column)], column.count, body)
  }

  static func doubles(_ column: Column, _ scale: Int) throws -> Column {
    if column.physicalType == .int64 && scale <= 22 {
      let source = Operand<Int64>(column)
      let divisor = Double(DecimalMath.smallPowers[scale])
      let result = Buffer<Double>(count: column.count)
      for row in 0..<column.count {
        let value = source[row]
        // Up to 2⁵³ one division is exact to the last bit.
        result.base[row] =
          value.magnitude <= 1 << 53
          ? Double(value) / divisor : exact(Int128(value), scale)
      }
      return Column(result, validity: source.validity)
    }
    return try wideMap(column) { (value: Int128) -> Double? in exact(value, scale) }
  }

  /// The nearest double of a decimal.
  static func exact(_ value: Int128, _ scale: Int) -> Double {
    if value.magnitude <= 1 << 53 && scale <= 22 {
      return Double(Int64(truncatingIfNeeded: value)) / Double(DecimalMath.powers[scale])
    }
    var text: [UInt8] = []
    DecimalMath.append(value, scale: scale, to: &text)
    return text.withUnsafeBytes { NumberText.double($0) } ?? .nan
  }

  private static func rescaling(
    _ from: (precision: Int, scale: Int),
    _ to: (precision: Int, scale: Int)
  ) -> Casting.Cast {
    let error: @Sendable (Int128) -> SQLError = { value in
      let shown = DecimalMath.text(value, scale: from.scale)
      return SQLError(
        .invalidCast,
        "Cannot cast DECIMAL(\(from.precision), \(from.scale)) '\(shown)' to "
          + "DECIMAL(\(to.precision), \(to.scale))"
      )
    }
    if from.precision <= 18 && to.precision <= 18 {
      let limit = DecimalMath.smallPowers[to.precision]
      let up = to.scale >= from.scale
      let factor = DecimalMath.smallPowers[abs(to.scale - from.scale)]
      return { column, isTry in
        try Casting.convert(column, isTry, failure: { (value: Int64) in error(Int128(value)) }) {
          (value: Int64) -> Int64? in
          let scaled: Int64
          if up {
            let (product, overflow) = value.multipliedReportingOverflow(by: factor)
            if overflow { return nil }
            scaled = product
          } else {
            scaled = DecimalMath.divideRounding(value, factor)
          }
          return scaled >= limit || scaled <= 0 &- limit ? nil : scaled
        }
      }
    }
    return { column, isTry in
      let converted = try Casting.convert(
        DecimalArithmetic.widened(column),
        isTry,
        failure: error
      ) { (value: Int128) -> Int128? in
        guard let scaled = DecimalMath.rescale(value, from: from.scale, to: to.scale),
          DecimalMath.fits(scaled, precision: to.precision)
        else { return nil }
        return scaled
      }
      return sized(converted, to.precision)
    }
  }
}
