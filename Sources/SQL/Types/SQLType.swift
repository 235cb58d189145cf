public import ColumnFormat

/// A type of Trino's SQL, as an expression has it.
///
/// Sources: Trino documentation, "Data types"; Athena, "Data types in Amazon Athena".
public indirect enum SQLType: Sendable, Hashable {
  /// The type of a bare `NULL`; coerces to everything.
  case unknown
  /// True or false.
  case boolean
  /// 8 bits, signed.
  case tinyint
  /// 16 bits, signed.
  case smallint
  /// 32 bits, signed.
  case integer
  /// 64 bits, signed.
  case bigint
  /// Single precision.
  case real
  /// Double precision.
  case double
  /// Exact, 1...38 digits.
  case decimal(precision: Int, scale: Int)
  /// Text of at most `length` code points; unbounded when nil.
  case varchar(length: Int?)
  /// Text padded with spaces to `length`.
  case char(length: Int)
  /// Bytes.
  case varbinary
  /// A JSON document, kept as its text.
  case json
  /// Sixteen bytes, kept as bytes.
  case uuid
  /// An IPv4 or IPv6 address, kept as the sixteen bytes of IPv6.
  case ipAddress
  /// A network: an address and the number of its leading bits, kept as seventeen bytes.
  case ipPrefix
  /// A sketch that counts different values, kept as bytes as Trino lays it out.
  case hyperLogLog
  /// A sketch that compares sets, kept as bytes.
  case setDigest
  /// A sketch of quantiles of doubles, kept as bytes.
  case tdigest
  /// A sketch of quantiles of bigint, double or real, kept as bytes.
  case qdigest(SQLType)
  /// Days since 1970-01-01.
  case date
  /// Time of day with `precision` digits of a second's fraction, 0...9.
  case time(precision: Int)
  /// Wall clock reading; kept as `int64` in the unit of ``TimeUnit/init(precision:)``.
  case timestamp(precision: Int)
  /// An instant and a zone; kept as `int128`: microseconds UTC × 65536 + zone key.
  case timestampWithTimeZone(precision: Int)
  /// Kept as `int64` milliseconds.
  case intervalDayToSecond
  /// Kept as `int32` months.
  case intervalYearToMonth
  /// Elements of one type.
  case array(SQLType)
  /// Keys and values; kept as a list of rows of two.
  case map(key: SQLType, value: SQLType)
  /// Fields, with or without names.
  case row([RowField])

  /// A field of a row type.
  public struct RowField: Sendable, Hashable {
    /// The name; nil for the fields of `ROW(1, 2)`.
    public var name: String?
    /// The type.
    public var type: SQLType

    /// A field with or without a name.
    public init(name: String?, type: SQLType) {
      self.name = name
      self.type = type
    }
  }

  /// Text of at most `length` code points, or unbounded where that is more than Trino's largest.
  static func varchar(bounded length: Int) -> SQLType {
    .varchar(length: length <= Int(Int32.max) - 1 ? length : nil)
  }

  /// Unbounded text.
  public static let text = SQLType.varchar(length: nil)

  /// How the values lie in memory.
  public var physicalType: PhysicalType {
    switch self {
    case .unknown, .boolean: .boolean
    case .tinyint: .int8
    case .smallint: .int16
    case .integer, .date, .intervalYearToMonth: .int32
    case .bigint, .time, .timestamp, .intervalDayToSecond: .int64
    case .real: .float32
    case .double: .float64
    case .decimal(let precision, _): precision <= 18 ? .int64 : .int128
    case .varchar, .char, .varbinary, .json, .uuid, .ipAddress, .ipPrefix, .hyperLogLog, .setDigest,
      .tdigest, .qdigest:
      .bytes
    case .timestampWithTimeZone: .int128
    case .array, .map: .list
    case .row: .row
    }
  }
}

extension TimeUnit {
  /// The unit that keeps `precision` digits: up to 3 millis, up to 6 micros, else nanos.
  public init(precision: Int) {
    self = precision <= 3 ? .millis : precision <= 6 ? .micros : .nanos
  }
}

extension SQLType {
  /// The SQL type of a file's or table's column.
  ///
  /// A timestamp that is adjusted to UTC reads as a wall clock in UTC, as Athena's Hive tables do.
  public init(_ type: LogicalType) {
    switch type {
    case .unknown: self = .unknown
    case .boolean: self = .boolean
    case .int8: self = .tinyint
    case .int16: self = .smallint
    case .int32: self = .integer
    case .int64: self = .bigint
    case .float32: self = .real
    case .float64: self = .double
    case .decimal(let precision, let scale): self = .decimal(precision: precision, scale: scale)
    case .string: self = .text
    case .json: self = .json
    case .binary: self = .varbinary
    case .uuid: self = .uuid
    case .date: self = .date
    case .time(let unit): self = .time(precision: unit.digits)
    case .timestamp(let unit, _): self = .timestamp(precision: unit.digits)
    case .list(let element): self = .array(SQLType(element.type))
    case .map(let key, let value):
      self = .map(key: SQLType(key.type), value: SQLType(value.type))
    case .row(let fields):
      self = .row(fields.map { RowField(name: $0.name, type: SQLType($0.type)) })
    }
  }
}

extension SQLType: CustomStringConvertible {
  /// The type's name as Trino prints it: `varchar(5)`, `array(bigint)`, `row(a bigint)`.
  public var description: String {
    switch self {
    case .unknown: "unknown"
    case .boolean: "boolean"
    case .tinyint: "tinyint"
    case .smallint: "smallint"
    case .integer: "integer"
    case .bigint: "bigint"
    case .real: "real"
    case .double: "double"
    case .decimal(let precision, let scale): "decimal(\(precision),\(scale))"
    case .varchar(nil): "varchar"
    case .varchar(let length?): "varchar(\(length))"
    case .char(let length): "char(\(length))"
    case .varbinary: "varbinary"
    case .json: "json"
    case .uuid: "uuid"
    case .ipAddress: "ipaddress"
    case .ipPrefix: "ipprefix"
    case .hyperLogLog: "HyperLogLog"
    case .setDigest: "SetDigest"
    case .tdigest: "tdigest"
    case .qdigest(let value): "qdigest(\(value))"
    case .date: "date"
    case .time(let precision): "time(\(precision))"
    case .timestamp(let precision): "timestamp(\(precision))"
    case .timestampWithTimeZone(let precision): "timestamp(\(precision)) with time zone"
    case .intervalDayToSecond: "interval day to second"
    case .intervalYearToMonth: "interval year to month"
    case .array(let element): "array(\(element))"
    case .map(let key, let value): "map(\(key), \(value))"
    case .row(let fields):
      "row("
        + fields.map { ($0.name.map { $0 + " " } ?? "") + $0.type.description }
        .joined(separator: ", ") + ")"
    }
  }
}
