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

  /// The number of values.
  var count: Int {
    switch self {
    case .boolean(let values): values.count
    case .fixed32(let values): values.count
    case .fixed64(let values): values.count
    case .fixed128(let values): values.count
    case .bytes(let values): values.count
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
    case .boolean: nil
    case .fixed32(let values): values.distinctCount
    case .fixed64(let values): values.distinctCount
    case .fixed128(let values): values.distinctCount
    case .bytes(let values): values.distinctCount
    }
  }

  /// The number of dictionary entries, nil where no dictionary is kept.
  var entryCount: Int? {
    switch self {
    case .boolean: nil
    case .fixed32(let values): values.isDictionary ? values.entries.count : nil
    case .fixed64(let values): values.isDictionary ? values.entries.count : nil
    case .fixed128(let values): values.isDictionary ? values.entries.count : nil
    case .bytes(let values): values.isDictionary ? values.entries.count : nil
    }
  }

  /// The size of the values, and of their dictionary's entries, both plain.
  var plainByteCount: (values: Int, dictionary: Int) {
    switch self {
    case .boolean(let values): ((values.count + 7) / 8, 0)
    case .fixed32(let values): values.plainByteCount
    case .fixed64(let values): values.plainByteCount
    case .fixed128(let values): values.plainByteCount
    case .bytes(let values): values.plainByteCount
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

  /// The encodings worth a trial, at least one.
  func candidates(_ options: WriterOptions, _ scratch: PageScratch) -> [ChunkEncoding] {
    switch self {
    case .boolean: [.plain]
    case .fixed32(let values): values.candidates(options)
    case .fixed64(let values): values.candidates(options)
    case .fixed128(let values): values.candidates(options)
    case .bytes(let values): values.candidates(options, scratch)
    }
  }

  /// Appends entries of the dictionary, plain.
  func appendDictionary(_ range: Range<Int>, to output: inout BufferBuilder<UInt8>) {
    switch self {
    case .boolean: break
    case .fixed32(let values): values.appendDictionary(range, to: &output)
    case .fixed64(let values): values.appendDictionary(range, to: &output)
    case .fixed128(let values): values.appendDictionary(range, to: &output)
    case .bytes(let values): values.appendDictionary(range, to: &output)
    }
  }

  /// How many values from `start` on, at most `limit`, fit a page of `byteCountMax` bytes; one at
  /// least, where there is one.
  func pageCount(
    from start: Int,
    limit: Int,
    byteCountMax: Int,
    _ encoding: ChunkEncoding
  ) -> Int {
    switch self {
    case .boolean(let values): values.pageCount(limit: limit, byteCountMax: byteCountMax)
    case .fixed32(let values): values.pageCount(limit: limit, byteCountMax: byteCountMax, encoding)
    case .fixed64(let values): values.pageCount(limit: limit, byteCountMax: byteCountMax, encoding)
    case .fixed128(let values): values.pageCount(limit: limit, byteCountMax: byteCountMax, encoding)
    case .bytes(let values):
      values.pageCount(from: start, limit: limit, byteCountMax: byteCountMax, encoding)
    }
  }

  /// Appends the values of a page; changes nothing but the scratch memory and the output.
  func appendPage(
    _ range: Range<Int>,
    _ encoding: ChunkEncoding,
    _ scratch: PageScratch,
    to output: inout BufferBuilder<UInt8>
  ) {
    switch self {
    case .boolean(let values): values.appendPage(range, to: &output)
    case .fixed32(let values): values.appendPage(range, encoding, scratch, to: &output)
    case .fixed64(let values): values.appendPage(range, encoding, scratch, to: &output)
    case .fixed128(let values): values.appendPage(range, encoding, scratch, to: &output)
    case .bytes(let values): values.appendPage(range, encoding, scratch, to: &output)
    }
  }

  /// The bounds of the values of a page.
  func bounds(_ range: Range<Int>, _ scratch: PageScratch) -> ValueBounds {
    switch self {
    case .boolean(let values): values.bounds(range)
    case .fixed32(let values): values.bounds(range, scratch)
    case .fixed64(let values): values.bounds(range, scratch)
    case .fixed128(let values): values.bounds(range, scratch)
    case .bytes(let values): values.bounds(range, scratch)
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

  /// Puts the hashes of all values into a bloom filter.
  func insertHashes(into filter: SplitBlockBloomFilter) {
    switch self {
    // Two values are not worth a filter; options that ask for one are refused.
    case .boolean: break
    case .fixed32(let values): values.insertHashes(into: filter)
    case .fixed64(let values): values.insertHashes(into: filter)
    case .fixed128(let values): values.insertHashes(into: filter)
    case .bytes(let values): values.insertHashes(into: filter)
    }
  }

  /// Forgets the values of a row group that was written in an encoding.
  func removeAll(writtenAs encoding: ChunkEncoding) {
    switch self {
    case .boolean(let values): values.removeAll()
    case .fixed32(let values): values.removeAll(writtenAs: encoding)
    case .fixed64(let values): values.removeAll(writtenAs: encoding)
    case .fixed128(let values): values.removeAll(writtenAs: encoding)
    case .bytes(let values): values.removeAll(writtenAs: encoding)
    }
  }
}
