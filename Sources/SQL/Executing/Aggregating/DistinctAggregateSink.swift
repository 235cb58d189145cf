import ColumnFormat
import Synchronization

/// An aggregation with DISTINCT calls: see ``DistinctPlan``.
///
/// The second stage is made in memory, by all workers. Where the first one does not fit, or takes so much
/// that the second might not, the first is divided by the keys of the second, and each part goes through
/// both stages by itself (``DistinctParts``).
///
/// Where the first rows make many groups, none of them large, all goes through one stage, in which rows are
/// divided by the groups' keys (``DistinctWorker``).
final class DistinctAggregateSink: Sink, GroupSupply, @unchecked Sendable {
  /// How many stages there are.
  enum Way: Int { case undecided, oneStage, twoStages }

  /// Rows of one stage are in many parts, which take some memory however few rows there are.
  private static let oneStageMemoryMin = 64 << 20
  /// Tables of the first stage take less than this part of the memory, or are finished part by part: what
  /// they are brought together to takes about as much again for each worker.
  private static let inMemoryShare = 8
  /// Above so many rows no part of one stage may have more than a quarter: the workers share the parts.
  private static let evenRowCountMin = 1 << 18

  private let plan: DistinctPlan
  /// One for each table of the first stage.
  private let first: [AggregateSink]
  private let second: AggregateSink
  /// Nil where two stages are needed.
  private let single: AggregateSink?
  private let decision = Atomic<Int>(Way.undecided.rawValue)
  private let monitor = Monitor()
  private var workers: [Int: DistinctWorker] = [:]

  init(_ plan: DistinctPlan, inputTypes: [SQLType], statistics: OperatorStatistics?) {
    self.plan = plan
    first = plan.tables.map {
      AggregateSink(
        $0.shape,
        inputTypes: inputTypes,
        divisionKeyCount: plan.groupKeyCount > 0 ? plan.groupKeyCount : nil,
        statistics: statistics
      )
    }
    second = AggregateSink(plan.second, inputTypes: nil, statistics: statistics)
    single = plan.oneStage.map {
      AggregateSink($0, inputTypes: inputTypes, isScattered: true, statistics: statistics)
    }
    super.init(statistics: statistics)
  }

  var shape: AggregateShape { second.shape }

  var partCount: Int {
    if let single, way == .oneStage { return single.partCount }
    return isDivided ? first[0].partCount : second.partCount
  }

  private var isDivided: Bool { first[0].isDividedByPrefix }

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

  /// One worker's part of the only stage, or of each table of the first of two.
  func stage(isOnly: Bool, _ worker: Int, _ control: RunControl) throws -> [AggregateWorker] {
    let sinks = isOnly ? single.map { [$0] } ?? first : first
    return try sinks.map { try $0.worker(worker, control) }
  }

  /// The keys of the groups among a batch's columns.
  func groupKeys(_ batch: Batch) -> [Column] { shape.keyColumns(0, of: batch) }

  override func makeConsumer(_ worker: WorkerContext) throws -> BatchConsumer {
    let budget = worker.control.budget
    let isPossible =
      single != nil && !budget.spillsAtOnce
      && budget.byteCountMax >= DistinctAggregateSink.oneStageMemoryMin
    if !isPossible { decide(.twoStages) }
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
    let isTooMuch =
      first.reduce(0) { $0 + $1.byteCount }
      > control.budget.byteCountMax / DistinctAggregateSink.inMemoryShare
    let divides = plan.groupKeyCount > 0 && (isTooMuch || first.contains(where: \.hasSpilled))
    for table in first { try table.combine(control, dividesByPrefix: divides) }
    if isDivided { return }
    let parts = first.enumerated().flatMap { table, sink in
      (0..<sink.partCount).map { (table: table, part: $0) }
    }
    let next = SharedCounter()
    control.pool.run(min(control.settings.threads, parts.count)) { index in
      do {
        let worker = try self.second.worker(index, control)
        while !control.isStopped {
          let number = next.take()
          if number >= parts.count { return }
          let (table, part) = parts[number]
          try self.first[table].finish(part: part, control) { groups, _ in
            try worker.merge(groups, self.plan.tables[table], self.plan)
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
    if !isDivided { return try second.finish(part: part, control, emit) }
    let rows = try first.map { try $0.take(part: part, control) }
    _ = try DistinctParts(plan, first, second, control).finish(rows, level: 1, emit)
  }
}
