import CZstd

/// Decompresses Zstandard frames (RFC 8878), any number of them one after the other.
final class ZstandardDecoder {
  private var context: OpaquePointer?

  deinit { if let context { ZSTD_freeDCtx(context) } }

  func decompress(
    _ source: UnsafeRawBufferPointer,
    into target: UnsafeMutableRawBufferPointer
  ) throws(DecodingFailure) {
    if context == nil { context = ZSTD_createDCtx() }
    guard let context else { throw .damaged("zstd: no memory for a context") }
    // The library wants an address even for no bytes.
    var nothing: UInt8 = 0
    let result = withUnsafeMutablePointer(to: &nothing) {
      ZSTD_decompressDCtx(
        context,
        target.baseAddress ?? UnsafeMutableRawPointer($0),
        target.count,
        source.baseAddress ?? UnsafeRawPointer($0),
        source.count
      )
    }
    if ZSTD_isError(result) != 0 {
      throw .damaged("zstd: \(String(cString: ZSTD_getErrorName(result)))")
    }
    guard result == target.count else {
      throw sizeMismatch(.zstd, found: result, expected: target.count)
    }
  }
}

/// Compresses into one Zstandard frame.
final class ZstandardEncoder {
  private let level: Int32
  private var context: OpaquePointer?

  init(level: Int) { self.level = Int32(level) }

  deinit { if let context { ZSTD_freeCCtx(context) } }

  static func byteCountMax(_ byteCount: Int) -> Int { ZSTD_compressBound(byteCount) }

  func compress(
    _ source: UnsafeRawBufferPointer,
    into target: UnsafeMutableRawBufferPointer
  ) throws(DecodingFailure) -> Int {
    if context == nil { context = ZSTD_createCCtx() }
    guard let context else { throw .damaged("zstd: no memory for a context") }
    // With the size known in front the library takes tables that fit small pages.
    let result = ZSTD_compressCCtx(
      context,
      target.baseAddress,
      target.count,
      source.baseAddress,
      source.count,
      level
    )
    if ZSTD_isError(result) != 0 {
      throw .damaged("zstd: \(String(cString: ZSTD_getErrorName(result)))")
    }
    return result
  }
}
