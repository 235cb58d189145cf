import ColumnFormat

/// Computes the coarser sets of ROLLUP and CUBE from the groups of the finest, which are mostly far fewer
/// than the rows: `count` becomes the sum of the finest groups' counts, and so on.
///
/// Goel & Iyer, *SQL Query Optimization: Reordering for a General Class of Queries*, SIGMOD 1996, on
/// aggregates that can be computed from aggregates.
enum GroupingSetsNesting: OptimizerRule {
  static func apply(
    _ plan: LogicalPlan,
    _ session: inout OptimizerSession
  ) throws(SQLError) -> LogicalPlan {
    let children = try plan.mapChildren { (child) throws(SQLError) in try apply(child, &session) }
    guard case .aggregate(let aggregate) = children, let sets = aggregate.groupingSets,
      // An error of the finest groups is one of the query only if it asks for them.
      sets.count > 1, sets.contains(where: { Set($0).count == aggregate.keys.count })
    else { return children }
    var nested = NestedAggregate(aggregate, session)
    for call in aggregate.calls {
      guard try nested.add(call) else { return children }
    }
    session = nested.session
    return nested.plan
  }
}

/// The two aggregates that stand for one, and what is computed from the second.
private struct NestedAggregate {
  var session: OptimizerSession
  private let aggregate: LogicalPlan.Aggregate
  private var inner: LogicalPlan.Aggregate
  private var outer: [LogicalPlan.AggregateCall] = []
  /// What the inner aggregate's input has beside what it had.
  private var casts: [LogicalPlan.ProjectItem] = []
  private var results: [ColumnID: BoundExpression] = [:]

  init(_ aggregate: LogicalPlan.Aggregate, _ session: OptimizerSession) {
    self.aggregate = aggregate
    self.session = session
    inner = aggregate
    inner.groupingSets = nil
    inner.groupingSetColumn = nil
    inner.calls = []
  }

  var plan: LogicalPlan {
    var inner = inner
    if !casts.isEmpty {
      let items = inner.input.columns.map {
        LogicalPlan.ProjectItem(column: $0, expression: .column($0))
      }
      inner.input = .project(inner.input, items: items + casts)
    }
    var outer = aggregate
    outer.input = .aggregate(inner)
    outer.calls = self.outer
    if results.isEmpty { return .aggregate(outer) }
    return .project(
      .aggregate(outer),
      items: LogicalPlan.aggregate(aggregate).columns.map {
        .init(column: $0, expression: results[$0.id] ?? .column($0))
      }
    )
  }

  /// False for a call that cannot be computed from groups.
  mutating func add(_ call: LogicalPlan.AggregateCall) throws(SQLError) -> Bool {
    guard call.orderBy.isEmpty, !call.isDistinct, call.arguments.count <= 1 else { return false }
    switch call.function.name {
    case "min", "max", "bool_and", "bool_or", "every", "arbitrary", "any_value":
      guard call.arguments.count == 1 else { return false }
      let part = add(call.function, call.arguments, call.filter)
      outer.append(regrouped(call.function, part, call.column))
    case "count", "count_if":
      // A grand total of no rows is zero, but the sum of no counts is null.
      let total = try total(of: add(call.function, call.arguments, call.filter), .bigint)
      results[call.column.id] = .coalesce(
        [.column(total), .constant(.int(0), .bigint)],
        .bigint
      )
    case "sum":
      // The parts of a sum of reals would be rounded.
      guard call.function.resultType != .real else { return false }
      let part = add(call.function, call.arguments, call.filter)
      guard let sum = try function("sum", part.type), sum.resultType == call.function.resultType
      else { return false }
      outer.append(regrouped(sum, part, call.column))
    case "avg": return try addMean(call)
    default: return false
    }
    return true
  }

  /// The mean is the quotient of sum and count.
  private mutating func addMean(_ call: LogicalPlan.AggregateCall) throws(SQLError) -> Bool {
    var argument = call.arguments[0]
    let type = call.function.resultType
    switch (argument.type, type) {
    case (.double, .double), (.decimal, .decimal), (.integer, .double), (.smallint, .double),
      (.tinyint, .double):
      break
    case (.bigint, .double):
      // The sum may pass 64 bits where the mean does not.
      let wide = SQLType.decimal(precision: 19, scale: 0)
      let cast = session.ids.column(argument.name, wide)
      casts.append(
        .init(column: cast, expression: .cast(.column(argument), to: wide, isTry: false))
      )
      argument = cast
    default: return false
    }
    guard let sum = try function("sum", argument.type),
      let count = try function("count", argument.type)
    else { return false }
    let whole = try total(of: add(sum, [argument], call.filter), sum.resultType)
    let rows = try total(of: add(count, [argument], call.filter), .bigint)
    let divisor: SQLType = type == .double ? .double : .decimal(precision: 19, scale: 0)
    let dividend: BoundExpression =
      type == .double && whole.type != .double
      ? .cast(.column(whole), to: .double, isTry: false) : .column(whole)
    let quotient = try session.call(
      "$divide",
      [dividend, .cast(.column(rows), to: divisor, isTry: false)]
    )
    results[call.column.id] =
      quotient.type == type ? quotient : .cast(quotient, to: type, isTry: false)
    return true
  }

  private func function(_ name: String, _ type: SQLType) throws(SQLError) -> AggregateFunction? {
    do {
      let function = try session.functions.aggregate(name, [type])
      return function.argumentTypes == [type] ? function : nil
    } catch { return nil }
  }

  /// A call of the inner aggregate.
  private mutating func add(
    _ function: AggregateFunction,
    _ arguments: [PlanColumn],
    _ filter: PlanColumn?
  ) -> PlanColumn {
    let column = session.ids.column(function.name, function.resultType)
    inner.calls.append(
      .init(
        column: column,
        function: function,
        arguments: arguments,
        isDistinct: false,
        filter: filter,
        orderBy: []
      )
    )
    return column
  }

  /// The outer aggregate's sum of a column of the inner one.
  private mutating func total(of part: PlanColumn, _ type: SQLType) throws(SQLError) -> PlanColumn {
    guard let sum = try function("sum", type), sum.resultType == type else {
      throw SQLError(.internalError, "no sum of \(type)")
    }
    let column = session.ids.column("sum", type)
    outer.append(regrouped(sum, part, column))
    return column
  }

  private func regrouped(
    _ function: AggregateFunction,
    _ part: PlanColumn,
    _ column: PlanColumn
  ) -> LogicalPlan.AggregateCall {
    .init(
      column: column,
      function: function,
      arguments: [part],
      isDistinct: false,
      filter: nil,
      orderBy: []
    )
  }
}
