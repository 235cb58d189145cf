/// Some rows of a row group, as ranges that ascend and do not touch each other.
struct RowRanges: Sendable, Equatable {
  /// The ranges; none is empty.
  private(set) var ranges: [Range<Int>] = []

  /// No rows.
  init() {}

  /// The rows of one range.
  init(_ range: Range<Int>) { append(range) }

  var isEmpty: Bool { ranges.isEmpty }

  /// The number of rows.
  var count: Int { ranges.reduce(0) { $0 + $1.count } }

  /// Adds rows that start no earlier than the last range.
  mutating func append(_ range: Range<Int>) {
    if range.isEmpty { return }
    if let last = ranges.last, range.lowerBound <= last.upperBound {
      ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
    } else {
      ranges.append(range)
    }
  }

  /// The rows that are in both.
  func intersection(_ other: RowRanges) -> RowRanges {
    var result = RowRanges()
    var left = 0
    var right = 0
    while left < ranges.count && right < other.ranges.count {
      let (own, its) = (ranges[left], other.ranges[right])
      let low = max(own.lowerBound, its.lowerBound)
      let high = min(own.upperBound, its.upperBound)
      if low < high { result.append(low..<high) }
      if own.upperBound < its.upperBound { left += 1 } else { right += 1 }
    }
    return result
  }

  /// The rows that are in one of them at least.
  func union(_ other: RowRanges) -> RowRanges {
    var result = RowRanges()
    let all = (ranges + other.ranges).sorted { $0.lowerBound < $1.lowerBound }
    for range in all { result.append(range) }
    return result
  }
}
