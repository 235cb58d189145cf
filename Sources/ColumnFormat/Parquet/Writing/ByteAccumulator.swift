#if canImport(Glibc)
  import Glibc
#endif

/// Text and binary values, also those of fixed length.
///
/// Starts as a dictionary and its codes; becomes plain when the dictionary does not pay. The bytes
/// are copied, so that a waiting row group does not keep whole input blocks alive.
final class ByteAccumulator {
  let leaf: LeafColumn
  private var choice: DictionaryChoice
  /// Whether `codes` and `entries` are in use, rather than `bytes` and `ends`.
  private(set) var isDictionary = true
  private var table = CodeTable()
  private(set) var entries = BufferBuilder<ByteView>(capacity: 32)
  private var hashes = BufferBuilder<UInt64>(capacity: 32)
  private var arena = ByteArena(blockByteCount: 1 << 10)
  private(set) var entryByteCount = 0
  /// The bytes that the values behind the codes have without a dictionary.
  private(set) var expandedByteCount = 0
  private(set) var codes = BufferBuilder<UInt32>(capacity: 64)
  private(set) var bytes = BufferBuilder<UInt8>(capacity: 1)
  /// Where each plain value ends in `bytes`.
  private(set) var ends = BufferBuilder<Int>(capacity: 1)
  /// The dictionary that codes came from last, and what its codes are here.
  private var source: (dictionary: ColumnDictionary, codes: Buffer<UInt32>)?

  init(_ leaf: LeafColumn, _ options: WriterOptions) {
    self.leaf = leaf
    choice = DictionaryChoice(options)
  }

  var count: Int { isDictionary ? codes.count : ends.count }

  var byteCount: Int {
    isDictionary
      ? codes.count * 4 + entries.count * 24 + entryByteCount + table.byteCount
      : bytes.count + ends.count * 8
  }

  var distinctCount: Int? { isDictionary && count > 0 ? entries.count : nil }

  /// Forgets the values of a row group that was written in an encoding.
  func removeAll(writtenAs encoding: ChunkEncoding) {
    choice.remember(isUsed: encoding == .dictionary)
    isDictionary = true
    table.removeAll()
    entries.removeAll()
    hashes.removeAll()
    arena = ByteArena(blockByteCount: 1 << 10)
    entryByteCount = 0
    expandedByteCount = 0
    codes.removeAll()
    bytes.removeAll()
    ends.removeAll()
    source = nil
  }

  // MARK: Appending

  func append(_ column: Column) throws(DecodingFailure) {
    switch column.form {
    case .constant(let values, let isNull):
      if isNull { return }
      let views = try views(values)
      try check(views, count: 1, validity: nil)
      append(repeating: views, count: column.count)
    case .flat(let values):
      let views = try views(values)
      try check(views, count: column.count, validity: column.validity)
      append(views, count: column.count, validity: column.validity)
    case .dictionary(let codes, let dictionary):
      let views = try views(dictionary.values)
      try check(views, count: dictionary.count, validity: nil)
      append(codes: codes, validity: column.validity, dictionary, views)
    case .runs: try append(column.flattened())
    }
  }

  private func views(_ values: Values) throws(DecodingFailure) -> UnsafePointer<ByteView> {
    guard case .bytes(let views, _) = values, leaf.type.physicalType == .bytes else {
      throw WordConversion.mismatch(values, leaf)
    }
    return UnsafePointer(views.base)
  }

  /// Refuses values that a page cannot hold, and fixed lengths that are wrong.
  private func check(
    _ views: UnsafePointer<ByteView>,
    count: Int,
    validity: Validity?
  ) throws(DecodingFailure) {
    if let expected = leaf.typeLength {
      for row in 0..<count where views[row].count != expected && validity?.isValid(row) != false {
        throw DecodingFailure(
          "a value has \(views[row].count) bytes, where all must have \(expected)"
        )
      }
    } else {
      var largest = 0
      for row in 0..<count { largest = max(largest, views[row].count) }
      if largest > Limits.pageByteCountMax / 2 {
        throw DecodingFailure(
          "a value has \(largest) bytes, over the limit of \(Limits.pageByteCountMax / 2)"
        )
      }
    }
  }

  private func append(_ views: UnsafePointer<ByteView>, count: Int, validity: Validity?) {
    var row = 0
    if isDictionary {
      codes.reserve(count)
      while row < count {
        if validity?.isValid(row) != false {
          guard let code = code(of: views + row) else { break }
          codes.append(code)
          expandedByteCount &+= views[row].count
        }
        row &+= 1
      }
    }
    if row == count { return }
    ends.reserve(count - row)
    while row < count {
      if validity?.isValid(row) != false { appendPlain(views + row) }
      row &+= 1
    }
  }

  private func append(repeating view: UnsafePointer<ByteView>, count: Int) {
    if count == 0 { return }
    if isDictionary, let code = code(of: view) {
      codes.append(repeating: code, count: count)
      expandedByteCount += view.pointee.count * count
    } else {
      for _ in 0..<count { appendPlain(view) }
    }
  }

