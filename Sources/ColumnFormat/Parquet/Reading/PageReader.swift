/// Walks over the pages of one column chunk: headers, checksums, decompression.
///
/// ```
///   chunk   [dictionary page] data page*
///   page    header (Thrift), body
///   body    v1: compressed(repetition levels, definition levels, values)
///           v2: repetition levels, definition levels, compressed(values)
/// ```
/// A page is passed over without being touched when only its header is asked for.
final class PageReader {
  /// A data page with its levels and values apart.
  struct DataPage {
    /// The values that the page says it has, nulls and empty lists included.
    var valueCount: Int
    var encoding: PageEncoding
    var repetitionLevels: UnsafeRawBufferPointer
    var repetitionLevelEncoding: PageEncoding
    var definitionLevels: UnsafeRawBufferPointer
    var definitionLevelEncoding: PageEncoding
    var values: UnsafeRawBufferPointer
    /// What keeps the values alive.
    var owner: AnyObject
  }

  /// How far memory must be readable past the end of a page's parts.
  static let padding = 16

  private let file: ParquetFile
  private let leaf: ColumnLeaf
  private let chunk: ColumnChunkMetadata
  private let codec: Codec?
  private let decompressor: PageDecompressor
  /// Where the chunk's pages end.
  private let end: Int
  /// Where the next header starts, or the body of the page whose header has been read.
  private var offset: Int
  private var header: PageHeader?
  /// Whether the chunk's first page was a dictionary.
  private var hasDictionary = false
  /// The memory of the last data page, used again when nobody holds it.
  private var buffer: MemoryBlock?

  /// The number of the page whose header was read last.
  private(set) var pageIndex = -1
  /// Where that page's header starts.
  private(set) var pageOffset: Int
  /// The size of that page with its header.
  var pageByteCount: Int {
    header.map { offset - pageOffset + $0.compressedByteCount } ?? offset - pageOffset
  }
  /// The bytes of the pages that were read, with their headers.
  private(set) var byteCountRead = 0

  init(
    file: ParquetFile,
    leaf: ColumnLeaf,
    chunk: ColumnChunkMetadata,
    decompressor: PageDecompressor
  ) throws(DecodingFailure) {
    self.file = file
    self.leaf = leaf
    self.chunk = chunk
    self.decompressor = decompressor
    codec = Codec(parquetCode: chunk.compression.rawValue)
    let start = chunk.startOffset
    offset = start
    pageOffset = start
    // A chunk without values may be said to start anywhere.
    guard start >= 0, start <= file.footerOffset,
      chunk.compressedByteCount <= file.footerOffset - start
    else {
      throw DecodingFailure(
        "the column chunk at \(start) of \(chunk.compressedByteCount) bytes reaches over the"
          + " footer at \(file.footerOffset)"
      )
    }
    // Old versions of parquet-mr left the dictionary page's header out of the chunk's size.
    let isSizeExact = file.metadata.createdBy?.hasPrefix("parquet-mr") != true
    end = min(start + chunk.compressedByteCount + (isSizeExact ? 0 : 100), file.footerOffset)
    if codec == nil {
      throw .unsupported("its pages are compressed with \(chunk.compression.name)")
    }
  }

  /// The header of the next page, or nil at the chunk's end; the page itself stays where it is.
  func nextHeader() throws(DecodingFailure) -> PageHeader? {
    if let header { return header }
    if offset >= end { return nil }
    pageIndex += 1
    pageOffset = offset
    let room = min(end - offset, Limits.pageHeaderByteCountMax)
    var reader = CompactReader(
      UnsafeRawBufferPointer(rebasing: file.source.bytes[offset..<(offset + room)])
    )
    let header = try PageHeader(from: &reader)
    let bodyOffset = offset + reader.byteOffset
    guard header.compressedByteCount <= end - bodyOffset else {
      throw DecodingFailure(
        "the page claims \(header.compressedByteCount) bytes, its column chunk has"
          + " \(end - bodyOffset) left"
      )
    }
    guard header.uncompressedByteCount <= Limits.pageByteCountMax else {
      throw DecodingFailure("the page claims \(header.uncompressedByteCount) bytes")
    }
    offset = bodyOffset
    self.header = header
    return header
  }

