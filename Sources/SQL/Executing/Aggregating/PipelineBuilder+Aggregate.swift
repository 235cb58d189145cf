import ColumnFormat

extension PipelineBuilder {
  /// Functions to which it makes no difference how often a value comes.
  private static let idempotent: Set<String> = [
    "min", "max", "bool_and", "bool_or", "every", "arbitrary", "any_value", "approx_distinct",
  ]

  /// The groups of an aggregation, or where any will do, `groupLimit` of them at least.
  mutating func buildAggregate(
    _ aggregate: LogicalPlan.Aggregate,
    _ filters: Filters,
    groupLimit: Int? = nil
  ) throws(SQLError) -> [Strand] {
    let detail = aggregate.keys.map(\.name).joined(separator: ", ")
    let statistics = note("Aggregate", detail.isEmpty ? "" : "by \(detail)")
    // Groups may be left out by their keys, unless a set has them as null.
    let keys = aggregate.groupingSets == nil ? Set(aggregate.keys.map(\.id)) : []
    let isDistinct = aggregate.calls.map {
      $0.isDistinct && !PipelineBuilder.idempotent.contains($0.function.name)
    }
    var below = filters.filter { keys.contains($0.key) }
    var chosen: ChosenGroups?
    if let groupLimit, !keys.isEmpty, !isDistinct.contains(true) {
      let own = aggregate.keys.map { ChosenKeyFilter($0.type) }
      for (key, filter) in zip(aggregate.keys, own) {
        if let filter { below[key.id, default: []].append(filter) }
      }
      chosen = ChosenGroups(limit: groupLimit, keyTypes: aggregate.keys.map(\.type), filters: own)
    }
    let strands = try PipelineBuilder.aligned(try build(aggregate.input, below))
    let columns = strands.first?.columns ?? aggregate.input.columns
    let types = columns.map(\.type)
    let shape = try PipelineBuilder.shape(aggregate, in: columns)
    let final: any GroupSupply
    if let plan = DistinctPlan(shape, isDistinct: isDistinct, inputTypes: types) {
      final = DistinctAggregateSink(plan, inputTypes: types, statistics: statistics)
    } else {
      final = AggregateSink(
        shape,
        inputTypes: types,
        chosen: chosen,
        mayStaySeparate: true,
        statistics: statistics
      )
    }
    end(strands, in: final)
    let source = AggregateSource(
      final,
      groupKeyCount: aggregate.keys.count,
      setType: aggregate.groupingSetColumn?.type
    )
    return [
      Strand(
        source: source,
        stages: [],
        columns: aggregate.keys + (aggregate.groupingSetColumn.map { [$0] } ?? [])
          + aggregate.calls.map(\.column)
      )
    ]
  }

  private static func shape(_ aggregate: LogicalPlan.Aggregate, in columns: [PlanColumn])
    throws(SQLError) -> AggregateShape
  {
    var calls: [AggregateShape.Call] = []
    for call in aggregate.calls {
      let arguments = try positions(call.arguments, in: columns)
      let order = try order(call.orderBy, in: columns).keys
      calls.append(
        AggregateShape.Call(
          function: call.function,
          arguments: arguments,
          filter: try call.filter.map { column throws(SQLError) in
            try positions([column], in: columns)[0]
          },
          order: order,
          keptTypes: arguments.map { columns[$0].type } + order.map { columns[$0.column].type }
        )
      )
    }
    let keys = try positions(aggregate.keys, in: columns)
    let sets = aggregate.groupingSets ?? [Array(keys.indices)]
    let passes = sets.map { set in
      AggregateShape.Pass(
        keys: keys.indices.map { set.contains($0) ? keys[$0] : nil },
        calls: Array(calls.indices),
        isGrandTotal: set.isEmpty
      )
    }
    var keyTypes = aggregate.keys.map(\.type)
    if passes.count > 1 { keyTypes.append(.integer) }
    return AggregateShape(keyTypes: keyTypes, calls: calls, passes: passes)
  }
}
