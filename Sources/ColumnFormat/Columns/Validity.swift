import CKernels

/// Which rows of a column have a value: one bit a row, lowest first, set where the row is not null.
public struct Validity: Sendable {
  /// The bits in words of 64 rows; bits past `count` are not defined.
  public let words: Buffer<UInt64>
  /// The number of rows.
  public let count: Int
  /// How many rows are null.
  public let nullCount: Int

  /// A bitmap of `count` rows with `nullCount` nulls.
  public init(words: Buffer<UInt64>, count: Int, nullCount: Int) {
    precondition(words.count >= Validity.wordCount(count))
    self.words = words
    self.count = count
    self.nullCount = nullCount
  }

  /// A bitmap whose nulls are counted here.
  public init(words: Buffer<UInt64>, count: Int) {
    self.init(
      words: words,
      count: count,
      nullCount: count - Validity.countSet(words.base, count: count)
    )
  }

  /// The number of words that hold `count` rows.
  @inlinable
  public static func wordCount(_ count: Int) -> Int { (count &+ 63) &>> 6 }

  /// How many of the first `count` bits are set.
  public static func countSet(_ words: UnsafePointer<UInt64>, count: Int) -> Int {
    var set = 0
    let whole = count &>> 6
    for index in 0..<whole { set &+= words[index].nonzeroBitCount }
    let rest = count & 63
    if rest > 0 { set &+= (words[whole] & ((1 &<< UInt64(rest)) &- 1)).nonzeroBitCount }
    return set
  }

  /// A bitmap of `count` rows that are all null.
  public static func allNull(count: Int) -> Validity {
    Validity(
      words: Buffer(repeating: 0, count: max(wordCount(count), 1)),
      count: count,
      nullCount: count
    )
  }

  /// A bitmap from one byte a row (zero is null), or nil where no row is null.
  public static func fromBytes(_ bytes: UnsafePointer<UInt8>, count: Int) -> Validity? {
    let words = Buffer<UInt64>(count: max(wordCount(count), 1))
    var set = 0
    for word in 0..<wordCount(count) {
      var bits: UInt64 = 0
      let first = word &<< 6
      let rows = min(64, count &- first)
      if rows == 64 {
        for part in 0..<4 {
          let zeros = lake_mask16_equal(bytes + first + part &* 16, 0)
          bits |= UInt64(~zeros & 0xFFFF) &<< UInt64(part &* 16)
        }
        words.base[word] = bits
        set &+= bits.nonzeroBitCount
        continue
      }
      for bit in 0..<rows { bits |= (bytes[first &+ bit] != 0 ? 1 : 0) &<< UInt64(bit) }
      words.base[word] = bits
      set &+= bits.nonzeroBitCount
    }
    return set == count ? nil : Validity(words: words, count: count, nullCount: count - set)
  }

  /// A bitmap of `count` rows, or nil where no row is null; each row is asked about once, in order.
  @inlinable
  @inline(__always)
  public static func of(count: Int, _ isValid: (_ row: Int) -> Bool) -> Validity? {
    let words = Buffer<UInt64>(count: max(wordCount(count), 1))
    var set = 0
    for word in 0..<wordCount(count) {
      let first = word &<< 6
      let rows = min(64, count &- first)
      var bits: UInt64 = 0
      for bit in 0..<rows {
        bits |= UInt64(unsafeBitCast(isValid(first &+ bit), to: UInt8.self) & 1) &<< UInt64(bit)
      }
      words.base[word] = bits
      set &+= bits.nonzeroBitCount
    }
    return set == count ? nil : Validity(words: words, count: count, nullCount: count &- set)
  }

  /// Whether the row has a value.
  @inlinable
  public func isValid(_ row: Int) -> Bool {
    (words.base[row &>> 6] &>> UInt64(truncatingIfNeeded: row & 63)) & 1 != 0
  }

