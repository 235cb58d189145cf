import TestSupport
import Testing

@testable import ColumnFormat

@Suite struct PageInspectionTests {
  private func file(_ change: (inout WriterOptions) -> Void = { _ in }) throws -> WrittenBytes {
    var options = WriterOptions()
    options.codec = .uncompressed
    options.pageRowCountMax = 100
    change(&options)
    let numbers = (0..<250).map { $0 < 100 ? Scalar.null : .int(Int64($0)) }
    return try WrittenBytes.write(
      Schema([Field("a", .int64), Field("b", .string)]),
      [
        Batch(
          columns: [
            Column.fromScalars(numbers, .int64), textColumn((0..<250).map { "\($0 % 3)" }),
          ],
          rowCount: 250
        )
      ],
      options
    )
  }

  private func open(_ bytes: [UInt8]) throws -> ParquetFile {
    try ParquetFile(source: MemorySource(bytes), path: "memory")
  }

  @Test func `pages have what header and indexes say`() throws {
    let listing = try open(try file().bytes).pages(rowGroup: 0, leaf: 0)
    #expect(listing.damage == nil)
    #expect(listing.pages.map(\.firstRow) == [0, 100, 200])
    #expect(listing.pages.map(\.statistics?.nullCount) == [100, 0, 0])
    #expect(listing.pages.map(\.statistics?.min) == [nil, .int(100), .int(200)])
    #expect(listing.pages.map(\.statistics?.max) == [nil, .int(199), .int(249)])
  }

  @Test func `a dictionary page has no first row`() throws {
    let listing = try open(try file().bytes).pages(rowGroup: 0, leaf: 1)
    #expect(listing.pages.map(\.firstRow) == [nil, 0, 100, 200])
    #expect(listing.pages[1].statistics?.min == .text("0"))
  }

  @Test func `pages of a file without indexes are only headers`() throws {
    let written = try file { $0.writesPageIndex = false }
    let listing = try open(written.bytes).pages(rowGroup: 0, leaf: 0)
    #expect(listing.damage == nil)
    #expect(listing.pages.map(\.firstRow) == [nil, nil, nil])
  }

  @Test func `pages of an old writer end with the last value`() throws {
    // The reader looks for pages up to a hundred bytes behind such a chunk: there the next begins.
    let written = try file { $0.createdBy = "parquet-mr version 1.2.8" }
    for leaf in 0..<2 {
      let listing = try open(written.bytes).pages(rowGroup: 0, leaf: leaf)
      #expect(listing.damage == nil)
      #expect(listing.pages.count == 3 + leaf)
    }
  }

  @Test func `pages before a damaged one are listed`() throws {
    let written = try file()
    let second = try written.pages()[1].offset
    var bytes = written.bytes
    bytes[second] = 0xFF
    let listing = try open(bytes).pages(rowGroup: 0, leaf: 0)
    #expect(listing.pages.count == 1)
    #expect(listing.damage?.location.column == "a")
    #expect(listing.damage?.location.page == 1)
    #expect(try open(bytes).pages(rowGroup: 0, leaf: 1).damage == nil)
  }

  @Test func `a chunk without values has no pages, wherever it is said to start`() throws {
    var metadata = try file().metadata
    metadata.rowCount = 0
    metadata.rowGroups[0].rowCount = 0
    metadata.rowGroups[0].columns[0].valueCount = 0
    metadata.rowGroups[0].columns[0].dataPageOffset = 0
    metadata.rowGroups[0].columns[0].compressedByteCount = 4
    metadata.rowGroups[0].columns[0].offsetIndexOffset = nil
    metadata.rowGroups[0].columns[0].columnIndexOffset = nil
    var writer = CompactWriter()
    metadata.write(to: &writer)
    let magic = Array("PAR1".utf8)
    let bytes = magic + writer.bytes + littleEndian(UInt32(writer.bytes.count)) + magic
    let listing = try open(bytes).pages(rowGroup: 0, leaf: 0)
    #expect(listing.pages.isEmpty)
    #expect(listing.damage == nil)
  }
}
