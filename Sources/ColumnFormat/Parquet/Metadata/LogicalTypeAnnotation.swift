/// What the values of a column mean, as newer files say it; parquet.thrift, `LogicalType`.
public enum LogicalTypeAnnotation: Sendable, Hashable {
  /// UTF-8 text.
  case string
  /// A group of keys and values.
  case map
  /// A group of elements.
  case list
  /// UTF-8 text from a fixed set.
  case enumeration
  /// An exact number.
  case decimal(scale: Int, precision: Int)
  /// Days since 1970-01-01.
  case date
  /// Time of day.
  case time(TimeUnit, isAdjustedToUTC: Bool)
  /// Since 1970-01-01 00:00.
  case timestamp(TimeUnit, isAdjustedToUTC: Bool)
  /// An integer narrower than its storage, or unsigned.
  case integer(bitWidth: Int, isSigned: Bool)
  /// Only nulls.
  case unknown
  /// UTF-8 text that is a JSON document.
  case json
  /// A BSON document.
  case bson
  /// Sixteen bytes.
  case uuid
  /// IEEE half precision in two bytes.
  case float16
  /// Anything else, by its number in the format.
  case other(Int)

  /// Reads the union.
  package init(from reader: inout CompactReader) throws(DecodingFailure) {
    var annotation: LogicalTypeAnnotation?
    var last = 0
    while let field = try reader.nextField(after: &last) {
      annotation = try LogicalTypeAnnotation.read(field, from: &reader)
    }
    guard let annotation else { throw DecodingFailure("a logical type names no type") }
    self = annotation
  }

  private static func read(_ field: CompactField, from reader: inout CompactReader)
    throws(DecodingFailure) -> LogicalTypeAnnotation
  {
    try reader.expectStruct(field)
    switch field.id {
    case 5: return try readDecimal(from: &reader)
    case 7:
      let (unit, isAdjusted) = try readTime(from: &reader)
      return unit.map { .time($0, isAdjustedToUTC: isAdjusted) } ?? .other(7)
    case 8:
      let (unit, isAdjusted) = try readTime(from: &reader)
      return unit.map { .timestamp($0, isAdjustedToUTC: isAdjusted) } ?? .other(8)
    case 10: return try readInteger(from: &reader)
    default:
      try reader.skip(field)
      return simple[field.id] ?? .other(field.id)
    }
  }

  private static let simple: [Int: LogicalTypeAnnotation] = [
    1: .string, 2: .map, 3: .list, 4: .enumeration, 6: .date, 11: .unknown, 12: .json, 13: .bson,
    14: .uuid, 15: .float16,
  ]

