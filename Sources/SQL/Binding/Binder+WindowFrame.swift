import ColumnFormat

/// A frame, and the arguments that its bounds name, numbered from zero.
struct BoundFrame {
  var bounds: WindowFrameBounds
  var arguments: [BoundExpression] = []
}

extension WindowFrameBounds {
  /// Makes the bounds name arguments that stand after `count` others.
  mutating func move(by count: Int) {
    start = start.moved(by: count)
    end = end.moved(by: count)
  }
}

extension WindowFrameBounds.Bound {
  fileprivate func moved(by count: Int) -> WindowFrameBounds.Bound {
    switch self {
    case .counted(let argument, let isFollowing):
      .counted(argument: argument + count, isFollowing: isFollowing)
    case .valued(let argument, let key, let type, let isFollowing):
      .valued(argument: argument + count, key: key + count, type, isFollowing: isFollowing)
    default: self
    }
  }
}

extension Scalar {
  /// Whether this is a number below zero; a NaN counts as one.
  fileprivate var isNegative: Bool {
    switch self {
    case .int(let value): value < 0
    case .int128(let value): value < 0
    case .double(let value): !(value >= 0)
    case .float(let value): !(value >= 0)
    default: false
    }
  }
}

extension Binder {
  /// The frame, with what has to be computed for each row.
  mutating func bindFrame(
    _ frame: WindowFrame?,
    _ orderBy: [PendingSortKey],
    at range: SourceRange,
    _ context: inout ExpressionContext
  ) throws(SQLError) -> BoundFrame {
    guard let frame else { return BoundFrame(bounds: .standard) }
    try check(frame, orderBy, at: range)
    var arguments: [BoundExpression] = []
    let start = try bindBound(frame.start, frame, orderBy, &arguments, &context)
    let end = try bindBound(frame.end, frame, orderBy, &arguments, &context)
    return BoundFrame(
      bounds: WindowFrameBounds(unit: frame.unit, start: start, end: end),
      arguments: arguments
    )
  }

  /// Refuses frames that end before they start whatever the rows are.
  private func check(
    _ frame: WindowFrame,
    _ orderBy: [PendingSortKey],
    at range: SourceRange
  ) throws(SQLError) {
    func invalid(_ message: String) -> SQLError {
      SQLError(.invalidWindowFrame, message, at: range)
    }
    if case .unboundedFollowing = frame.start {
      throw invalid("window frame start cannot be UNBOUNDED FOLLOWING")
    }
    if case .unboundedPreceding = frame.end {
      throw invalid("window frame end cannot be UNBOUNDED PRECEDING")
    }
    switch (frame.start, frame.end) {
    case (.currentRow, .preceding):
      throw invalid("window frame starting from CURRENT ROW cannot end with PRECEDING")
    case (.following, .preceding):
      throw invalid("window frame starting from FOLLOWING cannot end with PRECEDING")
    case (.following, .currentRow):
      throw invalid("window frame starting from FOLLOWING cannot end with CURRENT ROW")
    default: break
    }
    if frame.unit == .groups && orderBy.isEmpty {
      throw SQLError(.missingOrderBy, "window frame of type GROUPS requires ORDER BY", at: range)
    }
  }

  private mutating func bindBound(
    _ bound: WindowFrame.Bound,
    _ frame: WindowFrame,
    _ orderBy: [PendingSortKey],
    _ arguments: inout [BoundExpression],
    _ context: inout ExpressionContext
  ) throws(SQLError) -> WindowFrameBounds.Bound {
    switch bound {
    case .unboundedPreceding: return .unboundedPreceding
    case .currentRow: return .currentRow
    case .unboundedFollowing: return .unboundedFollowing
    case .preceding(let offset):
      return try bindOffset(offset, isFollowing: false, frame, orderBy, &arguments, &context)
    case .following(let offset):
      return try bindOffset(offset, isFollowing: true, frame, orderBy, &arguments, &context)
    }
  }

  /// A number of rows or groups, or for RANGE a distance in the unit of the sort key.
  ///
  /// What is not a constant, or has no fixed size like a month, becomes an argument of the call.
  private mutating func bindOffset(
    _ offset: SyntaxExpression,
    isFollowing: Bool,
    _ frame: WindowFrame,
    _ orderBy: [PendingSortKey],
    _ arguments: inout [BoundExpression],
    _ context: inout ExpressionContext
  ) throws(SQLError) -> WindowFrameBounds.Bound {
    let bound = folded(try bind(offset, &context))
    func constant(_ value: Scalar) -> WindowFrameBounds.Bound {
      isFollowing ? .following(value) : .preceding(value)
    }
    if let value = bound.constantValue, value.isNull || value.isNegative {
      throw SQLError(
        .invalidWindowFrame,
        "Window frame offset value must not be negative or null",
        at: offset.range
      )
    }
    if frame.unit != .range {
      guard bound.type.isInteger else {
        throw SQLError(
          .typeMismatch,
          "window frame offset must be a whole number (actual \(bound.type))",
          at: offset.range
        )
      }
      if let count = bound.constantValue { return constant(count) }
      arguments.append(coerce(bound, to: .bigint))
      return .counted(argument: arguments.count - 1, isFollowing: isFollowing)
    }
    guard let key = orderBy.first, orderBy.count == 1 else {
      throw SQLError(
        orderBy.isEmpty ? .missingOrderBy : .invalidWindowFrame,
        "a window frame of RANGE with an offset needs exactly one ORDER BY",
        at: offset.range
      )
    }
    if let distance = rangeDistance(bound, key.expression.type) { return constant(distance) }
    let symbol = isFollowing == key.isDescending ? "-" : "+"
    let target: BoundExpression
    do throws(SQLError) {
      target = try operate(
        symbol == "-" ? "$subtract" : "$add",
        symbol,
        key.expression,
        bound,
        at: offset.range
      )
    } catch {
      throw SQLError(
        .typeMismatch,
        "a window frame offset of \(bound.type) does not go with ORDER BY \(key.expression.type)",
        at: offset.range
      )
    }
    guard let type = TypeCoercion.commonType(target.type, key.expression.type) else {
      throw SQLError(
        .typeMismatch,
        "a window frame offset of \(bound.type) does not go with ORDER BY \(key.expression.type)",
        at: offset.range
      )
    }
    arguments.append(coerce(target, to: type))
    arguments.append(coerce(key.expression, to: type))
    return .valued(
      argument: arguments.count - 2,
      key: arguments.count - 1,
      type,
      isFollowing: isFollowing
    )
  }

  /// A constant offset as a number to add to the sort key as it lies in memory; nil where there is
  /// no such number.
  private func rangeDistance(_ offset: BoundExpression, _ key: SQLType) -> Scalar? {
    guard case .constant(let value, let type) = offset else { return nil }
    if type == .intervalDayToSecond, case .int(let millis) = value {
      switch key {
      case .date:
        return millis % 86_400_000 == 0 ? .int(millis / 86_400_000) : nil
      case .timestamp(let precision):
        let (units, overflow) = millis.multipliedReportingOverflow(
          by: TimeUnit(precision: precision).perSecond / 1_000
        )
        return overflow ? nil : .int(units)
      default: return nil
      }
    }
    guard key.isNumeric, type.isNumeric,
      TypeCoercion.canCoerce(type, to: key) || (key.isInteger && type.isInteger)
    else { return nil }
    return coerce(offset, to: key).constantValue
  }
}
