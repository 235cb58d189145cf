/// Compresses pages with any codec, and keeps the codecs' contexts from page to page.
///
/// One compressor belongs to one thread at a time.
public struct Compressor {
  /// The codec of all pages.
  public let codec: Codec
  /// The codec's own level.
  public let level: Int
  private let context: Context

  private enum Context {
    case none
    case snappy(SnappyEncoder)
    case gzip(GzipEncoder)
    case zstandard(ZstandardEncoder)
  }

  /// A compressor for one codec and level.
  ///
  /// - Parameters:
  ///   - codec: The codec.
  ///   - level: The codec's own level, brought into its range; nil takes its default (zstd 3,
  ///     gzip 6, brotli 5).
  /// - Throws: ``DecodingFailure`` when the codec is not built in.
  public init(_ codec: Codec, level: Int? = nil) throws(DecodingFailure) {
    guard codec.isBuiltIn else { throw codec.missing }
    self.codec = codec
    self.level = codec.clampedLevel(level)
    switch codec {
    case .snappy: context = .snappy(SnappyEncoder())
    case .gzip: context = .gzip(GzipEncoder(level: self.level))
    case .zstd: context = .zstandard(ZstandardEncoder(level: self.level))
    case .uncompressed, .brotli, .lz4Raw, .lz4Hadoop: context = .none
    }
  }

  /// The most bytes that `byteCount` bytes can become.
  public func byteCountMax(_ byteCount: Int) -> Int {
    switch codec {
    case .uncompressed: return byteCount
    case .snappy: return SnappyEncoder.byteCountMax(byteCount)
    case .gzip: return GzipEncoder.byteCountMax(byteCount)
    case .zstd: return ZstandardEncoder.byteCountMax(byteCount)
    case .brotli:
      #if LAKE_BROTLI
        return BrotliCodec.byteCountMax(byteCount)
      #else
        return 0
      #endif
    case .lz4Raw, .lz4Hadoop:
      #if LAKE_LZ4
        return LZ4Encoder.byteCountMax(byteCount) + (codec == .lz4Hadoop ? 8 : 0)
      #else
        return 0
      #endif
    }
  }

  /// Compresses `source` into the front of `target`.
  ///
  /// - Parameters:
  ///   - source: What to compress.
  ///   - target: Where to; at least ``byteCountMax(_:)`` bytes.
  /// - Returns: The number of bytes written.
  /// - Throws: ``DecodingFailure`` when the library refuses, for want of memory.
  public func compress(
    _ source: UnsafeRawBufferPointer,
    into target: UnsafeMutableRawBufferPointer
  ) throws(DecodingFailure) -> Int {
    precondition(target.count >= byteCountMax(source.count), "too little room to compress into")
    switch context {
    case .snappy(let encoder): return encoder.compress(source, into: target)
    case .gzip(let encoder): return try encoder.compress(source, into: target)
    case .zstandard(let encoder): return try encoder.compress(source, into: target)
    case .none: break
    }
    switch codec {
    case .brotli:
      #if LAKE_BROTLI
        return try BrotliCodec.compress(source, into: target, level: level)
      #else
        throw codec.missing
      #endif
    case .lz4Raw, .lz4Hadoop:
      #if LAKE_LZ4
        return try LZ4Encoder.compress(
          source,
          into: target,
          level: level,
          isFramed: codec == .lz4Hadoop
        )
      #else
        throw codec.missing
      #endif
    case .uncompressed, .snappy, .gzip, .zstd:
      if let from = source.baseAddress, let to = target.baseAddress {
        to.copyMemory(from: from, byteCount: source.count)
      }
      return source.count
    }
  }
}

extension Codec {
  /// The levels that the codec has, from quick to small; nil where there is nothing to choose.
  public var levels: ClosedRange<Int>? {
    switch self {
    case .zstd: -7...22
    case .gzip: 1...9
    case .brotli: 0...11
    // From 3 on LZ4 searches longer ("HC").
    case .lz4Raw, .lz4Hadoop: 0...12
    case .uncompressed, .snappy: nil
    }
  }

  /// The level taken when none is asked for.
  var defaultLevel: Int {
    switch self {
    case .zstd: 3
    case .gzip: 6
    case .brotli: 5
    case .lz4Raw, .lz4Hadoop, .uncompressed, .snappy: 0
    }
  }

  /// The level nearest to the one asked for that the codec has.
  fileprivate func clampedLevel(_ level: Int?) -> Int {
    guard let levels else { return 0 }
    return min(max(level ?? defaultLevel, levels.lowerBound), levels.upperBound)
  }
}
