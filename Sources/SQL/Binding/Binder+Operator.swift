import ColumnFormat

extension Binder {
  // MARK: Calls by name

  /// A scalar function of the catalog, with its arguments cast to what it takes.
  func call(
    _ name: String,
    _ arguments: [BoundExpression],
    at range: SourceRange,
    shownAs shownName: String? = nil
  ) throws(SQLError) -> BoundExpression {
    let types = arguments.map(\.type)
    let function: ScalarFunction
    do {
      function = try functions.scalar(name, types)
    } catch {
      throw .noFunction(shownName ?? name, types, error, at: range)
    }
    return .call(function, zip(arguments, function.argumentTypes).map { coerce($0, to: $1) })
  }

  /// A binary operator; types that it is not made for are told by its symbol.
  func operate(
    _ name: String,
    _ symbol: String,
    _ left: BoundExpression,
    _ right: BoundExpression,
    at range: SourceRange
  ) throws(SQLError) -> BoundExpression {
    do {
      let function = try functions.scalar(name, [left.type, right.type])
      return .call(
        function,
        zip([left, right], function.argumentTypes).map { coerce($0, to: $1) }
      )
    } catch {
      throw .cannotApply(symbol, left.type, right.type, at: range)
    }
  }

  /// A comparison: both sides are brought to their common type first.
  func compare(
    _ name: String,
    _ symbol: String,
    _ left: BoundExpression,
    _ right: BoundExpression,
    at range: SourceRange
  ) throws(SQLError) -> BoundExpression {
    guard var type = TypeCoercion.commonType(left.type, right.type) else {
      throw .cannotApply(symbol, left.type, right.type, at: range)
    }
    if type.isText, case .varchar = type { type = .text }
    return try operate(name, symbol, coerce(left, to: type), coerce(right, to: type), at: range)
  }

  // MARK: Operators

  mutating func bindBinary(
    _ symbol: BinaryOperator,
    _ left: SyntaxExpression,
    _ right: SyntaxExpression,
    at range: SourceRange,
    _ context: inout ExpressionContext
  ) throws(SQLError) -> BoundExpression {
    let one = try bind(left, &context)
    let other = try bind(right, &context)
    if symbol.isComparison {
      return try compare(symbol.functionName, symbol.rawValue, one, other, at: range)
    }
    return try operate(symbol.functionName, symbol.rawValue, one, other, at: range)
  }

  mutating func bindSign(
    _ sign: UnaryOperator,
    _ inner: SyntaxExpression,
    at range: SourceRange,
    _ context: inout ExpressionContext
  ) throws(SQLError) -> BoundExpression {
    if sign == .minus, case .integer(let digits) = inner.node {
      return try integerLiteral("-" + digits, at: range)
    }
    let value = try bind(inner, &context)
    guard value.type.isNumeric || value.type.isInterval || value.type == .unknown else {
      throw SQLError(
        .typeMismatch,
        "cannot apply operator: \(sign.rawValue)\(value.type)",
        at: range
      )
    }
    if sign == .plus { return value }
    return folded(try call("$negate", [value], at: range))
  }

  mutating func bindBetween(
    _ value: SyntaxExpression,
    _ low: SyntaxExpression,
    _ high: SyntaxExpression,
    _ isNegated: Bool,
    at range: SourceRange,
    _ context: inout ExpressionContext
  ) throws(SQLError) -> BoundExpression {
    let subject = try bind(value, &context)
    let lower = try bind(low, &context)
    let upper = try bind(high, &context)
    let above = try compare("$greaterOrEqual", ">=", subject, lower, at: range)
    let below = try compare("$lessOrEqual", "<=", subject, upper, at: range)
    return isNegated ? .not(.and([above, below])) : .and([above, below])
  }

  mutating func bindLike(
    _ value: SyntaxExpression,
    _ pattern: SyntaxExpression,
    _ escape: SyntaxExpression?,
    at range: SourceRange,
    _ context: inout ExpressionContext
  ) throws(SQLError) -> BoundExpression {
    var arguments: [BoundExpression] = []
    for part in [value, pattern] + (escape.map { [$0] } ?? []) {
      let bound = try bind(part, &context)
      guard bound.type.isText || bound.type == .unknown else {
        throw SQLError(
          .typeMismatch,
          "LIKE needs text, this is \(bound.type)",
          at: part.range,
          help: "write cast(… as varchar)"
        )
      }
      arguments.append(coerce(bound, to: .text))
    }
    return try call("$like", arguments, at: range, shownAs: "LIKE")
  }

  /// A list of constants is looked up at once; other lists are compared one by one.
  mutating func bindInList(
    _ value: SyntaxExpression,
    _ items: [SyntaxExpression],
    at range: SourceRange,
    _ context: inout ExpressionContext
  ) throws(SQLError) -> BoundExpression {
    let subject = try bind(value, &context)
    var bound: [BoundExpression] = []
    for item in items { bound.append(try bind(item, &context)) }
    var type = subject.type
    for (item, syntax) in zip(bound, items) {
      guard let common = TypeCoercion.commonType(type, item.type) else {
        throw SQLError(
          .typeMismatch,
          "IN value and list items must be the same type or coercible to a common type: \(type) and \(item.type)",
          at: syntax.range
        )
      }
      type = common
    }
    if case .varchar = type { type = .text }
    let left = coerce(subject, to: type)
    var constants: [Scalar] = []
    for item in bound {
      guard item.isConstant, case .constant(let scalar, _) = folded(coerce(item, to: type)) else {
        return .or(
          try bound.map { (item) throws(SQLError) in
            try compare("$equal", "=", left, item, at: range)
          }
        )
      }
      constants.append(scalar)
    }
    if constants.count == 1 {
      return try compare("$equal", "=", left, .constant(constants[0], type), at: range)
    }
    return .inConstants(left, constants)
  }

