import ColumnFormat

/// Tells which rows of partitions a limit on their rank leaves.
struct RankSelection: Sendable {
  let order: RowOrder
  let limit: LogicalPlan.RankLimit

  /// The rows that stay, ascending: of whole partitions, or of some of their rows, where others may come
  /// later.
  ///
  /// `partitions` are the rows' partitions, of which there are `partitionCount`.
  func survivors(
    _ rows: Batch,
    _ partitions: UnsafePointer<UInt32>,
    partitionCount: Int
  ) -> Buffer<UInt32> {
    let flags = Buffer<UInt8>(repeating: 0, count: max(rows.rowCount, 1))
    if limit.count == 1 {
      markFirst(rows, partitions, partitionCount: partitionCount, flags.base)
    } else {
      markSorted(rows, partitions, flags.base)
    }
    let indices = Buffer<UInt32>(count: rows.rowCount)
    var count = 0
    for row in 0..<rows.rowCount {
      indices.base[count] = UInt32(truncatingIfNeeded: row)
      count &+= Int(truncatingIfNeeded: flags.base[row])
    }
    return indices.slice(0..<count)
  }

  /// One pass finds each partition's first row; where equal ones stay too, another one finds those.
  private func markFirst(
    _ rows: Batch,
    _ partitions: UnsafePointer<UInt32>,
    partitionCount: Int,
    _ flags: UnsafeMutablePointer<UInt8>
  ) {
    let comparison = KeyComparison(rows, order)
    let first = Buffer<UInt32>(repeating: .max, count: max(partitionCount, 1))
    for row in 0..<rows.rowCount {
      let partition = Int(partitions[row])
      let best = first.base[partition]
      if best == .max || comparison.compare(row, Int(best)) < 0 {
        first.base[partition] = UInt32(truncatingIfNeeded: row)
      }
    }
    if limit.function == .rowNumber {
      for partition in 0..<partitionCount where first.base[partition] != .max {
        flags[Int(first.base[partition])] = 1
      }
      return
    }
    for row in 0..<rows.rowCount
    where comparison.compare(row, Int(first.base[Int(partitions[row])])) == 0 {
      flags[row] = 1
    }
  }

  private func markSorted(
    _ rows: Batch,
    _ partitions: UnsafePointer<UInt32>,
    _ flags: UnsafeMutablePointer<UInt8>
  ) {
    let permutation = WindowComputation.permutation(rows, partitions, order)
    let comparison = KeyComparison(rows, order)
    var (number, rank, denseRank) = (0, 0, 0)
    for index in 0..<permutation.count {
      let row = Int(permutation.base[index])
      let last = index > 0 ? Int(permutation.base[index - 1]) : row
      if index == 0 || partitions[row] != partitions[last] {
        (number, rank, denseRank) = (1, 1, 1)
      } else {
        number += 1
        if limit.function != .rowNumber && comparison.compare(last, row) != 0 {
          rank = number
          denseRank += 1
        }
      }
      let value =
        switch limit.function {
        case .rowNumber: number
        case .rank: rank
        case .denseRank: denseRank
        }
      if Int64(value) <= limit.count { flags[row] = 1 }
    }
  }
}

/// Compares rows of a batch by their sort words, and by their values where these leave it open.
private struct KeyComparison {
  private let words: SortWords
  private let rest: RowComparison?

  init(_ rows: Batch, _ order: RowOrder) {
    words = SortWords(rows, order)
    rest = words.inexactKey.map { RowComparison(rows, order, from: $0) }
  }

  /// Negative, zero or positive as row `left` comes before, with or after row `right`.
  @inline(__always)
  func compare(_ left: Int, _ right: Int) -> Int {
    let count = words.wordCount
    let one = words.words.base + left &* count
    let two = words.words.base + right &* count
    for word in 0..<count where one[word] != two[word] { return one[word] < two[word] ? -1 : 1 }
    return rest?.compare(left, right) ?? 0
  }
}
