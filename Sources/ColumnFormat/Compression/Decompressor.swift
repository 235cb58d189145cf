/// Takes pages apart with any codec, and keeps the codecs' contexts from page to page.
///
/// One decompressor belongs to one thread at a time.
public struct Decompressor {
  private let zstandard = ZstandardDecoder()
  private let gzip = GzipDecoder()
  #if LAKE_LZ4
    private let lz4 = LZ4Decoder()
  #endif

  /// A decompressor; contexts are made when they are first needed.
  public init() {}

  /// Decompresses all of `source` so that it fills `target` exactly.
  ///
  /// Nothing outside both is read or written, whatever the bytes are.
  ///
  /// - Parameters:
  ///   - codec: The codec.
  ///   - source: The compressed bytes, all of them.
  ///   - target: Where to; its size is the size that the page's header promises.
  /// - Throws: ``DecodingFailure`` when the bytes are damaged, have another size, or the codec is
  ///   not built in.
  public func decompress(
    _ codec: Codec,
    _ source: UnsafeRawBufferPointer,
    into target: UnsafeMutableRawBufferPointer
  ) throws(DecodingFailure) {
    switch codec {
    case .uncompressed:
      guard source.count == target.count else {
        throw sizeMismatch(codec, found: source.count, expected: target.count)
      }
      if let from = source.baseAddress, let to = target.baseAddress {
        to.copyMemory(from: from, byteCount: source.count)
      }
    case .snappy: try SnappyDecoder.decompress(source, into: target)
    case .gzip: try gzip.decompress(source, into: target)
    case .zstd: try zstandard.decompress(source, into: target)
    case .brotli:
      #if LAKE_BROTLI
        try BrotliCodec.decompress(source, into: target)
      #else
        throw codec.missing
      #endif
    case .lz4Raw:
      #if LAKE_LZ4
        try lz4.decompressBlock(source, into: target)
      #else
        throw codec.missing
      #endif
    case .lz4Hadoop:
      #if LAKE_LZ4
        try lz4.decompressHadoop(source, into: target)
      #else
        throw codec.missing
      #endif
    }
  }
}

/// The failure of compressed bytes that turned out longer or shorter than promised.
func sizeMismatch(_ codec: Codec, found: Int, expected: Int) -> DecodingFailure {
  .damaged("\(codec.name): \(found) bytes after decompression, \(expected) were promised")
}
