import ColumnFormat

/// What the keys of a join's build side say about a column of the probe side's scan.
///
/// Set when the build side is finished, before the probe side starts. Integers in a small range are
/// looked up in a bitmap; everything else in a Bloom filter of one word a key.
class DynamicFilter: @unchecked Sendable {
  private enum Kind {
    case none
    /// One bit for each integer from `base` on.
    case bitmap(base: Int64, bitCount: UInt64, Buffer<UInt64>)
    case bloom(Buffer<UInt64>, mask: Int)
  }

  /// A bitmap of this many integers takes 8 MB.
  private static let bitCountMax = 64 << 20
  private static let bloomKeyCountMax = 16 << 20

  private var kind = Kind.none
  private(set) final var isSet = false
  /// The smallest and largest key, for pruning by statistics.
  private(set) final var range: (min: Scalar, max: Scalar)?
  /// Whether there is no key at all, so that no row passes.
  private(set) final var isEmpty = false

  /// Whether it may be set or change while the scan runs.
  var changes: Bool { false }

  /// What follows for the values of a column, for pruning by statistics.
  func conditions(_ id: ColumnID) -> [PruningPredicate] {
    guard isSet else { return [] }
    if isEmpty { return [.never] }
    guard let range else { return [] }
    return [
      .compare(id, .greaterOrEqual, range.min), .compare(id, .lessOrEqual, range.max),
    ]
  }

  /// Takes the keys; `table` is the build side's where this is its only key.
  func set(_ keys: Column, table: JoinTable?) {
    isSet = true
    guard keys.nullCount < keys.count else {
      isEmpty = true
      return
    }
    if let range = table?.keyRange ?? DynamicFilter.integerRange(keys) {
      self.range = (.int(range.lowerBound), .int(range.upperBound))
      let (distance, overflow) = range.upperBound.subtractingReportingOverflow(range.lowerBound)
      if !overflow && distance < Int64(DynamicFilter.bitCountMax)
        && distance < Int64(max(keys.count, 1024)) * 256
      {
        setBitmap(keys, base: range.lowerBound, bitCount: Int(distance) + 1)
        return
      }
    }
    if keys.count <= DynamicFilter.bloomKeyCountMax { setBloom(keys) }
  }

  private static func integerRange(_ keys: Column) -> ClosedRange<Int64>? {
    var low = Int64.max
    var high = Int64.min
    let isInteger = forEachInteger(keys) { _, value in
      low = min(low, value)
      high = max(high, value)
    }
    return isInteger && low <= high ? low...high : nil
  }

  /// Calls `body` with the valid rows and their integers; false where the column has none.
  @inline(__always)
  private static func forEachInteger(_ column: Column, _ body: (Int, Int64) -> Void) -> Bool {
    let validity = column.rowValidity
    @inline(__always)
    func visit<Number: FixedWidthInteger>(_ values: Buffer<Number>) {
      let source = values.base
      if let validity {
        for row in 0..<column.count where validity.isValid(row) { body(row, Int64(source[row])) }
      } else {
        for row in 0..<column.count { body(row, Int64(source[row])) }
      }
    }
    switch column.physicalType {
    case .int8, .int16, .int32, .int64: break
    default: return false
    }
    switch column.flatValues {
    case .int8(let values): visit(values)
    case .int16(let values): visit(values)
    case .int32(let values): visit(values)
    case .int64(let values): visit(values)
    default: return false
    }
    return true
  }

  private func setBitmap(_ keys: Column, base: Int64, bitCount: Int) {
    let bits = Buffer<UInt64>(repeating: 0, count: bitCount / 64 + 1)
    let words = bits.base
    _ = DynamicFilter.forEachInteger(keys) { _, value in
      let bit = Int(value &- base)
      words[bit &>> 6] |= 1 &<< UInt64(truncatingIfNeeded: bit & 63)
    }
    kind = .bitmap(base: base, bitCount: UInt64(bitCount), bits)
  }

  private func setBloom(_ keys: Column) {
    var wordCount = 16
    while wordCount * 4 < keys.count { wordCount *= 2 }
    let words = Buffer<UInt64>(repeating: 0, count: wordCount)
    let hashes = Buffer<UInt64>(count: keys.count)
    guard DynamicFilter.hash(keys, hashes.base) else { return }
    let validity = keys.rowValidity
    for row in 0..<keys.count where validity?.isValid(row) ?? true {
      let hash = hashes.base[row]
      words.base[Int(truncatingIfNeeded: hash) & (wordCount - 1)] |= DynamicFilter.bits(hash)
    }
    kind = .bloom(words, mask: wordCount - 1)
  }

