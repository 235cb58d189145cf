extension ByteAccumulator {
  /// The encodings worth a trial.
  func candidates(_ options: WriterOptions, _ scratch: PageScratch) -> [ChunkEncoding] {
    if count == 0 { return [.plain] }
    var candidates: [ChunkEncoding] = isDictionary ? [.dictionary, .plain] : [.plain]
    if options.usesDeltaEncodings && leaf.typeLength == nil {
      candidates.append(.lengths)
      if hasSharedPrefixes(scratch) { candidates.append(.prefixes) }
    }
    return candidates
  }

  /// Whether neighbours share a quarter of their bytes, judged by some.
  private func hasSharedPrefixes(_ scratch: PageScratch) -> Bool {
    let sample = contiguous(EncodingTrial.sample(of: count), scratch)
    return sample.sharedByteCount * 4 >= sample.byteCount && sample.byteCount > 0
  }

  /// The size of the values and of their dictionary, both as they are.
  var plainByteCount: (values: Int, dictionary: Int) {
    let lengths = leaf.typeLength == nil ? 4 * count : 0
    return (
      (isDictionary ? expandedByteCount : bytes.count) + lengths, isDictionary ? entryByteCount : 0
    )
  }

  /// Appends entries of the dictionary.
  func appendDictionary(_ range: Range<Int>, to output: inout BufferBuilder<UInt8>) {
    for code in range {
      let bytes = (entries.base + code).bytes
      if leaf.typeLength == nil {
        output.append(littleEndian: UInt32(truncatingIfNeeded: bytes.count))
      }
      if let start = bytes.baseAddress { output.append(bytes: start, count: bytes.count) }
    }
  }

  /// How many values from `start` on, at most `limit`, fit a page of `byteCountMax` bytes.
  func pageCount(
    from start: Int,
    limit: Int,
    byteCountMax: Int,
    _ encoding: ChunkEncoding
  ) -> Int {
    if encoding == .dictionary { return min(limit, max(byteCountMax / 4, 1)) }
    if isDictionary {
      var taken = 0
      var byteCount = 0
      while taken < limit {
        byteCount &+= entries.base[Int(codes.base[start &+ taken])].count &+ 4
        if byteCount > byteCountMax { break }
        taken &+= 1
      }
      return max(taken, min(limit, 1))
    }
    let first = start == 0 ? 0 : ends[start - 1]
    var low = 0
    var high = limit
    // The most values whose bytes and lengths fit.
    while low < high {
      let middle = (low + high + 1) / 2
      if ends[start + middle - 1] - first + 4 * middle <= byteCountMax {
        low = middle
      } else {
        high = middle - 1
      }
    }
    return max(low, min(limit, 1))
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
    case .lengths: contiguous(range, scratch).appendLengths(scratch, to: &output)
    case .prefixes: contiguous(range, scratch).appendPrefixes(scratch, to: &output)
    case .plain, .delta, .split:
      if leaf.typeLength == nil {
        contiguous(range, scratch).appendPlain(to: &output)
      } else {
        contiguous(range, scratch).appendFixed(to: &output)
      }
    }
  }

  /// The values of a range one after the other, put together in the scratch memory where they are
  /// kept as codes.
  private func contiguous(_ range: Range<Int>, _ scratch: PageScratch) -> ByteArrayEncoding {
    if !isDictionary {
      let first = range.lowerBound == 0 ? 0 : ends[range.lowerBound - 1]
      return ByteArrayEncoding(
        start: bytes.base + first,
        ends: ends.base + range.lowerBound,
        first: first,
        count: range.count
      )
    }
    scratch.bytes.removeAll()
    scratch.ends.removeAll()
    for index in range {
      let value = (entries.base + Int(codes.base[index])).bytes
      if let start = value.baseAddress { scratch.bytes.append(bytes: start, count: value.count) }
      scratch.ends.append(scratch.bytes.count)
    }
    return ByteArrayEncoding(
      start: scratch.bytes.base,
      ends: scratch.ends.base,
      first: 0,
      count: range.count
    )
  }

  /// Puts the hashes of all different values, perhaps with repetitions, into a bloom filter.
  func insertHashes(into filter: SplitBlockBloomFilter) {
    if isDictionary {
      for code in 0..<entries.count {
        filter.insert(XXHash64.hash((entries.base + code).bytes))
      }
      return
    }
    var start = 0
    for index in 0..<ends.count {
      let end = ends.base[index]
      filter.insert(
        XXHash64.hash(UnsafeRawBufferPointer(start: bytes.base + start, count: end &- start))
      )
      start = end
    }
  }

  // MARK: Bounds

  /// The bounds of all values.
  func bounds() -> ValueBounds {
    if !isDictionary { return bounds(0..<count, PageScratch()) }
    var extremes = ByteExtremes()
    for code in 0..<entries.count { extremes.include(entries.base[code]) }
    return extremes.bounds
  }

  /// The bounds of the values of a page.
  func bounds(_ range: Range<Int>, _ scratch: PageScratch) -> ValueBounds {
    var extremes = ByteExtremes()
    if isDictionary {
      scratch.marks.removeAll()
      scratch.marks.append(repeating: 0, count: entries.count)
      let marks = scratch.marks.base
      let codes = self.codes.base
      for index in range { marks[Int(codes[index])] = 1 }
      for code in 0..<entries.count where marks[code] != 0 { extremes.include(entries.base[code]) }
      return extremes.bounds
    }
    var start = range.lowerBound == 0 ? 0 : ends[range.lowerBound - 1]
    for index in range {
      let end = ends.base[index]
      extremes.include(ByteView(bytes.base + start, count: end &- start))
      start = end
    }
    return extremes.bounds
  }
}
