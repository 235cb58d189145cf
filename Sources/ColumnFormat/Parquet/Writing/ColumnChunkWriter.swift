/// Gathers the levels and values of one leaf, and encodes them as the pages of a column chunk.
///
/// Sendable as one thread at a time appends or plans, and encoding pages changes nothing here.
final class ColumnChunkWriter: @unchecked Sendable {
  let leaf: LeafColumn
  private let options: WriterOptions
  /// How often a bloom filter may be wrong, where one is asked for.
  private let falsePositiveRate: Double?
  private let values: ValueAccumulator
  private var levels: LevelAccumulator
  private var trial: EncodingTrial
  private var encoding = ChunkEncoding.plain

  init(_ leaf: LeafColumn, _ options: WriterOptions) {
    self.leaf = leaf
    self.options = options
    falsePositiveRate =
      options.bloomFilters.first { $0.path == leaf.dottedPath }?.falsePositiveRate
    trial = EncodingTrial()
    levels = LevelAccumulator(leaf)
    values = ValueAccumulator(leaf, options)
    if let memory = options.encodingMemory { takeTrial(from: memory) }
  }

  /// Goes on with what other files have found out; nothing has been gathered yet.
  func takeTrial(from memory: EncodingMemory) {
    trial = memory.trial(of: leaf.dottedPath) ?? EncodingTrial()
    // Where a dictionary did not pay in other files it is given up early in this one.
    if let last = trial.lastChoice { values.removeAll(writtenAs: last) }
  }

  /// Whether files with these options can use the writer.
  func isGood(for options: WriterOptions) -> Bool {
    options.codec == self.options.codec
      && options.pageByteCount == self.options.pageByteCount
      && options.pageRowCountMax == self.options.pageRowCountMax
      && options.dataPageVersion == self.options.dataPageVersion
      && options.dictionaryByteCountMax == self.options.dictionaryByteCountMax
      && options.usesDeltaEncodings == self.options.usesDeltaEncodings
      && options.usesByteStreamSplit == self.options.usesByteStreamSplit
      && options.writesPageIndex == self.options.writesPageIndex
      && options.boundByteCountMax == self.options.boundByteCountMax
      && options.bloomFilters == self.options.bloomFilters
      && options.encodingMemory === self.options.encodingMemory
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
    values.removeAll(writtenAs: encoding)
  }

  // MARK: Planning

  /// Decides how the chunk will be written.
  ///
  /// - Throws: A failure naming a value that the column's type does not have.
  func plan(_ encoder: PageEncoder) throws(DecodingFailure) -> ChunkPlan {
    let bounds = values.bounds()
    try ValueRange.check(bounds, leaf)
    encoding = try trial.choose(values, options, encoder)
    options.encodingMemory?.keep(trial, of: leaf.dottedPath)
    var plan = ChunkPlan(encoding: encoding, bounds: bounds)
    var page = ChunkPlan.Page(levels: 0..<0, values: 0..<0, rows: 0..<0)
    while page.levels.upperBound < levels.count {
      let value = page.values.upperBound
      let extent = levels.extent(
        from: page.levels.upperBound,
        rowCountMax: options.pageRowCountMax
      ) {
        values.pageCount(
          from: value,
          limit: $0,
          byteCountMax: options.pageByteCount,
          encoding
        )
      }
      page.levels = page.levels.upperBound..<(page.levels.upperBound + extent.levelCount)
      page.values = value..<(value + extent.valueCount)
      page.rows = page.rows.upperBound..<(page.rows.upperBound + extent.rowCount)
      plan.pages.append(page)
    }
    plan.bloomFilter = bloomFilter
    return plan
  }

  private var bloomFilter: SplitBlockBloomFilter? {
    guard let falsePositiveRate else { return nil }
    let filter = SplitBlockBloomFilter(
      distinctCount: values.entryCount ?? values.count,
      falsePositiveRate: falsePositiveRate
    )
    values.insertHashes(into: filter)
    // Without a dictionary all values were taken for different ones.
    return values.entryCount == nil
      ? filter.folded(falsePositiveRate: falsePositiveRate) : filter
  }

