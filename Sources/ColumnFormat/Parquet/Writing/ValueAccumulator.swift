/// How the values of a column chunk are laid out in its data pages.
enum ChunkEncoding {
  case plain
  case dictionary
  case delta

  /// The name in the file, for a kind of storage.
  func pageEncoding(_ storage: StorageType) -> PageEncoding {
    switch self {
    case .plain: .plain
    case .dictionary: .runLengthDictionary
    case .delta: storage == .byteArray ? .deltaLengthByteArray : .deltaBinaryPacked
    }
  }
}

/// The values of one leaf, without its nulls, until their row group is written.
///
/// One class for each way to keep values; all calls are per batch or per page.
protocol ValueAccumulator: AnyObject {
  /// The number of values.
  var count: Int { get }
  /// The memory in use, in bytes.
  var byteCount: Int { get }
  /// The number of different values, where it is known.
  var distinctCount: Int? { get }

  /// Appends the values of the rows that are not null.
  func append(_ column: Column) throws(DecodingFailure)
  /// Chooses how the chunk is written; called once, before the functions below.
  func chooseEncoding(_ options: WriterOptions) -> ChunkEncoding
  /// The number of entries of the dictionary, which are appended to `output`.
  func appendDictionary(to output: inout BufferBuilder<UInt8>) -> Int
  /// How many values from `start` on, at most `limit`, fit a page of `byteCountMax` bytes.
  func pageCount(from start: Int, limit: Int, byteCountMax: Int) -> Int
  /// Appends the values of a page in the chosen encoding.
  func appendPage(_ range: Range<Int>, to output: inout BufferBuilder<UInt8>)
  /// The bounds of the values of a page.
  func bounds(_ range: Range<Int>) -> ValueBounds
  /// The bounds of all values.
  func bounds() -> ValueBounds
  /// Forgets all values.
  func removeAll()
}

/// Decides whether a dictionary is worth it.
enum DictionaryChoice {
  /// How many values are seen before a dictionary may be given up for want of repetition.
  static let trialCount = 1024

  /// Whether a dictionary under construction is too large, or hardly anything repeats.
  static func isHopeless(
    entryCount: Int,
    entryByteCount: Int,
    valueCount: Int,
    byteCountMax: Int
  ) -> Bool {
    entryByteCount > byteCountMax
      || (valueCount >= trialCount && entryCount > valueCount - valueCount / 4)
  }

  /// The size of dictionary and codes.
  static func byteCount(
    entryCount: Int,
    entryByteCount: Int,
    codes: UnsafePointer<UInt32>,
    codeCount: Int
  ) -> Int {
    let width = codeWidth(entryCount: entryCount)
    var changes = 1
    for index in stride(from: 1, to: codeCount, by: 1) {
      changes &+= codes[index] != codes[index &- 1] ? 1 : 0
    }
    let runs = changes * (2 + (width + 7) / 8)
    return entryByteCount + min(BitPacking.byteCount(codeCount, width: width), runs)
  }

  /// The bits of a code; one at least, as readers have stumbled over none.
  static func codeWidth(entryCount: Int) -> Int {
    max(1, BitPacking.width(UInt64(max(entryCount, 1) - 1)))
  }

  /// Appends the codes of a page: their width in a byte, then runs and groups.
  static func appendCodes(
    _ codes: UnsafePointer<UInt32>,
    count: Int,
    to output: inout BufferBuilder<UInt8>
  ) {
    // Codes are given in the order of first appearance, so that early pages have small ones.
    var union: UInt32 = 0
    for index in 0..<count { union |= codes[index] }
    let width = max(1, BitPacking.width(UInt64(union)))
    output.append(UInt8(width))
    RunLengthEncoding.append(codes, count: count, width: width, to: &output)
  }
}
