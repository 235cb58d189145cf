import ColumnFormat

extension Binder {
  /// As many as Trino allows.
  private static let groupingSetCountMax = 2_048

  /// The keys of GROUP BY, and its sets where it names more than one.
  mutating func bindGroupBy(
    _ groupBy: GroupBy,
    _ items: [SelectItem],
    _ context: inout ExpressionContext
  ) throws(SQLError) -> Grouping {
    var keyContext = ExpressionContext("GROUP BY clause", context.scope)
    var keys: [GroupKey] = []
    var sets: [[Int]] = [[]]
    var isPlain = true
    for element in groupBy.elements {
      var choices: [[Int]]
      switch element {
      case .expression(let expression):
        choices = [[try groupKey(expression, items, &keys, &keyContext)]]
      case .groupingSets(let lists):
        choices = try groupKeys(lists, items, &keys, &keyContext)
        isPlain = false
      case .rollup(let lists):
        let parts = try groupKeys(lists, items, &keys, &keyContext)
        choices = (0...parts.count).reversed().map { Array(parts.prefix($0).joined()) }
        isPlain = false
      case .cube(let lists):
        let parts = try groupKeys(lists, items, &keys, &keyContext)
        guard parts.count <= 11 else { throw tooManySets(at: lists.first?.first?.range) }
        choices = (0..<(1 << parts.count)).map { bits in
          Array(parts.indices.filter { bits & (1 << $0) == 0 }.map { parts[$0] }.joined())
        }
        isPlain = false
      }
      guard sets.count * choices.count <= Binder.groupingSetCountMax else {
        throw tooManySets(at: nil)
      }
      sets = sets.flatMap { set in choices.map { set + $0 } }
    }
    context.argumentSubqueries += keyContext.subqueries
    if isPlain { return Grouping(keys: keys, sets: nil, setColumn: nil) }
    sets = sets.map { Array(Set($0)).sorted() }
    if groupBy.isDistinct {
      var seen: Set<[Int]> = []
      sets = sets.filter { seen.insert($0).inserted }
    }
    // One set of all keys is a plain GROUP BY, such as `GROUP BY ()`.
    if sets.count == 1 && sets[0].count == keys.count {
      return Grouping(keys: keys, sets: nil, setColumn: nil)
    }
    return Grouping(keys: keys, sets: sets, setColumn: ids.column("grouping_set", .bigint))
  }

  private func tooManySets(at range: SourceRange?) -> SQLError {
    .notSupported(
      "a GROUP BY with more than \(Binder.groupingSetCountMax) grouping sets",
      at: range
    )
  }

  private mutating func groupKeys(
    _ lists: [[SyntaxExpression]],
    _ items: [SelectItem],
    _ keys: inout [GroupKey],
    _ context: inout ExpressionContext
  ) throws(SQLError) -> [[Int]] {
    var result: [[Int]] = []
    for list in lists {
      var set: [Int] = []
      for expression in list { set.append(try groupKey(expression, items, &keys, &context)) }
      result.append(set)
    }
    return result
  }

  /// The key's position; an ordinal stands for an item of the select list.
  private mutating func groupKey(
    _ expression: SyntaxExpression,
    _ items: [SelectItem],
    _ keys: inout [GroupKey],
    _ context: inout ExpressionContext
  ) throws(SQLError) -> Int {
    var meant = expression
    if let position = try ordinal(expression, count: items.count, "GROUP BY") {
      guard case .expression(let item, _) = items[position] else {
        throw .notSupported("GROUP BY position of '*'", at: expression.range)
      }
      meant = item
    }
    let bound: BoundExpression
    do {
      bound = try bind(meant, &context)
    } catch {
      throw helped(error, meant, items)
    }
    guard bound.type.isComparable else {
      throw SQLError(
        .typeMismatch,
        "\(bound.type) is not comparable, and therefore cannot be used in GROUP BY",
        at: expression.range
      )
    }
    if let known = keys.firstIndex(where: { $0.expression.isSame(as: bound) }) { return known }
    let isOwn = context.scope.entries.contains { $0.column.id == bound.asColumn?.id }
    let column = isOwn ? bound.asColumn : nil
    let keyColumn = column ?? ids.column(meant.columnName ?? "key", bound.type)
    keys.append(GroupKey(expression: bound, column: keyColumn))
    return keys.count - 1
  }

  /// Says that an alias is not visible, where one was named.
  private func helped(
    _ error: SQLError,
    _ expression: SyntaxExpression,
    _ items: [SelectItem]
  ) -> SQLError {
    guard error.code == .columnNotFound, case .name(let parts) = expression.node, parts.count == 1
    else { return error }
    for (index, item) in items.enumerated() {
      if case .expression(_, let alias?) = item,
        alias.text.lowercased() == parts[0].text.lowercased()
      {
        var error = error
        error.help =
          "aliases of the select list are not visible in GROUP BY; write the expression or its position \(index + 1)"
        return error
      }
    }
    return error
  }

