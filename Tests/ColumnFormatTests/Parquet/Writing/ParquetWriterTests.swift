import TestSupport
import Testing

@testable import ColumnFormat

@Suite struct ParquetWriterTests {
  private func ints(_ values: [Int?]) -> Column {
    Column.fromScalars(values.map { $0.map { .int(Int64($0)) } ?? .null }, .int64)
  }

  private func texts(_ values: [String?]) -> Column {
    Column.fromScalars(values.map { $0.map { .text($0) } ?? .null }, .bytes)
  }

  @Test func `an empty file has a schema and no row groups`() throws {
    let file = try WrittenBytes.write(Schema([Field("a", .int64, id: 7)]), [])
    #expect(file.metadata.rowCount == 0)
    #expect(file.metadata.rowGroups.isEmpty)
    #expect(file.metadata.schema.map(\.name) == ["schema", "a"])
    #expect(file.metadata.schema[1].fieldID == 7)
    #expect(file.metadata.columnOrders == [.typeDefined])
    #expect(file.metadata.createdBy == "lake version 0.1.0")
  }

  @Test func `a small column is one page of levels and plain values`() throws {
    var options = WriterOptions()
    options.codec = .uncompressed
    options.usesDeltaEncodings = false
    let file = try WrittenBytes.write(Field("a", .int64), ints([1, nil, 3]), options)
    let pages = try file.pages()
    #expect(pages.count == 1)
    #expect(
      pages[0].header.kind == .data(DataPageHeader(valueCount: 3, encoding: .plain))
    )
    // Four bytes of length, a group of one-bit levels, two values.
    let levels: [UInt8] = [2, 0, 0, 0, 3, 0b101]
    #expect(pages[0].body == levels + littleEndian(Int64(1)) + littleEndian(Int64(3)))
    let chunk = file.metadata.rowGroups[0].columns[0]
    #expect(chunk.encodings == [.plain, .runLength])
    #expect(chunk.valueCount == 3)
    #expect(chunk.path == ["a"])
  }

  @Test func `a required column has no levels`() throws {
    var options = WriterOptions()
    options.codec = .uncompressed
    options.usesDeltaEncodings = false
    let field = Field("a", .int32, isNullable: false)
    let column = Column(flat: .int32(Buffer([1, 2, 3] as [Int32])), count: 3)
    let file = try WrittenBytes.write(field, column, options)
    let body = try file.pages()[0].body
    #expect(body == littleEndian(Int32(1)) + littleEndian(Int32(2)) + littleEndian(Int32(3)))
    #expect(file.metadata.schema[1].repetition == .required)
  }

  @Test func `repetitive text becomes a dictionary`() throws {
    let values = (0..<1000).map { ["web", "phone", "store"][$0 % 3] }
    let file = try WrittenBytes.write(Field("channel", .string), texts(values))
    let pages = try file.pages()
    #expect(pages.count == 2)
    #expect(pages[0].header.kind == .dictionary(DictionaryPageHeader(valueCount: 3)))
    #expect(
      pages[0].body == littleEndian(UInt32(3)) + Array("web".utf8) + littleEndian(UInt32(5))
        + Array("phone".utf8) + littleEndian(UInt32(5)) + Array("store".utf8)
    )
    let chunk = file.metadata.rowGroups[0].columns[0]
    #expect(chunk.encodings == [.plain, .runLengthDictionary, .runLength])
    #expect(chunk.statistics?.distinctCount == 3)
    #expect(chunk.statistics?.minValue == Array("phone".utf8))
    #expect(chunk.statistics?.maxValue == Array("web".utf8))
    #expect(chunk.statistics?.isMaxValueExact == true)
    #expect(
      chunk.encodingStatistics == [
        PageEncodingCount(pageType: .dictionary, encoding: .plain, count: 1),
        PageEncodingCount(pageType: .data, encoding: .runLengthDictionary, count: 1),
      ]
    )
  }

  @Test func `different text is not made a dictionary`() throws {
    var generator = SeededGenerator(seed: 1)
    let values = textColumn((0..<3000).map { _ in "\(generator.next() % 1_000_000_007)" })
    let file = try WrittenBytes.write(Field("a", .string), values)
    let chunk = file.metadata.rowGroups[0].columns[0]
    #expect(chunk.encodings == [.deltaLengthByteArray, .runLength])
    #expect(chunk.dictionaryPageOffset == nil)
    var options = WriterOptions()
    options.usesDeltaEncodings = false
    let plain = try WrittenBytes.write(Field("a", .string), values, options)
    #expect(plain.metadata.rowGroups[0].columns[0].encodings == [.plain, .runLength])
  }

  @Test func `a dictionary that grows too large is given up`() throws {
    var options = WriterOptions()
    options.dictionaryByteCountMax = 1000
    let values = (0..<900).map { "value \($0 % 400) of many" }
    let file = try WrittenBytes.write(Field("a", .string), texts(values), options)
    #expect(file.metadata.rowGroups[0].columns[0].dictionaryPageOffset == nil)
    #expect(file.metadata.rowGroups[0].columns[0].statistics?.distinctCount == nil)
  }

  @Test func `ascending numbers are written as differences`() throws {
    let file = try WrittenBytes.write(Field("a", .int64), ints((0..<5000).map { 9 * $0 }))
    let chunk = file.metadata.rowGroups[0].columns[0]
    #expect(chunk.encodings == [.deltaBinaryPacked, .runLength])
    #expect(chunk.compressedByteCount < 500)
  }

  @Test func `a constant and a dictionary column are not expanded on the way`() throws {
    let dictionary = ColumnDictionary(values: texts(["x", "y", "unused"]).flatValues, count: 3)
    let codes = Buffer((0..<100).map { UInt32($0 % 2) })
    let file = try WrittenBytes.write(
      Schema([Field("a", .string)]),
      [
        Batch(columns: [.constant(.text("k"), .bytes, count: 50)], rowCount: 50),
        Batch(columns: [Column(.dictionary(codes: codes, dictionary), count: 100)], rowCount: 100),
        Batch(columns: [.nulls(PhysicalType.bytes, count: 10)], rowCount: 10),
        Batch(
          columns: [Column(.runs(ends: Buffer([3, 5]), texts(["x", "k"]).flatValues), count: 5)],
          rowCount: 5
        ),
      ]
    )
    let statistics = file.metadata.rowGroups[0].columns[0].statistics
    // The entry that no code points at does not get in.
    #expect(statistics?.distinctCount == 3)
    #expect(statistics?.nullCount == 10)
    #expect(statistics?.minValue == Array("k".utf8))
    #expect(try file.pages()[0].header.kind == .dictionary(DictionaryPageHeader(valueCount: 3)))
  }

  @Test func `row groups end at their row limit`() throws {
    var options = WriterOptions()
    options.rowGroupRowCountMax = 100
    let batch = Batch(columns: [ints(Array(0..<70))], rowCount: 70)
    let schema = Schema([Field("a", .int64)])
    let file = try WrittenBytes.write(schema, [batch, batch, batch, batch], options)
    #expect(file.metadata.rowGroups.map(\.rowCount) == [100, 100, 80])
    #expect(file.metadata.rowGroups.map(\.ordinal) == [0, 1, 2])
    #expect(file.metadata.rowCount == 280)
  }

  @Test func `row groups end at their size limit`() throws {
    var options = WriterOptions()
    options.rowGroupByteCountMax = 10_000
    let text = texts((0..<100).map { "\($0) \(String(repeating: "x", count: 90))" })
    let batch = Batch(columns: [text], rowCount: 100)
    let schema = Schema([Field("a", .string)])
    let sink = MemorySink()
    var writer = try ParquetWriter(sink: sink, schema: schema, options: options)
    try writer.write(batch)
    #expect(writer.bufferedByteCount == 0 || writer.bufferedByteCount < 10_000)
    for _ in 0..<9 { try writer.write(batch) }
    let file = try writer.finish()
    #expect(file.metadata.rowGroups.count > 1)
    #expect(file.rowCount == 1000)
  }

  @Test func `pages end at their row limit and have an index`() throws {
    var options = WriterOptions()
    options.pageRowCountMax = 100
    let values = (0..<250).map { $0 < 200 ? nil : Optional($0) }
    let file = try WrittenBytes.write(Field("a", .int64), ints(values), options)
    let offsets = try #require(try file.offsetIndex())
    #expect(offsets.pages.map(\.firstRow) == [0, 100, 200])
    let pages = try file.pages()
    #expect(offsets.pages.map(\.offset) == pages.map(\.offset))
    let index = try #require(try file.columnIndex())
    #expect(index.isNullPage == [true, true, false])
    #expect(index.nullCounts == [100, 100, 0])
    #expect(index.minValues == [[], [], littleEndian(Int64(200))])
    #expect(index.maxValues == [[], [], littleEndian(Int64(249))])
  }

  @Test func `the index knows the order of pages`() throws {
    var options = WriterOptions()
    options.pageRowCountMax = 10
    func order(_ values: [Int]) throws -> BoundaryOrder? {
      try WrittenBytes.write(Field("a", .int64), ints(values), options).columnIndex()?.boundaryOrder
    }
    #expect(try order(Array(0..<30)) == .ascending)
    #expect(try order(Array((0..<30).reversed())) == .descending)
    #expect(try order((0..<30).map { $0 * 17 % 30 }) == .unordered)
  }

  @Test func `a file of single pages has no index`() throws {
    let file = try WrittenBytes.write(Field("a", .int64), ints([1, 2]))
    #expect(try file.offsetIndex() == nil)
    #expect(try file.columnIndex() == nil)
  }

  @Test func `pages end at their size limit`() throws {
    var options = WriterOptions()
    options.pageByteCount = 1000
    let values = (0..<300).map { "\($0) \(String(repeating: "y", count: $0))" }
    let file = try WrittenBytes.write(Field("a", .string), texts(values), options)
    let pages = try file.pages()
    #expect(pages.count > 30)
    #expect(pages.allSatisfy { $0.header.uncompressedByteCount < 1100 })
  }

  @Test func `pages of the second version keep levels apart`() throws {
    var options = WriterOptions()
    options.dataPageVersion = 2
    options.usesDeltaEncodings = false
    let values = (0..<1000).map { $0 % 5 == 0 ? nil : Optional($0 * 1_000_003) }
    let file = try WrittenBytes.write(Field("a", .int64), ints(values), options)
    guard case .dataV2(let header) = try file.pages()[0].header.kind else {
      Issue.record("not a page of the second version")
      return
    }
    #expect(header.valueCount == 1000)
    #expect(header.nullCount == 200)
    #expect(header.rowCount == 1000)
    #expect(header.repetitionLevelByteCount == 0)
    #expect(header.isCompressed)
  }

  @Test func `lists have levels as the format's paper draws them`() throws {
    var options = WriterOptions()
    options.codec = .uncompressed
    options.usesDeltaEncodings = false
    options.dictionaryByteCountMax = 0
    // [1, null], null, [], [3]
    let column = Column(
      flat: .list(offsets: Buffer([0, 2, 2, 2, 3]), elements: ints([1, nil, 3])),
      count: 4,
      validity: Validity(words: Buffer([0b1101]), count: 4)
    )
    let file = try WrittenBytes.write(
      Field("a", .list(Field("item", .int64, id: 9)), id: 8),
      column,
      options
    )
    #expect(file.metadata.schema.map(\.name) == ["schema", "a", "list", "element"])
    #expect(file.metadata.schema.map(\.fieldID) == [nil, 8, nil, 9])
    let body = try file.pages()[0].body
    // Repetition 0 1 0 0 0 in one bit, definition 3 2 0 1 3 in two bits.
    #expect(body[..<6] == [2, 0, 0, 0, 3, 0b00010])
    #expect(body[6..<13] == [3, 0, 0, 0, 3, 0b01_00_10_11, 0b11])
    #expect(Array(body[13...]) == littleEndian(Int64(1)) + littleEndian(Int64(3)))
    let chunk = file.metadata.rowGroups[0].columns[0]
    #expect(chunk.path == ["a", "list", "element"])
    #expect(chunk.valueCount == 5)
    #expect(chunk.statistics?.nullCount == 3)
  }

  @Test func `maps are lists of required keys and values`() throws {
    let type = LogicalType.map(key: Field("k", .string), value: Field("v", .int64))
    let column = Column(
      flat: .list(
        offsets: Buffer([0, 1, 3]),
        elements: Column(flat: .row([texts(["a", "b", "c"]), ints([1, nil, 3])]), count: 3)
      ),
      count: 2
    )
    let file = try WrittenBytes.write(Field("m", type), column)
    #expect(file.metadata.schema.map(\.name) == ["schema", "m", "key_value", "key", "value"])
    #expect(file.metadata.schema[3].repetition == .required)
    #expect(file.metadata.schema[4].repetition == .optional)
    #expect(file.metadata.rowGroups[0].columns.map(\.path.last) == ["key", "value"])
  }

  @Test func `pages of lists end between rows`() throws {
    var options = WriterOptions()
    options.pageRowCountMax = 4
    let offsets = (0...10).map { UInt32($0 * 3) }
    let column = Column(
      flat: .list(offsets: Buffer(offsets), elements: ints(Array(0..<30))),
      count: 10
    )
    let file = try WrittenBytes.write(Field("a", .list(Field("e", .int64))), column, options)
    let index = try #require(try file.offsetIndex())
    #expect(index.pages.map(\.firstRow) == [0, 4, 8])
    let counts = try file.pages().map { page in
      if case .data(let header) = page.header.kind { header.valueCount } else { -1 }
    }
    #expect(counts == [12, 12, 6])
  }

  @Test func `sorting columns and pairs of text are written down`() throws {
    var options = WriterOptions()
    options.sortingColumns = [
      SortingColumn(columnIndex: 0, isDescending: true, isNullsFirst: true)
    ]
    options.keyValueMetadata = [KeyValue(key: "origin", value: "test")]
    let file = try WrittenBytes.write(Field("a", .int64), ints([nil, 2, 1]), options)
    #expect(file.metadata.rowGroups[0].sortingColumns == options.sortingColumns)
    #expect(file.metadata.keyValueMetadata == options.keyValueMetadata)
  }

  @Test func `checksums can be left out`() throws {
    var options = WriterOptions()
    options.writesChecksums = false
    let file = try WrittenBytes.write(Field("a", .int64), ints([1]), options)
    #expect(try file.pages().map(\.header.checksum) == [nil])
  }

  @Test func `a chunk says how many bytes its text has`() throws {
    let file = try WrittenBytes.write(Field("a", .string), texts(["ab", nil, "", "cde"]))
    #expect(file.metadata.rowGroups[0].columns[0].sizeStatistics?.byteArrayByteCount == 5)
  }
}
