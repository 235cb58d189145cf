import ColumnFormat

/// Finds the matches of left rows in a finished build side.
final class JoinProbeStage: Stage, @unchecked Sendable {
  let kind: LogicalPlan.Join.Kind
  let build: JoinBuildSink
  /// Positions of the keys in the left columns.
  let keys: [Int]
  let keyTypes: [SQLType]
  let leftTypes: [SQLType]
  let rightTypes: [SQLType]
  /// What else must hold, over the columns of both sides.
  let residual: BoundExpression?
  let pairColumns: [PlanColumn]
  let isNullAware: Bool
  private let monitor = Monitor()
  /// Where build rows are put out at the end: which of them were matched, by worker.
  private(set) var matched: [Buffer<UInt8>] = []
  /// The left rows, where the right side was spilled.
  private(set) var spilledLeft: SpilledPartitions?

  init(
    _ join: LogicalPlan.Join,
    build: JoinBuildSink,
    keys: [Int],
    left: [PlanColumn],
    right: [PlanColumn],
    statistics: OperatorStatistics?
  ) {
    kind = join.kind
    self.build = build
    self.keys = keys
    keyTypes = keys.map { left[$0].type }
    leftTypes = left.map(\.type)
    rightTypes = right.map(\.type)
    residual = join.residual
    pairColumns = left + right
    isNullAware = join.isNullAware
    super.init(statistics: statistics)
  }

  /// Which build rows are put out at the end: matched ones, others, or none.
  var buildRowsPutOut: BuildRows? {
    switch kind {
    case .right, .full, .rightAnti: .unmatched
    case .rightSemi: .matched
    case .inner, .left, .cross, .semi, .anti, .mark, .single: nil
    }
  }

  enum BuildRows { case matched, unmatched }

  /// Whether probe rows are not put out at all.
  var putsOutBuildRowsOnly: Bool { kind == .rightSemi || kind == .rightAnti }

  override var isSatisfied: Bool {
    guard let table = build.table, table.rowCount == 0 else { return false }
    return needsRightRows
  }

  /// Whether nothing comes of left rows where there are no right rows.
  var needsRightRows: Bool {
    switch kind {
    case .inner, .cross, .semi, .right, .rightSemi, .rightAnti: true
    case .left, .full, .anti, .mark, .single: false
    }
  }

  override func makeConsumer(_ worker: WorkerContext) throws -> BatchConsumer {
    if let partitions = build.spilled {
      return ProbePartitioner(self, try probePartitions(partitions, worker.control), worker.control)
    }
    guard let table = build.table else {
      throw SQLError(.internalError, "a join's right side was not built")
    }
    var flags: Buffer<UInt8>?
    if buildRowsPutOut != nil {
      let own = Buffer<UInt8>(repeating: 0, count: max(table.rowCount, 1))
      monitor.locked { matched.append(own) }
      flags = own
    }
    return try JoinProbe(self, table, matched: flags, worker.control)
  }

  /// Where left rows wait for their partition of the right side; made when first asked for.
  func probePartitions(_ build: SpilledPartitions, _ control: RunControl) throws
    -> SpilledPartitions
  {
    monitor.locked {
      if let spilledLeft { return spilledLeft }
      let made = SpilledPartitions(
        leftTypes,
        level: build.level,
        control,
        statistics: statistics
      )
      spilledLeft = made
      return made
    }
  }

  /// Hands over the build rows that are put out at the end; false where no more are wanted.
  func putOutBuildRows(
    _ table: JoinTable,
    matched: [Buffer<UInt8>],
    _ push: (Batch) throws -> Bool
  ) throws -> Bool {
    let rows = buildRows(table, matched)
    var start = 0
    while start < rows.count {
      let end = min(start + Batch.sliceRowCount, rows.count)
      let part = table.rows.taking(rows.slice(start..<end))
      let left = putsOutBuildRowsOnly ? [] : leftTypes.map { $0.nulls(count: end - start) }
      if try !push(Batch(columns: left + part.columns, rowCount: end - start)) { return false }
      start = end
    }
    return true
  }

  /// The build rows to put out at the end.
  private func buildRows(_ table: JoinTable, _ matched: [Buffer<UInt8>]) -> Buffer<UInt32> {
    let wanted: UInt8 = buildRowsPutOut == .matched ? 1 : 0
    let rows = Buffer<UInt32>(count: table.rowCount)
    var count = 0
    for row in 0..<table.rowCount {
      var isMatched: UInt8 = 0
      for flags in matched { isMatched |= flags.base[row] }
      rows.base[count] = UInt32(truncatingIfNeeded: row)
      count &+= isMatched == wanted ? 1 : 0
    }
    return rows.slice(0..<count)
  }
}

/// The right rows that are put out after all left rows: those that found none, with nulls for the left
/// columns, or, where the left columns are not put out, those that a semi or anti join is about.
final class BuildRowsSource: Source, @unchecked Sendable {
  private let stage: JoinProbeStage

  init(_ stage: JoinProbeStage) {
    self.stage = stage
    super.init(statistics: nil, output: stage.statistics)
  }

  override var morselCount: Int { 1 }

  override func makeReader(_ worker: WorkerContext) throws -> SourceReader { Reader(stage) }

  private final class Reader: SourceReader {
    private let stage: JoinProbeStage

    init(_ stage: JoinProbeStage) { self.stage = stage }

    override func read(_ morsel: Int, push: (Batch) throws -> Bool) throws {
      guard let table = stage.build.table else { return }
      _ = try stage.putOutBuildRows(table, matched: stage.matched, push)
    }
  }
}
