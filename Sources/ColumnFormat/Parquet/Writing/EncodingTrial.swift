/// Chooses how a chunk's values are laid out, by compressing some of them in every way that may
/// pay.
///
/// No rule of thumb replaces the trial: differences are smaller than plain numbers, but a codec may
/// pack plain numbers that repeat from afar smaller still.
struct EncodingTrial: Sendable {
  /// How many neighbouring values are tried: enough for a codec to show what it can do.
  static let valueCountMax = 4096
  /// The most bytes that are tried of large values.
  static let byteCountMax = 128 << 10
  /// For how many row groups a choice stays as it is, at first.
  private static let patienceMin = 8
  /// For how many it stays when trial after trial came to the same.
  private static let patienceMax = 64
  /// Chunks of fewer values are too small for a codec to say anything.
  private static let valueCountMin = 64
  /// A dictionary that makes the values so many times smaller is taken without a trial.
  private static let obviousFactor = 8

  private var candidates: [ChunkEncoding] = []
  private var choice = ChunkEncoding.plain
  /// The row groups that followed the choice.
  private(set) var age = 0
  /// For how many row groups the choice stays as it is.
  private var patience = EncodingTrial.patienceMin
  /// How many values there were to choose from.
  private var valueCount = 0
  /// A choice from few values is good for so many times as many.
  private static let growthMax = 4

  /// What the last trial came to; nil before the first.
  var lastChoice: ChunkEncoding? { candidates.isEmpty ? nil : choice }

  /// The middle of so many values.
  static func sample(of count: Int) -> Range<Int> {
    let size = min(count, valueCountMax)
    let start = (count - size) / 2
    return start..<(start + size)
  }

  /// The encoding for a chunk.
  mutating func choose(
    _ values: ValueAccumulator,
    _ options: WriterOptions,
    _ encoder: PageEncoder
  ) throws(DecodingFailure) -> ChunkEncoding {
    if values.count == 0 { return .plain }
    if let obvious = EncodingTrial.obvious(values) { return obvious }
    age += 1
    if isGood(for: values) { return choice }
    let candidates = values.candidates(options, encoder.scratch)
    if candidates.count == 1 { return candidates[0] }
    let before = lastChoice
    choice = try EncodingTrial.smallest(values, candidates, encoder)
    let isConfirmed = choice == before && candidates == self.candidates
    patience =
      isConfirmed ? min(patience * 2, EncodingTrial.patienceMax) : EncodingTrial.patienceMin
    self.candidates = candidates
    valueCount = values.count
    age = 0
    return choice
  }

  /// Whether the last trial still tells about such values.
  private func isGood(for values: ValueAccumulator) -> Bool {
    if candidates.isEmpty || age >= patience { return false }
    // A dictionary that was given up is none to choose, and one that was kept this time is new.
    if (values.entryCount != nil) != (candidates[0] == .dictionary) { return false }
    return valueCount >= EncodingTrial.valueCountMax
      || values.count <= valueCount * EncodingTrial.growthMax
  }

  /// The choice that needs no trial, if there is one.
  private static func obvious(_ values: ValueAccumulator) -> ChunkEncoding? {
    let size = values.plainByteCount
    if let entryCount = values.entryCount {
      let width = BitPacking.width(UInt64(max(entryCount, 1)))
      let coded = size.dictionary + BitPacking.byteCount(values.count, width: width)
      if coded * obviousFactor <= size.values { return .dictionary }
      if values.count < valueCountMin { return coded < size.values ? .dictionary : .plain }
    }
    return values.count < valueCountMin ? .plain : nil
  }

  private static func smallest(
    _ values: ValueAccumulator,
    _ candidates: [ChunkEncoding],
    _ encoder: PageEncoder
  ) throws(DecodingFailure) -> ChunkEncoding {
    let middle = sample(of: values.count)
    let taken = values.pageCount(
      from: middle.lowerBound,
      limit: middle.count,
      byteCountMax: byteCountMax,
      .plain
    )
    let range = middle.lowerBound..<(middle.lowerBound + taken)
    let share = Double(values.count) / Double(taken)
    var best = (encoding: candidates[0], size: Double.infinity)
    for encoding in candidates {
      encoder.body.removeAll()
      values.appendPage(range, encoding, encoder.scratch, to: &encoder.body)
      var size = Double(try encoder.packedByteCount()) * share
      if encoding == .dictionary { size += try dictionaryByteCount(values, encoder) }
      size *= encoding.handicap
      if size < best.size { best = (encoding, size) }
    }
    return best.encoding
  }

  /// About how large the dictionary page will be.
  private static func dictionaryByteCount(
    _ values: ValueAccumulator,
    _ encoder: PageEncoder
  ) throws(DecodingFailure) -> Double {
    guard let entryCount = values.entryCount, entryCount > 0 else { return 0 }
    let range = sample(of: entryCount)
    encoder.body.removeAll()
    values.appendDictionary(range, to: &encoder.body)
    let share = Double(entryCount) / Double(range.count)
    return Double(try encoder.packedByteCount()) * share
  }
}