  /// Goes to the data page with a number, whose header starts at an offset within the chunk.
  func seek(to offset: Int, dataPage: Int) {
    self.offset = offset
    header = nil
    pageIndex = dataPage - 1 + (hasDictionary ? 1 : 0)
  }

  /// Passes over the page whose header was read last.
  func skipPage() {
    guard let header else { return }
    offset += header.compressedByteCount
    self.header = nil
  }

  /// The body of the page whose header was read last, as it is in the file.
  private func takeBody(_ header: PageHeader) throws(DecodingFailure) -> UnsafeRawBufferPointer {
    let range = offset..<(offset + header.compressedByteCount)
    let body = UnsafeRawBufferPointer(rebasing: file.source.bytes[range])
    byteCountRead += range.upperBound - pageOffset
    offset = range.upperBound
    self.header = nil
    if let checksum = header.checksum {
      let actual = PageChecksum.crc32(body)
      guard actual == checksum else {
        throw DecodingFailure(
          "the page's checksum is \(PageChecksum.text(actual)), its header says"
            + " \(PageChecksum.text(checksum))"
        )
      }
    }
    return body
  }

  /// The entries of the dictionary page whose header was read last.
  func loadDictionary(_ header: PageHeader, _ dictionary: DictionaryPageHeader)
    throws(DecodingFailure) -> PageValues
  {
    guard dictionary.encoding == .plain || dictionary.encoding == .plainDictionary else {
      throw .unsupported("\(dictionary.encoding.name) is not an encoding for a dictionary page")
    }
    hasDictionary = true
    let body = try takeBody(header)
    // Never the reused buffer: the entries are needed as long as the chunk.
    var buffer: MemoryBlock?
    let (bytes, owner) = try decompress(body, header.uncompressedByteCount, &buffer)
    return try PageValues(bytes, encoding: .plain, storage: leaf.storage, owner: owner)
  }

  /// The parts of the first version's data page whose header was read last.
  func loadPage(_ header: PageHeader, _ data: DataPageHeader, keepsPages: Bool)
    throws(DecodingFailure) -> DataPage
  {
    let body = try takeBody(header)
    var (rest, owner) = try decompressPage(body, header.uncompressedByteCount, keepsPages)
    let repetition = try PageReader.takeLevels(
      &rest,
      leaf.repetitionLevelMax,
      data.repetitionLevelEncoding,
      data.valueCount
    )
    let definition = try PageReader.takeLevels(
      &rest,
      leaf.definitionLevelMax,
      data.definitionLevelEncoding,
      data.valueCount
    )
    return DataPage(
      valueCount: data.valueCount,
      encoding: data.encoding,
      repetitionLevels: repetition,
      repetitionLevelEncoding: data.repetitionLevelEncoding,
      definitionLevels: definition,
      definitionLevelEncoding: data.definitionLevelEncoding,
      values: rest,
      owner: owner
    )
  }

  /// The parts of the second version's data page whose header was read last.
  func loadPage(_ header: PageHeader, _ data: DataPageHeaderV2, keepsPages: Bool)
    throws(DecodingFailure) -> DataPage
  {
    let body = try takeBody(header)
    let levelByteCount = data.repetitionLevelByteCount + data.definitionLevelByteCount
    guard levelByteCount <= body.count, levelByteCount <= header.uncompressedByteCount else {
      throw DecodingFailure("the levels take \(levelByteCount) bytes of a page of \(body.count)")
    }
    let packed = UnsafeRawBufferPointer(rebasing: body[levelByteCount...])
    let byteCount = header.uncompressedByteCount - levelByteCount
    let values: UnsafeRawBufferPointer
    let owner: AnyObject
    if data.isCompressed && !packed.isEmpty {
      (values, owner) = try decompressPage(packed, byteCount, keepsPages)
    } else {
      (values, owner) = try keep(packed)
    }
    return DataPage(
      valueCount: data.valueCount,
      encoding: data.encoding,
      repetitionLevels: UnsafeRawBufferPointer(
        rebasing: body[..<data.repetitionLevelByteCount]
      ),
      repetitionLevelEncoding: .runLength,
      definitionLevels: UnsafeRawBufferPointer(
        rebasing: body[data.repetitionLevelByteCount..<levelByteCount]
      ),
      definitionLevelEncoding: .runLength,
      values: values,
      owner: owner
    )
  }

