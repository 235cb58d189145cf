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
/// One way to keep values for each storage. An enum and not a protocol: the calls are per batch or
/// per page, but only calls to a known generic class reach its specialised code (through a witness
/// table a value took 300 ns instead of 5).
enum ValueAccumulator {
  case boolean(BooleanAccumulator)
  case fixed32(FixedAccumulator<UInt32>)
  case fixed64(FixedAccumulator<UInt64>)
  case fixed128(FixedAccumulator<UInt128>)
  case bytes(ByteAccumulator)

  init(_ leaf: LeafColumn, _ options: WriterOptions) {
    switch leaf.storage {
    case .boolean: self = .boolean(BooleanAccumulator(leaf))
    case .int32, .float: self = .fixed32(FixedAccumulator(leaf, options))
    case .int64, .double: self = .fixed64(FixedAccumulator(leaf, options))
    case .fixedLengthByteArray where leaf.type.physicalType == .int128:
      self = .fixed128(FixedAccumulator(leaf, options))
    case .byteArray, .fixedLengthByteArray, .int96: self = .bytes(ByteAccumulator(leaf, options))
    }
  }

  /// The memory in use, in bytes.
  var byteCount: Int {
    switch self {
    case .boolean(let values): values.byteCount
    case .fixed32(let values): values.byteCount
    case .fixed64(let values): values.byteCount
    case .fixed128(let values): values.byteCount
    case .bytes(let values): values.byteCount
    }
  }

  /// The number of different values, where it is known.
  var distinctCount: Int? {
    switch self {
    case .boolean(let values): values.distinctCount
    case .fixed32(let values): values.distinctCount
    case .fixed64(let values): values.distinctCount
    case .fixed128(let values): values.distinctCount
    case .bytes(let values): values.distinctCount
    }
  }

  /// Appends the values of the rows that are not null.
  func append(_ column: Column) throws(DecodingFailure) {
    switch self {
    case .boolean(let values): try values.append(column)
    case .fixed32(let values): try values.append(column)
    case .fixed64(let values): try values.append(column)
    case .fixed128(let values): try values.append(column)
    case .bytes(let values): try values.append(column)
    }
  }

  /// Chooses how the chunk is written; called once, before the functions below.
  func chooseEncoding(_ options: WriterOptions) -> ChunkEncoding {
    switch self {
    case .boolean(let values): values.chooseEncoding(options)
    case .fixed32(let values): values.chooseEncoding(options)
    case .fixed64(let values): values.chooseEncoding(options)
    case .fixed128(let values): values.chooseEncoding(options)
    case .bytes(let values): values.chooseEncoding(options)
    }
  }

  /// Appends the entries of the dictionary to `output`, and returns their number.
  func appendDictionary(to output: inout BufferBuilder<UInt8>) -> Int {
    switch self {
    case .boolean(let values): values.appendDictionary(to: &output)
    case .fixed32(let values): values.appendDictionary(to: &output)
    case .fixed64(let values): values.appendDictionary(to: &output)
    case .fixed128(let values): values.appendDictionary(to: &output)
    case .bytes(let values): values.appendDictionary(to: &output)
    }
  }

  /// How many values from `start` on, at most `limit`, fit a page of `byteCountMax` bytes.
  func pageCount(from start: Int, limit: Int, byteCountMax: Int) -> Int {
    switch self {
    case .boolean(let values):
      values.pageCount(from: start, limit: limit, byteCountMax: byteCountMax)
    case .fixed32(let values):
      values.pageCount(from: start, limit: limit, byteCountMax: byteCountMax)
    case .fixed64(let values):
      values.pageCount(from: start, limit: limit, byteCountMax: byteCountMax)
    case .fixed128(let values):
      values.pageCount(from: start, limit: limit, byteCountMax: byteCountMax)
    case .bytes(let values): values.pageCount(from: start, limit: limit, byteCountMax: byteCountMax)
    }
  }

  /// Appends the values of a page in the chosen encoding.
  func appendPage(_ range: Range<Int>, to output: inout BufferBuilder<UInt8>) {
    switch self {
    case .boolean(let values): values.appendPage(range, to: &output)
    case .fixed32(let values): values.appendPage(range, to: &output)
    case .fixed64(let values): values.appendPage(range, to: &output)
    case .fixed128(let values): values.appendPage(range, to: &output)
    case .bytes(let values): values.appendPage(range, to: &output)
    }
  }

  /// The bounds of the values of a page.
  func bounds(_ range: Range<Int>) -> ValueBounds {
    switch self {
    case .boolean(let values): values.bounds(range)
    case .fixed32(let values): values.bounds(range)
    case .fixed64(let values): values.bounds(range)
    case .fixed128(let values): values.bounds(range)
    case .bytes(let values): values.bounds(range)
    }
  }

  /// The bounds of all values.
  func bounds() -> ValueBounds {
    switch self {
    case .boolean(let values): values.bounds()
    case .fixed32(let values): values.bounds()
    case .fixed64(let values): values.bounds()
    case .fixed128(let values): values.bounds()
    case .bytes(let values): values.bounds()
    }
  }

  /// Forgets all values.
  func removeAll() {
    switch self {
    case .boolean(let values): values.removeAll()
    case .fixed32(let values): values.removeAll()
    case .fixed64(let values): values.removeAll()
    case .fixed128(let values): values.removeAll()
    case .bytes(let values): values.removeAll()
    }
  }
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
