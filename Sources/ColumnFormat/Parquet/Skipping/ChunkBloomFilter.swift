/// A column chunk's bloom filter: tells for certain that a value is not there.
struct ChunkBloomFilter {
  private let filter: SplitBlockBloomFilter

  /// Reads the filter that starts at `offset`; nil where there is none that can be trusted.
  init?(_ source: any ByteSource, offset: Int, end: Int) {
    guard offset >= 0, offset < end, end <= source.bytes.count else { return nil }
    var reader = CompactReader(UnsafeRawBufferPointer(rebasing: source.bytes[offset..<end]))
    guard let header = try? BloomFilterHeader(from: &reader) else { return nil }
    let start = offset + reader.byteOffset
    guard header.byteCount > 0, header.byteCount <= end - start,
      let base = source.bytes.baseAddress
    else { return nil }
    let blocks = Buffer(
      base: UnsafeMutablePointer(
        mutating: (base + start).assumingMemoryBound(to: UInt8.self)
      ),
      count: header.byteCount,
      owner: source
    )
    guard let filter = try? SplitBlockBloomFilter(blocks) else { return nil }
    self.filter = filter
  }

  /// Whether a value of a column may be there; true where its stored bytes are not known.
  func mayContain(_ value: Scalar, of leaf: ColumnLeaf) -> Bool {
    guard let bytes = ChunkBloomFilter.storedBytes(value, leaf) else { return true }
    return bytes.withUnsafeBytes { filter.mayContain(XXHash64.hash($0)) }
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
