import ColumnFormat

/// Sorts a batch with all threads: pieces first, then pairs of pieces are merged, each pair cut into
/// ranges that merge independently.
enum ParallelSort {
  /// Below this many rows one thread is as fast.
  private static let rowCountParallel = 8192

  static func permutation(_ batch: Batch, _ order: RowOrder, _ control: RunControl) throws
    -> Buffer<UInt32>
  {
    let rowCount = batch.rowCount
    let words = SortWords(batch, order)
    let pieceCount = rowCount < rowCountParallel ? 1 : control.settings.threads
    if pieceCount == 1 {
      return RowSorter.numbers(RowSorter.sorted(batch, order, words, rows: 0..<rowCount))
    }
    let pieces = SharedArray<Buffer<RowSorter.Entry>?>(repeating: nil, count: pieceCount)
    let shared = SharedValue((batch, words))
    try control.parallel(pieceCount) { piece in
      let (batch, words) = shared.value
      let start = rowCount * piece / pieceCount
      let end = rowCount * (piece + 1) / pieceCount
      pieces[piece] = RowSorter.sorted(batch, order, words, rows: start..<end)
    }
    var runs = pieces.values.compactMap { $0 }
    let merger = RowMerger(batch, order, words)
    while runs.count > 1 {
      var merged: [Buffer<RowSorter.Entry>] = []
      for index in stride(from: 0, to: runs.count - 1, by: 2) {
        merged.append(try merger.merge(runs[index], runs[index + 1], control))
      }
      if runs.count % 2 == 1 { merged.append(runs[runs.count - 1]) }
      runs = merged
    }
    return RowSorter.numbers(runs[0])
  }
}

/// Merges sorted runs of rows.
private final class RowMerger: @unchecked Sendable {
  private let words: SortWords
  private let comparison: RowComparison?

  init(_ batch: Batch, _ order: RowOrder, _ words: SortWords) {
    self.words = words
    comparison = words.inexactKey.map { RowComparison(batch, order, from: $0) }
  }

  /// Whether `right` comes before `left`, which stands before it and wins where both are equal.
  @inline(__always)
  private func isBefore(_ right: RowSorter.Entry, _ left: RowSorter.Entry) -> Bool {
    if right.word != left.word { return right.word < left.word }
    let (rightRow, leftRow) = (
      Int(truncatingIfNeeded: right.row), Int(truncatingIfNeeded: left.row)
    )
    return words.compare(rightRow, leftRow, from: 1, comparison) < 0
  }

  func merge(
    _ left: Buffer<RowSorter.Entry>,
    _ right: Buffer<RowSorter.Entry>,
    _ control: RunControl
  ) throws -> Buffer<RowSorter.Entry> {
    let total = left.count + right.count
    let target = Buffer<RowSorter.Entry>(count: total)
    let pieceCount = control.settings.threads
    try control.parallel(pieceCount) { piece in
      let start = total * piece / pieceCount
      let end = total * (piece + 1) / pieceCount
      var one = self.split(left, right, at: start)
      var two = start - one
      var place = start
      while place < end {
        if two >= right.count
          || (one < left.count && !self.isBefore(right.base[two], left.base[one]))
        {
          target.base[place] = left.base[one]
          one &+= 1
        } else {
          target.base[place] = right.base[two]
          two &+= 1
        }
        place &+= 1
      }
    }
    return target
  }

  /// How many of the first `rank` merged rows come from `left` (the merge path's crossing).
  private func split(
    _ left: Buffer<RowSorter.Entry>,
    _ right: Buffer<RowSorter.Entry>,
    at rank: Int
  ) -> Int {
    var low = max(0, rank - right.count)
    var high = min(rank, left.count)
    while low < high {
      let one = (low + high) / 2
      let two = rank - one
      // Too few of `left` while its next row comes before the last one taken of `right`.
      if two > 0 && !isBefore(right.base[two - 1], left.base[one]) {
        low = one + 1
      } else {
        high = one
      }
    }
    return low
  }
}
