import CKernels

/// Levels of the current page that were decoded ahead, a few thousand at a time.
struct DecodedLevels {
  /// Few enough that a hostile page of a few bytes cannot ask for much memory.
  static let countMax = 4096

  private let block = MemoryBlock(byteCount: 2 * countMax)
  /// The number of levels decoded.
  var count = 0
  /// The first one that no row has taken.
  var position = 0

  var definition: UnsafeMutablePointer<UInt8> {
    block.base.assumingMemoryBound(to: UInt8.self)
  }

  var repetition: UnsafeMutablePointer<UInt8> { definition + DecodedLevels.countMax }
}

/// The levels and values of some rows of a column that nests.
struct LeafSlots {
  /// A definition level for each slot: a value, a null, an empty list, or a null further up.
  var definition: Buffer<UInt8>
  /// A repetition level for each slot; empty where no list is around the column.
  var repetition: Buffer<UInt8>
  /// One value for each slot that lies in an element of the innermost list, or is null there.
  var column: Column

  var count: Int { definition.count }
}

extension LeafReader {
  /// The next `count` rows of any column, with their levels.
  func readSlots(_ count: Int) throws(DecodingFailure) -> LeafSlots {
    decoder.begin(capacity: count)
    let isRepeated = leaf.repetitionLevelMax > 0
    var definition = BufferBuilder<UInt8>(capacity: count)
    var repetition = BufferBuilder<UInt8>(capacity: isRepeated ? count : 1)
    var filled = 0
    try takeRows(count) { (reader, range) throws(DecodingFailure) in
      definition.append(from: reader.levels.definition + range.lowerBound, count: range.count)
      if isRepeated {
        repetition.append(from: reader.levels.repetition + range.lowerBound, count: range.count)
      }
      guard definition.count <= Limits.elementCountMax else {
        throw DecodingFailure("\(count) rows have more than \(Limits.elementCountMax) elements")
      }
      let valid = reader.countValues(range)
      filled += valid
      if valid > 0 { try reader.decoder.append(&reader.page, count: valid) }
    }
    row += count
    let (instanceCount, validity) = instances(definition, filled)
    return LeafSlots(
      definition: definition.finish(),
      repetition: repetition.finish(),
      column: finish(count: instanceCount, validity: validity)
    )
  }

  /// How many slots lie in elements of the innermost list, and which of them have a value.
  private func instances(_ levels: BufferBuilder<UInt8>, _ valueCount: Int) -> (Int, Validity?) {
    let count = levels.count
    let threshold = UInt8(leaf.elementDefinitionLevel)
    let top = UInt8(leaf.definitionLevelMax)
    let bytes = levels.finish().base
    if threshold == top { return (valueCount, nil) }
    let flags = Buffer<UInt8>(count: count + 1)
    let target = flags.base
    var next = 0
    for index in 0..<count {
      target[next] = BranchFree.byte(bytes[index] == top)
      next &+= BranchFree.integer(bytes[index] >= threshold)
    }
    if next == valueCount { return (next, nil) }
    return (next, Validity.fromBytes(target, count: next))
  }

  /// Passes over `count` rows of any column; whole pages without decompressing them where their
  /// headers say how many rows they have.
  func skipSlots(_ count: Int) throws(DecodingFailure) {
    var left = try jump(over: count)
    row += left
    if left > 0 && slotsLeft == 0 && levels.position == levels.count {
      left -= try skipPages(rowCount: left)
    }
    if left == 0 { return }
    try takeRows(left) { (reader, range) throws(DecodingFailure) in
      let valid = reader.countValues(range)
      if valid > 0 { try reader.decoder.skip(&reader.page, count: valid) }
    }
  }

  private func countValues(_ range: Range<Int>) -> Int {
    let first = levels.definition + range.lowerBound
    return Int(lake_count_equal(first, Int64(range.count), UInt8(leaf.definitionLevelMax)))
  }

  /// Calls `body` with the slots of the next `count` rows, in pieces that each lie in one page.
  private func takeRows(
    _ count: Int,
    _ body: (LeafReader, Range<Int>) throws(DecodingFailure) -> Void
  ) throws(DecodingFailure) {
    var rows = 0
    while true {
      if levels.position == levels.count {
        if rows == count && leaf.repetitionLevelMax == 0 { return }
        guard try decodeLevels() else {
          // The last row ends with the chunk.
          if rows == count { return }
          throw DecodingFailure("the column chunk ends \(count - rows) rows early")
        }
      }
      let first = levels.position
      var next = first
      if leaf.repetitionLevelMax == 0 {
        next += min(count - rows, levels.count - first)
        rows += next - first
      } else {
        let repetition = levels.repetition
        if rows == 0 && count > 0 && repetition[first] != 0 {
          throw DecodingFailure("the rows start within a list")
        }
        // A level of zero starts a row; most often all slots at hand belong to rows that are wanted.
        let rowCount = Int(lake_count_equal(repetition + first, Int64(levels.count - first), 0))
        if rows &+ rowCount <= count {
          rows &+= rowCount
          next = levels.count
        }
        while next < levels.count {
          if repetition[next] == 0 {
            if rows == count { break }
            rows &+= 1
          }
          next &+= 1
        }
      }
      if next > first {
        levels.position = next
        try body(self, first..<next)
      }
      if next < levels.count { return }
    }
  }

  /// Decodes more levels; false at the chunk's end.
  private func decodeLevels() throws(DecodingFailure) -> Bool {
    if slotsLeft == 0 {
      if slotsAhead == 0 { return false }
      if !isSlotCountKnown, try nextDataHeader() == nil { return false }
      try beginPage()
    }
    let taken = min(slotsLeft, DecodedLevels.countMax)
    if leaf.definitionLevelMax > 0 {
      try definitionLevels?.decode(into: levels.definition, count: taken)
    } else {
      levels.definition.update(repeating: 0, count: taken)
    }
    try repetitionLevels?.decode(into: levels.repetition, count: taken)
    levels.count = taken
    levels.position = 0
    slotsLeft &-= taken
    return true
  }
}
