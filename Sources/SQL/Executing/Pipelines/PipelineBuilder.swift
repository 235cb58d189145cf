import ColumnFormat

/// Turns a plan into pipelines, in the order in which they have to run.
///
/// Build sides come before the probe sides, so that a finished build side can tell the scans of the
/// probe side what they need not read.
struct PipelineBuilder {
  /// Join filters for the columns of the plan below, by column.
  typealias Filters = [ColumnID: [DynamicFilter]]

  /// Tables whose rows are in memory, by name.
  let memoryTables: [String: [Batch]]
  private let control: RunControl
  private(set) var pipelines: [Pipeline] = []
  /// In the order of the plan, parents first.
  private(set) var statistics: [OperatorStatistics] = []
  /// How many operators stand above the next one.
  var depth = 0
  /// How many groups the next aggregation has to put out, where any will do.
  private var groupLimit: Int?
  /// Found when the first plan is built.
  private var shared: SharedSubplans?

  init(_ control: RunControl, memoryTables: [String: [Batch]] = [:]) {
    self.control = control
    self.memoryTables = memoryTables
  }

  /// The strands that compute a plan.
  mutating func build(_ plan: LogicalPlan, _ filters: Filters = [:]) throws(SQLError) -> [Strand] {
    depth += 1
    defer { depth -= 1 }
    let shared = self.shared ?? SharedSubplans(in: plan)
    self.shared = shared
    switch plan {
    case .scan(let scan): return [buildScan(scan, filters)]
    case .values(let columns, let rows):
      let source = ValuesSource(columns, rows, statistics: note("Values", "\(rows.count) rows"))
      return [Strand(source: source, stages: [], columns: columns)]
    case .filter(let input, let predicate):
      let statistics = note("Filter")
      return try build(input, filters).map {
        $0.adding(FilterStage(predicate, $0.columns, statistics: statistics), columns: $0.columns)
      }
    case .project(let input, let items):
      let statistics = note("Project")
      let below = PipelineBuilder.below(items, filters)
      let strands: [Strand]
      if case .scan(let scan) = input {
        // Columns that only filters look at need not be put out.
        let used = items.reduce(into: Set<ColumnID>()) { $0.formUnion($1.expression.columnIDs) }
        depth += 1
        strands = [buildScan(scan, below, used: used)]
        depth -= 1
      } else {
        strands = try build(input, below)
      }
      return strands.map {
        $0.adding(
          ProjectStage(items, $0.columns, statistics: statistics),
          columns: items.map(\.column)
        )
      }
    case .limit(let input, let count, let offset):
      let stage = LimitStage(
        count: count,
        offset: offset,
        statistics: note("Limit", count.map { "\($0)" } ?? "")
      )
      groupLimit = PipelineBuilder.groupLimit(input, count: count, offset: offset)
      return try build(input).map { $0.adding(stage, columns: $0.columns) }
    case .unionAll(let inputs, let columns): return try buildUnion(inputs, columns, filters)
    case .aggregate(let aggregate):
      let groupLimit = self.groupLimit
      self.groupLimit = nil
      if let answer = try buildFromFooters(plan, aggregate) { return [answer] }
      guard let part = shared.part(plan) else {
        return try buildAggregate(aggregate, filters, groupLimit: groupLimit)
      }
      return [try buildShared(part, plan, aggregate)]
    case .join(let join): return try buildJoin(join, filters)
    case .sort(let input, let keys): return try buildSort(input, keys, filters)
    case .topN(let input, let keys, let count, let offset):
      return try buildTopN(input, keys, count: count, offset: offset)
    case .window(let window): return try buildWindow(window, filters)
    case .unnest(let unnest): return try buildUnnest(unnest, filters)
    }
  }

  /// How many groups a limit leaves of an aggregation that is right below it, projections aside.
  private static func groupLimit(_ plan: LogicalPlan, count: Int?, offset: Int) -> Int? {
    guard let count, offset >= 0, count <= ChosenGroups.countMax, offset <= ChosenGroups.countMax,
      count + offset <= ChosenGroups.countMax
    else { return nil }
    var input = plan
    while case .project(let below, _) = input { input = below }
    guard case .aggregate = input else { return nil }
    return count + offset
  }

  /// The one row of an aggregation that footers answer; nil for any other.
  private mutating func buildFromFooters(
    _ plan: LogicalPlan,
    _ aggregate: LogicalPlan.Aggregate
  ) throws(SQLError) -> Strand? {
    guard let footers = FooterAggregation(aggregate),
      memoryTables[footers.tableName] == nil
    else { return nil }
    let counts = ScanStatistics()
    let row: [BoundExpression]?
    do { row = try footers.row(control.settings.context, counts) } catch {
      throw ScanFailure.sqlError(error)
    }
    guard let row else { return nil }
    let source = ValuesSource(
      plan.columns,
      [row],
      statistics: note("Footers", footers.tableName, scan: counts)
    )
    return Strand(source: source, stages: [], columns: plan.columns)
  }

