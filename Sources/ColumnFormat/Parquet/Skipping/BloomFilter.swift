/// A column chunk's bloom filter: tells for certain that a value is not there.
///
/// ```
///   header (Thrift): byte count, algorithm, hash, compression
///   blocks of 32 bytes: eight words of 32 bits, little-endian
/// ```
/// The upper half of a value's hash chooses the block, the lower half one bit in each of its words.
/// parquet-format, BloomFilter.md, "Technical Approach".
struct BloomFilter {
  /// What each word's bit is multiplied out of the hash with; a part of the format.
  private static let salts: [UInt32] = [
    0x47b6_137b, 0x4497_4d91, 0x8824_ad5b, 0xa2b7_289d, 0x7054_95c7, 0x2df1_424b, 0x9efc_4947,
    0x5c6b_fb31,
  ]
  private static let blockByteCount = 32

  private let blocks: UnsafeRawBufferPointer
  private let owner: any ByteSource

  /// Reads the filter that starts at `offset`; nil where there is none that can be trusted.
  init?(_ source: any ByteSource, offset: Int, end: Int) {
    guard offset >= 0, offset < end, end <= source.bytes.count else { return nil }
    var reader = CompactReader(UnsafeRawBufferPointer(rebasing: source.bytes[offset..<end]))
    guard let header = try? BloomFilterHeader(from: &reader), header.isKnown else { return nil }
    let start = offset + reader.byteOffset
    guard header.byteCount > 0, header.byteCount % BloomFilter.blockByteCount == 0,
      header.byteCount <= end - start
    else { return nil }
    blocks = UnsafeRawBufferPointer(rebasing: source.bytes[start..<(start + header.byteCount)])
    owner = source
  }

  /// Whether a value with this hash may be there.
  func mayContain(_ hash: UInt64) -> Bool {
    let blockCount = UInt64(blocks.count / BloomFilter.blockByteCount)
    let block = Int(((hash >> 32) &* blockCount) >> 32) &* BloomFilter.blockByteCount
    let key = UInt32(truncatingIfNeeded: hash)
    for (index, salt) in BloomFilter.salts.enumerated() {
      let word = UInt32(
        littleEndian: blocks.loadUnaligned(fromByteOffset: block + index * 4, as: UInt32.self)
      )
      if (word >> ((key &* salt) >> 27)) & 1 == 0 { return false }
    }
    return true
  }

  /// Whether a value of a column may be there; true where its stored bytes are not known.
  func mayContain(_ value: Scalar, of leaf: ColumnLeaf) -> Bool {
    guard let bytes = BloomFilter.storedBytes(value, leaf) else { return true }
    return bytes.withUnsafeBytes { mayContain(XXHash64.hash($0)) }
  }

  /// The bytes that a writer has hashed for a value, where there is only one way to store it.
  private static func storedBytes(_ value: Scalar, _ leaf: ColumnLeaf) -> [UInt8]? {
    func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
      withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
    switch (leaf.storage, value) {
    case (.int32, .int(let number)):
      if leaf.isUnsigned {
        // Upper bits that do not count may have been stored as anything.
        return leaf.type == .int64 ? UInt32(exactly: number).map(little) : nil
      }
      return Int32(exactly: number).map(little)
    case (.int64, .int(let number)): return little(number)
    case (.int32, .int128(let number)): return Int32(exactly: number).map(little)
    case (.int64, .int128(let number)):
      return leaf.isUnsigned
        ? UInt64(exactly: number).map(little) : Int64(exactly: number).map(little)
    // Zero has two forms and NaN many.
    case (.float, .float(let number)) where number != 0 && !number.isNaN:
      return little(number.bitPattern)
    case (.double, .double(let number)) where number != 0 && !number.isNaN:
      return little(number.bitPattern)
    case (.byteArray, .bytes(let bytes)): return bytes
    case (.fixedLengthByteArray, .bytes(let bytes)): return bytes
    case (.fixedLengthByteArray, .int(let number)): return bigEndian(Int128(number), leaf)
    case (.fixedLengthByteArray, .int128(let number)): return bigEndian(number, leaf)
    default: return nil
    }
  }

  private static func bigEndian(_ number: Int128, _ leaf: ColumnLeaf) -> [UInt8]? {
    let all = withUnsafeBytes(of: number.bigEndian) { Array($0) }
    guard leaf.typeLength <= all.count else { return nil }
    return Array(all.suffix(leaf.typeLength))
  }
}

/// What stands before a bloom filter; parquet.thrift, same name.
struct BloomFilterHeader {
  /// The size of the blocks.
  var byteCount = 0
  /// Whether blocks, hash and compression are the only ones that the format has so far.
  var isKnown = false

  /// Reads the struct.
  init(from reader: inout CompactReader) throws(DecodingFailure) {
    var known = 0
    var last = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: byteCount = try reader.readInt(field)
      case 2, 3, 4:
        // Each is a union whose first choice is the only one.
        try reader.expectStruct(field)
        var choice = 0
        while let part = try reader.nextField(after: &choice) {
          if part.id == 1 { known |= 1 << field.id }
          try reader.skip(part)
        }
      default: try reader.skip(field)
      }
    }
    isKnown = known == 0b1_1100
  }
}
