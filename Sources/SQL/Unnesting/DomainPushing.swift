import ColumnFormat

/// The distinct outer values that a subquery depends on: a plan, and its columns in a fixed order.
struct Domain {
  var plan: LogicalPlan
  /// The columns by which the subquery refers to the values.
  var columns: [PlanColumn]

  var ids: Set<ColumnID> { Set(columns.map(\.id)) }
}

/// Computes a subquery for all values of a domain at once, whatever its operators are.
///
/// The join with the domain moves down to where the subquery no longer depends on it: Neumann and
/// Kemper, *Unnesting Arbitrary Queries*, BTW 2015, section 3.
struct DomainPushing {
  var binder: Binder
  let domain: Domain

  /// The plan for each value of the domain, and the columns that hold the value.
  mutating func push(
    _ plan: LogicalPlan
  ) throws(SQLError) -> (plan: LogicalPlan, columns: [PlanColumn]) {
    if plan.freeColumnIDs.isDisjoint(with: domain.ids) {
      let (copy, columns) = instance()
      return (.join(.init(.cross, plan, copy)), columns)
    }
    switch plan {
    case .scan, .topN:
      throw .notSupported("this form of correlated subquery", at: nil)
    case .values(let columns, let rows): return try pushValues(columns, rows)
    case .filter(let input, let predicate):
      let (pushed, values) = try push(input)
      return (.filter(pushed, predicate: replaced(predicate, values)), values)
    case .project(let input, let items):
      let (pushed, values) = try push(input)
      var kept = items.map {
        LogicalPlan.ProjectItem(column: $0.column, expression: replaced($0.expression, values))
      }
      for value in values where !kept.contains(where: { $0.column.id == value.id }) {
        kept.append(.init(column: value, expression: .column(value)))
      }
      return (.project(pushed, items: kept), values)
    case .aggregate(let aggregate): return try pushAggregate(aggregate)
    case .join(let join): return try pushJoin(join)
    case .sort(let input, let keys):
      let (pushed, values) = try push(input)
      return (.sort(pushed, keys: keys), values)
    case .limit(let input, let count, let offset):
      var keys: [LogicalPlan.SortKey] = []
      if case .sort(_, let sortKeys) = input { keys = sortKeys }
      let (pushed, values) = try push(input)
      return (try binder.numbered(pushed, values, keys, count, offset), values)
    case .unionAll(let inputs, let columns): return try pushUnion(inputs, columns)
    case .window(var window):
      let (pushed, values) = try push(window.input)
      window.input = pushed
      window.partitionBy += values
      return (.window(window), values)
    case .unnest(var unnest):
      let (pushed, values) = try push(unnest.input)
      // A collection may itself be an outer value.
      unnest.collections = unnest.collections.map { collection in
        domain.columns.firstIndex { $0.id == collection.id }.map { values[$0] } ?? collection
      }
      unnest.input = pushed
      return (.unnest(unnest), values)
    }
  }

  /// The domain under fresh column numbers: it may be needed in several places.
  private mutating func instance() -> (plan: LogicalPlan, columns: [PlanColumn]) {
    let (copy, numbers) = domain.plan.copied(&binder.ids)
    let columns = domain.columns.map { column in
      PlanColumn(id: numbers[column.id] ?? column.id, name: column.name, type: column.type)
    }
    return (copy, columns)
  }

  private func replaced(_ expression: BoundExpression, _ values: [PlanColumn]) -> BoundExpression {
    var map: [ColumnID: BoundExpression] = [:]
    for (column, value) in zip(domain.columns, values) { map[column.id] = .column(value) }
    return expression.substituting(map)
  }

