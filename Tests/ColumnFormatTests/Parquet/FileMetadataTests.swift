import ColumnFormat
import Testing

@Suite struct FileMetadataTests {
  static var sample: FileMetadata {
    var chunk = ColumnChunkMetadata(type: .byteArray)
    chunk.encodings = [.plain, .runLengthDictionary]
    chunk.path = ["a", "list", "element"]
    chunk.compression = .zstd
    chunk.valueCount = 12
    chunk.uncompressedByteCount = 500
    chunk.compressedByteCount = 300
    chunk.keyValueMetadata = [KeyValue(key: "k", value: nil)]
    chunk.dataPageOffset = 104
    chunk.dictionaryPageOffset = 4
    var statistics = ColumnStatistics()
    statistics.minValue = [0x61]
    statistics.maxValue = [0x7A, 0x7A]
    statistics.nullCount = 3
    statistics.isMinValueExact = true
    statistics.isMaxValueExact = false
    chunk.statistics = statistics
    chunk.encodingStatistics = [
      PageEncodingCount(pageType: .dataV2, encoding: .runLengthDictionary, count: 2)
    ]
    chunk.bloomFilterOffset = 1000
    chunk.bloomFilterByteCount = 64
    var sizes = SizeStatistics()
    sizes.byteArrayByteCount = 99
    sizes.definitionLevelCounts = [1, 2, 9]
    chunk.sizeStatistics = sizes
    chunk.offsetIndexOffset = 2000
    chunk.offsetIndexByteCount = 20
    chunk.columnIndexOffset = 2100
    chunk.columnIndexByteCount = 30
    var rowGroup = RowGroupMetadata()
    rowGroup.columns = [chunk, ColumnChunkMetadata(type: .int32)]
    rowGroup.rowCount = 7
    rowGroup.uncompressedByteCount = 501
    rowGroup.compressedByteCount = 301
    rowGroup.fileOffset = 4
    rowGroup.ordinal = 0
    rowGroup.sortingColumns = [
      SortingColumn(columnIndex: 1, isDescending: true, isNullsFirst: false)
    ]
    var file = FileMetadata()
    file.rowCount = 7
    file.createdBy = "someone"
    file.keyValueMetadata = [KeyValue(key: "ARROW:schema", value: "x")]
    file.columnOrders = [.typeDefined, .ieee754Total]
    file.rowGroups = [rowGroup]
    let annotations: [LogicalTypeAnnotation] = [
      .string, .map, .list, .enumeration, .decimal(scale: 2, precision: 10), .date,
      .time(.micros, isAdjustedToUTC: true), .timestamp(.nanos, isAdjustedToUTC: false),
      .timestamp(.millis, isAdjustedToUTC: true), .integer(bitWidth: 16, isSigned: false),
      .unknown, .json, .bson, .uuid, .float16, .other(16),
    ]
    file.schema =
      [SchemaElement(name: "schema", childCount: annotations.count)]
      + annotations.enumerated().map { index, annotation in
        SchemaElement(
          name: "c\(index)",
          type: .fixedLengthByteArray,
          typeLength: 16,
          repetition: .optional,
          convertedType: .decimal,
          scale: 2,
          precision: 10,
          fieldID: index,
          logicalType: annotation
        )
      }
    return file
  }

  @Test func `what is written is read back`() throws {
    var writer = CompactWriter()
    Self.sample.write(to: &writer)
    let read = try writer.bytes.withUnsafeBytes { bytes in
      var reader = CompactReader(bytes)
      return try FileMetadata(from: &reader)
    }
    #expect(read == Self.sample)
  }

  @Test func `no prefix of a footer is read`() {
    var writer = CompactWriter()
    Self.sample.write(to: &writer)
    for count in 0..<writer.bytes.count {
      #expect(throws: DecodingFailure.self) {
        try writer.bytes[..<count].withUnsafeBytes { bytes in
          var reader = CompactReader(bytes)
          _ = try FileMetadata(from: &reader)
        }
      }
    }
  }

  @Test func `a footer with any byte changed is read or refused`() {
    var writer = CompactWriter()
    Self.sample.write(to: &writer)
    for index in writer.bytes.indices {
      for flip: UInt8 in [0x01, 0x80, 0xFF] {
        var bytes = writer.bytes
        bytes[index] ^= flip
        bytes.withUnsafeBytes { damaged in
          var reader = CompactReader(damaged)
          _ = try? FileMetadata(from: &reader)
        }
      }
    }
  }

  @Test func `page headers of all kinds are read back`() throws {
    let headers = [
      PageHeader(
        kind: .data(DataPageHeader(valueCount: 5, encoding: .plain)),
        uncompressedByteCount: 10,
        compressedByteCount: 9,
        checksum: 0xFFFF_0001
      ),
      PageHeader(
        kind: .dataV2(
          DataPageHeaderV2(
            valueCount: 5,
            nullCount: 1,
            rowCount: 3,
            encoding: .deltaByteArray,
            definitionLevelByteCount: 2,
            repetitionLevelByteCount: 0,
            isCompressed: false,
            statistics: ColumnStatistics()
          )
        ),
        uncompressedByteCount: 10,
        compressedByteCount: 9
      ),
      PageHeader(
        kind: .dictionary(DictionaryPageHeader(valueCount: 77, isSorted: true)),
        uncompressedByteCount: 10,
        compressedByteCount: 9
      ),
      PageHeader(kind: .other(.index), uncompressedByteCount: 0, compressedByteCount: 0),
    ]
    for header in headers {
      var writer = CompactWriter()
      header.write(to: &writer)
      var expected = header
      if case .dataV2(var data) = header.kind {
        // Page statistics are of no use to a reader that has the page at hand.
        data.statistics = nil
        expected.kind = .dataV2(data)
      }
      let read = try writer.bytes.withUnsafeBytes { bytes in
        var reader = CompactReader(bytes)
        return try PageHeader(from: &reader)
      }
      #expect(read == expected)
    }
  }

  @Test func `page indexes are read back`() throws {
    var offsets = OffsetIndex()
    offsets.pages = (0..<20).map {
      PageLocation(offset: 4 + $0 * 1000, compressedByteCount: 1000, firstRow: $0 * 77)
    }
    offsets.byteArrayByteCounts = [1, 2, 3]
    var index = ColumnIndex()
    index.isNullPage = [false, true, false]
    index.minValues = [[1], [], [3]]
    index.maxValues = [[2], [], [9, 9]]
    index.boundaryOrder = .ascending
    index.nullCounts = [0, 5, 1]
    index.definitionLevelCounts = [1, 2, 3, 4, 5, 6]
    var writer = CompactWriter()
    offsets.write(to: &writer)
    index.write(to: &writer)
    try writer.bytes.withUnsafeBytes { bytes in
      var reader = CompactReader(bytes)
      let readOffsets = try OffsetIndex(from: &reader)
      let readIndex = try ColumnIndex(from: &reader)
      #expect(readOffsets == offsets)
      #expect(readIndex == index)
      #expect(reader.remaining == 0)
    }
  }
}
