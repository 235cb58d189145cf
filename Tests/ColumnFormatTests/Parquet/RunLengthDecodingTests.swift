import Testing

@testable import ColumnFormat

@Suite struct RunLengthDecodingTests {
  private func decoder(_ block: MemoryBlock, _ count: Int, _ width: Int) throws
    -> RunLengthDecoder
  {
    try RunLengthDecoder(
      UnsafeRawBufferPointer(start: block.base, count: count),
      bitWidth: width
    )
  }

  /// Decodes everything in steps of `step` values.
  private func decode(_ bytes: [UInt8], width: Int, count: Int, step: Int) throws -> [UInt32] {
    let block = DecodingReference.padded(bytes)
    var runs = try decoder(block, bytes.count, width)
    let target = Buffer<UInt32>(count: count + 1)
    var done = 0
    while done < count {
      let taken = min(step, count - done)
      try runs.decode(into: target.base + done, count: taken)
      done += taken
    }
    return withExtendedLifetime(block) { Array(target.values[..<count]) }
  }

  @Test(arguments: 1...32) func `packed values of every width are read`(_ width: Int) throws {
    var generator = TestGenerator(seed: UInt64(width))
    for size in DecodingReference.sizes {
      let values = (0..<size).map { _ in generator.next() & (1 << UInt64(width) - 1) }
      let bytes = DecodingReference.packedRun(values, width: width)
      for step in [1, 5, 8, 100, 5000] {
        let read = try decode(bytes, width: width, count: size, step: step)
        #expect(read == values.map { UInt32($0) }, "width \(width), \(size) values by \(step)")
      }
    }
  }

  @Test(arguments: [1, 2, 7, 8, 9, 20, 32]) func `runs and packed groups mix`(_ width: Int) throws {
    var generator = TestGenerator(seed: 7)
    var values: [UInt64] = []
    var bytes: [UInt8] = []
    for _ in 0..<40 {
      let mask: UInt64 = 1 << UInt64(width) - 1
      if Bool.random(using: &generator) {
        let count = Int.random(in: 0...70, using: &generator)
        let value = generator.next() & mask
        bytes += DecodingReference.run(value, count: count, width: width)
        values += [UInt64](repeating: value, count: count)
      } else {
        let some = (0..<8 * Int.random(in: 1...9, using: &generator)).map { _ in
          generator.next() & mask
        }
        bytes += DecodingReference.packedRun(some, width: width)
        values += some
      }
    }
    for step in [1, 3, 64, 10_000] {
      let read = try decode(bytes, width: width, count: values.count, step: step)
      #expect(read == values.map { UInt32($0) })
    }
  }

  @Test func `values without bits are zeros without end`() throws {
    #expect(try decode([], width: 0, count: 5, step: 2) == [0, 0, 0, 0, 0])
  }

  @Test func `values after those that were passed over are the right ones`() throws {
    let values = (0..<200).map { UInt64($0) }
    let bytes =
      DecodingReference.packedRun(values, width: 9)
      + DecodingReference.run(300, count: 50, width: 9)
    let block = DecodingReference.padded(bytes)
    var runs = try decoder(block, bytes.count, 9)
    let target = Buffer<UInt32>(count: 3)
    try runs.skip(13)
    try runs.decode(into: target.base, count: 3)
    #expect(Array(target.values) == [13, 14, 15])
    try runs.skip(183)
    try runs.decode(into: target.base, count: 3)
    #expect(Array(target.values) == [199, 300, 300])
    withExtendedLifetime(block) {}
  }

  @Test func `missing values are an error`() {
    #expect(throws: DecodingFailure("the runs end before the last value")) {
      try decode(DecodingReference.run(1, count: 5, width: 3), width: 3, count: 6, step: 6)
    }
    #expect(throws: DecodingFailure.self) { try decode([0x03], width: 3, count: 1, step: 1) }
    #expect(throws: DecodingFailure.self) { try decode([0x02], width: 3, count: 1, step: 1) }
    #expect(throws: DecodingFailure("a run's header takes more than five bytes")) {
      try decode([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], width: 3, count: 1, step: 1)
    }
  }

  @Test func `a width over 32 is refused`() {
    #expect(throws: DecodingFailure("the bit width of runs is 47, the format allows 0...32")) {
      try decode([], width: 47, count: 1, step: 1)
    }
  }

  @Test(arguments: DecodingReference.sizes) func `validity comes from the runs`(_ size: Int) throws
  {
    var generator = TestGenerator(seed: UInt64(size))
    for pattern in 0..<4 {
      let bits: [UInt64] = (0..<size).map { index in
        switch pattern {
        case 0: 1
        case 1: 0
        case 2: UInt64(index % 2)
        default: generator.next() & 1
        }
      }
      // Valid rows first, so that the bits start at no whole byte.
      let bytes =
        DecodingReference.run(1, count: 5, width: 1) + DecodingReference.packedRun(bits, width: 1)
        + DecodingReference.run(0, count: 3, width: 1)
      let expected = [Bool](repeating: true, count: 5) + bits.map { $0 == 1 }
      for step in [1, 7, 64, 100, 5000] {
        let block = DecodingReference.padded(bytes)
        var runs = try decoder(block, bytes.count, 1)
        var validity = ValidityBits()
        validity.begin(capacity: expected.count)
        var valid = 0
        while validity.count < expected.count {
          let taken = min(step, expected.count - validity.count)
          valid += try runs.decodeValidity(count: taken, into: &validity)
        }
        let found = validity.finish()
        #expect(valid == expected.count { $0 })
        #expect((found == nil) == expected.allSatisfy { $0 })
        if let found {
          #expect((0..<expected.count).map { found.isValid($0) } == expected)
          #expect(found.nullCount == expected.count { !$0 })
        }
        withExtendedLifetime(block) {}
      }
    }
  }

  @Test func `levels of old files are bit-packed from the top`() throws {
    // 0, 1, 2, 3, 4, 5, 6, 7 in three bits each, as the format's document shows them.
    let bytes: [UInt8] = [0b0000_0101, 0b0011_1001, 0b0111_0111]
    try bytes.withUnsafeBytes { raw in
      var levels = try LevelDecoder.fromBitPacked(raw, levelMax: 7, count: 8, name: "definition")
      let target = Buffer<UInt8>(count: 8)
      try levels.decode(into: target.base, count: 8)
      #expect(Array(target.values) == [0, 1, 2, 3, 4, 5, 6, 7])
    }
  }

  @Test func `a level over the column's highest is refused`() throws {
    let bytes = DecodingReference.run(3, count: 4, width: 2)
    let block = DecodingReference.padded(bytes)
    var levels = try LevelDecoder(
      UnsafeRawBufferPointer(start: block.base, count: bytes.count),
      levelMax: 2,
      name: "repetition"
    )
    let target = Buffer<UInt8>(count: 4)
    #expect(throws: DecodingFailure("a repetition level is 3, the column has at most 2")) {
      try levels.decode(into: target.base, count: 4)
    }
    withExtendedLifetime(block) {}
  }
}
