#if LAKE_DEFLATE
  import CDeflate
#else
  import CZlib
#endif

/// The checksum of a page's bytes in the file; parquet-format, README.md, "Checksumming".
enum PageChecksum {
  /// CRC-32 as in gzip.
  static func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    #if LAKE_DEFLATE
      return libdeflate_crc32(0, bytes.baseAddress, bytes.count)
    #else
      guard let base = bytes.baseAddress else { return 0 }
      let start = base.assumingMemoryBound(to: UInt8.self)
      return UInt32(truncatingIfNeeded: crc32_z(0, start, bytes.count))
    #endif
  }

  /// Eight hexadecimal digits.
  static func text(_ checksum: UInt32) -> String {
    let digits = String(checksum, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
