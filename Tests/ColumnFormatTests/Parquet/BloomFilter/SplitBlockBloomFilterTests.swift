import TestSupport
import Testing

@testable import ColumnFormat

@Suite struct SplitBlockBloomFilterTests {
  @Test func `what went in is always found`() {
    for count in [1, 2, 31, 32, 33, 1000] {
      let filter = SplitBlockBloomFilter(distinctCount: count, falsePositiveRate: 0.01)
      for value in 0..<UInt64(count) { filter.insert(XXHash64.hash(value)) }
      #expect((0..<UInt64(count)).allSatisfy { filter.mayContain(XXHash64.hash($0)) })
    }
  }

  @Test func `others are seldom found`() {
    let filter = SplitBlockBloomFilter(distinctCount: 10_000, falsePositiveRate: 0.01)
    for value in 0..<UInt64(10_000) { filter.insert(XXHash64.hash(value)) }
    let wrong = (10_000..<UInt64(110_000)).count { filter.mayContain(XXHash64.hash($0)) }
    #expect(wrong > 0 && wrong < 1000)
  }

  @Test func `an empty filter finds nothing`() {
    let filter = SplitBlockBloomFilter(distinctCount: 100, falsePositiveRate: 0.01)
    #expect((0..<UInt64(100)).allSatisfy { !filter.mayContain(XXHash64.hash($0)) })
  }

  @Test func `a filter's size is a power of two between a block and the limit`() {
    func size(_ count: Int, _ rate: Double) -> Int {
      SplitBlockBloomFilter.byteCount(distinctCount: count, falsePositiveRate: rate)
    }
    #expect(size(0, 0.01) == 32)
    #expect(size(1, 0.01) == 32)
    // 9.68 bits a value: 121,000 bytes.
    #expect(size(100_000, 0.01) == 131_072)
    #expect(size(1_000_000, 0.001) == 2 << 20)
    #expect(size(.max, 0.5) == 128 << 20)
    #expect(size(10, 0) < 1024)
  }

  @Test func `a folded filter is the one that would have been small from the start`() {
    let large = SplitBlockBloomFilter(byteCount: 1 << 14)
    for value in 0..<UInt64(200) { large.insert(XXHash64.hash(value)) }
    let folded = large.folded(falsePositiveRate: 0.01)
    let small = SplitBlockBloomFilter(byteCount: folded.bytes.count)
    for value in 0..<UInt64(200) { small.insert(XXHash64.hash(value)) }
    #expect(folded.bytes.count == 512)
    #expect(Array(folded.bytes.values) == Array(small.bytes.values))
    #expect(large.folded(falsePositiveRate: 0).bytes.count == 1 << 14)
  }

  @Test func `a hash sets the bits that the specification names`() {
    let filter = SplitBlockBloomFilter(byteCount: 64)
    // The upper half chooses the second of two blocks; with a lower half of one the bits are the
    // upper five of each salt.
    filter.insert(0x8000_0000_0000_0001)
    var expected = [UInt8](repeating: 0, count: 32)
    let salts: [UInt32] = [
      0x47B6_137B, 0x4497_4D91, 0x8824_AD5B, 0xA2B7_289D, 0x7054_95C7, 0x2DF1_424B, 0x9EFC_4947,
      0x5C6B_FB31,
    ]
    for salt in salts { expected += littleEndian(UInt32(1) << (salt >> 27)) }
    #expect(Array(filter.bytes.values) == expected)
  }

  @Test func `a size that is no whole number of blocks is refused`() {
    for count in [0, 1, 31, 33] {
      #expect(throws: DecodingFailure.self) {
        try SplitBlockBloomFilter(Buffer(repeating: 0, count: count) as Buffer<UInt8>)
      }
    }
  }

  @Test func `a header comes back`() throws {
    var writer = CompactWriter()
    BloomFilterHeader(byteCount: 1 << 20).write(to: &writer)
    let header = try writer.bytes.withUnsafeBytes { bytes in
      var reader = CompactReader(bytes)
      let header = try BloomFilterHeader(from: &reader)
      #expect(reader.remaining == 0)
      return header
    }
    #expect(header.byteCount == 1 << 20)
  }

  @Test func `a filter of a later kind is refused by name`() {
    var writer = CompactWriter()
    writer.beginStruct()
    writer.write(1, int32: 32)
    writer.beginStruct(2)
    writer.writeEmptyStruct(2)
    writer.endStruct()
    writer.endStruct()
    #expect(throws: DecodingFailure.unsupported("a bloom filter is of an unknown kind")) {
      try writer.bytes.withUnsafeBytes { bytes in
        var reader = CompactReader(bytes)
        _ = try BloomFilterHeader(from: &reader)
      }
    }
  }
}