  /// The aggregation of a select, with its keys and arguments projected below.
  mutating func aggregate(
    _ input: LogicalPlan,
    _ context: ExpressionContext
  ) throws(SQLError) -> GroupedInput {
    let grouping = context.grouping ?? Grouping(keys: [], sets: nil, setColumn: nil)
    var builder = ProjectionBuilder(
      input: try attach(context.argumentSubqueries, to: input),
      keepsInput: false
    )
    var keys: [PlanColumn] = []
    var items: [LogicalPlan.ProjectItem] = []
    for key in grouping.keys {
      keys.append(key.column)
      if key.expression.asColumn?.id == key.column.id {
        _ = builder.column(for: key.expression, key.column.name, &ids)
      } else {
        items.append(.init(column: key.column, expression: key.expression))
      }
    }
    builder.adopt(items)
    var calls: [LogicalPlan.AggregateCall] = []
    for pending in context.aggregates {
      let name = pending.function.name
      calls.append(
        .init(
          column: pending.column,
          function: pending.function,
          arguments: pending.arguments.map { builder.column(for: $0, name + "_input", &ids) },
          isDistinct: pending.isDistinct,
          filter: pending.filter.map { builder.column(for: $0, name + "_filter", &ids) },
          orderBy: builder.keys(for: pending.orderBy, &ids)
        )
      )
    }
    let plan = LogicalPlan.aggregate(
      .init(
        input: builder.plan(),
        keys: keys,
        groupingSets: grouping.sets,
        groupingSetColumn: grouping.setColumn,
        calls: calls
      )
    )
    let keyIDs = Set(keys.map(\.id))
    var hidden = input.columns.map(\.id)
    for case .scalar(let column) in context.argumentSubqueries.map(\.use) {
      hidden.append(column.id)
    }
    return GroupedInput(
      plan: plan,
      keys: grouping.keys,
      hidden: Set(hidden.filter { !keyIDs.contains($0) }),
      names: context.scope.entries.reduce(into: [:]) { $0[$1.column.id] = $1.name }
    )
  }
}

/// An aggregation, and how expressions over its input become expressions over its output.
struct GroupedInput {
  var plan: LogicalPlan
  var keys: [GroupKey]
  /// Columns of the input that no longer exist.
  var hidden: Set<ColumnID>
  /// What the query calls the columns of the input.
  var names: [ColumnID: String]

  /// The expression with keys in place of what they compute.
  ///
  /// The `places` are where it was written, to find the place of an error.
  func rewrite(
    _ expression: BoundExpression,
    _ places: [SyntaxExpression]
  ) throws(SQLError) -> BoundExpression {
    if let key = keys.first(where: { $0.expression.isSame(as: expression) }) {
      return .column(key.column)
    }
    if case .column(let column) = expression, hidden.contains(column.id) {
      let name = names[column.id] ?? column.name
      let key = name.lowercased()
      let place = places.lazy.compactMap { $0.place(ofName: key) }.first
      throw .notAggregate(name, at: place)
    }
    return try expression.mapChildren { (part) throws(SQLError) in try rewrite(part, places) }
  }

  /// The subquery with its operands rewritten; columns that it refers to must be keys.
  func rewrite(_ subquery: PendingSubquery) throws(SQLError) -> PendingSubquery {
    var result = subquery
    if case .matches(let column, let pairs) = subquery.use {
      var rewritten: [(outer: BoundExpression, inner: PlanColumn)] = []
      for pair in pairs { rewritten.append((try rewrite(pair.outer, []), pair.inner)) }
      result.use = .matches(column: column, pairs: rewritten)
    }
    if !subquery.query.plan.freeColumnIDs.isDisjoint(with: hidden) {
      throw SQLError(
        .expressionNotAggregate,
        "a subquery uses columns that do not appear in GROUP BY clause",
        at: subquery.range
      )
    }
    return result
  }
}

extension SyntaxExpression {
  /// Where a column of this name (lower case) is named outside of aggregates and subqueries.
  func place(ofName key: String) -> SourceRange? {
    if case .name(let parts) = node, parts.contains(where: { $0.text.lowercased() == key }) {
      return range
    }
    for part in parts {
      if case .call(let call) = part.node, call.window == nil,
        FunctionCatalog.standard.isAggregate(call.name.text.lowercased())
      {
        continue
      }
      if let place = part.place(ofName: key) { return place }
    }
    return nil
  }

  /// The expressions directly below, without those of subqueries.
  var parts: [SyntaxExpression] {
    switch node {
    case .null, .boolean, .integer, .decimal, .double, .string, .bytes, .typed, .interval, .name,
      .parameter, .exists, .scalarQuery:
      []
    case .member(let inner, _), .unary(_, let inner), .not(let inner), .isNull(let inner, _),
      .inQuery(let inner, _, _), .quantified(_, let inner, _, _), .cast(let inner, _, _),
      .extract(_, let inner), .lambda(_, let inner):
      [inner]
    case .subscripted(let left, let right), .binary(_, let left, let right),
      .isDistinct(let left, let right, _), .atTimeZone(let left, let right):
      [left, right]
    case .and(let parts), .or(let parts), .array(let parts), .row(let parts): parts
    case .between(let value, let low, let high, _): [value, low, high]
    case .inList(let value, let items, _): [value] + items
    case .like(let value, let pattern, let escape, _):
      [value, pattern] + (escape.map { [$0] } ?? [])
    case .caseWhen(let operand, let branches, let otherwise):
      (operand.map { [$0] } ?? []) + branches.flatMap { [$0.when, $0.then] }
        + (otherwise.map { [$0] } ?? [])
    case .call(let call):
      call.arguments + call.orderBy.map(\.expression) + (call.filter.map { [$0] } ?? [])
        + (call.window?.specification.map {
          $0.partitionBy + $0.orderBy.map(\.expression)
        } ?? [])
    }
  }
}

extension WindowReference {
  /// What stands in the parentheses after OVER; nil for a name.
  var specification: WindowSpecification? {
    if case .specification(let specification) = self { return specification }
    return nil
  }
}
