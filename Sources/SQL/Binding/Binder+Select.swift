import ColumnFormat

/// One column of a select list while it is bound.
private struct SelectOutput {
  var name: String
  var expression: BoundExpression
  /// As written; nil for the columns of `*`.
  var syntax: SyntaxExpression?
}

extension Binder {
  /// SELECT with everything but LIMIT.
  ///
  /// Clauses are bound in the order in which SQL applies them.
  mutating func bindSelect(
    _ select: SelectClause,
    orderBy: [SortItem]
  ) throws(SQLError) -> UnorderedQuery {
    var relation = try bindFrom(select.from)
    if let filter = select.filter {
      relation.plan = try bindFilter(filter, on: relation.plan, relation.scope)
    }
    var context = ExpressionContext("SELECT clause", relation.scope)
    context.allowsAggregates = true
    try checkNames(of: select.windows)
    context.namedWindows = select.windows
    if let groupBy = select.groupBy {
      context.grouping = try bindGroupBy(groupBy, select.items, &context)
    } else {
      context.grouping = Grouping(keys: [], sets: nil, setColumn: nil)
    }

    let having = try select.having.map { (having) throws(SQLError) in
      context.clause = "HAVING clause"
      return try bindCondition(having, &context)
    }
    let havingSubqueries = take(&context.subqueries)
    context.allowsWindows = true
    context.clause = "SELECT clause"
    var outputs = try bindSelectList(select.items, &context)
    context.clause = "QUALIFY clause"
    let qualify = try select.qualify.map { (qualify) throws(SQLError) in
      // A column goes before a name of the select list.
      context.aliases = outputs.map { ($0.name.lowercased(), $0.expression) }
        .filter {
          if case .none = context.scope.find(qualifier: [], name: $0.0) { true } else { false }
        }
      defer { context.aliases = [] }
      return try bindCondition(qualify, &context)
    }
    context.clause = "ORDER BY clause"
    var sortKeys = try bindOrderBy(orderBy, outputs, &context, isDistinct: select.isDistinct)

    var plan = relation.plan
    var havingPredicate = having
    var qualifyPredicate = qualify
    var windows = context.windows
    var subqueries = context.subqueries
    if select.groupBy != nil || having != nil || !context.aggregates.isEmpty {
      let grouped = try aggregate(relation.plan, context)
      plan = grouped.plan
      let places = outputs.map(\.syntax) + [select.having, select.qualify]
      let check = { (e: BoundExpression, syntax: SyntaxExpression?) throws(SQLError) in
        try grouped.rewrite(e, syntax.map { [$0] } ?? places.compactMap(\.self))
      }
      for index in outputs.indices {
        outputs[index].expression = try check(outputs[index].expression, outputs[index].syntax)
      }
      for index in sortKeys.indices {
        sortKeys[index].expression = try check(
          sortKeys[index].expression,
          index < orderBy.count ? orderBy[index].expression : nil
        )
      }
      havingPredicate = try having.map { (e) throws(SQLError) in try check(e, select.having) }
      qualifyPredicate = try qualify.map { (e) throws(SQLError) in try check(e, select.qualify) }
      windows = try windows.map { (window) throws(SQLError) in
        try window.mapExpressions { (e) throws(SQLError) in try check(e, nil) }
      }
      subqueries = try subqueries.map { (subquery) throws(SQLError) in
        try grouped.rewrite(subquery)
      }
      plan = try attach(
        try havingSubqueries.map { (subquery) throws(SQLError) in try grouped.rewrite(subquery) },
        to: plan
      )
    }
    if let havingPredicate { plan = .filter(plan, predicate: havingPredicate) }

    let windowColumns = Set(windows.map(\.column.id))
    let isLate = { (subquery: PendingSubquery) -> Bool in
      subquery.outerExpressions.contains { !$0.columnIDs.isDisjoint(with: windowColumns) }
    }
    plan = try attach(subqueries.filter { !isLate($0) }, to: plan)
    plan = addWindows(windows, to: plan)
    plan = try attach(subqueries.filter(isLate), to: plan)
    if let qualifyPredicate { plan = .filter(plan, predicate: qualifyPredicate) }
    return try project(plan, outputs, sortKeys, isDistinct: select.isDistinct, orderBy)
  }

  private func take(_ subqueries: inout [PendingSubquery]) -> [PendingSubquery] {
    defer { subqueries = [] }
    return subqueries
  }

  // MARK: The select list

  private mutating func bindSelectList(
    _ items: [SelectItem],
    _ context: inout ExpressionContext
  ) throws(SQLError) -> [SelectOutput] {
    var outputs: [SelectOutput] = []
    for item in items {
      switch item {
      case .expression(let expression, let alias):
        let bound = try bind(expression, &context)
        outputs.append(
          SelectOutput(
            name: alias?.text ?? expression.columnName ?? "_col\(outputs.count)",
            expression: bound,
            syntax: expression
          )
        )
      case .all(let qualifier, let aliases, let range):
        let columns = try expandStar(qualifier, &context, at: range)
        if !aliases.isEmpty && aliases.count != columns.count {
          throw SQLError(
            .mismatchedColumnAliases,
            "column alias list has \(aliases.count) entries but '*' has \(columns.count) columns",
            at: range
          )
        }
        for (index, column) in columns.enumerated() {
          outputs.append(
            SelectOutput(
              name: aliases.isEmpty
                ? column.name ?? "_col\(outputs.count)" : aliases[index].text,
              expression: column.expression
            )
          )
        }
      }
    }
    return outputs
  }

