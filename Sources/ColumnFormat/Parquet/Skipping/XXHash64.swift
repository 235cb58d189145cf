/// The hash of bloom filters: XXH64 with seed zero.
///
/// Yann Collet, *xxHash fast digest algorithm*, section "XXH64 algorithm description".
enum XXHash64 {
  private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
  private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
  private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
  private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
  private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

  /// The hash of some bytes.
  static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    let count = bytes.count
    var offset = 0
    var result: UInt64
    if count >= 32 {
      var lanes: (UInt64, UInt64, UInt64, UInt64) = (
        prime1 &+ prime2, prime2, 0, 0 &- prime1
      )
      while offset &+ 32 <= count {
        lanes.0 = round(lanes.0, word(bytes, offset))
        lanes.1 = round(lanes.1, word(bytes, offset &+ 8))
        lanes.2 = round(lanes.2, word(bytes, offset &+ 16))
        lanes.3 = round(lanes.3, word(bytes, offset &+ 24))
        offset &+= 32
      }
      result = rotate(lanes.0, 1) &+ rotate(lanes.1, 7)
      result = result &+ rotate(lanes.2, 12) &+ rotate(lanes.3, 18)
      for lane in [lanes.0, lanes.1, lanes.2, lanes.3] {
        result = (result ^ round(0, lane)) &* prime1 &+ prime4
      }
    } else {
      result = prime5
    }
    result = result &+ UInt64(count)
    while offset &+ 8 <= count {
      result ^= round(0, word(bytes, offset))
      result = rotate(result, 27) &* prime1 &+ prime4
      offset &+= 8
    }
    if offset &+ 4 <= count {
      let half = UInt32(
        littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
      )
      result ^= UInt64(half) &* prime1
      result = rotate(result, 23) &* prime2 &+ prime3
      offset &+= 4
    }
    while offset < count {
      result ^= UInt64(bytes[offset]) &* prime5
      result = rotate(result, 11) &* prime1
      offset &+= 1
    }
    result = (result ^ result &>> 33) &* prime2
    result = (result ^ result &>> 29) &* prime3
    return result ^ result &>> 32
  }

  private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  private static func rotate(_ word: UInt64, _ bits: UInt64) -> UInt64 {
    word &<< bits | word &>> (64 &- bits)
  }

  private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
    rotate(lane &+ word &* prime2, 31) &* prime1
  }
}
