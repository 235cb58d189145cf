/// How many pages of one kind and encoding a column chunk has; parquet.thrift, `PageEncodingStats`.
public struct PageEncodingCount: Sendable, Hashable {
  /// The kind of page.
  public var pageType: PageType
  /// The encoding of the values.
  public var encoding: PageEncoding
  /// The number of pages.
  public var count: Int

  /// A count of pages.
  public init(pageType: PageType, encoding: PageEncoding, count: Int) {
    self.pageType = pageType
    self.encoding = encoding
    self.count = count
  }

  /// Reads the struct.
  package init(from reader: inout CompactReader) throws(DecodingFailure) {
    self.init(pageType: .data, encoding: .plain, count: 0)
    var last = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: pageType = PageType(rawValue: try reader.readInt32(field))
      case 2: encoding = PageEncoding(rawValue: try reader.readInt32(field))
      case 3: count = try reader.readInt(field)
      default: try reader.skip(field)
      }
    }
  }

  /// Writes the struct.
  package func write(to writer: inout CompactWriter) {
    writer.beginStruct()
    writer.write(1, int32: Int(pageType.rawValue))
    writer.write(2, int32: Int(encoding.rawValue))
    writer.write(3, int32: count)
    writer.endStruct()
  }

  static func readList(_ field: CompactField, from reader: inout CompactReader)
    throws(DecodingFailure) -> [PageEncodingCount]
  {
    let count = try reader.readList(field, of: .structure)
    var entries: [PageEncodingCount] = []
    for _ in 0..<count { entries.append(try PageEncodingCount(from: &reader)) }
    return entries
  }
}

/// The sizes of a column chunk's byte arrays and levels; parquet.thrift, same name.
public struct SizeStatistics: Sendable, Hashable {
  /// The bytes of all byte arrays without their lengths.
  public var byteArrayByteCount: Int?
  /// How often each repetition level stands there.
  public var repetitionLevelCounts: [Int] = []
  /// How often each definition level stands there.
  public var definitionLevelCounts: [Int] = []

  /// Statistics that say nothing.
  public init() {}

  /// Reads the struct.
  package init(from reader: inout CompactReader) throws(DecodingFailure) {
    var last = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: byteArrayByteCount = try reader.readInt(field)
      case 2: repetitionLevelCounts = try reader.readInts(field, of: .int64)
      case 3: definitionLevelCounts = try reader.readInts(field, of: .int64)
      default: try reader.skip(field)
      }
    }
  }

  /// Writes the struct as field `id` of the struct being written.
  package func write(_ id: Int, to writer: inout CompactWriter) {
    writer.beginStruct(id)
    if let byteArrayByteCount { writer.write(1, int64: byteArrayByteCount) }
    if !repetitionLevelCounts.isEmpty {
      writer.write(2, ints: repetitionLevelCounts, of: .int64)
    }
    if !definitionLevelCounts.isEmpty {
      writer.write(3, ints: definitionLevelCounts, of: .int64)
    }
    writer.endStruct()
  }
}
