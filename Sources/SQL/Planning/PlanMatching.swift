import ColumnFormat

/// Finds out whether two parts of a plan compute the same rows, however their columns are numbered.
///
/// A WITH query that is used twice is two parts of the plan. Where the answer is not certain it is
/// no: random numbers, limits without an order, windows and unnesting are never the same.
struct PlanMatching {
  private var rights: [ColumnID: ColumnID] = [:]
  private var lefts: [ColumnID: ColumnID] = [:]

  /// Whether the plans put out the same rows, column for column.
  static func isSame(_ left: LogicalPlan, _ right: LogicalPlan) -> Bool {
    isSame(
      BoundQuery(plan: left, output: left.columns),
      BoundQuery(plan: right, output: right.columns)
    )
  }

  /// Whether the queries have the same results in the same columns.
  static func isSame(_ left: BoundQuery, _ right: BoundQuery) -> Bool {
    var matching = PlanMatching()
    return matching.plans(left.plan, right.plan) && matching.columns(left.output, right.output)
  }

  // MARK: Columns

  /// Makes two columns that come into being stand for each other.
  private mutating func pair(_ left: PlanColumn, _ right: PlanColumn) -> Bool {
    guard left.type == right.type else { return false }
    if let known = rights[left.id] { return known == right.id }
    if lefts[right.id] != nil { return false }
    rights[left.id] = right.id
    lefts[right.id] = left.id
    return true
  }

  private mutating func pairs(_ left: [PlanColumn], _ right: [PlanColumn]) -> Bool {
    guard left.count == right.count else { return false }
    for (own, other) in zip(left, right) where !pair(own, other) { return false }
    return true
  }

  private func columns(_ left: PlanColumn, _ right: PlanColumn) -> Bool {
    if let known = rights[left.id] { return known == right.id }
    // A column of the query around stands for itself.
    return left.id == right.id && lefts[right.id] == nil
  }

  private func columns(_ left: [PlanColumn], _ right: [PlanColumn]) -> Bool {
    left.count == right.count && zip(left, right).allSatisfy { columns($0, $1) }
  }

  // MARK: Operators

  private mutating func plans(_ left: LogicalPlan, _ right: LogicalPlan) -> Bool {
    switch (left, right) {
    case (.scan(let own), .scan(let other)): return scans(own, other)
    case (.values(let columns, let rows), .values(let otherColumns, let otherRows)):
      guard rows.count == otherRows.count else { return false }
      for (own, other) in zip(rows, otherRows) where !expressions(own, other) { return false }
      return pairs(columns, otherColumns)
    case (.filter(let input, let predicate), .filter(let otherInput, let otherPredicate)):
      return plans(input, otherInput) && expressions([predicate], [otherPredicate])
    case (.project(let input, let items), .project(let otherInput, let otherItems)):
      return plans(input, otherInput)
        && expressions(items.map(\.expression), otherItems.map(\.expression))
        && pairs(items.map(\.column), otherItems.map(\.column))
    case (.aggregate(let own), .aggregate(let other)): return aggregates(own, other)
    case (.join(let own), .join(let other)): return joins(own, other)
    case (.unionAll(let inputs, let columns), .unionAll(let otherInputs, let otherColumns)):
      guard inputs.count == otherInputs.count else { return false }
      for (own, other) in zip(inputs, otherInputs) {
        guard plans(own, other), self.columns(own.columns, other.columns) else { return false }
      }
      return pairs(columns, otherColumns)
    default: return false
    }
  }

  private mutating func scans(_ left: LogicalPlan.Scan, _ right: LogicalPlan.Scan) -> Bool {
    guard left.table.name == right.table.name, left.rowLimit == nil, right.rowLimit == nil,
      left.columns.map(\.tableColumn) == right.columns.map(\.tableColumn),
      left.columns.map(\.members) == right.columns.map(\.members)
    else { return false }
    return pairs(left.columns.map(\.column), right.columns.map(\.column))
      && expressions(left.filters, right.filters)
  }

