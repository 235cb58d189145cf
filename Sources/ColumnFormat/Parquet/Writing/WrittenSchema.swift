/// A leaf of a file's schema: the part of a column that has pages of its own.
struct LeafColumn: Equatable {
  /// The names from the top-level column down.
  var path: [String]
  /// What the values mean.
  var type: LogicalType
  /// How they are stored.
  var storage: StorageType
  /// The number of bytes of a fixed-length value.
  var typeLength: Int?
  /// The definition level of a value that is there.
  var definitionMax: Int
  /// The number of lists around the value.
  var repetitionMax: Int

  /// The names with dots between, as messages and options have them.
  var dottedPath: String { path.joined(separator: ".") }
}

/// A schema as a Parquet file holds it: a tree of elements, depth first, and its leaves.
///
/// Lists have the three levels and names of parquet-format, LogicalTypes.md, "Nested Types".
struct WrittenSchema {
  private(set) var elements: [SchemaElement]
  private(set) var leaves: [LeafColumn] = []

  /// The elements for a schema.
  ///
  /// - Throws: A failure naming a field that Parquet cannot hold.
  init(_ schema: Schema) throws(DecodingFailure) {
    elements = [SchemaElement(name: "schema", childCount: schema.fields.count)]
    if schema.fields.isEmpty { throw DecodingFailure("a file needs at least one column") }
    for field in schema.fields {
      try append(field, path: [field.name], definition: 0, repetition: 0)
    }
  }

  private mutating func append(
    _ field: Field,
    path: [String],
    definition: Int,
    repetition: Int
  ) throws(DecodingFailure) {
    guard path.count <= Limits.schemaDepthMax else {
      throw DecodingFailure("the type is nested more than \(Limits.schemaDepthMax) levels deep")
    }
    var element = SchemaElement(name: path[path.count - 1], fieldID: field.id)
    let isOptional = field.isNullable || field.type == .unknown
    element.repetition = isOptional ? .optional : .required
    let own = definition + (isOptional ? 1 : 0)
    switch field.type {
    case .row(let fields):
      if fields.isEmpty {
        throw DecodingFailure("'\(path.joined(separator: "."))' is a row without fields")
      }
      element.childCount = fields.count
      elements.append(element)
      for child in fields {
        try append(child, path: path + [child.name], definition: own, repetition: repetition)
      }
    case .list(let member):
      element.childCount = 1
      element.convertedType = .list
      element.logicalType = .list
      elements.append(element)
      elements.append(SchemaElement(name: "list", repetition: .repeated, childCount: 1))
      try append(
        member,
        path: path + ["list", "element"],
        definition: own + 1,
        repetition: repetition + 1
      )
    case .map(var key, let value):
      element.childCount = 1
      element.convertedType = .map
      element.logicalType = .map
      elements.append(element)
      elements.append(SchemaElement(name: "key_value", repetition: .repeated, childCount: 2))
      key.isNullable = false
      for (name, part) in [("key", key), ("value", value)] {
        try append(
          part,
          path: path + ["key_value", name],
          definition: own + 1,
          repetition: repetition + 1
        )
      }
    default:
      try element.setLeafType(field.type)
      elements.append(element)
      guard let storage = element.type else { preconditionFailure("a leaf without storage") }
      leaves.append(
        LeafColumn(
          path: path,
          type: field.type,
          storage: storage,
          typeLength: element.typeLength,
          definitionMax: own,
          repetitionMax: repetition
        )
      )
    }
  }
}

extension SchemaElement {
  /// Sets storage and annotations for a type that is not nested.
  fileprivate mutating func setLeafType(_ leaf: LogicalType) throws(DecodingFailure) {
    switch leaf {
    case .unknown:
      type = .int32
      logicalType = .unknown
    case .boolean: type = .boolean
    case .int8: setInteger(.int32, .int8, bitWidth: 8)
    case .int16: setInteger(.int32, .int16, bitWidth: 16)
    case .int32: type = .int32
    case .int64: type = .int64
    case .float32: type = .float
    case .float64: type = .double
    case .decimal(let precision, let scale): try setDecimal(precision, scale)
    case .string:
      type = .byteArray
      convertedType = .utf8
      logicalType = .string
    case .json:
      type = .byteArray
      convertedType = .json
      logicalType = .json
    case .binary: type = .byteArray
    case .uuid:
      type = .fixedLengthByteArray
      typeLength = 16
      logicalType = .uuid
    case .date:
      type = .int32
      convertedType = .date
      logicalType = .date
    case .time(let unit):
      // A time of day has no zone; the old annotations would say that it is in UTC.
      type = unit == .millis ? .int32 : .int64
      logicalType = .time(unit, isAdjustedToUTC: false)
    case .timestamp(let unit, let isAdjusted):
      type = .int64
      logicalType = .timestamp(unit, isAdjustedToUTC: isAdjusted)
      // The old annotations mean instants, and know no nanoseconds.
      if isAdjusted && unit == .millis { convertedType = .timestampMillis }
      if isAdjusted && unit == .micros { convertedType = .timestampMicros }
    case .list, .map, .row: preconditionFailure("a nested type is no leaf")
    }
  }

  private mutating func setInteger(_ storage: StorageType, _ old: ConvertedType, bitWidth: Int) {
    type = storage
    convertedType = old
    logicalType = .integer(bitWidth: bitWidth, isSigned: true)
  }

  private mutating func setDecimal(_ digits: Int, _ fraction: Int) throws(DecodingFailure) {
    guard digits >= 1 && digits <= 38 && fraction >= 0 && fraction <= digits else {
      throw DecodingFailure("decimal(\(digits),\(fraction)) is outside of decimal(38,38)")
    }
    switch digits {
    case ...9: type = .int32
    case ...18: type = .int64
    default:
      type = .fixedLengthByteArray
      typeLength = DecimalWidth.byteCount(digits: digits)
    }
    convertedType = .decimal
    precision = digits
    scale = fraction
    logicalType = .decimal(scale: fraction, precision: digits)
  }
}

/// The fixed lengths of decimals.
enum DecimalWidth {
  /// The least number of bytes that hold all numbers of so many digits, with their sign.
  static func byteCount(digits: Int) -> Int {
    let largest = power(digits) - 1
    return (UInt128.bitWidth - largest.leadingZeroBitCount + 1 + 7) / 8
  }

  /// Ten to the power of `digits`, which is at most 38.
  static func power(_ digits: Int) -> UInt128 {
    var power: UInt128 = 1
    for _ in 0..<digits { power *= 10 }
    return power
  }
}
