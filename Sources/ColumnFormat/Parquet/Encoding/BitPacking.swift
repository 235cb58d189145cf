/// Packs integers into as few bits as the widest needs, lowest bit first.
///
/// parquet-format, Encodings.md, "Run Length Encoding / Bit-Packing Hybrid".
enum BitPacking {
  /// How many bits the value takes.
  @inline(__always)
  static func width(_ value: UInt64) -> Int { 64 &- value.leadingZeroBitCount }

  /// The bytes that `count` values of `width` bits take.
  @inline(__always)
  static func byteCount(_ count: Int, width: Int) -> Int { (count &* width &+ 7) &>> 3 }

  /// Packs `count` values of `width` bits (0...64) to `target`.
  ///
  /// Up to seven bytes past the packed ones may be written too; values must not be wider.
  @inline(__always)
  static func pack<Value: FixedWidthInteger & UnsignedInteger>(
    _ values: UnsafePointer<Value>,
    count: Int,
    width: Int,
    to target: UnsafeMutableRawPointer
  ) {
    if width == 0 { return }
    var output = target
    var bits: UInt64 = 0
    var filled = 0
    for index in 0..<count {
      let value = UInt64(truncatingIfNeeded: values[index])
      bits |= value &<< UInt64(truncatingIfNeeded: filled)
      filled &+= width
      if filled >= 64 {
        output.storeBytes(of: bits.littleEndian, as: UInt64.self)
        output += 8
        filled &-= 64
        // What did not fit: the upper `filled` bits of the value; two shifts, as one of 64 is none.
        bits = (value &>> 1) &>> UInt64(truncatingIfNeeded: width &- filled &- 1)
      }
    }
    if filled > 0 { output.storeBytes(of: bits.littleEndian, as: UInt64.self) }
  }
}