  /// The four bits of a key in its word.
  @inline(__always)
  private static func bits(_ hash: UInt64) -> UInt64 {
    (1 &<< ((hash &>> 38) & 63)) | (1 &<< ((hash &>> 44) & 63)) | (1 &<< ((hash &>> 50) & 63))
      | (1 &<< ((hash &>> 56) & 63))
  }

  /// Hashes of a column's values, the same for equal values of one type; false for nested ones.
  private static func hash(_ column: Column, _ hashes: UnsafeMutablePointer<UInt64>) -> Bool {
    let count = column.count
    @inline(__always)
    func numbers<Number: BitwiseCopyable>(_ values: Buffer<Number>, _ word: (Number) -> UInt64) {
      for row in 0..<count { hashes[row] = KeyHashing.hash(word(values.base[row])) }
    }
    switch column.flatValues {
    case .boolean(let values): numbers(values) { UInt64($0) }
    case .int8(let values): numbers(values) { UInt64(truncatingIfNeeded: $0) }
    case .int16(let values): numbers(values) { UInt64(truncatingIfNeeded: $0) }
    case .int32(let values): numbers(values) { UInt64(truncatingIfNeeded: $0) }
    case .int64(let values): numbers(values) { UInt64(bitPattern: $0) }
    case .int128(let values):
      numbers(values) { UInt64(truncatingIfNeeded: $0) ^ UInt64(truncatingIfNeeded: $0 >> 64) }
    case .float32(let values): numbers(values) { UInt64(KeyEncoder.canonicalBits($0)) }
    case .float64(let values): numbers(values) { KeyEncoder.canonicalBits($0) }
    case .bytes(let values, _):
      for row in 0..<count { hashes[row] = KeyHashing.hash(values.base[row]) }
    case .list, .row: return false
    }
    return true
  }

  /// The rows whose value may be a key; nil where all may be.
  func select(_ column: Column) -> Buffer<UInt32>? {
    guard isSet else { return nil }
    if isEmpty { return Buffer(count: 0) }
    switch kind {
    case .none: return nil
    case .bitmap(let base, let bitCount, let bits):
      let rows = Buffer<UInt32>(count: column.count)
      var count = 0
      let words = bits.base
      let target = rows.base
      let isInteger = DynamicFilter.forEachInteger(column) { row, value in
        let bit = UInt64(bitPattern: value &- base)
        target[count] = UInt32(truncatingIfNeeded: row)
        let inside = bit < bitCount
        let word = words[inside ? Int(truncatingIfNeeded: bit &>> 6) : 0]
        count &+= Int(truncatingIfNeeded: (word &>> (bit & 63)) & (inside ? 1 : 0))
      }
      return isInteger ? rows.slice(0..<count) : nil
    case .bloom(let words, let mask): return selectByBloom(column, words.base, mask)
    }
  }

  private func selectByBloom(_ column: Column, _ words: UnsafePointer<UInt64>, _ mask: Int)
    -> Buffer<UInt32>?
  {
    let rows = Buffer<UInt32>(count: column.count)
    var count = 0
    if case .dictionary(let codes, let dictionary) = column.form,
      dictionary.count <= column.count
    {
      let entries = Column(flat: dictionary.values, count: dictionary.count)
      let passes = Buffer<UInt8>(repeating: 0, count: dictionary.count)
      guard let passing = selectByBloom(entries, words, mask) else { return nil }
      for index in 0..<passing.count { passes.base[Int(passing.base[index])] = 1 }
      for row in 0..<column.count {
        rows.base[count] = UInt32(truncatingIfNeeded: row)
        let isValid = column.validity?.isValid(row) ?? true
        count &+= isValid ? Int(passes.base[Int(codes.base[row])]) : 0
      }
      return rows.slice(0..<count)
    }
    let hashes = Buffer<UInt64>(count: column.count)
    guard DynamicFilter.hash(column, hashes.base) else { return nil }
    let validity = column.rowValidity
    for row in 0..<column.count {
      let hash = hashes.base[row]
      let bits = DynamicFilter.bits(hash)
      rows.base[count] = UInt32(truncatingIfNeeded: row)
      let isPassing = words[Int(truncatingIfNeeded: hash) & mask] & bits == bits
      count &+= isPassing && (validity?.isValid(row) ?? true) ? 1 : 0
    }
    return rows.slice(0..<count)
  }
}
