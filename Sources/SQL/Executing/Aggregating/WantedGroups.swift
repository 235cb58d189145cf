import ColumnFormat

/// Tells which groups a top-n above an aggregation wants, before they are made into rows.
///
/// Rows of millions of groups are made for a top-n to keep ten. With this, what the top-n sorts by is all
/// that is made of most groups: keys are decoded, averages divided and texts handed on for the few that
/// come before the worst row that the top-n still keeps.
final class WantedGroups {
  /// Where a sort key is among the groups.
  enum Place {
    case key(Int)
    case call(Int)
  }

  /// A sort key.
  struct SortKey {
    var place: Place
    var isDescending: Bool
    var nullsFirst: Bool
  }

  private let sink: TopNSink
  private let keys: [SortKey]
  /// Whether these are all keys of the top-n, so that rows like the worst one are of no use.
  private let isComplete: Bool

  /// `keys` are the first ones of the order of `sink`.
  init(_ sink: TopNSink, keys: [SortKey]) {
    self.sink = sink
    self.keys = keys
    isComplete = keys.count == sink.order.keys.count
  }

  /// Calls whose results tell what is wanted.
  var calls: [Int] {
    keys.compactMap { if case .call(let call) = $0.place { call } else { nil } }
  }

  /// The numbers of the wanted groups among those of `range`; `column` makes the values of a sort key
  /// for some groups.
  func select(_ range: Range<Int>, column: (Place, Buffer<UInt32>) -> Column) -> Buffer<UInt32> {
    var tied = Buffer<UInt32>(count: range.count)
    for index in 0..<range.count {
      tied.base[index] = UInt32(truncatingIfNeeded: range.lowerBound &+ index)
    }
    guard let worst = sink.worstKeys else { return tied }
    let wanted = Buffer<UInt32>(count: range.count)
    var wantedCount = 0
    for (number, key) in keys.enumerated() where tied.count > 0 {
      let order = WantedGroups.compare(column(key.place, tied), worst.columns[number], key)
      var tiedCount = 0
      for index in 0..<tied.count {
        let group = tied.base[index]
        wanted.base[wantedCount] = group
        wantedCount &+= order.base[index] < 0 ? 1 : 0
        tied.base[tiedCount] = group
        tiedCount &+= order.base[index] == 0 ? 1 : 0
      }
      tied = tied.slice(0..<tiedCount)
    }
    if !isComplete {
      (wanted.base + wantedCount).update(from: tied.base, count: tied.count)
      wantedCount += tied.count
    }
    return wanted.slice(0..<wantedCount)
  }

  /// For each row whether it comes before the worst row (-1), or is like it (0), by one key.
  private static func compare(_ column: Column, _ worst: Column, _ key: SortKey) -> Buffer<Int8> {
    let result = Buffer<Int8>(count: column.count)
    /// Whole numbers without nulls, which most sort keys of groups are.
    @inline(__always)
    func compareNumbers<Number: FixedWidthInteger & BitwiseCopyable>(
      _ values: Buffer<Number>,
      _ bound: Int64
    ) -> Bool {
      guard let bound = Number(exactly: bound) else { return false }
      for row in 0..<values.count {
        let value = values.base[row]
        let isBefore = key.isDescending ? value > bound : value < bound
        result.base[row] = isBefore ? -1 : value == bound ? 0 : 1
      }
      return true
    }
    if case .int(let bound) = worst.scalar(at: 0), column.validity == nil,
      case .flat(let values) = column.form
    {
      switch values {
      case .int64(let values): if compareNumbers(values, bound) { return result }
      case .int32(let values): if compareNumbers(values, bound) { return result }
      case .int16(let values): if compareNumbers(values, bound) { return result }
      case .int8(let values): if compareNumbers(values, bound) { return result }
      default: break
      }
    }
    let order = RowOrder(keys: [
      RowOrder.Key(column: 0, isDescending: key.isDescending, nullsFirst: key.nullsFirst)
    ])
    let all = Batch.concatenate([
      Batch(columns: [column], rowCount: column.count), Batch(columns: [worst], rowCount: 1),
    ])
    let last = column.count
    let words = SortWords(all, order)
    let comparison = words.inexactKey.map { RowComparison(all, order, from: $0) }
    for row in 0..<last {
      let difference = words.compare(row, last, comparison)
      result.base[row] = difference < 0 ? -1 : difference == 0 ? 0 : 1
    }
    return result
  }
}

extension GroupedRows {
  /// Hands over key columns and results of the groups that are wanted, some thousand looked at at a time,
  /// until `push` returns false.
  func finish(only wanted: WantedGroups, _ push: (Batch) throws -> Bool) throws {
    guard let table, !hasLeftOut else { return try finish().forEachSlice(push) }
    try finishOrdered()
    let needed = wanted.calls
    var known: [Int: Column] = [:]
    for (call, state) in states.enumerated() where needed.contains(call) || !state.mayFinishLate {
      known[call] = try state.finish()
    }
    var start = 0
    while start < groupCount {
      let end = min(start + Batch.sliceRowCount, groupCount)
      let groups = wanted.select(start..<end) { place, groups in
        switch place {
        case .key(let key): return GroupedRows.keyColumns(table, groups)[key]
        case .call(let call):
          guard let results = known[call] else { preconditionFailure("a needed call is finished") }
          return groups.count == end - start
            ? results.slice(start..<end) : results.taking(groups)
        }
      }
      start = end
      if groups.count == 0 { continue }
      var columns = GroupedRows.keyColumns(table, groups)
      for (call, state) in states.enumerated() {
        columns.append(
          try known[call]?.taking(groups) ?? finish(state, of: call, only: groups)
        )
      }
      if try !push(Batch(columns: columns, rowCount: groups.count)) { return }
    }
  }

  /// The results of some groups of a call.
  private func finish(_ state: any AggregateState, of call: Int, only groups: Buffer<UInt32>) throws
    -> Column
  {
    let some = shape.calls[call].function.makeState()
    try some.resize(groupCount: groups.count)
    let numbers = Buffer<UInt32>(count: groups.count)
    for index in 0..<groups.count { numbers.base[index] = UInt32(truncatingIfNeeded: index) }
    try withExtendedLifetime((groups, numbers)) {
      try some.merge(state, from: groups.base, to: numbers.base, count: groups.count)
    }
    return try some.finish()
  }

  /// The keys of some groups.
  private static func keyColumns(_ table: GroupTable, _ groups: Buffer<UInt32>) -> [Column] {
    let width = table.layout.wordCount
    let words = Buffer<UInt64>(count: groups.count * width)
    let hashes = Buffer<UInt64>(count: groups.count)
    for index in 0..<groups.count {
      let group = Int(groups.base[index])
      hashes.base[index] = table.hashes[group]
      for word in 0..<width {
        words.base[index &* width &+ word] = table.keys[group &* width &+ word]
      }
    }
    return withExtendedLifetime((words, hashes)) {
      KeyDecoder.columns(
        table.layout,
        words: words.base,
        hashes: hashes.base,
        rowCount: groups.count,
        textOwner: table.textOwner
      )
    }
  }
}
