#if LAKE_DEFLATE
  import CDeflate
#else
  import CZlib
#endif

/// The checksum of pages: CRC-32 as gzip and Ethernet use it.
package enum Checksum {
  /// The checksum of `bytes`.
  package static func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    extend(0, bytes)
  }

  /// The checksum of what `previous` is the checksum of, followed by `bytes`.
  package static func extend(_ previous: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return previous }
    #if LAKE_DEFLATE
      return libdeflate_crc32(previous, start, bytes.count)
    #else
      let result = crc32_z(
        UInt(previous),
        start.assumingMemoryBound(to: UInt8.self),
        bytes.count
      )
      return UInt32(truncatingIfNeeded: result)
    #endif
  }
}