  private mutating func aggregates(
    _ left: LogicalPlan.Aggregate,
    _ right: LogicalPlan.Aggregate
  ) -> Bool {
    guard plans(left.input, right.input), columns(left.keys, right.keys),
      left.groupingSets == right.groupingSets, left.calls.count == right.calls.count
    else { return false }
    switch (left.groupingSetColumn, right.groupingSetColumn) {
    case (nil, nil): break
    case (let own?, let other?): if !pair(own, other) { return false }
    default: return false
    }
    for (own, other) in zip(left.calls, right.calls) {
      guard own.function.name == other.function.name,
        own.function.argumentTypes == other.function.argumentTypes,
        own.function.resultType == other.function.resultType,
        own.isDistinct == other.isDistinct, columns(own.arguments, other.arguments),
        columns(own.filter.map { [$0] } ?? [], other.filter.map { [$0] } ?? []),
        own.orderBy.count == other.orderBy.count, pair(own.column, other.column)
      else { return false }
      for (key, otherKey) in zip(own.orderBy, other.orderBy) {
        guard columns(key.column, otherKey.column), key.isDescending == otherKey.isDescending,
          key.nullsFirst == otherKey.nullsFirst
        else { return false }
      }
    }
    return true
  }

  private mutating func joins(_ left: LogicalPlan.Join, _ right: LogicalPlan.Join) -> Bool {
    guard left.kind == right.kind, left.isNullAware == right.isNullAware,
      plans(left.left, right.left), plans(left.right, right.right),
      columns(left.keys.map(\.left), right.keys.map(\.left)),
      columns(left.keys.map(\.right), right.keys.map(\.right)),
      expressions(left.residual.map { [$0] } ?? [], right.residual.map { [$0] } ?? [])
    else { return false }
    switch (left.markColumn, right.markColumn) {
    case (nil, nil): return true
    case (let own?, let other?): return pair(own, other)
    default: return false
    }
  }

  // MARK: Expressions

  private mutating func expressions(_ left: [BoundExpression], _ right: [BoundExpression]) -> Bool {
    guard left.count == right.count else { return false }
    for (own, other) in zip(left, right) where !expression(own, other) { return false }
    return true
  }

  private mutating func expression(_ left: BoundExpression, _ right: BoundExpression) -> Bool {
    guard left.type == right.type else { return false }
    switch (left, right) {
    case (.column(let own), .column(let other)): return columns(own, other)
    case (.constant(let own, _), .constant(let other, _)): return own == other
    case (.call(let own, let arguments), .call(let other, let otherArguments)):
      // A function is made by its name and the types of its arguments, and nothing else.
      return own.name == other.name && own.argumentTypes == other.argumentTypes
        && own.isDeterministic && other.isDeterministic && expressions(arguments, otherArguments)
    case (.cast(let inner, _, let isTry), .cast(let otherInner, _, let otherIsTry)):
      return isTry == otherIsTry && expression(inner, otherInner)
    case (.and(let parts), .and(let others)), (.or(let parts), .or(let others)),
      (.coalesce(let parts, _), .coalesce(let others, _)):
      return expressions(parts, others)
    case (.not(let inner), .not(let other)), (.isNull(let inner), .isNull(let other)),
      (.tryCatch(let inner), .tryCatch(let other)):
      return expression(inner, other)
    case (.caseWhen(let branches, let rest, _), .caseWhen(let others, let otherRest, _)):
      return expressions(branches.map(\.when), others.map(\.when))
        && expressions(branches.map(\.then), others.map(\.then)) && expression(rest, otherRest)
    case (.inConstants(let inner, let values), .inConstants(let other, let otherValues)):
      return values == otherValues && expression(inner, other)
    case (.field(let inner, let index, _), .field(let other, let otherIndex, _)):
      return index == otherIndex && expression(inner, other)
    case (.lambda(let parameters, let body), .lambda(let others, let otherBody)):
      return pairs(parameters, others) && expression(body, otherBody)
    default: return false
    }
  }
}
