/// MurmurHash3 with 128 bits for 64-bit machines, seed zero (Austin Appleby, public domain).
enum Murmur3 {
  private static let c1: UInt64 = 0x87c3_7b91_1142_53d5
  private static let c2: UInt64 = 0x4cf5_ad43_2745_937f

  private static func rotated(_ value: UInt64, _ count: UInt64) -> UInt64 {
    value &<< count | value &>> (64 &- count)
  }

  private static func mixed(_ value: UInt64) -> UInt64 {
    var k = value
    k ^= k &>> 33
    k = k &* 0xff51_afd7_ed55_8ccd
    k ^= k &>> 33
    k = k &* 0xc4ce_b9fe_1a85_ec53
    return k ^ k &>> 33
  }

  /// The sixteen bytes of the hash.
  static func hash(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    let (h1, h2) = halves(bytes)
    return [h1, h2].flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half &>> ($0 * 8)) } }
  }

  /// The first half of the hash.
  static func hash64(_ bytes: UnsafeRawBufferPointer) -> UInt64 { halves(bytes).0 }

  private static func halves(_ bytes: UnsafeRawBufferPointer) -> (UInt64, UInt64) {
    var h1: UInt64 = 0
    var h2: UInt64 = 0
    let blockCount = bytes.count / 16
    for block in 0..<blockCount {
      let k1 = bytes.loadUnaligned(fromByteOffset: block * 16, as: UInt64.self).littleEndian
      let k2 = bytes.loadUnaligned(fromByteOffset: block * 16 + 8, as: UInt64.self).littleEndian
      h1 ^= rotated(k1 &* c1, 31) &* c2
      h1 = (rotated(h1, 27) &+ h2) &* 5 &+ 0x52dc_e729
      h2 ^= rotated(k2 &* c2, 33) &* c1
      h2 = (rotated(h2, 31) &+ h1) &* 5 &+ 0x3849_5ab5
    }
    var k1: UInt64 = 0
    var k2: UInt64 = 0
    for (index, byte) in bytes[(blockCount * 16)...].enumerated() {
      if index < 8 {
        k1 |= UInt64(byte) &<< UInt64(index * 8)
      } else {
        k2 |= UInt64(byte) &<< UInt64((index - 8) * 8)
      }
    }
    h2 ^= rotated(k2 &* c2, 33) &* c1
    h1 ^= rotated(k1 &* c1, 31) &* c2
    h1 ^= UInt64(bytes.count)
    h2 ^= UInt64(bytes.count)
    h1 = h1 &+ h2
    h2 = h2 &+ h1
    h1 = mixed(h1)
    h2 = mixed(h2)
    h1 = h1 &+ h2
    h2 = h2 &+ h1
    return (h1, h2)
  }
}
