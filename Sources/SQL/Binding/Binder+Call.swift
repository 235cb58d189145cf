import ColumnFormat

extension Binder {
  /// A function call: a special form, a window function, an aggregate, or a scalar function.
  mutating func bindCall(
    _ call: FunctionCall,
    at range: SourceRange,
    _ context: inout ExpressionContext
  ) throws(SQLError) -> BoundExpression {
    let name = call.name.text.lowercased()
    if name == ReduceAggregate.name {
      return try bind(try reduction(call, at: range), &context)
    }
    if call.window != nil { return try bindWindow(name, call, at: range, &context) }
    if functions.isAggregate(name) { return try bindAggregate(name, call, at: range, &context) }
    if functions.isWindow(name) || WindowSignature.names.contains(name) {
      throw SQLError(
        .missingOver,
        "window function \(name) requires an OVER clause",
        at: range,
        help: "write \(name)(…) OVER (ORDER BY …)"
      )
    }
    if call.isStar || call.isDistinct || !call.orderBy.isEmpty || call.filter != nil {
      let what =
        call.isStar
        ? "'*'" : call.isDistinct ? "DISTINCT" : call.filter != nil ? "FILTER" : "ORDER BY"
      throw SQLError(
        .functionNotFound,
        "'\(name)' is not an aggregate function and does not take \(what)",
        at: range
      )
    }
    switch name {
    case "if": return try bindIf(call.arguments, at: range, &context)
    case "coalesce": return try bindCoalesce(call.arguments, at: range, &context)
    case "nullif": return try bindNullIf(call.arguments, at: range, &context)
    case "try":
      try expect(1, call, at: range)
      return .tryCatch(try bind(call.arguments[0], &context))
    case "grouping": return try bindGrouping(call, at: range, &context)
    case "typeof":
      try expect(1, call, at: range)
      let type = try bind(call.arguments[0], &context).type
      return .constant(.text(type.description), .text)
    case "current_timestamp", "localtimestamp", "current_time", "localtime":
      if call.arguments.count == 1 { return try bindClock(name, call.arguments[0], at: range) }
    default: break
    }
    let hasLambda = call.arguments.contains {
      if case .lambda = $0.node { return true }
      return false
    }
    if hasLambda { return try bindHigherOrder(name, call, at: range, &context) }
    var arguments: [BoundExpression] = []
    for argument in call.arguments { arguments.append(try bind(argument, &context)) }
    return try self.call(name, arguments, at: call.name.range)
  }

  private func expect(_ count: Int, _ call: FunctionCall, at range: SourceRange) throws(SQLError) {
    guard call.arguments.count == count else {
      throw SQLError(
        .functionNotFound,
        "\(call.name.text.lowercased()) takes \(count) argument\(count == 1 ? "" : "s"), \(call.arguments.count) given",
        at: range
      )
    }
  }

  // MARK: Special forms

  /// `current_timestamp(6)`: the clock in another precision.
  private func bindClock(
    _ name: String,
    _ argument: SyntaxExpression,
    at range: SourceRange
  ) throws(SQLError) -> BoundExpression {
    guard case .integer(let text) = argument.node, let precision = Int(text),
      (0...12).contains(precision)
    else {
      throw SQLError(
        .syntaxError,
        "the precision of \(name) must be a whole number from 0 to 12",
        at: argument.range
      )
    }
    let clock = try self.call(name, [], at: range)
    let digits = min(precision, 9)
    let type: SQLType =
      switch clock.type {
      case .timestamp: .timestamp(precision: digits)
      case .timestampWithTimeZone: .timestampWithTimeZone(precision: digits)
      default: .time(precision: digits)
      }
    return coerce(clock, to: type)
  }

  private mutating func bindIf(
    _ arguments: [SyntaxExpression],
    at range: SourceRange,
    _ context: inout ExpressionContext
  ) throws(SQLError) -> BoundExpression {
    guard arguments.count == 2 || arguments.count == 3 else {
      throw SQLError(
        .functionNotFound,
        "if takes 2 or 3 arguments, \(arguments.count) given",
        at: range
      )
    }
    let condition = try bindCondition(arguments[0], &context)
    let then = try bind(arguments[1], &context)
    let otherwise =
      arguments.count == 3 ? try bind(arguments[2], &context) : .constant(.null, .unknown)
    let type = try commonType(
      [then, otherwise],
      [arguments[1].range, arguments[arguments.count - 1].range],
      "result types of IF"
    )
    return .caseWhen(
      [(condition, coerce(then, to: type))],
      otherwise: coerce(otherwise, to: type),
      type
    )
  }

