import ColumnFormat

/// Brings the rows of a window's hash range back from the temporary file, as many whole partitions at a
/// time as there is memory for.
struct SpilledWindow {
  /// Rows that are still together after so many divisions belong to one partition.
  private static let levelMax = 4

  private let sink: WindowSink
  private let control: RunControl

  init(_ sink: WindowSink, _ control: RunControl) {
    self.sink = sink
    self.control = control
  }

  /// Hands over all rows and the numbers of their partitions, until `body` returns false.
  ///
  /// - Parameters:
  ///   - spilled: The range's rows in the file, read for the last time.
  ///   - rows: Those in memory.
  ///   - level: Of the division that follows if there is no memory.
  ///   - body: Takes whole partitions.
  /// - Returns: Whether more rows are wanted.
  /// - Throws: `exceededMemory` where one partition does not fit.
  func take(
    _ spilled: SpilledRows,
    _ rows: Batch,
    level: Int,
    _ body: (Batch, Buffer<UInt32>) throws -> Bool
  ) throws -> Bool {
    let account = MemoryAccount(control.budget, for: "window", statistics: sink.statistics)
    let encoder = KeyEncoder(sink.layout)
    let table = GroupTable(sink.layout)
    let collected = RowCollection(sink.types)
    var numbers = BufferBuilder<UInt32>()
    var writer: PartitionWriter?
    func add(_ batch: Batch) throws {
      let rowCount = batch.rowCount
      encoder.encode(sink.partitionBy.map { batch.columns[$0] }, rowCount: rowCount)
      if let writer {
        return try writer.append(batch.columns, hashes: encoder.hashes, rowCount: rowCount)
      }
      let own = Buffer<UInt32>(count: rowCount)
      table.resolve(
        words: encoder.words,
        hashes: encoder.hashes,
        rowCount: rowCount,
        groups: own.base
      )
      collected.append(batch)
      numbers.append(from: own.base, count: rowCount)
      let byteCount = collected.byteCount + numbers.count * 4 + table.byteCount
      guard try account.isCrowded(byteCount, share: 6) else { return }
      if level <= SpilledWindow.levelMax && table.count > 1 {
        let target = SpilledPartitions(
          sink.types,
          level: level,
          control,
          statistics: sink.statistics
        )
        writer = PartitionWriter(target, control)
      }
      try account.set(byteCount)
    }
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
    guard let writer else {
      if collected.rowCount == 0 { return true }
      return try body(collected.finish(), numbers.finish())
    }
    try collected.finish().forEachSlice { batch in
      encoder.encode(sink.partitionBy.map { batch.columns[$0] }, rowCount: batch.rowCount)
      try writer.append(batch.columns, hashes: encoder.hashes, rowCount: batch.rowCount)
      return true
    }
    try writer.flush()
    account.release()
    return try takeDivisions(writer.target, level: level + 1, body)
  }

  private func takeDivisions(
    _ divided: SpilledPartitions,
    level: Int,
    _ body: (Batch, Buffer<UInt32>) throws -> Bool
  ) throws -> Bool {
    for partition in divided.partitions {
      let none = Batch(columns: [], rowCount: 0)
      if try !take(partition, none, level: level, body) { return false }
    }
    return true
  }
}
