/// Compresses pages and puts their headers before them; keeps its memory from page to page.
///
/// Sendable as one belongs to one thread at a time.
final class PageEncoder: @unchecked Sendable {
  private let options: WriterOptions
  private let compressor: Compressor
  /// What values need on their way into ``body``.
  let scratch = PageScratch()
  /// The page being encoded: levels and values, before compression.
  var body = BufferBuilder<UInt8>(capacity: 4 << 10)
  /// The page as it stands in the file, valid until the next one.
  private(set) var page = BufferBuilder<UInt8>(capacity: 4 << 10)
  private var packed = BufferBuilder<UInt8>(capacity: 4 << 10)

  /// An encoder of pages.
  ///
  /// - Throws: ``DecodingFailure`` when the codec is not built in.
  init(_ options: WriterOptions) throws(DecodingFailure) {
    self.options = options
    compressor = try Compressor(options.codec, level: options.level)
  }

  /// Whether files with these options can use the encoder.
  func isGood(for options: WriterOptions) -> Bool {
    options.codec == self.options.codec && options.level == self.options.level
      && options.writesChecksums == self.options.writesChecksums
  }

  /// Whether a page was so large that the memory it took should not lie idle.
  var isLarge: Bool { max(body.capacity, packed.capacity, page.capacity) > 4 << 20 }

  /// The sizes of a page with its header, before compression and in the file.
  struct PageSize {
    var uncompressed: Int
    var compressed: Int
  }

  /// The size of ``body`` once it is compressed.
  func packedByteCount() throws(DecodingFailure) -> Int { try compress(from: 0).count }

  /// Makes ``body`` a dictionary page.
  func finishDictionary(valueCount: Int) throws(DecodingFailure) -> PageSize {
    try finish(.dictionary(DictionaryPageHeader(valueCount: valueCount)), 0, try compress(from: 0))
  }

  /// Makes ``body`` a data page of the first version: levels and values compressed as one.
  func finishData(_ header: DataPageHeader) throws(DecodingFailure) -> PageSize {
    try finish(.data(header), 0, try compress(from: 0))
  }

  /// Makes ``body`` a data page of the second version: its first bytes, the levels, stay as they
  /// are, and the values too where compressing them does not pay.
  func finishData(_ header: DataPageHeaderV2) throws(DecodingFailure) -> PageSize {
    var header = header
    let levels = header.repetitionLevelByteCount + header.definitionLevelByteCount
    var packed = try compress(from: levels)
    header.isCompressed = options.codec != .uncompressed && packed.count < body.count - levels
    if !header.isCompressed { packed = UnsafeRawBufferPointer(rebasing: body.rawBytes[levels...]) }
    return try finish(.dataV2(header), levels, packed)
  }

  /// The bytes of ``body`` from `start` on, compressed; valid until the next page.
  private func compress(from start: Int) throws(DecodingFailure) -> UnsafeRawBufferPointer {
    let source = UnsafeRawBufferPointer(rebasing: body.rawBytes[start...])
    if options.codec == .uncompressed { return source }
    packed.removeAll()
    let room = compressor.byteCountMax(source.count)
    let target = UnsafeMutableRawBufferPointer(start: packed.room(for: room), count: room)
    packed.advance(by: try compressor.compress(source, into: target))
    return packed.rawBytes
  }

  /// Puts a header, the first `plainCount` bytes of ``body``, and `rest` into ``page``.
  private func finish(
    _ kind: PageHeader.Kind,
    _ plainCount: Int,
    _ rest: UnsafeRawBufferPointer
  ) throws(DecodingFailure) -> PageSize {
    guard body.count <= Limits.pageByteCountMax, plainCount + rest.count <= Limits.pageByteCountMax
    else {
      throw DecodingFailure("a page of \(body.count) bytes is over the format's limit")
    }
    let plain = UnsafeRawBufferPointer(rebasing: body.rawBytes[..<plainCount])
    var checksum: UInt32?
    if options.writesChecksums {
      checksum = PageChecksum.extend(PageChecksum.crc32(plain), rest)
    }
    let header = PageHeader(
      kind: kind,
      uncompressedByteCount: body.count,
      compressedByteCount: plainCount + rest.count,
      checksum: checksum
    )
    var writer = CompactWriter()
    header.write(to: &writer)
    page.removeAll()
    page.reserve(writer.bytes.count + plainCount + rest.count)
    writer.bytes.withUnsafeBytes { page.append($0) }
    page.append(plain)
    page.append(rest)
    return PageSize(
      uncompressed: writer.bytes.count + body.count,
      compressed: writer.bytes.count + plainCount + rest.count
    )
  }
}

extension BufferBuilder where Element == UInt8 {
  /// Appends bytes as they are.
  fileprivate mutating func append(_ bytes: UnsafeRawBufferPointer) {
    if let start = bytes.baseAddress { append(bytes: start, count: bytes.count) }
  }
}
