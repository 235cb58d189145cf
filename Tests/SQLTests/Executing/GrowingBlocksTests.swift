import ColumnFormat
import Testing

@testable import SQL

@Suite struct GrowingBlocksTests {
  private func append(_ values: Range<Int>, to blocks: inout GrowingBlocks) {
    let place = blocks.append(values.count).assumingMemoryBound(to: Int64.self)
    for (index, value) in values.enumerated() { place[index] = Int64(value) }
  }

  private func values(_ block: MemoryBlock, _ count: Int) -> [Int64] {
    let base = block.base.assumingMemoryBound(to: Int64.self)
    return withExtendedLifetime(block) { (0..<count).map { base[$0] } }
  }

  @Test(arguments: [1, 7, 4096, 65_536, 65_537, 200_000])
  func `values stay in order, however many come at a time`(step: Int) {
    var blocks = GrowingBlocks(stride: 8)
    var count = 0
    while count < 300_000 {
      append(count..<(count + step), to: &blocks)
      count += step
    }
    #expect(blocks.count == count)
    #expect(blocks.byteCount >= count * 8)
    #expect(values(blocks.gathered(), count) == (0..<Int64(count)).map { $0 })
  }

  @Test func `what was gathered is not changed by values that follow`() {
    var blocks = GrowingBlocks(stride: 8)
    append(0..<100_000, to: &blocks)
    let before = blocks.gathered()
    append(100_000..<250_000, to: &blocks)
    #expect(values(before, 100_000) == (0..<100_000).map { $0 })
    #expect(values(blocks.gathered(), 250_000) == (0..<250_000).map { $0 })
  }

  @Test func `several are put one after the other`() {
    var parts = (0..<3).map { _ in GrowingBlocks(stride: 8) }
    append(0..<70_000, to: &parts[0])
    append(70_000..<70_010, to: &parts[2])
    #expect(values(GrowingBlocks.gathered(parts), 70_010) == (0..<70_010).map { $0 })
  }

  @Test func `what is taken is there no more`() {
    var blocks = GrowingBlocks(stride: 8)
    append(0..<100_000, to: &blocks)
    let taken = blocks.take()
    #expect(taken.count == 100_000)
    #expect(blocks.count == 0 && blocks.byteCount == 0)
    append(0..<10, to: &blocks)
    #expect(values(blocks.gathered(), 10) == (0..<10).map { $0 })
    #expect(values(GrowingBlocks.gathered([taken]), 100_000) == (0..<100_000).map { $0 })
  }
}
