import ColumnFormat

/// One worker's groups.
final class AggregateWorker: BatchConsumer {
  /// How many of its first rows a worker looks at before it decides whether to scatter.
  private static let sampleRowCount = 1 << 17
  /// So many groups among them, or ever, are too many for the cache.
  private static let sampleGroupCountMax = 1 << 15
  private static let groupCountMax = 1 << 18

  let index: Int
  private(set) var groups: GroupedRows
  private(set) var scattered: ScatteredRows?
  private let sink: AggregateSink
  private let shape: AggregateShape
  private let encoder: KeyEncoder
  private let direct: DirectGrouping
  /// Where there are keys but no calls.
  private let repeated: RepeatedKeys?
  private let account: MemoryAccount
  /// The first batches, until it is decided what becomes of them.
  private var sample: [Batch] = []
  private var rowCount = 0
  private var isDecided: Bool
  private let control: RunControl
  /// One for each pass, once there is no memory for more groups.
  private var writers: [PartitionWriter]?

  init(_ sink: AggregateSink, index: Int, _ control: RunControl) throws {
    self.index = index
    self.sink = sink
    shape = sink.shape
    groups = try GroupedRows(shape)
    encoder = KeyEncoder(KeyLayout(shape.keyTypes))
    repeated = shape.calls.isEmpty ? RepeatedKeys(encoder.layout) : nil
    direct = DirectGrouping(shape.keyTypes)
    account = MemoryAccount(control.budget, for: sink.name, statistics: sink.statistics)
    self.control = control
    isDecided = !sink.mayScatter
    super.init(statistics: sink.statistics)
  }

  override func consume(_ batch: Batch) throws {
    if writers != nil { return try spill(batch) }
    if shape.isSingleGroup {
      try groups.update(shape.passes[0].calls, batch, groups: nil)
    } else if let chosen = sink.chosen {
      try consume(batch, only: chosen)
    } else if let scattered {
      scatter(batch, into: scattered)
    } else {
      for (number, pass) in shape.passes.enumerated() {
        try group(batch, shape.keyColumns(number, of: batch), pass)
      }
      try decide(batch)
    }
    if try account.isCrowded(byteCount, share: 5) {
      if let partitions = sink.partitions(control) {
        try startSpilling(partitions)
      } else {
        try account.set(byteCount)
      }
    }
  }

  private var byteCount: Int {
    groups.byteCount + (scattered?.byteCount ?? 0) + encoder.byteCount
  }

  /// Moves scattered rows to the partitions; from now on rows go there at once.
  private func startSpilling(_ partitions: [SpilledPartitions]) throws {
    sample = []
    isDecided = true
    let writers = partitions.map { PartitionWriter($0, control) }
    self.writers = writers
    for part in scattered?.parts ?? [] {
      for page in part.pages {
        let keys = KeyDecoder.columns(
          encoder.layout,
          words: page.words.base,
          hashes: page.hashes.base,
          rowCount: page.rowCount,
          textOwner: part.textOwner
        )
        try writers[0].append(
          keys + page.columns.map { $0.finish() },
          hashes: page.hashes.base,
          rowCount: page.rowCount
        )
      }
      part.drop()
    }
    scattered = nil
    try account.set(byteCount + writers.reduce(0) { $0 + $1.byteCount })
  }

  private func spill(_ batch: Batch) throws {
    guard let writers else { return }
    let arguments = sink.positions.map { batch.columns[$0] }
    for (pass, writer) in writers.enumerated() {
      let keys = shape.keyColumns(pass, of: batch)
      encoder.encode(keys, rowCount: batch.rowCount)
      try writer.append(keys + arguments, hashes: encoder.hashes, rowCount: batch.rowCount)
    }
  }

  /// No more rows come.
  func finishSpilling() throws {
    guard let writers else { return }
    for writer in writers { try writer.flush() }
    self.writers = nil
    try account.set(byteCount)
  }

  private func scatter(_ batch: Batch, into rows: ScatteredRows) {
    encoder.encode(shape.keyColumns(0, of: batch), rowCount: batch.rowCount)
    let rowCount =
      repeated?.removeRepeats(
        words: encoder.words,
        hashes: encoder.hashes,
        rowCount: batch.rowCount
      ) ?? batch.rowCount
    rows.append(batch, words: encoder.words, hashes: encoder.hashes, rowCount: rowCount)
  }

