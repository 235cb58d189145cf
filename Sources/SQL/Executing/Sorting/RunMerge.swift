import ColumnFormat

/// Merges sorted runs of the temporary file.
///
/// Some blocks of each run are in memory. All of them are sorted together; rows up to the first one that
/// ends its run's blocks can be put out, as no later block has a row before it. So the merge uses the
/// same comparisons as the sort. What is left of each run gets further blocks, so that most of what is sorted
/// is put out.
final class RunMerge {
  /// With more runs than this, some are merged to longer ones first.
  private static let runCountMax = 16
  /// So many blocks of each run are sorted at a time, where a quarter of the memory has room for them.
  private static let headBlockCountMax = 4

  private var runs: [SpilledRows]
  private let types: [SQLType]
  private let order: RowOrder
  private let control: RunControl
  private let statistics: OperatorStatistics?
  /// All rows of all runs.
  let rowCount: Int

  init(
    _ runs: [SpilledRows],
    _ types: [SQLType],
    _ order: RowOrder,
    _ control: RunControl,
    statistics: OperatorStatistics?
  ) {
    self.runs = runs
    self.types = types
    self.order = order
    self.control = control
    self.statistics = statistics
    rowCount = runs.reduce(0) { $0 + $1.rowCount }
  }

  /// Hands over all rows in order, until `body` returns false.
  func forEach(_ body: (Batch) throws -> Bool) throws {
    while runs.count > RunMerge.runCountMax {
      // Runs of like lengths are merged, so that no row is written more often than it must.
      runs.sort { $0.rowCount < $1.rowCount }
      let some = Array(
        runs.prefix(min(RunMerge.runCountMax, runs.count - RunMerge.runCountMax + 1))
      )
      let longer = SpilledRows(types, control.spill, statistics: statistics)
      let bytesPerRow =
        some.reduce(0) { $0 + $1.byteCount } / max(some.reduce(0) { $0 + $1.rowCount }, 1)
      try merge(some) { batch in
        try longer.append(batch, byteCount: batch.rowCount * bytesPerRow)
        return !control.isStopped
      }
      runs.removeFirst(some.count)
      runs.append(longer)
    }
    try merge(runs, body)
  }

  private func merge(_ runs: [SpilledRows], _ body: (Batch) throws -> Bool) throws {
    let account = MemoryAccount(control.budget, for: "sort", statistics: statistics)
    // Blocks, what is sorted of them, and what is put out.
    let byteCount = runs.reduce(0) { $0 + $1.byteCount / max($1.blocks.count, 1) } * 3
    let headBlockCount = min(
      max(control.budget.byteCountMax / 4 / max(byteCount, 1), 1),
      RunMerge.headBlockCountMax
    )
    try account.set(byteCount * headBlockCount)
    var next = [Int](repeating: 0, count: runs.count)
    var heads = [Batch?](repeating: nil, count: runs.count)
    while true {
      for (index, run) in runs.enumerated() {
        let rowsPerBlock = max(run.rowCount / max(run.blocks.count, 1), 1)
        var blocks = heads[index].map { [$0] } ?? []
        var rowCount = heads[index]?.rowCount ?? 0
        while next[index] < run.blocks.count
          && rowCount <= rowsPerBlock * (headBlockCount - 1)
        {
          let block = try run.read(run.blocks[next[index]])
          next[index] += 1
          rowCount += block.rowCount
          blocks.append(block)
        }
        heads[index] = blocks.isEmpty ? nil : Batch.concatenate(blocks)
      }
      let live = runs.indices.filter { heads[$0] != nil }
      let all = live.compactMap { heads[$0] }
      guard !all.isEmpty else { break }
      let joined = Batch.concatenate(all)
      let permutation = RowSorter.permutation(joined, order)
      let end = putOutCount(
        permutation,
        live.map { (heads[$0]?.rowCount ?? 0, next[$0] < runs[$0].blocks.count) }
      )
      if try !body(joined.taking(permutation.slice(0..<end))) { return }
      dropFirst(permutation, end, live, &heads)
    }
    for run in runs { run.discard() }
  }

  /// How many of the sorted rows come before anything that is still to be read.
  private func putOutCount(
    _ permutation: Buffer<UInt32>,
    _ blocks: [(rowCount: Int, hasMore: Bool)]
  )
    -> Int
  {
    var start = 0
    var lasts = Set<UInt32>()
    for block in blocks {
      start += block.rowCount
      if block.hasMore { lasts.insert(UInt32(truncatingIfNeeded: start - 1)) }
    }
    if lasts.isEmpty { return permutation.count }
    var position = 0
    while !lasts.contains(permutation.base[position]) { position += 1 }
    return position + 1
  }

  /// Leaves of each block the rows that were not put out: its last ones, as it is sorted.
  private func dropFirst(
    _ permutation: Buffer<UInt32>,
    _ count: Int,
    _ live: [Int],
    _ heads: inout [Batch?]
  ) {
    var ends: [Int] = []
    var total = 0
    for run in live {
      total += heads[run]?.rowCount ?? 0
      ends.append(total)
    }
    let blockOf = Buffer<UInt8>(count: max(total, 1))
    var start = 0
    for (block, end) in ends.enumerated() {
      (blockOf.base + start).update(repeating: UInt8(block), count: end - start)
      start = end
    }
    var taken = [Int](repeating: 0, count: live.count)
    for index in 0..<count { taken[Int(blockOf.base[Int(permutation.base[index])])] += 1 }
    for (block, run) in live.enumerated() {
      guard let head = heads[run] else { continue }
      heads[run] =
        taken[block] == head.rowCount ? nil : head.slice(taken[block]..<head.rowCount)
    }
  }
}
