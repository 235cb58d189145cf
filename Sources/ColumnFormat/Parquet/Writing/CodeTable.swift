/// The hash table under a dictionary that is being built: from hashes to codes.
///
/// Open addressing with linear steps; a slot holds a code plus one. Whoever asks compares the
/// entries behind the codes. Starts small: files of a few thousand rows open one for each column.
struct CodeTable {
  private static let slotCountMin = 64

  /// The slots, zero where free.
  private(set) var slots: Buffer<UInt32>
  /// Shifts a hash down to a slot.
  private(set) var shift: UInt64

  init() {
    slots = Buffer(repeating: 0, count: CodeTable.slotCountMin)
    shift = UInt64(64 - CodeTable.slotCountMin.trailingZeroBitCount)
  }

  /// How many entries may be in before the table must grow: half of the slots.
  var entryCountMax: Int { slots.count / 2 }
  /// The memory in use.
  var byteCount: Int { slots.count * 4 }

  /// Doubles the table, for entries whose hashes `hash` gives.
  mutating func grow(entryCount: Int, hash: (Int) -> UInt64) {
    slots = Buffer(repeating: 0, count: slots.count * 2)
    shift -= 1
    let mask = slots.count - 1
    for code in 0..<entryCount {
      var slot = Int(truncatingIfNeeded: hash(code) &>> shift)
      while slots.base[slot] != 0 { slot = (slot &+ 1) & mask }
      slots.base[slot] = UInt32(truncatingIfNeeded: code &+ 1)
    }
  }

  /// Frees all slots and the memory of a large table.
  mutating func removeAll() { self = CodeTable() }

  /// Multiplies by the golden ratio; the upper bits depend on all of the lower ones.
  @inline(__always)
  static func mix(_ value: UInt64) -> UInt64 {
    let product = value &* 0x9E37_79B9_7F4A_7C15
    // Brings the upper half into play for values that differ only there.
    return (product ^ (product &>> 32)) &* 0xD6E8_FEB8_6659_FD93
  }
}
