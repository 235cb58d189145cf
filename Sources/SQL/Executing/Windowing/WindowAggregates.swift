import ColumnFormat

/// Aggregates over frames.
extension WindowComputation {
  func aggregate(_ function: AggregateFunction, _ call: Call) throws -> Column {
    let frames = try WindowFrames(self, call)
    let arguments = call.arguments.prefix(function.argumentTypes.count).map { rows.columns[$0] }
    if frames.isWholePartition { return try overPartitions(function, arguments) }
    if let column = WindowSums.compute(function, arguments, frames, rowCount) { return column }
    return try overFrames(function, arguments, frames)
  }

  /// One result for each partition, repeated for its rows.
  private func overPartitions(_ function: AggregateFunction, _ arguments: [Column]) throws -> Column
  {
    let state = function.makeState()
    try state.resize(groupCount: partitionStarts.count - 1)
    try state.update(groups: partitionOf.base, arguments: arguments, rowCount: rowCount)
    let results = try state.finish()
    guard results.physicalType == .list || results.physicalType == .row else {
      return results.taking(partitionOf)
    }
    // As many copies of a list as it has elements would be as much as their square.
    let codes = partitionOf
    let validity = results.rowValidity.flatMap { valid in
      Validity.of(count: rowCount) { valid.isValid(Int(codes[$0])) }
    }
    return Column(
      .dictionary(
        codes: codes,
        ColumnDictionary(values: results.flatValues, count: results.count)
      ),
      count: rowCount,
      validity: validity
    )
  }

  /// Any frames.
  ///
  /// A tree has rows as leaves, and inner nodes that merge two below; a frame is put together of a few
  /// nodes (Leis et al., "Efficient Processing of Window Functions in Analytical SQL
  /// Queries", VLDB 2015). All frames take their nodes of a level at once.
  private func overFrames(
    _ function: AggregateFunction,
    _ arguments: [Column],
    _ frames: WindowFrames
  ) throws -> Column {
    let levels = try tree(function, arguments)
    let result = function.makeState()
    try result.resize(groupCount: rowCount)
    let treeByteCount = levels.reduce(0) { $0 + $1.byteCount }
    try count(treeByteCount + result.byteCount)
    // What is left of each frame, in nodes of the current level.
    let low = Buffer<UInt32>(count: rowCount)
    let high = Buffer<UInt32>(count: rowCount)
    for row in 0..<rowCount {
      let frame = frames.frame(row)
      low.base[row] = UInt32(truncatingIfNeeded: frame.lowerBound)
      high.base[row] = UInt32(truncatingIfNeeded: frame.upperBound)
    }
    var right: [(nodes: Buffer<UInt32>, rows: Buffer<UInt32>)] = []
    for state in levels {
      var nodes = BufferBuilder<UInt32>()
      var targets = BufferBuilder<UInt32>()
      var rightNodes = BufferBuilder<UInt32>()
      var rightTargets = BufferBuilder<UInt32>()
      for row in 0..<rowCount where low.base[row] < high.base[row] {
        if low.base[row] & 1 == 1 {
          nodes.append(low.base[row])
          targets.append(UInt32(truncatingIfNeeded: row))
          low.base[row] &+= 1
        }
        if high.base[row] & 1 == 1 && low.base[row] < high.base[row] {
          high.base[row] &-= 1
          rightNodes.append(high.base[row])
          rightTargets.append(UInt32(truncatingIfNeeded: row))
        }
      }
      if nodes.count > 0 {
        try result.merge(
          state,
          from: nodes.finish().base,
          to: targets.finish().base,
          count: nodes.count
        )
      }
      right.append((rightNodes.finish(), rightTargets.finish()))
      try count(treeByteCount + result.byteCount)
      for row in 0..<rowCount {
        low.base[row] /= 2
        high.base[row] /= 2
      }
    }
    // The right edges from the top down, so that rows are merged in their order.
    for (state, edge) in zip(levels, right).reversed() where edge.nodes.count > 0 {
      try result.merge(
        state,
        from: edge.nodes.base,
        to: edge.rows.base,
        count: edge.nodes.count
      )
    }
    return try result.finish()
  }

  /// The states of all levels, leaves first, as far as partitions need them.
  private func tree(_ function: AggregateFunction, _ arguments: [Column]) throws
    -> [any AggregateState]
  {
    let leaves = function.makeState()
    try leaves.resize(groupCount: rowCount)
    let numbers = Buffer<UInt32>(count: rowCount)
    for row in 0..<rowCount { numbers.base[row] = UInt32(truncatingIfNeeded: row) }
    try leaves.update(groups: numbers.base, arguments: arguments, rowCount: rowCount)
    // All levels together take about twice as much as the first one.
    try count(leaves.byteCount * 2)
    var levels: [any AggregateState] = [leaves]
    var largest = 1
    for number in 0..<(partitionStarts.count - 1) {
      largest = max(largest, partitionStarts[number + 1] - partitionStarts[number])
    }
    var nodeCount = rowCount
    var width = 1
    while width < largest && nodeCount > 1 {
      let parents = Buffer<UInt32>(count: nodeCount)
      for node in 0..<nodeCount { parents.base[node] = UInt32(truncatingIfNeeded: node / 2) }
      let state = function.makeState()
      try state.resize(groupCount: (nodeCount + 1) / 2)
      try state.merge(
        levels[levels.count - 1],
        from: numbers.base,
        to: parents.base,
        count: nodeCount
      )
      levels.append(state)
      nodeCount = (nodeCount + 1) / 2
      width *= 2
    }
    return levels
  }
}