  private mutating func bindCoalesce(
    _ arguments: [SyntaxExpression],
    at range: SourceRange,
    _ context: inout ExpressionContext
  ) throws(SQLError) -> BoundExpression {
    guard arguments.count >= 2 else {
      throw SQLError(.functionNotFound, "coalesce takes at least 2 arguments", at: range)
    }
    var bound: [BoundExpression] = []
    for argument in arguments { bound.append(try bind(argument, &context)) }
    let type = try commonType(bound, arguments.map(\.range), "all COALESCE operands")
    return .coalesce(bound.map { coerce($0, to: type) }, type)
  }

  /// The first value, or null where both are equal; compared in their common type.
  private mutating func bindNullIf(
    _ arguments: [SyntaxExpression],
    at range: SourceRange,
    _ context: inout ExpressionContext
  ) throws(SQLError) -> BoundExpression {
    guard arguments.count == 2 else {
      throw SQLError(
        .functionNotFound,
        "nullif takes 2 arguments, \(arguments.count) given",
        at: range
      )
    }
    let value = try bind(arguments[0], &context)
    let other = try bind(arguments[1], &context)
    let isEqual = try compare("$equal", "=", value, other, at: range)
    return .caseWhen(
      [(isEqual, .constant(.null, value.type))],
      otherwise: value,
      value.type
    )
  }

  /// One bit for each argument, the last one lowest: set where it is not part of the row's group.
  private mutating func bindGrouping(
    _ call: FunctionCall,
    at range: SourceRange,
    _ context: inout ExpressionContext
  ) throws(SQLError) -> BoundExpression {
    guard let grouping = context.grouping, !grouping.keys.isEmpty else {
      throw SQLError(
        .expressionNotScalar,
        "grouping() needs a GROUP BY, and cannot stand in the \(context.clause)",
        at: range
      )
    }
    var positions: [Int] = []
    for argument in call.arguments {
      let bound = try bind(argument, &context)
      guard let position = grouping.keys.firstIndex(where: { $0.expression.isSame(as: bound) })
      else {
        throw SQLError(
          .invalidArgument,
          "the arguments to grouping() must be expressions referenced by the GROUP BY",
          at: argument.range
        )
      }
      positions.append(position)
    }
    guard positions.count < 63, let sets = grouping.sets, let column = grouping.setColumn else {
      return .constant(.int(0), .bigint)
    }
    var branches: [(when: BoundExpression, then: BoundExpression)] = []
    for (index, set) in sets.enumerated() {
      let mask = positions.reduce(Int64(0)) { ($0 << 1) | (set.contains($1) ? 0 : 1) }
      let isSet = try compare(
        "$equal",
        "=",
        .column(column),
        .constant(.int(Int64(index)), .bigint),
        at: range
      )
      branches.append((isSet, .constant(.int(mask), .bigint)))
    }
    return .caseWhen(branches, otherwise: .constant(.null, .bigint), .bigint)
  }

  // MARK: Lambdas

  /// `reduce_agg(x, s, f, g)` as `reduce(array_agg(x) FILTER (WHERE x IS NOT NULL), s, f, s -> s)`.
  ///
  /// All values of a group are in one place, so nothing has to be combined by `g`.
  private func reduction(
    _ call: FunctionCall,
    at range: SourceRange
  ) throws(SQLError) -> SyntaxExpression {
    guard call.arguments.count == 4, !call.isDistinct else {
      throw .noFunction(
        ReduceAggregate.name,
        [],
        .noSignature(functions.entry(ReduceAggregate.name)?.signatures ?? []),
        at: call.name.range
      )
    }
    func name(_ text: String) -> Identifier {
      Identifier(text: text, isQuoted: false, range: call.name.range)
    }
    let value = call.arguments[0]
    var collected = call
    collected.name = name("array_agg")
    collected.arguments = [value]
    let isThere = SyntaxExpression(node: .isNull(value, negated: true), range: value.range)
    collected.filter =
      call.filter.map { SyntaxExpression(node: .and([$0, isThere]), range: range) } ?? isThere
    let state = name("state")
    let same = SyntaxExpression(
      node: .lambda(parameters: [state], body: .init(node: .name([state]), range: range)),
      range: range
    )
    let values = SyntaxExpression(node: .call(collected), range: range)
    let arguments = [values, call.arguments[1], call.arguments[2], same]
    return SyntaxExpression(
      node: .call(FunctionCall(name: name("reduce"), arguments: arguments)),
      range: range
    )
  }

