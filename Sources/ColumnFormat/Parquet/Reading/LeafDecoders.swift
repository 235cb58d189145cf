/// Chooses how a column's values are decoded.
enum LeafDecoders {
  /// The decoder for a column.
  static func decoder(_ leaf: ColumnLeaf) -> LeafDecoder {
    if leaf.type == .unknown { return NullLeafDecoder() }
    switch leaf.storage {
    case .boolean: return BooleanLeafDecoder()
    case .int32: return int32(leaf)
    case .int64: return int64(leaf)
    case .int96: return typed(FixedLeafDecoder<Int96Timestamp> { .int64($0) })
    case .float: return typed(FixedLeafDecoder<Same<Float>> { .float32($0) })
    case .double: return typed(FixedLeafDecoder<Same<Double>> { .float64($0) })
    case .byteArray, .fixedLengthByteArray: return bytes(leaf)
    }
  }

  private static func int32(_ leaf: ColumnLeaf) -> LeafDecoder {
    switch (leaf.type.physicalType, leaf.isUnsigned) {
    case (.int8, _): typed(FixedLeafDecoder<Resized<Int32, Int8>> { .int8($0) })
    case (.int16, true): typed(FixedLeafDecoder<Masked<Int32, UInt8, Int16>> { .int16($0) })
    case (.int16, false): typed(FixedLeafDecoder<Resized<Int32, Int16>> { .int16($0) })
    case (.int32, true): typed(FixedLeafDecoder<Masked<Int32, UInt16, Int32>> { .int32($0) })
    case (.int64, true): typed(FixedLeafDecoder<Resized<UInt32, Int64>> { .int64($0) })
    case (.int64, false): typed(FixedLeafDecoder<Resized<Int32, Int64>> { .int64($0) })
    case (.int128, _): typed(FixedLeafDecoder<Resized<Int32, Int128>> { .int128($0) })
    default: typed(FixedLeafDecoder<Same<Int32>> { .int32($0) })
    }
  }

  private static func int64(_ leaf: ColumnLeaf) -> LeafDecoder {
    switch (leaf.type.physicalType, leaf.isUnsigned) {
    case (.int128, true): typed(FixedLeafDecoder<Resized<UInt64, Int128>> { .int128($0) })
    case (.int128, false): typed(FixedLeafDecoder<Resized<Int64, Int128>> { .int128($0) })
    default: typed(FixedLeafDecoder<Same<Int64>> { .int64($0) })
    }
  }

  private static func bytes(_ leaf: ColumnLeaf) -> LeafDecoder {
    let length = leaf.storage == .fixedLengthByteArray ? leaf.typeLength : 0
    switch leaf.type.physicalType {
    case .int64:
      return typed(ConvertedBytesDecoder<ShortDecimal>(fixedByteCount: length) { .int64($0) })
    case .int128:
      return typed(ConvertedBytesDecoder<LongDecimal>(fixedByteCount: length) { .int128($0) })
    case .float32:
      return typed(ConvertedBytesDecoder<HalfPrecision>(fixedByteCount: length) { .float32($0) })
    default: return BytesLeafDecoder(fixedByteCount: length)
    }
  }

  /// A decoder of a generic class behind the common one.
  ///
  /// A method of a generic class that is called through its superclass is not specialised (7 ns a
  /// value instead of 1). The closures made here for a known class call it directly.
  @inline(__always)
  private static func typed<Decoder: TypedLeafDecoder>(_ decoder: Decoder) -> LeafDecoder {
    ErasedLeafDecoder(
      begin: { decoder.begin(capacity: $0, keepsRuns: $1) },
      setDictionary: { (page, count) throws(DecodingFailure) in
        try decoder.setDictionary(&page, count: count)
      },
      append: { (page, count) throws(DecodingFailure) in
        try decoder.append(&page, count: count)
      },
      appendChosen: { (page, chosen, total) throws(DecodingFailure) in
        try decoder.append(&page, chosen: chosen, of: total)
      },
      skip: { (page, count) throws(DecodingFailure) in try decoder.skip(&page, count: count) },
      finish: { decoder.finish(count: $0, validity: $1) }
    )
  }
}

/// What a ``LeafDecoder`` does, for generic classes; see there.
protocol TypedLeafDecoder: AnyObject {
  func begin(capacity: Int, keepsRuns: Bool)
  func setDictionary(_ page: inout PageValues, count: Int) throws(DecodingFailure)
  func append(_ page: inout PageValues, count: Int) throws(DecodingFailure)
  func append(_ page: inout PageValues, chosen: ChosenValues, of total: Int)
    throws(DecodingFailure)
  func skip(_ page: inout PageValues, count: Int) throws(DecodingFailure)
  func finish(count: Int, validity: Validity?) -> Column
}

extension TypedLeafDecoder {
  func append(_ page: inout PageValues, chosen: ChosenValues, of total: Int)
    throws(DecodingFailure)
  {
    try chosen.appendRuns(
      of: total,
      append: { (count) throws(DecodingFailure) in try append(&page, count: count) },
      skip: { (count) throws(DecodingFailure) in try skip(&page, count: count) }
    )
  }
}

/// A decoder whose work is done by a generic class.
private final class ErasedLeafDecoder: LeafDecoder {
  typealias Step = (inout PageValues, Int) throws(DecodingFailure) -> Void
  typealias ChosenStep = (inout PageValues, ChosenValues, Int) throws(DecodingFailure) -> Void

  private let beginBody: (Int, Bool) -> Void
  private let setDictionaryBody: Step
  private let appendBody: Step
  private let appendChosenBody: ChosenStep
  private let skipBody: Step
  private let finishBody: (Int, Validity?) -> Column

  init(
    begin: @escaping (Int, Bool) -> Void,
    setDictionary: @escaping Step,
    append: @escaping Step,
    appendChosen: @escaping ChosenStep,
    skip: @escaping Step,
    finish: @escaping (Int, Validity?) -> Column
  ) {
    beginBody = begin
    setDictionaryBody = setDictionary
    appendBody = append
    appendChosenBody = appendChosen
    skipBody = skip
    finishBody = finish
  }

  override func begin(capacity: Int) { beginBody(capacity, keepsRuns) }

  override func setDictionary(_ page: inout PageValues, count: Int) throws(DecodingFailure) {
    try setDictionaryBody(&page, count)
  }

  override func append(_ page: inout PageValues, count: Int) throws(DecodingFailure) {
    try appendBody(&page, count)
  }

  override func append(_ page: inout PageValues, chosen: ChosenValues, of total: Int)
    throws(DecodingFailure)
  {
    try appendChosenBody(&page, chosen, total)
  }

  override func skip(_ page: inout PageValues, count: Int) throws(DecodingFailure) {
    try skipBody(&page, count)
  }

  override func finish(count: Int, validity: Validity?) -> Column { finishBody(count, validity) }
}