  /// The rows of an aggregation that several parts of the plan read.
  private mutating func buildShared(
    _ part: SharedSubplans.Part,
    _ plan: LogicalPlan,
    _ aggregate: LogicalPlan.Aggregate
  ) throws(SQLError) -> Strand {
    let statistics = note("Shared rows")
    let rows = part.rows ?? SharedRowsSink(types: plan.columns.map(\.type), statistics: statistics)
    if part.rows == nil {
      part.rows = rows
      depth += 1
      defer { depth -= 1 }
      // Nobody's filters hold for all readers.
      end(try buildAggregate(aggregate, [:]), in: rows)
    }
    return Strand(
      source: SharedRowsSource(rows, statistics: statistics),
      stages: [],
      columns: plan.columns
    )
  }

  /// Counters for an operator at the current depth.
  mutating func note(
    _ name: String,
    _ detail: String = "",
    scan: ScanStatistics? = nil
  ) -> OperatorStatistics {
    let own = OperatorStatistics(name: name, detail: detail, depth: depth - 1, scan: scan)
    statistics.append(own)
    return own
  }

  mutating func end(_ strands: [Strand], in sink: Sink) {
    pipelines.append(Pipeline(strands: strands, sink: sink))
  }

  /// Where columns stand; a column that is not there is a fault of the planner.
  static func positions(_ wanted: [PlanColumn], in columns: [PlanColumn]) throws(SQLError) -> [Int]
  {
    var positions: [Int] = []
    for column in wanted {
      guard let position = columns.firstIndex(where: { $0.id == column.id }) else {
        throw SQLError(
          .internalError,
          "column '\(column.name)' is not among the operator's input"
        )
      }
      positions.append(position)
    }
    return positions
  }

  static func order(_ keys: [LogicalPlan.SortKey], in columns: [PlanColumn]) throws(SQLError)
    -> RowOrder
  {
    let positions = try positions(keys.map(\.column), in: columns)
    return RowOrder(
      keys: zip(keys, positions).map { key, position in
        RowOrder.Key(
          column: position,
          isDescending: key.isDescending,
          nullsFirst: key.nullsFirst
        )
      }
    )
  }

  /// All strands with their columns in the order of the first one's.
  static func aligned(_ strands: [Strand]) throws(SQLError) -> [Strand] {
    guard let columns = strands.first?.columns else { return strands }
    var result: [Strand] = []
    for strand in strands {
      result.append(
        strand.columns.map(\.id) == columns.map(\.id)
          ? strand
          : strand.adding(
            ProjectStage(
              columns.map { LogicalPlan.ProjectItem(column: $0, expression: .column($0)) },
              strand.columns,
              statistics: nil
            ),
            columns: columns
          )
      )
    }
    return result
  }

  /// The filters of a projection's input: those of columns that pass through.
  private static func below(_ items: [LogicalPlan.ProjectItem], _ filters: Filters) -> Filters {
    var below: Filters = [:]
    for item in items {
      guard let own = filters[item.column.id], case .column(let source) = item.expression else {
        continue
      }
      below[source.id, default: []] += own
    }
    return below
  }

  private mutating func buildUnion(
    _ inputs: [LogicalPlan],
    _ columns: [PlanColumn],
    _ filters: Filters
  ) throws(SQLError) -> [Strand] {
    _ = note("Union all", "\(inputs.count) inputs")
    var all: [Strand] = []
    for input in inputs {
      let before = input.columns
      var below: Filters = [:]
      for (position, column) in columns.enumerated() {
        if let own = filters[column.id] { below[before[position].id, default: []] += own }
      }
      for strand in try build(input, below) {
        let items = zip(columns, before).map {
          LogicalPlan.ProjectItem(column: $0, expression: .column($1))
        }
        all.append(
          strand.adding(
            ProjectStage(items, strand.columns, statistics: nil),
            columns: columns
          )
        )
      }
    }
    return all
  }

  private mutating func buildUnnest(_ unnest: LogicalPlan.Unnest, _ filters: Filters)
    throws(SQLError) -> [Strand]
  {
    let statistics = note("Unnest", unnest.collections.map(\.name).joined(separator: ", "))
    var result: [Strand] = []
    for strand in try build(unnest.input, filters) {
      let stage = UnnestStage(
        unnest,
        collections: try PipelineBuilder.positions(unnest.collections, in: strand.columns),
        statistics: statistics
      )
      result.append(
        strand.adding(
          stage,
          columns: strand.columns + unnest.elementColumns
            + (unnest.ordinality.map { [$0] } ?? [])
        )
      )
    }
    return result
  }
}
