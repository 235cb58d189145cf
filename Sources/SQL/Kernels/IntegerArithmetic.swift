import ColumnFormat

/// `+ - * / %` and negation of integers with Trino's overflow errors.
///
/// The loops look for overflow without branching; only when a batch has one are its rows looked at
/// again, so that garbage behind a null row raises nothing.
enum IntegerArithmetic {
  enum Operation: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case modulus = "%"

    var noun: String {
      switch self {
      case .add: "addition"
      case .subtract: "subtraction"
      case .multiply: "multiplication"
      case .divide: "division"
      case .modulus: "modulus"
      }
    }
  }

  static func kernel(_ operation: Operation, _ type: SQLType) -> ScalarFunction.Kernel {
    let name = type.description
    switch type {
    case .tinyint: return { a, n, _ in try run(Int8.self, operation, a, n, name) }
    case .smallint: return { a, n, _ in try run(Int16.self, operation, a, n, name) }
    case .integer: return { a, n, _ in try run(Int32.self, operation, a, n, name) }
    default: return { a, n, _ in try run(Int64.self, operation, a, n, name) }
    }
  }

  static func negation(_ type: SQLType) -> ScalarFunction.Kernel {
    let name = type.description
    switch type {
    case .tinyint: return { a, n, _ in try negate(Int8.self, a, n, name) }
    case .smallint: return { a, n, _ in try negate(Int16.self, a, n, name) }
    case .integer: return { a, n, _ in try negate(Int32.self, a, n, name) }
    default: return { a, n, _ in try negate(Int64.self, a, n, name) }
    }
  }

  private static func negate<T: PhysicalValue & FixedWidthInteger & SignedInteger>(
    _: T.Type,
    _ arguments: [Column],
    _ rowCount: Int,
    _ name: String
  ) throws -> Column {
    let a = Operand<T>(arguments[0])
    let result = Buffer<T>(count: rowCount)
    let target = result.base
    var flag: UInt8 = 0
    for row in 0..<rowCount {
      let value = a[row]
      target[row] = 0 &- value
      flag |= bit(value == T.min)
    }
    if flag != 0 {
      for row in 0..<rowCount where a[row] == T.min && a.validity?.isValid(row) ?? true {
        throw SQLError(.numericOutOfRange, "\(name) negation overflow: \(a[row])")
      }
    }
    return Column(result, validity: a.validity)
  }

  private static func run<T: PhysicalValue & FixedWidthInteger & SignedInteger>(
    _: T.Type,
    _ operation: Operation,
    _ arguments: [Column],
    _ rowCount: Int,
    _ name: String
  ) throws -> Column {
    let a = Operand<T>(arguments[0])
    let b = Operand<T>(arguments[1])
    let validity = Validity.intersection(a.validity, b.validity)
    let result = Buffer<T>(count: rowCount)
    let target = result.base
    let failed: Bool
    switch operation {
    case .add:
      failed = loop(a, b, target, rowCount) { x, y, sum in
        sum = x &+ y
        return (x ^ sum) & (y ^ sum)
      }
    case .subtract:
      failed = loop(a, b, target, rowCount) { x, y, difference in
        difference = x &- y
        return (x ^ y) & (x ^ difference)
      }
    case .multiply:
      failed = loop(a, b, target, rowCount) { x, y, product in
        let (value, overflow) = x.multipliedReportingOverflow(by: y)
        product = value
        return overflow ? -1 : 0
      }
    case .divide, .modulus:
      failed = divide(a, b, target, rowCount, isModulus: operation == .modulus)
    }
    if failed { try raise(operation, a, b, validity, rowCount, name) }
    return Column(result, validity: validity)
  }

  /// Runs `body`, which sets its third argument and returns a negative number on overflow.
  @inline(__always)
  private static func loop<T: PhysicalValue & FixedWidthInteger & SignedInteger>(
    _ a: Operand<T>,
    _ b: Operand<T>,
    _ target: UnsafeMutablePointer<T>,
    _ rowCount: Int,
    _ body: (T, T, inout T) -> T
  ) -> Bool {
    var flags: T = 0
    let left = a.buffer.base
    let right = b.buffer.base
    if a.isConstant && b.isConstant {
      for row in 0..<rowCount { flags |= body(left[0], right[0], &target[row]) }
    } else if b.isConstant {
      let constant = right[0]
      for row in 0..<rowCount { flags |= body(left[row], constant, &target[row]) }
    } else if a.isConstant {
      let constant = left[0]
      for row in 0..<rowCount { flags |= body(constant, right[row], &target[row]) }
    } else {
      for row in 0..<rowCount { flags |= body(left[row], right[row], &target[row]) }
    }
    return flags < 0
  }

  private static func divide<T: PhysicalValue & FixedWidthInteger & SignedInteger>(
    _ a: Operand<T>,
    _ b: Operand<T>,
    _ target: UnsafeMutablePointer<T>,
    _ rowCount: Int,
    isModulus: Bool
  ) -> Bool {
    var failed = false
    for row in 0..<rowCount {
      let x = a[row]
      let y = b[row]
      if y == 0 || (y == -1 && x == T.min) {
        // The remainder by -1 is zero, and never an error.
        target[row] = 0
        if y == 0 || !isModulus { failed = true }
      } else {
        target[row] = isModulus ? x % y : x / y
      }
    }
    return failed
  }

  private static func raise<T: PhysicalValue & FixedWidthInteger & SignedInteger>(
    _ operation: Operation,
    _ a: Operand<T>,
    _ b: Operand<T>,
    _ validity: Validity?,
    _ rowCount: Int,
    _ name: String
  ) throws {
    for row in 0..<rowCount where validity?.isValid(row) ?? true {
      let x = a[row]
      let y = b[row]
      let overflows: Bool
      switch operation {
      case .add: overflows = x.addingReportingOverflow(y).overflow
      case .subtract: overflows = x.subtractingReportingOverflow(y).overflow
      case .multiply: overflows = x.multipliedReportingOverflow(by: y).overflow
      case .divide, .modulus:
        if y == 0 { throw SQLError(.divisionByZero, "Division by zero") }
        overflows = operation == .divide && y == -1 && x == T.min
      }
      if overflows {
        throw SQLError(
          .numericOutOfRange,
          "\(name) \(operation.noun) overflow: \(x) \(operation.rawValue) \(y)"
        )
      }
    }
  }
}