  /// The rows of `range`, or nil where none of them is null.
  public func slice(_ range: Range<Int>) -> Validity? {
    if nullCount == 0 { return nil }
    let count = range.count
    let target = Buffer<UInt64>(count: max(Validity.wordCount(count), 1))
    let shift = UInt64(range.lowerBound & 63)
    let first = range.lowerBound >> 6
    let last = Validity.wordCount(self.count)
    for index in 0..<Validity.wordCount(count) {
      var bits = words.base[first + index] &>> shift
      if shift > 0 && first + index + 1 < last {
        bits |= words.base[first + index + 1] &<< (64 &- shift)
      }
      target.base[index] = bits
    }
    let sliced = Validity(words: target, count: count)
    return sliced.nullCount == 0 ? nil : sliced
  }

  /// The rows at `indices`, or nil where none of them is null.
  public func taking(_ indices: Buffer<UInt32>) -> Validity? {
    let target = Buffer<UInt64>(repeating: 0, count: max(Validity.wordCount(indices.count), 1))
    let source = words.base
    for index in 0..<indices.count {
      let row = Int(indices.base[index])
      let bit = (source[row &>> 6] &>> UInt64(truncatingIfNeeded: row & 63)) & 1
      target.base[index &>> 6] |= bit &<< UInt64(truncatingIfNeeded: index & 63)
    }
    let taken = Validity(words: target, count: indices.count)
    return taken.nullCount == 0 ? nil : taken
  }

  /// The rows that are valid in both, where nil stands for all rows.
  public static func intersection(_ left: Validity?, _ right: Validity?) -> Validity? {
    guard let left else { return right }
    guard let right else { return left }
    precondition(left.count == right.count)
    let words = Buffer<UInt64>(count: left.words.count)
    for index in 0..<Validity.wordCount(left.count) {
      words.base[index] = left.words.base[index] & right.words.base[index]
    }
    return Validity(words: words, count: left.count)
  }
}

/// A validity bitmap that grows row by row.
public struct ValidityBuilder: Sendable {
  private var words = BufferBuilder<UInt64>(capacity: 16)
  /// The number of rows appended.
  public private(set) var count = 0
  /// How many of them are null.
  public private(set) var nullCount = 0

  /// An empty bitmap.
  public init() {}

  /// Appends one row.
  @inline(__always)
  public mutating func append(_ isValid: Bool) {
    if count & 63 == 0 { words.append(0) }
    if isValid {
      words[count &>> 6] |= 1 &<< UInt64(truncatingIfNeeded: count & 63)
    } else {
      nullCount &+= 1
    }
    count &+= 1
  }

  /// Appends `added` equal rows.
  public mutating func append(repeating isValid: Bool, count added: Int) {
    append(count: added) { _ in isValid ? .max : 0 }
  }

  /// Appends the rows of `range`.
  public mutating func append(_ validity: Validity, _ range: Range<Int>) {
    let source = validity.words.base
    let first = range.lowerBound >> 6
    let shift = UInt64(range.lowerBound & 63)
    let last = (range.upperBound - 1) >> 6
    append(count: range.count) { index in
      let low = source[first + index] >> shift
      // The word behind the last one may not be there.
      return shift > 0 && first + index < last
        ? low | source[first + index + 1] << (64 - shift) : low
    }
  }

  /// Appends rows by words of 64, lowest bit first.
  @inline(__always)
  private mutating func append(count added: Int, _ word: (Int) -> UInt64) {
    let missing = Validity.wordCount(count &+ added) &- words.count
    words.append(repeating: 0, count: missing)
    let target = words.base
    let shift = UInt64(count & 63)
    var place = count &>> 6
    var index = 0
    var left = added
    while left > 0 {
      let size = min(left, 64)
      let bits = word(index) & (.max &>> UInt64(64 &- size))
      nullCount &+= size &- bits.nonzeroBitCount
      target[place] |= bits &<< shift
      if Int(shift) &+ size > 64 { target[place &+ 1] |= bits &>> (64 &- shift) }
      place &+= 1
      index &+= 1
      left &-= size
    }
    count &+= added
  }

  /// The bitmap, or nil where no row is null.
  public func finish() -> Validity? {
    nullCount == 0 ? nil : Validity(words: words.finish(), count: count, nullCount: nullCount)
  }
}
