import CKernels

/// Tells whether bytes are UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing over U+10FFFF.
enum UTF8Checking {
  /// The offset of the first byte that is not part of a character, or nil where all are.
  static func firstInvalid(_ start: UnsafePointer<UInt8>, count: Int) -> Int? {
    var at = 0
    while at < count {
      let step = min(count - at, 64)
      if lake_is_ascii(start + at, Int64(step)) {
        at += step
        continue
      }
      let blockEnd = at + step
      while at < blockEnd {
        if count - at >= 8, isPlain(UnsafeRawPointer(start + at).loadUnaligned(as: UInt64.self)) {
          at += 8
          continue
        }
        let length = characterLength(start + at, available: count - at)
        if length == 0 { return at }
        at += length
      }
    }
    return nil
  }

  /// Whether all bytes are UTF-8.
  static func isValid(_ start: UnsafePointer<UInt8>, count: Int) -> Bool {
    lake_is_ascii(start, Int64(count)) || firstInvalid(start, count: count) == nil
  }

  /// Whether eight bytes are ASCII, or four characters of two bytes, as most of Cyrillic, Greek, Hebrew
  /// and Arabic text are.
  @inline(__always)
  private static func isPlain(_ bytes: UInt64) -> Bool {
    if bytes & 0x8080_8080_8080_8080 == 0 { return true }
    if bytes & 0xC0E0_C0E0_C0E0_C0E0 != 0x80C0_80C0_80C0_80C0 { return false }
    // Leads of 0xC0 and 0xC1 would be overlong: of those the four bits are zero.
    let leads = bytes & 0x001E_001E_001E_001E
    return (leads &+ 0x00FE_00FE_00FE_00FE) & 0x0100_0100_0100_0100 == 0x0100_0100_0100_0100
  }

  @inline(__always)
  private static func characterLength(_ at: UnsafePointer<UInt8>, available: Int) -> Int {
    let lead = at[0]
    if lead < 0x80 { return 1 }
    if lead < 0xC2 || lead > 0xF4 { return 0 }
    if lead < 0xE0 { return available >= 2 && at[1] & 0xC0 == 0x80 ? 2 : 0 }
    if lead < 0xF0 {
      guard available >= 3, at[1] & 0xC0 == 0x80, at[2] & 0xC0 == 0x80 else { return 0 }
      if lead == 0xE0 && at[1] < 0xA0 || lead == 0xED && at[1] >= 0xA0 { return 0 }
      return 3
    }
    guard available >= 4, at[1] & 0xC0 == 0x80, at[2] & 0xC0 == 0x80, at[3] & 0xC0 == 0x80 else {
      return 0
    }
    if lead == 0xF0 && at[1] < 0x90 || lead == 0xF4 && at[1] >= 0x90 { return 0 }
    return 4
  }
}