  private func append(
    codes incoming: Buffer<UInt32>,
    validity: Validity?,
    _ dictionary: ColumnDictionary,
    _ views: UnsafePointer<ByteView>
  ) {
    var row = 0
    if isDictionary {
      let known: Buffer<UInt32>
      if let source, source.dictionary === dictionary {
        known = source.codes
      } else {
        known = Buffer(repeating: .max, count: dictionary.count)
        source = (dictionary, known)
      }
      codes.reserve(incoming.count)
      while row < incoming.count {
        if validity?.isValid(row) != false {
          let foreign = Int(incoming.base[row])
          var own = known.base[foreign]
          if own == .max {
            guard let code = code(of: views + foreign) else { break }
            own = code
            known.base[foreign] = code
          }
          codes.append(own)
          expandedByteCount &+= views[foreign].count
        }
        row &+= 1
      }
    }
    while row < incoming.count {
      if validity?.isValid(row) != false { appendPlain(views + Int(incoming.base[row])) }
      row &+= 1
    }
  }

  @inline(__always)
  private func appendPlain(_ view: UnsafePointer<ByteView>) {
    let count = view.pointee.count
    let target = UnsafeMutableRawPointer(bytes.room(for: count &+ 16))
    if view.pointee.isInline {
      // Twelve bytes, of which `count` are wanted, are quicker than a call for fewer.
      let from = UnsafeRawPointer(view) + 4
      target.storeBytes(of: from.loadUnaligned(as: UInt64.self), as: UInt64.self)
      target.storeBytes(
        of: from.loadUnaligned(fromByteOffset: 8, as: UInt32.self),
        toByteOffset: 8,
        as: UInt32.self
      )
    } else {
      view.pointee.copyLong(to: target)
    }
    bytes.advance(by: count)
    ends.append(bytes.count)
  }

  /// The code of one value, or nil where the dictionary was given up for it.
  @inline(__always)
  private func code(of view: UnsafePointer<ByteView>) -> UInt32? {
    let hash = ByteAccumulator.hash(view.pointee)
    let mask = table.slots.count &- 1
    let slots = table.slots.base
    var slot = Int(truncatingIfNeeded: hash &>> table.shift)
    while slots[slot] != 0 {
      let found = slots[slot] &- 1
      if ByteView.isEqual(entries[Int(found)], view.pointee) { return found }
      slot = (slot &+ 1) & mask
    }
    return insert(view, hash)
  }

  @inline(never)
  private func insert(_ view: UnsafePointer<ByteView>, _ hash: UInt64) -> UInt32? {
    if entries.count >= table.entryCountMax {
      let isHopeless = choice.isHopeless(
        entryCount: entries.count,
        entryByteCount: entryByteCount,
        valueCount: codes.count
      )
      if isHopeless {
        giveUpDictionary()
        return nil
      }
      let hashes = self.hashes.base
      table.grow(entryCount: entries.count) { hashes[$0] }
    } else if choice.isTooLarge(entryByteCount: entryByteCount) {
      // Few but large values: the size decides before the table is full.
      giveUpDictionary()
      return nil
    }
    let code = entries.count
    entries.append(arena.copy(view.pointee))
    hashes.append(hash)
    entryByteCount += view.pointee.count + (leaf.typeLength == nil ? 4 : 0)
    let mask = table.slots.count &- 1
    var slot = Int(truncatingIfNeeded: hash &>> table.shift)
    while table.slots.base[slot] != 0 { slot = (slot &+ 1) & mask }
    table.slots.base[slot] = UInt32(truncatingIfNeeded: code &+ 1)
    return UInt32(truncatingIfNeeded: code)
  }

  private func giveUpDictionary() {
    bytes.reserve(expandedByteCount + 16)
    ends.reserve(codes.count)
    isDictionary = false
    for index in 0..<codes.count { appendPlain(entries.base + Int(codes[index])) }
    source = nil
    codes = BufferBuilder(capacity: 1)
    entries = BufferBuilder(capacity: 32)
    hashes = BufferBuilder(capacity: 32)
    arena = ByteArena(blockByteCount: 1 << 10)
    entryByteCount = 0
    expandedByteCount = 0
    table.removeAll()
  }

  @inline(__always)
  private static func hash(_ view: ByteView) -> UInt64 {
    if view.isInline { return CodeTable.mix(view.head &+ view.tail &* 0xA24B_AED4_963E_E407) }
    let start = view.address
    let count = view.count
    var hash = view.head
    var offset = 0
    // Sixteen bytes a step: halves of a product depend on all bits of both factors.
    while offset &+ 16 <= count {
      let product =
        (hash ^ start.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        .multipliedFullWidth(
          by: start.loadUnaligned(fromByteOffset: offset &+ 8, as: UInt64.self)
            ^ 0x9E37_79B9_7F4A_7C15
        )
      hash = product.high ^ product.low
      offset &+= 16
    }
    if offset &+ 8 <= count {
      hash ^= start.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      hash = CodeTable.mix(hash)
    }
    // Long values have at least eight bytes, so the last ones are hashed with a step that overlaps.
    hash ^= start.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
    return CodeTable.mix(hash)
  }
}
