import ColumnFormat

/// A set of 64-bit numbers that is asked once for each row: a bit for each number where they lie close
/// together, and a table with linear probing else.
struct NumberSet: Sendable {
  /// So many bits for each number are worth having, and in any case so many at least and at most.
  private static let bitsPerNumber = 512
  private static let bitCountMin = 1 << 16
  private static let bitCountMax = 1 << 24

  /// The smallest number.
  private let low: Int64
  /// How many numbers have a bit; zero where there is a table.
  private let bitCount: UInt64
  /// The bits, or the slots of a table.
  private let words: Buffer<UInt64>
  /// What slots without a number have: no number of the set.
  private let none: UInt64
  private let shift: UInt64

  init(_ numbers: Set<Int64>) {
    low = numbers.min() ?? 0
    let distance = UInt64(bitPattern: (numbers.max() ?? 0) &- low)
    let bitCountMax = min(
      max(numbers.count * NumberSet.bitsPerNumber, NumberSet.bitCountMin),
      NumberSet.bitCountMax
    )
    if distance < UInt64(bitCountMax) {
      bitCount = distance + 1
      words = Buffer<UInt64>(repeating: 0, count: Int(distance / 64) + 1)
      none = 0
      shift = 0
      for number in numbers {
        let bit = UInt64(bitPattern: number &- low)
        words.base[Int(bit / 64)] |= 1 << (bit % 64)
      }
      return
    }
    bitCount = 0
    var free = Int64.min
    while numbers.contains(free) { free += 1 }
    none = UInt64(bitPattern: free)
    var width: UInt64 = 4
    while 1 << Int(width) < numbers.count * 4 { width += 1 }
    shift = 64 - width
    words = Buffer<UInt64>(repeating: none, count: 1 << Int(width))
    for number in numbers {
      var slot = NumberSet.slot(number, shift)
      while words.base[slot] != none { slot = (slot + 1) & (words.count - 1) }
      words.base[slot] = UInt64(bitPattern: number)
    }
  }

  @inline(__always)
  private static func slot(_ number: Int64, _ shift: UInt64) -> Int {
    Int(truncatingIfNeeded: (UInt64(bitPattern: number) &* 0x9E37_79B9_7F4A_7C15) &>> shift)
  }

  /// Writes one to `result` for each row whose number is in the set, zero for the others.
  @inline(__always)
  func find(
    _ count: Int,
    _ result: UnsafeMutablePointer<UInt8>,
    _ number: (_ row: Int) -> Int64
  ) {
    let words = words.base
    if bitCount > 0 {
      let (low, bitCount) = (low, bitCount)
      for row in 0..<count {
        let bit = UInt64(bitPattern: number(row) &- low)
        // The first word is read where there is no bit.
        let isInside: UInt64 = bit < bitCount ? 1 : 0
        let word = words[Int(truncatingIfNeeded: (bit &>> 6) &* isInside)]
        result[row] = UInt8(truncatingIfNeeded: (word &>> (bit & 63)) & isInside)
      }
      return
    }
    let mask = self.words.count &- 1
    let (none, shift) = (none, shift)
    for row in 0..<count {
      let wanted = UInt64(bitPattern: number(row))
      var slot = NumberSet.slot(Int64(bitPattern: wanted), shift)
      while words[slot] != wanted && words[slot] != none { slot = (slot &+ 1) & mask }
      result[row] = words[slot] == wanted && wanted != none ? 1 : 0
    }
  }
}
