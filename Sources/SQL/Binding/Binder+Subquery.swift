import ColumnFormat

extension Binder {
  /// A subquery, with the columns of this expression's clause in sight.
  private mutating func bindInner(
    _ query: SyntaxQuery,
    _ context: ExpressionContext
  ) throws(SQLError) -> BoundQuery {
    if !context.lambdaParameters.isEmpty {
      throw .notSupported("a subquery within a lambda", at: query.range)
    }
    outerScopes.append(context.scope)
    defer { outerScopes.removeLast() }
    return try bindQuery(query)
  }

  private func oneColumn(_ query: BoundQuery, at range: SourceRange) throws(SQLError) -> PlanColumn
  {
    guard query.output.count == 1 else {
      throw SQLError(
        .typeMismatch,
        "a subquery in an expression must return one column, this returns \(query.output.count)",
        at: range
      )
    }
    return query.output[0]
  }

  // MARK: In expressions

  mutating func bindScalarQuery(
    _ query: SyntaxQuery,
    at range: SourceRange,
    _ context: inout ExpressionContext
  ) throws(SQLError) -> BoundExpression {
    let bound = try bindInner(query, context)
    let inner = try oneColumn(bound, at: range)
    // Written twice it is one value, which ORDER BY behind DISTINCT must see.
    for known in context.subqueries where PlanMatching.isSame(known.query, bound) {
      if case .scalar(let column) = known.use { return .column(column) }
    }
    // So does what a key of GROUP BY is made of.
    for known in context.argumentSubqueries {
      if case .scalar(let column) = known.use, context.grouping?.uses(column) == true,
        !known.query.plan.freeColumnIDs.isEmpty, PlanMatching.isSame(known.query, bound)
      {
        return .column(column)
      }
    }
    let column = ids.column(inner.name, inner.type)
    context.subqueries.append(
      PendingSubquery(use: .scalar(column: column), query: bound, range: range)
    )
    return .column(column)
  }

  mutating func bindExists(
    _ query: SyntaxQuery,
    at range: SourceRange,
    _ context: inout ExpressionContext
  ) throws(SQLError) -> BoundExpression {
    let bound = try bindInner(query, context)
    let column = ids.column("exists", .boolean)
    context.subqueries.append(
      PendingSubquery(use: .exists(column: column), query: bound, range: range)
    )
    return .column(column)
  }

  mutating func bindInQuery(
    _ value: SyntaxExpression,
    _ query: SyntaxQuery,
    at range: SourceRange,
    _ context: inout ExpressionContext
  ) throws(SQLError) -> BoundExpression {
    let (bound, pairs) = try bindMembership(value, query, at: range, &context)
    let column = ids.column("in", .boolean)
    context.subqueries.append(
      PendingSubquery(use: .matches(column: column, pairs: pairs), query: bound, range: range)
    )
    return .column(column)
  }

  /// The subquery of an IN, with both sides cast to common types.
  private mutating func bindMembership(
    _ value: SyntaxExpression,
    _ query: SyntaxQuery,
    at range: SourceRange,
    _ context: inout ExpressionContext
  ) throws(SQLError) -> (query: BoundQuery, pairs: [(outer: BoundExpression, inner: PlanColumn)]) {
    var operands: [BoundExpression] = []
    if case .row(let items) = value.node {
      for item in items { operands.append(try bind(item, &context)) }
    } else {
      operands = [try bind(value, &context)]
    }
    let bound = try bindInner(query, context)
    guard bound.output.count == operands.count else {
      throw SQLError(
        .typeMismatch,
        "the value of IN has \(operands.count) column\(operands.count == 1 ? "" : "s") but the subquery returns \(bound.output.count)",
        at: range
      )
    }
    var builder = ProjectionBuilder(input: bound.plan, keepsInput: true)
    var pairs: [(outer: BoundExpression, inner: PlanColumn)] = []
    for (operand, column) in zip(operands, bound.output) {
      guard var type = TypeCoercion.commonType(operand.type, column.type), type.isComparable else {
        throw .cannotApply("IN", operand.type, column.type, at: range)
      }
      if case .varchar = type { type = .text }
      let inner = builder.column(for: coerce(.column(column), to: type), column.name, &ids)
      pairs.append((coerce(operand, to: type), inner))
    }
    return (BoundQuery(plan: builder.plan(), output: pairs.map(\.inner)), pairs)
  }

  // MARK: Comparisons with ALL and ANY

  mutating func bindQuantified(
    _ symbol: BinaryOperator,
    _ value: SyntaxExpression,
    _ quantifier: Quantifier,
    _ query: SyntaxQuery,
    at range: SourceRange,
    _ context: inout ExpressionContext
  ) throws(SQLError) -> BoundExpression {
    switch (symbol, quantifier) {
    case (.equal, .any): return try bindInQuery(value, query, at: range, &context)
    case (.notEqual, .all): return .not(try bindInQuery(value, query, at: range, &context))
    case (_, .any):
      return .not(try bindForAll(symbol.inverse, value, query, at: range, &context))
    default: return try bindForAll(symbol, value, query, at: range, &context)
    }
  }

