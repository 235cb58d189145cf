/// Writes values one after the other, little-endian.
///
/// parquet-format, Encodings.md, "Plain (PLAIN = 0)".
enum PlainEncoding {
  /// Appends numbers as they lie in memory, lowest byte first.
  static func append<Word: FixedWidthInteger & BitwiseCopyable>(
    _ values: UnsafePointer<Word>,
    count: Int,
    to output: inout BufferBuilder<UInt8>
  ) {
    // Swift runs on little-endian machines only, where this is the memory as it is.
    output.append(bytes: values, count: count &* MemoryLayout<Word>.size)
  }

  /// Appends numbers as `byteCount` bytes, highest first: decimals of fixed length.
  static func append(
    bigEndian values: UnsafePointer<UInt128>,
    count: Int,
    byteCount: Int,
    to output: inout BufferBuilder<UInt8>
  ) {
    let target = UnsafeMutableRawPointer(output.room(for: count &* byteCount &+ 16))
    let shift = UInt128(truncatingIfNeeded: (16 &- byteCount) &* 8)
    for index in 0..<count {
      // The bytes wanted are moved to the front; what lies behind them is overwritten by the next.
      target.storeBytes(
        of: (values[index] &<< shift).bigEndian,
        toByteOffset: index &* byteCount,
        as: UInt128.self
      )
    }
    output.advance(by: count &* byteCount)
  }

  /// Appends a bit a value, lowest first.
  static func append(
    bits values: UnsafePointer<UInt8>,
    count: Int,
    to output: inout BufferBuilder<UInt8>
  ) {
    let byteCount = (count + 7) / 8
    let target = output.room(for: byteCount + 8)
    BitPacking.pack(values, count: count, width: 1, to: target)
    output.advance(by: byteCount)
  }
}
