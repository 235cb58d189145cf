import ColumnFormat
import Synchronization

/// Keeps the first rows in an order.
///
/// Every worker keeps a few thousand candidates and cuts them back to the wanted number when they
/// are full; the worst row left is the threshold that later rows have to beat, for all workers.
///
/// Where many rows are wanted and memory is short, a worker puts its candidates into the temporary file
/// as a sorted run; ``RunMerge`` merges the runs in the end.
final class TopNSink: Sink, @unchecked Sendable {
  let types: [SQLType]
  let order: RowOrder
  let rowCountMax: Int
  /// Fewer rows are kept in memory in any case.
  private static let rowCountInMemory = 4096
  private let offset: Int
  private let monitor = Monitor()
  private var workers: [TopNWorker] = []
  private(set) var result: Batch?
  private var runs: [SpilledRows] = []
  /// Set where rows were put into the temporary file.
  private(set) var merge: RunMerge?
  /// The first sort word of the worst row that is still wanted.
  let threshold = Atomic<UInt64>(.max)
  private var worst: (word: UInt64, keys: Batch)?

  /// That row's first key; nil before there are enough rows.
  var worstKey: Scalar? { worstKeys?.columns.first?.scalar(at: 0) }
  /// All its keys, one row; nil before there are enough rows.
  var worstKeys: Batch? { monitor.locked { worst?.keys } }

  /// Takes the worst row of a worker that has enough rows.
  ///
  /// Under the monitor, as `Atomic.min` compares unsigned numbers as if they had a sign (Swift 6.3).
  fileprivate func lower(to word: UInt64, keys: Batch) {
    monitor.locked {
      if let worst, word > worst.word { return }
      worst = (word, keys)
      threshold.store(word, ordering: .relaxed)
    }
  }

  init(
    types: [SQLType],
    order: RowOrder,
    count: Int,
    offset: Int,
    statistics: OperatorStatistics?
  ) {
    self.types = types
    self.order = order
    rowCountMax = count.addingReportingOverflow(offset).overflow ? Int.max : count + offset
    self.offset = offset
    super.init(statistics: statistics)
  }

  override func makeConsumer(_ worker: WorkerContext) throws -> BatchConsumer {
    let control = worker.control
    let account = MemoryAccount(control.budget, for: "top n", statistics: statistics)
    let consumer = TopNWorker(self, account) { [unowned self] rows in
      let run = SpilledRows(types, control.spill, statistics: statistics)
      let byteCount = rows.columns.reduce(0) { $0 + $1.valueByteCount }
      try run.append(rows, byteCount: byteCount)
      monitor.locked { runs.append(run) }
    }
    monitor.locked { workers.append(consumer) }
    return consumer
  }

  /// Whether candidates may be put into the temporary file.
  fileprivate var maySpill: Bool { rowCountMax > TopNSink.rowCountInMemory }

  /// Hands over the rows that are wanted, in order, until `body` returns false.
  func forEach(_ body: (Batch) throws -> Bool) throws {
    guard let merge else {
      try result?.forEachSlice(body)
      return
    }
    var left = rowCountMax
    var skipped = offset
    try merge.forEach { batch in
      let end = min(batch.rowCount, left)
      let start = min(skipped, end)
      left -= end
      skipped -= start
      var wantsMore = true
      try batch.slice(start..<end).forEachSlice { slice in
        wantsMore = try body(slice)
        return wantsMore
      }
      return wantsMore && left > 0
    }
  }

  override func combine(_ control: RunControl) throws {
    if !runs.isEmpty {
      for worker in workers { try worker.spill() }
      workers = []
      merge = RunMerge(runs, types, order, control, statistics: statistics)
      return
    }
    let parts = workers.flatMap(\.candidates).filter { $0.rowCount > 0 }
    workers = []
    guard !parts.isEmpty else { return }
    let all = Batch.concatenate(parts)
    let permutation = try ParallelSort.permutation(all, order, control)
    let end = min(rowCountMax, permutation.count)
    let start = min(offset, end)
    result = all.taking(permutation.slice(start..<end))
  }
}

/// One worker's candidates.
final class TopNWorker: BatchConsumer {
  private(set) var candidates: [Batch] = []
  private let sink: TopNSink
  private let account: MemoryAccount
  private var rowCount = 0
  /// The last row that this worker kept: its first sort word, and its keys.
  private var worst: (word: UInt64, keys: Batch)?
  /// The order of keys alone.
  private let keyOrder: RowOrder
  /// Of candidates that were not yet copied, where these may be many.
  private var looseByteCount = 0
  /// Of those that were.
  private var keptByteCount = 0
  /// Puts sorted rows into the temporary file.
  private let write: (Batch) throws -> Void

  init(_ sink: TopNSink, _ account: MemoryAccount, write: @escaping (Batch) throws -> Void) {
    self.sink = sink
    self.account = account
    keyOrder = RowOrder(
      keys: sink.order.keys.enumerated().map { position, key in
        RowOrder.Key(column: position, isDescending: key.isDescending, nullsFirst: key.nullsFirst)
      }
    )
    self.write = write
    super.init(statistics: sink.statistics)
  }

