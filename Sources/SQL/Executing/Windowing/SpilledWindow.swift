import ColumnFormat

/// Brings the rows of a window's hash range back from the temporary file, as many whole partitions at a
/// time as there is memory for.
///
/// Rows of many partitions are divided again. A partition that does not fit by itself is sorted by
/// runs, as ORDER BY sorts, and computed while these are merged.
final class SpilledWindow {
  /// Rows that are still together after so many divisions belong to one partition.
  private static let levelMax = 4

  private let sink: WindowSink
  private let control: RunControl
  private let account: MemoryAccount
  private let encoder: KeyEncoder
  /// Of the division that follows if there is no memory.
  private let level: Int
  private var table: GroupTable
  private var collected: RowCollection
  private var numbers = BufferBuilder<UInt32>()
  private var keptRowCount = 0
  /// Where rows go that there is no memory for; only those of other partitions where there are runs.
  private var writer: PartitionWriter?
  /// The first partition's rows by runs, once it is known to be too large.
  private var runs: [SpilledRows]?

  init(_ sink: WindowSink, _ control: RunControl, level: Int = 1) {
    self.sink = sink
    self.control = control
    self.level = level
    account = MemoryAccount(control.budget, for: sink.name, statistics: sink.statistics)
    encoder = KeyEncoder(sink.layout)
    table = GroupTable(sink.layout)
    collected = RowCollection(sink.types)
  }

  /// Hands over all rows, until `body` returns false.
  ///
  /// - Parameters:
  ///   - spilled: The range's rows in the file, read for the last time.
  ///   - rows: Those in memory.
  ///   - body: Takes whole partitions.
  /// - Returns: Whether more rows are wanted.
  /// - Throws: `exceededMemory` where a partition has to fit, and does not.
  func take(
    _ spilled: SpilledRows,
    _ rows: Batch,
    _ body: (WindowSink.Piece) throws -> Bool
  ) throws -> Bool {
    if rows.rowCount > 0 {
      try rows.forEachSlice { slice in
        try add(slice)
        return true
      }
    }
    try spilled.forEach { batch in
      try add(batch)
      return !control.isStopped
    }
    spilled.discard()
    if control.isStopped { return false }
    if runs != nil {
      if try !putOutRuns(body) { return false }
    } else if writer == nil {
      if collected.rowCount == 0 { return true }
      if sink.selection != nil && collected.rowCount > keptRowCount { cut() }
      return try body(.partitions(collected.finish(), numbers.finish()))
    }
    return try putOutDivisions(body)
  }

  private var byteCount: Int { collected.byteCount + numbers.count * 4 + table.byteCount }

  private func add(_ batch: Batch) throws {
    let rowCount = batch.rowCount
    encoder.encode(sink.partitionBy.map { batch.columns[$0] }, rowCount: rowCount)
    if let writer, runs == nil {
      return try writer.append(batch.columns, hashes: encoder.hashes, rowCount: rowCount)
    }
    let own = Buffer<UInt32>(count: rowCount)
    table.resolve(
      words: encoder.words,
      hashes: encoder.hashes,
      rowCount: rowCount,
      groups: own.base
    )
    if runs != nil { return try addToRuns(batch, own) }
    collected.append(batch)
    numbers.append(from: own.base, count: rowCount)
    guard try account.isCrowded(byteCount, share: 6) else { return }
    if sink.selection != nil, collected.rowCount >= keptRowCount * 2 {
      cut()
      if try !account.isCrowded(byteCount, share: 6) { return }
    }
    if table.count > 1 {
      if level <= SpilledWindow.levelMax { writer = makeWriter() }
    } else if sink.streamed != nil {
      runs = []
      return try writeRun()
    }
    try account.set(byteCount)
  }

  private func makeWriter() -> PartitionWriter {
    let target = SpilledPartitions(sink.types, level: level, control, statistics: sink.statistics)
    return PartitionWriter(target, control)
  }

