import ColumnFormat

/// Plain encoders for the tests of decoders: slow, obvious, and nothing else.
enum DecodingReference {
  /// The sizes at which decoders change their way.
  static let sizes = [
    0, 1, 2, 7, 8, 9, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 257, 1023, 1025,
  ]

  /// Bytes behind which another 32 are readable, as pages are.
  static func padded(_ bytes: [UInt8]) -> MemoryBlock {
    let block = MemoryBlock(byteCount: bytes.count + 32)
    block.base.initializeMemory(as: UInt8.self, repeating: 0xAA, count: block.byteCount)
    bytes.withUnsafeBytes {
      if let base = $0.baseAddress { block.base.copyMemory(from: base, byteCount: bytes.count) }
    }
    return block
  }

  static func varint(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  static func zigzag(_ value: Int64) -> [UInt8] {
    varint(UInt64(bitPattern: (value &<< 1) ^ (value >> 63)))
  }

  /// Values of `width` bits, lowest bit first.
  static func packed(_ values: [UInt64], width: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: (values.count * width + 7) / 8)
    for (index, value) in values.enumerated() {
      for bit in 0..<width where value >> UInt64(bit) & 1 != 0 {
        let at = index * width + bit
        bytes[at / 8] |= 1 << UInt8(at % 8)
      }
    }
    return bytes
  }

  /// One bit-packed run, filled up with zeros to whole groups.
  static func packedRun(_ values: [UInt64], width: Int) -> [UInt8] {
    let groups = (values.count + 7) / 8
    let filled = values + [UInt64](repeating: 0, count: groups * 8 - values.count)
    return varint(UInt64(groups) << 1 | 1) + packed(filled, width: width)
  }

  /// A run of one value.
  static func run(_ value: UInt64, count: Int, width: Int) -> [UInt8] {
    varint(UInt64(count) << 1) + (0..<(width + 7) / 8).map { UInt8(value >> UInt64($0 * 8) & 0xFF) }
  }

  /// Differences in blocks of 128 and miniblocks of 32.
  static func deltas(_ values: [Int64]) -> [UInt8] {
    var bytes = varint(128) + varint(4) + varint(UInt64(values.count)) + zigzag(values.first ?? 0)
    var differences: [Int64] = []
    for index in values.indices.dropFirst() {
      differences.append(values[index] &- values[index - 1])
    }
    for start in stride(from: 0, to: differences.count, by: 128) {
      let block = Array(differences[start..<min(start + 128, differences.count)])
      let smallest = block.min() ?? 0
      let offsets = block.map { UInt64(bitPattern: $0 &- smallest) }
      let minis = stride(from: 0, to: offsets.count, by: 32).map {
        Array(offsets[$0..<min($0 + 32, offsets.count)])
      }
      let widths = minis.map { 64 - ($0.max() ?? 0).leadingZeroBitCount }
      bytes += zigzag(smallest)
      // The widths of miniblocks that are not there may be anything.
      bytes += (0..<4).map { $0 < widths.count ? UInt8(widths[$0]) : 0xEE }
      for (mini, width) in zip(minis, widths) {
        bytes += packed(mini + [UInt64](repeating: 0, count: 32 - mini.count), width: width)
      }
    }
    return bytes
  }
}

/// A small generator whose numbers are the same in every run.
struct TestGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