/// Counts and exact sums over any frames, by the difference of two running totals.
enum WindowSums {
  /// Nil where the function or its argument is of another kind.
  static func compute(
    _ function: AggregateFunction,
    _ arguments: [Column],
    _ frames: WindowFrames,
    _ rowCount: Int
  ) -> Column? {
    switch (function.name, function.resultType) {
    case ("count", .bigint) where arguments.count <= 1:
      return counts(arguments.first, frames, rowCount)
    case ("sum", .bigint), ("sum", .decimal):
      return arguments.first.flatMap { sums($0, function.resultType, frames, rowCount) }
    case ("avg", .double):
      return arguments.first.flatMap { means($0, frames, rowCount) }
    default: return nil
    }
  }

  private static func counts(_ column: Column?, _ frames: WindowFrames, _ rowCount: Int) -> Column {
    let running = runningCounts(column, rowCount)
    let values = Buffer<Int64>(count: rowCount)
    for row in 0..<rowCount {
      let frame = frames.frame(row)
      values.base[row] = running.base[frame.upperBound] - running.base[frame.lowerBound]
    }
    return Column(flat: .int64(values), count: rowCount)
  }

  /// The number of values before each row.
  private static func runningCounts(_ column: Column?, _ rowCount: Int) -> Buffer<Int64> {
    let running = Buffer<Int64>(count: rowCount + 1)
    running.base[0] = 0
    for row in 0..<rowCount {
      running.base[row + 1] = running.base[row] + (column?.isValid(row) ?? true ? 1 : 0)
    }
    return running
  }

  /// The sum of the values before each row; nil for other types, and where it does not fit.
  private static func runningSums(_ column: Column, _ rowCount: Int) -> Buffer<Int128>? {
    let running = Buffer<Int128>(count: rowCount + 1)
    running.base[0] = 0
    let validity = column.rowValidity
    func add<Number: FixedWidthInteger>(_ values: Buffer<Number>) -> Buffer<Int128>? {
      for row in 0..<rowCount {
        let value = validity?.isValid(row) ?? true ? Int128(values.base[row]) : 0
        let (sum, overflow) = running.base[row].addingReportingOverflow(value)
        if overflow { return nil }
        running.base[row + 1] = sum
      }
      return running
    }
    switch column.flatValues {
    case .int8(let values): return add(values)
    case .int16(let values): return add(values)
    case .int32(let values): return add(values)
    case .int64(let values): return add(values)
    case .int128(let values): return add(values)
    default: return nil
    }
  }

  private static func sums(
    _ column: Column,
    _ type: SQLType,
    _ frames: WindowFrames,
    _ rowCount: Int
  ) -> Column? {
    guard let running = runningSums(column, rowCount) else { return nil }
    let counts = runningCounts(column, rowCount)
    let validity = Buffer<UInt8>(count: rowCount)
    let wide = Buffer<Int128>(count: rowCount)
    for row in 0..<rowCount {
      let frame = frames.frame(row)
      let sum = running.base[frame.upperBound] - running.base[frame.lowerBound]
      // A sum over the type's range is for the function itself to refuse.
      if type.physicalType == .int64 && Int128(Int64(truncatingIfNeeded: sum)) != sum { return nil }
      if case .decimal = type, sum.magnitude >= WindowSums.decimalLimit { return nil }
      wide.base[row] = sum
      validity.base[row] = counts.base[frame.upperBound] > counts.base[frame.lowerBound] ? 1 : 0
    }
    let valid = Validity.fromBytes(validity.base, count: rowCount)
    if type.physicalType == .int128 {
      return Column(flat: .int128(wide), count: rowCount, validity: valid)
    }
    let narrow = Buffer<Int64>(count: rowCount)
    for row in 0..<rowCount { narrow.base[row] = Int64(truncatingIfNeeded: wide.base[row]) }
    return Column(flat: .int64(narrow), count: rowCount, validity: valid)
  }

  /// 10 to the 38th: decimals have no more digits.
  private static let decimalLimit: UInt128 = {
    var power: UInt128 = 1
    for _ in 0..<38 { power *= 10 }
    return power
  }()

  private static func means(_ column: Column, _ frames: WindowFrames, _ rowCount: Int) -> Column? {
    guard let running = runningSums(column, rowCount) else { return nil }
    let counts = runningCounts(column, rowCount)
    let values = Buffer<Double>(count: rowCount)
    let validity = Buffer<UInt8>(count: rowCount)
    for row in 0..<rowCount {
      let frame = frames.frame(row)
      let count = counts.base[frame.upperBound] - counts.base[frame.lowerBound]
      let sum = running.base[frame.upperBound] - running.base[frame.lowerBound]
      values.base[row] = count == 0 ? 0 : Double(sum) / Double(count)
      validity.base[row] = count == 0 ? 0 : 1
    }
    return Column(
      flat: .float64(values),
      count: rowCount,
      validity: Validity.fromBytes(validity.base, count: rowCount)
    )
  }
}
