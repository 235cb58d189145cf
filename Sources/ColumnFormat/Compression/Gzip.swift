#if LAKE_DEFLATE
  import CDeflate
#else
  import CZlib
#endif

/// Decompresses gzip members (RFC 1952), any number of them, and zlib streams (RFC 1950).
///
/// Parquet asks for gzip; some writers of the past left zlib's shorter header there.
final class GzipDecoder {
  #if LAKE_DEFLATE
    private var context: OpaquePointer?

    deinit { if let context { libdeflate_free_decompressor(context) } }
  #else
    private var stream: UnsafeMutablePointer<z_stream>?

    deinit {
      if let stream {
        inflateEnd(stream)
        stream.deallocate()
      }
    }
  #endif

  func decompress(
    _ source: UnsafeRawBufferPointer,
    into target: UnsafeMutableRawBufferPointer
  ) throws(DecodingFailure) {
    var nothing: UInt8 = 0
    var failure: DecodingFailure?
    withUnsafeMutablePointer(to: &nothing) { spare in
      do throws(DecodingFailure) {
        try members(
          source.baseAddress ?? UnsafeRawPointer(spare),
          source.count,
          target.baseAddress ?? UnsafeMutableRawPointer(spare),
          target.count
        )
      } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Decompresses member after member until the source is used up.
  private func members(
    _ source: UnsafeRawPointer,
    _ sourceCount: Int,
    _ target: UnsafeMutableRawPointer,
    _ targetCount: Int
  ) throws(DecodingFailure) {
    var consumed = 0
    var produced = 0
    repeat {
      let (taken, made) = try member(
        source + consumed,
        sourceCount - consumed,
        target + produced,
        targetCount - produced
      )
      consumed += taken
      produced += made
    } while consumed < sourceCount
    guard produced == targetCount else {
      throw sizeMismatch(.gzip, found: produced, expected: targetCount)
    }
  }

  #if LAKE_DEFLATE
    private func member(
      _ source: UnsafeRawPointer,
      _ sourceCount: Int,
      _ target: UnsafeMutableRawPointer,
      _ targetCount: Int
    ) throws(DecodingFailure) -> (taken: Int, made: Int) {
      if context == nil { context = libdeflate_alloc_decompressor() }
      guard let context else { throw .damaged("gzip: no memory for a context") }
      var taken = 0
      var made = 0
      let isZlib = sourceCount >= 2 && source.load(as: UInt8.self) & 0x0F == 8
      let result =
        isZlib
        ? libdeflate_zlib_decompress_ex(
          context,
          source,
          sourceCount,
          target,
          targetCount,
          &taken,
          &made
        )
        : libdeflate_gzip_decompress_ex(
          context,
          source,
          sourceCount,
          target,
          targetCount,
          &taken,
          &made
        )
      switch result {
      case LIBDEFLATE_SUCCESS: return (taken, made)
      case LIBDEFLATE_INSUFFICIENT_SPACE:
        throw .damaged("gzip: more bytes after decompression than promised")
      default: throw .damaged("gzip: the compressed bytes are damaged or cut off")
      }
    }
  #else
    private func member(
      _ source: UnsafeRawPointer,
      _ sourceCount: Int,
      _ target: UnsafeMutableRawPointer,
      _ targetCount: Int
    ) throws(DecodingFailure) -> (taken: Int, made: Int) {
      let stream = try readyStream()
      // zlib counts in 32 bits: larger pieces are handed over in parts.
      var consumed = 0
      var produced = 0
      while true {
        let sourcePart = min(sourceCount - consumed, Int(UInt32.max))
        let targetPart = min(targetCount - produced, Int(UInt32.max))
        stream.pointee.next_in = UnsafeMutablePointer(
          mutating: (source + consumed).assumingMemoryBound(to: UInt8.self)
        )
        stream.pointee.avail_in = UInt32(sourcePart)
        stream.pointee.next_out = (target + produced).assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(targetPart)
        let result = inflate(stream, Z_NO_FLUSH)
        let taken = sourcePart - Int(stream.pointee.avail_in)
        let made = targetPart - Int(stream.pointee.avail_out)
        consumed += taken
        produced += made
        if result == Z_STREAM_END { return (consumed, produced) }
        guard result == Z_OK && (taken > 0 || made > 0) else {
          throw produced == targetCount && result == Z_BUF_ERROR && consumed < sourceCount
            ? .damaged("gzip: more bytes after decompression than promised")
            : .damaged("gzip: the compressed bytes are damaged or cut off")
        }
      }
    }

    private func readyStream() throws(DecodingFailure) -> UnsafeMutablePointer<z_stream> {
      if let stream {
        guard inflateReset(stream) == Z_OK else { throw .damaged("gzip: the context is broken") }
        return stream
      }
      let fresh = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
      fresh.initialize(to: z_stream())
      // 15 window bits, 32 more to take gzip's and zlib's header alike.
      let result = inflateInit2_(
        fresh,
        15 + 32,
        ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)
      )
      guard result == Z_OK else {
        fresh.deallocate()
        throw .damaged("gzip: no memory for a context")
      }
      stream = fresh
      return fresh
    }
  #endif
}

/// Compresses into one gzip member.
final class GzipEncoder {
  private let level: Int32

