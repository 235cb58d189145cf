import Catalog
import ColumnFormat

extension LogicalType {
  /// The type that a table keeps values of an SQL type in.
  ///
  /// - Throws: ``SQLError`` in Athena's words for types that Hive's tables do not have.
  static func written(_ type: SQLType, column: String) throws(SQLError) -> LogicalType {
    switch type {
    case .unknown:
      throw SQLError(.columnTypeUnknown, "Column type is unknown: \(column)")
    case .boolean: return .boolean
    case .tinyint: return .int8
    case .smallint: return .int16
    case .integer: return .int32
    case .bigint: return .int64
    case .real: return .float32
    case .double: return .float64
    case .decimal(let precision, let scale): return .decimal(precision: precision, scale: scale)
    case .varchar, .char: return .string
    case .varbinary: return .binary
    case .date: return .date
    case .timestamp(let precision):
      return .timestamp(TimeUnit(precision: precision), isAdjustedToUTC: false)
    case .array(let element):
      return .list(Field("element", try written(element, column: column)))
    case .map(let key, let value):
      return .map(
        key: Field("key", try written(key, column: column), isNullable: false),
        value: Field("value", try written(value, column: column))
      )
    case .row(let fields):
      var members: [Field] = []
      for field in fields {
        guard let name = field.name else {
          throw SQLError(
            .notSupported,
            "Anonymous row type is not supported in Hive. Please give each field a name: \(type)"
          )
        }
        members.append(Field(name, try written(field.type, column: column)))
      }
      return .row(members)
    case .json, .uuid, .ipAddress, .ipPrefix, .hyperLogLog, .setDigest, .tdigest, .qdigest, .time,
      .timestampWithTimeZone, .intervalDayToSecond, .intervalYearToMonth:
      throw SQLError(
        .notSupported,
        "Unsupported Hive type: \(type)",
        help: "column '\(column)' can be written as varchar with a CAST"
      )
    }
  }

  /// Refuses columns of known tables whose values lake's SQL does not write.
  static func checkWritable(_ field: Field) throws(SQLError) {
    switch field.type {
    case .time, .uuid, .json, .unknown:
      throw SQLError(
        .notSupported,
        "column '\(field.name)' has the type \(SQLType(field.type)), which INSERT INTO does not write"
      )
    case .list(let element): try checkWritable(element)
    case .map(let key, let value):
      try checkWritable(key)
      try checkWritable(value)
    case .row(let members): for member in members { try checkWritable(member) }
    default: break
    }
  }

  /// Whether folders can be named by values of the type.
  var canBePartitionKey: Bool {
    switch self {
    case .boolean, .int8, .int16, .int32, .int64, .decimal, .string, .date, .timestamp: true
    default: false
    }
  }
}
