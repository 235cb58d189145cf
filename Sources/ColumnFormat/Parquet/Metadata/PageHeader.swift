/// What kind of page it is; parquet.thrift, `PageType`.
public struct PageType: RawRepresentable, Sendable, Hashable {
  /// The number in the file.
  public var rawValue: Int32
  /// The kind with a number.
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// Levels and values, compressed together.
  public static let data = PageType(rawValue: 0)
  /// Nothing that readers need.
  public static let index = PageType(rawValue: 1)
  /// The values that codes point at.
  public static let dictionary = PageType(rawValue: 2)
  /// Levels uncompressed, values compressed.
  public static let dataV2 = PageType(rawValue: 3)
}

/// What stands before each page; parquet.thrift, same name.
public struct PageHeader: Sendable, Hashable {
  /// The part that depends on the kind of page.
  public enum Kind: Sendable, Hashable {
    /// Levels and values, compressed together.
    case data(DataPageHeader)
    /// Levels uncompressed, values compressed.
    case dataV2(DataPageHeaderV2)
    /// The values that codes point at.
    case dictionary(DictionaryPageHeader)
    /// A kind that readers pass over.
    case other(PageType)
  }

  /// The part that depends on the kind of page.
  public var kind: Kind
  /// The size of the page without this header, before compression.
  public var uncompressedByteCount: Int
  /// The size of the page without this header, in the file.
  public var compressedByteCount: Int
  /// CRC-32 of the page's bytes in the file.
  public var checksum: UInt32?

  /// A header.
  public init(
    kind: Kind,
    uncompressedByteCount: Int,
    compressedByteCount: Int,
    checksum: UInt32? = nil
  ) {
    self.kind = kind
    self.uncompressedByteCount = uncompressedByteCount
    self.compressedByteCount = compressedByteCount
    self.checksum = checksum
  }

  /// Reads the struct.
  package init(from reader: inout CompactReader) throws(DecodingFailure) {
    var type: PageType?
    var uncompressed: Int?
    var compressed: Int?
    var data: DataPageHeader?
    var dataV2: DataPageHeaderV2?
    var dictionary: DictionaryPageHeader?
    checksum = nil
    var last = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: type = PageType(rawValue: try reader.readInt32(field))
      case 2: uncompressed = try reader.readCount(field)
      case 3: compressed = try reader.readCount(field)
      case 4: checksum = UInt32(bitPattern: try reader.readInt32(field))
      case 5:
        try reader.expectStruct(field)
        data = try DataPageHeader(from: &reader)
      case 7:
        try reader.expectStruct(field)
        dictionary = try DictionaryPageHeader(from: &reader)
      case 8:
        try reader.expectStruct(field)
        dataV2 = try DataPageHeaderV2(from: &reader)
      default: try reader.skip(field)
      }
    }
    guard let type, let uncompressed, let compressed else {
      throw DecodingFailure("a page header lacks its type or size")
    }
    uncompressedByteCount = uncompressed
    compressedByteCount = compressed
    switch (type, data, dataV2, dictionary) {
    case (.data, let header?, _, _): kind = .data(header)
    case (.dataV2, _, let header?, _): kind = .dataV2(header)
    case (.dictionary, _, _, let header?): kind = .dictionary(header)
    case (.data, _, _, _), (.dataV2, _, _, _), (.dictionary, _, _, _):
      throw DecodingFailure("a page header lacks the part for its type")
    default: kind = .other(type)
    }
  }

  /// Writes the struct.
  package func write(to writer: inout CompactWriter) {
    writer.beginStruct()
    let type: PageType =
      switch kind {
      case .data: .data
      case .dataV2: .dataV2
      case .dictionary: .dictionary
      case .other(let type): type
      }
    writer.write(1, int32: Int(type.rawValue))
    writer.write(2, int32: uncompressedByteCount)
    writer.write(3, int32: compressedByteCount)
    if let checksum { writer.write(4, int32: Int(Int32(bitPattern: checksum))) }
    switch kind {
    case .data(let header): header.write(5, to: &writer)
    case .dataV2(let header): header.write(8, to: &writer)
    case .dictionary(let header): header.write(7, to: &writer)
    case .other: break
    }
    writer.endStruct()
  }
}

/// The header of a data page of the first version.
public struct DataPageHeader: Sendable, Hashable {
  /// The number of values, nulls and empty lists included.
  public var valueCount: Int
  /// How the values are laid out.
  public var encoding: PageEncoding
  /// How the definition levels are laid out.
  public var definitionLevelEncoding: PageEncoding
  /// How the repetition levels are laid out.
  public var repetitionLevelEncoding: PageEncoding
  /// What is known of the values.
  public var statistics: ColumnStatistics?

  /// A header.
  public init(
    valueCount: Int,
    encoding: PageEncoding,
    definitionLevelEncoding: PageEncoding = .runLength,
    repetitionLevelEncoding: PageEncoding = .runLength,
    statistics: ColumnStatistics? = nil
  ) {
    self.valueCount = valueCount
    self.encoding = encoding
    self.definitionLevelEncoding = definitionLevelEncoding
    self.repetitionLevelEncoding = repetitionLevelEncoding
    self.statistics = statistics
  }

