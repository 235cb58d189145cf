extension LogicalPlan {
  /// The columns put out, in order.
  var columns: [PlanColumn] {
    switch self {
    case .scan(let scan): return scan.columns.map(\.column)
    case .values(let columns, _): return columns
    case .filter(let input, _), .sort(let input, _), .topN(let input, _, _, _),
      .limit(let input, _, _):
      return input.columns
    case .project(_, let items): return items.map(\.column)
    case .aggregate(let aggregate):
      return aggregate.keys + (aggregate.groupingSetColumn.map { [$0] } ?? [])
        + aggregate.calls.map(\.column)
    case .join(let join):
      switch join.kind {
      case .semi, .anti: return join.left.columns
      case .rightSemi, .rightAnti: return join.right.columns
      case .mark: return join.left.columns + (join.markColumn.map { [$0] } ?? [])
      default: return join.left.columns + join.right.columns
      }
    case .unionAll(_, let columns): return columns
    case .window(let window): return window.input.columns + window.calls.map(\.column)
    case .unnest(let unnest):
      return unnest.input.columns + unnest.elementColumns
        + (unnest.ordinality.map { [$0] } ?? [])
    }
  }

  /// The numbers of the columns put out.
  var columnIDs: Set<ColumnID> { Set(columns.map(\.id)) }

  /// The inputs, left first.
  var children: [LogicalPlan] {
    switch self {
    case .scan, .values: []
    case .filter(let input, _), .sort(let input, _), .topN(let input, _, _, _),
      .limit(let input, _, _), .project(let input, _):
      [input]
    case .aggregate(let aggregate): [aggregate.input]
    case .join(let join): [join.left, join.right]
    case .unionAll(let inputs, _): inputs
    case .window(let window): [window.input]
    case .unnest(let unnest): [unnest.input]
    }
  }

  /// The same operator over other inputs.
  func mapChildren<Failure: Error>(
    _ transform: (LogicalPlan) throws(Failure) -> LogicalPlan
  ) throws(Failure) -> LogicalPlan {
    switch self {
    case .scan, .values: return self
    case .filter(let input, let predicate):
      return .filter(try transform(input), predicate: predicate)
    case .sort(let input, let keys): return .sort(try transform(input), keys: keys)
    case .topN(let input, let keys, let count, let offset):
      return .topN(try transform(input), keys: keys, count: count, offset: offset)
    case .limit(let input, let count, let offset):
      return .limit(try transform(input), count: count, offset: offset)
    case .project(let input, let items): return .project(try transform(input), items: items)
    case .aggregate(var aggregate):
      aggregate.input = try transform(aggregate.input)
      return .aggregate(aggregate)
    case .join(var join):
      join.left = try transform(join.left)
      join.right = try transform(join.right)
      return .join(join)
    case .unionAll(let inputs, let columns):
      var mapped: [LogicalPlan] = []
      for input in inputs { mapped.append(try transform(input)) }
      return .unionAll(mapped, columns: columns)
    case .window(var window):
      window.input = try transform(window.input)
      return .window(window)
    case .unnest(var unnest):
      unnest.input = try transform(unnest.input)
      return .unnest(unnest)
    }
  }

  /// The plan rebuilt from the leaves up.
  func rewritten(_ transform: (LogicalPlan) -> LogicalPlan) -> LogicalPlan {
    transform(mapChildren { $0.rewritten(transform) })
  }

  /// Calls for this operator and all below, inputs first.
  func visit(_ body: (LogicalPlan) -> Void) {
    for child in children { child.visit(body) }
    body(self)
  }

  /// The expressions that the operator itself evaluates; columns that it names by number alone are
  /// among them as columns.
  var expressions: [BoundExpression] {
    switch self {
    case .scan(let scan): return scan.filters
    case .values(_, let rows): return rows.flatMap { $0 }
    case .filter(_, let predicate): return [predicate]
    case .sort(_, let keys), .topN(_, let keys, _, _): return keys.map { .column($0.column) }
    case .limit: return []
    case .project(_, let items): return items.map(\.expression)
    case .aggregate(let aggregate):
      return aggregate.keys.map { .column($0) } + aggregate.calls.flatMap(\.inputs)
    case .join(let join):
      return join.keys.flatMap { [.column($0.left), .column($0.right)] }
        + (join.residual.map { [$0] } ?? [])
    case .unionAll(let inputs, let columns):
      return inputs.flatMap { input in input.columns.prefix(columns.count).map { .column($0) } }
    case .window(let window):
      return window.partitionBy.map { .column($0) } + window.orderBy.map { .column($0.column) }
        + window.calls.flatMap { $0.arguments.map { .column($0) } }
    case .unnest(let unnest): return unnest.collections.map { .column($0) }
    }
  }

  /// The columns that come into being in this operator.
  var definedColumns: [PlanColumn] {
    switch self {
    case .scan(let scan): scan.columns.map(\.column)
    case .values(let columns, _), .unionAll(_, let columns): columns
    case .filter, .sort, .topN, .limit: []
    case .project(_, let items):
      items.filter { $0.expression.asColumn?.id != $0.column.id }.map(\.column)
    case .aggregate(let aggregate):
      (aggregate.groupingSetColumn.map { [$0] } ?? []) + aggregate.calls.map(\.column)
    case .join(let join): join.markColumn.map { [$0] } ?? []
    case .window(let window): window.calls.map(\.column)
    case .unnest(let unnest):
      unnest.elementColumns + (unnest.ordinality.map { [$0] } ?? [])
    }
  }

  /// Columns used below that nothing below provides: those of an outer query.
  var freeColumnIDs: Set<ColumnID> {
    var provided: Set<ColumnID> = []
    var used: Set<ColumnID> = []
    for child in children {
      used.formUnion(child.freeColumnIDs)
      provided.formUnion(child.columnIDs)
    }
    if case .scan(let scan) = self { provided.formUnion(scan.columns.map(\.column.id)) }
    for expression in expressions {
      expression.collectColumns { if !provided.contains($0.id) { used.insert($0.id) } }
    }
    return used
  }
}

extension LogicalPlan.AggregateCall {
  /// The columns that the call reads.
  var inputs: [BoundExpression] {
    (arguments + (filter.map { [$0] } ?? []) + orderBy.map(\.column)).map { .column($0) }
  }
}
