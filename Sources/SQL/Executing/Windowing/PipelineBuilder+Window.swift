import ColumnFormat

extension PipelineBuilder {
  mutating func buildWindow(_ window: LogicalPlan.Window, _ filters: Filters)
    throws(SQLError) -> [Strand]
  {
    let names = window.calls.map(\.column.name).joined(separator: ", ")
    let statistics = note(
      window.limit == nil ? "Window" : "Top n ranking",
      window.limit.map { "\($0.function.rawValue) <= \($0.count)" } ?? names
    )
    // A row may only be left out together with its whole partition.
    let partition = Set(window.partitionBy.map(\.id))
    let strands = try PipelineBuilder.aligned(
      try build(window.input, filters.filter { partition.contains($0.key) })
    )
    let columns = strands.first?.columns ?? window.input.columns
    var calls: [WindowComputation.Call] = []
    for call in window.calls {
      calls.append(
        WindowComputation.Call(
          function: call.function,
          arguments: try PipelineBuilder.positions(call.arguments, in: columns),
          frame: call.frame,
          ignoresNulls: call.ignoresNulls
        )
      )
    }
    let sink = WindowSink(
      types: columns.map(\.type),
      partitionBy: try PipelineBuilder.positions(window.partitionBy, in: columns),
      order: try PipelineBuilder.order(window.orderBy, in: columns),
      calls: calls,
      limit: window.limit,
      statistics: statistics
    )
    end(strands, in: sink)
    return [
      Strand(source: WindowSource(sink), stages: [], columns: columns + window.calls.map(\.column))
    ]
  }
}