  /// Cuts the levels of a data page of the first version from its front.
  private static func takeLevels(
    _ rest: inout UnsafeRawBufferPointer,
    _ levelMax: Int,
    _ encoding: PageEncoding,
    _ valueCount: Int
  ) throws(DecodingFailure) -> UnsafeRawBufferPointer {
    if levelMax == 0 { return UnsafeRawBufferPointer(start: nil, count: 0) }
    var start = 0
    let byteCount: Int
    switch encoding {
    case .runLength:
      guard rest.count >= 4 else {
        throw DecodingFailure("the levels lack their size in a page of \(rest.count) bytes")
      }
      byteCount = Int(rest.loadUnaligned(as: UInt32.self))
      start = 4
    case .bitPacked:
      byteCount = LevelDecoder.bitPackedByteCount(levelMax: levelMax, count: valueCount)
    default: throw .unsupported("\(encoding.name) is not an encoding for levels")
    }
    guard byteCount <= rest.count - start else {
      throw DecodingFailure("the levels take \(byteCount) bytes of \(rest.count - start)")
    }
    let levels = UnsafeRawBufferPointer(rebasing: rest[start..<(start + byteCount)])
    rest = UnsafeRawBufferPointer(rebasing: rest[(start + byteCount)...])
    return levels
  }

  private func decompressPage(
    _ body: UnsafeRawBufferPointer,
    _ byteCount: Int,
    _ keepsPages: Bool
  ) throws(DecodingFailure) -> (UnsafeRawBufferPointer, AnyObject) {
    // Columns may still point into the last page.
    if keepsPages && !isKnownUniquelyReferenced(&buffer) { buffer = nil }
    return try decompress(body, byteCount, &buffer)
  }

  /// Bytes that stay, readable past their end: in the file where that goes on, or a copy.
  private func keep(_ body: UnsafeRawBufferPointer) throws(DecodingFailure)
    -> (UnsafeRawBufferPointer, AnyObject)
  {
    let file = self.file.source.bytes
    if let fileEnd = file.baseAddress.map({ $0 + file.count }), let start = body.baseAddress,
      fileEnd - (start + body.count) >= PageReader.padding
    {
      return (body, self.file.source)
    }
    let block = MemoryBlock(byteCount: body.count + PageReader.padding)
    if let start = body.baseAddress {
      block.base.copyMemory(from: start, byteCount: body.count)
    }
    return (UnsafeRawBufferPointer(start: block.base, count: body.count), block)
  }

  private func decompress(
    _ body: UnsafeRawBufferPointer,
    _ byteCount: Int,
    _ buffer: inout MemoryBlock?
  ) throws(DecodingFailure) -> (UnsafeRawBufferPointer, AnyObject) {
    guard let codec, codec != .uncompressed else {
      guard body.count == byteCount else {
        throw DecodingFailure("an uncompressed page has \(body.count) bytes, not \(byteCount)")
      }
      return try keep(body)
    }
    if codec == .snappy, let stored = try SnappyDecoder.stored(body, byteCount: byteCount) {
      return try keep(stored)
    }
    guard
      byteCount <= Limits.pageByteCountUnsuspicious
        || byteCount <= body.count &* Limits.expansionMax(codec)
    else { throw DecodingFailure("a page of \(body.count) bytes claims to hold \(byteCount)") }
    let room = byteCount + PageReader.padding
    let block: MemoryBlock
    if let old = buffer, old.byteCount >= room {
      block = old
    } else {
      block = MemoryBlock(byteCount: room)
      buffer = block
    }
    let target = UnsafeMutableRawBufferPointer(start: block.base, count: byteCount)
    if byteCount > 0 || !body.isEmpty {
      try decompressor.decompress(codec, body, into: target)
    }
    return (UnsafeRawBufferPointer(target), block)
  }
}
