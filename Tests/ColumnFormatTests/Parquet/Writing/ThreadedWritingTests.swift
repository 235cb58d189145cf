import TestSupport
import Testing

@testable import ColumnFormat

@Suite struct ThreadedWritingTests {
  private let schema = Schema([
    Field("id", .int64), Field("name", .string), Field("price", .float64),
    Field("tags", .list(Field("tag", .string))),
  ])

  private func batch(_ start: Int) -> Batch {
    let count = 3000
    var generator = SeededGenerator(seed: UInt64(start))
    let numbers = (0..<count).map { _ in generator.next() }
    let tags = Column(
      flat: .list(
        offsets: Buffer((0...count).map { UInt32($0 * 2) }),
        elements: textColumn((0..<(2 * count)).map { "tag \($0 % 9)" })
      ),
      count: count
    )
    return Batch(
      columns: [
        Column.fromScalars((0..<count).map { $0 % 7 == 0 ? .null : .int(Int64(start + $0)) }),
        textColumn(numbers.map { "customer \($0 % 5000)" }),
        Column(flat: .float64(Buffer(numbers.map { Double($0 % 1000) / 7 })), count: count),
        tags,
      ],
      rowCount: count
    )
  }

  private func write(threadCount: Int, _ change: (inout WriterOptions) -> Void) throws -> [UInt8] {
    var options = WriterOptions()
    options.threadCount = threadCount
    options.rowGroupRowCountMax = 7000
    options.pageRowCountMax = 900
    change(&options)
    let sink = MemorySink()
    var writer = try ParquetWriter(sink: sink, schema: schema, options: options)
    for part in 0..<5 { try writer.write(batch(part * 3000)) }
    #expect(writer.rowCount == 15_000)
    _ = try writer.finish()
    return sink.bytes
  }

  @Test(arguments: [1, 2]) func `any number of threads writes the same bytes`(version: Int) throws {
    func bytes(_ threadCount: Int) throws -> [UInt8] {
      try write(threadCount: threadCount) {
        $0.dataPageVersion = version
        $0.bloomFilters = [BloomFilterColumn("name"), BloomFilterColumn("id")]
      }
    }
    let single = try bytes(1)
    #expect(try bytes(2) == single)
    #expect(try bytes(16) == single)
    #expect(try ParquetFile(source: MemorySource(single), path: "memory").rowCount == 15_000)
  }

  @Test func `a refused value is named by any number of threads`() throws {
    for threadCount in [1, 3] {
      var options = WriterOptions()
      options.threadCount = threadCount
      let schema = Schema([Field("a", .int64), Field("b", .decimal(precision: 3, scale: 0))])
      let column = Column.fromScalars([.int(1000)], .int64)
      var writer = try ParquetWriter(sink: MemorySink(), schema: schema, options: options)
      try writer.write(Batch(columns: [column, column], rowCount: 1))
      do throws(ColumnFormatError) {
        _ = try writer.finish()
        Issue.record("the value was written")
      } catch {
        #expect(error.location.column == "b")
        #expect(error.location.rowGroup == 0)
      }
    }
  }

  @Test func `long rows are not held back until there are many`() throws {
    var options = WriterOptions()
    options.threadCount = 2
    options.rowGroupByteCountMax = 40 << 20
    let text = String(repeating: "long ", count: 200_000)
    let column = Column.constant(.text(text), .bytes, count: 1).flattened()
    let schema = Schema([Field("a", .string)])
    var writer = try ParquetWriter(sink: MemorySink(), schema: schema, options: options)
    for _ in 0..<60 {
      try writer.write(Batch(columns: [column], rowCount: 1))
      #expect(writer.bufferedByteCount < 60 << 20)
    }
    #expect(try writer.finish().rowCount == 60)
  }
}