  /// `x > ALL (q)` by the extremes and counts of q: one row, whatever q returns.
  private mutating func bindForAll(
    _ symbol: BinaryOperator,
    _ value: SyntaxExpression,
    _ query: SyntaxQuery,
    at range: SourceRange,
    _ context: inout ExpressionContext
  ) throws(SQLError) -> BoundExpression {
    let (bound, pairs) = try bindMembership(value, query, at: range, &context)
    guard pairs.count == 1, pairs[0].inner.type.isOrderable else {
      throw .notSupported("a comparison of rows with \(symbol.rawValue) ALL", at: range)
    }
    let (operand, inner) = pairs[0]
    var calls: [LogicalPlan.AggregateCall] = []
    for (name, arguments) in [
      ("min", [inner]), ("max", [inner]), ("count", []), ("count", [inner]),
    ] {
      let call = FunctionCall(
        name: Identifier(text: name, isQuoted: false, range: range),
        arguments: [],
        isStar: arguments.isEmpty
      )
      let function = try aggregateFunction(name, arguments.map { .column($0) }, call)
      calls.append(
        .init(
          column: ids.column(name, function.resultType),
          function: function,
          arguments: arguments,
          isDistinct: false,
          orderBy: []
        )
      )
    }
    let plan = LogicalPlan.aggregate(.init(input: bound.plan, keys: [], calls: calls))
    let columns = calls.map(\.column)
    let query = BoundQuery(plan: plan, output: columns)
    context.subqueries.append(PendingSubquery(use: .singleRow, query: query, range: range))
    let low = BoundExpression.column(columns[0])
    let high = BoundExpression.column(columns[1])
    var parts: [BoundExpression] = []
    if symbol != .greater && symbol != .greaterOrEqual {
      parts.append(try compare(symbol.functionName, symbol.rawValue, operand, low, at: range))
    }
    if symbol != .less && symbol != .lessOrEqual {
      parts.append(try compare(symbol.functionName, symbol.rawValue, operand, high, at: range))
    }
    let zero = BoundExpression.constant(.int(0), .bigint)
    let isEmpty = try compare("$equal", "=", .column(columns[2]), zero, at: range)
    let hasNull = try compare(
      "$notEqual",
      "<>",
      .column(columns[2]),
      .column(columns[3]),
      at: range
    )
    // Where a null is among the values, what holds for the others is unknown for all.
    let known = BoundExpression.and(
      parts + [
        .caseWhen(
          [(hasNull, .constant(.null, .boolean))],
          otherwise: .constant(.boolean(true), .boolean),
          .boolean
        )
      ]
    )
    return .caseWhen([(isEmpty, .constant(.boolean(true), .boolean))], otherwise: known, .boolean)
  }

  // MARK: Filters

  /// WHERE and conditions of inner joins.
  ///
  /// EXISTS and IN that stand alone filter by a join of their
  /// own instead of computing a truth value for each row.
  mutating func bindFilter(
    _ filter: SyntaxExpression,
    on input: LogicalPlan,
    _ scope: Scope,
    clause: String = "WHERE clause"
  ) throws(SQLError) -> LogicalPlan {
    var plan = input
    var predicates: [BoundExpression] = []
    for conjunct in filter.conjuncts {
      var context = ExpressionContext(clause, scope)
      // A subquery is computed for the rows that earlier conditions leave: they may guard it, as in
      // `x <> 0 AND y > (SELECT … WHERE 1 / x …)`.
      func filtered() -> LogicalPlan {
        predicates.isEmpty ? plan : .filter(plan, predicate: .conjunction(predicates))
      }
      if let joined = try bindExistence(conjunct, on: filtered, &context) {
        plan = joined
        predicates = []
        continue
      }
      let predicate = try bindCondition(conjunct, &context)
      if !context.subqueries.isEmpty {
        plan = try attach(context.subqueries, to: filtered())
        predicates = []
      }
      predicates.append(predicate)
    }
    return predicates.isEmpty ? plan : .filter(plan, predicate: .conjunction(predicates))
  }

  private mutating func bindExistence(
    _ expression: SyntaxExpression,
    on plan: () -> LogicalPlan,
    _ context: inout ExpressionContext
  ) throws(SQLError) -> LogicalPlan? {
    switch expression.node {
    case .not(let inner):
      switch inner.node {
      case .exists(let query):
        return try joinExistence(
          plan(),
          try bindInner(query, context),
          [],
          isAnti: true,
          at: inner.range
        )
      case .inQuery(let value, let query, let isNegated):
        return try bindExistence(
          SyntaxExpression(
            node: .inQuery(value, query, negated: !isNegated),
            range: inner.range
          ),
          on: plan,
          &context
        )
      case .not(let again): return try bindExistence(again, on: plan, &context)
      default: return nil
      }
    case .exists(let query):
      return try joinExistence(
        plan(),
        try bindInner(query, context),
        [],
        isAnti: false,
        at: expression.range
      )
    case .inQuery(let value, let query, let isNegated):
      let (bound, pairs) = try bindMembership(value, query, at: expression.range, &context)
      let input = try attach(context.subqueries, to: plan())
      return try joinExistence(input, bound, pairs, isAnti: isNegated, at: expression.range)
    default: return nil
    }
  }
}

extension SyntaxExpression {
  /// The operands of an AND at any depth, or the expression itself.
  fileprivate var conjuncts: [SyntaxExpression] {
    if case .and(let parts) = node { return parts.flatMap(\.conjuncts) }
    return [self]
  }
}
