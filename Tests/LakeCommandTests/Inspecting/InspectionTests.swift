import ColumnFormat
import RowFormat
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@testable import lake

@Suite struct InspectionTests {
  private let folder = TemporaryDirectory()

  /// A file of two row groups with a list, and its path.
  private func sample() throws -> String {
    let path = folder("sample.parquet")
    let sink = try FileSink(path: path)
    var options = WriterOptions()
    options.rowGroupRowCountMax = 2
    options.keyValueMetadata = [KeyValue(key: "origin", value: "a\ntest")]
    let schema = Schema([
      Field("id", .int64, isNullable: false, id: 1),
      Field("price", .decimal(precision: 9, scale: 2), id: 2),
      Field("tags", .list(Field("tag", .string)), id: 3),
    ])
    var writer = try ParquetWriter(sink: sink, schema: schema, options: options)
    let tags = Column(
      flat: .list(
        offsets: Buffer([0, 2, 2, 3]),
        elements: Column.fromScalars([.text("new"), .text("a\tb"), .null])
      ),
      count: 3
    )
    try writer.write(
      Batch(
        columns: [
          Column.fromScalars([.int(1), .int(2), .int(3)]),
          Column.fromScalars([.int(1999), .null, .int(-5)]),
          tags,
        ],
        rowCount: 3
      )
    )
    _ = try writer.finish()
    try sink.close()
    return path
  }