  /// A function whose lambdas get their parameter types from the other arguments.
  private mutating func bindHigherOrder(
    _ name: String,
    _ call: FunctionCall,
    at range: SourceRange,
    _ context: inout ExpressionContext
  ) throws(SQLError) -> BoundExpression {
    var plain: [BoundExpression?] = []
    for argument in call.arguments {
      if case .lambda = argument.node {
        plain.append(nil)
      } else {
        plain.append(try bind(argument, &context))
      }
    }
    // What a lambda returns may widen the type of what it is given: `reduce(bigints, 0, …)` begins
    // with an integer and goes on with bigints. Decimals may become wider step by step.
    var types = plain.map { $0?.type }
    for _ in 0..<Binder.wideningCountMax {
      let arguments = try bindLambdas(name, call, plain, types, &context)
      let function: ScalarFunction
      do {
        function = try functions.scalar(name, arguments.map(\.type), takesLambda: true)
      } catch {
        throw .noFunction(name, arguments.map(\.type), error, at: call.name.range)
      }
      let settled = zip(types, function.argumentTypes).map { $0 == nil ? nil : $1 }
      if settled == types {
        return .call(function, zip(arguments, function.argumentTypes).map { coerce($0, to: $1) })
      }
      types = settled
    }
    throw SQLError(
      .typeMismatch,
      "the lambda of '\(name)' returns a wider type than it is given, whatever it is given",
      at: range
    )
  }

  /// More than decimals can become wider.
  private static var wideningCountMax: Int { 64 }

  /// The arguments of a call with its lambdas bound, whose parameters follow from the types of the
  /// other arguments.
  private mutating func bindLambdas(
    _ name: String,
    _ call: FunctionCall,
    _ plain: [BoundExpression?],
    _ types: [SQLType?],
    _ context: inout ExpressionContext
  ) throws(SQLError) -> [BoundExpression] {
    let parameterTypes: [[SQLType]?]?
    do {
      parameterTypes = try functions.lambdaParameters(name, types)
    } catch {
      throw .noFunction(name, types.map { $0 ?? .unknown }, error, at: call.name.range)
    }
    guard let parameterTypes else {
      throw SQLError(
        .functionNotFound,
        "function '\(name)' does not take a lambda here",
        at: call.name.range,
        help: functions.entry(name).map { "expected: " + $0.signatures.joined(separator: "; ") }
      )
    }
    var arguments: [BoundExpression] = []
    for (index, argument) in call.arguments.enumerated() {
      if let bound = plain[index] {
        arguments.append(coerce(bound, to: types[index] ?? bound.type))
      } else {
        arguments.append(
          try bindLambda(
            argument,
            index < parameterTypes.count ? parameterTypes[index] ?? [] : [],
            &context
          )
        )
      }
    }
    return arguments
  }

  private mutating func bindLambda(
    _ lambda: SyntaxExpression,
    _ types: [SQLType],
    _ context: inout ExpressionContext
  ) throws(SQLError) -> BoundExpression {
    guard case .lambda(let names, let body) = lambda.node, names.count == types.count else {
      throw SQLError(
        .typeMismatch,
        "the lambda must have \(types.count) parameter\(types.count == 1 ? "" : "s")",
        at: lambda.range
      )
    }
    let outerCount = context.lambdaParameters.count
    let subqueryCount = context.subqueries.count
    let columns = zip(names, types).map { ids.column($0.text, $1) }
    for (name, column) in zip(names, columns) {
      context.lambdaParameters.append((name.text.lowercased(), column))
    }
    defer { context.lambdaParameters.removeSubrange(outerCount...) }
    let bound = try bind(body, &context)
    if context.subqueries.count > subqueryCount {
      throw .notSupported("a subquery within a lambda", at: body.range)
    }
    return .lambda(parameters: columns, body: bound)
  }
}
