/// Values of one width: integers, dates, times, decimals, and floating point by its bits.
///
/// Starts as a dictionary and its codes; becomes plain when the dictionary does not pay.
final class FixedAccumulator<
  Word: FixedWidthInteger & UnsignedInteger & BitwiseCopyable & Sendable
> {
  /// How bits are ordered as values.
  enum Order { case signed, float, double }

  let leaf: LeafColumn
  let order: Order
  private var choice: DictionaryChoice
  /// Whether `codes` and `entries` are in use, rather than `values`.
  private(set) var isDictionary = true
  private var table = CodeTable()
  private(set) var entries = BufferBuilder<Word>(capacity: 32)
  private(set) var codes = BufferBuilder<UInt32>(capacity: 64)
  private(set) var values = BufferBuilder<Word>(capacity: 1)
  /// The dictionary that codes came from last, and what its codes are here.
  private var source: (dictionary: ColumnDictionary, codes: Buffer<UInt32>)?
  private var scratch = BufferBuilder<Word>(capacity: 1)

  init(_ leaf: LeafColumn, _ options: WriterOptions) {
    self.leaf = leaf
    choice = DictionaryChoice(options)
    order =
      switch leaf.storage {
      case .float: .float
      case .double: .double
      default: .signed
      }
  }

  var count: Int { isDictionary ? codes.count : values.count }

  var byteCount: Int {
    let width = MemoryLayout<Word>.size
    return isDictionary
      ? codes.count * 4 + entries.count * width + table.byteCount : values.count * width
  }

  /// The number of different values, where it is known; floating point has several zeros and NaNs.
  var distinctCount: Int? {
    isDictionary && count > 0 && order == .signed ? entries.count : nil
  }

  /// Forgets the values of a row group that was written in an encoding.
  func removeAll(writtenAs encoding: ChunkEncoding) {
    choice.remember(isUsed: encoding == .dictionary)
    isDictionary = true
    table.removeAll()
    entries.removeAll()
    codes.removeAll()
    values.removeAll()
    source = nil
  }

  // MARK: Appending

  func append(_ column: Column) throws(DecodingFailure) {
    switch column.form {
    case .constant(let values, let isNull):
      if isNull { return }
      // Converted words live no longer than their buffer.
      let words = try WordConversion.words(values, count: 1, leaf, as: Word.self)
      append(repeating: withExtendedLifetime(words) { words.base[0] }, count: column.count)
    case .flat(let values):
      let words = try WordConversion.words(values, count: column.count, leaf, as: Word.self)
      defer { withExtendedLifetime(words) {} }
      if let validity = column.validity {
        scratch.removeAll()
        compact(words.base, validity, into: &scratch)
        append(scratch.base, count: scratch.count)
      } else {
        append(words.base, count: column.count)
      }
    case .dictionary(let codes, let dictionary):
      try append(codes: codes, validity: column.validity, dictionary)
    case .runs: try append(column.flattened())
    }
  }

  private func append(_ words: UnsafePointer<Word>, count: Int) {
    var done = 0
    while isDictionary && done < count {
      done += appendCoded(words + done, count: count - done)
      if done < count { growOrGiveUp() }
    }
    if done < count { values.append(from: words + done, count: count - done) }
  }

  private func append(repeating word: Word, count: Int) {
    if count == 0 { return }
    if isDictionary, let code = code(of: word) {
      codes.append(repeating: code, count: count)
    } else {
      values.append(repeating: word, count: count)
    }
  }

  private func append(
    codes incoming: Buffer<UInt32>,
    validity: Validity?,
    _ dictionary: ColumnDictionary
  ) throws(DecodingFailure) {
    let words = try WordConversion.words(
      dictionary.values,
      count: dictionary.count,
      leaf,
      as: Word.self
    )
    defer { withExtendedLifetime(words) {} }
    if !isDictionary { return appendGathered(incoming, validity, words.base, from: 0) }
    let known: Buffer<UInt32>
    if let source, source.dictionary === dictionary {
      known = source.codes
    } else {
      known = Buffer(repeating: .max, count: dictionary.count)
      source = (dictionary, known)
    }
    codes.reserve(incoming.count)
    for row in 0..<incoming.count {
      if let validity, !validity.isValid(row) { continue }
      let foreign = Int(incoming.base[row])
      var own = known.base[foreign]
      if own == .max {
        guard let code = code(of: words.base[foreign]) else {
          return appendGathered(incoming, validity, words.base, from: row)
        }
        own = code
        known.base[foreign] = code
      }
      codes.append(own)
    }
  }

  private func appendGathered(
    _ incoming: Buffer<UInt32>,
    _ validity: Validity?,
    _ words: UnsafePointer<Word>,
    from start: Int
  ) {
    values.reserve(incoming.count - start)
    for row in start..<incoming.count {
      if let validity, !validity.isValid(row) { continue }
      values.append(words[Int(incoming.base[row])])
    }
  }

  /// Appends codes up to the first value for which the table has no room; returns how many.
  private func appendCoded(_ words: UnsafePointer<Word>, count: Int) -> Int {
    let target = codes.room(for: count)
    let slots = table.slots.base
    let mask = table.slots.count &- 1
    let shift = table.shift
    let entryCountMax = table.entryCountMax
    entries.reserve(max(entryCountMax - entries.count, 0))
    let entries = self.entries.base
    let entryCountBefore = self.entries.count
    var entryCount = entryCountBefore
    var done = 0
    // Sorted and repetitive columns ask for the same value again and again.
    var previous: Word = 0
    var previousCode: UInt32 = .max
    while done < count {
      let word = words[done]
      if word == previous && previousCode != .max {
        target[done] = previousCode
        done &+= 1
        continue
      }
      var slot = Int(truncatingIfNeeded: FixedAccumulator.hash(word) &>> shift)
      var code: UInt32 = .max
      while slots[slot] != 0 {
        let found = slots[slot] &- 1
        if entries[Int(found)] == word {
          code = found
          break
        }
        slot = (slot &+ 1) & mask
      }
      if code == .max {
        if entryCount == entryCountMax { break }
        code = UInt32(truncatingIfNeeded: entryCount)
        entries[entryCount] = word
        entryCount &+= 1
        slots[slot] = code &+ 1
      }
      target[done] = code
      previous = word
      previousCode = code
      done &+= 1
    }
    self.entries.advance(by: entryCount - entryCountBefore)
    codes.advance(by: done)
    return done
  }

  /// The code of one value, or nil where the dictionary was given up for it.
  private func code(of word: Word) -> UInt32? {
    while true {
      let mask = table.slots.count &- 1
      var slot = Int(truncatingIfNeeded: FixedAccumulator.hash(word) &>> table.shift)
      while table.slots.base[slot] != 0 {
        let found = table.slots.base[slot] &- 1
        if entries[Int(found)] == word { return found }
        slot = (slot &+ 1) & mask
      }
      if entries.count < table.entryCountMax {
        let code = UInt32(truncatingIfNeeded: entries.count)
        entries.append(word)
        table.slots.base[slot] = code &+ 1
        return code
      }
      growOrGiveUp()
      if !isDictionary { return nil }
    }
  }

  private func growOrGiveUp() {
    let isHopeless = choice.isHopeless(
      entryCount: entries.count,
      entryByteCount: entries.count * MemoryLayout<Word>.size,
      valueCount: codes.count
    )
    if isHopeless { return giveUpDictionary() }
    let entries = self.entries.base
    table.grow(entryCount: self.entries.count) { FixedAccumulator.hash(entries[$0]) }
  }

  private func giveUpDictionary() {
    let target = values.room(for: codes.count)
    let codes = self.codes.base
    let entries = self.entries.base
    for index in 0..<self.codes.count { target[index] = entries[Int(codes[index])] }
    values.advance(by: self.codes.count)
    isDictionary = false
    source = nil
    self.codes = BufferBuilder(capacity: 1)
    self.entries = BufferBuilder(capacity: 32)
    table.removeAll()
  }

  @inline(__always)
  private static func hash(_ word: Word) -> UInt64 {
    if Word.bitWidth <= 64 { return CodeTable.mix(UInt64(truncatingIfNeeded: word)) }
    let upper = UInt64(truncatingIfNeeded: word &>> Word(truncatingIfNeeded: 64))
    return CodeTable.mix(UInt64(truncatingIfNeeded: word) &+ upper &* 0xA24B_AED4_963E_E407)
  }

  @inline(__always)
  private func compact(
    _ words: UnsafePointer<Word>,
    _ validity: Validity,
    into output: inout BufferBuilder<Word>
  ) {
    let target = output.room(for: validity.count + 1)
    let bits = validity.words.base
    var kept = 0
    for row in 0..<validity.count {
      target[kept] = words[row]
      kept &+= Int((bits[row &>> 6] &>> UInt64(truncatingIfNeeded: row & 63)) & 1)
    }
    output.advance(by: kept)
  }
}
