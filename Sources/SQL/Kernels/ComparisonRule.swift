import ColumnFormat

/// `= <> < <= > >=`.
enum ComparisonOperator: String, Sendable {
  case equal = "$equal"
  case notEqual = "$notEqual"
  case less = "$less"
  case lessOrEqual = "$lessOrEqual"
  case greater = "$greater"
  case greaterOrEqual = "$greaterOrEqual"

  /// The operator that says the same with the sides exchanged.
  var flipped: ComparisonOperator {
    switch self {
    case .equal, .notEqual: self
    case .less: .greater
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
    }
  }

  /// Whether an order (negative, zero, positive) satisfies the operator.
  func holds(_ order: Int) -> Bool {
    switch self {
    case .equal: order == 0
    case .notEqual: order != 0
    case .less: order < 0
    case .lessOrEqual: order <= 0
    case .greater: order > 0
    case .greaterOrEqual: order >= 0
    }
  }
}

/// Values that the comparison loops work on.
protocol ComparableValue: PhysicalValue {
  static func isEqual(_ left: Self, _ right: Self) -> Bool
  static func isLess(_ left: Self, _ right: Self) -> Bool
  static func isLessOrEqual(_ left: Self, _ right: Self) -> Bool
  /// A total order for sorting: NaN is equal to itself and above everything.
  static func order(_ left: Self, _ right: Self) -> Int
  /// Whether a value takes the place of the greatest one so far; NaN gives way to every number.
  static func exceeds(_ value: Self, _ greatest: Self) -> Bool
}

extension ComparableValue {
  @inline(__always)
  static func exceeds(_ value: Self, _ greatest: Self) -> Bool { isLess(greatest, value) }
}

extension ComparableValue where Self: Comparable {
  @inline(__always)
  static func isEqual(_ left: Self, _ right: Self) -> Bool { left == right }
  @inline(__always)
  static func isLess(_ left: Self, _ right: Self) -> Bool { left < right }
  @inline(__always)
  static func isLessOrEqual(_ left: Self, _ right: Self) -> Bool { left <= right }
  @inline(__always)
  static func order(_ left: Self, _ right: Self) -> Int {
    left < right ? -1 : left == right ? 0 : 1
  }
}

extension UInt8: ComparableValue {}
extension Int8: ComparableValue {}
extension Int16: ComparableValue {}
extension Int32: ComparableValue {}
extension Int64: ComparableValue {}
extension Int128: ComparableValue {}
extension Float: ComparableValue {
  static func order(_ left: Float, _ right: Float) -> Int {
    if left < right { return -1 }
    if left == right { return 0 }
    if left.isNaN { return right.isNaN ? 0 : 1 }
    return right.isNaN ? -1 : 1
  }
  @inline(__always)
  static func exceeds(_ value: Float, _ greatest: Float) -> Bool {
    greatest < value || greatest.isNaN
  }
}
extension Double: ComparableValue {
  static func order(_ left: Double, _ right: Double) -> Int {
    if left < right { return -1 }
    if left == right { return 0 }
    if left.isNaN { return right.isNaN ? 0 : 1 }
    return right.isNaN ? -1 : 1
  }
  @inline(__always)
  static func exceeds(_ value: Double, _ greatest: Double) -> Bool {
    greatest < value || greatest.isNaN
  }
}
extension ByteView: ComparableValue {
  @inline(__always)
  static func isLess(_ left: ByteView, _ right: ByteView) -> Bool { compare(left, right) < 0 }
  @inline(__always)
  static func isLessOrEqual(_ left: ByteView, _ right: ByteView) -> Bool {
    compare(left, right) <= 0
  }
  @inline(__always)
  static func order(_ left: ByteView, _ right: ByteView) -> Int { compare(left, right) }
}

/// A comparison as a type, so that each loop is compiled for its own.
protocol ComparisonRule {
  static func holds<Value: ComparableValue>(_ left: Value, _ right: Value) -> Bool
}

enum EqualRule: ComparisonRule {
  @inline(__always)
  static func holds<Value: ComparableValue>(_ left: Value, _ right: Value) -> Bool {
    Value.isEqual(left, right)
  }
}

enum NotEqualRule: ComparisonRule {
  @inline(__always)
  static func holds<Value: ComparableValue>(_ left: Value, _ right: Value) -> Bool {
    !Value.isEqual(left, right)
  }
}

enum LessRule: ComparisonRule {
  @inline(__always)
  static func holds<Value: ComparableValue>(_ left: Value, _ right: Value) -> Bool {
    Value.isLess(left, right)
  }
}

enum LessOrEqualRule: ComparisonRule {
  @inline(__always)
  static func holds<Value: ComparableValue>(_ left: Value, _ right: Value) -> Bool {
    Value.isLessOrEqual(left, right)
  }
}

enum GreaterRule: ComparisonRule {
  @inline(__always)
  static func holds<Value: ComparableValue>(_ left: Value, _ right: Value) -> Bool {
    Value.isLess(right, left)
  }
}

enum GreaterOrEqualRule: ComparisonRule {
  @inline(__always)
  static func holds<Value: ComparableValue>(_ left: Value, _ right: Value) -> Bool {
    Value.isLessOrEqual(right, left)
  }
}