  /// Reads the struct.
  package init(from reader: inout CompactReader) throws(DecodingFailure) {
    self.init(valueCount: -1, encoding: PageEncoding(rawValue: -1))
    var last = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: valueCount = try reader.readCount(field)
      case 2: encoding = PageEncoding(rawValue: try reader.readInt32(field))
      case 3: definitionLevelEncoding = PageEncoding(rawValue: try reader.readInt32(field))
      case 4: repetitionLevelEncoding = PageEncoding(rawValue: try reader.readInt32(field))
      default: try reader.skip(field)
      }
    }
    guard valueCount >= 0, encoding.rawValue >= 0 else {
      throw DecodingFailure("a data page's header lacks its value count or encoding")
    }
  }

  func write(_ id: Int, to writer: inout CompactWriter) {
    writer.beginStruct(id)
    writer.write(1, int32: valueCount)
    writer.write(2, int32: Int(encoding.rawValue))
    writer.write(3, int32: Int(definitionLevelEncoding.rawValue))
    writer.write(4, int32: Int(repetitionLevelEncoding.rawValue))
    if let statistics { statistics.write(5, to: &writer) }
    writer.endStruct()
  }
}

/// The header of a data page of the second version, whose pages start and end with whole rows.
public struct DataPageHeaderV2: Sendable, Hashable {
  /// The number of values, nulls and empty lists included.
  public var valueCount: Int
  /// The number of nulls.
  public var nullCount: Int
  /// The number of rows.
  public var rowCount: Int
  /// How the values are laid out.
  public var encoding: PageEncoding
  /// The size of the definition levels, which come second.
  public var definitionLevelByteCount: Int
  /// The size of the repetition levels, which come first.
  public var repetitionLevelByteCount: Int
  /// Whether the values are compressed.
  public var isCompressed: Bool
  /// What is known of the values.
  public var statistics: ColumnStatistics?

  /// A header.
  public init(
    valueCount: Int,
    nullCount: Int,
    rowCount: Int,
    encoding: PageEncoding,
    definitionLevelByteCount: Int,
    repetitionLevelByteCount: Int,
    isCompressed: Bool = true,
    statistics: ColumnStatistics? = nil
  ) {
    self.valueCount = valueCount
    self.nullCount = nullCount
    self.rowCount = rowCount
    self.encoding = encoding
    self.definitionLevelByteCount = definitionLevelByteCount
    self.repetitionLevelByteCount = repetitionLevelByteCount
    self.isCompressed = isCompressed
    self.statistics = statistics
  }

  /// Reads the struct.
  package init(from reader: inout CompactReader) throws(DecodingFailure) {
    self.init(
      valueCount: -1,
      nullCount: -1,
      rowCount: -1,
      encoding: PageEncoding(rawValue: -1),
      definitionLevelByteCount: -1,
      repetitionLevelByteCount: -1
    )
    var last = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: valueCount = try reader.readCount(field)
      case 2: nullCount = try reader.readCount(field)
      case 3: rowCount = try reader.readCount(field)
      case 4: encoding = PageEncoding(rawValue: try reader.readInt32(field))
      case 5: definitionLevelByteCount = try reader.readCount(field)
      case 6: repetitionLevelByteCount = try reader.readCount(field)
      case 7: isCompressed = try reader.readBoolean(field)
      default: try reader.skip(field)
      }
    }
    guard valueCount >= 0, nullCount >= 0, rowCount >= 0, encoding.rawValue >= 0,
      definitionLevelByteCount >= 0, repetitionLevelByteCount >= 0
    else { throw DecodingFailure("a data page's header lacks a count, size or encoding") }
  }

  func write(_ id: Int, to writer: inout CompactWriter) {
    writer.beginStruct(id)
    writer.write(1, int32: valueCount)
    writer.write(2, int32: nullCount)
    writer.write(3, int32: rowCount)
    writer.write(4, int32: Int(encoding.rawValue))
    writer.write(5, int32: definitionLevelByteCount)
    writer.write(6, int32: repetitionLevelByteCount)
    writer.write(7, boolean: isCompressed)
    if let statistics { statistics.write(8, to: &writer) }
    writer.endStruct()
  }
}

/// The header of a dictionary page.
public struct DictionaryPageHeader: Sendable, Hashable {
  /// The number of entries.
  public var valueCount: Int
  /// How the entries are laid out; plain under one of its two names.
  public var encoding: PageEncoding
  /// Whether the entries are in ascending order.
  public var isSorted: Bool?

  /// A header.
  public init(valueCount: Int, encoding: PageEncoding = .plain, isSorted: Bool? = nil) {
    self.valueCount = valueCount
    self.encoding = encoding
    self.isSorted = isSorted
  }

  /// Reads the struct.
  package init(from reader: inout CompactReader) throws(DecodingFailure) {
    self.init(valueCount: -1)
    var last = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: valueCount = try reader.readCount(field)
      case 2: encoding = PageEncoding(rawValue: try reader.readInt32(field))
      case 3: isSorted = try reader.readBoolean(field)
      default: try reader.skip(field)
      }
    }
    guard valueCount >= 0 else {
      throw DecodingFailure("a dictionary page's header lacks its value count")
    }
  }

  func write(_ id: Int, to writer: inout CompactWriter) {
    writer.beginStruct(id)
    writer.write(1, int32: valueCount)
    writer.write(2, int32: Int(encoding.rawValue))
    if let isSorted { writer.write(3, boolean: isSorted) }
    writer.endStruct()
  }
}
