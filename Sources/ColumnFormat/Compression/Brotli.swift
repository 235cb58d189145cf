#if LAKE_BROTLI
  import CBrotli

  /// Compresses and decompresses Brotli streams (RFC 7932) in one step.
  enum BrotliCodec {
    static func decompress(
      _ source: UnsafeRawBufferPointer,
      into target: UnsafeMutableRawBufferPointer
    ) throws(DecodingFailure) {
      var count = target.count
      var nothing: UInt8 = 0
      let result = withUnsafeMutablePointer(to: &nothing) {
        BrotliDecoderDecompress(
          source.count,
          source.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? UnsafePointer($0),
          &count,
          target.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? $0
        )
      }
      guard result == BROTLI_DECODER_RESULT_SUCCESS else {
        throw .damaged("brotli: the compressed bytes are damaged, cut off or too long")
      }
      guard count == target.count else {
        throw sizeMismatch(.brotli, found: count, expected: target.count)
      }
    }

    static func byteCountMax(_ byteCount: Int) -> Int {
      max(BrotliEncoderMaxCompressedSize(byteCount), 16)
    }

    static func compress(
      _ source: UnsafeRawBufferPointer,
      into target: UnsafeMutableRawBufferPointer,
      level: Int
    ) throws(DecodingFailure) -> Int {
      var count = target.count
      let result = BrotliEncoderCompress(
        Int32(level),
        Int32(BROTLI_DEFAULT_WINDOW),
        BROTLI_MODE_GENERIC,
        source.count,
        source.baseAddress?.assumingMemoryBound(to: UInt8.self),
        &count,
        target.baseAddress?.assumingMemoryBound(to: UInt8.self)
      )
      guard result != 0 else { throw .damaged("brotli: the page did not fit its bound") }
      return count
    }
  }
#endif
