/// Writes the first bytes of all numbers, then the second ones, and so on.
///
/// ```
///   stream  byte 0 of each value, byte 1 of each value, ...
/// ```
/// parquet-format, Encodings.md, "Byte Stream Split (BYTE_STREAM_SPLIT = 9)". It saves nothing by
/// itself: like bytes side by side are what a codec compresses well.
enum ByteStreamSplitEncoding {
  /// Appends `count` values.
  static func append<Word: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ values: UnsafePointer<Word>,
    count: Int,
    to output: inout BufferBuilder<UInt8>
  ) {
    let size = MemoryLayout<Word>.size
    let target = output.room(for: count &* size)
    for byte in 0..<size {
      let stream = target + byte &* count
      let shift = Word(truncatingIfNeeded: byte &* 8)
      for index in 0..<count {
        stream[index] = UInt8(truncatingIfNeeded: values[index] &>> shift)
      }
    }
    output.advance(by: count &* size)
  }
}
