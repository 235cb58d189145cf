import ColumnFormat

/// Groups that no rows are added to any more, one part after the other.
///
/// They are brought into this order while the table is in the cache; each part's are then read in one
/// piece, and take no more room than they need.
final class DividedGroups {
  let states: [any AggregateState]
  let words: Buffer<UInt64>
  let hashes: Buffer<UInt64>
  /// The rows of `words` and `hashes`, from zero on, as states want them named.
  let numbers: Buffer<UInt32>
  let layout: KeyLayout
  /// Keeps long texts of keys alive.
  let textOwner: AnyObject
  private let starts: [Int]

  /// The numbers of a part's groups.
  func range(part: Int) -> Range<Int> { starts[part]..<starts[part + 1] }

  var byteCount: Int {
    (words.count + hashes.count) * 8 + numbers.count * 4
      + states.reduce(0) { $0 + $1.byteCount }
  }

  /// Nil where there are no keys.
  init?(_ groups: GroupedRows) throws {
    guard let table = groups.table else { return nil }
    let order = DividedGroups.order(table.hashes, count: table.count, level: 0)
    let width = table.layout.wordCount
    let words = Buffer<UInt64>(count: table.count * width)
    let hashes = Buffer<UInt64>(count: table.count)
    let numbers = Buffer<UInt32>(count: table.count)
    for index in 0..<table.count {
      let group = Int(order.groups.base[index])
      hashes.base[index] = table.hashes[group]
      for word in 0..<width {
        words.base[index &* width &+ word] = table.keys[group &* width &+ word]
      }
      numbers.base[index] = UInt32(truncatingIfNeeded: index)
    }
    states = try zip(groups.shape.calls, groups.states).map { call, state in
      let moved = call.function.makeState()
      try moved.resize(groupCount: table.count)
      try moved.merge(state, from: order.groups.base, to: numbers.base, count: table.count)
      return moved
    }
    layout = table.layout
    textOwner = table.textOwner
    starts = order.starts
    self.words = words
    self.hashes = hashes
    self.numbers = numbers
  }

  /// The numbers of the groups by part, where these are divided by their first keys.
  func parts(_ prefix: KeyPrefix) -> [Buffer<UInt32>] {
    let own = prefix.hashes(
      layout,
      words: words.base,
      hashes: hashes.base,
      rowCount: hashes.count,
      textOwner: textOwner
    )
    return withExtendedLifetime(own) {
      DividedGroups.parts(own.base, count: own.count, level: 0)
    }
  }

  /// Rows with these hashes by part, and where each part begins among them.
  private static func order(_ hashes: UnsafePointer<UInt64>, count: Int, level: Int)
    -> (groups: Buffer<UInt32>, starts: [Int])
  {
    var starts = [Int](repeating: 0, count: SpilledPartitions.count + 1)
    for group in 0..<count {
      starts[SpilledPartitions.partition(of: hashes[group], level: level) + 1] += 1
    }
    for part in 0..<SpilledPartitions.count { starts[part + 1] += starts[part] }
    let groups = Buffer<UInt32>(count: count)
    var next = starts
    for group in 0..<count {
      let part = SpilledPartitions.partition(of: hashes[group], level: level)
      groups.base[next[part]] = UInt32(truncatingIfNeeded: group)
      next[part] += 1
    }
    return (groups, starts)
  }

  private static func parts(_ hashes: UnsafePointer<UInt64>, count: Int, level: Int)
    -> [Buffer<UInt32>]
  {
    let order = order(hashes, count: count, level: level)
    return (0..<SpilledPartitions.count).map {
      order.groups.slice(order.starts[$0]..<order.starts[$0 + 1])
    }
  }

  /// The numbers of a table's groups by part: by all keys, or by the first ones.
  static func parts(_ groups: GroupedRows, level: Int = 0, by prefix: KeyPrefix? = nil)
    -> [Buffer<UInt32>]
  {
    guard let table = groups.table else { return [] }
    guard let prefix else { return parts(table.hashes, count: table.count, level: level) }
    let own = prefix.hashes(table)
    return withExtendedLifetime(own) { parts(own.base, count: own.count, level: level) }
  }
}

extension GroupedRows {
  /// Adds one part of groups that were set aside.
  func merge(_ other: DividedGroups, part: Int) throws {
    let range = other.range(part: part)
    guard let table, !range.isEmpty else { return }
    let targets = Buffer<UInt32>(count: range.count)
    table.resolve(
      words: other.words.base + range.lowerBound * other.layout.wordCount,
      hashes: other.hashes.base + range.lowerBound,
      rowCount: range.count,
      groups: targets.base
    )
    try grow(to: table.count)
    for (state, theirs) in zip(states, other.states) {
      try state.merge(
        theirs,
        from: other.numbers.base + range.lowerBound,
        to: targets.base,
        count: range.count
      )
    }
  }

  /// Adds some groups that were set aside, by their numbers.
  func merge(_ other: DividedGroups, sources: Buffer<UInt32>) throws {
    if sources.count == 0 { return }
    let targets = try groups(
      of: other.words.base,
      other.hashes.base,
      other.layout,
      at: sources
    )
    for (state, theirs) in zip(states, other.states) {
      try state.merge(theirs, from: sources.base, to: targets.base, count: sources.count)
    }
  }
}
