#if LAKE_DEFLATE
  import CDeflate
#else
  import CZlib
#endif

/// The checksum of a page's bytes in the file; parquet-format, README.md, "Checksumming".
enum PageChecksum {
  /// CRC-32 as in gzip.
  static func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 { extend(0, bytes) }

  /// The checksum of what `previous` is the checksum of, followed by `bytes`.
  static func extend(_ previous: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return previous }
    #if LAKE_DEFLATE
      return libdeflate_crc32(previous, start, bytes.count)
    #else
      let typed = start.assumingMemoryBound(to: UInt8.self)
      return UInt32(truncatingIfNeeded: crc32_z(UInt(previous), typed, bytes.count))
    #endif
  }

  /// Eight hexadecimal digits.
  static func text(_ checksum: UInt32) -> String {
    let digits = String(checksum, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
