import ColumnFormat

/// A full table of groups whose keys came in ascending runs, as where the input is sorted by the key.
///
/// Where the runs of all tables of all workers lie apart, no group is in two of them, but for one that goes
/// on where a morsel ends; the tables are then put out as they are, and nothing is merged.
final class AscendingGroups {
  /// Groups whose keys ascend with their numbers; keys compare as words.
  struct Run {
    var first: UInt64
    var last: UInt64
    /// The numbers of the first and the last group.
    var groups: ClosedRange<Int>
  }

  /// More runs, or shorter ones in tables that are not small, are not what a sorted input makes.
  private static let runCounts = 8...64
  private static let runGroupCountMin = 64

  let groups: GroupedRows
  private let runs: [Run]

  /// Nil where keys are not of one word, do not ascend, or where runs cross each other.
  ///
  /// - Parameters:
  ///   - groups: To which no rows are added any more.
  ///   - starts: How many groups there were whenever a morsel began, ascending.
  init?(_ groups: GroupedRows, starts: [Int]) {
    guard let table = groups.table, table.layout.wordCount == 1 else { return nil }
    self.groups = groups
    guard let runs = AscendingGroups.runs(table, starts) else { return nil }
    self.runs = runs
    table.endLookups()
  }

  private static func runs(_ table: GroupTable, _ starts: [Int]) -> [Run]? {
    let keys = table.keys
    let count = table.count
    let wanted = count / AscendingGroups.runGroupCountMin
    let runCountMax = min(
      max(wanted, AscendingGroups.runCounts.lowerBound),
      AscendingGroups.runCounts.upperBound
    )
    var runs: [Run] = []
    var start = 0
    var next = 0
    while start < count {
      while next < starts.count && starts[next] <= start { next += 1 }
      let limit = next < starts.count ? min(starts[next], count) : count
      var end = start + 1
      while end < limit && keys[end] > keys[end - 1] { end += 1 }
      if runs.count == runCountMax { return nil }
      runs.append(Run(first: keys[start], last: keys[end - 1], groups: start...(end - 1)))
      start = end
    }
    if table.layout.isSingleWord {
      // A null has the word of another key.
      for group in 0..<count where table.hashes[group] >> 63 != 0 { return nil }
    }
    // What crosses within one table would be merged at the end, and is better divided at once.
    let ordered = runs.sorted { $0.first < $1.first }
    for (run, next) in zip(ordered, ordered.dropFirst()) where run.last > next.first { return nil }
    return runs
  }

  /// The groups of all tables, each complete and in one of them; nil where that takes merging.
  static func separate(_ tables: [AscendingGroups]) throws -> [GroupedRows]? {
    var all: [(table: Int, run: Run)] = []
    for (index, table) in tables.enumerated() { all += table.runs.map { (index, $0) } }
    all.sort { ($0.run.first, $0.run.last) < ($1.run.first, $1.run.last) }
    /// Groups with one key, the first of which takes the others in.
    var continued: [(into: (table: Int, group: Int), from: (table: Int, group: Int))] = []
    guard let first = all.first else { return [] }
    var owner = (table: first.table, group: first.run.groups.upperBound)
    var end = first.run.last
    for (table, run) in all.dropFirst() {
      if run.first < end { return nil }
      if run.first == end {
        // Keys of one table differ.
        continued.append((owner, (table, run.groups.lowerBound)))
        if run.last == end { continue }
      }
      owner = (table, run.groups.upperBound)
      end = run.last
    }
    for pair in continued {
      try tables[pair.into.table].groups.takeIn(
        pair.from.group,
        of: tables[pair.from.table].groups,
        to: pair.into.group
      )
    }
    return tables.map(\.groups)
  }
}
