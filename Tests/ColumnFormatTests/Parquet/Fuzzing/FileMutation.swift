import TestSupport

/// Damages the bytes of a file, in one of the ways that disks, networks and attackers do.
enum FileMutation {
  /// The bytes with some damage; the same for the same state of the generator.
  static func damage(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    var damaged = bytes
    for _ in 0..<Int.random(in: 1...3, using: &random) where !damaged.isEmpty {
      let at = place(damaged.count, &random)
      switch Int.random(in: 0..<8, using: &random) {
      case 0, 1:
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          damaged[place(damaged.count, &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        }
      case 2: damaged[at] = UInt8.random(in: 0...255, using: &random)
      case 3: damaged = Array(damaged[..<at])
      case 4: overwrite(&damaged, at, length(&random))
      case 5: overwrite(&damaged, at, varint(&random))
      case 6:
        // A piece from elsewhere, of the same size.
        let count = min(Int.random(in: 1...64, using: &random), damaged.count)
        let from = Int.random(in: 0...(damaged.count - count), using: &random)
        overwrite(&damaged, at, Array(damaged[from..<(from + count)]))
      default:
        // Bytes put in or taken out, so that everything behind them moves.
        let count = min(Int.random(in: 1...16, using: &random), damaged.count - at)
        if Bool.random(using: &random) {
          damaged.removeSubrange(at..<(at + count))
        } else {
          damaged.insert(contentsOf: damaged[at..<(at + count)], at: at)
        }
      }
    }
    return damaged
  }

  /// A place anywhere, but every other time in the footer, where few bytes mean much.
  private static func place(_ count: Int, _ random: inout SeededGenerator) -> Int {
    let low = Bool.random(using: &random) ? max(count - 600, 0) : 0
    return Int.random(in: low..<count, using: &random)
  }

  private static func overwrite(_ bytes: inout [UInt8], _ at: Int, _ piece: [UInt8]) {
    for (index, byte) in piece.enumerated() where at + index < bytes.count {
      bytes[at + index] = byte
    }
  }

  /// A size as PLAIN values, levels and the footer have them.
  private static func length(_ random: inout SeededGenerator) -> [UInt8] {
    let extremes: [UInt32] = [0, 1, 0x7F, 0xFF, 0xFFFF, 0x00FF_FFFF, 0x7FFF_FFFF, .max]
    let size = extremes.randomElement(using: &random) ?? 0
    return withUnsafeBytes(of: size.littleEndian) { Array($0) }
  }

  /// An integer as headers have it.
  private static func varint(_ random: inout SeededGenerator) -> [UInt8] {
    var rest = UInt64.random(in: 0 ... .max, using: &random)
    rest >>= UInt64.random(in: 0..<64, using: &random)
    var bytes: [UInt8] = []
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}
