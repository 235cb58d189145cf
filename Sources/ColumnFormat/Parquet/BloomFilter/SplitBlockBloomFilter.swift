#if canImport(Glibc)
  import Glibc
#endif

/// A set of hashes that may answer "maybe" for a hash that is not in it, but never "no" for one
/// that is.
///
/// ```
///   filter  block*                  32 bytes each
///   block   8 words of 32 bits      a hash sets one bit in each word of one block
/// ```
/// parquet-format, BloomFilter.md. The upper half of a hash chooses the block, the lower half the
/// bits. Hashed are a value's plain bytes (numbers lowest byte first, text and binary without their
/// length) by ``XXHash64``; nulls are not.
package struct SplitBlockBloomFilter: Sendable {
  /// The bytes of a block.
  package static let blockByteCount = 32
  /// The largest filter that other readers take.
  package static let byteCountMax = 128 << 20

  /// The blocks as they stand in the file, at any alignment.
  package let bytes: Buffer<UInt8>

  /// An empty filter for so many different hashes.
  ///
  /// - Parameters:
  ///   - distinctCount: How many different hashes will go in.
  ///   - falsePositiveRate: How often it may say "maybe" for others, between 0 and 1 exclusive.
  package init(distinctCount: Int, falsePositiveRate: Double) {
    self.init(
      byteCount: SplitBlockBloomFilter.byteCount(
        distinctCount: distinctCount,
        falsePositiveRate: falsePositiveRate
      )
    )
  }

  /// An empty filter of so many bytes, which are a multiple of a block's.
  init(byteCount: Int) { bytes = Buffer(repeating: 0, count: byteCount) }

  /// The filter that stands in a file.
  ///
  /// - Parameter bytes: Its blocks, without the header; they are not copied.
  /// - Throws: ``DecodingFailure`` when they are no whole number of blocks, or none.
  package init(_ bytes: Buffer<UInt8>) throws(DecodingFailure) {
    guard bytes.count > 0, bytes.count % SplitBlockBloomFilter.blockByteCount == 0 else {
      throw DecodingFailure("a bloom filter has \(bytes.count) bytes, which are no whole blocks")
    }
    self.bytes = bytes
  }

  /// The number of blocks.
  var blockCount: Int { bytes.count / SplitBlockBloomFilter.blockByteCount }

  /// The size that keeps false answers below a rate: a power of two, as other readers want it.
  static func byteCount(distinctCount: Int, falsePositiveRate: Double) -> Int {
    // Eight bits a hash, each in a word of its own: the rate is (1 - e^(-8 n / bits))^8.
    let rate = min(max(falsePositiveRate, 1e-9), 0.999)
    let bitCount = -8 * Double(max(distinctCount, 1)) / log(1 - pow(rate, 1.0 / 8))
    var byteCount = blockByteCount
    while byteCount < byteCountMax && Double(byteCount) * 8 < bitCount { byteCount *= 2 }
    return byteCount
  }

  /// Puts a hash in.
  @inline(__always)
  package func insert(_ hash: UInt64) {
    let block = UnsafeMutableRawPointer(bytes.base) + offset(hash)
    let words = block.loadUnaligned(as: SIMD8<UInt32>.self)
    block.storeBytes(of: words | SplitBlockBloomFilter.mask(hash), as: SIMD8<UInt32>.self)
  }

  /// Whether the hash may have been put in; if not, it has not.
  @inline(__always)
  package func mayContain(_ hash: UInt64) -> Bool {
    let block = UnsafeRawPointer(bytes.base) + offset(hash)
    let mask = SplitBlockBloomFilter.mask(hash)
    return block.loadUnaligned(as: SIMD8<UInt32>.self) & mask == mask
  }

  /// The smallest filter of the same hashes that keeps false answers below a rate.
  ///
  /// Half as many blocks means that the upper halves of hashes choose among pairs of neighbours, so
  /// the blocks of each pair are laid over each other.
  func folded(falsePositiveRate: Double) -> SplitBlockBloomFilter {
    var filter = self
    while filter.blockCount % 2 == 0 {
      let half = filter.half()
      if half.falsePositiveRate > falsePositiveRate { break }
      filter = half
    }
    return filter
  }

  private func half() -> SplitBlockBloomFilter {
    let size = SplitBlockBloomFilter.blockByteCount
    let half = SplitBlockBloomFilter(byteCount: bytes.count / 2)
    for offset in 0..<(bytes.count / 2) {
      let left = offset / size * 2 * size + offset % size
      half.bytes.base[offset] = bytes.base[left] | bytes.base[left + size]
    }
    return half
  }

  /// How often a hash that is not in the filter finds all of its eight bits set.
  private var falsePositiveRate: Double {
    var total = 0.0
    for block in 0..<blockCount {
      let start = UnsafeRawPointer(bytes.base) + block * SplitBlockBloomFilter.blockByteCount
      var rate = 1.0
      for word in 0..<8 {
        let bits = start.loadUnaligned(fromByteOffset: word * 4, as: UInt32.self)
        rate *= Double(bits.nonzeroBitCount) / 32
      }
      total += rate
    }
    return total / Double(blockCount)
  }

  @inline(__always)
  private func offset(_ hash: UInt64) -> Int {
    let upper = hash &>> 32
    let block = (upper &* UInt64(truncatingIfNeeded: blockCount)) &>> 32
    return Int(truncatingIfNeeded: block) &* SplitBlockBloomFilter.blockByteCount
  }

  /// The odd numbers that the specification multiplies with, one for each word.
  private static let salts = SIMD8<UInt32>(
    0x47B6_137B,
    0x4497_4D91,
    0x8824_AD5B,
    0xA2B7_289D,
    0x7054_95C7,
    0x2DF1_424B,
    0x9EFC_4947,
    0x5C6B_FB31
  )

  /// The bits of a hash in its block.
  @inline(__always)
  private static func mask(_ hash: UInt64) -> SIMD8<UInt32> {
    let key = SIMD8<UInt32>(repeating: UInt32(truncatingIfNeeded: hash))
    return SIMD8(repeating: 1) &<< ((key &* salts) &>> SIMD8(repeating: 27))
  }
}
