import CKernels

/// The definition and repetition levels of one leaf, until its row group is written.
///
/// parquet-format, Encodings.md and "Nested Encoding". A leaf that is merely optional keeps a bit a
/// row, and none while there is no null; only leaves within rows and lists keep levels.
struct LevelAccumulator {
  private enum Kind { case required, optional, nested }

  private let kind: Kind
  private let definitionMax: Int
  private let repetitionMax: Int
  /// The number of level pairs: one for each value, null or empty list.
  private(set) var count = 0
  /// How many of them have no value.
  private(set) var nullCount = 0
  /// For an optional leaf: set where there is a value; one word more than needed, for loads.
  private var bits = BufferBuilder<UInt64>(capacity: 1)
  private var definitions = BufferBuilder<UInt8>(capacity: 1)
  private var repetitions = BufferBuilder<UInt8>(capacity: 1)

  init(_ leaf: LeafColumn) {
    definitionMax = leaf.definitionMax
    repetitionMax = leaf.repetitionMax
    if leaf.path.count > 1 {
      kind = .nested
    } else {
      kind = leaf.definitionMax == 0 ? .required : .optional
    }
  }

  /// The memory in use.
  var byteCount: Int { bits.count * 8 + definitions.count + repetitions.count }

  mutating func removeAll() {
    count = 0
    nullCount = 0
    bits.removeAll()
    definitions.removeAll()
    repetitions.removeAll()
  }

  // MARK: Appending

  /// Appends the rows of a top-level column.
  mutating func append(rowsOf column: Column) throws(DecodingFailure) {
    let nulls = column.nullCount
    if kind == .required {
      guard nulls == 0 else {
        throw DecodingFailure("\(nulls) of \(column.count) values are null, but none may be")
      }
    } else if nulls > 0 || nullCount > 0 {
      appendBits(column.rowValidity, count: column.count)
    }
    count += column.count
    nullCount += nulls
  }

  /// Appends levels that the shredder has made.
  mutating func append(_ slots: Slots, valueCount: Int) {
    definitions.append(from: slots.definitions.base, count: slots.count)
    if repetitionMax > 0 { repetitions.append(from: slots.repetitions.base, count: slots.count) }
    count += slots.count
    nullCount += slots.count - valueCount
  }

  private mutating func appendBits(_ validity: Validity?, count added: Int) {
    if nullCount == 0 {
      // The first null: all rows before it have values.
      bits.removeAll()
      setBits(from: 0, count: count) { _ in .max }
    }
    if let validity {
      let words = validity.words.base
      setBits(from: count, count: added) { words[$0] }
    } else {
      setBits(from: count, count: added) { _ in .max }
    }
  }

  @inline(__always)
  private mutating func setBits(from start: Int, count added: Int, _ word: (Int) -> UInt64) {
    let needed = Validity.wordCount(start + added) + 1
    bits.append(repeating: 0, count: max(needed - bits.count, 0))
    var done = 0
    while done < added {
      let size = min(64, added - done)
      let source = word(done >> 6) & (UInt64.max >> UInt64(64 - size))
      let place = start + done
      let shift = UInt64(place & 63)
      bits[place >> 6] |= source << shift
      if shift > 0 { bits[(place >> 6) + 1] |= source >> (64 - shift) }
      done += size
    }
  }

  /// How often each repetition and each definition level stands there, where no other count tells.
  var levelCounts: (repetition: [Int], definition: [Int]) {
    func counts(_ levels: BufferBuilder<UInt8>, _ levelMax: Int) -> [Int] {
      (0...levelMax).map {
        Int(lake_count_equal(levels.base, Int64(levels.count), UInt8(truncatingIfNeeded: $0)))
      }
    }
    return (
      repetitionMax > 0 ? counts(repetitions, repetitionMax) : [],
      kind == .nested && definitionMax > 1 ? counts(definitions, definitionMax) : []
    )
  }

  // MARK: Pages

  /// How much of the chunk a page takes.
  struct Extent {
    var levelCount: Int
    var valueCount: Int
    var rowCount: Int
  }

