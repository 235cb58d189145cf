extension FixedAccumulator {
  /// The encodings worth a trial.
  func candidates(_ options: WriterOptions) -> [ChunkEncoding] {
    if count == 0 { return [.plain] }
    var candidates: [ChunkEncoding] = isDictionary ? [.dictionary, .plain] : [.plain]
    if options.usesDeltaEncodings && order == .signed && Word.bitWidth <= 64 && count > 1 {
      candidates.append(.delta)
    }
    if options.usesByteStreamSplit && order != .signed { candidates.append(.split) }
    return candidates
  }

  /// The size of the values and of their dictionary, both as they are.
  var plainByteCount: (values: Int, dictionary: Int) {
    let width = leaf.typeLength ?? MemoryLayout<Word>.size
    return (count * width, isDictionary ? entries.count * width : 0)
  }

  /// Appends entries of the dictionary.
  func appendDictionary(_ range: Range<Int>, to output: inout BufferBuilder<UInt8>) {
    appendPlain(entries.base + range.lowerBound, count: range.count, to: &output)
  }

  /// How many values from `start` on, at most `limit`, fit a page of `byteCountMax` bytes.
  func pageCount(limit: Int, byteCountMax: Int, _ encoding: ChunkEncoding) -> Int {
    let width = encoding == .dictionary ? 4 : leaf.typeLength ?? MemoryLayout<Word>.size
    return min(limit, max(byteCountMax / width, 1))
  }

  /// Appends the values of a page.
  func appendPage(
    _ range: Range<Int>,
    _ encoding: ChunkEncoding,
    _ scratch: PageScratch,
    to output: inout BufferBuilder<UInt8>
  ) {
    switch encoding {
    case .dictionary:
      DictionaryChoice.appendCodes(codes.base + range.lowerBound, count: range.count, to: &output)
    case .delta:
      DeltaBinaryPackedEncoding.append(words(range, scratch), count: range.count, to: &output)
    case .split:
      ByteStreamSplitEncoding.append(words(range, scratch), count: range.count, to: &output)
    case .plain, .lengths, .prefixes:
      appendPlain(words(range, scratch), count: range.count, to: &output)
    }
  }

  /// The values of a range, put together in the scratch memory where they are kept as codes.
  private func words(_ range: Range<Int>, _ scratch: PageScratch) -> UnsafePointer<Word> {
    if !isDictionary { return UnsafePointer(values.base + range.lowerBound) }
    let words = scratch.room(for: range.count, of: Word.self)
    let codes = self.codes.base + range.lowerBound
    let entries = self.entries.base
    for index in 0..<range.count { words[index] = entries[Int(codes[index])] }
    return UnsafePointer(words)
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

  /// Puts the hashes of all different values, perhaps with repetitions, into a bloom filter.
  func insertHashes(into filter: SplitBlockBloomFilter) {
    let words = isDictionary ? entries.base : values.base
    let count = isDictionary ? entries.count : values.count
    if let byteCount = leaf.typeLength {
      for index in 0..<count {
        let value = UInt128(truncatingIfNeeded: words[index])
        let hash = withUnsafeBytes(of: value.bigEndian) {
          XXHash64.hash(UnsafeRawBufferPointer(rebasing: $0.suffix(byteCount)))
        }
        filter.insert(hash)
      }
    } else if Word.bitWidth == 32 {
      for index in 0..<count {
        filter.insert(XXHash64.hash(UInt32(truncatingIfNeeded: words[index])))
      }
    } else {
      for index in 0..<count {
        filter.insert(XXHash64.hash(UInt64(truncatingIfNeeded: words[index])))
      }
    }
  }

  // MARK: Bounds

  /// The bounds of all values.
  func bounds() -> ValueBounds {
    isDictionary
      ? bounds(of: entries.base, count: entries.count)
      : bounds(of: values.base, count: values.count)
  }

  /// The bounds of the values of a page.
  func bounds(_ range: Range<Int>, _ scratch: PageScratch) -> ValueBounds {
    bounds(of: words(range, scratch), count: range.count)
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
