/// Finds what the values of a column mean from its storage type and annotations.
///
/// parquet-format, LogicalTypes.md. An annotation that does not fit the storage type, or that this
/// reader does not know, is passed over: the values then mean what their storage says.
enum LeafTyping {
  /// The description of a column of values.
  static func leaf(
    _ element: SchemaElement,
    _ storage: StorageType,
    _ levels: Levels,
    path: [String]
  ) -> ColumnLeaf {
    let annotation = annotation(element)
    var leaf = ColumnLeaf(
      path: path,
      storage: storage,
      typeLength: element.typeLength ?? 0,
      type: plainType(storage),
      isUnsigned: false,
      definitionLevelMax: levels.definition,
      repetitionLevelMax: levels.repetition,
      elementDefinitionLevel: levels.elementDefinition,
      refusal: nil
    )
    if storage == .fixedLengthByteArray && leaf.typeLength == 0 {
      leaf.refusal = "its values have a fixed length of zero bytes"
    }
    leaf.isInterval = element.convertedType == .interval
    guard let annotation else { return leaf }
    if case .decimal(let scale, let precision) = annotation {
      annotateDecimal(&leaf, scale: scale, precision: precision)
    } else if case .integer(let bitWidth, let isSigned) = annotation {
      annotateInteger(&leaf, bitWidth: bitWidth, isSigned: isSigned)
    } else if let type = type(annotation, storage, leaf.typeLength) {
      leaf.type = type
    }
    return leaf
  }

  static func plainType(_ storage: StorageType) -> LogicalType {
    switch storage {
    case .boolean: .boolean
    case .int32: .int32
    case .int64: .int64
    // Nanoseconds end in 2262, and Spark's tables hold the years 1 to 9999.
    case .int96: .timestamp(.micros, isAdjustedToUTC: false)
    case .float: .float32
    case .double: .float64
    case .byteArray, .fixedLengthByteArray: .binary
    }
  }

  private static func type(
    _ annotation: LogicalTypeAnnotation,
    _ storage: StorageType,
    _ length: Int
  ) -> LogicalType? {
    switch (annotation, storage) {
    case (.unknown, _): .unknown
    case (.string, .byteArray), (.enumeration, .byteArray): .string
    case (.string, .fixedLengthByteArray), (.enumeration, .fixedLengthByteArray): .string
    case (.json, .byteArray): .json
    case (.bson, .byteArray): .binary
    case (.uuid, .fixedLengthByteArray) where length == 16: .uuid
    case (.float16, .fixedLengthByteArray) where length == 2: .float32
    case (.date, .int32): .date
    case (.time(.millis, _), .int32): .time(.millis)
    case (.time(let unit, _), .int64) where unit != .millis: .time(unit)
    case (.timestamp(let unit, let isAdjusted), .int64):
      .timestamp(unit, isAdjustedToUTC: isAdjusted)
    default: nil
    }
  }

  private static func annotateInteger(_ leaf: inout ColumnLeaf, bitWidth: Int, isSigned: Bool) {
    switch (leaf.storage, bitWidth, isSigned) {
    case (.int32, 8, true): leaf.type = .int8
    case (.int32, 16, true): leaf.type = .int16
    // What has no sign takes the next wider type that has one.
    case (.int32, 8, false): leaf.type = .int16
    case (.int32, 16, false): leaf.type = .int32
    case (.int32, 32, false): leaf.type = .int64
    case (.int64, 64, false): leaf.type = .decimal(precision: 20, scale: 0)
    default: return
    }
    leaf.isUnsigned = !isSigned
  }

  private static func annotateDecimal(_ leaf: inout ColumnLeaf, scale: Int, precision: Int) {
    switch leaf.storage {
    case .int32, .int64, .byteArray, .fixedLengthByteArray: break
    default: return
    }
    guard precision >= 1, scale >= 0, scale <= precision else {
      leaf.refusal = "it is a decimal(\(precision),\(scale)), which the format does not allow"
      return
    }
    guard precision <= 38 else {
      leaf.refusal = "it is a decimal of \(precision) digits; lake has up to 38"
      return
    }
    leaf.type = .decimal(precision: precision, scale: scale)
  }

  /// The annotation, from the old one where the new one is missing.
  private static func annotation(_ element: SchemaElement) -> LogicalTypeAnnotation? {
    if let annotation = element.logicalType { return annotation }
    switch element.convertedType {
    case .utf8?: return .string
    case .enumeration?: return .enumeration
    case .decimal?: return .decimal(scale: element.scale ?? 0, precision: element.precision ?? 0)
    case .date?: return .date
    case .timeMillis?: return .time(.millis, isAdjustedToUTC: true)
    case .timeMicros?: return .time(.micros, isAdjustedToUTC: true)
    case .timestampMillis?: return .timestamp(.millis, isAdjustedToUTC: true)
    case .timestampMicros?: return .timestamp(.micros, isAdjustedToUTC: true)
    case .uint8?: return .integer(bitWidth: 8, isSigned: false)
    case .uint16?: return .integer(bitWidth: 16, isSigned: false)
    case .uint32?: return .integer(bitWidth: 32, isSigned: false)
    case .uint64?: return .integer(bitWidth: 64, isSigned: false)
    case .int8?: return .integer(bitWidth: 8, isSigned: true)
    case .int16?: return .integer(bitWidth: 16, isSigned: true)
    case .int32?: return .integer(bitWidth: 32, isSigned: true)
    case .int64?: return .integer(bitWidth: 64, isSigned: true)
    case .json?: return .json
    case .bson?: return .bson
    default: return nil
    }
  }
}
