import Testing

@testable import ColumnFormat

@Suite struct DeltaDecodingTests {
  private func decode(_ bytes: [UInt8], count: Int, step: Int) throws -> [Int64] {
    let block = DecodingReference.padded(bytes)
    var deltas = try DeltaBinaryDecoder(
      UnsafeRawBufferPointer(start: block.base, count: bytes.count)
    )
    let target = Buffer<Int64>(count: count + 1)
    var done = 0
    while done < count {
      let taken = min(step, count - done)
      try deltas.decode(into: target.base + done, count: taken)
      done += taken
    }
    return withExtendedLifetime(block) { Array(target.values[..<count]) }
  }

  @Test(arguments: [0, 1, 3, 8, 17, 31, 32, 33, 47, 56, 57, 63, 64])
  func `differences of every width are read`(_ width: Int) throws {
    var generator = TestGenerator(seed: UInt64(width))
    let mask: UInt64 = width == 64 ? .max : 1 << UInt64(width) - 1
    for size in DecodingReference.sizes {
      var value: Int64 = 5
      let values = (0..<size).map { _ in
        value &+= Int64(bitPattern: generator.next() & mask)
        return value
      }
      let bytes = DecodingReference.deltas(values)
      for step in [1, 7, 32, 5000] {
        #expect(try decode(bytes, count: size, step: step) == values)
      }
    }
  }

  @Test func `the end is found without decoding`() throws {
    for size in DecodingReference.sizes {
      let bytes = DecodingReference.deltas((0..<Int64(size)).map { $0 * $0 })
      let block = DecodingReference.padded(bytes + [1, 2, 3])
      let deltas = try DeltaBinaryDecoder(
        UnsafeRawBufferPointer(start: block.base, count: bytes.count + 3)
      )
      let end = try deltas.findEnd()
      #expect(end - UnsafeRawPointer(block.base) == bytes.count)
    }
  }

  @Test func `values after those that were passed over are the right ones`() throws {
    let bytes = DecodingReference.deltas((0..<1000).map { $0 * 3 })
    let block = DecodingReference.padded(bytes)
    var deltas = try DeltaBinaryDecoder(
      UnsafeRawBufferPointer(start: block.base, count: bytes.count)
    )
    let target = Buffer<Int64>(count: 2)
    try deltas.skip(700)
    try deltas.decode(into: target.base, count: 2)
    #expect(Array(target.values) == [2100, 2103])
    withExtendedLifetime(block) {}
  }

  @Test func `damaged differences are refused`() {
    let bytes = DecodingReference.deltas((0..<100).map { $0 * $0 })
    for count in 0..<bytes.count - 40 {
      #expect(throws: DecodingFailure.self) {
        try decode(Array(bytes[..<count]), count: 100, step: 100)
      }
    }
    #expect(throws: DecodingFailure.self) { try decode(bytes, count: 101, step: 101) }
    // No miniblocks; a block that is no multiple of its miniblocks; a width of 65 bits.
    for header: [UInt8] in [[0x80, 1, 0, 1, 0], [0x81, 1, 4, 1, 0], [8, 1, 9, 0, 0, 65]] {
      #expect(throws: DecodingFailure.self) { try decode(header, count: 3, step: 3) }
    }
  }
}
