import ColumnFormat

extension PipelineBuilder {
  mutating func buildSort(
    _ input: LogicalPlan,
    _ keys: [LogicalPlan.SortKey],
    _ filters: Filters
  ) throws(SQLError) -> [Strand] {
    let statistics = note("Sort", PipelineBuilder.names(keys))
    let strands = try PipelineBuilder.aligned(try build(input, filters))
    let columns = strands.first?.columns ?? input.columns
    let sink = SortSink(
      types: columns.map(\.type),
      order: try PipelineBuilder.order(keys, in: columns),
      statistics: statistics
    )
    end(strands, in: sink)
    return [Strand(source: SortSource(sink), stages: [], columns: columns)]
  }

  mutating func buildTopN(
    _ input: LogicalPlan,
    _ keys: [LogicalPlan.SortKey],
    count: Int,
    offset: Int
  ) throws(SQLError) -> [Strand] {
    let statistics = note("Top n", "\(count) by \(PipelineBuilder.names(keys))")
    let (rowCount, overflow) = count.addingReportingOverflow(offset)
    let filter = keys.first.map { TopNFilter($0) }
    let filters: Filters = keys.first.map { [$0.column.id: filter.map { [$0] } ?? []] } ?? [:]
    if case .scan(let scan) = input, memoryTables[scan.table.name] == nil, !overflow,
      let late = LateFetchPlan(scan, keys: keys, rowCount: rowCount)
    {
      depth += 1
      let strand = buildScan(late.scan, filters)
      depth -= 1
      if let scanned = strand.source as? ParquetScanSource {
        let sink = try topN([strand], strand.columns, keys, count, offset, statistics)
        filter?.sink = sink
        return [
          Strand(
            source: LateFetchSource(late, sink, scanned),
            stages: [],
            columns: scan.columns.map(\.column)
          )
        ]
      }
    }
    let strands = try PipelineBuilder.aligned(try build(input, filters))
    let columns = strands.first?.columns ?? input.columns
    let sink = try topN(strands, columns, keys, count, offset, statistics)
    filter?.sink = sink
    if strands.count == 1, let groups = strands[0].source as? AggregateSource {
      groups.wanted = PipelineBuilder.wantedGroups(input, keys, sink)
    }
    return [Strand(source: TopNSource(sink), stages: [], columns: columns)]
  }

  /// What a top-n says to the aggregation below it, with only projections and filters between; nil where its
  /// first key is none of the aggregation's columns.
  private static func wantedGroups(
    _ input: LogicalPlan,
    _ keys: [LogicalPlan.SortKey],
    _ sink: TopNSink
  ) -> WantedGroups? {
    var ids = keys.map { Optional($0.column.id) }
    var plan = input
    while true {
      switch plan {
      case .project(let below, let items):
        ids = ids.map { id in
          guard let item = items.first(where: { $0.column.id == id }),
            case .column(let source) = item.expression
          else { return nil }
          return source.id
        }
        plan = below
      case .filter(let below, _): plan = below
      case .aggregate(let aggregate):
        var known: [WantedGroups.SortKey] = []
        for (id, key) in zip(ids, keys) {
          let place: WantedGroups.Place
          if let number = aggregate.keys.firstIndex(where: { $0.id == id }) {
            place = .key(number)
          } else if let number = aggregate.calls.firstIndex(where: { $0.column.id == id }) {
            place = .call(number)
          } else {
            break
          }
          known.append(
            WantedGroups.SortKey(
              place: place,
              isDescending: key.isDescending,
              nullsFirst: key.nullsFirst
            )
          )
        }
        return known.isEmpty ? nil : WantedGroups(sink, keys: known)
      default: return nil
      }
    }
  }

  /// Ends the strands in a sink that keeps the first rows.
  private mutating func topN(
    _ strands: [Strand],
    _ columns: [PlanColumn],
    _ keys: [LogicalPlan.SortKey],
    _ count: Int,
    _ offset: Int,
    _ statistics: OperatorStatistics
  ) throws(SQLError) -> TopNSink {
    let sink = TopNSink(
      types: columns.map(\.type),
      order: try PipelineBuilder.order(keys, in: columns),
      count: count,
      offset: offset,
      statistics: statistics
    )
    end(strands, in: sink)
    return sink
  }

  private static func names(_ keys: [LogicalPlan.SortKey]) -> String {
    keys.map(\.column.name).joined(separator: ", ")
  }
}