  init(level: Int) { self.level = Int32(level) }

  /// Deflate's stored blocks add five bytes each; header and trailer of gzip are 18 bytes.
  static func byteCountMax(_ byteCount: Int) -> Int { byteCount + byteCount / 1000 + 128 }

  #if LAKE_DEFLATE
    private var context: OpaquePointer?

    deinit { if let context { libdeflate_free_compressor(context) } }

    func compress(
      _ source: UnsafeRawBufferPointer,
      into target: UnsafeMutableRawBufferPointer
    ) throws(DecodingFailure) -> Int {
      if context == nil { context = libdeflate_alloc_compressor(level) }
      guard let context else { throw .damaged("gzip: no memory for a context") }
      let written = libdeflate_gzip_compress(
        context,
        source.baseAddress,
        source.count,
        target.baseAddress,
        target.count
      )
      guard written > 0 else { throw .damaged("gzip: the page did not fit its bound") }
      return written
    }
  #else
    private var stream: UnsafeMutablePointer<z_stream>?

    deinit {
      if let stream {
        deflateEnd(stream)
        stream.deallocate()
      }
    }

    func compress(
      _ source: UnsafeRawBufferPointer,
      into target: UnsafeMutableRawBufferPointer
    ) throws(DecodingFailure) -> Int {
      let stream = try readyStream()
      var consumed = 0
      var produced = 0
      while true {
        let sourcePart = min(source.count - consumed, Int(UInt32.max))
        let targetPart = min(target.count - produced, Int(UInt32.max))
        stream.pointee.next_in = source.baseAddress.map {
          UnsafeMutablePointer(mutating: ($0 + consumed).assumingMemoryBound(to: UInt8.self))
        }
        stream.pointee.avail_in = UInt32(sourcePart)
        stream.pointee.next_out = target.baseAddress.map {
          ($0 + produced).assumingMemoryBound(to: UInt8.self)
        }
        stream.pointee.avail_out = UInt32(targetPart)
        let isLast = consumed + sourcePart == source.count
        let result = deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
        consumed += sourcePart - Int(stream.pointee.avail_in)
        produced += targetPart - Int(stream.pointee.avail_out)
        if result == Z_STREAM_END { return produced }
        guard result == Z_OK && produced < target.count else {
          throw .damaged("gzip: the page did not fit its bound")
        }
      }
    }

    private func readyStream() throws(DecodingFailure) -> UnsafeMutablePointer<z_stream> {
      if let stream {
        guard deflateReset(stream) == Z_OK else { throw .damaged("gzip: the context is broken") }
        return stream
      }
      let fresh = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
      fresh.initialize(to: z_stream())
      // 15 window bits, 16 more for gzip's header; memory level 8 is zlib's default.
      let result = deflateInit2_(
        fresh,
        level,
        Z_DEFLATED,
        15 + 16,
        8,
        Z_DEFAULT_STRATEGY,
        ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)
      )
      guard result == Z_OK else {
        fresh.deallocate()
        throw .damaged("gzip: no memory for a context")
      }
      stream = fresh
      return fresh
    }
  #endif
}
