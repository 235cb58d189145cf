import ColumnFormat

/// Gives aggregates less to do: `sum(x + 1)` is `sum(x) + count(x)`, `count(1)` counts rows, and a
/// key that follows from other keys is computed from them afterwards.
enum AggregateSimplification: OptimizerRule {
  static func apply(
    _ plan: LogicalPlan,
    _ session: inout OptimizerSession
  ) throws(SQLError) -> LogicalPlan {
    let children = try plan.mapChildren { (child) throws(SQLError) in try apply(child, &session) }
    guard case .aggregate(let aggregate) = children else { return children }
    var simplified = SimplifiedAggregate(aggregate, session)
    try simplified.splitSums()
    try simplified.countRows()
    simplified.dropDependentKeys()
    session = simplified.session
    return simplified.plan
  }
}

private struct SimplifiedAggregate {
  var session: OptimizerSession
  private var aggregate: LogicalPlan.Aggregate
  private let original: [PlanColumn]
  /// What the projection below computes.
  private var items: [LogicalPlan.ProjectItem]
  private let below: LogicalPlan
  /// What replaces a column of the original above the aggregate.
  private var above: [ColumnID: BoundExpression] = [:]

  init(_ aggregate: LogicalPlan.Aggregate, _ session: OptimizerSession) {
    self.aggregate = aggregate
    self.session = session
    original = LogicalPlan.aggregate(aggregate).columns
    if case .project(let input, let items) = aggregate.input {
      self.items = items
      below = input
    } else {
      below = aggregate.input
      items = below.columns.map { .init(column: $0, expression: .column($0)) }
    }
  }

  var plan: LogicalPlan {
    if above.isEmpty { return .aggregate(aggregate) }
    return .project(
      .aggregate(aggregate),
      items: original.map { .init(column: $0, expression: above[$0.id] ?? .column($0)) }
    )
  }

  private func value(_ column: PlanColumn) -> BoundExpression {
    items.first { $0.column.id == column.id }?.expression ?? .column(column)
  }

  // MARK: sum(x + k)

  /// Only where the addition cannot overflow: an error must stay an error.
  mutating func splitSums() throws(SQLError) {
    var sums: [(call: LogicalPlan.AggregateCall, base: BoundExpression, addend: Int64)] = []
    for call in aggregate.calls where call.isPlain("sum") {
      if let (base, addend) = shifted(value(call.arguments[0])) {
        sums.append((call, base, addend))
      }
    }
    // One such sum saves nothing.
    guard sums.count > 1 else { return }
    for (call, base, addend) in sums {
      let sum = try aggregateCall("sum", of: base)
      let count = try aggregateCall("count", of: base)
      let product = try session.call(
        "$multiply",
        [.column(count), .constant(.int(addend), .bigint)]
      )
      above[call.column.id] = try session.call("$add", [.column(sum), product])
    }
    let replaced = Set(sums.map(\.call.column.id))
    aggregate.calls.removeAll { replaced.contains($0.column.id) }
    aggregate.input = .project(below, items: items)
  }

  /// `x + k`, `k + x` or `x - k` of integers, for which no x overflows.
  private func shifted(_ expression: BoundExpression) -> (BoundExpression, Int64)? {
    var sum = expression
    if case .cast(let inner, .bigint, _) = sum { sum = inner }
    guard case .call(let function, let arguments) = sum, arguments.count == 2,
      function.resultType.isInteger
    else { return nil }
    let parts: (BoundExpression, Int64)
    switch (function.name, arguments[0].constantValue, arguments[1].constantValue) {
    case ("$add", nil, .int(let value)): parts = (arguments[0], value)
    case ("$add", .int(let value), nil): parts = (arguments[1], value)
    case ("$subtract", nil, .int(let value)) where value != .min: parts = (arguments[0], -value)
    default: return nil
    }
    var base = parts.0
    if case .cast(let inner, _, false) = base, inner.type.isInteger { base = inner }
    guard let range = base.type.integerRange, let whole = function.resultType.integerRange,
      case let (low, lowFails) = range.lowerBound.addingReportingOverflow(parts.1),
      case let (high, highFails) = range.upperBound.addingReportingOverflow(parts.1),
      !lowFails, !highFails, whole.contains(low), whole.contains(high)
    else { return nil }
    return (base, parts.1)
  }

  /// The column of an aggregate over the expression, added if there is none yet.
  private mutating func aggregateCall(
    _ name: String,
    of expression: BoundExpression
  ) throws(SQLError) -> PlanColumn {
    let function: AggregateFunction
    do {
      function = try session.functions.aggregate(name, [expression.type])
    } catch {
      throw SQLError(.internalError, "no \(name) of \(expression.type)")
    }
    let type = function.argumentTypes[0]
    let input: BoundExpression =
      expression.type == type ? expression : .cast(expression, to: type, isTry: false)
    let argument: PlanColumn
    if let known = items.first(where: { $0.expression.isSame(as: input) }) {
      argument = known.column
    } else {
      argument = session.ids.column(name + "_input", type)
      items.append(.init(column: argument, expression: input))
    }
    if let known = aggregate.calls.first(where: {
      $0.isPlain(name) && $0.arguments[0].id == argument.id
        && $0.function.resultType == function.resultType
    }) {
      return known.column
    }
    let column = session.ids.column(name, function.resultType)
    aggregate.calls.append(
      .init(
        column: column,
        function: function,
        arguments: [argument],
        isDistinct: false,
        filter: nil,
        orderBy: []
      )
    )
    return column
  }

  // MARK: count(1)

  mutating func countRows() throws(SQLError) {
    for index in aggregate.calls.indices {
      let call = aggregate.calls[index]
      guard call.function.name == "count", call.arguments.count == 1, !call.isDistinct,
        let constant = value(call.arguments[0]).constantValue, !constant.isNull
      else { continue }
      do {
        aggregate.calls[index].function = try session.functions.aggregate("count", [])
      } catch {
        continue
      }
      aggregate.calls[index].arguments = []
    }
  }

  // MARK: Keys

  /// Constants and keys that are computed from other keys make no further groups.
  mutating func dropDependentKeys() {
    guard aggregate.groupingSets == nil, aggregate.keys.count > 1 else { return }
    let plain = Set(
      aggregate.keys.filter { value($0).asColumn?.id == $0.id }.map(\.id)
    )
    var kept: [PlanColumn] = []
    for key in aggregate.keys {
      let expression = value(key)
      let follows =
        expression.asColumn == nil && expression.isDeterministic
        && expression.columnIDs.isSubset(of: plain)
      if follows && !(kept.isEmpty && key.id == aggregate.keys.last?.id) {
        above[key.id] = expression
      } else {
        kept.append(key)
      }
    }
    aggregate.keys = kept
  }
}

extension LogicalPlan.AggregateCall {
  /// Whether it is nothing but `name(column)`.
  fileprivate func isPlain(_ name: String) -> Bool {
    function.name == name && arguments.count == 1 && !isDistinct && filter == nil
      && orderBy.isEmpty
  }
}

extension SQLType {
  /// The values of an integer type.
  fileprivate var integerRange: ClosedRange<Int64>? {
    switch self {
    case .tinyint: Int64(Int8.min)...Int64(Int8.max)
    case .smallint: Int64(Int16.min)...Int64(Int16.max)
    case .integer: Int64(Int32.min)...Int64(Int32.max)
    case .bigint: Int64.min...Int64.max
    default: nil
    }
  }
}
