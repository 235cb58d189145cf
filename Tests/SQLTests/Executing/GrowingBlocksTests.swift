import ColumnFormat
import Testing

@testable import SQL

@Suite struct GrowingBlocksTests {
  private func append(_ values: Range<Int>, to blocks: GrowingBlocks) {
    let place = blocks.append(values.count).assumingMemoryBound(to: Int64.self)
    for (index, value) in values.enumerated() { place[index] = Int64(value) }
  }

  private func values(_ block: MemoryBlock, _ count: Int) -> [Int64] {
    let base = block.base.assumingMemoryBound(to: Int64.self)
    return withExtendedLifetime(block) { (0..<count).map { base[$0] } }
  }

  @Test(arguments: [1, 7, 4096, 65_536, 65_537, 200_000])
  func `values stay in order, however many come at a time`(step: Int) {
    let blocks = GrowingBlocks(stride: 8)
    var count = 0
    while count < 300_000 {
      append(count..<(count + step), to: blocks)
      count += step
    }
    #expect(blocks.count == count)
    #expect(blocks.byteCount >= count * 8)
    #expect(values(blocks.gathered(), count) == (0..<Int64(count)).map { $0 })
  }

  @Test func `what was gathered is not changed by values that follow`() {
    let blocks = GrowingBlocks(stride: 8)
    append(0..<100_000, to: blocks)
    let before = blocks.gathered()
    append(100_000..<250_000, to: blocks)
    #expect(values(before, 100_000) == (0..<100_000).map { $0 })
    #expect(values(blocks.gathered(), 250_000) == (0..<250_000).map { $0 })
  }

  @Test func `several are put one after the other and left empty`() {
    let parts = (0..<3).map { _ in GrowingBlocks(stride: 8) }
    append(0..<70_000, to: parts[0])
    append(70_000..<70_010, to: parts[2])
    let all = GrowingBlocks.gathered(parts)
    #expect(values(all, 70_010) == (0..<70_010).map { $0 })
    #expect(parts.allSatisfy { $0.count == 0 && $0.byteCount == 0 })
  }
}
