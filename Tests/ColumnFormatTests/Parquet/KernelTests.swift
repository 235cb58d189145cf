import Testing

@testable import ColumnFormat

@Suite struct KernelTests {
  @Test(arguments: DecodingReference.sizes) func `values spread over the rows that have one`(
    _ size: Int
  ) {
    var generator = TestGenerator(seed: UInt64(size))
    for pattern in 0..<5 {
      let flags = (0..<size).map { index in
        switch pattern {
        case 0: true
        case 1: false
        case 2: index % 2 == 0
        case 3: index / 64 % 2 == 0
        default: Bool.random(using: &generator)
        }
      }
      let values = Buffer<Int32>(repeating: -7, count: size + 1)
      let words = Buffer<UInt64>(repeating: 0, count: size / 64 + 1)
      var count: Int32 = 0
      var expected: [Int32] = []
      for (row, flag) in flags.enumerated() {
        if flag {
          words[row >> 6] |= 1 << UInt64(row & 63)
          values[Int(count)] = count
          count += 1
        }
        expected.append(flag ? count - 1 : 0)
      }
      NullSpreading.spread(
        values.base,
        valueCount: Int(count),
        count: size,
        validity: words.base,
        filler: 0
      )
      #expect(Array(values.values[..<size]) == expected)
    }
  }

  @Test(arguments: [1, 2, 3, 4, 8, 16]) func `split bytes come together from any place`(
    _ width: Int
  ) {
    let total = 37
    let bytes = (0..<total * width).map { UInt8(truncatingIfNeeded: $0 * 7) }
    // Byte b of value v stands at b * total + v.
    let whole = (0..<total).flatMap { value in (0..<width).map { bytes[$0 * total + value] } }
    for first in [0, 1, 20, 37] {
      let count = total - first
      let target = Buffer<UInt8>(count: count * width + 1)
      bytes.withUnsafeBytes { raw in
        guard let base = raw.baseAddress else { return }
        ByteStreamSplit.decode(
          base,
          total: total,
          width: width,
          first: first,
          count: count,
          into: UnsafeMutableRawPointer(target.base)
        )
      }
      #expect(Array(target.values[..<(count * width)]) == Array(whole[(first * width)...]))
    }
  }

  @Test func `views of every length hold the bytes they were made of`() {
    let bytes = (0..<64).map { UInt8($0 + 1) }
    let block = DecodingReference.padded(bytes)
    for count in 0..<40 {
      for start in [0, 3] {
        let view = BytesDecoding.view(block.base + start, count)
        let reference = ByteView(block.base + start, count: count)
        #expect(ByteView.isEqual(view, reference))
        #expect(view.head == reference.head && view.tail == reference.tail)
      }
    }
  }

  @Test func `decimals of all lengths keep their sign`() {
    for value: Int128 in [0, 1, -1, 127, -128, 128, 99_999, -99_999, 1 << 62, -(1 << 100)] {
      let big = withUnsafeBytes(of: value.bigEndian) { Array($0) }
      for count in 1...20 {
        let sign: UInt8 = value < 0 ? 0xFF : 0
        let bytes =
          count <= 16 ? Array(big.suffix(count)) : [UInt8](repeating: sign, count: count - 16) + big
        let fits = value >> Int128(min(count, 16) * 8 - 1) == (value < 0 ? -1 : 0)
        guard fits else { continue }
        let block = DecodingReference.padded(bytes)
        #expect(LongDecimal.convert(block.base, count) == value)
        #expect(ShortDecimal.convert(block.base, count) == Int64(exactly: value))
      }
    }
    let block = DecodingReference.padded([1] + [UInt8](repeating: 0, count: 16))
    #expect(LongDecimal.convert(block.base, 17) == nil)
  }

  @Test func `half precision becomes single precision`() {
    let cases: [(UInt16, Float)] = [
      (0x0000, 0), (0x3C00, 1), (0xC000, -2), (0x7BFF, 65504), (0x0001, 0x1p-24),
      (0x03FF, 0x3FFp-24), (0x7C00, .infinity), (0xFC00, -.infinity), (0x3555, 0.33325195),
    ]
    for (bits, expected) in cases {
      let block = DecodingReference.padded([UInt8(bits & 0xFF), UInt8(bits >> 8)])
      #expect(HalfPrecision.convert(block.base, 2) == expected)
    }
    let block = DecodingReference.padded([0x00, 0x7E])
    #expect(HalfPrecision.convert(block.base, 2)?.isNaN == true)
  }
}
