/// Puts values together again whose bytes were stored apart: all first bytes, and so on.
///
/// parquet-format, Encodings.md, "Byte Stream Split (BYTE_STREAM_SPLIT = 9)".
enum ByteStreamSplit {
  /// Values `first..<first + count` of `total` values of `width` bytes.
  ///
  /// The source holds `total * width` bytes.
  static func decode(
    _ source: UnsafeRawPointer,
    total: Int,
    width: Int,
    first: Int,
    count: Int,
    into target: UnsafeMutableRawPointer
  ) {
    let start = source.assumingMemoryBound(to: UInt8.self) + first
    switch width {
    case 4:
      let to = target.assumingMemoryBound(to: UInt32.self)
      let (second, third, fourth) = (start + total, start + 2 &* total, start + 3 &* total)
      for index in 0..<count {
        let low = UInt32(start[index]) | UInt32(second[index]) &<< 8
        to[index] = low | UInt32(third[index]) &<< 16 | UInt32(fourth[index]) &<< 24
      }
    case 8:
      let to = target.assumingMemoryBound(to: UInt64.self)
      for index in 0..<count {
        var bits: UInt64 = 0
        var from = start + index
        bits = UInt64(from[0])
        from += total
        bits |= UInt64(from[0]) &<< 8
        from += total
        bits |= UInt64(from[0]) &<< 16
        from += total
        bits |= UInt64(from[0]) &<< 24
        from += total
        bits |= UInt64(from[0]) &<< 32
        from += total
        bits |= UInt64(from[0]) &<< 40
        from += total
        bits |= UInt64(from[0]) &<< 48
        from += total
        bits |= UInt64(from[0]) &<< 56
        to[index] = bits
      }
    default:
      let to = target.assumingMemoryBound(to: UInt8.self)
      for stream in 0..<width {
        let from = start + stream &* total
        for index in 0..<count { to[index &* width &+ stream] = from[index] }
      }
    }
  }
}
