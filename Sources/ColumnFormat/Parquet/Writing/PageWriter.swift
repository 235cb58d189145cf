/// Compresses pages and puts them into the sink; keeps its scratch memory from page to page.
struct PageWriter {
  let sink: any ByteSink
  private let compressor: Compressor
  private let options: WriterOptions
  /// Where in the file the sink's first byte is: a sink may have been written to before.
  private let origin: Int
  /// The page being encoded.
  var body = BufferBuilder<UInt8>(capacity: 4 << 10)
  private var packed = BufferBuilder<UInt8>(capacity: 4 << 10)

  init(_ sink: any ByteSink, _ options: WriterOptions, origin: Int) throws(DecodingFailure) {
    self.sink = sink
    self.options = options
    self.origin = origin
    compressor = try Compressor(options.codec, level: options.level)
  }

  /// Where the next page starts.
  var offset: Int { sink.byteCount - origin }

  /// The sizes of a page in the file, with its header.
  struct PageSize {
    var uncompressed: Int
    var compressed: Int
  }

  /// Writes `body` as a dictionary page.
  mutating func writeDictionary(valueCount: Int) throws(ColumnFormatError) -> PageSize {
    let packed = try compress(from: 0)
    return try write(.dictionary(DictionaryPageHeader(valueCount: valueCount)), 0, packed)
  }

  /// Writes `body` as a data page of the first version: levels and values compressed as one.
  mutating func writeData(_ header: DataPageHeader) throws(ColumnFormatError) -> PageSize {
    let packed = try compress(from: 0)
    return try write(.data(header), 0, packed)
  }

  /// Writes `body` as a data page of the second version: its first bytes, the levels, stay as they
  /// are, and the values too where compressing them does not pay.
  mutating func writeData(_ header: DataPageHeaderV2) throws(ColumnFormatError) -> PageSize {
    var header = header
    let levels = header.repetitionLevelByteCount + header.definitionLevelByteCount
    var packed = try compress(from: levels)
    header.isCompressed = options.codec != .uncompressed && packed.count < body.count - levels
    if !header.isCompressed { packed = UnsafeRawBufferPointer(rebasing: body.rawBytes[levels...]) }
    return try write(.dataV2(header), levels, packed)
  }

  /// The bytes of `body` from `start` on, compressed; valid until the next page.
  private mutating func compress(from start: Int) throws(ColumnFormatError)
    -> UnsafeRawBufferPointer
  {
    let source = UnsafeRawBufferPointer(rebasing: body.rawBytes[start...])
    if options.codec == .uncompressed { return source }
    packed.removeAll()
    let room = compressor.byteCountMax(source.count)
    let target = UnsafeMutableRawBufferPointer(start: packed.room(for: room), count: room)
    do throws(DecodingFailure) {
      packed.advance(by: try compressor.compress(source, into: target))
    } catch {
      throw ColumnFormatError(.refused(error.message), .init(path: sink.path))
    }
    return packed.rawBytes
  }

  /// Writes a header, the first `plainCount` bytes of `body`, and `rest`.
  private func write(
    _ kind: PageHeader.Kind,
    _ plainCount: Int,
    _ rest: UnsafeRawBufferPointer
  ) throws(ColumnFormatError) -> PageSize {
    guard body.count <= Limits.pageByteCountMax, plainCount + rest.count <= Limits.pageByteCountMax
    else {
      throw ColumnFormatError(
        .refused("a page of \(body.count) bytes is over the format's limit"),
        .init(path: sink.path)
      )
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
    try sink.write(array: writer.bytes)
    try sink.write(plain)
    try sink.write(rest)
    return PageSize(
      uncompressed: writer.bytes.count + body.count,
      compressed: writer.bytes.count + plainCount + rest.count
    )
  }
}

extension ByteSink {
  /// Takes the bytes of an array.
  func write(array: [UInt8]) throws(ColumnFormatError) {
    var failure: ColumnFormatError?
    array.withUnsafeBytes { bytes in
      do throws(ColumnFormatError) { try write(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
  }
}
