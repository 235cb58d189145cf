import ColumnFormat

/// The groups of one worker, or of one hash range of all: keys, and a state for each call.
final class GroupedRows {
  let shape: AggregateShape
  /// Nil where there is one group and no key.
  let table: GroupTable?
  let states: [any AggregateState]
  /// Rows of calls with ORDER BY, kept until all are there.
  private var kept: [Int: KeptRows] = [:]
  private(set) var groupCount = 0
  private var groups = Buffer<UInt32>(count: Batch.rowCountTarget)
  /// Groups that are in others, and not put out.
  private var leftOut: Set<Int> = []
  var hasLeftOut: Bool { !leftOut.isEmpty }

  /// Rows kept for one ordered call.
  private struct KeptRows {
    var groups = BufferBuilder<UInt32>()
    var rows: RowCollection
  }

  /// - Parameters:
  ///   - shape: Of the aggregation.
  ///   - capacity: For how many groups there is room without growing.
  ///   - textOwner: What keeps the keys' long texts alive; nil where those of new groups are to be copied.
  /// - Throws: What a state throws that makes room for the one group of an aggregation without keys.
  init(_ shape: AggregateShape, capacity: Int = 1024, textOwner: AnyObject? = nil) throws {
    self.shape = shape
    table =
      shape.isSingleGroup
      ? nil : GroupTable(KeyLayout(shape.keyTypes), capacity: capacity, textOwner: textOwner)
    states = shape.calls.map { $0.function.makeState() }
    if !shape.isSingleGroup { for state in states { state.reserve(groupCount: capacity) } }
    for (index, call) in shape.calls.enumerated() where call.isOrdered {
      kept[index] = KeptRows(rows: RowCollection(call.keptTypes))
    }
    if shape.isSingleGroup { try grow(to: 1) }
  }

  var byteCount: Int {
    states.reduce(table?.byteCount ?? 0) { $0 + $1.byteCount }
      + kept.values.reduce(0) { $0 + $1.rows.byteCount + $1.groups.count * 4 }
  }

  /// What the next rows may add at once, because the table grows by doubling.
  var growthByteCount: Int {
    guard let table, groupCount > GroupedRows.smallGroupCount, table.isNearlyFull else { return 0 }
    return table.byteCount
  }

  /// Tables with fewer groups are grown without a second look.
  private static let smallGroupCount = 1 << 15

  func grow(to count: Int) throws {
    guard count > groupCount else { return }
    groupCount = count
    for state in states { try state.resize(groupCount: count) }
  }

  /// The group of each of the encoded rows, new ones added; valid until the next call.
  func resolve(words: UnsafePointer<UInt64>, hashes: UnsafePointer<UInt64>, rowCount: Int) throws
    -> UnsafePointer<UInt32>
  {
    let groups = room(rowCount)
    if let table {
      table.resolve(words: words, hashes: hashes, rowCount: rowCount, groups: groups.base)
      try grow(to: table.count)
    } else {
      groups.base.update(repeating: 0, count: rowCount)
    }
    return UnsafePointer(groups.base)
  }

  /// Room for the groups of a batch.
  func room(_ rowCount: Int) -> Buffer<UInt32> {
    if groups.count < rowCount { groups = Buffer<UInt32>(count: rowCount) }
    return groups
  }