  private mutating func expandStar(
    _ qualifier: SyntaxExpression?,
    _ context: inout ExpressionContext,
    at range: SourceRange
  ) throws(SQLError) -> [(name: String?, expression: BoundExpression)] {
    guard let qualifier else {
      let visible = context.scope.entries.filter { !$0.isHidden }
      if visible.isEmpty {
        throw SQLError(
          .syntaxError,
          "SELECT * not allowed in queries without FROM clause",
          at: range
        )
      }
      return visible.map { ($0.name, .column($0.column)) }
    }
    if case .name(let parts) = qualifier.node {
      let keys = parts.map { $0.text.lowercased() }
      for scope in [context.scope] + outerScopes.reversed() where scope.hasRelation(keys) {
        return scope.entries.filter { !$0.isHidden && $0.matches(qualifier: keys) }
          .map { ($0.name, .column($0.column)) }
      }
      if parts.count == 1, case .none = context.scope.find(qualifier: [], name: keys[0]) {
        throw SQLError(
          .tableNotFound,
          "table '\(parts[0].text)' not found in FROM",
          at: qualifier.range,
          help: nearQualifier(
            parts[0],
            among: context.scope.entries,
            all: context.scope.entries
          ).map { "did you mean '\($0)'?" }
        )
      }
    }
    let row = try bind(qualifier, &context)
    guard case .row(let fields) = row.type else {
      throw SQLError(.typeMismatch, "'.*' needs a row, this is \(row.type)", at: qualifier.range)
    }
    return fields.enumerated().map { index, field in
      (field.name, .field(row, index: index, field.type))
    }
  }

  // MARK: ORDER BY

  private mutating func bindOrderBy(
    _ orderBy: [SortItem],
    _ outputs: [SelectOutput],
    _ context: inout ExpressionContext,
    isDistinct: Bool
  ) throws(SQLError) -> [PendingSortKey] {
    context.aliases = outputs.map { ($0.name.lowercased(), $0.expression) }
    defer { context.aliases = [] }
    var keys: [PendingSortKey] = []
    for item in orderBy {
      let expression: BoundExpression
      if let position = try ordinal(item.expression, count: outputs.count, "ORDER BY") {
        expression = outputs[position].expression
      } else {
        expression = try bind(item.expression, &context)
      }
      if isDistinct && !outputs.contains(where: { $0.expression.isSame(as: expression) }) {
        throw SQLError(
          .expressionNotInDistinct,
          "for SELECT DISTINCT, ORDER BY expressions must appear in select list",
          at: item.expression.range
        )
      }
      keys.append(try sortKey(expression, item))
    }
    return keys
  }

  // MARK: The projection

  /// The select list, DISTINCT, and the columns to sort by.
  private mutating func project(
    _ plan: LogicalPlan,
    _ outputs: [SelectOutput],
    _ pending: [PendingSortKey],
    isDistinct: Bool,
    _ orderBy: [SortItem]
  ) throws(SQLError) -> UnorderedQuery {
    var items: [LogicalPlan.ProjectItem] = []
    // Columns of outer queries get numbers of their own, as computed values do.
    let own = plan.columnIDs
    var used: Set<ColumnID> = []
    for output in outputs {
      var column = ids.column(output.name, output.expression.type)
      if let same = output.expression.asColumn, own.contains(same.id),
        used.insert(same.id).inserted
      {
        column.id = same.id
      }
      items.append(.init(column: column, expression: output.expression))
    }
    let shown = items.map(\.column)
    var keys: [LogicalPlan.SortKey] = []
    for key in pending {
      var column: PlanColumn
      if let known = items.first(where: { $0.expression.isSame(as: key.expression) }) {
        column = known.column
      } else {
        column = ids.column("key", key.expression.type)
        if let same = key.expression.asColumn, own.contains(same.id) { column = same }
        items.append(.init(column: column, expression: key.expression))
      }
      if keys.contains(where: { $0.column.id == column.id }) { continue }
      keys.append(
        .init(column: column, isDescending: key.isDescending, nullsFirst: key.nullsFirst)
      )
    }
    var result = LogicalPlan.project(plan, items: items)
    if isDistinct {
      for (index, column) in shown.enumerated() where !column.type.isComparable {
        throw SQLError(
          .typeMismatch,
          "DISTINCT can only be applied to comparable types (actual: \(column.type))",
          at: outputs[index].syntax?.range
        )
      }
      result = .aggregate(.init(input: result, keys: shown, calls: []))
    }
    return UnorderedQuery(plan: result, output: shown, sortKeys: keys)
  }
}

extension SyntaxExpression {
  /// The name that a select item without alias gets; nil makes it `_colN`.
  var columnName: String? {
    switch node {
    case .name(let parts): parts.last?.text
    case .member(_, let name): name.text
    default: nil
    }
  }
}

extension PendingWindow {
  /// The same call with each expression replaced.
  func mapExpressions<Failure: Error>(
    _ transform: (BoundExpression) throws(Failure) -> BoundExpression
  ) throws(Failure) -> PendingWindow {
    var result = self
    for index in arguments.indices { result.arguments[index] = try transform(arguments[index]) }
    for index in partitionBy.indices {
      result.partitionBy[index] = try transform(partitionBy[index])
    }
    for index in orderBy.indices {
      result.orderBy[index].expression = try transform(orderBy[index].expression)
    }
    return result
  }
}
