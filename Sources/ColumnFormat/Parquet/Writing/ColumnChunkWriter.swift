/// Gathers the levels and values of one leaf, and writes them as a column chunk.
final class ColumnChunkWriter {
  let leaf: LeafColumn
  private let options: WriterOptions
  private let values: ValueAccumulator
  private var levels: LevelAccumulator

  init(_ leaf: LeafColumn, _ options: WriterOptions) {
    self.leaf = leaf
    self.options = options
    levels = LevelAccumulator(leaf)
    values = ValueAccumulator(leaf, options)
  }

  /// The memory in use, in bytes.
  var byteCount: Int { values.byteCount + levels.byteCount }

  /// Appends the rows of a top-level column.
  func append(_ column: Column) throws(DecodingFailure) {
    if leaf.type == .unknown && column.nullCount != column.count {
      throw DecodingFailure("a value is not null, but the column's type is unknown")
    }
    try levels.append(rowsOf: column)
    try values.append(column)
  }

  /// Appends the leaf's part of a nested column.
  func append(_ slots: Slots, _ column: Column) throws(DecodingFailure) {
    levels.append(slots, valueCount: column.count)
    try values.append(column)
  }

  /// Forgets what has been gathered.
  func removeAll() {
    levels.removeAll()
    values.removeAll()
  }

  // MARK: Writing

  /// A written chunk and what is known about its pages.
  struct Chunk {
    var metadata: ColumnChunkMetadata
    var offsets = OffsetIndex()
    /// Nil where a page has values but no bounds.
    var index: ColumnIndex?
  }

  /// Writes dictionary and data pages.
  func write(to pages: inout PageWriter) throws(ColumnFormatError) -> Chunk {
    let location = ColumnFormatError.Location(
      path: pages.sink.path,
      column: leaf.path.joined(separator: ".")
    )
    let encoding = values.chooseEncoding(options)
    let pageEncoding = encoding.pageEncoding(leaf.storage)
    var metadata = ColumnChunkMetadata(type: leaf.storage)
    metadata.path = leaf.path
    metadata.compression = CompressionMethod(rawValue: options.codec.parquetCode)
    metadata.valueCount = levels.count
    let bounds = values.bounds()
    do throws(DecodingFailure) { try ValueRange.check(bounds, leaf) } catch {
      throw ColumnFormatError(.refused(error.message), location)
    }
    metadata.statistics = statistics(bounds)

    if encoding == .dictionary {
      pages.body.removeAll()
      let entryCount = values.appendDictionary(to: &pages.body)
      metadata.dictionaryPageOffset = pages.offset
      metadata.encodings.append(.plain)
      metadata.encodingStatistics.append(
        PageEncodingCount(pageType: .dictionary, encoding: .plain, count: 1)
      )
      let size = try pages.writeDictionary(valueCount: entryCount)
      metadata.uncompressedByteCount += size.uncompressed
      metadata.compressedByteCount += size.compressed
    }
    metadata.dataPageOffset = pages.offset
    metadata.encodings.append(pageEncoding)
    if leaf.definitionMax > 0 || leaf.repetitionMax > 0 { metadata.encodings.append(.runLength) }

    var chunk = Chunk(metadata: metadata)
    var index = PageIndexBuilder(leaf, byteCountMax: options.boundByteCountMax)
    var level = 0
    var value = 0
    var row = 0
    while level < levels.count {
      let extent = levels.extent(from: level, rowCountMax: options.pageRowCountMax) {
        values.pageCount(from: value, limit: $0, byteCountMax: options.pageByteCount)
      }
      let levelRange = level..<(level + extent.levelCount)
      let valueRange = value..<(value + extent.valueCount)
      let isOnly = level == 0 && levelRange.upperBound == levels.count
      if options.writesPageIndex {
        index.append(
          isOnly ? bounds : values.bounds(valueRange),
          levelCount: extent.levelCount,
          valueCount: extent.valueCount
        )
      }
      let offset = pages.offset
      let size = try writePage(
        levelRange,
        valueRange,
        rowCount: extent.rowCount,
        pageEncoding,
        to: &pages
      )
      chunk.metadata.uncompressedByteCount += size.uncompressed
      chunk.metadata.compressedByteCount += size.compressed
      chunk.offsets.pages.append(
        PageLocation(offset: offset, compressedByteCount: size.compressed, firstRow: row)
      )
      level = levelRange.upperBound
      value = valueRange.upperBound
      row += extent.rowCount
    }
    chunk.metadata.encodingStatistics.append(
      PageEncodingCount(
        pageType: options.dataPageVersion == 2 ? .dataV2 : .data,
        encoding: pageEncoding,
        count: chunk.offsets.pages.count
      )
    )
    chunk.index = index.finish()
    return chunk
  }

