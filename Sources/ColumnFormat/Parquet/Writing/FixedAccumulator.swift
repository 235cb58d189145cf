/// Values of one width: integers, dates, times, decimals, and floating point by its bits.
///
/// Starts as a dictionary and its codes; becomes plain when the dictionary does not pay.
final class FixedAccumulator<
  Word: FixedWidthInteger & UnsignedInteger & BitwiseCopyable & Sendable
> {
  /// How bits are ordered as values.
  enum Order { case signed, float, double }

  private let leaf: LeafColumn
  private let order: Order
  private let dictionaryByteCountMax: Int
  /// Whether `codes` and `entries` are in use, rather than `values`.
  private var isDictionary = true
  private var table = CodeTable()
  private var entries = BufferBuilder<Word>(capacity: 32)
  private var codes = BufferBuilder<UInt32>(capacity: 64)
  private var values = BufferBuilder<Word>(capacity: 1)
  private var encoding = ChunkEncoding.plain
  /// The dictionary that codes came from last, and what its codes are here.
  private var source: (dictionary: ColumnDictionary, codes: Buffer<UInt32>)?
  private var scratch = BufferBuilder<Word>(capacity: 1)

  init(_ leaf: LeafColumn, _ options: WriterOptions) {
    self.leaf = leaf
    dictionaryByteCountMax = options.dictionaryByteCountMax
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

  var distinctCount: Int? { isDictionary && count > 0 ? entries.count : nil }

  func removeAll() {
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
      let word = try WordConversion.words(values, count: 1, leaf, as: Word.self).base[0]
      append(repeating: word, count: column.count)
    case .flat(let values):
      let words = try WordConversion.words(values, count: column.count, leaf, as: Word.self)
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
    let isHopeless = DictionaryChoice.isHopeless(
      entryCount: entries.count,
      entryByteCount: entries.count * MemoryLayout<Word>.size,
      valueCount: codes.count,
      byteCountMax: dictionaryByteCountMax
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

  // MARK: Writing

  func chooseEncoding(_ options: WriterOptions) -> ChunkEncoding {
    encoding = preferredEncoding(options)
    if encoding != .dictionary && isDictionary { giveUpDictionary() }
    return encoding
  }

  private func preferredEncoding(_ options: WriterOptions) -> ChunkEncoding {
    let width = MemoryLayout<Word>.size
    if count == 0 { return .plain }
    let plainByteCount = count * width
    let dictionaryByteCount =
      isDictionary
      ? DictionaryChoice.byteCount(
        entryCount: entries.count,
        entryByteCount: entries.count * width,
        codes: codes.base,
        codeCount: codes.count
      ) : Int.max
    var deltaByteCount = Int.max
    if options.usesDeltaEncodings && order == .signed && Word.bitWidth <= 64 && count > 1 {
      if isDictionary {
        scratch.removeAll()
        let target = scratch.room(for: codes.count)
        let codes = self.codes.base
        let entries = self.entries.base
        for index in 0..<self.codes.count { target[index] = entries[Int(codes[index])] }
        scratch.advance(by: self.codes.count)
        deltaByteCount = DeltaBinaryPackedEncoding.byteCount(scratch.base, count: scratch.count)
        scratch = BufferBuilder(capacity: 1)
      } else {
        deltaByteCount = DeltaBinaryPackedEncoding.byteCount(values.base, count: values.count)
      }
    }
    if dictionaryByteCount < plainByteCount && dictionaryByteCount <= deltaByteCount {
      return .dictionary
    }
    return deltaByteCount < plainByteCount - plainByteCount / 4 ? .delta : .plain
  }

  func appendDictionary(to output: inout BufferBuilder<UInt8>) -> Int {
    appendPlain(entries.base, count: entries.count, to: &output)
    return entries.count
  }

  func pageCount(from start: Int, limit: Int, byteCountMax: Int) -> Int {
    let width = encoding == .dictionary ? 4 : MemoryLayout<Word>.size
    return min(limit, max(byteCountMax / width, 1))
  }

  func appendPage(_ range: Range<Int>, to output: inout BufferBuilder<UInt8>) {
    switch encoding {
    case .dictionary:
      DictionaryChoice.appendCodes(codes.base + range.lowerBound, count: range.count, to: &output)
    case .delta:
      DeltaBinaryPackedEncoding.append(
        values.base + range.lowerBound,
        count: range.count,
        to: &output
      )
    case .plain: appendPlain(values.base + range.lowerBound, count: range.count, to: &output)
    }
  }

  private func appendPlain(
    _ words: UnsafePointer<Word>,
    count: Int,
    to output: inout BufferBuilder<UInt8>
  ) {
    if Word.bitWidth == 128, let byteCount = leaf.typeLength {
      words.withMemoryRebound(to: UInt128.self, capacity: count) {
        PlainEncoding.append(bigEndian: $0, count: count, byteCount: byteCount, to: &output)
      }
    } else {
      PlainEncoding.append(words, count: count, to: &output)
    }
  }

  func bounds() -> ValueBounds {
    isDictionary
      ? bounds(of: entries.base, count: entries.count)
      : bounds(of: values.base, count: values.count)
  }

  func bounds(_ range: Range<Int>) -> ValueBounds {
    if encoding != .dictionary {
      return bounds(of: values.base + range.lowerBound, count: range.count)
    }
    scratch.removeAll()
    let target = scratch.room(for: range.count)
    let codes = self.codes.base + range.lowerBound
    let entries = self.entries.base
    for index in 0..<range.count { target[index] = entries[Int(codes[index])] }
    return bounds(of: target, count: range.count)
  }

  private func bounds(of words: UnsafePointer<Word>, count: Int) -> ValueBounds {
    if count == 0 || leaf.type == .unknown { return .none }
    switch order {
    case .signed:
      let sign: Word = 1 &<< Word(truncatingIfNeeded: Word.bitWidth &- 1)
      var low = Word.max
      var high = Word.min
      for index in 0..<count {
        low = min(low, words[index] ^ sign)
        high = max(high, words[index] ^ sign)
      }
      return FixedAccumulator.signedBounds(low ^ sign, high ^ sign)
    case .float:
      var bounds: (low: Float, high: Float) = (.infinity, -.infinity)
      var numbers = 0
      for index in 0..<count {
        let value = Float(bitPattern: UInt32(truncatingIfNeeded: words[index]))
        if value.isNaN { continue }
        bounds = (min(bounds.low, value), max(bounds.high, value))
        numbers &+= 1
      }
      return numbers == 0 ? .none : .float(bounds.low, bounds.high)
    case .double:
      var bounds: (low: Double, high: Double) = (.infinity, -.infinity)
      var numbers = 0
      for index in 0..<count {
        let value = Double(bitPattern: UInt64(truncatingIfNeeded: words[index]))
        if value.isNaN { continue }
        bounds = (min(bounds.low, value), max(bounds.high, value))
        numbers &+= 1
      }
      return numbers == 0 ? .none : .double(bounds.low, bounds.high)
    }
  }

  private static func signedBounds(_ low: Word, _ high: Word) -> ValueBounds {
    if Word.bitWidth == 32 {
      return .int(
        Int64(Int32(truncatingIfNeeded: low)),
        Int64(Int32(truncatingIfNeeded: high))
      )
    }
    if Word.bitWidth == 64 {
      return .int(Int64(truncatingIfNeeded: low), Int64(truncatingIfNeeded: high))
    }
    return .int128(Int128(truncatingIfNeeded: low), Int128(truncatingIfNeeded: high))
  }
}