  /// Adds a batch's rows to the states of `calls`; `groups` is nil where all rows are in group 0.
  func update(_ calls: [Int], _ batch: Batch, groups: UnsafePointer<UInt32>?) throws {
    var filtered: (position: Int, selection: Selection, groups: Buffer<UInt32>?)?
    for index in calls {
      let call = shape.calls[index]
      var arguments = call.arguments.map { batch.columns[$0] }
      var order = call.order.map { batch.columns[$0.column] }
      var rowCount = batch.rowCount
      var ownGroups = groups
      if let position = call.filter {
        if filtered?.position != position {
          let selection = GroupedRows.selection(batch.columns[position])
          filtered = (
            position, selection, groups.map { GroupedRows.pick($0, selection.indices) }
          )
        }
        guard let filtered else { continue }
        rowCount = filtered.selection.count
        if rowCount < batch.rowCount {
          arguments = arguments.map { $0.taking(filtered.selection.indices) }
          order = order.map { $0.taking(filtered.selection.indices) }
          ownGroups = filtered.groups.map { UnsafePointer($0.base) }
        }
      }
      if rowCount == 0 { continue }
      if call.isOrdered {
        keep(index, arguments + order, rowCount: rowCount, groups: ownGroups)
      } else if let ownGroups {
        try states[index].update(groups: ownGroups, arguments: arguments, rowCount: rowCount)
      } else {
        try states[index].update(group: 0, arguments: arguments, rowCount: rowCount)
      }
    }
  }

  /// The rows where a truth value is true.
  static func selection(_ column: Column) -> Selection {
    guard case .boolean(let values) = column.flatValues else {
      return Selection(indices: Buffer(count: 0))
    }
    return Selection(whereTrue: values.base, validity: column.rowValidity, count: column.count)
  }

  private static func pick(_ groups: UnsafePointer<UInt32>, _ rows: Buffer<UInt32>)
    -> Buffer<UInt32>
  {
    let picked = Buffer<UInt32>(count: rows.count)
    for index in 0..<rows.count { picked.base[index] = groups[Int(rows.base[index])] }
    return picked
  }

  private func keep(
    _ call: Int,
    _ columns: [Column],
    rowCount: Int,
    groups: UnsafePointer<UInt32>?
  ) {
    guard var own = kept.removeValue(forKey: call) else { return }
    if let groups {
      own.groups.append(from: groups, count: rowCount)
    } else {
      own.groups.append(repeating: 0, count: rowCount)
    }
    own.rows.append(Batch(columns: columns, rowCount: rowCount))
    kept[call] = own
  }

  /// Adds all groups of `other`.
  func merge(_ other: GroupedRows) throws {
    let count = other.groupCount
    guard count > 0 else { return }
    let sources = Buffer<UInt32>(count: count)
    for group in 0..<count { sources.base[group] = UInt32(truncatingIfNeeded: group) }
    try merge(other, sources: sources)
  }

  /// Adds some groups of `other`.
  func merge(_ other: GroupedRows, sources: Buffer<UInt32>) throws {
    let targets: Buffer<UInt32>
    if let theirs = other.table, table != nil {
      targets = try groups(of: theirs.keys, theirs.hashes, theirs.layout, at: sources)
    } else {
      targets = Buffer<UInt32>(repeating: 0, count: sources.count)
    }
    let same = states.indices.map { (call: $0, source: $0) }
    try mergeStates(other, same, sources: sources, targets: targets)
  }

  /// The groups of keys of another table, new ones added: of those at `sources`.
  func groups(
    of words: UnsafePointer<UInt64>,
    _ hashes: UnsafePointer<UInt64>,
    _ layout: KeyLayout,
    at sources: Buffer<UInt32>
  ) throws -> Buffer<UInt32> {
    let targets = Buffer<UInt32>(count: sources.count)
    guard let table else { return targets }
    let width = layout.wordCount
    let step = min(4096, max(sources.count, 1))
    let someWords = Buffer<UInt64>(count: step * width)
    let someHashes = Buffer<UInt64>(count: step)
    var start = 0
    while start < sources.count {
      let count = min(step, sources.count - start)
      for index in 0..<count {
        let source = Int(sources.base[start &+ index])
        someHashes.base[index] = hashes[source]
        for word in 0..<width {
          someWords.base[index &* width &+ word] = words[source &* width &+ word]
        }
      }
      table.resolve(
        words: someWords.base,
        hashes: someHashes.base,
        rowCount: count,
        groups: targets.base + start
      )
      start += count
    }
    try grow(to: table.count)
    return targets
  }

