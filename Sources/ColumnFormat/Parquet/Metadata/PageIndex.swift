/// Where a data page lies and which row it starts with; parquet.thrift, same name.
public struct PageLocation: Sendable, Hashable {
  /// Where the page's header starts.
  public var offset: Int
  /// The size of the page with its header.
  public var compressedByteCount: Int
  /// The number of its first row within the row group.
  public var firstRow: Int

  /// A page's place.
  public init(offset: Int, compressedByteCount: Int, firstRow: Int) {
    self.offset = offset
    self.compressedByteCount = compressedByteCount
    self.firstRow = firstRow
  }

  /// Reads the struct.
  package init(from reader: inout CompactReader) throws(DecodingFailure) {
    self.init(offset: 0, compressedByteCount: 0, firstRow: 0)
    var last = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: offset = try reader.readCount(field)
      case 2: compressedByteCount = try reader.readCount(field)
      case 3: firstRow = try reader.readCount(field)
      default: try reader.skip(field)
      }
    }
  }

  /// Writes the struct.
  package func write(to writer: inout CompactWriter) {
    writer.beginStruct()
    writer.write(1, int64: offset)
    writer.write(2, int32: compressedByteCount)
    writer.write(3, int64: firstRow)
    writer.endStruct()
  }
}

/// The places of all data pages of a column chunk; parquet.thrift, same name.
public struct OffsetIndex: Sendable, Hashable {
  /// One place a data page.
  public var pages: [PageLocation] = []
  /// The bytes of byte arrays of each page, without their lengths.
  public var byteArrayByteCounts: [Int] = []

  /// An index of no pages.
  public init() {}

  /// Reads the struct.
  package init(from reader: inout CompactReader) throws(DecodingFailure) {
    var last = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1:
        let count = try reader.readList(field, of: .structure)
        for _ in 0..<count { pages.append(try PageLocation(from: &reader)) }
      case 2: byteArrayByteCounts = try reader.readInts(field, of: .int64)
      default: try reader.skip(field)
      }
    }
  }

  /// Writes the struct.
  package func write(to writer: inout CompactWriter) {
    writer.beginStruct()
    writer.beginList(1, of: .structure, count: pages.count)
    for page in pages { page.write(to: &writer) }
    if !byteArrayByteCounts.isEmpty { writer.write(2, ints: byteArrayByteCounts, of: .int64) }
    writer.endStruct()
  }
}

/// The order of the bounds of a column chunk's pages.
public enum BoundaryOrder: Int32, Sendable, Hashable {
  /// None that is known.
  case unordered = 0
  /// Both bounds never fall.
  case ascending = 1
  /// Both bounds never rise.
  case descending = 2
}

/// The bounds of all data pages of a column chunk; parquet.thrift, same name.
public struct ColumnIndex: Sendable, Hashable {
  /// Whether a page has only nulls; its bounds say nothing then.
  public var isNullPage: [Bool] = []
  /// The lower bound of each page.
  public var minValues: [[UInt8]] = []
  /// The upper bound of each page.
  public var maxValues: [[UInt8]] = []
  /// How the bounds are ordered.
  public var boundaryOrder: BoundaryOrder = .unordered
  /// The nulls of each page; empty where the writer does not say.
  public var nullCounts: [Int] = []
  /// How often each repetition level stands in each page.
  public var repetitionLevelCounts: [Int] = []
  /// How often each definition level stands in each page.
  public var definitionLevelCounts: [Int] = []

  /// An index of no pages.
  public init() {}

  /// Reads the struct.
  package init(from reader: inout CompactReader) throws(DecodingFailure) {
    var last = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: isNullPage = try reader.readBooleans(field)
      case 2: minValues = try reader.readBinaries(field)
      case 3: maxValues = try reader.readBinaries(field)
      case 4: boundaryOrder = BoundaryOrder(rawValue: try reader.readInt32(field)) ?? .unordered
      case 5: nullCounts = try reader.readInts(field, of: .int64)
      case 6: repetitionLevelCounts = try reader.readInts(field, of: .int64)
      case 7: definitionLevelCounts = try reader.readInts(field, of: .int64)
      default: try reader.skip(field)
      }
    }
    guard minValues.count == isNullPage.count, maxValues.count == isNullPage.count,
      nullCounts.isEmpty || nullCounts.count == isNullPage.count
    else { throw DecodingFailure("a column index has lists of different lengths") }
  }

  /// Writes the struct.
  package func write(to writer: inout CompactWriter) {
    writer.beginStruct()
    writer.write(1, booleans: isNullPage)
    writer.write(2, binaries: minValues)
    writer.write(3, binaries: maxValues)
    writer.write(4, int32: Int(boundaryOrder.rawValue))
    if !nullCounts.isEmpty { writer.write(5, ints: nullCounts, of: .int64) }
    if !repetitionLevelCounts.isEmpty {
      writer.write(6, ints: repetitionLevelCounts, of: .int64)
    }
    if !definitionLevelCounts.isEmpty {
      writer.write(7, ints: definitionLevelCounts, of: .int64)
    }
    writer.endStruct()
  }
}