  @Test func `the schema is a tree with types, nulls and ids`() throws {
    let text = InspectionText(try ParquetFile(path: try sample())).schema
    #expect(
      text == """
        schema     type          nulls  id  stored as
        id         bigint        no      1  INT64
        price      decimal(9,2)  yes     2  INT32
        tags       array         yes     3
          element  string        yes        BYTE_ARRAY

        """
    )
  }

  @Test func `columns are summed up over all row groups`() throws {
    let file = try ParquetFile(path: try sample())
    let summaries = ChunkSummary.summaries(file, rowGroups: 0..<2)
    #expect(summaries.map(\.valueCount) == [3, 3, 4])
    #expect(summaries.map(\.nullCount) == [0, 1, 2])
    #expect(summaries[0].min == .int(1) && summaries[0].max == .int(3))
    #expect(summaries[1].min == .int(-5) && summaries[1].max == .int(1999))
    #expect(summaries[2].min == .text("a\tb"))
    #expect(summaries[0].codecs == ["zstd"])
    let text = InspectionText(file).columns
    #expect(text.contains("-0.05  19.99\n"))
    #expect(text.contains("a\\tb"))
  }

  @Test func `row groups and first rows are tables`() throws {
    let text = InspectionText(try ParquetFile(path: try sample()))
    #expect(text.rowGroups.split(separator: "\n").count == 3)
    #expect(
      try text.head(2) == """
        id  price  tags
         1  19.99  ["new","a\\tb"]
         2   NULL  []

        """
    )
    #expect(text.summary.contains("rows        3 in 2 row groups\n"))
    #expect(text.summary.contains("key         origin = a\\ntest\n"))
  }

  @Test func `pages are listed without being decompressed`() throws {
    let file = try ParquetFile(path: try sample())
    let lines = InspectionText(file).pages().text.split(separator: "\n")
    #expect(lines[0].hasPrefix("group  column"))
    #expect(lines.contains { $0.contains("tags.list.element") && $0.contains("data") })
  }

  @Test func `the JSON form is valid and complete`() throws {
    let file = try ParquetFile(path: try sample())
    let json = InspectionJSON(file)
    let text = json.rowGroups(withPages: true).value.prettyText
    let groups = try JSONValue.parse(text).arrayValue ?? []
    #expect(groups.count == 2)
    let price = groups[0]["columns"]?.arrayValue?[1]
    #expect(price?["statistics"]?["min"] == .number("19.99"))
    #expect(price?["statistics"]?["nulls"] == .number("1"))
    #expect(price?["codec"] == .string("ZSTD"))
    #expect(price?["pages"]?.arrayValue?.isEmpty == false)
    #expect(json.schema.arrayValue?[2]["fields"]?.arrayValue?[0]["name"] == .string("element"))
    let rows = try json.head(10).arrayValue ?? []
    #expect(rows.count == 3)
    #expect(rows[1]["price"] == .null)
    #expect(rows[2]["tags"] == .array([.null]))
  }

  /// The words of each line.
  private func words(_ text: String) -> [[Substring]] {
    text.split(separator: "\n").map { $0.split(separator: " ") }
  }

  @Test func `sorting, indexes and bloom filters are part of the summary`() throws {
    let path = folder("filtered.parquet")
    let sink = try FileSink(path: path)
    var options = WriterOptions()
    options.pageRowCountMax = 100
    options.bloomFilters = [BloomFilterColumn("id")]
    options.sortingColumns = [
      SortingColumn(columnIndex: 0, isDescending: true, isNullsFirst: false)
    ]
    let schema = Schema([Field("id", .int64), Field("note", .string)])
    var writer = try ParquetWriter(sink: sink, schema: schema, options: options)
    let ids = Column(flat: .int64(Buffer((0..<250).map { 1000 - $0 })), count: 250)
    let notes = Column.constant(.text("same"), .bytes, count: 250)
    try writer.write(Batch(columns: [ids, notes], rowCount: 250))
    _ = try writer.finish()
    try sink.close()
    let file = try ParquetFile(path: path)
    let text = InspectionText(file)
    #expect(text.summary.contains("sorted by     id descending\n"))
    #expect(
      text.summary.contains(
        "page index    places of pages in all, bounds in all of 2 column chunks\n"
      )
    )
    #expect(text.summary.contains("bloom filter  id; 528 B\n"))
    #expect(text.columns.contains(" 0         1  same"))
    let pages = text.pages()
    #expect(pages.damage == nil)
    // Group, column, page, kind, encoding, first row, values, nulls.
    #expect(
      words(pages.text).contains {
        $0.starts(with: ["0", "id", "1", "data", "DELTA_BINARY_PACKED", "100", "100", "0"])
      }
    )
    let group = InspectionJSON(file).rowGroups(withPages: true).value.arrayValue?[0]
    let id = group?["columns"]?.arrayValue?[0]
    #expect(id?["bloomFilter"]?["bytes"] == .number("528"))
    #expect(id?["offsetIndex"]?["offset"] != nil)
    #expect(id?["pages"]?.arrayValue?[1]["max"] == .number("900"))
    #expect(group?["sortingColumns"]?.arrayValue?[0]["descending"] == .boolean(true))
  }

  @Test func `a damaged page hides nothing else`() throws {
    let path = try sample()
    let offset = try ParquetFile(path: path).metadata.rowGroups[0].columns[1].dataPageOffset
    let descriptor = open(path, O_WRONLY)
    #expect(pwrite(descriptor, [0xFF] as [UInt8], 1, offset) == 1)
    close(descriptor)
    let file = try ParquetFile(path: path)
    let pages = InspectionText(file).pages()
    #expect(pages.damage?.location.column == "price")
    #expect(words(pages.text).contains(["0", "price", "0", "damaged"]))
    #expect(
      words(pages.text).contains { $0.starts(with: ["0", "tags.list.element", "0", "data"]) }
    )
    let json = InspectionJSON(file).rowGroups(withPages: true)
    #expect(json.damage == pages.damage)
    #expect(json.value.arrayValue?[0]["columns"]?.arrayValue?[1]["damage"] != nil)
  }

  @Test func `a file cut in half is reported as damaged`() throws {
    let path = try sample()
    let size = try ParquetFile(path: path).byteCount
    #expect(truncate(path, size / 2) == 0)
    do {
      _ = try ParquetFile(path: path)
      Issue.record("the file was opened")
    } catch {
      let text = try #require(Failure(error)).text()
      #expect(
        text.hasPrefix("error: HIVE_BAD_DATA: cannot read '\(path)': the file is damaged\n")
      )
    }
  }
}