/// `+ - * / %` of real and double; division by zero gives infinity or NaN.
enum FloatArithmetic {
  static func kernel(_ operation: IntegerArithmetic.Operation, _ type: SQLType)
    -> ScalarFunction.Kernel
  {
    if type == .real { return { a, n, _ in run(Float.self, operation, a, n) } }
    return { a, n, _ in run(Double.self, operation, a, n) }
  }

  static func negation(_ type: SQLType) -> ScalarFunction.Kernel {
    if type == .real { return { a, n, _ in try Rowwise.map(a, n) { (x: Float) in -x } } }
    return { a, n, _ in try Rowwise.map(a, n) { (x: Double) in -x } }
  }

  private static func run<T: PhysicalValue & BinaryFloatingPoint>(
    _: T.Type,
    _ operation: IntegerArithmetic.Operation,
    _ arguments: [Column],
    _ rowCount: Int
  ) -> Column {
    let a = Operand<T>(arguments[0])
    let b = Operand<T>(arguments[1])
    let result = Buffer<T>(count: rowCount)
    let target = result.base
    switch operation {
    case .add: loop(a, b, target, rowCount) { $0 + $1 }
    case .subtract: loop(a, b, target, rowCount) { $0 - $1 }
    case .multiply: loop(a, b, target, rowCount) { $0 * $1 }
    case .divide: loop(a, b, target, rowCount) { $0 / $1 }
    case .modulus: loop(a, b, target, rowCount) { $0.truncatingRemainder(dividingBy: $1) }
    }
    return Column(result, validity: Validity.intersection(a.validity, b.validity))
  }

  @inline(__always)
  private static func loop<T: PhysicalValue>(
    _ a: Operand<T>,
    _ b: Operand<T>,
    _ target: UnsafeMutablePointer<T>,
    _ rowCount: Int,
    _ body: (T, T) -> T
  ) {
    let left = a.buffer.base
    let right = b.buffer.base
    if a.isConstant && b.isConstant {
      for row in 0..<rowCount { target[row] = body(left[0], right[0]) }
    } else if b.isConstant {
      let constant = right[0]
      for row in 0..<rowCount { target[row] = body(left[row], constant) }
    } else if a.isConstant {
      let constant = left[0]
      for row in 0..<rowCount { target[row] = body(constant, right[row]) }
    } else {
      for row in 0..<rowCount { target[row] = body(left[row], right[row]) }
    }
  }
}
