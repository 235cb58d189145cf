/// Decides whether a dictionary under construction is worth going on with.
///
/// A chunk begins with a dictionary. When its table is full, so at 32 entries and at each doubling
/// from there, it is given up if hardly anything repeats: at first only after ``trialCountMax``
/// values, as a column of thousands of names looks like one without repetition for as long as
/// that. A column whose dictionary was given up, or not used, soon gives it up in the row groups
/// that follow.
struct DictionaryChoice {
  /// How many values a first trial takes.
  static let trialCountMax = 16 << 10
  /// How many values a trial takes after one that failed: small files of names would else spend a third
  /// of their values on it.
  static let trialCountMin = 1 << 8

  private let byteCountMax: Int
  private var trialCount = DictionaryChoice.trialCountMax

  init(_ options: WriterOptions) { byteCountMax = options.dictionaryByteCountMax }

  /// Whether the dictionary is too large, or hardly anything repeats.
  func isHopeless(entryCount: Int, entryByteCount: Int, valueCount: Int) -> Bool {
    entryByteCount > byteCountMax
      || (valueCount >= trialCount && entryCount > valueCount - valueCount / 4)
  }

  /// Whether the entries alone are too many bytes.
  func isTooLarge(entryByteCount: Int) -> Bool { entryByteCount > byteCountMax }

  /// Remembers for the next row group how this one went.
  mutating func remember(isUsed: Bool) {
    trialCount = isUsed ? DictionaryChoice.trialCountMax : DictionaryChoice.trialCountMin
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
    // One bit at least, as readers have stumbled over none.
    let width = max(1, BitPacking.width(UInt64(union)))
    output.append(UInt8(width))
    RunLengthEncoding.append(codes, count: count, width: width, to: &output)
  }
}
