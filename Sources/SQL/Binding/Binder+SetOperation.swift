import ColumnFormat

extension Binder {
  /// UNION, INTERSECT and EXCEPT; rows are compared with nulls equal to nulls.
  mutating func bindSetOperation(
    _ kind: SetOperator,
    isAll: Bool,
    _ left: QueryBody,
    _ right: QueryBody,
    at range: SourceRange
  ) throws(SQLError) -> BoundQuery {
    // A long chain of UNION leans to the left; walking it by recursion would cost stack.
    var bodies = [right]
    var rest = left
    while kind == .union, case .setOperation(.union, isAll, let more, let last, _) = rest {
      bodies.append(last)
      rest = more
    }
    bodies.append(rest)
    var queries: [BoundQuery] = []
    for body in bodies.reversed() {
      try enter(range)
      defer { leave() }
      queries.append(try bindUnsorted(body))
    }
    let types = try unifiedTypes(queries, kind, at: range)
    if !(kind == .union && isAll) {
      for type in types where !type.isComparable {
        throw SQLError(
          .typeMismatch,
          "type \(type) is not comparable and therefore cannot be used in \(kind.rawValue)",
          at: range
        )
      }
    }
    let inputs = queries.map { shaped($0, as: types) }
    if kind == .union { return union(inputs, isAll: isAll) }
    return isAll
      ? try keepByNumber(kind, inputs, at: range) : try keepByCount(kind, inputs, at: range)
  }

  private func unifiedTypes(
    _ queries: [BoundQuery],
    _ kind: SetOperator,
    at range: SourceRange
  ) throws(SQLError) -> [SQLType] {
    var types = queries[0].output.map(\.type)
    for query in queries.dropFirst() {
      guard query.output.count == types.count else {
        throw SQLError(
          .typeMismatch,
          "\(kind.rawValue) query has different number of fields: \(types.count), \(query.output.count)",
          at: range
        )
      }
      for index in types.indices {
        let other = query.output[index].type
        guard let common = TypeCoercion.commonType(types[index], other) else {
          throw SQLError(
            .typeMismatch,
            "column \(index + 1) in \(kind.rawValue) query has incompatible types: \(types[index]), \(other)",
            at: range
          )
        }
        types[index] = common
      }
    }
    return types
  }

  /// Exactly the output columns, in order, each under a number of its own, of the given types.
  private mutating func shaped(_ query: BoundQuery, as types: [SQLType]) -> BoundQuery {
    var used: Set<ColumnID> = []
    var items: [LogicalPlan.ProjectItem] = []
    for (column, type) in zip(query.output, types) {
      if column.type == type && used.insert(column.id).inserted {
        items.append(.init(column: column, expression: .column(column)))
      } else {
        items.append(
          .init(
            column: ids.column(column.name, type),
            expression: coerce(.column(column), to: type)
          )
        )
      }
    }
    let output = items.map(\.column)
    if output.map(\.id) == query.plan.columns.map(\.id) && types == query.output.map(\.type) {
      return query
    }
    return BoundQuery(plan: .project(query.plan, items: items), output: output)
  }

  private mutating func union(_ inputs: [BoundQuery], isAll: Bool) -> BoundQuery {
    let output = inputs[0].output.map { ids.column($0.name, $0.type) }
    let all = LogicalPlan.unionAll(inputs.map(\.plan), columns: output)
    if isAll { return BoundQuery(plan: all, output: output) }
    return BoundQuery(
      plan: .aggregate(.init(input: all, keys: output, calls: [])),
      output: output
    )
  }

  /// All rows with a column that says whether they come from the left.
  private mutating func marked(_ inputs: [BoundQuery]) -> (
    plan: LogicalPlan, output: [PlanColumn], isLeft: PlanColumn
  ) {
    let output = inputs[0].output.map { ids.column($0.name, $0.type) }
    let isLeft = ids.column("is_left", .boolean)
    var plans: [LogicalPlan] = []
    for (index, input) in inputs.enumerated() {
      let items =
        input.output.map { LogicalPlan.ProjectItem(column: $0, expression: .column($0)) }
        + [
          .init(
            column: ids.column("is_left", .boolean),
            expression: .constant(.boolean(index == 0), .boolean)
          )
        ]
      plans.append(.project(input.plan, items: items))
    }
    return (.unionAll(plans, columns: output + [isLeft]), output, isLeft)
  }