  /// Leaves the rows that are wanted.
  private func cut() {
    guard let selection = sink.selection else { return }
    let batch = collected.finish()
    let old = numbers.finish()
    let wanted = selection.survivors(batch, old.base, partitionCount: table.count)
    collected = RowCollection(sink.types)
    collected.append(batch.columns, rows: wanted)
    numbers = BufferBuilder<UInt32>(capacity: max(wanted.count, 1))
    for index in 0..<wanted.count { numbers.append(old.base[Int(wanted.base[index])]) }
    keptRowCount = collected.rowCount
  }

  // MARK: One large partition

  /// Adds the first partition's rows to the next run, and divides the others.
  private func addToRuns(_ batch: Batch, _ partitions: Buffer<UInt32>) throws {
    let first = Buffer<UInt32>(count: batch.rowCount)
    let others = Buffer<UInt32>(count: batch.rowCount)
    var (firstCount, otherCount) = (0, 0)
    for row in 0..<batch.rowCount {
      let isFirst = partitions.base[row] == 0
      first.base[firstCount] = UInt32(truncatingIfNeeded: row)
      others.base[otherCount] = UInt32(truncatingIfNeeded: row)
      firstCount += isFirst ? 1 : 0
      otherCount += isFirst ? 0 : 1
    }
    collected.append(batch.columns, rows: first.slice(0..<firstCount))
    if otherCount > 0 {
      let writer = self.writer ?? makeWriter()
      self.writer = writer
      let rows = batch.taking(others.slice(0..<otherCount))
      encoder.encode(sink.partitionBy.map { rows.columns[$0] }, rowCount: otherCount)
      try writer.append(rows.columns, hashes: encoder.hashes, rowCount: otherCount)
    }
    if try account.isCrowded(collected.byteCount, share: 6) { try writeRun() }
  }

  private func writeRun() throws {
    if collected.rowCount > 0, let streamed = sink.streamed {
      var rows = collected
      if let selection = sink.selection {
        let batch = collected.finish()
        let zeros = Buffer<UInt32>(repeating: 0, count: batch.rowCount)
        rows = RowCollection(sink.types)
        rows.append(
          batch.columns,
          rows: selection.survivors(batch, zeros.base, partitionCount: 1)
        )
      }
      let run = SpilledRows(sink.types, control.spill, statistics: sink.statistics)
      try run.append(sorted: rows, by: streamed.order)
      runs?.append(run)
    }
    collected = RowCollection(sink.types)
    numbers = BufferBuilder<UInt32>()
    account.release()
  }

  private func putOutRuns(_ body: (WindowSink.Piece) throws -> Bool) throws -> Bool {
    try writeRun()
    guard let runs, let streamed = sink.streamed else { return true }
    let facts = try StreamedWindowFacts(runs, streamed, control)
    let stream = try WindowStream(
      streamed,
      facts,
      limit: sink.selection?.limit,
      types: sink.types,
      name: sink.name,
      account,
      control
    )
    let merge = RunMerge(runs, sink.types, streamed.order, control, statistics: sink.statistics)
    defer { account.release() }
    return try stream.run(merge) { try body(.computed($0)) }
  }

  // MARK: Many partitions

  private func putOutDivisions(_ body: (WindowSink.Piece) throws -> Bool) throws -> Bool {
    guard let writer else { return true }
    try collected.finish().forEachSlice { batch in
      encoder.encode(sink.partitionBy.map { batch.columns[$0] }, rowCount: batch.rowCount)
      try writer.append(batch.columns, hashes: encoder.hashes, rowCount: batch.rowCount)
      return true
    }
    try writer.flush()
    collected = RowCollection(sink.types)
    table = GroupTable(sink.layout, capacity: 1)
    account.release()
    for partition in writer.target.partitions where partition.rowCount > 0 {
      let next = SpilledWindow(sink, control, level: level + 1)
      let none = Batch(columns: [], rowCount: 0)
      if try !next.take(partition, none, body) { return false }
    }
    return true
  }
}