  /// The extent of a page that starts at a row's first level.
  ///
  /// `valueCountMax` says how many of so many values fit; at least one row is taken.
  func extent(
    from start: Int,
    rowCountMax: Int,
    valueCountMax: (Int) -> Int
  ) -> Extent {
    if kind == .nested { return nestedExtent(from: start, rowCountMax, valueCountMax) }
    let rows = min(rowCountMax, count - start)
    if nullCount == 0 {
      let fitting = valueCountMax(rows)
      return Extent(levelCount: fitting, valueCount: fitting, rowCount: fitting)
    }
    let values = valueCount(start..<(start + rows))
    let fitting = valueCountMax(values)
    if fitting == values {
      return Extent(levelCount: rows, valueCount: values, rowCount: rows)
    }
    // The page ends before the first value that does not fit.
    var row = start
    var taken = 0
    while row < start + rows {
      let isValue = (bits[row >> 6] >> UInt64(row & 63)) & 1 != 0
      if isValue && taken == fitting { break }
      taken += isValue ? 1 : 0
      row += 1
    }
    return Extent(levelCount: row - start, valueCount: taken, rowCount: row - start)
  }

  private func nestedExtent(
    from start: Int,
    _ rowCountMax: Int,
    _ valueCountMax: (Int) -> Int
  ) -> Extent {
    // Small row groups are one page: then all that is left is counted sixteen levels at a time.
    let left = count - start
    let rowCount =
      repetitionMax == 0
      ? left : Int(lake_count_equal(repetitions.base + start, Int64(left), 0))
    if rowCount <= rowCountMax {
      let full = UInt8(truncatingIfNeeded: definitionMax)
      let values = Int(lake_count_equal(definitions.base + start, Int64(left), full))
      if valueCountMax(values) == values {
        return Extent(levelCount: left, valueCount: values, rowCount: rowCount)
      }
    }
    let whole = nestedExtent(from: start, rowCountMax, valueCountMax: .max)
    let fitting = valueCountMax(whole.valueCount)
    if fitting == whole.valueCount { return whole }
    return nestedExtent(from: start, rowCountMax, valueCountMax: fitting)
  }

  private func nestedExtent(from start: Int, _ rowCountMax: Int, valueCountMax: Int) -> Extent {
    var extent = Extent(levelCount: 0, valueCount: 0, rowCount: 0)
    let full = UInt8(truncatingIfNeeded: definitionMax)
    var next = start
    while next < count && extent.rowCount < rowCountMax {
      // One whole row: up to the next level pair that starts one.
      var values = 0
      repeat {
        values &+= definitions[next] == full ? 1 : 0
        next &+= 1
      } while repetitionMax > 0 && next < count && repetitions[next] != 0
      if extent.valueCount + values > valueCountMax && extent.rowCount > 0 { break }
      extent.levelCount = next - start
      extent.valueCount += values
      extent.rowCount += 1
    }
    return extent
  }

  private func valueCount(_ range: Range<Int>) -> Int {
    var set = 0
    var row = range.lowerBound
    while row < range.upperBound {
      let shift = row & 63
      let size = min(64 - shift, range.upperBound - row)
      let word = (bits[row >> 6] >> UInt64(shift)) & (UInt64.max >> UInt64(64 - size))
      set += word.nonzeroBitCount
      row += size
    }
    return set
  }

  /// Appends the repetition levels of a page as runs and groups.
  func appendRepetitions(_ range: Range<Int>, to output: inout BufferBuilder<UInt8>) {
    RunLengthEncoding.append(
      repetitions.base + range.lowerBound,
      count: range.count,
      width: BitPacking.width(UInt64(repetitionMax)),
      to: &output
    )
  }

  /// Appends the definition levels of a page as runs and groups.
  func appendDefinitions(_ range: Range<Int>, to output: inout BufferBuilder<UInt8>) {
    if kind == .nested {
      RunLengthEncoding.append(
        definitions.base + range.lowerBound,
        count: range.count,
        width: BitPacking.width(UInt64(definitionMax)),
        to: &output
      )
    } else if nullCount == 0 {
      RunLengthEncoding.appendRun(1, count: range.count, width: 1, to: &output)
    } else {
      RunLengthEncoding.append(
        bits: bits.base,
        from: range.lowerBound,
        count: range.count,
        to: &output
      )
    }
  }
}
