import TestSupport
import Testing

@testable import ColumnFormat

@Suite struct SnappyDecoderTests {
  /// Decompresses in front of bytes that have to stay as they are.
  private func decompress(_ packed: [UInt8], count: Int) throws -> [UInt8] {
    var target = [UInt8](repeating: 0xA5, count: count + 64)
    try packed.withUnsafeBytes { source in
      try target.withUnsafeMutableBytes {
        try SnappyDecoder.decompress(
          source,
          into: UnsafeMutableRawBufferPointer(rebasing: $0[..<count])
        )
      }
    }
    #expect(target[count...].allSatisfy { $0 == 0xA5 })
    return Array(target[..<count])
  }

  @Test func `any sequence of snappy elements makes the bytes that it names`() throws {
    var random = SeededGenerator(seed: 11)
    for _ in 0..<400 {
      var stream = SnappyElements()
      stream.literal((0..<Int.random(in: 1...200, using: &random)).map { UInt8($0 & 0xFF) })
      for _ in 0..<Int.random(in: 0...60, using: &random) {
        let known = stream.bytes.count
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
          let count = Int.random(in: 1...70, using: &random)
          stream.literal((0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
        case 1:
          let count = Int.random(in: 4...11, using: &random)
          stream.nearCopy(count, Int.random(in: 1...min(known, 2047), using: &random))
        case 2:
          let count = Int.random(in: 1...64, using: &random)
          stream.middleCopy(count, Int.random(in: 1...known, using: &random))
        case 3: stream.middleCopy(Int.random(in: 1...64, using: &random), min(known, 1))
        case 4: stream.farCopy(Int.random(in: 1...64, using: &random), known)
        default:
          // Sorted numbers of eight bytes, and what interrupts them.
          guard known >= 8 else { continue }
          for _ in 0..<Int.random(in: 1...40, using: &random) {
            let isOther = Int.random(in: 0..<12, using: &random) == 0
            stream.literal([UInt8.random(in: 0...255, using: &random)])
            stream.nearCopy(isOther ? 6 : 7, 8)
          }
        }
      }
      #expect(try decompress(stream.packed, count: stream.bytes.count) == stream.bytes)
    }
  }

  @Test(arguments: [1, 60, 61, 256, 257, 65_536, 65_537])
  func `snappy bytes that are stored as they are need no copy`(count: Int) throws {
    var stream = SnappyElements()
    stream.literal([UInt8](repeating: 7, count: count))
    let packed = stream.packed
    #expect(try stored(packed, count: count) == stream.bytes)
    #expect(try stored(packed, count: count + 1) == nil)
    #expect(try stored(packed.dropLast(), count: count) == nil)
    stream.literal([8])
    #expect(try stored(stream.packed, count: count + 1) == nil)
  }

  private func stored(_ packed: [UInt8], count: Int) throws -> [UInt8]? {
    try packed.withUnsafeBytes { try SnappyDecoder.stored($0, byteCount: count).map { Array($0) } }
  }
}
