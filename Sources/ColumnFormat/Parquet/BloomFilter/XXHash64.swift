/// The 64-bit hash of Collet's xxHash with seed zero, which Parquet's bloom filters use.
///
/// xxHash, xxhash_spec.md, "XXH64 algorithm description".
package enum XXHash64 {
  private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
  private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
  private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
  private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
  private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

  /// The hash of some bytes.
  package static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    guard let start = bytes.baseAddress else { return avalanche(prime5) }
    let count = bytes.count
    var next = 0
    var hash = prime5
    if count >= 32 {
      var (a, b) = (prime1 &+ prime2, prime2)
      var (c, d) = (UInt64(0), 0 &- prime1)
      while next &+ 32 <= count {
        a = round(a, word(start, next))
        b = round(b, word(start, next &+ 8))
        c = round(c, word(start, next &+ 16))
        d = round(d, word(start, next &+ 24))
        next &+= 32
      }
      hash = rotate(a, 1) &+ rotate(b, 7) &+ rotate(c, 12) &+ rotate(d, 18)
      for lane in [a, b, c, d] { hash = (hash ^ round(0, lane)) &* prime1 &+ prime4 }
    }
    hash = hash &+ UInt64(truncatingIfNeeded: count)
    while next &+ 8 <= count {
      hash = absorb(hash, word(start, next))
      next &+= 8
    }
    if next &+ 4 <= count {
      hash = absorb(hash, start.loadUnaligned(fromByteOffset: next, as: UInt32.self))
      next &+= 4
    }
    while next < count {
      let byte = start.load(fromByteOffset: next, as: UInt8.self)
      hash = rotate(hash ^ UInt64(byte) &* prime5, 11) &* prime1
      next &+= 1
    }
    return avalanche(hash)
  }

  /// The hash of a number's four bytes, lowest first.
  @inline(__always)
  package static func hash(_ value: UInt32) -> UInt64 { avalanche(absorb(prime5 &+ 4, value)) }

  /// The hash of a number's eight bytes, lowest first.
  @inline(__always)
  package static func hash(_ value: UInt64) -> UInt64 { avalanche(absorb(prime5 &+ 8, value)) }

  @inline(__always)
  private static func word(_ start: UnsafeRawPointer, _ offset: Int) -> UInt64 {
    UInt64(littleEndian: start.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  @inline(__always)
  private static func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 {
    (value &<< count) | (value &>> (64 &- count))
  }

  @inline(__always)
  private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
    rotate(lane &+ word &* prime2, 31) &* prime1
  }

  @inline(__always)
  private static func absorb(_ hash: UInt64, _ word: UInt64) -> UInt64 {
    rotate(hash ^ round(0, word), 27) &* prime1 &+ prime4
  }

  @inline(__always)
  private static func absorb(_ hash: UInt64, _ half: UInt32) -> UInt64 {
    rotate(hash ^ UInt64(half) &* prime1, 23) &* prime2 &+ prime3
  }

  @inline(__always)
  private static func avalanche(_ hash: UInt64) -> UInt64 {
    var mixed = (hash ^ (hash &>> 33)) &* prime2
    mixed = (mixed ^ (mixed &>> 29)) &* prime3
    return mixed ^ (mixed &>> 32)
  }
}