  /// Adds groups `sources` of calls of `other` to the groups `targets` of calls of this one.
  func mergeStates(
    _ other: GroupedRows,
    _ calls: [(call: Int, source: Int)],
    sources: Buffer<UInt32>,
    targets: Buffer<UInt32>
  ) throws {
    for (call, source) in calls {
      if shape.calls[call].isOrdered {
        mergeKept(other, call, source, sources: sources, targets: targets)
      } else {
        try states[call].merge(
          other.states[source],
          from: sources.base,
          to: targets.base,
          count: sources.count
        )
      }
    }
  }

  /// Takes over the kept rows of an ordered call that belong to the groups `sources` of `other`.
  private func mergeKept(
    _ other: GroupedRows,
    _ call: Int,
    _ source: Int,
    sources: Buffer<UInt32>,
    targets: Buffer<UInt32>
  ) {
    guard let theirs = other.kept[source], var own = kept.removeValue(forKey: call) else { return }
    let map = Buffer<UInt32>(repeating: .max, count: max(other.groupCount, 1))
    for index in 0..<sources.count { map.base[Int(sources.base[index])] = targets.base[index] }
    let groups = theirs.groups.finish()
    var rows = BufferBuilder<UInt32>(capacity: max(groups.count, 1))
    for row in 0..<groups.count where map.base[Int(groups.base[row])] != .max {
      own.groups.append(map.base[Int(groups.base[row])])
      rows.append(UInt32(truncatingIfNeeded: row))
    }
    let batch = theirs.rows.finish()
    if rows.count == batch.rowCount {
      own.rows.append(batch)
    } else {
      own.rows.append(batch.columns, rows: rows.finish())
    }
    kept[call] = own
  }

  /// Feeds the kept rows of ordered calls to their states, sorted.
  func finishOrdered() throws {
    for (index, rows) in kept {
      let call = shape.calls[index]
      let batch = rows.rows.finish()
      let keys = call.order.enumerated().map { position, key in
        var moved = key
        moved.column = call.arguments.count + position
        return moved
      }
      let permutation = RowSorter.permutation(batch, RowOrder(keys: keys))
      let groups = GroupedRows.pick(rows.groups.finish().base, permutation)
      let arguments = (0..<call.arguments.count).map { batch.columns[$0].taking(permutation) }
      if batch.rowCount > 0 {
        try states[index].update(
          groups: groups.base,
          arguments: arguments,
          rowCount: batch.rowCount
        )
      }
    }
    kept = [:]
  }

  /// Adds one group of `other` to one of these; it is not put out there any more.
  func takeIn(_ source: Int, of other: GroupedRows, to target: Int) throws {
    let from = UInt32(truncatingIfNeeded: source)
    let to = UInt32(truncatingIfNeeded: target)
    for (state, theirs) in zip(states, other.states) {
      try withUnsafePointer(to: from) { from in
        try withUnsafePointer(to: to) { to in try state.merge(theirs, from: from, to: to, count: 1)
        }
      }
    }
    other.leftOut.insert(source)
  }

  /// Key columns and results: one row for each group.
  func finish() throws -> Batch {
    try finishOrdered()
    var columns: [Column] = []
    if let table {
      columns = KeyDecoder.columns(
        table.layout,
        words: table.keys,
        hashes: table.hashes,
        rowCount: groupCount,
        textOwner: table.textOwner
      )
    }
    for state in states { columns.append(try state.finish()) }
    let batch = Batch(columns: columns, rowCount: groupCount)
    if leftOut.isEmpty { return batch }
    if leftOut == [0] { return batch.slice(1..<groupCount) }
    var rows = BufferBuilder<UInt32>(capacity: groupCount)
    for group in 0..<groupCount where !leftOut.contains(group) {
      rows.append(UInt32(truncatingIfNeeded: group))
    }
    return batch.taking(rows.finish())
  }

  /// Key columns alone, for a second stage that takes the states as they are.
  func keyColumns() -> [Column] {
    guard let table else { return [] }
    return KeyDecoder.columns(
      table.layout,
      words: table.keys,
      hashes: table.hashes,
      rowCount: groupCount,
      textOwner: table.textOwner
    )
  }
}
