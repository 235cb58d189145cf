/// Where the pages of one column of one row group lie and what is known of them.
///
/// parquet.thrift, `ColumnChunk` and its `ColumnMetaData`.
public struct ColumnChunkMetadata: Sendable, Hashable {
  /// How values are stored.
  public var type: StorageType
  /// The encodings that the pages use.
  public var encodings: [PageEncoding] = []
  /// The names from the root to the leaf.
  public var path: [String] = []
  /// How the pages are compressed.
  public var compression: CompressionMethod = .uncompressed
  /// The number of values, nulls and empty lists included.
  public var valueCount = 0
  /// The size of all pages with their headers, before compression.
  public var uncompressedByteCount = 0
  /// The size of all pages with their headers, in the file.
  public var compressedByteCount = 0
  /// Pairs of free text.
  public var keyValueMetadata: [KeyValue] = []
  /// Where the first data page starts.
  public var dataPageOffset = 0
  /// Where the dictionary page starts, if there is one.
  public var dictionaryPageOffset: Int?
  /// What is known of the values.
  public var statistics: ColumnStatistics?
  /// How many pages of each kind and encoding there are.
  public var encodingStatistics: [PageEncodingCount] = []
  /// Where the bloom filter starts.
  public var bloomFilterOffset: Int?
  /// The size of the bloom filter with its header.
  public var bloomFilterByteCount: Int?
  /// The sizes of byte arrays and of levels.
  public var sizeStatistics: SizeStatistics?
  /// Another file that holds the pages.
  public var filePath: String?
  /// Where a copy of these metadata lies; deprecated, and zero in new files.
  public var fileOffset = 0
  /// Where the page locations lie.
  public var offsetIndexOffset: Int?
  /// The size of the page locations.
  public var offsetIndexByteCount: Int?
  /// Where the statistics of pages lie.
  public var columnIndexOffset: Int?
  /// The size of the statistics of pages.
  public var columnIndexByteCount: Int?
  /// Whether the column is encrypted, which this reader refuses.
  public var isEncrypted = false

  /// A chunk of a storage type; everything else can be set afterwards.
  public init(type: StorageType) { self.type = type }

  /// Reads the struct.
  package init(from reader: inout CompactReader) throws(DecodingFailure) {
    self.init(type: .boolean)
    var hasMetadata = false
    var last = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: filePath = try reader.readText(field)
      case 2: fileOffset = try reader.readInt(field)
      case 3:
        try reader.expectStruct(field)
        try readMetadata(from: &reader)
        hasMetadata = true
      case 4: offsetIndexOffset = try reader.readCount(field)
      case 5: offsetIndexByteCount = try reader.readCount(field)
      case 6: columnIndexOffset = try reader.readCount(field)
      case 7: columnIndexByteCount = try reader.readCount(field)
      case 8, 9:
        isEncrypted = true
        try reader.skip(field)
      default: try reader.skip(field)
      }
    }
    guard hasMetadata || isEncrypted else {
      throw DecodingFailure("a column chunk has no metadata")
    }
  }

  private mutating func readMetadata(from reader: inout CompactReader) throws(DecodingFailure) {
    // Type, encodings, codec, counts and the first page's place: without them nothing is readable.
    let required = 0b10_1111_0110
    var seen = 0
    var last = 0
    while let field = try reader.nextField(after: &last) {
      if field.id > 0 && field.id < 32 { seen |= 1 << field.id }
      switch field.id {
      case 1:
        let code = try reader.readInt32(field)
        guard let known = StorageType(rawValue: code) else {
          throw .unsupported("a column has the unknown storage type \(code)")
        }
        type = known
      case 2: encodings = try readEncodings(field, from: &reader)
      case 3: path = try reader.readTexts(field)
      case 4: compression = CompressionMethod(rawValue: try reader.readInt32(field))
      case 5: valueCount = try reader.readCount(field)
      case 6: uncompressedByteCount = try reader.readInt(field)
      case 7: compressedByteCount = try reader.readCount(field)
      case 8: keyValueMetadata = try KeyValue.readList(field, from: &reader)
      case 9: dataPageOffset = try reader.readCount(field)
      case 11: dictionaryPageOffset = try reader.readInt(field)
      case 12:
        try reader.expectStruct(field)
        statistics = try ColumnStatistics(from: &reader)
      case 13: encodingStatistics = try PageEncodingCount.readList(field, from: &reader)
      case 14: bloomFilterOffset = try reader.readCount(field)
      case 15: bloomFilterByteCount = try reader.readCount(field)
      case 16:
        try reader.expectStruct(field)
        sizeStatistics = try SizeStatistics(from: &reader)
      default: try reader.skip(field)
      }
    }
    guard seen & required == required else {
      throw DecodingFailure("a column chunk's metadata lack a required field")
    }
  }

  private func readEncodings(_ field: CompactField, from reader: inout CompactReader)
    throws(DecodingFailure) -> [PageEncoding]
  {
    var encodings: [PageEncoding] = []
    for code in try reader.readInts(field, of: .int32) {
      encodings.append(PageEncoding(rawValue: Int32(truncatingIfNeeded: code)))
    }
    return encodings
  }

  /// Writes the struct.
  package func write(to writer: inout CompactWriter) {
    writer.beginStruct()
    if let filePath { writer.write(1, text: filePath) }
    writer.write(2, int64: fileOffset)
    writeMetadata(to: &writer)
    if let offsetIndexOffset { writer.write(4, int64: offsetIndexOffset) }
    if let offsetIndexByteCount { writer.write(5, int32: offsetIndexByteCount) }
    if let columnIndexOffset { writer.write(6, int64: columnIndexOffset) }
    if let columnIndexByteCount { writer.write(7, int32: columnIndexByteCount) }
    writer.endStruct()
  }

  private func writeMetadata(to writer: inout CompactWriter) {
    writer.beginStruct(3)
    writer.write(1, int32: Int(type.rawValue))
    writer.write(2, ints: encodings.map { Int($0.rawValue) }, of: .int32)
    writer.write(3, texts: path)
    writer.write(4, int32: Int(compression.rawValue))
    writer.write(5, int64: valueCount)
    writer.write(6, int64: uncompressedByteCount)
    writer.write(7, int64: compressedByteCount)
    if !keyValueMetadata.isEmpty { KeyValue.writeList(8, keyValueMetadata, to: &writer) }
    writer.write(9, int64: dataPageOffset)
    if let dictionaryPageOffset { writer.write(11, int64: dictionaryPageOffset) }
    if let statistics { statistics.write(12, to: &writer) }
    if !encodingStatistics.isEmpty {
      writer.beginList(13, of: .structure, count: encodingStatistics.count)
      for entry in encodingStatistics { entry.write(to: &writer) }
    }
    if let bloomFilterOffset { writer.write(14, int64: bloomFilterOffset) }
    if let bloomFilterByteCount { writer.write(15, int32: bloomFilterByteCount) }
    if let sizeStatistics { sizeStatistics.write(16, to: &writer) }
    writer.endStruct()
  }
}
