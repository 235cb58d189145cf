import ColumnFormat

/// By which columns rows are sorted, as positions in a batch.
struct RowOrder: Sendable {
  struct Key: Sendable {
    var column: Int
    var isDescending: Bool
    var nullsFirst: Bool
  }

  var keys: [Key]
}

/// Sort keys of rows as words that compare as unsigned numbers.
///
/// Nulls, direction and the order of signed and floating-point numbers are worked into the bits, and
/// the bits of several keys follow each other, so that most comparisons are one. A text gives its
/// first eight bytes, an array or a row what fits of its first value; where those are equal,
/// ``RowComparison`` looks at the rest.
struct SortWords {
  let wordCount: Int
  let words: Buffer<UInt64>
  /// The first key whose bits do not hold all of the value; keys after it have no bits.
  let inexactKey: Int?

  /// The words of all rows of a batch, or only the first word of each.
  init(_ batch: Batch, _ order: RowOrder, wordCountMax: Int = .max) {
    var bits = 0
    var inexact: Int?
    var encoded = 0
    for (index, key) in order.keys.enumerated() {
      let width = SortWords.width(batch.columns[key.column].physicalType)
      bits += 1 + width.bits
      encoded = index + 1
      if !width.isExact {
        inexact = index
        break
      }
      if (bits + 63) / 64 >= wordCountMax { break }
    }
    if inexact == nil && (encoded < order.keys.count || (bits + 63) / 64 > wordCountMax) {
      inexact = 0
    }
    inexactKey = inexact
    let count = max(min((bits + 63) / 64, wordCountMax), 1)
    wordCount = count
    words = Buffer<UInt64>(repeating: 0, count: max(batch.rowCount * count, 1))
    var offset = 0
    for key in order.keys.prefix(encoded) {
      let column = batch.columns[key.column]
      let width = SortWords.width(column.physicalType)
      encode(column, key, offset: offset, width: width.bits)
      offset += 1 + width.bits
    }
  }

  /// Compares two rows by their words from `first` on, and by `comparison` where these agree: below zero
  /// where `left` comes first, zero where they are the same.
  @inline(__always)
  func compare(_ left: Int, _ right: Int, from first: Int = 0, _ comparison: RowComparison?)
    -> Int
  {
    let (one, other) = (words.base + left &* wordCount, words.base + right &* wordCount)
    var word = first
    while word < wordCount {
      if one[word] != other[word] { return one[word] < other[word] ? -1 : 1 }
      word &+= 1
    }
    return comparison?.compare(left, right) ?? 0
  }

  private static func width(_ type: PhysicalType) -> (bits: Int, isExact: Bool) {
    switch type {
    case .boolean: (1, true)
    case .int8: (8, true)
    case .int16: (16, true)
    case .int32, .float32: (32, true)
    case .int64, .float64: (64, true)
    case .int128: (128, true)
    case .bytes: (64, false)
    case .list, .row: (64, false)
    }
  }

  /// Writes a key's null bit at bit `offset` of every row, counted from the highest, and its value
  /// behind it.
  private func encode(_ column: Column, _ key: RowOrder.Key, offset: Int, width: Int) {
    let flip: UInt64 = key.isDescending ? .max : 0
    // As in Trino: NaN is the least number where nulls come first, and the greatest where they come
    // last; DESC turns the numbers around with it.
    let nanIsLeast = key.nullsFirst
    let validity = column.rowValidity
    // The null bit: what sorts first is 0.
    let valueBit: UInt64 = key.nullsFirst ? 1 : 0
    let rowCount = column.count
    if validity != nil || valueBit == 1 {
      for row in 0..<rowCount {
        let bit = validity?.isValid(row) ?? true ? valueBit : 1 &- valueBit
        put(bit, row: row, offset: offset, width: 1)
      }
    }
    @inline(__always)
    func store<Element: BitwiseCopyable>(
      _ values: Buffer<Element>,
      _ bits: (Element) -> UInt64
    ) {
      let source = values.base
      let mask: UInt64 = width >= 64 ? .max : (1 &<< UInt64(width)) &- 1
      if let validity {
        for row in 0..<rowCount where validity.isValid(row) {
          put((bits(source[row]) ^ flip) & mask, row: row, offset: offset &+ 1, width: width)
        }
      } else {
        for row in 0..<rowCount {
          put((bits(source[row]) ^ flip) & mask, row: row, offset: offset &+ 1, width: width)
        }
      }
    }
    switch column.flatValues {
    case .boolean(let values): store(values) { UInt64($0 & 1) }
    case .int8(let values): store(values) { UInt64(UInt8(bitPattern: $0) ^ 0x80) }
    case .int16(let values): store(values) { UInt64(UInt16(bitPattern: $0) ^ 0x8000) }
    case .int32(let values): store(values) { UInt64(UInt32(bitPattern: $0) ^ 0x8000_0000) }
    case .int64(let values): store(values) { UInt64(bitPattern: $0) ^ (1 &<< 63) }
    case .float32(let values):
      store(values) { UInt64(SortWords.ordered($0, nanIsLeast: nanIsLeast)) }
    case .float64(let values): store(values) { SortWords.ordered($0, nanIsLeast: nanIsLeast) }
    case .bytes(let values, _): store(values) { SortWords.prefix($0) }
    case .int128(let values):
      for row in 0..<rowCount where validity?.isValid(row) ?? true {
        let value = values.base[row]
        let high = (UInt64(truncatingIfNeeded: value &>> 64) ^ (1 &<< 63)) ^ flip
        put(high, row: row, offset: offset &+ 1, width: 64)
        put(UInt64(truncatingIfNeeded: value) ^ flip, row: row, offset: offset &+ 65, width: 64)
      }
    case .list(let offsets, let elements):
      for row in 0..<rowCount where validity?.isValid(row) ?? true {
        let first = offsets.base[row]
        let bits = first < offsets.base[row &+ 1] ? SortWords.prefix(elements, Int(first)) : 0
        put(bits ^ flip, row: row, offset: offset &+ 1, width: 64)
      }
    case .row(let fields):
      for row in 0..<rowCount where validity?.isValid(row) ?? true {
        let bits = fields.first.map { SortWords.prefix($0, row) } ?? 0
        put(bits ^ flip, row: row, offset: offset &+ 1, width: 64)
      }
    }
  }

