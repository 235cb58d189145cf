extension BoundPredicate.ValueTest {
  /// Whether a value of a column chunk or page may pass, by what is known of all of them.
  ///
  /// False only where it is certain that none does.
  func mayPass(_ known: FieldStatistics) -> Bool {
    let hasOnlyNulls = known.nullCount == known.rowCount
    switch self {
    case .isNull: return known.nullCount.map { $0 > 0 } ?? true
    case .isNotNull: return !hasOnlyNulls
    case .compare(let comparison, let value):
      return !hasOnlyNulls && comparison.mayHold(min: known.min, max: known.max, value)
    case .among(let values):
      return !hasOnlyNulls
        && values.contains {
          RowPredicate.Comparison.equal.mayHold(min: known.min, max: known.max, $0)
        }
    }
  }
}

extension RowPredicate.Comparison {
  /// Whether a value between two bounds may compare so; a bound that is not known tells nothing.
  func mayHold(min: Scalar?, max: Scalar?, _ value: Scalar) -> Bool {
    let low = min?.order(to: value)
    let high = max?.order(to: value)
    switch self {
    case .equal:
      // Nothing equals NaN, but its column is read to find out.
      return (low ?? -1) <= 0 && (high ?? 1) >= 0
    case .notEqual:
      // A NaN differs from every number, and no bounds tell of it.
      switch value {
      case .float, .double: return true
      default: return !(low == 0 && high == 0)
      }
    case .less: return (low ?? -1) < 0
    case .lessOrEqual: return (low ?? -1) <= 0
    case .greater: return (high ?? 1) > 0
    case .greaterOrEqual: return (high ?? 1) >= 0
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
