/// Brings values in memory to the width in which their leaf is stored.
enum WordConversion {
  /// The values' bits as words; without copying where the widths agree.
  static func words<Word: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ values: Values,
    count: Int,
    _ leaf: LeafColumn,
    as type: Word.Type
  ) throws(DecodingFailure) -> Buffer<Word> {
    switch values {
    case .int8(let values) where leaf.type == .int8: return widen(values)
    case .int16(let values) where leaf.type == .int16: return widen(values)
    case .int32(let values) where leaf.type.physicalType == .int32: return rebind(values)
    case .int64(let values) where leaf.type.physicalType == .int64:
      return Word.bitWidth == 64 ? rebind(values) : try narrow(values, leaf)
    case .int128(let values) where leaf.type.physicalType == .int128: return rebind(values)
    case .float32(let values) where leaf.type == .float32: return rebind(values)
    case .float64(let values) where leaf.type == .float64: return rebind(values)
    case .boolean(let values) where leaf.type == .unknown:
      // Only nulls: the values are never looked at.
      return Buffer(repeating: 0, count: values.count)
    default: throw mismatch(values, leaf)
    }
  }

  /// The failure of a column that holds something else than its type needs.
  static func mismatch(_ values: Values, _ leaf: LeafColumn) -> DecodingFailure {
    DecodingFailure(
      "the values are \(values.physicalType), but the column's type is kept as"
        + " \(leaf.type.physicalType)"
    )
  }

  private static func rebind<Value: BitwiseCopyable, Word: BitwiseCopyable>(
    _ values: Buffer<Value>
  ) -> Buffer<Word> {
    precondition(MemoryLayout<Value>.size == MemoryLayout<Word>.size)
    let start = UnsafeMutableRawPointer(values.base).assumingMemoryBound(to: Word.self)
    return Buffer(base: start, count: values.count, owner: values.owner)
  }

  private static func widen<Value: FixedWidthInteger & BitwiseCopyable, Word>(
    _ values: Buffer<Value>
  ) -> Buffer<Word> where Word: FixedWidthInteger & UnsignedInteger & BitwiseCopyable {
    let words = Buffer<Word>(count: values.count)
    let source = values.base
    let target = words.base
    for index in 0..<values.count { target[index] = Word(truncatingIfNeeded: source[index]) }
    return words
  }

  /// Times in milliseconds and decimals of up to nine digits, which are stored in four bytes.
  private static func narrow<Word: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ values: Buffer<Int64>,
    _ leaf: LeafColumn
  ) throws(DecodingFailure) -> Buffer<Word> {
    let words = Buffer<Word>(count: values.count)
    let source = values.base
    let target = words.base
    // A null's value may be anything, so what does not fit is brought to a bound that the check of
    // the row group's values refuses.
    for index in 0..<values.count {
      let value = min(max(source[index], Int64(Int32.min)), Int64(Int32.max))
      target[index] = Word(truncatingIfNeeded: value)
    }
    return words
  }
}