  // MARK: Casts

  /// The expression as a value of the type; nothing is added where it is one already.
  func coerce(_ expression: BoundExpression, to type: SQLType) -> BoundExpression {
    if expression.type == type { return expression }
    if case .constant(let value, let from) = expression {
      if value.isNull { return .constant(.null, type) }
      switch (from, type) {
      case (.varchar, .varchar(nil)): return .constant(value, type)
      case (.varchar(let length?), .varchar(let limit?)) where length <= limit:
        return .constant(value, type)
      default:
        if from.isInteger && type.isInteger && from.alwaysCasts(to: type) {
          return .constant(value, type)
        }
        return folded(.cast(expression, to: type, isTry: false))
      }
    }
    return .cast(expression, to: type, isTry: false)
  }

  func bindCast(
    _ value: BoundExpression,
    _ syntax: SyntaxType,
    isTry: Bool,
    at range: SourceRange
  ) throws(SQLError) -> BoundExpression {
    let type = try SQLType(syntax)
    if value.type == type { return value }
    guard value.type.canCast(to: type) else {
      throw SQLError(.typeMismatch, "cannot cast \(value.type) to \(type)", at: range)
    }
    if value.constantValue?.isNull == true { return .constant(.null, type) }
    return .cast(value, to: type, isTry: isTry)
  }

  /// A constant in place of an expression without columns, if computing it does not fail.
  func folded(_ expression: BoundExpression) -> BoundExpression {
    ConstantFolding.fold(expression, context: context)
  }

  // MARK: Dates

  func bindExtract(
    _ field: Identifier,
    _ value: BoundExpression,
    at range: SourceRange
  ) throws(SQLError) -> BoundExpression {
    let names = [
      "year": "year", "quarter": "quarter", "month": "month", "week": "week", "day": "day",
      "day_of_month": "day", "day_of_week": "day_of_week", "dow": "day_of_week",
      "day_of_year": "day_of_year", "doy": "day_of_year", "year_of_week": "year_of_week",
      "yow": "year_of_week", "hour": "hour", "minute": "minute", "second": "second",
      "timezone_hour": "timezone_hour", "timezone_minute": "timezone_minute",
    ]
    guard let name = names[field.text.lowercased()] else {
      throw SQLError(
        .syntaxError,
        "invalid EXTRACT field: \(field.text)",
        at: field.range,
        help: NearestName.suggestion(for: field.text, among: names.keys.sorted())
          .map { "did you mean '\($0)'?" }
      )
    }
    guard value.type.isDateTime || value.type.isInterval || value.type == .unknown else {
      throw SQLError(
        .typeMismatch,
        "type of argument to extract must be date, time, timestamp or interval (actual \(value.type))",
        at: range
      )
    }
    return try call(name, [value], at: range, shownAs: "extract")
  }

  func bindAtTimeZone(
    _ value: BoundExpression,
    _ zone: BoundExpression,
    at range: SourceRange
  ) throws(SQLError) -> BoundExpression {
    var instant = value
    if case .timestamp(let precision) = value.type {
      instant = coerce(value, to: .timestampWithTimeZone(precision: precision))
    }
    let name = zone.type == .intervalDayToSecond ? "$at_timezone" : "at_timezone"
    return try call(name, [instant, zone], at: range, shownAs: "at_timezone")
  }

  // MARK: Arrays and rows

  mutating func bindArray(
    _ items: [SyntaxExpression],
    at range: SourceRange,
    _ context: inout ExpressionContext
  ) throws(SQLError) -> BoundExpression {
    if items.count > 254 {
      throw SQLError(
        .invalidArgument,
        "too many arguments for array constructor: \(items.count), at most 254",
        at: range
      )
    }
    var bound: [BoundExpression] = []
    for item in items { bound.append(try bind(item, &context)) }
    let type = try commonType(bound, items.map(\.range), "all ARRAY elements")
    return try call("$array", bound.map { coerce($0, to: type) }, at: range, shownAs: "ARRAY")
  }

  mutating func bindRow(
    _ items: [SyntaxExpression],
    at range: SourceRange,
    _ context: inout ExpressionContext
  ) throws(SQLError) -> BoundExpression {
    var bound: [BoundExpression] = []
    for item in items { bound.append(try bind(item, &context)) }
    return try call("$row", bound, at: range, shownAs: "ROW")
  }
}

extension BinaryOperator {
  /// The operator's name in the function catalog.
  var functionName: String {
    switch self {
    case .add: "$add"
    case .subtract: "$subtract"
    case .multiply: "$multiply"
    case .divide: "$divide"
    case .modulus: "$modulus"
    case .concatenate: "$concat"
    case .equal: "$equal"
    case .notEqual: "$notEqual"
    case .less: "$less"
    case .lessOrEqual: "$lessOrEqual"
    case .greater: "$greater"
    case .greaterOrEqual: "$greaterOrEqual"
    }
  }

  var isComparison: Bool {
    switch self {
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: true
    default: false
    }
  }

  /// What holds exactly when this does not, of values that are not null.
  var inverse: BinaryOperator {
    switch self {
    case .equal: .notEqual
    case .notEqual: .equal
    case .less: .greaterOrEqual
    case .lessOrEqual: .greater
    case .greater: .lessOrEqual
    case .greaterOrEqual: .less
    default: self
    }
  }
}

extension SQLType {
  /// Whether it is one of the intervals.
  var isInterval: Bool { self == .intervalDayToSecond || self == .intervalYearToMonth }
}