  override func consume(_ batch: Batch) throws {
    if sink.rowCountMax == 0 { return }
    let threshold = sink.threshold.load(ordering: .relaxed)
    var kept = batch
    if threshold < .max {
      let rows = wanted(batch, threshold)
      if rows.count == 0 { return }
      kept = batch.taking(rows)
    }
    candidates.append(kept)
    rowCount += kept.rowCount
    if rowCount >= sink.rowCountMax.addingReportingOverflow(sink.rowCountMax).partialValue
      && rowCount >= sink.rowCountMax &+ 4096
    {
      try cut()
    }
    guard sink.maySpill else { return }
    looseByteCount += kept.columns.reduce(0) { $0 + $1.valueByteCount }
    if try account.isCrowded(keptByteCount + looseByteCount, share: 5) { try spill() }
  }

  /// Puts the candidates into the temporary file.
  func spill() throws {
    if rowCount == 0 { return }
    try cut()
    for rows in candidates { try write(rows) }
    candidates = []
    rowCount = 0
    keptByteCount = 0
    account.release()
  }

  /// The rows of a batch that may be among the first.
  private func wanted(_ batch: Batch, _ threshold: UInt64) -> Buffer<UInt32> {
    let words = SortWords(batch, sink.order, wordCountMax: 1).words
    let rows = Buffer<UInt32>(count: batch.rowCount)
    var count = 0
    var tiedCount = 0
    for row in 0..<batch.rowCount {
      rows.base[count] = UInt32(truncatingIfNeeded: row)
      count &+= Int(bit(words.base[row] <= threshold))
      tiedCount &+= Int(bit(words.base[row] == threshold))
    }
    let selected = rows.slice(0..<count)
    guard tiedCount > 0, let worst, worst.word == threshold else { return selected }
    return better(selected, of: batch, than: worst.keys)
  }

  /// Those of some rows that come before the worst row: long texts may begin alike, and many rows may
  /// have the same first key, so all of the keys tell.
  private func better(_ rows: Buffer<UInt32>, of batch: Batch, than worst: Batch) -> Buffer<UInt32>
  {
    let last = rows.count
    let compared = Batch.concatenate([keys(of: batch).taking(rows), worst])
    let words = SortWords(compared, keyOrder)
    let comparison = words.inexactKey.map { RowComparison(compared, keyOrder, from: $0) }
    let chosen = Buffer<UInt32>(count: rows.count)
    var count = 0
    for index in 0..<last {
      let isBetter = words.compare(index, last, comparison) < 0
      chosen.base[count] = rows.base[index]
      count &+= Int(bit(isBetter))
    }
    return chosen.slice(0..<count)
  }

  private func keys(of batch: Batch) -> Batch {
    Batch(columns: sink.order.keys.map { batch.columns[$0.column] }, rowCount: batch.rowCount)
  }

  /// Keeps the wanted rows, and lets the others know what they have to beat.
  private func cut() throws {
    let all = Batch.concatenate(candidates)
    let words = SortWords(all, sink.order)
    let entries = RowSorter.sorted(all, sink.order, words, rows: 0..<all.rowCount)
    let end = min(sink.rowCountMax, entries.count)
    let rows = RowCollection(sink.types)
    rows.append(all.columns, rows: RowSorter.numbers(entries.slice(0..<end)))
    candidates = [rows.finish()]
    rowCount = end
    keptByteCount = rows.byteCount
    looseByteCount = 0
    try account.set(keptByteCount)
    guard end == sink.rowCountMax, end > 0 else { return }
    let last = Int(truncatingIfNeeded: entries.base[end - 1].row)
    if sink.order.keys.isEmpty { return }
    let word = words.words.base[last * words.wordCount]
    let worstKeys = keys(of: candidates[0].slice((end - 1)..<end))
    worst = (word, worstKeys)
    sink.lower(to: word, keys: worstKeys)
  }

  override func close() throws {
    if rowCount > sink.rowCountMax { try cut() }
  }
}

/// The rows that a top-n kept.
final class TopNSource: Source, @unchecked Sendable {
  private let sink: TopNSink

  init(_ sink: TopNSink) {
    self.sink = sink
    super.init(statistics: nil, output: sink.statistics)
  }

  override var morselCount: Int { sink.result == nil && sink.merge == nil ? 0 : 1 }
  override var rowCountEstimate: Int? { sink.merge?.rowCount ?? sink.result?.rowCount ?? 0 }

  override func makeReader(_ worker: WorkerContext) throws -> SourceReader { Reader(sink) }

  private final class Reader: SourceReader {
    private let sink: TopNSink

    init(_ sink: TopNSink) { self.sink = sink }

    override func read(_ morsel: Int, push: (Batch) throws -> Bool) throws {
      try sink.forEach(push)
    }
  }
}
