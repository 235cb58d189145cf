import ColumnFormat

/// Adds rows from the temporary file to the groups of their part.
///
/// As soon as there is no memory for more groups, the rest of the rows is divided anew by other bits of
/// the hash, and each of the new parts is finished by itself, with the groups that are its own.
///
/// Where only the first keys divide the sink's rows (``KeyPrefix``), so they do here, until rows are left
/// that agree in these; such rows are divided by all keys, and their groups handed over in several pieces.
struct SpilledAggregation {
  /// Rows that are still together after so many divisions have few keys, whose states are what is large.
  private static let levelMax = 4
  /// So many are all moved to their parts before the first of these is finished; of fewer, empty tables
  /// would take more than their own.
  private static let groupCountOfParts = 1 << 12
  /// Fewer groups are not worth dividing.
  private static let groupCountMin = 256

  private let sink: AggregateSink
  private let control: RunControl
  private let prefix: KeyPrefix?

  init(_ sink: AggregateSink, _ control: RunControl) {
    self.sink = sink
    self.control = control
    prefix = sink.makePrefix()
  }

  /// Adds the rows of each pass and hands over the groups, until `emit` returns false.
  ///
  /// - Parameters:
  ///   - rows: By pass: keys and arguments, read for the last time.
  ///   - known: What is in memory of the same part; taken, so that it goes as soon as it can.
  ///   - level: Of the division that follows if there is no memory.
  ///   - isPiece: Whether there are other rows with the same first keys elsewhere.
  ///   - isLast: Whether those are done.
  ///   - emit: Takes complete groups, and whether no others come whose first keys are the same.
  /// - Returns: Whether more groups are wanted.
  /// - Throws: `exceededMemory` where the states of few groups do not fit.
  func add(
    _ rows: [SpilledRows],
    to known: inout GroupedRows?,
    level: Int,
    isPiece: Bool = false,
    isLast: Bool = true,
    _ emit: (_ groups: GroupedRows, _ isLast: Bool) throws -> Bool
  ) throws -> Bool {
    guard var groups = known.take() else { return true }
    let shape = sink.shape
    let account = MemoryAccount(control.budget, for: sink.name, statistics: sink.statistics)
    let encoder = KeyEncoder(KeyLayout(shape.keyTypes))
    let keyCount = shape.keyTypes.count
    var writers: [PartitionWriter]?
    var divider: KeyPrefix?
    for (pass, spilled) in rows.enumerated() {
      try spilled.forEach { batch in
        let rowCount = batch.rowCount
        if let writers, let divider {
          let hashes = divider.hashes(batch.columns, rowCount: rowCount)
          try writers[pass].append(batch.columns, hashes: hashes, rowCount: rowCount)
          return !control.isStopped
        }
        encoder.encode(Array(batch.columns.prefix(keyCount)), rowCount: rowCount)
        if let writers {
          try writers[pass].append(batch.columns, hashes: encoder.hashes, rowCount: rowCount)
          return !control.isStopped
        }
        let numbers = try groups.resolve(
          words: encoder.words,
          hashes: encoder.hashes,
          rowCount: rowCount
        )
        let input = sink.input(Array(batch.columns.dropFirst(keyCount)), rowCount: rowCount)
        try groups.update(shape.passes[pass].calls, input, groups: numbers)
        let byteCount = groups.byteCount + encoder.byteCount
        if try account.isCrowded(byteCount + groups.growthByteCount, share: 5) {
          if level <= SpilledAggregation.levelMax
            && groups.groupCount > SpilledAggregation.groupCountMin
          {
            writers = divisions(level)
            divider = isPiece ? nil : self.divider(of: groups)
          }
          try account.set(byteCount)
        }
        return !control.isStopped
      }
      spilled.discard()
    }
    guard let writers else { return try emit(groups, isLast) }
    for writer in writers { try writer.flush() }
    let own = DividedGroups.parts(groups, level: level, by: divider)
    var divided: [GroupedRows?] = []
    var heldByteCount = 0
    if groups.groupCount >= SpilledAggregation.groupCountOfParts {
      for sources in own { divided.append(try self.part(of: groups, sources)) }
      groups = try GroupedRows(shape, capacity: 1)
      heldByteCount = divided.reduce(0) { $0 + ($1?.byteCount ?? 0) }
      try account.set(heldByteCount)
    }
    for part in own.indices {
      if control.isStopped { return false }
      var next: GroupedRows?
      if divided.isEmpty {
        next = try self.part(of: groups, own[part])
      } else {
        next = divided[part].take()
        heldByteCount -= next?.byteCount ?? 0
        try account.set(heldByteCount)
      }
      let rest = writers.map { $0.target.partitions[part] }
      let wantsMore = try add(
        rest,
        to: &next,
        level: level + 1,
        isPiece: divider == nil,
        isLast: divider != nil || (isLast && part == own.count - 1),
        emit
      )
      if !wantsMore { return false }
    }
    return true
  }

  private func part(of groups: GroupedRows, _ sources: Buffer<UInt32>) throws -> GroupedRows {
    let part = try GroupedRows(sink.shape, capacity: max(sources.count, 16))
    try part.merge(groups, sources: sources)
    return part
  }

  /// What divides groups by their first keys, where these differ.
  private func divider(of groups: GroupedRows) -> KeyPrefix? {
    guard let prefix, let table = groups.table else { return nil }
    let hashes = prefix.hashes(table)
    for group in 1..<max(hashes.count, 1) where hashes.base[group] != hashes.base[0] {
      return prefix
    }
    return nil
  }

  private func divisions(_ level: Int) -> [PartitionWriter] {
    sink.shape.passes.map { _ in
      let target = SpilledPartitions(
        sink.shape.keyTypes + sink.positionTypes,
        level: level,
        control,
        statistics: sink.statistics
      )
      return PartitionWriter(target, control)
    }
  }
}
