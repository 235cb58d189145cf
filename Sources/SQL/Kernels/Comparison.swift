import ColumnFormat

/// Compares two columns row by row, into truth values or straight into a selection.
enum Comparison {
  static func kernel(_ comparison: ComparisonOperator, _ type: SQLType) -> ScalarFunction.Kernel {
    if case .timestampWithTimeZone = type {
      // The zone does not take part: only the instant above it does.
      return { a, n, _ in
        try Rowwise.map(a, n) { (x: Int128, y: Int128) -> UInt8? in
          let left = x >> 16
          let right = y >> 16
          return bit(comparison.holds(left < right ? -1 : left == right ? 0 : 1))
        }
      }
    }
    if type.physicalType == .list || type.physicalType == .row {
      return { a, n, _ in try nested(comparison, type, a, n) }
    }
    return { a, n, _ in compare(comparison, a, n) }
  }

  static func compare(_ comparison: ComparisonOperator, _ arguments: [Column], _ rowCount: Int)
    -> Column
  {
    switch arguments[0].physicalType {
    case .boolean: return typed(UInt8.self, comparison, arguments, rowCount)
    case .int8: return typed(Int8.self, comparison, arguments, rowCount)
    case .int16: return typed(Int16.self, comparison, arguments, rowCount)
    case .int32: return typed(Int32.self, comparison, arguments, rowCount)
    case .int64: return typed(Int64.self, comparison, arguments, rowCount)
    case .int128: return typed(Int128.self, comparison, arguments, rowCount)
    case .float32: return typed(Float.self, comparison, arguments, rowCount)
    case .float64: return typed(Double.self, comparison, arguments, rowCount)
    case .bytes: return typed(ByteView.self, comparison, arguments, rowCount)
    case .list, .row: preconditionFailure("nested values are compared elsewhere")
    }
  }

  private static func typed<Value: ComparableValue>(
    _: Value.Type,
    _ comparison: ComparisonOperator,
    _ arguments: [Column],
    _ rowCount: Int
  ) -> Column {
    let isRightConstant = if case .constant = arguments[1].form { true } else { false }
    if case .constant = arguments[0].form, !isRightConstant {
      return typed(Value.self, comparison.flipped, [arguments[1], arguments[0]], rowCount)
    }
    let a = Operand<Value>(arguments[0])
    let b = Operand<Value>(arguments[1])
    let result = Buffer<UInt8>(count: rowCount)
    switch comparison {
    case .equal: loop(EqualRule.self, a, b, result.base, rowCount)
    case .notEqual: loop(NotEqualRule.self, a, b, result.base, rowCount)
    case .less: loop(LessRule.self, a, b, result.base, rowCount)
    case .lessOrEqual: loop(LessOrEqualRule.self, a, b, result.base, rowCount)
    case .greater: loop(GreaterRule.self, a, b, result.base, rowCount)
    case .greaterOrEqual: loop(GreaterOrEqualRule.self, a, b, result.base, rowCount)
    }
    return Column(booleans: result, validity: Validity.intersection(a.validity, b.validity))
  }

  @inline(__always)
  private static func loop<Value: ComparableValue, Rule: ComparisonRule>(
    _: Rule.Type,
    _ a: Operand<Value>,
    _ b: Operand<Value>,
    _ target: UnsafeMutablePointer<UInt8>,
    _ rowCount: Int
  ) {
    let left = a.buffer.base
    let right = b.buffer.base
    if b.isConstant && !a.isConstant {
      let constant = right[0]
      for row in 0..<rowCount { target[row] = bit(Rule.holds(left[row], constant)) }
    } else {
      for row in 0..<rowCount {
        target[row] = bit(Rule.holds(left[row & a.mask], right[row & b.mask]))
      }
    }
  }

  private static func nested(
    _ comparison: ComparisonOperator,
    _ type: SQLType,
    _ arguments: [Column],
    _ rowCount: Int
  ) throws -> Column {
    let left = arguments[0].flattened()
    let right = arguments[1].flattened()
    let result = Buffer<UInt8>(repeating: 0, count: rowCount)
    let known = Buffer<UInt8>(repeating: 1, count: rowCount)
    let isEquality = comparison == .equal || comparison == .notEqual
    for row in 0..<rowCount {
      guard left.isValid(row), right.isValid(row) else {
        known.base[row] = 0
        continue
      }
      if isEquality {
        let equal = ColumnComparison.isEqual(left, row, right, row, type)
        known.base[row] = bit(equal != nil)
        result.base[row] = bit((equal ?? false) == (comparison == .equal))
      } else {
        let order = try ColumnComparison.order(left, row, right, row, type)
        result.base[row] = bit(comparison.holds(order))
      }
    }
    return Column(booleans: result, validity: Validity.fromBytes(known.base, count: rowCount))
  }

  /// `IS DISTINCT FROM`: null is a value like any other, NaN is not distinct from NaN.
  static func distinctKernel(_ type: SQLType) -> ScalarFunction.Kernel {
    { arguments, rowCount, _ in
      let left = arguments[0].flattened()
      let right = arguments[1].flattened()
      let result = Buffer<UInt8>(count: rowCount)
      for row in 0..<rowCount {
        switch (left.isValid(row), right.isValid(row)) {
        case (false, false): result.base[row] = 0
        case (true, true):
          result.base[row] = bit(ColumnComparison.compare(left, row, right, row, type) != 0)
        default: result.base[row] = 1
        }
      }
      return Column(booleans: result)
    }
  }
}
