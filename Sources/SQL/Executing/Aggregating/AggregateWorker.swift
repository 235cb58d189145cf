import ColumnFormat

/// One worker's groups.
final class AggregateWorker: BatchConsumer {
  /// How many of its first rows a worker looks at before it decides whether to scatter.
  private static let sampleRowCount = 1 << 17
  /// So many groups among them, or ever, are too many for the cache.
  private static let sampleGroupCountMax = 1 << 15
  private static let groupCountMax = 1 << 18
  /// With fewer rows for each group, dividing rows is cheaper than merging groups.
  private static let rowsPerGroupMin = 2

  let index: Int
  private(set) var groups: GroupedRows
  private(set) var scattered: ScatteredRows?
  /// Full tables; the groups of later rows may be among theirs.
  private(set) var setAside: [DividedGroups] = []
  /// The same where keys came in ascending order; others may be in ``setAside``.
  private(set) var ascending: [AscendingGroups] = []
  private var setAsideByteCount = 0
  /// How many groups the table had whenever a morsel began.
  private var morselStarts: [Int] = []
  /// So many groups are looked at again: whether the table is worth its room.
  private var groupCountMax = AggregateWorker.sampleGroupCountMax
  private let sink: AggregateSink
  private let shape: AggregateShape
  private let encoder: KeyEncoder
  private var direct: DirectGrouping
  /// Where there are keys but no calls.
  private var repeated: RepeatedKeys?
  private let account: MemoryAccount
  /// The first batches, until it is decided what becomes of them; not kept where there are keys alone.
  private var sample: [Batch] = []
  /// How many rows were looked up in the table since it was begun.
  private var rowCount = 0
  private var isDecided: Bool
  private let control: RunControl
  private var batchesUntilCounted = 1
  /// To count what is held in some hundred pages takes as long as to add some hundred rows to them.
  private let batchesBetweenCounts: Int
  /// One for each pass, once there is no memory for more groups.
  private var writers: [PartitionWriter]?
  /// What divides those rows, where it is not all keys.
  private lazy var prefix = sink.makePrefix()

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
    batchesBetweenCounts = control.budget.byteCountMax < 256 << 20 ? 1 : 8
    isDecided = !sink.mayScatter
    super.init(statistics: sink.statistics)
    if sink.isScattered { scattered = makeScattered() }
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
    batchesUntilCounted -= 1
    if batchesUntilCounted > 0 { return }
    batchesUntilCounted = scattered == nil ? 1 : batchesBetweenCounts
    if try account.isCrowded(byteCount + groups.growthByteCount, share: 5) {
      if let partitions = sink.partitions(control) {
        try startSpilling(partitions)
      } else {
        try account.set(byteCount)
      }
    }
  }

  var byteCount: Int {
    groups.byteCount + setAsideByteCount + (scattered?.byteCount ?? 0) + encoder.byteCount
  }

  /// Moves scattered rows to the partitions; from now on rows go there at once.
  private func startSpilling(_ partitions: [SpilledPartitions]) throws {
    sample = []
    isDecided = true
    let writers = partitions.map { PartitionWriter($0, control) }
    self.writers = writers
    for part in scattered?.parts ?? [] {
      for page in part.pages {
        let keys = keys(of: page, in: part)
        try writers[0].append(
          keys + page.columns.map { $0.finish() },
          hashes: prefix?.hashes(keys, rowCount: page.rowCount) ?? UnsafePointer(page.hashes.base),
          rowCount: page.rowCount
        )
      }
      part.drop()
    }
    scattered = nil
    try account.set(byteCount + writers.reduce(0) { $0 + $1.byteCount })
  }

  /// The keys of scattered rows as they came.
  private func keys(of page: ScatteredRows.Page, in part: ScatteredRows.Part) -> [Column] {
    KeyDecoder.columns(
      encoder.layout,
      words: page.words.base,
      hashes: page.hashes.base,
      rowCount: page.rowCount,
      textOwner: part.textOwner
    )
  }

  private func spill(_ batch: Batch) throws {
    guard let writers else { return }
    let arguments = sink.positions.map { batch.columns[$0] }
    for (pass, writer) in writers.enumerated() {
      let keys = shape.keyColumns(pass, of: batch)
      let hashes: UnsafePointer<UInt64>
      if let prefix {
        hashes = prefix.hashes(keys, rowCount: batch.rowCount)
      } else {
        encoder.encode(keys, rowCount: batch.rowCount)
        hashes = UnsafePointer(encoder.hashes)
      }
      try writer.append(keys + arguments, hashes: hashes, rowCount: batch.rowCount)
    }
  }

  /// Moves scattered rows to the partitions, as others divide theirs by the first keys.
  func spillScattered() throws {
    guard scattered != nil, let partitions = sink.partitions(control) else { return }
    try startSpilling(partitions)
  }

  /// Hands over the scattered rows as they came, and forgets them.
  func takeScattered(_ body: (Batch) throws -> Void) throws {
    guard let rows = scattered else { return }
    scattered = nil
    for part in rows.parts {
      for page in part.pages where !control.isStopped {
        let keys = keys(of: page, in: part)
        let columns = page.columns.map { $0.finish() }
        try body(sink.input(columns, keys: keys, rowCount: page.rowCount))
      }
      part.drop()
    }
    account.release()
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
    rows.append(
      batch,
      words: encoder.words,
      hashes: encoder.hashes,
      rowCount: withoutRepeats(batch.rowCount)
    )
  }

  private func consume(_ batch: Batch, only chosen: ChosenGroups) throws {
    let keys = shape.keyColumns(0, of: batch)
    encoder.encode(keys, rowCount: batch.rowCount)
    let rows = Buffer<UInt32>(count: batch.rowCount)
    let count = chosen.select(
      encoder.hashes,
      keys: keys,
      rowCount: batch.rowCount,
      into: rows.base
    )
    if count == 0 { return }
    let kept = count == batch.rowCount ? batch : batch.taking(rows.slice(0..<count))
    try group(kept, shape.keyColumns(0, of: kept), shape.passes[0])
  }

  private func group(_ batch: Batch, _ keys: [Column], _ pass: AggregateShape.Pass) throws {
    if let known = try direct.resolve(keys, rowCount: batch.rowCount, groups, encoder) {
      rowCount += batch.rowCount
      return try groups.update(pass.calls, batch, groups: known)
    }
    encoder.encode(keys, rowCount: batch.rowCount)
    let count = withoutRepeats(batch.rowCount)
    let numbers = try groups.resolve(
      words: encoder.words,
      hashes: encoder.hashes,
      rowCount: count
    )
    rowCount += count
    try groups.update(pass.calls, batch, groups: numbers)
  }

  /// Leaves out encoded keys that were there shortly before, where that makes no difference.
  private func withoutRepeats(_ rowCount: Int) -> Int {
    repeated?.removeRepeats(words: encoder.words, hashes: encoder.hashes, rowCount: rowCount)
      ?? rowCount
  }

  /// Looks at how many of the first rows made groups, and later at how large the table is.
  private func decide(_ batch: Batch) throws {
    if isDecided {
      guard sink.mayScatter, groups.groupCount > groupCountMax - batch.rowCount else { return }
      if try setAscendingAside() { return }
      if hasSeveralRowsPerGroup {
        try setGroupsAside()
      } else if setAside.isEmpty && groupCountMax < AggregateWorker.groupCountMax {
        groupCountMax *= 2
      } else {
        scattered = makeScattered()
      }
      return
    }
    if !shape.calls.isEmpty { sample.append(batch) }
    if groups.groupCount > AggregateWorker.sampleGroupCountMax {
      if try setAscendingAside() {
        // The rows that follow will not differ, as a rule.
      } else if hasSeveralRowsPerGroup {
        try setGroupsAside()
      } else {
        try scatterSample()
      }
      isDecided = true
      sample = []
    } else if rowCount >= AggregateWorker.sampleRowCount {
      isDecided = true
      sample = []
    }
  }

  /// Scatters all rows that came so far, instead of merging their groups at the end.
  private func scatterSample() throws {
    let rows = makeScattered()
    scattered = rows
    if let table = groups.table, shape.calls.isEmpty {
      // Groups are all there is of the rows.
      let none = Batch(columns: [], rowCount: table.count)
      rows.append(none, words: table.keys, hashes: table.hashes, rowCount: table.count)
    }
    for batch in sample { scatter(batch, into: rows) }
    groups = try GroupedRows(shape)
    morselStarts = []
  }

  private var hasSeveralRowsPerGroup: Bool {
    rowCount >= groups.groupCount * AggregateWorker.rowsPerGroupMin
  }

  override func begin(morsel: Int) {
    if sink.mayStaySeparate && !morselStarts.contains(groups.groupCount) {
      morselStarts.append(groups.groupCount)
    }
  }

  /// Begins another table where the keys of this one ascend: it need not grow, as no group comes back.
  private func setAscendingAside() throws -> Bool {
    guard sink.mayStaySeparate, sink.mayScatter,
      let full = AscendingGroups(groups, starts: morselStarts)
    else { return false }
    ascending.append(full)
    setAsideByteCount += groups.byteCount
    try beginTable(capacity: AggregateWorker.sampleGroupCountMax)
    // Its array would be made anew again and again.
    direct = DirectGrouping(shape.keyTypes, isOff: true)
    return true
  }

  private func beginTable(capacity: Int) throws {
    groups = try GroupedRows(shape, capacity: capacity)
    // It knows the groups of the other table.
    direct = DirectGrouping(shape.keyTypes)
    rowCount = 0
    morselStarts = []
  }

  /// All groups, where all are in tables with ascending keys.
  func allAscending() -> [AscendingGroups]? {
    if groups.groupCount == 0 { return ascending }
    guard let last = AscendingGroups(groups, starts: morselStarts) else { return nil }
    return ascending + [last]
  }

  /// How many groups there are in all tables.
  var groupCount: Int { ascending.reduce(groups.groupCount) { $0 + $1.groups.groupCount } }

  /// Divides tables with ascending keys like others that were set aside.
  func divideAscending() throws {
    while let table = ascending.popLast() {
      if let full = try DividedGroups(table.groups) { setAside.append(full) }
    }
  }

  /// Begins another table.
  private func setGroupsAside() throws {
    guard let full = try DividedGroups(groups) else { return }
    setAside.append(full)
    setAsideByteCount += full.byteCount
    // Where the groups are the same ones again and again, a larger table has them all.
    groupCountMax = min(groupCountMax * 2, AggregateWorker.groupCountMax)
    try beginTable(capacity: groupCountMax)
  }

  private func makeScattered() -> ScatteredRows {
    ScatteredRows(encoder.layout, positions: sink.positions, types: sink.positionTypes)
  }

  override func close() throws {
    // Others may come, of another strand, whose groups are put beside those of the rows forgotten here.
    if !sample.isEmpty { isDecided = true }
    sample = []
  }

  /// Makes the group of the empty set, which is there even without rows.
  func addEmptyGroup(_ pass: Int) throws {
    if shape.isSingleGroup || scattered != nil { return }
    var keys = shape.passes[pass].keys.indices.map { shape.keyTypes[$0].nulls(count: 1) }
    if shape.hasPassKey { keys.append(.constant(.int(Int64(pass)), .int32, count: 1)) }
    encoder.encode(keys, rowCount: 1)
    _ = try groups.resolve(words: encoder.words, hashes: encoder.hashes, rowCount: 1)
  }

  /// Adds groups of the first stage of DISTINCT.
  func merge(_ first: GroupedRows, _ table: DistinctPlan.Table, _ plan: DistinctPlan) throws {
    try groups.merge(first, table, plan, encoder) { try account.set(byteCount) }
  }

  /// The groups are taken over by another worker.
  func release() { account.release() }

  /// All that was collected is in other groups.
  func forget() {
    setAside = []
    ascending = []
    scattered = nil
    if let none = try? GroupedRows(shape, capacity: 1) { groups = none }
    account.release()
  }
}