  private mutating func pushValues(
    _ columns: [PlanColumn],
    _ rows: [[BoundExpression]]
  ) throws(SQLError) -> (plan: LogicalPlan, columns: [PlanColumn]) {
    var inputs: [LogicalPlan] = []
    var output: [PlanColumn] = []
    for row in rows {
      let (copy, values) = instance()
      var items: [LogicalPlan.ProjectItem] = []
      for (column, cell) in zip(columns, row) {
        items.append(
          .init(
            column: binder.ids.column(column.name, column.type),
            expression: replaced(cell, values)
          )
        )
      }
      items += values.map { .init(column: $0, expression: .column($0)) }
      inputs.append(.project(copy, items: items))
      output = values
    }
    if inputs.count == 1, case .project(let copy, var items) = inputs[0] {
      for (index, column) in columns.enumerated() { items[index].column = column }
      return (.project(copy, items: items), output)
    }
    let fresh = output.map { binder.ids.column($0.name, $0.type) }
    return (.unionAll(inputs, columns: columns + fresh), fresh)
  }

  /// Keys are extended by the domain.
  ///
  /// Without keys there is a row for every value of the domain,
  /// also where no input row belongs to it.
  private mutating func pushAggregate(
    _ aggregate: LogicalPlan.Aggregate
  ) throws(SQLError) -> (plan: LogicalPlan, columns: [PlanColumn]) {
    let (input, values) = try push(aggregate.input)
    var grouped = aggregate
    grouped.input = input
    let keyCount = aggregate.keys.count
    grouped.keys += values
    if let sets = aggregate.groupingSets {
      if sets.contains(where: \.isEmpty) {
        throw .notSupported(
          "a correlated subquery with a grand total in its grouping sets",
          at: nil
        )
      }
      grouped.groupingSets = sets.map { $0 + values.indices.map { keyCount + $0 } }
    }
    if keyCount > 0 { return (.aggregate(grouped), values) }
    var items = grouped.keys.map {
      LogicalPlan.ProjectItem(column: $0, expression: .column($0))
    }
    items += grouped.calls.map { .init(column: $0.column, expression: .column($0.column)) }
    let marker = binder.ids.column("has_rows", .boolean)
    items.append(.init(column: marker, expression: .constant(.boolean(true), .boolean)))
    let (copy, own) = instance()
    let joined = LogicalPlan.join(
      .left,
      copy,
      .project(.aggregate(grouped), items: items),
      on: try binder.nullSafeEqualities(own, values),
      ids: &binder.ids
    )
    let empty = try binder.emptyRow(aggregate.calls)
    var output = own.map { LogicalPlan.ProjectItem(column: $0, expression: .column($0)) }
    for call in aggregate.calls {
      let column = binder.ids.column(call.column.name, call.column.type)
      // The aggregate's own number goes to the repaired value; below it gets another one.
      output.append(
        .init(
          column: call.column,
          expression: .caseWhen(
            [(.isNull(.column(marker)), empty[call.column.id] ?? .constant(.null, column.type))],
            otherwise: .column(column),
            column.type
          )
        )
      )
    }
    var numbers: [ColumnID: ColumnID] = [:]
    for (item, call) in zip(output.dropFirst(own.count), aggregate.calls) {
      if case .caseWhen(_, .column(let column), _) = item.expression {
        numbers[call.column.id] = column.id
      }
    }
    return (.project(joined.renumbered(numbers), items: output), own)
  }

  private mutating func pushJoin(
    _ join: LogicalPlan.Join
  ) throws(SQLError) -> (plan: LogicalPlan, columns: [PlanColumn]) {
    let dependsLeft = !join.left.freeColumnIDs.isDisjoint(with: domain.ids)
    let dependsRight = !join.right.freeColumnIDs.isDisjoint(with: domain.ids)
    let isInner = join.kind == .inner || join.kind == .cross
    var joined = join
    if isInner && !dependsLeft && dependsRight || join.kind == .right && !dependsLeft {
      let (right, values) = try push(join.right)
      joined.right = right
      joined.residual = join.residual.map { replaced($0, values) }
      return (.join(joined), values)
    }
    let (left, values) = try push(join.left)
    joined.left = left
    joined.residual = join.residual.map { replaced($0, values) }
    if !dependsRight && join.kind != .right && join.kind != .full { return (.join(joined), values) }
    if join.isNullAware && join.kind == .mark { return (try pushMark(joined, values), values) }
    let (right, others) = try push(join.right)
    joined.right = right
    var conditions = try binder.nullSafeEqualities(values, others)
    if join.isNullAware {
      guard join.kind == .anti, join.keys.count == 1, let key = join.keys.first else {
        throw .notSupported("this form of correlated NOT IN", at: nil)
      }
      conditions.append(try binder.mayBeEqual(.column(key.left), .column(key.right)))
      joined.keys = []
      joined.isNullAware = false
    }
    return try rejoined(joined, on: conditions, values, others)
  }

