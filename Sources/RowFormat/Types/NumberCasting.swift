import ColumnFormat

/// Casts between numbers: integers, decimals and floating point.
enum NumberCasting {
  static func cast(
    _ column: Column,
    from: LogicalType,
    to: LogicalType,
    column name: String
  ) throws(CastingFailure) -> Values {
    let count = column.count
    switch (from, to) {
    case (.float32, .float64):
      guard case .float32(let source) = column.flatValues else { break }
      let values = Buffer<Double>(count: count)
      for row in 0..<count { values.base[row] = Double(source.base[row]) }
      return .float64(values)
    case (_, .float64), (_, .float32):
      guard let scale = scale(of: from) else { break }
      return floating(column, scale: scale, isDouble: to == .float64)
    default: break
    }
    guard let fromScale = scale(of: from), let target = Target(to) else {
      throw CastingFailure(column: name, from: from, to: to, row: nil)
    }
    if target.scale < fromScale {
      throw CastingFailure(column: name, from: from, to: to, row: nil)
    }
    let factor = power(target.scale - fromScale)
    let source = column.flatValues
    let wide = Buffer<Int128>(count: count)
    for row in 0..<count {
      let value = integer(source, row)
      let (product, overflow) = value.multipliedReportingOverflow(by: factor)
      if (overflow || product > target.max || product < target.min) && column.isValid(row) {
        throw CastingFailure(column: name, from: from, to: to, row: row)
      }
      wide.base[row] = product
    }
    return narrowed(wide, to.physicalType)
  }

  /// What the target can hold, unscaled.
  private struct Target {
    var scale: Int
    var min: Int128
    var max: Int128

    init?(_ type: LogicalType) {
      switch type {
      case .int8: self.init(0, Int128(Int8.min), Int128(Int8.max))
      case .int16: self.init(0, Int128(Int16.min), Int128(Int16.max))
      case .int32: self.init(0, Int128(Int32.min), Int128(Int32.max))
      case .int64: self.init(0, Int128(Int64.min), Int128(Int64.max))
      case .decimal(let precision, let scale):
        let bound = NumberCasting.power(precision) - 1
        self.init(scale, -bound, bound)
      default: return nil
      }
    }

    private init(_ scale: Int, _ min: Int128, _ max: Int128) {
      self.scale = scale
      self.min = min
      self.max = max
    }
  }

  /// The digits after the point of an exact type.
  private static func scale(of type: LogicalType) -> Int? {
    switch type {
    case .int8, .int16, .int32, .int64: 0
    case .decimal(_, let scale): scale
    default: nil
    }
  }

  fileprivate static func power(_ exponent: Int) -> Int128 {
    var power: Int128 = 1
    for _ in 0..<max(min(exponent, 38), 0) { power *= 10 }
    return power
  }

  @inline(__always)
  private static func integer(_ values: Values, _ row: Int) -> Int128 {
    switch values {
    case .int8(let source): Int128(source.base[row])
    case .int16(let source): Int128(source.base[row])
    case .int32(let source): Int128(source.base[row])
    case .int64(let source): Int128(source.base[row])
    case .int128(let source): source.base[row]
    default: 0
    }
  }

  private static func floating(_ column: Column, scale: Int, isDouble: Bool) -> Values {
    let values = column.flatValues
    let doubles = Buffer<Double>(count: column.count)
    for row in 0..<column.count { doubles.base[row] = nearest(integer(values, row), scale) }
    if isDouble { return .float64(doubles) }
    let floats = Buffer<Float>(count: column.count)
    for row in 0..<column.count { floats.base[row] = Float(doubles.base[row]) }
    return .float32(floats)
  }

  /// The double nearest to a decimal.
  ///
  /// A quotient of two doubles rounds once only where both are exact; beyond that the text decides.
  private static func nearest(_ value: Int128, _ scale: Int) -> Double {
    if scale == 0 { return Double(value) }
    if scale <= 22 && value.magnitude < 1 << 53 { return Double(value) / PowersOfTen.double(scale) }
    var text: [UInt8] = []
    ValueWords.append(
      .int128(value),
      .decimal(precision: 38, scale: scale),
      quoted: false,
      to: &text
    )
    text.append(0)
    return text.withUnsafeBufferPointer { bytes in
      bytes.baseAddress.flatMap { NumberText.scan($0)?.double } ?? 0
    }
  }

  private static func narrowed(_ wide: Buffer<Int128>, _ type: PhysicalType) -> Values {
    switch type {
    case .int8: .int8(truncated(wide))
    case .int16: .int16(truncated(wide))
    case .int32: .int32(truncated(wide))
    case .int64: .int64(truncated(wide))
    default: .int128(wide)
    }
  }

  private static func truncated<Element: FixedWidthInteger & BitwiseCopyable>(
    _ wide: Buffer<Int128>
  ) -> Buffer<Element> {
    let narrow = Buffer<Element>(count: wide.count)
    for row in 0..<wide.count { narrow.base[row] = Element(truncatingIfNeeded: wide.base[row]) }
    return narrow
  }
}