  /// Bits that sort as a value within an array or row does, as far as they go: above the zero of an
  /// empty array, and below those of a null.
  private static func prefix(_ column: Column, _ row: Int) -> UInt64 {
    guard column.isValid(row) else { return .max }
    let ordered: UInt64
    switch column.place(of: row) {
    case (.boolean(let values), let place): ordered = UInt64(values.base[place] & 1)
    case (.int8(let values), let place): ordered = sortable(Int64(values.base[place]))
    case (.int16(let values), let place): ordered = sortable(Int64(values.base[place]))
    case (.int32(let values), let place): ordered = sortable(Int64(values.base[place]))
    case (.int64(let values), let place): ordered = sortable(values.base[place])
    case (.int128(let values), let place):
      ordered = sortable(Int64(truncatingIfNeeded: values.base[place] &>> 64))
    case (.float32(let values), let place):
      ordered = SortWords.ordered(Double(values.base[place]), nanIsLeast: false)
    case (.float64(let values), let place):
      ordered = SortWords.ordered(values.base[place], nanIsLeast: false)
    case (.bytes(let values, _), let place): ordered = prefix(values.base[place])
    // Arrays and rows within are left to the comparison.
    case (.list, _), (.row, _): ordered = 0
    }
    return 1 &+ (ordered &>> 2)
  }

  /// The bits of a whole number such that they sort as the number.
  @inline(__always)
  private static func sortable(_ value: Int64) -> UInt64 {
    UInt64(bitPattern: value) ^ (1 &<< 63)
  }

  /// Ors `width` bits into a row, `offset` bits from its highest one; what falls off the last word is
  /// left out.
  @inline(__always)
  private func put(_ bits: UInt64, row: Int, offset: Int, width: Int) {
    let first = words.base + row &* wordCount
    let word = offset &>> 6
    let used = offset & 63
    if word >= wordCount { return }
    let room = 64 &- used
    if width <= room {
      first[word] |= bits &<< UInt64(truncatingIfNeeded: room &- width)
    } else {
      let rest = width &- room
      first[word] |= bits &>> UInt64(truncatingIfNeeded: rest)
      if word &+ 1 < wordCount {
        first[word &+ 1] |= bits &<< UInt64(truncatingIfNeeded: 64 &- rest)
      }
    }
  }

  /// The bits of a number such that they sort as the number; NaN is below or above all.
  @inline(__always)
  static func ordered(_ value: Double, nanIsLeast: Bool) -> UInt64 {
    if nanIsLeast && value.isNaN { return 0 }
    let bits = KeyEncoder.canonicalBits(value)
    return bits &>> 63 == 1 ? ~bits : bits | (1 &<< 63)
  }

  @inline(__always)
  static func ordered(_ value: Float, nanIsLeast: Bool) -> UInt32 {
    if nanIsLeast && value.isNaN { return 0 }
    let bits = KeyEncoder.canonicalBits(value)
    return bits &>> 31 == 1 ? ~bits : bits | (1 &<< 31)
  }

  /// The first eight bytes of a text, as a big-endian number.
  @inline(__always)
  static func prefix(_ view: ByteView) -> UInt64 {
    if view.isInline {
      return ((view.head &>> 32) | (view.tail &<< 32)).byteSwapped
    }
    return view.address.loadUnaligned(as: UInt64.self).byteSwapped
  }
}