  /// The metadata, but for what only the written pages tell.
  func metadata(_ plan: ChunkPlan) -> ColumnChunkMetadata {
    var metadata = ColumnChunkMetadata(type: leaf.storage)
    metadata.path = leaf.path
    metadata.compression = CompressionMethod(rawValue: options.codec.parquetCode)
    metadata.valueCount = levels.count
    metadata.statistics = statistics(plan.bounds)
    var sizes = SizeStatistics()
    (sizes.repetitionLevelCounts, sizes.definitionLevelCounts) = levels.levelCounts
    if leaf.storage == .byteArray {
      sizes.byteArrayByteCount = values.plainByteCount.values - 4 * values.count
    }
    if sizes != SizeStatistics() { metadata.sizeStatistics = sizes }
    if plan.encoding == .dictionary { metadata.encodings.append(.plain) }
    metadata.encodings.append(plan.encoding.pageEncoding)
    if leaf.definitionMax > 0 || leaf.repetitionMax > 0 { metadata.encodings.append(.runLength) }
    if plan.encoding == .dictionary {
      metadata.encodingStatistics.append(
        PageEncodingCount(pageType: .dictionary, encoding: .plain, count: 1)
      )
    }
    metadata.encodingStatistics.append(
      PageEncodingCount(
        pageType: options.dataPageVersion == 2 ? .dataV2 : .data,
        encoding: plan.encoding.pageEncoding,
        count: plan.pages.count
      )
    )
    return metadata
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

  // MARK: Encoding

  /// Encodes the dictionary page into the encoder's page.
  func encodeDictionary(_ encoder: PageEncoder) throws(DecodingFailure) -> EncodedPage {
    let entryCount = values.entryCount ?? 0
    encoder.body.removeAll()
    values.appendDictionary(0..<entryCount, to: &encoder.body)
    return EncodedPage(size: try encoder.finishDictionary(valueCount: entryCount))
  }

  /// Encodes a data page into the encoder's page.
  func encode(
    _ page: ChunkPlan.Page,
    _ plan: ChunkPlan,
    _ encoder: PageEncoder
  ) throws(DecodingFailure) -> EncodedPage {
    encoder.body.removeAll()
    let isVersion2 = options.dataPageVersion == 2
    if leaf.repetitionMax > 0 {
      appendLevels(hasLength: !isVersion2, to: &encoder.body) {
        levels.appendRepetitions(page.levels, to: &$0)
      }
    }
    let repetitionByteCount = encoder.body.count
    if leaf.definitionMax > 0 {
      appendLevels(hasLength: !isVersion2, to: &encoder.body) {
        levels.appendDefinitions(page.levels, to: &$0)
      }
    }
    let levelByteCount = encoder.body.count
    values.appendPage(page.values, plan.encoding, encoder.scratch, to: &encoder.body)
    let size: PageEncoder.PageSize
    if isVersion2 {
      size = try encoder.finishData(
        DataPageHeaderV2(
          valueCount: page.levels.count,
          nullCount: page.levels.count - page.values.count,
          rowCount: page.rows.count,
          encoding: plan.encoding.pageEncoding,
          definitionLevelByteCount: levelByteCount - repetitionByteCount,
          repetitionLevelByteCount: repetitionByteCount
        )
      )
    } else {
      size = try encoder.finishData(
        DataPageHeader(valueCount: page.levels.count, encoding: plan.encoding.pageEncoding)
      )
    }
    var encoded = EncodedPage(size: size)
    if options.writesPageIndex {
      encoded.bounds =
        plan.pages.count == 1 ? plan.bounds : values.bounds(page.values, encoder.scratch)
    }
    return encoded
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
}
