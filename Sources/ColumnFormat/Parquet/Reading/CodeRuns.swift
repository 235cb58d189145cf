/// Rows that come as a few runs of dictionary codes, kept as such.
///
/// What a filter rules out in runs is never expanded: of a column that is nearly always zero ten million
/// rows are some hundred thousand runs.
struct CodeRuns {
  /// More values that are packed in a row are no runs.
  static let packedCountMax = 64
  /// Runs of fewer rows on average are not worth it.
  private static let rowsPerRunMin = 8

  /// Run `i` ends before row `ends[i]`.
  private(set) var ends: BufferBuilder<UInt32>
  private(set) var codes: BufferBuilder<UInt32>
  private let runCountMax: Int

  /// No rows of about `capacity` that are expected.
  init(capacity: Int) {
    runCountMax = max(capacity / CodeRuns.rowsPerRunMin, 1)
    ends = BufferBuilder(capacity: runCountMax)
    codes = BufferBuilder(capacity: runCountMax)
  }

  var rowCount: Int { ends.count == 0 ? 0 : Int(ends[ends.count &- 1]) }

  /// Adds up to `count` codes of a page.
  ///
  /// - Parameters:
  ///   - runs: The page's codes.
  ///   - count: How many are wanted.
  ///   - entryCount: The number of the dictionary's entries.
  ///   - scratch: Room for ``packedCountMax`` codes.
  /// - Returns: How many were added; fewer than wanted where the others do not come in runs.
  /// - Throws: ``DecodingFailure`` where the page ends early or a code is not in the dictionary.
  mutating func append(
    _ runs: inout RunLengthDecoder,
    count: Int,
    entryCount: Int,
    scratch: UnsafeMutablePointer<UInt32>
  ) throws(DecodingFailure) -> Int {
    var left = count
    while left > 0 {
      try runs.prepare()
      let taken = min(left, runs.runCount)
      if !runs.isPacked {
        guard Int(runs.value) < entryCount else { throw codeTooLarge(runs.value, entryCount) }
        if ends.count >= runCountMax { return count &- left }
        add(runs.value, count: taken)
        runs.skipInRun(taken)
      } else {
        if taken > CodeRuns.packedCountMax || ends.count &+ taken > runCountMax {
          return count &- left
        }
        runs.unpack(into: scratch, count: taken)
        try checkCodes(scratch, count: taken, entryCount: entryCount, bitWidth: runs.bitWidth)
        for index in 0..<taken { add(scratch[index], count: 1) }
      }
      left &-= taken
    }
    return count
  }

  private mutating func add(_ code: UInt32, count: Int) {
    let last = ends.count &- 1
    let end = UInt32(truncatingIfNeeded: rowCount &+ count)
    if last >= 0 && codes[last] == code {
      ends[last] = end
    } else {
      ends.append(end)
      codes.append(code)
    }
  }
}
