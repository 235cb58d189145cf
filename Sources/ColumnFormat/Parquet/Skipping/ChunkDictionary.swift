/// The entries of a column chunk's dictionary, where they are all the values that the chunk has.
enum ChunkDictionary {
  /// The most entries that are looked at, of a chunk with so many values: more of them seldom leave a
  /// chunk out, and take longer to decompress twice than the rest does to be filtered.
  static func entryCountMax(valueCount: Int) -> Int { min(max(valueCount / 8, 1 << 10), 1 << 17) }

  /// Every value of the chunk that is not null, once; nil where the dictionary does not tell.
  ///
  /// - Throws: ``ColumnFormatError`` when the dictionary's page is damaged.
  static func entries(_ file: ParquetFile, rowGroup: Int, leaf number: Int)
    throws(ColumnFormatError) -> Column?
  {
    let group = file.metadata.rowGroups[rowGroup]
    let chunk = group.columns[number]
    let leaf = file.fileSchema.leaves[number]
    guard hasOnlyCodes(chunk), leaf.refusal == nil, leaf.type != .unknown else { return nil }
    let decompressor = PageDecompressor.take()
    defer { decompressor.putBack() }
    do {
      let reader = try LeafReader(
        file: file,
        leaf: leaf,
        chunk: chunk,
        rowCount: group.rowCount,
        decompressor: decompressor
      )
      return try reader.dictionaryEntries(
        countMax: entryCountMax(valueCount: chunk.valueCount)
      )
    } catch {
      throw ColumnFormatError(
        error.isUnsupported ? .unsupported(error.message) : .damaged(error.message),
        .init(path: file.path, column: leaf.name, rowGroup: rowGroup)
      )
    }
  }

  /// Whether all data pages of a chunk are known to hold codes.
  ///
  /// Newer files count pages by encoding. In older ones the list of encodings tells only where the
  /// codes have their old name, because PLAIN is there for the dictionary's own page otherwise.
  static func hasOnlyCodes(_ chunk: ColumnChunkMetadata) -> Bool {
    let codes: Set<PageEncoding> = [.plainDictionary, .runLengthDictionary]
    if !chunk.encodingStatistics.isEmpty {
      let data = chunk.encodingStatistics.filter {
        ($0.pageType == .data || $0.pageType == .dataV2) && $0.count > 0
      }
      return !data.isEmpty && data.allSatisfy { codes.contains($0.encoding) }
    }
    let levels: Set<PageEncoding> = [.runLength, .bitPacked]
    return chunk.encodings.contains(.plainDictionary)
      && chunk.encodings.allSatisfy { $0 == .plainDictionary || levels.contains($0) }
  }
}

extension LeafReader {
  /// The dictionary's entries as a column; nil where the chunk starts without, or has too many.
  ///
  /// The reader must be fresh, and stands before the first data page afterwards.
  func dictionaryEntries(countMax: Int) throws(DecodingFailure) -> Column? {
    guard let header = try pages.nextHeader(), case .dictionary(let dictionary) = header.kind,
      dictionary.valueCount <= countMax
    else { return nil }
    _ = try nextDataHeader()
    let count = dictionary.valueCount
    if count == 0 { return Column(flat: .zeros(leaf.type, count: 0), count: 0) }
    // A page whose codes are all there are, in order: one packed run of 32 bits each.
    let groupCount = (count + 7) / 8
    let block = MemoryBlock(byteCount: 16 + groupCount * 32 + PageReader.padding)
    let bytes = block.base.assumingMemoryBound(to: UInt8.self)
    bytes[0] = 32
    var size = 1
    var runHeader = UInt32(groupCount) << 1 | 1
    while runHeader >= 0x80 {
      bytes[size] = UInt8(truncatingIfNeeded: runHeader) | 0x80
      runHeader >>= 7
      size += 1
    }
    bytes[size] = UInt8(runHeader)
    size += 1
    for code in 0..<(groupCount * 8) {
      (block.base + size).storeBytes(of: UInt32(code < count ? code : 0), as: UInt32.self)
      size += 4
    }
    var codes = try PageValues(
      UnsafeRawBufferPointer(start: block.base, count: size),
      encoding: .runLengthDictionary,
      storage: leaf.storage,
      owner: block
    )
    decoder.begin(capacity: count)
    try decoder.append(&codes, count: count)
    return decoder.finish(count: count, validity: nil)
  }
}
