import TestSupport
import Testing

@testable import ColumnFormat

@Suite struct WrittenBloomFilterTests {
  private func filter(_ file: WrittenBytes, rowGroup: Int = 0, leaf: Int = 0) throws
    -> SplitBlockBloomFilter
  {
    let chunk = file.metadata.rowGroups[rowGroup].columns[leaf]
    let offset = try #require(chunk.bloomFilterOffset)
    let byteCount = try #require(chunk.bloomFilterByteCount)
    let part = Array(file.bytes[offset..<(offset + byteCount)])
    let (size, start) = try part.withUnsafeBytes { bytes in
      var reader = CompactReader(bytes)
      return (try BloomFilterHeader(from: &reader).byteCount, reader.byteOffset)
    }
    #expect(start + size == byteCount)
    return try SplitBlockBloomFilter(Buffer(Array(part[start...])))
  }

  private func options(_ columns: [BloomFilterColumn]) -> WriterOptions {
    var options = WriterOptions()
    options.bloomFilters = columns
    return options
  }

  @Test func `a filter finds all numbers of its row group and few others`() throws {
    var options = options([BloomFilterColumn("a")])
    options.rowGroupRowCountMax = 1000
    let column = Column(flat: .int64(Buffer((0..<2000).map { Int64($0 * 7919) })), count: 2000)
    let file = try WrittenBytes.write(Field("a", .int64), column, options)
    for group in 0..<2 {
      let filter = try filter(file, rowGroup: group)
      func finds(_ number: Int) -> Bool {
        filter.mayContain(XXHash64.hash(UInt64(number * 7919)))
      }
      #expect((group * 1000..<(group + 1) * 1000).allSatisfy(finds))
      #expect((5000..<6000).count(where: finds) < 50)
    }
  }

  @Test func `text is hashed without its length, once for each entry of a dictionary`() throws {
    let texts = (0..<1000).map { Scalar.text("name \($0 % 20)") }
    let file = try WrittenBytes.write(
      Field("a", .string),
      Column.fromScalars(texts + [.null]),
      options([BloomFilterColumn("a")])
    )
    let filter = try filter(file)
    #expect(filter.bytes.count == 32)
    for number in 0..<20 {
      let hash = Array("name \(number)".utf8).withUnsafeBytes { XXHash64.hash($0) }
      #expect(filter.mayContain(hash))
    }
  }

  @Test func `a filter of values without a dictionary shrinks to what repeats`() throws {
    var options = options([BloomFilterColumn("a")])
    options.dictionaryByteCountMax = 0
    let column = Column(flat: .int32(Buffer((0..<4000).map { Int32($0 % 100) })), count: 4000)
    let file = try WrittenBytes.write(Field("a", .int32), column, options)
    let filter = try filter(file)
    #expect(filter.bytes.count == 128)
    #expect((0..<UInt32(100)).allSatisfy { filter.mayContain(XXHash64.hash($0)) })
  }

  @Test func `long decimals are hashed as they are stored`() throws {
    let value = Int128(1) << 80 + 5
    let file = try WrittenBytes.write(
      Field("a", .decimal(precision: 30, scale: 0)),
      Column.fromScalars([.int128(value)]),
      options([BloomFilterColumn("a")])
    )
    let length = try #require(file.metadata.schema[1].typeLength)
    let stored = withUnsafeBytes(of: value.bigEndian) { Array($0.suffix(length)) }
    #expect(try filter(file).mayContain(stored.withUnsafeBytes { XXHash64.hash($0) }))
  }

  @Test func `leaves within lists are named by their path`() throws {
    let column = Column(
      flat: .list(offsets: Buffer([0, 2]), elements: Column.fromScalars([.int(1), .int(2)])),
      count: 1
    )
    let file = try WrittenBytes.write(
      Field("a", .list(Field("e", .int64))),
      column,
      options([BloomFilterColumn("a.list.element", falsePositiveRate: 0.001)])
    )
    #expect(try filter(file).mayContain(XXHash64.hash(UInt64(2))))
  }
}