  /// IN as a value, of a subquery that depends on the domain too: two questions that have plain
  /// answers, as in ``Binder/attach(_:to:)``.
  private mutating func pushMark(
    _ join: LogicalPlan.Join,
    _ values: [PlanColumn]
  ) throws(SQLError) -> LogicalPlan {
    guard join.keys.count == 1, let key = join.keys.first, let mark = join.markColumn,
      join.residual == nil
    else { throw .notSupported("this form of correlated IN", at: nil) }
    var result = join.left
    let marks = [
      binder.ids.column("matched", .boolean), binder.ids.column("may_match", .boolean),
    ]
    for (index, own) in marks.enumerated() {
      let (copy, numbers) = join.right.copied(&binder.ids)
      let (right, others) = try push(copy)
      let inner = BoundExpression.column(
        PlanColumn(
          id: numbers[key.right.id] ?? key.right.id,
          name: key.right.name,
          type: key.right.type
        )
      )
      var conditions = try binder.nullSafeEqualities(values, others)
      let outer = BoundExpression.column(key.left)
      conditions.append(
        index == 0 ? try binder.equal(outer, inner) : try binder.mayBeEqual(outer, inner)
      )
      result = .join(.mark, result, right, on: conditions, markColumn: own, ids: &binder.ids)
    }
    let answer = BoundExpression.caseWhen(
      [
        (.column(marks[0]), .constant(.boolean(true), .boolean)),
        (.column(marks[1]), .constant(.null, .boolean)),
      ],
      otherwise: .constant(.boolean(false), .boolean),
      .boolean
    )
    let kept = join.left.columns.map {
      LogicalPlan.ProjectItem(column: $0, expression: .column($0))
    }
    return .project(result, items: kept + [.init(column: mark, expression: answer)])
  }

  /// The join with the domain's equalities added to its keys.
  private mutating func rejoined(
    _ join: LogicalPlan.Join,
    on conditions: [BoundExpression],
    _ values: [PlanColumn],
    _ others: [PlanColumn]
  ) throws(SQLError) -> (plan: LogicalPlan, columns: [PlanColumn]) {
    var all = conditions + (join.residual.map { [$0] } ?? [])
    for key in join.keys {
      all.append(try binder.equal(.column(key.left), .column(key.right)))
    }
    let plan = LogicalPlan.join(
      join.kind,
      join.left,
      join.right,
      on: all,
      markColumn: join.markColumn,
      ids: &binder.ids
    )
    switch join.kind {
    case .right: return (plan, others)
    case .full:
      var builder = ProjectionBuilder(input: plan, keepsInput: true)
      let merged = zip(values, others).map { value, other in
        builder.column(
          for: .coalesce([.column(value), .column(other)], value.type),
          value.name,
          &binder.ids
        )
      }
      return (builder.plan(), merged)
    default: return (plan, values)
    }
  }

  private mutating func pushUnion(
    _ inputs: [LogicalPlan],
    _ columns: [PlanColumn]
  ) throws(SQLError) -> (plan: LogicalPlan, columns: [PlanColumn]) {
    var pushed: [LogicalPlan] = []
    for input in inputs {
      let (plan, values) = try push(input)
      let own = Array(input.columns.prefix(columns.count))
      var items = own.map { LogicalPlan.ProjectItem(column: $0, expression: .column($0)) }
      items += values.map { .init(column: $0, expression: .column($0)) }
      pushed.append(.project(plan, items: items))
    }
    let fresh = domain.columns.map { binder.ids.column($0.name, $0.type) }
    return (.unionAll(pushed, columns: columns + fresh), fresh)
  }
}
