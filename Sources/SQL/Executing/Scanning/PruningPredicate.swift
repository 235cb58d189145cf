import ColumnFormat

/// What a filter says about a column's smallest and largest value: whether any row of a row group
/// may pass, and whether all do.
indirect enum PruningPredicate: Sendable {
  enum Comparison: Sendable { case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual }

  /// Nothing can be told.
  case unknown
  /// No row passes.
  case never
  case compare(ColumnID, Comparison, Scalar)
  case among(ColumnID, [Scalar])
  case isNull(ColumnID)
  case isNotNull(ColumnID)
  case and([PruningPredicate])
  case or([PruningPredicate])

  init(_ expression: BoundExpression) {
    switch expression {
    case .constant(.boolean(true), _): self = .unknown
    case .constant: self = .never
    case .and(let parts): self = .and(parts.map { PruningPredicate($0) })
    case .or(let parts): self = .or(parts.map { PruningPredicate($0) })
    case .isNull(.column(let column)): self = .isNull(column.id)
    case .not(.isNull(.column(let column))): self = .isNotNull(column.id)
    case .inConstants(.column(let column), let values):
      self = .among(column.id, values.filter { !$0.isNull })
    case .call(let function, let arguments) where arguments.count == 2:
      self = PruningPredicate.comparison(function.name, arguments[0], arguments[1]) ?? .unknown
    default: self = .unknown
    }
  }

  private static func comparison(
    _ name: String,
    _ left: BoundExpression,
    _ right: BoundExpression
  ) -> PruningPredicate? {
    let comparison: Comparison
    switch name {
    case "$equal": comparison = .equal
    case "$notEqual": comparison = .notEqual
    case "$less": comparison = .less
    case "$lessOrEqual": comparison = .lessOrEqual
    case "$greater": comparison = .greater
    case "$greaterOrEqual": comparison = .greaterOrEqual
    default: return nil
    }
    if case .column(let column) = left, case .constant(let value, _) = right {
      return value.isNull ? .never : .compare(column.id, comparison, value)
    }
    if case .constant(let value, _) = left, case .column(let column) = right {
      return value.isNull ? .never : .compare(column.id, comparison.swapped, value)
    }
    return nil
  }

  /// Whether a row may pass, by what is known of the columns' values; nil for a column of which
  /// nothing is known.
  func mayHold(_ statistics: (ColumnID) -> FieldStatistics?) -> Bool {
    switch self {
    case .unknown: return true
    case .never: return false
    case .and(let parts): return parts.allSatisfy { $0.mayHold(statistics) }
    case .or(let parts): return parts.contains { $0.mayHold(statistics) }
    case .isNull(let id):
      return statistics(id)?.nullCount.map { $0 > 0 } ?? true
    case .isNotNull(let id):
      guard let known = statistics(id), let nullCount = known.nullCount else { return true }
      return nullCount < known.rowCount
    case .among(let id, let values):
      return values.contains {
        PruningPredicate.compare(id, .equal, $0).mayHold(statistics)
      }
    case .compare(let id, let comparison, let value):
      guard let known = statistics(id) else { return true }
      if let nullCount = known.nullCount, nullCount == known.rowCount { return false }
      return comparison.mayHold(min: known.min, max: known.max, value)
    }
  }
}

extension PruningPredicate {
  /// Whether all rows pass, by what is known of the columns' values; nil for a column of which nothing
  /// is known.
  func mustHold(_ statistics: (ColumnID) -> FieldStatistics?) -> Bool {
    switch self {
    case .unknown, .never: return false
    case .and(let parts): return parts.allSatisfy { $0.mustHold(statistics) }
    case .or(let parts): return parts.contains { $0.mustHold(statistics) }
    case .isNull(let id):
      guard let known = statistics(id) else { return false }
      return known.nullCount == known.rowCount
    case .isNotNull(let id): return statistics(id)?.nullCount == 0
    case .among(let id, let values):
      return values.contains { PruningPredicate.compare(id, .equal, $0).mustHold(statistics) }
    case .compare(let id, let comparison, let value):
      guard let known = statistics(id), known.nullCount == 0, !known.mayHaveNaN,
        let min = known.min?.order(to: value), let max = known.max?.order(to: value)
      else { return false }
      switch comparison {
      case .less: return max < 0
      case .lessOrEqual: return max <= 0
      case .greater: return min > 0
      case .greaterOrEqual: return min >= 0
      case .equal: return min == 0 && max == 0
      case .notEqual: return min > 0 || max < 0
      }
    }
  }
}

extension PruningPredicate.Comparison {
  /// The comparison with its sides changed.
  var swapped: PruningPredicate.Comparison {
    switch self {
    case .equal, .notEqual: self
    case .less: .greater
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
    }
  }

  /// Whether a value between two bounds may compare so.
  func mayHold(min: Scalar?, max: Scalar?, _ value: Scalar) -> Bool {
    /// Bounds of another kind tell nothing.
    func order(_ bound: Scalar?) -> Int? { bound.flatMap { $0.order(to: value) } }
    switch self {
    case .less: return order(min).map { $0 < 0 } ?? true
    case .lessOrEqual: return order(min).map { $0 <= 0 } ?? true
    case .greater: return order(max).map { $0 > 0 } ?? true
    case .greaterOrEqual: return order(max).map { $0 >= 0 } ?? true
    case .equal:
      return (order(min).map { $0 <= 0 } ?? true) && (order(max).map { $0 >= 0 } ?? true)
    case .notEqual:
      // A NaN differs from every number and is in no bounds.
      switch value {
      case .float, .double: return true
      default: return !(order(min) == 0 && order(max) == 0)
      }
    }
  }
}

extension Scalar {
  /// Negative, zero or positive as this value comes before, with or after another of its kind; nil
  /// for values of different kinds, nulls, NaN and nested values.
  func order(to other: Scalar) -> Int? {
    func compare<Value: Comparable>(_ left: Value, _ right: Value) -> Int? {
      left < right ? -1 : left == right ? 0 : left > right ? 1 : nil
    }
    switch (self, other) {
    case (.int(let left), .int(let right)): return compare(left, right)
    case (.int128(let left), .int128(let right)): return compare(left, right)
    case (.int(let left), .int128(let right)): return compare(Int128(left), right)
    case (.int128(let left), .int(let right)): return compare(left, Int128(right))
    case (.float(let left), .float(let right)): return compare(left, right)
    case (.double(let left), .double(let right)): return compare(left, right)
    case (.boolean(let left), .boolean(let right)): return compare(left ? 1 : 0, right ? 1 : 0)
    case (.bytes(let left), .bytes(let right)):
      if left == right { return 0 }
      return left.lexicographicallyPrecedes(right) ? -1 : 1
    default: return nil
    }
  }
}
