import TestSupport
import Testing

@testable import ColumnFormat

@Suite struct RunLengthEncodingTests {
  private func encode(_ values: [UInt32], width: Int) -> [UInt8] {
    var output = BufferBuilder<UInt8>(capacity: 1)
    RunLengthEncoding.append(values, count: values.count, width: width, to: &output)
    return Array(output.rawBytes)
  }

  /// The format's definition, a value at a time.
  private func decode(_ bytes: [UInt8], width: Int, count: Int) -> [UInt32] {
    var values: [UInt32] = []
    var next = 0
    while next < bytes.count {
      var header = 0
      var shift = 0
      repeat {
        header |= Int(bytes[next] & 0x7F) << shift
        shift += 7
        next += 1
      } while bytes[next - 1] >= 0x80
      if header & 1 == 0 {
        var value: UInt32 = 0
        for byte in 0..<((width + 7) / 8) { value |= UInt32(bytes[next + byte]) << (8 * byte) }
        next += (width + 7) / 8
        values += [UInt32](repeating: value, count: header >> 1)
      } else {
        for index in 0..<((header >> 1) * 8) {
          var value: UInt32 = 0
          for bit in 0..<width {
            let place = index * width + bit
            value |= UInt32(bytes[next + place / 8] >> (place % 8) & 1) << bit
          }
          values.append(value)
        }
        next += (header >> 1) * width
      }
    }
    #expect(values.count >= count && values.count < count + 8)
    #expect(values[count...].allSatisfy { $0 == 0 })
    return Array(values[..<count])
  }

  @Test func `a run is its count doubled and its value`() {
    #expect(encode([UInt32](repeating: 5, count: 100), width: 3) == [0xC8, 0x01, 5])
    #expect(encode([UInt32](repeating: 300, count: 10), width: 9) == [20, 0x2C, 0x01])
  }

  @Test func `different values are packed in eights, lowest bit first`() {
    // parquet-format's own example: 0 to 7 in three bits.
    #expect(encode(Array(0...7), width: 3) == [3, 0b1000_1000, 0b1100_0110, 0b1111_1010])
  }

  @Test func `a short last group is filled up with zeros`() {
    #expect(encode([1, 0, 1], width: 1) == [3, 0b101])
  }

  @Test func `a run among other values starts at a group's end`() {
    let bytes = encode([0, 1, 2] + [UInt32](repeating: 3, count: 29), width: 2)
    #expect(bytes == [3, 0b1110_0100, 0xFF, 48, 3])
  }

  @Test(arguments: 1...32) func `every width comes back at every size`(width: Int) {
    var generator = SeededGenerator(seed: UInt64(width))
    let mask = UInt32.max >> UInt32(32 - width)
    for count in BoundarySizes.all where count < 300 {
      let random = (0..<count).map { _ in UInt32.random(in: 0...mask, using: &generator) }
      let runs = (0..<count).map { UInt32(truncatingIfNeeded: $0 / 23) & mask }
      let mixed = (0..<count).map { $0 % 90 < 45 ? random[$0] : mask }
      for values in [random, runs, mixed] {
        #expect(decode(encode(values, width: width), width: width, count: count) == values)
      }
    }
  }

  @Test(arguments: [0, 1, 5, 63, 64, 65])
  func `bits of a bitmap come back from any place`(start: Int) {
    var generator = SeededGenerator(seed: 3)
    for count in BoundarySizes.all where count < 1100 {
      let patterns: [(Int) -> Bool] = [
        { _ in true }, { _ in false }, { $0 % 2 == 0 }, { $0 < 200 }, { $0 / 100 % 2 == 0 },
        { $0 != 77 },
      ]
      for pattern in patterns + [{ _ in Bool.random(using: &generator) }] {
        let bits = (0..<(start + count)).map(pattern)
        var words = [UInt64](repeating: 0, count: (start + count) / 64 + 2)
        for (index, bit) in bits.enumerated() where bit { words[index / 64] |= 1 << (index % 64) }
        var output = BufferBuilder<UInt8>(capacity: 1)
        RunLengthEncoding.append(bits: words, from: start, count: count, to: &output)
        let expected = bits[start...].map { UInt32($0 ? 1 : 0) }
        #expect(decode(Array(output.rawBytes), width: 1, count: count) == expected)
      }
    }
  }

  @Test func `a bitmap of ones is one run`() {
    var output = BufferBuilder<UInt8>(capacity: 1)
    let words = [UInt64](repeating: .max, count: 20)
    RunLengthEncoding.append(bits: words, from: 3, count: 1000, to: &output)
    #expect(Array(output.rawBytes) == [0xD0, 0x0F, 1])
  }
}
