import ColumnFormat

/// Brings comparisons with constants into the form that scans prune by: the bare column on the
/// left, a constant of the column's own type on the right, no NOT around.
enum ComparisonSimplification: OptimizerRule {
  static func apply(
    _ plan: LogicalPlan,
    _ session: inout OptimizerSession
  ) throws(SQLError) -> LogicalPlan {
    let simplifier = ComparisonSimplifier(session: session)
    return plan.mapExpressions { $0.rewritten(simplifier.simplify) }
  }
}

private struct ComparisonSimplifier {
  let session: OptimizerSession

  func simplify(_ expression: BoundExpression) -> BoundExpression {
    switch expression {
    case .not(let inner): return negated(inner) ?? expression
    case .call(let function, let arguments) where arguments.count == 2:
      guard let symbol = Symbol(rawValue: function.name) else { return expression }
      if arguments[0].constantValue != nil && arguments[1].constantValue == nil {
        return compared(symbol.flipped, arguments[1], arguments[0]) ?? expression
      }
      guard let value = arguments[1].constantValue, !value.isNull,
        case .cast(let inner, let type, _) = arguments[0]
      else { return expression }
      return unwrapped(symbol, inner, type, value) ?? expression
    case .inConstants(.cast(let inner, let type, _), let values):
      return unwrapped(inner, type, values) ?? expression
    default: return expression
    }
  }

  // MARK: NOT

  private func negated(_ inner: BoundExpression) -> BoundExpression? {
    switch inner {
    case .not(let again): return again
    case .and(let parts): return .or(parts.map { negated($0) ?? .not($0) })
    case .or(let parts): return .and(parts.map { negated($0) ?? .not($0) })
    case .call(let function, let arguments):
      guard let symbol = Symbol(rawValue: function.name), arguments.count == 2 else { return nil }
      // With NaN neither of < and >= holds.
      let isFloating = arguments[0].type == .double || arguments[0].type == .real
      if isFloating && symbol != .equal && symbol != .notEqual { return nil }
      if arguments[0].type.physicalType == .row || arguments[0].type.physicalType == .list {
        return nil
      }
      return compared(symbol.inverse, arguments[0], arguments[1])
    default: return nil
    }
  }

  private func compared(
    _ symbol: Symbol,
    _ left: BoundExpression,
    _ right: BoundExpression
  ) -> BoundExpression? {
    guard let result = try? session.call(symbol.rawValue, [left, right]) else { return nil }
    return symbol.flipped == symbol || left.constantValue == nil ? simplify(result) : result
  }

  // MARK: Casts

  /// `cast(x as U) op value` as `x op value'`, where that is the same for every x.
  private func unwrapped(
    _ symbol: Symbol,
    _ inner: BoundExpression,
    _ type: SQLType,
    _ value: Scalar
  ) -> BoundExpression? {
    guard let position = CastPosition(value, of: type, in: inner.type) else { return nil }
    func compare(_ symbol: Symbol) -> BoundExpression? {
      compared(symbol, inner, .constant(.int(position.floor), inner.type))
    }
    if position.isExact { return compare(symbol) }
    // Between two values of the narrow type: x < 5.5 is x <= 5.
    switch symbol {
    case .less, .lessOrEqual: return compare(.lessOrEqual)
    case .greater, .greaterOrEqual: return compare(.greater)
    case .equal, .notEqual: return nil
    }
  }

  private func unwrapped(
    _ inner: BoundExpression,
    _ type: SQLType,
    _ values: [Scalar]
  ) -> BoundExpression? {
    var narrow: [Scalar] = []
    for value in values {
      if value.isNull {
        narrow.append(value)
        continue
      }
      guard let position = CastPosition(value, of: type, in: inner.type), position.isExact else {
        return nil
      }
      narrow.append(.int(position.floor))
    }
    return .inConstants(inner, narrow)
  }

  private enum Symbol: String {
    case equal = "$equal"
    case notEqual = "$notEqual"
    case less = "$less"
    case lessOrEqual = "$lessOrEqual"
    case greater = "$greater"
    case greaterOrEqual = "$greaterOrEqual"

    /// With the sides exchanged.
    var flipped: Symbol {
      switch self {
      case .equal, .notEqual: self
      case .less: .greater
      case .lessOrEqual: .greaterOrEqual
      case .greater: .less
      case .greaterOrEqual: .lessOrEqual
      }
    }

    var inverse: Symbol {
      switch self {
      case .equal: .notEqual
      case .notEqual: .equal
      case .less: .greaterOrEqual
      case .lessOrEqual: .greater
      case .greater: .lessOrEqual
      case .greaterOrEqual: .less
      }
    }
  }
}

/// Where a value of a wide type lies among the values of a narrow one.
private struct CastPosition {
  /// The largest narrow value that is not above it.
  var floor: Int64
  /// Whether it is that value.
  var isExact: Bool

  /// Nil where the cast is not an order-preserving embedding, or the value lies outside.
  init?(_ value: Scalar, of wide: SQLType, in narrow: SQLType) {
    let number: Int64
    switch value {
    case .int(let small): number = small
    case .int128(let large):
      guard let small = Int64(exactly: large) else { return nil }
      number = small
    default: return nil
    }
    switch (narrow, wide) {
    case (.date, .timestamp(let precision)):
      let perDay = TimeUnit(precision: precision).perSecond * 86_400
      floor = CastPosition.divided(number, by: perDay)
      isExact = floor * perDay == number
      if Int32(exactly: floor) == nil { return nil }
      return
    case (_, .decimal(_, let scale)) where narrow.isInteger && scale <= 18:
      var power: Int64 = 1
      for _ in 0..<scale { power *= 10 }
      floor = CastPosition.divided(number, by: power)
      isExact = floor * power == number
    case _ where narrow.isInteger && wide.isInteger:
      floor = number
      isExact = true
    default: return nil
    }
    switch narrow {
    case .tinyint: if Int8(exactly: floor) == nil { return nil }
    case .smallint: if Int16(exactly: floor) == nil { return nil }
    case .integer: if Int32(exactly: floor) == nil { return nil }
    default: break
    }
  }

  private static func divided(_ value: Int64, by divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
  }
}
