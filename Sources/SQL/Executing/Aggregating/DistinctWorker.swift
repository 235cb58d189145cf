import ColumnFormat

/// One worker's rows of an aggregation with DISTINCT calls: looks at the first ones, and hands all to one
/// stage or to the first of two.
final class DistinctWorker: BatchConsumer {
  /// How many rows are looked at.
  private static let sampleRowCount = 1 << 15
  private static let sampleRowCountMin = 1 << 14
  /// One stage wants no more rows for each group among these, on average, and for no group more than this
  /// part of them.
  private static let rowsPerGroupMax = 2
  /// So many rows for each group among the first ones are enough to see that groups are few.
  private static let rowsPerGroupOfFew = 8
  private static let fewRowCountMin = 4096
  private static let largestGroupShare = 16
  /// Rows of one stage that take more than this part of what memory is left go to two stages, which can use
  /// the temporary file for whatever does not fit.
  private static let memoryShare = 8
  private static let batchesBetweenCounts = 8

  private let sink: DistinctAggregateSink
  private let index: Int
  private let control: RunControl
  private let encoder: KeyEncoder
  /// The keys of the sample, and how many rows each has.
  private var keys: GroupTable?
  private var counts: [Int] = []
  private var sample: [Batch] = []
  private var sampledRowCount = 0
  /// Where rows go, once it is decided.
  private var targets: [AggregateWorker]?
  /// Whether that is the only stage.
  private var isOneStage = false
  private var batchCount = 0

  init(_ sink: DistinctAggregateSink, index: Int, _ control: RunControl) {
    self.sink = sink
    self.index = index
    self.control = control
    encoder = KeyEncoder(KeyLayout(sink.shape.keyTypes))
    keys = GroupTable(encoder.layout)
    super.init(statistics: sink.statistics)
  }

  override func consume(_ batch: Batch) throws {
    guard let targets else { return try look(batch) }
    for target in targets { try target.consume(batch) }
    if isOneStage && (hasTooMuch(targets[0]) || sink.way == .twoStages) { try fallBack() }
  }

  private func hasTooMuch(_ worker: AggregateWorker) -> Bool {
    batchCount += 1
    if batchCount % DistinctWorker.batchesBetweenCounts != 0 { return false }
    let left = control.budget.byteCountMax - control.budget.byteCount
    return worker.byteCount > left / DistinctWorker.memoryShare
  }

  /// Adds rows to the sample, until it is large enough or another worker has decided.
  private func look(_ batch: Batch) throws {
    sample.append(batch)
    sampledRowCount += batch.rowCount
    if sink.way == .undecided, let keys {
      encoder.encode(sink.groupKeys(batch), rowCount: batch.rowCount)
      let groups = Buffer<UInt32>(count: batch.rowCount)
      keys.resolve(
        words: encoder.words,
        hashes: encoder.hashes,
        rowCount: batch.rowCount,
        groups: groups.base
      )
      counts += Array(repeating: 0, count: keys.count - counts.count)
      for row in 0..<batch.rowCount { counts[Int(groups.base[row])] += 1 }
      let areFew =
        sampledRowCount >= DistinctWorker.fewRowCountMin
        && sampledRowCount > keys.count * DistinctWorker.rowsPerGroupOfFew
      if sampledRowCount < DistinctWorker.sampleRowCount && !areFew { return }
      decide(keys)
    }
    try begin()
  }

  private func decide(_ keys: GroupTable) {
    let areMany = keys.count * DistinctWorker.rowsPerGroupMax >= sampledRowCount
    let areSmall = (counts.max() ?? 0) * DistinctWorker.largestGroupShare <= sampledRowCount
    sink.decide(areMany && areSmall ? .oneStage : .twoStages)
  }

  /// Hands the sample on, once it is decided where, and what comes after it.
  func begin() throws {
    if targets != nil { return }
    isOneStage = sink.way == .oneStage
    let targets = try sink.stage(isOnly: isOneStage, index, control)
    self.targets = targets
    keys = nil
    counts = []
    let first = sample
    sample = []
    for batch in first {
      for target in targets { try target.consume(batch) }
    }
  }

  /// Moves all rows of one stage to the first of two.
  func fallBack() throws {
    guard isOneStage, let before = targets else { return }
    sink.decide(.twoStages)
    isOneStage = false
    let targets = try sink.stage(isOnly: false, index, control)
    self.targets = targets
    try before[0].takeScattered { batch in
      for target in targets { try target.consume(batch) }
    }
  }

  override func close() throws {
    if sink.way == .undecided {
      // What few rows are like is left to other workers.
      guard let keys, sampledRowCount >= DistinctWorker.sampleRowCountMin else { return }
      decide(keys)
    }
    try begin()
    for target in targets ?? [] { try target.close() }
  }
}
