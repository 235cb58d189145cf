import ColumnFormat

/// Rows in a query's temporary file, divided by hash.
final class SpilledPartitions: Sendable {
  static let count = ScatteredRows.partCount

  let partitions: [SpilledRows]
  /// How often rows have been divided before; every level looks at other bits.
  let level: Int

  init(_ types: [SQLType], level: Int, _ control: RunControl, statistics: OperatorStatistics?) {
    self.level = level
    partitions = (0..<SpilledPartitions.count).map { _ in
      SpilledRows(types, control.spill, statistics: statistics)
    }
  }

  /// The partition of a hash; on level 0 the same as that of ``ScatteredRows``.
  @inline(__always)
  static func partition(of hash: UInt64, level: Int) -> Int {
    if level == 0 { return ScatteredRows.part(of: hash) }
    let seed = KeyHashing.seed &+ UInt64(truncatingIfNeeded: level)
    return ScatteredRows.part(of: KeyHashing.fold(hash & KeyHashing.mask ^ seed, seed | 1))
  }
}

/// One worker's way of adding to partitions: rows are gathered until they make a block.
final class PartitionWriter {
  let target: SpilledPartitions
  private let blockByteCount: Int
  private var gathered: [RowCollection?]
  private var order = Buffer<UInt32>(count: Batch.rowCountTarget)

  init(_ target: SpilledPartitions, _ control: RunControl) {
    self.target = target
    blockByteCount = control.spill.blockByteCount
    gathered = Array(repeating: nil, count: SpilledPartitions.count)
  }

  /// What waits to be written.
  var byteCount: Int { gathered.reduce(0) { $0 + ($1?.byteCount ?? 0) } }

  /// Adds rows; `hashes` are those of their keys.
  func append(_ columns: [Column], hashes: UnsafePointer<UInt64>, rowCount: Int) throws(SQLError) {
    if order.count < rowCount { order = Buffer<UInt32>(count: rowCount) }
    let level = target.level
    var ends = [Int](repeating: 0, count: SpilledPartitions.count)
    for row in 0..<rowCount {
      ends[SpilledPartitions.partition(of: hashes[row], level: level)] += 1
    }
    var sum = 0
    for partition in ends.indices {
      let size = ends[partition]
      ends[partition] = sum
      sum += size
    }
    for row in 0..<rowCount {
      let partition = SpilledPartitions.partition(of: hashes[row], level: level)
      order.base[ends[partition]] = UInt32(truncatingIfNeeded: row)
      ends[partition] += 1
    }
    var start = 0
    for (partition, end) in ends.enumerated() where end > start {
      try append(columns, order.slice(start..<end), to: partition)
      start = end
    }
  }

  /// Adds rows to one partition.
  func append(_ columns: [Column], _ rows: Buffer<UInt32>, to partition: Int) throws(SQLError) {
    let own = gathered[partition] ?? RowCollection(target.partitions[partition].types)
    gathered[partition] = own
    own.append(columns, rows: rows)
    if own.usedByteCount >= blockByteCount { try write(partition) }
  }

  private func write(_ partition: Int) throws(SQLError) {
    guard let own = gathered[partition], own.rowCount > 0 else { return }
    try target.partitions[partition].append(own.finish(), byteCount: own.usedByteCount)
    gathered[partition] = nil
  }

  /// Writes what waits.
  func flush() throws(SQLError) {
    for partition in gathered.indices { try write(partition) }
  }
}
