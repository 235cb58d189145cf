/// A validity bitmap that is filled run by run, and has no memory as long as no row is null.
struct ValidityBits {
  private var words: Buffer<UInt64>?
  private var capacity = 0
  /// The number of rows appended.
  private(set) var count = 0
  /// How many of them are null.
  private(set) var nullCount = 0

  /// Starts over, for `capacity` rows at most.
  mutating func begin(capacity: Int) {
    words = nil
    self.capacity = capacity
    count = 0
    nullCount = 0
  }

  /// Appends rows that have a value.
  mutating func appendValid(_ added: Int) {
    if let words { ValidityBits.setBits(words.base, count, added) }
    count &+= added
  }

  /// Appends rows that are null.
  mutating func appendNull(_ added: Int) {
    _ = ensureWords()
    count &+= added
    nullCount &+= added
  }

  /// Appends one row a bit; the number of rows that have a value.
  ///
  /// The memory must be readable for eight bytes past the last bit.
  mutating func append(_ source: UnsafeRawPointer, firstBit: Int, count added: Int) -> Int {
    var done = 0
    var valid = 0
    while done < added {
      let rows = min(64, added &- done)
      let bit = firstBit &+ done
      let from = source + (bit &>> 3)
      let shift = UInt64(bit & 7)
      var word = from.loadUnaligned(as: UInt64.self) &>> shift
      if shift > 0 {
        word |= UInt64((from + 8).load(as: UInt8.self)) &<< (64 &- shift)
      }
      let mask = rows == 64 ? ~0 : (1 &<< UInt64(rows)) &- 1
      word &= mask
      if word != mask || words != nil {
        let target = ensureWords()
        let at = count &+ done
        let offset = UInt64(at & 63)
        target[at &>> 6] |= word &<< offset
        if offset > 0 && Int(offset) &+ rows > 64 {
          target[(at &>> 6) &+ 1] |= word &>> (64 &- offset)
        }
      }
      // The rows before this word are counted only below, so `ensureWords` must know of them.
      valid &+= word.nonzeroBitCount
      done &+= rows
      pending = done
    }
    pending = 0
    count &+= added
    nullCount &+= added &- valid
    return valid
  }

  /// Rows that ``append(_:firstBit:count:)`` has seen, all valid, but not yet counted.
  private var pending = 0

  /// The bitmap, where all rows so far are set when it did not exist before.
  private mutating func ensureWords() -> UnsafeMutablePointer<UInt64> {
    if let words { return words.base }
    let fresh = Buffer<UInt64>(repeating: 0, count: Validity.wordCount(capacity) + 1)
    ValidityBits.setBits(fresh.base, 0, count &+ pending)
    words = fresh
    return fresh.base
  }

  /// The bitmap, or nil where no row is null.
  func finish() -> Validity? {
    guard nullCount > 0, let words else { return nil }
    return Validity(words: words, count: count, nullCount: nullCount)
  }

  private static func setBits(_ words: UnsafeMutablePointer<UInt64>, _ first: Int, _ count: Int) {
    if count == 0 { return }
    var word = first &>> 6
    let last = (first &+ count &- 1) &>> 6
    let head = ~UInt64(0) &<< UInt64(first & 63)
    let tail = ~UInt64(0) &>> UInt64(63 &- ((first &+ count &- 1) & 63))
    if word == last {
      words[word] |= head & tail
      return
    }
    words[word] |= head
    word &+= 1
    while word < last {
      words[word] = ~0
      word &+= 1
    }
    words[last] |= tail
  }
}
