import ColumnFormat

/// Hashes of key words and texts: multiply to 128 bits and fold, as in wyhash.
///
/// Bit 63 stays free: ``KeyEncoder`` sets it for the null of a single key.
enum KeyHashing {
  static let seed: UInt64 = 0x9E37_79B9_7F4A_7C15
  private static let first: UInt64 = 0xA076_1D64_78BD_642F
  private static let second: UInt64 = 0xE703_7ED1_A0B4_28DB
  /// Everything but bit 63.
  static let mask: UInt64 = 0x7FFF_FFFF_FFFF_FFFF
  /// The hash of a single key that is null.
  static let ofNull: UInt64 = 0xD6E8_FEB8_6659_FD93

  @inline(__always)
  static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }

  /// A hash of one word; bit 63 is clear.
  @inline(__always)
  static func hash(_ word: UInt64) -> UInt64 {
    fold(word ^ first, second) & mask
  }

  /// A hash of what was hashed before and one word more; bit 63 is clear.
  @inline(__always)
  static func combine(_ hash: UInt64, _ word: UInt64) -> UInt64 {
    fold(hash ^ word ^ first, second &+ hash) & mask
  }

  /// A hash of a text's bytes.
  @inline(__always)
  static func hash(_ view: ByteView) -> UInt64 {
    view.isInline || view.head == KeyLayout.nullText.head
      ? fold(view.head ^ first, view.tail ^ second) & mask
      : hash(view.address, byteCount: view.count)
  }

  /// A hash of more than twelve bytes.
  private static func hash(_ start: UnsafeRawPointer, byteCount: Int) -> UInt64 {
    var state = seed ^ UInt64(truncatingIfNeeded: byteCount)
    var offset = 0
    while offset &+ 16 < byteCount {
      let low = start.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      let high = start.loadUnaligned(fromByteOffset: offset &+ 8, as: UInt64.self)
      state = fold(low ^ first, high ^ state)
      offset &+= 16
    }
    if byteCount >= 16 {
      let low = start.loadUnaligned(fromByteOffset: byteCount &- 16, as: UInt64.self)
      let high = start.loadUnaligned(fromByteOffset: byteCount &- 8, as: UInt64.self)
      state = fold(low ^ second, high ^ state)
    } else {
      let low = start.loadUnaligned(as: UInt64.self)
      let high = start.loadUnaligned(fromByteOffset: byteCount &- 8, as: UInt64.self)
      state = fold(low ^ second, high ^ state)
    }
    return fold(state ^ seed, first) & mask
  }
}
