import ColumnFormat

/// Finishes the second stage of DISTINCT by parts, where the first is divided by the groups' keys
/// (``KeyPrefix``): what all its tables have of a part is brought together.
///
/// Of one table, groups are handed on as soon as they are complete. Of several, the groups of a part are held
/// until all tables are through; a part that may have too many for that is divided anew.
struct DistinctParts {
  /// What one table has of a part.
  struct Rows {
    /// What is in memory; taken, so that it goes as soon as it can.
    var groups: GroupedRows?
    /// What is in the file, by pass.
    var spilled: [SpilledRows]

    var byteCount: Int {
      spilled.reduce(groups?.byteCount ?? 0) { $0 + $1.byteCount }
    }
  }

  /// A part is divided if its groups may take more than this part of the memory, for each worker.
  private static let memoryShare = 8

  /// With less memory empty tables count for much, and nothing is left to an estimate.
  private static let estimateMemoryMin = 32 << 20
  /// So many groups in memory are looked at.
  private static let sampleCount = 2048
  /// Functions whose state of a group stays small, however many values it is fed.
  private static let smallStates: Set<String> = [
    "count", "count_if", "sum", "avg", "min", "max", "bool_and", "bool_or", "every", "stddev",
    "stddev_samp", "stddev_pop", "variance", "var_samp", "var_pop",
  ]

  private let plan: DistinctPlan
  private let sinks: [AggregateSink]
  private let second: AggregateSink
  private let control: RunControl
  private let encoder: KeyEncoder
  private let account: MemoryAccount

  init(
    _ plan: DistinctPlan,
    _ sinks: [AggregateSink],
    _ second: AggregateSink,
    _ control: RunControl
  ) {
    self.plan = plan
    self.sinks = sinks
    self.second = second
    self.control = control
    encoder = KeyEncoder(KeyLayout(plan.second.keyTypes))
    account = MemoryAccount(control.budget, for: second.name, statistics: second.statistics)
  }

  /// Hands over the groups of a part, until `emit` returns false.
  ///
  /// - Parameters:
  ///   - rows: What each table has of it.
  ///   - level: Of the division that follows if there is no memory.
  ///   - mayDivide: Whether a large part is divided by the groups' keys.
  ///   - emit: Takes complete groups, and whether there are no others of the same keys.
  /// - Returns: Whether more groups are wanted.
  /// - Throws: `exceededMemory` where the states of few groups do not fit.
  func finish(
    _ rows: [Rows],
    level: Int,
    mayDivide: Bool = true,
    _ emit: GroupSupply.GroupReceiver
  ) throws -> Bool {
    if mayDivide && rows.count > 1, try isLarge(rows) {
      return try divide(rows, level: level, emit)
    }
    var rows = rows
    var groups = try GroupedRows(plan.second, capacity: 64)
    for (index, table) in plan.tables.enumerated() {
      let isSole = rows.count == 1
      let rest = SpilledAggregation(sinks[index], control)
      let wantsMore = try rest.add(rows[index].spilled, to: &rows[index].groups, level: level) {
        piece,
        isLast in
        try groups.merge(piece, table, plan, encoder) { try account.set(groups.byteCount) }
        if !isSole || !isLast { return !control.isStopped }
        let complete = groups
        groups = try GroupedRows(plan.second, capacity: 64)
        defer { account.release() }
        return try emit(complete, true)
      }
      if !wantsMore { return false }
    }
    if rows.count == 1 { return true }
    defer { account.release() }
    return try emit(groups, true)
  }

  /// Whether the groups of a part may take too much while its tables are gone through.
  private func isLarge(_ rows: [Rows]) throws -> Bool {
    let share = control.budget.byteCountMax / (DistinctParts.memoryShare * control.settings.threads)
    if rows.reduce(0, { $0 + $1.byteCount }) <= share { return false }
    if control.budget.byteCountMax < DistinctParts.estimateMemoryMin { return true }
    let areSmall = plan.second.calls.allSatisfy {
      !$0.isOrdered && DistinctParts.smallStates.contains($0.function.name)
    }
    if !areSmall { return true }
    let byteCount = 64 + 16 * plan.second.keyTypes.count + 64 * plan.second.calls.count
    for (index, own) in rows.enumerated() {
      if try groupCountMax(own, sinks[index]) * byteCount > share { return true }
    }
    return false
  }

