extension Binder {
  /// An aggregate call: remembered in the context, and a column in the expression.
  mutating func bindAggregate(
    _ name: String,
    _ call: FunctionCall,
    at range: SourceRange,
    _ context: inout ExpressionContext
  ) throws(SQLError) -> BoundExpression {
    guard context.allowsAggregates else {
      if context.clause == "aggregation" {
        throw SQLError(
          .nestedAggregation,
          "cannot nest aggregations inside aggregation '\(name)'",
          at: range
        )
      }
      throw SQLError(
        .expressionNotScalar,
        "\(context.clause) cannot contain aggregations, window functions or grouping operations: \(name)",
        at: range,
        help: context.clause == "WHERE clause" ? "put the condition into HAVING" : nil
      )
    }
    if !context.lambdaParameters.isEmpty {
      throw .notSupported("an aggregation within a lambda", at: range)
    }
    if call.ignoresNulls == true {
      throw .notSupported("IGNORE NULLS of an aggregation", at: range, help: "use FILTER (WHERE …)")
    }
    var inner = ExpressionContext("aggregation", context.scope)
    let bound = try bindAggregateCall(name, call, at: range, &inner)
    context.argumentSubqueries += inner.subqueries
    if let known = context.aggregates.first(where: { $0.isSame(as: bound) }) {
      return .column(known.column)
    }
    context.aggregates.append(bound)
    return .column(bound.column)
  }

  private mutating func bindAggregateCall(
    _ name: String,
    _ call: FunctionCall,
    at range: SourceRange,
    _ inner: inout ExpressionContext
  ) throws(SQLError) -> PendingAggregate {
    var arguments: [BoundExpression] = []
    for argument in call.arguments { arguments.append(try bind(argument, &inner)) }
    let function = try aggregateFunction(name, arguments, call)
    let filter = try call.filter.map { (filter) throws(SQLError) in
      try bindCondition(filter, &inner)
    }
    if call.isDistinct {
      for (argument, bound) in zip(call.arguments, arguments) where !bound.type.isComparable {
        throw SQLError(
          .typeMismatch,
          "DISTINCT can only be applied to comparable types (actual: \(bound.type))",
          at: argument.range
        )
      }
    }
    var orderBy: [PendingSortKey] = []
    for item in call.orderBy {
      let key = try bind(item.expression, &inner)
      if call.isDistinct && !arguments.contains(where: { $0.isSame(as: key) }) {
        throw SQLError(
          .expressionNotInDistinct,
          "for aggregate function with DISTINCT, ORDER BY expressions must appear in arguments",
          at: item.expression.range
        )
      }
      orderBy.append(try sortKey(key, item))
    }
    return PendingAggregate(
      column: ids.column(name, function.resultType),
      function: function,
      arguments: zip(arguments, function.argumentTypes).map { coerce($0, to: $1) },
      isDistinct: call.isDistinct,
      filter: filter,
      orderBy: orderBy
    )
  }

  func aggregateFunction(
    _ name: String,
    _ arguments: [BoundExpression],
    _ call: FunctionCall
  ) throws(SQLError) -> AggregateFunction {
    if call.isStar && name != "count" {
      throw SQLError(
        .functionNotFound,
        "'\(name)(*)' is not a function; only count takes '*'",
        at: call.name.range
      )
    }
    do {
      return try functions.aggregate(name, arguments.map(\.type))
    } catch {
      throw .noFunction(name, arguments.map(\.type), error, at: call.name.range)
    }
  }
}
