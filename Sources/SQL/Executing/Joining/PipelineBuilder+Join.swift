import ColumnFormat

extension PipelineBuilder {
  mutating func buildJoin(_ join: LogicalPlan.Join, _ filters: Filters) throws(SQLError)
    -> [Strand]
  {
    let keys = join.keys.map { "\($0.left.name) = \($0.right.name)" }.joined(separator: ", ")
    let statistics = note("Join", keys.isEmpty ? join.kind.rawValue : "\(join.kind) on \(keys)")
    // Left rows without a match are dropped by these kinds, so scans may drop them first.
    let dropsUnmatchedLeft: Bool
    switch join.kind {
    case .inner, .semi, .right, .rightSemi, .rightAnti: dropsUnmatchedLeft = true
    case .left, .full, .cross, .anti, .mark, .single: dropsUnmatchedLeft = false
    }
    let dynamic = join.keys.map { _ in dropsUnmatchedLeft ? DynamicFilter() : nil }
    let leftColumns = Set(join.left.columns.map(\.id))
    let hasOwnLeft = join.kind != .right && join.kind != .full
    var leftFilters = !hasOwnLeft ? [:] : filters.filter { leftColumns.contains($0.key) }
    for (key, filter) in zip(join.keys, dynamic) {
      if let filter { leftFilters[key.left.id, default: []].append(filter) }
    }
    // A filter from above on a right column leaves out build rows where unmatched ones do not show.
    let rightFilters =
      switch join.kind {
      case .inner, .cross, .rightSemi, .rightAnti: filters
      default: [:] as Filters
      }

    let rights = try PipelineBuilder.aligned(try build(join.right, rightFilters))
    let rightColumns = rights.first?.columns ?? join.right.columns
    let sink = JoinBuildSink(
      types: rightColumns.map(\.type),
      keys: try PipelineBuilder.positions(join.keys.map(\.right), in: rightColumns),
      filters: dynamic,
      // With a residual, NOT IN compares rows with nulls with all rows of the other side.
      maySpill: !(join.isNullAware && join.residual != nil),
      statistics: statistics
    )
    end(rights, in: sink)

    let lefts = try PipelineBuilder.aligned(try build(join.left, leftFilters))
    let columns = lefts.first?.columns ?? join.left.columns
    let stage = JoinProbeStage(
      join,
      build: sink,
      keys: try PipelineBuilder.positions(join.keys.map(\.left), in: columns),
      left: columns,
      right: rightColumns,
      statistics: statistics
    )
    let output: [PlanColumn]
    switch join.kind {
    case .semi, .anti: output = columns
    case .rightSemi, .rightAnti: output = rightColumns
    case .mark: output = columns + (join.markColumn.map { [$0] } ?? [])
    default: output = columns + rightColumns
    }
    var strands = lefts.map { $0.adding(stage, columns: output) }
    strands.append(Strand(source: SpilledJoinSource(stage), stages: [], columns: output))
    if stage.buildRowsPutOut != nil {
      strands.append(Strand(source: BuildRowsSource(stage), stages: [], columns: output))
    }
    return strands
  }
}
