import ColumnFormat

/// An aggregation with DISTINCT calls: see ``DistinctPlan``.
///
/// The second stage is made in memory, by all workers. Where the first one does not fit, or takes so much
/// that the second might not, the first is divided by the keys of the second, and each part goes through
/// both stages by itself.
final class DistinctAggregateSink: Sink, GroupSupply, @unchecked Sendable {
  private let plan: DistinctPlan
  private let first: AggregateSink
  private let second: AggregateSink

  init(_ plan: DistinctPlan, inputTypes: [SQLType], statistics: OperatorStatistics?) {
    self.plan = plan
    first = AggregateSink(
      plan.first,
      inputTypes: inputTypes,
      divisionKeyCount: plan.groupKeyCount > 0 ? plan.groupKeyCount : nil,
      statistics: statistics
    )
    second = AggregateSink(plan.second, inputTypes: nil, statistics: statistics)
    super.init(statistics: statistics)
  }

  var shape: AggregateShape { second.shape }
  var partCount: Int { first.isDividedByPrefix ? first.partCount : second.partCount }

  override func makeConsumer(_ worker: WorkerContext) throws -> BatchConsumer {
    try first.makeConsumer(worker)
  }

  override func combine(_ control: RunControl) throws {
    try first.combine(control)
    if first.isDividedByPrefix { return }
    let next = SharedCounter()
    let partCount = first.partCount
    control.pool.run(min(control.settings.threads, partCount)) { index in
      do {
        let worker = try self.second.worker(index, control)
        while !control.isStopped {
          let part = next.take()
          if part >= partCount { return }
          try self.first.finish(part: part, control) { groups, _ in
            try worker.merge(groups, self.plan)
            return !control.isStopped
          }
        }
      } catch { control.fail(error) }
    }
    try control.check()
    try second.combine(control)
  }

  func finish(part: Int, _ control: RunControl, _ emit: GroupReceiver) throws {
    if !first.isDividedByPrefix { return try second.finish(part: part, control, emit) }
    let account = MemoryAccount(control.budget, for: second.name, statistics: statistics)
    let encoder = KeyEncoder(KeyLayout(shape.keyTypes))
    var groups = try GroupedRows(shape, capacity: 64)
    try first.finish(part: part, control) { piece, isLast in
      try groups.merge(piece, plan, encoder) { try account.set(groups.byteCount) }
      if !isLast { return !control.isStopped }
      let complete = groups
      groups = try GroupedRows(shape, capacity: 64)
      defer { account.release() }
      return try emit(complete, true)
    }
  }
}

extension GroupedRows {
  private static let stepRowCount = 8192

  /// Adds groups of the first stage of DISTINCT: their keys as rows, and the states of other calls.
  ///
  /// `grown` is called whenever there may be more groups.
  func merge(
    _ first: GroupedRows,
    _ plan: DistinctPlan,
    _ encoder: KeyEncoder,
    grown: () throws -> Void
  ) throws {
    let keys = first.keyColumns()
    let count = first.groupCount
    let targets = Buffer<UInt32>(count: count)
    var start = 0
    while start < count {
      let end = min(start + GroupedRows.stepRowCount, count)
      let input = Batch(columns: keys.map { $0.slice(start..<end) }, rowCount: end - start)
      encoder.encode(plan.groupKeys(input), rowCount: input.rowCount)
      let numbers = try resolve(
        words: encoder.words,
        hashes: encoder.hashes,
        rowCount: input.rowCount
      )
      let own = targets.base + start
      own.update(from: numbers, count: input.rowCount)
      for distinct in plan.distinct {
        let rows = plan.rows(of: distinct, input)
        let values = input.taking(rows)
        if values.rowCount == 0 { continue }
        let valueGroups = Buffer<UInt32>(count: values.rowCount)
        for row in 0..<values.rowCount {
          valueGroups.base[row] = own[Int(rows.indices.base[row])]
        }
        try update([distinct.call], values, groups: valueGroups.base)
      }
      try grown()
      start = end
    }
    if plan.merged.isEmpty { return }
    let sources = Buffer<UInt32>(count: count)
    for group in 0..<count { sources.base[group] = UInt32(truncatingIfNeeded: group) }
    try mergeStates(first, plan.merged, sources: sources, targets: targets)
    try grown()
  }
}
