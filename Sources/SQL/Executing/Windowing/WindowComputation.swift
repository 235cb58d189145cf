import ColumnFormat

/// Rows of whole partitions in window order, and what functions over them give.
final class WindowComputation {
  /// A call with its arguments as positions in the rows.
  struct Call: Sendable {
    var function: WindowFunction
    /// The function's own, and after them those that the frame's bounds name.
    var arguments: [Int]
    var frame: WindowFrameBounds
    var ignoresNulls: Bool
  }

  /// In the order of partitions and then of the window's keys.
  let rows: Batch
  let order: RowOrder
  /// Where partitions begin, and the number of rows at the end.
  let partitionStarts: [Int]
  /// The partition of each row.
  let partitionOf: Buffer<UInt32>
  /// For each row the first of its peers, and the row after its last peer.
  let peerStart: Buffer<UInt32>
  let peerEnd: Buffer<UInt32>

  /// Counts what is held beside the input; nil where the caller does.
  private let account: MemoryAccount?
  private let byteCount: Int

  var rowCount: Int { rows.rowCount }

  /// - Parameters:
  ///   - input: Rows of whole partitions.
  ///   - partitions: The number of each row's partition.
  ///   - order: The window's.
  ///   - account: Counts what is held beside the input; nil where the caller does.
  /// - Throws: `exceededMemory`.
  init(
    _ input: Batch,
    _ partitions: Buffer<UInt32>,
    _ order: RowOrder,
    _ account: MemoryAccount? = nil
  ) throws(SQLError) {
    self.order = order
    self.account = account
    let rowCount = input.rowCount
    // A copy of the rows, whose long texts stay where they are, and some numbers for each.
    byteCount =
      account == nil
      ? 0
      : rowCount * input.columns.reduce(24) { $0 + max($1.physicalType.fixedByteCount, 16) }
    try account?.set(byteCount)
    let permutation = WindowComputation.permutation(input, partitions.base, order)
    rows = input.taking(permutation)
    partitionOf = Buffer<UInt32>(count: rowCount)
    var starts: [Int] = []
    var last = UInt32.max
    for row in 0..<rowCount {
      let partition = partitions.base[Int(permutation.base[row])]
      if starts.isEmpty || partition != last { starts.append(row) }
      last = partition
      partitionOf.base[row] = UInt32(truncatingIfNeeded: starts.count - 1)
    }
    partitionStarts = starts + [rowCount]
    peerStart = Buffer<UInt32>(count: rowCount)
    peerEnd = Buffer<UInt32>(count: rowCount)
    let comparison = RowComparison(rows, order, from: 0)
    var start = 0
    while start < rowCount {
      var end = start + 1
      while end < rowCount && partitionOf.base[end] == partitionOf.base[start]
        && comparison.compare(start, end) == 0
      {
        end += 1
      }
      for row in start..<end {
        peerStart.base[row] = UInt32(truncatingIfNeeded: start)
        peerEnd.base[row] = UInt32(truncatingIfNeeded: end)
      }
      start = end
    }
  }

  /// The rows partition by partition, in the window's order.
  static func permutation(
    _ input: Batch,
    _ partitions: UnsafePointer<UInt32>,
    _ order: RowOrder
  ) -> Buffer<UInt32> {
    let rowCount = input.rowCount
    // The partition's number is the first key: any order of partitions will do.
    let numbers = Buffer<Int32>(count: rowCount)
    for row in 0..<rowCount { numbers.base[row] = Int32(bitPattern: partitions[row]) }
    let keyed = Batch(
      columns: input.columns + [Column(flat: .int32(numbers), count: rowCount)],
      rowCount: rowCount
    )
    let first = RowOrder.Key(
      column: input.columns.count,
      isDescending: false,
      nullsFirst: false
    )
    return RowSorter.permutation(keyed, RowOrder(keys: [first] + order.keys))
  }

