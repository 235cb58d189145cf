import ColumnFormat
import TestSupport
import Testing

@Suite struct CodecTests {
  private static let codecs = Codec.allCases.filter(\.isBuiltIn)

  private func compress(_ bytes: [UInt8], _ codec: Codec, level: Int? = nil) throws -> [UInt8] {
    let compressor = try Compressor(codec, level: level)
    var target = [UInt8](repeating: 0, count: max(compressor.byteCountMax(bytes.count), 1))
    let count = try bytes.withUnsafeBytes { source in
      try target.withUnsafeMutableBytes { try compressor.compress(source, into: $0) }
    }
    return Array(target[..<count])
  }

  /// Decompresses into the middle of a larger buffer and checks that the rest is untouched.
  private func decompress(_ bytes: [UInt8], _ codec: Codec, count: Int) throws -> [UInt8] {
    let guardCount = 64
    var target = [UInt8](repeating: 0xA5, count: count + 2 * guardCount)
    defer {
      #expect(target[..<guardCount].allSatisfy { $0 == 0xA5 })
      #expect(target[(guardCount + count)...].allSatisfy { $0 == 0xA5 })
    }
    try bytes.withUnsafeBytes { source in
      try target.withUnsafeMutableBytes { all in
        let part = UnsafeMutableRawBufferPointer(rebasing: all[guardCount..<(guardCount + count)])
        try Decompressor().decompress(codec, source, into: part)
      }
    }
    return Array(target[guardCount..<(guardCount + count)])
  }

  private func samples(_ count: Int) -> [[UInt8]] {
    var generator = SeededGenerator(seed: UInt64(count))
    let text = Array("the quick brown fox jumps over the lazy dog; ".utf8)
    return [
      (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) },
      [UInt8](repeating: 7, count: count),
      (0..<count).map { text[$0 % text.count] },
      (0..<count).map { UInt8($0 % 3) },
      (0..<count).map { _ in UInt8.random(in: 0...3, using: &generator) },
    ]
  }

  @Test(arguments: codecs) func `every size comes back as it was`(_ codec: Codec) throws {
    for count in BoundarySizes.all {
      for sample in samples(count) {
        let packed = try compress(sample, codec)
        #expect(try decompress(packed, codec, count: count) == sample)
      }
    }
  }

  @Test(arguments: codecs)
  func `sizes around snappy's block of 64 KiB come back`(_ codec: Codec) throws {
    for count in [65_535, 65_536, 65_537, 140_000] {
      let sample = [UInt8](unsafeUninitializedCapacity: count) { bytes, filled in
        for index in 0..<count { bytes[index] = UInt8(truncatingIfNeeded: index &* index &>> 11) }
        filled = count
      }
      let packed = try compress(sample, codec)
      #expect(try decompress(packed, codec, count: count) == sample)
    }
  }

  @Test func `repetitive text becomes much smaller with every real codec`() throws {
    let sample = samples(4096)[2]
    for codec in CodecTests.codecs where codec != .uncompressed {
      #expect(try compress(sample, codec).count < 500)
    }
  }

  @Test(arguments: codecs) func `a wrong expected size is an error`(_ codec: Codec) throws {
    let sample = samples(1000)[2]
    let packed = try compress(sample, codec)
    for count in [0, 1, 999, 1001, 5000] {
      #expect(throws: DecodingFailure.self) { try decompress(packed, codec, count: count) }
    }
  }

  @Test(arguments: codecs.filter { $0 != .uncompressed })
  func `bytes cut off at any place are an error`(_ codec: Codec) throws {
    for sample in [samples(300)[0], samples(300)[2], samples(600)[4]] {
      let packed = try compress(sample, codec)
      for end in 0..<packed.count {
        #expect(throws: DecodingFailure.self) {
          try decompress(Array(packed[..<end]), codec, count: sample.count)
        }
      }
    }
  }

  @Test(arguments: codecs.filter { $0 != .uncompressed })
  func `flipped bytes give an error or other values and never leave the target`(_ codec: Codec) {
    var generator = SeededGenerator(seed: 11)
    for round in 0..<120 {
      let sample = samples(100 + round)[round % 5]
      guard var packed = try? compress(sample, codec) else { continue }
      for _ in 0...(round % 4) {
        let place = Int.random(in: 0..<packed.count, using: &generator)
        packed[place] = UInt8.random(in: 0...255, using: &generator)
      }
      _ = try? decompress(packed, codec, count: sample.count)
    }
  }

  @Test func `snappy copies with every short distance repeat the pattern`() throws {
    for distance in [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 15, 16, 17, 31, 33, 64, 70] {
      let pattern = (0..<distance).map { UInt8($0 + 1) }
      for length in 1...64 {
        // A literal of the pattern, one copy with a 16-bit distance, a literal to fill up.
        let total = distance + length + 100
        var packed: [UInt8] = total < 128 ? [UInt8(total)] : [UInt8(total & 0x7F) | 0x80, 1]
        packed += distance <= 60 ? [UInt8((distance - 1) << 2)] : [60 << 2, UInt8(distance - 1)]
        packed += pattern
        packed += [UInt8((length - 1) << 2 | 2), UInt8(distance), 0]
        packed += [60 << 2, 99] + [UInt8](repeating: 200, count: 100)
        let expected =
          pattern + (0..<length).map { pattern[$0 % distance] }
          + [UInt8](repeating: 200, count: 100)
        #expect(try decompress(packed, .snappy, count: total) == expected)
      }
    }
  }

  @Test func `a snappy copy from before the start is refused`() {
    #expect(throws: DecodingFailure.damaged("snappy: a copy from 2 bytes back at byte 1")) {
      try decompress([5, 0, 65, 0b1101, 2], .snappy, count: 5)
    }
  }

  @Test func `gzip members one after the other are one page`() throws {
    let first = samples(1000)[2]
    let second = samples(500)[4]
    let packed = try compress(first, .gzip) + compress(second, .gzip)
    #expect(try decompress(packed, .gzip, count: 1500) == first + second)
  }

  @Test func `zstd frames one after the other are one page`() throws {
    let first = samples(1000)[2]
    let second = samples(500)[4]
    let packed = try compress(first, .zstd) + compress(second, .zstd)
    #expect(try decompress(packed, .zstd, count: 1500) == first + second)
  }

  @Test(.enabled(if: Codec.lz4Raw.isBuiltIn))
  func `the older lz4 is read with and without framing`() throws {
    let sample = samples(1000)[2]
    let framed = try compress(sample, .lz4Hadoop)
    let raw = try compress(sample, .lz4Raw)
    #expect(framed.count == raw.count + 8)
    #expect(try decompress(framed, .lz4Hadoop, count: 1000) == sample)
    #expect(try decompress(framed + framed, .lz4Hadoop, count: 2000) == sample + sample)
    #expect(try decompress(raw, .lz4Hadoop, count: 1000) == sample)
  }

  @Test func `a higher level makes text no larger`() throws {
    let sample = samples(4096)[4]
    #expect(
      try compress(sample, .zstd, level: 19).count <= compress(sample, .zstd, level: 1).count
    )
  }

  @Test func `names and numbers lead back to their codec`() {
    for codec in Codec.allCases {
      #expect(Codec(name: codec.name) == codec)
      #expect(Codec(parquetCode: codec.parquetCode) == codec)
    }
    #expect(Codec(name: "none") == .uncompressed)
    #expect(Codec(name: "lzo") == nil)
    #expect(Codec(parquetCode: 3) == nil)
  }
}