  /// About how many groups some rows have at most: few only if blocks of several places have the same ones.
  private func groupCountMax(_ rows: Rows, _ sink: AggregateSink) throws -> Int {
    guard let prefix = sink.makePrefix() else { return 1 }
    let known = rows.groups?.groupCount ?? 0
    let total = rows.spilled.reduce(known) { $0 + $1.rowCount }
    var all: Set<UInt64> = []
    var sum = 0
    for spilled in rows.spilled where !spilled.blocks.isEmpty {
      let last = spilled.blocks.count - 1
      for place in Set([0, last / 4, last / 2, last / 4 * 3, last]) {
        let batch = try spilled.read(spilled.blocks[place])
        let hashes = prefix.hashes(batch.columns, rowCount: batch.rowCount)
        let own = withExtendedLifetime(prefix) {
          Set(UnsafeBufferPointer(start: hashes, count: batch.rowCount))
        }
        sum += own.count
        all.formUnion(own)
      }
    }
    if let table = rows.groups?.table {
      let hashes = prefix.hashes(
        table.layout,
        words: table.keys,
        hashes: table.hashes,
        rowCount: min(known, DistinctParts.sampleCount),
        textOwner: table.textOwner
      )
      let own = withExtendedLifetime(hashes) { Set(hashes.values) }
      sum += own.count
      all.formUnion(own)
    }
    return all.count * 4 <= sum * 3 ? all.count * 4 : total
  }

  private func divide(_ rows: [Rows], level: Int, _ emit: GroupSupply.GroupReceiver) throws -> Bool
  {
    var rows = rows
    let total = rows.reduce(0) { $0 + $1.byteCount }
    var parts = (0..<SpilledPartitions.count).map { _ in [Rows]() }
    var known: [(groups: GroupedRows?, parts: [Buffer<UInt32>])] = []
    for (index, sink) in sinks.enumerated() {
      guard let prefix = sink.makePrefix() else { return true }
      let groups = rows[index].groups.take()
      known.append((groups, groups.map { DividedGroups.parts($0, level: level, by: prefix) } ?? []))
      let targets = try rows[index].spilled.map { rows in
        let target = SpilledPartitions(
          rows.types,
          level: level,
          control,
          statistics: sink.statistics
        )
        let writer = PartitionWriter(target, control)
        try rows.forEach { batch in
          try writer.append(
            batch.columns,
            hashes: prefix.hashes(batch.columns, rowCount: batch.rowCount),
            rowCount: batch.rowCount
          )
          return !control.isStopped
        }
        try writer.flush()
        rows.discard()
        return target
      }
      for part in parts.indices {
        parts[part].append(Rows(groups: nil, spilled: targets.map { $0.partitions[part] }))
      }
    }
    for part in parts.indices {
      if control.isStopped { return false }
      var own = parts[part]
      for (index, table) in known.enumerated() {
        let sources = table.parts.isEmpty ? Buffer<UInt32>(count: 0) : table.parts[part]
        let groups = try GroupedRows(sinks[index].shape, capacity: max(sources.count, 16))
        if let all = table.groups { try groups.merge(all, sources: sources) }
        own[index].groups = groups
      }
      // Where one key has nearly everything, to divide once more is of no use.
      let isWhole = own.reduce(0) { $0 + $1.byteCount } > total / 8 * 7
      if try !finish(own, level: level + 1, mayDivide: !isWhole, emit) { return false }
    }
    return true
  }
}

extension GroupedRows {
  private static let stepRowCount = 8192

  /// Adds groups of the first stage of DISTINCT: their keys as rows, and the states of other calls.
  ///
  /// `grown` is called whenever there may be more groups.
  func merge(
    _ first: GroupedRows,
    _ table: DistinctPlan.Table,
    _ plan: DistinctPlan,
    _ encoder: KeyEncoder,
    grown: () throws -> Void
  ) throws {
    let keys = first.keyColumns()
    let count = first.groupCount
    let targets = Buffer<UInt32>(count: count)
    var start = 0
    while start < count {
      let end = min(start + GroupedRows.stepRowCount, count)
      let input = Batch(columns: keys.map { $0.slice(start..<end) }, rowCount: end - start)
      encoder.encode(plan.groupKeys(input.columns), rowCount: input.rowCount)
      let numbers = try resolve(
        words: encoder.words,
        hashes: encoder.hashes,
        rowCount: input.rowCount
      )
      (targets.base + start).update(from: numbers, count: input.rowCount)
      try update(table.fed, input, groups: targets.base + start)
      try grown()
      start = end
    }
    if table.merged.isEmpty { return }
    let sources = Buffer<UInt32>(count: count)
    for group in 0..<count { sources.base[group] = UInt32(truncatingIfNeeded: group) }
    try mergeStates(first, table.merged, sources: sources, targets: targets)
    try grown()
  }
}