  private func consume(_ batch: Batch, only chosen: ChosenGroups) throws {
    encoder.encode(shape.keyColumns(0, of: batch), rowCount: batch.rowCount)
    let rows = Buffer<UInt32>(count: batch.rowCount)
    let count = chosen.select(encoder.hashes, rowCount: batch.rowCount, into: rows.base)
    if count == 0 { return }
    let kept = count == batch.rowCount ? batch : batch.taking(rows.slice(0..<count))
    try group(kept, shape.keyColumns(0, of: kept), shape.passes[0])
  }

  private func group(_ batch: Batch, _ keys: [Column], _ pass: AggregateShape.Pass) throws {
    if let known = try direct.resolve(keys, rowCount: batch.rowCount, groups, encoder) {
      return try groups.update(pass.calls, batch, groups: known)
    }
    encoder.encode(keys, rowCount: batch.rowCount)
    let numbers = try groups.resolve(
      words: encoder.words,
      hashes: encoder.hashes,
      rowCount: batch.rowCount
    )
    try groups.update(pass.calls, batch, groups: numbers)
  }

  /// Looks at how many of the first rows made groups, and later at how large the table is.
  private func decide(_ batch: Batch) throws {
    rowCount += batch.rowCount
    if isDecided {
      if sink.mayScatter && groups.groupCount > AggregateWorker.groupCountMax {
        scattered = makeScattered()
      }
      return
    }
    sample.append(batch)
    if groups.groupCount > AggregateWorker.sampleGroupCountMax {
      let rows = makeScattered()
      scattered = rows
      for batch in sample { scatter(batch, into: rows) }
      groups = try GroupedRows(shape)
      isDecided = true
      sample = []
    } else if rowCount >= AggregateWorker.sampleRowCount {
      isDecided = true
      sample = []
    }
  }

  private func makeScattered() -> ScatteredRows {
    ScatteredRows(encoder.layout, positions: sink.positions, types: sink.positionTypes)
  }

  override func close() throws { sample = [] }

  /// Makes the group of the empty set, which is there even without rows.
  func addEmptyGroup(_ pass: Int) throws {
    if shape.isSingleGroup || scattered != nil { return }
    var keys = shape.passes[pass].keys.indices.map { shape.keyTypes[$0].nulls(count: 1) }
    if shape.hasPassKey { keys.append(.constant(.int(Int64(pass)), .int32, count: 1)) }
    encoder.encode(keys, rowCount: 1)
    _ = try groups.resolve(words: encoder.words, hashes: encoder.hashes, rowCount: 1)
  }

  /// Adds groups whose states another aggregation made: the second stage of DISTINCT.
  func merge(_ first: GroupedRows, _ plan: DistinctPlan) throws {
    let keys = first.keyColumns()
    let count = first.groupCount
    let targets = Buffer<UInt32>(count: count)
    let sources = Buffer<UInt32>(count: count)
    for group in 0..<count { sources.base[group] = UInt32(truncatingIfNeeded: group) }
    let step = 8192
    var start = 0
    while start < count {
      let end = min(start + step, count)
      let input = Batch(
        columns: keys.map { $0.slice(start..<end) },
        rowCount: end - start
      )
      encoder.encode(plan.groupKeys(input), rowCount: input.rowCount)
      let numbers = try groups.resolve(
        words: encoder.words,
        hashes: encoder.hashes,
        rowCount: input.rowCount
      )
      (targets.base + start).update(from: numbers, count: input.rowCount)
      for distinct in plan.distinct {
        let rows = plan.rows(of: distinct, input)
        let own = input.taking(rows)
        if own.rowCount == 0 { continue }
        let ownGroups = Buffer<UInt32>(count: own.rowCount)
        for row in 0..<own.rowCount {
          ownGroups.base[row] = targets.base[start &+ Int(rows.indices.base[row])]
        }
        try groups.update([distinct.call], own, groups: ownGroups.base)
      }
      start = end
    }
    try groups.mergeStates(first, plan.merged, sources: sources, targets: targets)
    try account.set(groups.byteCount + encoder.byteCount)
  }

  /// The groups are taken over by another worker.
  func release() { account.release() }
}