  /// DISTINCT: one row for each group that occurs on the left and, or not, on the right.
  private mutating func keepByCount(
    _ kind: SetOperator,
    _ inputs: [BoundQuery],
    at range: SourceRange
  ) throws(SQLError) -> BoundQuery {
    let (all, output, isLeft) = marked(inputs)
    var builder = ProjectionBuilder(input: all, keepsInput: true)
    let isRight = builder.column(for: .not(.column(isLeft)), "is_right", &ids)
    let star = SyntaxExpression(node: .null, range: range)
    let count = try aggregateFunction(
      "count",
      [],
      FunctionCall(
        name: Identifier(text: "count", isQuoted: false, range: star.range),
        arguments: [],
        isStar: true
      )
    )
    let columns = [ids.column("left_count", .bigint), ids.column("right_count", .bigint)]
    let calls = zip(columns, [isLeft, isRight]).map { column, filter in
      LogicalPlan.AggregateCall(
        column: column,
        function: count,
        arguments: [],
        isDistinct: false,
        filter: filter,
        orderBy: []
      )
    }
    let zero = BoundExpression.constant(.int(0), .bigint)
    let onLeft = try compare("$greater", ">", .column(columns[0]), zero, at: range)
    let onRight = try compare(
      kind == .intersect ? "$greater" : "$equal",
      "=",
      .column(columns[1]),
      zero,
      at: range
    )
    let plan = LogicalPlan.filter(
      .aggregate(.init(input: builder.plan(), keys: output, calls: calls)),
      predicate: .and([onLeft, onRight])
    )
    return BoundQuery(
      plan: .project(plan, items: output.map { .init(column: $0, expression: .column($0)) }),
      output: output
    )
  }

  /// ALL: the n-th equal row of the left stays if the right has, or has not, as many of them.
  private mutating func keepByNumber(
    _ kind: SetOperator,
    _ inputs: [BoundQuery],
    at range: SourceRange
  ) throws(SQLError) -> BoundQuery {
    let (all, output, isLeft) = marked(inputs)
    var builder = ProjectionBuilder(input: all, keepsInput: true)
    let rightOnly = builder.column(
      for: .caseWhen(
        [(.column(isLeft), .constant(.null, .boolean))],
        otherwise: .constant(.boolean(true), .boolean),
        .boolean
      ),
      "right_only",
      &ids
    )
    let call = FunctionCall(
      name: Identifier(text: "count", isQuoted: false, range: range),
      arguments: []
    )
    let count = try aggregateFunction("count", [.column(rightOnly)], call)
    var arguments: [BoundExpression] = [.column(rightOnly)]
    arguments = zip(arguments, count.argumentTypes).map { coerce($0, to: $1) }
    let argument = builder.column(for: arguments[0], "right_only", &ids)
    let rightCount = ids.column("right_count", .bigint)
    let number = ids.column("number", .bigint)
    let counted = LogicalPlan.window(
      .init(
        input: builder.plan(),
        partitionBy: output,
        orderBy: [],
        calls: [
          .init(
            column: rightCount,
            function: .aggregate(count),
            arguments: [argument],
            frame: .standard,
            ignoresNulls: false
          )
        ]
      )
    )
    let numbered = LogicalPlan.window(
      .init(
        input: counted,
        partitionBy: output + [isLeft],
        orderBy: [],
        calls: [
          .init(
            column: number,
            function: .ranking(name: "row_number", resultType: .bigint),
            arguments: [],
            frame: .standard,
            ignoresNulls: false
          )
        ]
      )
    )
    let stays = try compare(
      kind == .intersect ? "$lessOrEqual" : "$greater",
      ">",
      .column(number),
      .column(rightCount),
      at: range
    )
    let plan = LogicalPlan.filter(numbered, predicate: .and([.column(isLeft), stays]))
    return BoundQuery(
      plan: .project(plan, items: output.map { .init(column: $0, expression: .column($0)) }),
      output: output
    )
  }
}
