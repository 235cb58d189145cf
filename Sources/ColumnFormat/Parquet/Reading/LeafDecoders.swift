/// Chooses how a column's values are decoded.
enum LeafDecoders {
  /// The decoder for a column.
  static func decoder(_ leaf: ColumnLeaf) -> LeafDecoder {
    if leaf.type == .unknown { return NullLeafDecoder() }
    switch leaf.storage {
    case .boolean: return BooleanLeafDecoder()
    case .int32: return int32(leaf)
    case .int64: return int64(leaf)
    case .int96: return FixedLeafDecoder<Int96Timestamp> { .int64($0) }
    case .float: return FixedLeafDecoder<Same<Float>> { .float32($0) }
    case .double: return FixedLeafDecoder<Same<Double>> { .float64($0) }
    case .byteArray, .fixedLengthByteArray: return bytes(leaf)
    }
  }

  private static func int32(_ leaf: ColumnLeaf) -> LeafDecoder {
    switch (leaf.type.physicalType, leaf.isUnsigned) {
    case (.int8, _): FixedLeafDecoder<Resized<Int32, Int8>> { .int8($0) }
    case (.int16, true): FixedLeafDecoder<Masked<Int32, UInt8, Int16>> { .int16($0) }
    case (.int16, false): FixedLeafDecoder<Resized<Int32, Int16>> { .int16($0) }
    case (.int32, true): FixedLeafDecoder<Masked<Int32, UInt16, Int32>> { .int32($0) }
    case (.int64, true): FixedLeafDecoder<Resized<UInt32, Int64>> { .int64($0) }
    case (.int64, false): FixedLeafDecoder<Resized<Int32, Int64>> { .int64($0) }
    case (.int128, _): FixedLeafDecoder<Resized<Int32, Int128>> { .int128($0) }
    default: FixedLeafDecoder<Same<Int32>> { .int32($0) }
    }
  }

  private static func int64(_ leaf: ColumnLeaf) -> LeafDecoder {
    switch (leaf.type.physicalType, leaf.isUnsigned) {
    case (.int128, true): FixedLeafDecoder<Resized<UInt64, Int128>> { .int128($0) }
    case (.int128, false): FixedLeafDecoder<Resized<Int64, Int128>> { .int128($0) }
    default: FixedLeafDecoder<Same<Int64>> { .int64($0) }
    }
  }

  private static func bytes(_ leaf: ColumnLeaf) -> LeafDecoder {
    let length = leaf.storage == .fixedLengthByteArray ? leaf.typeLength : 0
    switch leaf.type.physicalType {
    case .int64:
      return ConvertedBytesDecoder<ShortDecimal>(fixedByteCount: length) { .int64($0) }
    case .int128:
      return ConvertedBytesDecoder<LongDecimal>(fixedByteCount: length) { .int128($0) }
    case .float32:
      return ConvertedBytesDecoder<HalfPrecision>(fixedByteCount: length) { .float32($0) }
    default: return BytesLeafDecoder(fixedByteCount: length)
    }
  }
}
