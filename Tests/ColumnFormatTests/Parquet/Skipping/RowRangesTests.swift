import TestSupport
import Testing

@testable import ColumnFormat

@Suite struct RowRangesTests {
  private func ranges(_ rows: Set<Int>) -> RowRanges {
    var ranges = RowRanges()
    for row in rows.sorted() { ranges.append(row..<(row + 1)) }
    return ranges
  }

  @Test func `ranges that touch become one`() {
    #expect(ranges([1, 2, 3, 7]).ranges == [1..<4, 7..<8])
  }

  @Test(arguments: UInt64(0)..<50) func `both operations agree with those of sets`(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let left = Set((0..<40).filter { _ in Bool.random(using: &random) })
    let right = Set((0..<40).filter { _ in Int.random(in: 0..<5, using: &random) > 0 })
    #expect(ranges(left).intersection(ranges(right)) == ranges(left.intersection(right)))
    #expect(ranges(left).union(ranges(right)) == ranges(left.union(right)))
    #expect(ranges(left).count == left.count)
  }
}