  /// Counts what a function holds while it is computed.
  func count(_ functionByteCount: Int) throws { try account?.set(byteCount + functionByteCount) }

  func compute(_ call: Call) throws -> Column {
    switch call.function {
    case .aggregate(let function): return try aggregate(function, call)
    case .ranking(let name, let type): return try rank(name, type, call)
    }
  }

  /// The first row of a row's partition, and the row after its last.
  func partition(_ row: Int) -> Range<Int> {
    let number = Int(partitionOf.base[row])
    return partitionStarts[number]..<partitionStarts[number + 1]
  }

  private func rank(_ name: String, _ type: SQLType, _ call: Call) throws -> Column {
    switch name {
    case "row_number": return integers { row, partition in row - partition.lowerBound + 1 }
    case "rank":
      return integers { row, partition in Int(peerStart.base[row]) - partition.lowerBound + 1 }
    case "dense_rank": return denseRank()
    case "percent_rank":
      return doubles { row, partition in
        partition.count <= 1
          ? 0
          : Double(Int(peerStart.base[row]) - partition.lowerBound) / Double(partition.count - 1)
      }
    case "cume_dist":
      return doubles { row, partition in
        Double(Int(peerEnd.base[row]) - partition.lowerBound) / Double(partition.count)
      }
    case "ntile":
      return try ntile(call) { row in
        let own = partition(row)
        return (row - own.lowerBound, own.count)
      }
    case "lag": return try shifted(call, type, by: -1)
    case "lead": return try shifted(call, type, by: 1)
    case "first_value", "last_value", "nth_value": return try valueInFrame(name, type, call)
    default: throw SQLError(.notSupported, "the window function \(name) is not supported")
    }
  }

  private func integers(_ value: (Int, Range<Int>) -> Int) -> Column {
    let values = Buffer<Int64>(count: rowCount)
    for number in 0..<(partitionStarts.count - 1) {
      let partition = partitionStarts[number]..<partitionStarts[number + 1]
      for row in partition { values.base[row] = Int64(value(row, partition)) }
    }
    return Column(flat: .int64(values), count: rowCount)
  }

  private func doubles(_ value: (Int, Range<Int>) -> Double) -> Column {
    let values = Buffer<Double>(count: rowCount)
    for number in 0..<(partitionStarts.count - 1) {
      let partition = partitionStarts[number]..<partitionStarts[number + 1]
      for row in partition { values.base[row] = value(row, partition) }
    }
    return Column(flat: .float64(values), count: rowCount)
  }

  private func denseRank() -> Column {
    var rank = 0
    return integers { row, partition in
      if row == partition.lowerBound {
        rank = 1
      } else if Int(peerStart.base[row]) == row {
        rank += 1
      }
      return rank
    }
  }

  /// The numbers of buckets; `place` tells a row's position in its partition, and how many rows that has.
  func ntile(_ call: Call, _ place: (Int) -> (position: Int, rowCount: Int)) throws -> Column {
    let buckets = rows.columns[call.arguments[0]].flattened()
    guard case .int64(let counts) = buckets.flatValues else {
      throw SQLError(.internalError, "ntile counts are not bigint")
    }
    let values = Buffer<Int64>(repeating: 0, count: rowCount)
    let validity = buckets.validity
    for row in 0..<rowCount where validity?.isValid(row) ?? true {
      let bucketCount = Int(counts.base[row])
      guard bucketCount > 0 else {
        throw SQLError(.invalidArgument, "buckets must be greater than 0")
      }
      let (position, rowCount) = place(row)
      let size = rowCount / bucketCount
      let larger = rowCount % bucketCount
      // The first buckets are one row larger.
      let bucket =
        position < larger * (size + 1)
        ? position / (size + 1) : larger + (position - larger * (size + 1)) / max(size, 1)
      values.base[row] = Int64(bucket + 1)
    }
    return Column(flat: .int64(values), count: rowCount, validity: validity)
  }
}
