import ColumnFormat
import Synchronization

/// An aggregation with DISTINCT calls: see ``DistinctPlan``.
///
/// The second stage is made in memory, by all workers. Where the first one does not fit, or takes so much
/// that the second might not, the first is divided by the keys of the second, and each part goes through
/// both stages by itself.
///
/// Where the first rows make many groups, none of them large, all goes through one stage, in which rows are
/// divided by the groups' keys (``DistinctWorker``).
final class DistinctAggregateSink: Sink, GroupSupply, @unchecked Sendable {
  /// How many stages there are.
  enum Way: Int { case undecided, oneStage, twoStages }

  /// Rows of one stage are in many parts, which take some memory however few rows there are.
  private static let oneStageMemoryMin = 64 << 20
  /// Above so many rows no part of one stage may have more than a quarter: the workers share the parts.
  private static let evenRowCountMin = 1 << 18

  private let plan: DistinctPlan
  private let first: AggregateSink
  private let second: AggregateSink
  /// Nil where two stages are needed.
  private let single: AggregateSink?
  private let decision = Atomic<Int>(Way.undecided.rawValue)
  private let monitor = Monitor()
  private var workers: [Int: DistinctWorker] = [:]

  init(_ plan: DistinctPlan, inputTypes: [SQLType], statistics: OperatorStatistics?) {
    self.plan = plan
    first = AggregateSink(
      plan.first,
      inputTypes: inputTypes,
      divisionKeyCount: plan.groupKeyCount > 0 ? plan.groupKeyCount : nil,
      statistics: statistics
    )
    second = AggregateSink(plan.second, inputTypes: nil, statistics: statistics)
    single = plan.oneStage.map {
      AggregateSink($0, inputTypes: inputTypes, isScattered: true, statistics: statistics)
    }
    super.init(statistics: statistics)
  }

  var shape: AggregateShape { second.shape }

  var partCount: Int {
    if let single, way == .oneStage { return single.partCount }
    return first.isDividedByPrefix ? first.partCount : second.partCount
  }

  /// What is decided; one stage may still become two, while rows come.
  var way: Way { Way(rawValue: decision.load(ordering: .acquiring)) ?? .twoStages }

  /// Decides for all workers; the last of several decisions that holds is for two stages.
  func decide(_ way: Way) {
    if way == .twoStages {
      decision.store(way.rawValue, ordering: .releasing)
    } else {
      _ = decision.compareExchange(
        expected: Way.undecided.rawValue,
        desired: way.rawValue,
        ordering: .acquiringAndReleasing
      )
    }
  }

  /// The only stage, or the first of two.
  func stage(_ isOnly: Bool) -> AggregateSink { isOnly ? single ?? first : first }

  /// The keys of the groups among a batch's columns.
  func groupKeys(_ batch: Batch) -> [Column] { shape.keyColumns(0, of: batch) }

  override func makeConsumer(_ worker: WorkerContext) throws -> BatchConsumer {
    let budget = worker.control.budget
    let isPossible =
      single != nil && !budget.spillsAtOnce
      && budget.byteCountMax >= DistinctAggregateSink.oneStageMemoryMin
    guard isPossible else {
      decide(.twoStages)
      return try first.makeConsumer(worker)
    }
    return monitor.locked {
      if let known = workers[worker.index] { return known }
      let made = DistinctWorker(self, index: worker.index, worker.control)
      workers[worker.index] = made
      return made
    }
  }

  override func combine(_ control: RunControl) throws {
    if way == .undecided { decide(.twoStages) }
    for worker in workers.values { try worker.begin() }
    if let single, way == .oneStage {
      if hasEvenParts { return try single.combine(control) }
      decide(.twoStages)
    }
    for worker in workers.values { try worker.fallBack() }
    workers = [:]
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

  /// Whether no worker would have to do most of one stage's work alone.
  private var hasEvenParts: Bool {
    let parts = single?.workers.compactMap { $0.scattered?.parts.map(\.rowCount) } ?? []
    var sums = [Int](repeating: 0, count: ScatteredRows.partCount)
    for own in parts {
      for (part, rowCount) in own.enumerated() { sums[part] += rowCount }
    }
    let total = sums.reduce(0, +)
    return total < DistinctAggregateSink.evenRowCountMin || (sums.max() ?? 0) <= total / 4
  }

  func finish(part: Int, _ control: RunControl, _ emit: GroupReceiver) throws {
    if let single, way == .oneStage { return try single.finish(part: part, control, emit) }
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