  private static func readDecimal(from reader: inout CompactReader) throws(DecodingFailure)
    -> LogicalTypeAnnotation
  {
    var scale = 0
    var precision = 0
    var last = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: scale = try reader.readInt(field)
      case 2: precision = try reader.readInt(field)
      default: try reader.skip(field)
      }
    }
    return .decimal(scale: scale, precision: precision)
  }

  /// The unit is nil when it is one that this reader does not know.
  private static func readTime(from reader: inout CompactReader) throws(DecodingFailure)
    -> (TimeUnit?, Bool)
  {
    var unit: TimeUnit?
    var isAdjusted = false
    var last = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: isAdjusted = try reader.readBoolean(field)
      case 2:
        try reader.expectStruct(field)
        var lastUnit = 0
        while let choice = try reader.nextField(after: &lastUnit) {
          switch choice.id {
          case 1: unit = .millis
          case 2: unit = .micros
          case 3: unit = .nanos
          default: break
          }
          try reader.skip(choice)
        }
      default: try reader.skip(field)
      }
    }
    return (unit, isAdjusted)
  }

  private static func readInteger(from reader: inout CompactReader) throws(DecodingFailure)
    -> LogicalTypeAnnotation
  {
    var bitWidth = 0
    var isSigned = true
    var last = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: bitWidth = try reader.readInt(field)
      case 2: isSigned = try reader.readBoolean(field)
      default: try reader.skip(field)
      }
    }
    return .integer(bitWidth: bitWidth, isSigned: isSigned)
  }

  /// Writes the union as field `id` of the struct being written.
  package func write(_ id: Int, to writer: inout CompactWriter) {
    writer.beginStruct(id)
    switch self {
    case .string: writer.writeEmptyStruct(1)
    case .map: writer.writeEmptyStruct(2)
    case .list: writer.writeEmptyStruct(3)
    case .enumeration: writer.writeEmptyStruct(4)
    case .decimal(let scale, let precision):
      writer.beginStruct(5)
      writer.write(1, int32: scale)
      writer.write(2, int32: precision)
      writer.endStruct()
    case .date: writer.writeEmptyStruct(6)
    case .time(let unit, let isAdjusted):
      LogicalTypeAnnotation.writeTime(7, unit, isAdjusted, to: &writer)
    case .timestamp(let unit, let isAdjusted):
      LogicalTypeAnnotation.writeTime(8, unit, isAdjusted, to: &writer)
    case .integer(let bitWidth, let isSigned):
      writer.beginStruct(10)
      writer.write(1, byte: Int8(truncatingIfNeeded: bitWidth))
      writer.write(2, boolean: isSigned)
      writer.endStruct()
    case .unknown: writer.writeEmptyStruct(11)
    case .json: writer.writeEmptyStruct(12)
    case .bson: writer.writeEmptyStruct(13)
    case .uuid: writer.writeEmptyStruct(14)
    case .float16: writer.writeEmptyStruct(15)
    case .other(let number): writer.writeEmptyStruct(number)
    }
    writer.endStruct()
  }

  private static func writeTime(
    _ id: Int,
    _ unit: TimeUnit,
    _ isAdjusted: Bool,
    to writer: inout CompactWriter
  ) {
    writer.beginStruct(id)
    writer.write(1, boolean: isAdjusted)
    writer.beginStruct(2)
    switch unit {
    case .millis: writer.writeEmptyStruct(1)
    case .micros: writer.writeEmptyStruct(2)
    case .nanos: writer.writeEmptyStruct(3)
    }
    writer.endStruct()
    writer.endStruct()
  }
}

/// What the values of a column mean, as older files say it; parquet.thrift, `ConvertedType`.
public struct ConvertedType: RawRepresentable, Sendable, Hashable {
  /// The number in the file.
  public var rawValue: Int32
  /// The type with a number.
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// UTF-8 text.
  public static let utf8 = ConvertedType(rawValue: 0)
  /// A group of keys and values.
  public static let map = ConvertedType(rawValue: 1)
  /// The repeated pair within a map, or, wrongly, the map itself.
  public static let mapKeyValue = ConvertedType(rawValue: 2)
  /// A group of elements.
  public static let list = ConvertedType(rawValue: 3)
  /// UTF-8 text from a fixed set.
  public static let enumeration = ConvertedType(rawValue: 4)
  /// An exact number; scale and precision stand in the schema element.
  public static let decimal = ConvertedType(rawValue: 5)
  /// Days since 1970-01-01.
  public static let date = ConvertedType(rawValue: 6)
  /// Milliseconds of the day.
  public static let timeMillis = ConvertedType(rawValue: 7)
  /// Microseconds of the day.
  public static let timeMicros = ConvertedType(rawValue: 8)
  /// Milliseconds since 1970-01-01 00:00 UTC.
  public static let timestampMillis = ConvertedType(rawValue: 9)
  /// Microseconds since 1970-01-01 00:00 UTC.
  public static let timestampMicros = ConvertedType(rawValue: 10)
  /// 0...2⁸-1.
  public static let uint8 = ConvertedType(rawValue: 11)
  /// 0...2¹⁶-1.
  public static let uint16 = ConvertedType(rawValue: 12)
  /// 0...2³²-1.
  public static let uint32 = ConvertedType(rawValue: 13)
  /// 0...2⁶⁴-1.
  public static let uint64 = ConvertedType(rawValue: 14)
  /// -2⁷...2⁷-1.
  public static let int8 = ConvertedType(rawValue: 15)
  /// -2¹⁵...2¹⁵-1.
  public static let int16 = ConvertedType(rawValue: 16)
  /// -2³¹...2³¹-1.
  public static let int32 = ConvertedType(rawValue: 17)
  /// -2⁶³...2⁶³-1.
  public static let int64 = ConvertedType(rawValue: 18)
  /// UTF-8 text that is a JSON document.
  public static let json = ConvertedType(rawValue: 19)
  /// A BSON document.
  public static let bson = ConvertedType(rawValue: 20)
  /// Months, days and milliseconds in twelve bytes.
  public static let interval = ConvertedType(rawValue: 21)
}
