/// The unit of a time or timestamp.
public enum TimeUnit: Sendable, Hashable {
  /// 10⁻³ seconds.
  case millis
  /// 10⁻⁶ seconds.
  case micros
  /// 10⁻⁹ seconds.
  case nanos

  /// Decimal digits of a second's fraction: 3, 6 or 9.
  public var digits: Int {
    switch self {
    case .millis: 3
    case .micros: 6
    case .nanos: 9
    }
  }

  /// How many units make a second.
  public var perSecond: Int64 {
    switch self {
    case .millis: 1_000
    case .micros: 1_000_000
    case .nanos: 1_000_000_000
    }
  }
}

/// What the values of a column mean: the types that files and the catalog know.
///
/// Unsigned integers of files are read as the next wider signed type, 64-bit ones as
/// `decimal(20,0)`.
public indirect enum LogicalType: Sendable, Hashable {
  /// Only nulls have been seen.
  case unknown
  /// True or false.
  case boolean
  /// 8-bit integer, Hive's `tinyint`.
  case int8
  /// 16-bit integer, `smallint`.
  case int16
  /// 32-bit integer, `int`.
  case int32
  /// 64-bit integer, `bigint`.
  case int64
  /// Single precision, `float`.
  case float32
  /// Double precision.
  case float64
  /// Exact number of 1...38 digits, `scale` of them after the point.
  case decimal(precision: Int, scale: Int)
  /// UTF-8 text; also enumerations.
  case string
  /// UTF-8 text that is a JSON document.
  case json
  /// Any bytes; also BSON, and fixed-length bytes.
  case binary
  /// Sixteen bytes, kept as a byte column.
  case uuid
  /// Days since 1970-01-01.
  case date
  /// Time of day.
  case time(TimeUnit)
  /// Since 1970-01-01 00:00; an instant when adjusted to UTC, a wall clock reading otherwise.
  case timestamp(TimeUnit, isAdjustedToUTC: Bool)
  /// Any number of elements.
  case list(Field)
  /// Pairs; kept as a list of rows of `key` and `value`.
  case map(key: Field, value: Field)
  /// Named fields; Hive's `struct`.
  case row([Field])

  /// How the values lie in memory.
  public var physicalType: PhysicalType {
    switch self {
    case .unknown, .boolean: .boolean
    case .int8: .int8
    case .int16: .int16
    case .int32, .date: .int32
    case .int64, .time, .timestamp: .int64
    case .float32: .float32
    case .float64: .float64
    case .decimal(let precision, _): precision <= 18 ? .int64 : .int128
    case .string, .json, .binary, .uuid: .bytes
    case .list, .map: .list
    case .row: .row
    }
  }
}

/// A named column, element or member.
public struct Field: Sendable, Hashable {
  /// The name as written in the file.
  public var name: String
  /// What the values mean.
  public var type: LogicalType
  /// Whether nulls are allowed.
  public var isNullable: Bool
  /// The catalog's stable number of this field, if there is one.
  public var id: Int?

  /// A field; nullable and without an id unless told otherwise.
  public init(_ name: String, _ type: LogicalType, isNullable: Bool = true, id: Int? = nil) {
    self.name = name
    self.type = type
    self.isNullable = isNullable
    self.id = id
  }
}

/// The columns of a file or table.
public struct Schema: Sendable, Hashable {
  /// The columns in order.
  public var fields: [Field]

  /// A schema of the given columns.
  public init(_ fields: [Field]) { self.fields = fields }

  /// The position of the column with this name, compared exactly first and then without case.
  public func index(of name: String) -> Int? {
    fields.firstIndex { $0.name == name }
      ?? fields.firstIndex { $0.name.lowercased() == name.lowercased() }
  }
}

extension Column {
  /// A column of nulls that also has the nested columns which the type asks for.
  public static func nulls(_ type: LogicalType, count: Int) -> Column {
    Column(.constant(Values.single(type), isNull: true), count: count)
  }
}

extension Values {
  /// One zero or empty value of a type, with its nested columns.
  public static func single(_ type: LogicalType) -> Values { zeros(type, count: 1) }

  /// `count` zero or empty values of a type, with its nested columns.
  public static func zeros(_ type: LogicalType, count: Int) -> Values {
    switch type {
    case .list(let element):
      return .list(
        offsets: Buffer(repeating: 0, count: count + 1),
        elements: Column(flat: .zeros(element.type, count: 0), count: 0)
      )
    case .map(let key, let value):
      return .list(
        offsets: Buffer(repeating: 0, count: count + 1),
        elements: Column(flat: .zeros(.row([key, value]), count: 0), count: 0)
      )
    case .row(let fields):
      return .row(
        fields.map { Column(flat: .zeros($0.type, count: count), count: count) }
      )
    default: return zeros(type.physicalType, count: count)
    }
  }
}
