import TestSupport
import Testing

@testable import ColumnFormat

@Suite struct DeltaBinaryPackedEncodingTests {
  private func encode<Word: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ values: [Word]
  ) -> [UInt8] {
    var output = BufferBuilder<UInt8>(capacity: 1)
    DeltaBinaryPackedEncoding.append(values, count: values.count, to: &output)
    return Array(output.rawBytes)
  }

  /// The format's definition, a value at a time.
  private struct Reference {
    var bytes: [UInt8]
    var next = 0

    mutating func varint() -> UInt64 {
      var value: UInt64 = 0
      var shift: UInt64 = 0
      repeat {
        value |= UInt64(bytes[next] & 0x7F) << shift
        shift += 7
        next += 1
      } while bytes[next - 1] >= 0x80
      return value
    }

    mutating func zigzag() -> Int64 {
      let value = varint()
      return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    mutating func decode<Word: FixedWidthInteger>(as type: Word.Type) -> [Word] {
      let block = Int(varint())
      let miniBlocks = Int(varint())
      let count = Int(varint())
      var values = [Word(truncatingIfNeeded: zigzag())]
      while values.count < count {
        let least = zigzag()
        let widths = bytes[next..<(next + miniBlocks)].map(Int.init)
        next += miniBlocks
        for width in widths where values.count < count {
          for index in 0..<(block / miniBlocks) {
            var difference: UInt64 = 0
            for bit in 0..<width {
              let place = index * width + bit
              difference |= UInt64(bytes[next + place / 8] >> (place % 8) & 1) << bit
            }
            if values.count < count {
              let step = Word(truncatingIfNeeded: least &+ Int64(bitPattern: difference))
              values.append(values[values.count - 1] &+ step)
            }
          }
          next += block / miniBlocks * width / 8
        }
      }
      #expect(next == bytes.count)
      return count == 0 ? [] : values
    }
  }

  @Test func `equal steps take no bits`() {
    // parquet-format's example: 1 to 5 have the first value 1 and the least difference 1.
    #expect(encode([1, 2, 3, 4, 5] as [UInt64]) == [128, 1, 4, 5, 2, 2, 0, 0, 0, 0])
  }

  @Test func `differences are packed less the least one`() {
    // The format's second example: 7, 5, 3, 1, 2, 3, 4, 5.
    let bytes = encode([7, 5, 3, 1, 2, 3, 4, 5] as [UInt32])
    #expect(bytes[..<6] == [128, 1, 4, 8, 14, 3])
    #expect(bytes[6..<10] == [2, 0, 0, 0])
    #expect(bytes[10..<12] == [0b1100_0000, 0b0011_1111])
    #expect(bytes.count == 18)
  }

  @Test func `every size comes back in both widths`() {
    var generator = SeededGenerator(seed: 5)
    for count in BoundarySizes.all where count < 1100 {
      let wide = (0..<count).map { _ in generator.next() >> (generator.next() % 64) }
      let narrow = wide.map { UInt32(truncatingIfNeeded: $0) }
      var first = Reference(bytes: encode(wide))
      #expect(first.decode(as: UInt64.self) == wide)
      var second = Reference(bytes: encode(narrow))
      #expect(second.decode(as: UInt32.self) == narrow)
    }
  }

  @Test func `extremes wrap around`() {
    let values = [Int64.min, .max, .min, 0, -1, .max].map { UInt64(bitPattern: $0) }
    var reference = Reference(bytes: encode(values))
    #expect(reference.decode(as: UInt64.self) == values)
    let narrow = [Int32.min, .max, .min, 0, -1, .max].map { UInt32(bitPattern: $0) }
    var second = Reference(bytes: encode(narrow))
    #expect(second.decode(as: UInt32.self) == narrow)
  }

  @Test func `the size is known in front to within a few bytes`() {
    var generator = SeededGenerator(seed: 6)
    for bits in [0, 7, 20, 63] as [UInt64] {
      let values = (0..<1000).map { _ in bits == 0 ? 3 : generator.next() >> (64 - bits) }
      let estimate = DeltaBinaryPackedEncoding.byteCount(values, count: values.count)
      #expect(abs(estimate - encode(values).count) < 60)
    }
  }
}
