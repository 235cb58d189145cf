/// A set of ASCII characters, with all others or without them.
struct CharacterSet {
  private var low: UInt64 = 0
  private var high: UInt64 = 0
  private(set) var hasOthers = false

  static let digits = CharacterSet(UInt8(ascii: "0")...UInt8(ascii: "9"))
  static let words: CharacterSet = {
    var set = CharacterSet(UInt8(ascii: "a")...UInt8(ascii: "z"))
    set.formUnion(CharacterSet(UInt8(ascii: "A")...UInt8(ascii: "Z")))
    set.formUnion(digits)
    set.formUnion(CharacterSet([UInt8(ascii: "_")]))
    return set
  }()
  /// Space, tab, newline, vertical tab, form feed and carriage return.
  static let spaces = CharacterSet([0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D])

  init(_ members: some Sequence<UInt8> = []) {
    for byte in members {
      if byte < 64 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte - 64) }
    }
  }

  /// Whether a byte is a character of the set, or part of one.
  func contains(_ byte: UInt8) -> Bool {
    if byte >= 128 { return hasOthers }
    return (byte < 64 ? low >> UInt64(byte) : high >> UInt64(byte - 64)) & 1 == 1
  }

  mutating func formUnion(_ other: CharacterSet) {
    low |= other.low
    high |= other.high
    hasOthers = hasOthers || other.hasOthers
  }

  func isDisjoint(_ other: CharacterSet) -> Bool {
    low & other.low == 0 && high & other.high == 0 && !(hasOthers && other.hasOthers)
  }

  var inverted: CharacterSet {
    var result = self
    result.low = ~low
    result.high = ~high
    result.hasOthers = !hasOthers
    return result
  }

  /// The only member of a set of one character; for an inverted set the only one that it lacks.
  var only: UInt8? {
    guard !hasOthers, low.nonzeroBitCount + high.nonzeroBitCount == 1 else { return nil }
    return UInt8(low != 0 ? low.trailingZeroBitCount : 64 + high.trailingZeroBitCount)
  }
}