  private func writePage(
    _ levelRange: Range<Int>,
    _ valueRange: Range<Int>,
    rowCount: Int,
    _ encoding: PageEncoding,
    to pages: inout PageWriter
  ) throws(ColumnFormatError) -> PageWriter.PageSize {
    pages.body.removeAll()
    let isVersion2 = options.dataPageVersion == 2
    if leaf.repetitionMax > 0 {
      appendLevels(hasLength: !isVersion2, to: &pages.body) {
        levels.appendRepetitions(levelRange, to: &$0)
      }
    }
    let repetitionByteCount = pages.body.count
    if leaf.definitionMax > 0 {
      appendLevels(hasLength: !isVersion2, to: &pages.body) {
        levels.appendDefinitions(levelRange, to: &$0)
      }
    }
    let levelByteCount = pages.body.count
    values.appendPage(valueRange, to: &pages.body)
    if isVersion2 {
      return try pages.writeData(
        DataPageHeaderV2(
          valueCount: levelRange.count,
          nullCount: levelRange.count - valueRange.count,
          rowCount: rowCount,
          encoding: encoding,
          definitionLevelByteCount: levelByteCount - repetitionByteCount,
          repetitionLevelByteCount: repetitionByteCount
        )
      )
    }
    return try pages.writeData(DataPageHeader(valueCount: levelRange.count, encoding: encoding))
  }

  /// Appends levels, in the first version of pages with their size in four bytes before them.
  private func appendLevels(
    hasLength: Bool,
    to body: inout BufferBuilder<UInt8>,
    _ append: (inout BufferBuilder<UInt8>) -> Void
  ) {
    let start = body.count
    if hasLength { body.append(littleEndian: 0) }
    append(&body)
    if hasLength {
      let byteCount = UInt32(truncatingIfNeeded: body.count - start - 4)
      for byte in 0..<4 {
        body[start + byte] = UInt8(truncatingIfNeeded: byteCount >> UInt32(byte * 8))
      }
    }
  }

  private func statistics(_ bounds: ValueBounds) -> ColumnStatistics {
    var statistics = ColumnStatistics()
    statistics.nullCount = levels.nullCount
    statistics.distinctCount = values.distinctCount
    if let encoded = EncodedBounds(bounds, leaf, byteCountMax: options.boundByteCountMax) {
      statistics.minValue = encoded.min
      statistics.maxValue = encoded.max
      statistics.isMinValueExact = encoded.isMinExact
      statistics.isMaxValueExact = encoded.isMaxExact
    }
    return statistics
  }
}

/// Refuses values that the type of their column does not have.
///
/// A decimal(5,2) of 1000.00 in memory would be read differently by every engine.
enum ValueRange {
  static func check(_ bounds: ValueBounds, _ leaf: LeafColumn) throws(DecodingFailure) {
    switch (leaf.type, bounds) {
    case (.decimal(let precision, _), .int(let low, let high)):
      let limit = Int64(truncatingIfNeeded: DecimalWidth.power(precision))
      if low <= -limit || high >= limit { throw tooManyDigits(precision) }
    case (.decimal(let precision, _), .int128(let low, let high)):
      let limit = Int128(truncatingIfNeeded: DecimalWidth.power(precision))
      if low <= -limit || high >= limit { throw tooManyDigits(precision) }
    case (.time(let unit), .int(let low, let high)):
      if low < 0 || high >= 86_400 * unit.perSecond {
        throw DecodingFailure("a time of day is outside of 00:00 to 24:00")
      }
    default: break
    }
  }

  private static func tooManyDigits(_ precision: Int) -> DecodingFailure {
    DecodingFailure("a value has more than the type's \(precision) digits")
  }
}
