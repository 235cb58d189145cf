import Catalog
import ColumnFormat

extension LogicalType {
  /// The type that a table keeps values of an SQL type in.
  ///
  /// - Throws: ``SQLError`` in Athena's words for types that Hive's tables do not have.
  static func written(_ type: SQLType, column: String) throws(SQLError) -> LogicalType {
    try check(type, column: column)
    guard let stored = type.storedType(unknown: .unknown) else {
      preconditionFailure("a type that was checked has no place in files")
    }
    return stored
  }

  /// Refuses types that Hive's tables do not have, at any depth.
  private static func check(_ type: SQLType, column: String) throws(SQLError) {
    switch type {
    case .unknown: throw SQLError(.columnTypeUnknown, "Column type is unknown: \(column)")
    case .row(let fields):
      for field in fields {
        if field.name == nil {
          throw SQLError(
            .notSupported,
            "Anonymous row type is not supported in Hive. Please give each field a name: \(type)"
          )
        }
        try check(field.type, column: column)
      }
    case .array(let element): try check(element, column: column)
    case .map(let key, let value):
      try check(key, column: column)
      try check(value, column: column)
    case .json, .uuid, .ipAddress, .ipPrefix, .hyperLogLog, .setDigest, .tdigest, .qdigest, .time,
      .timestampWithTimeZone, .intervalDayToSecond, .intervalYearToMonth:
      throw SQLError(
        .notSupported,
        "Unsupported Hive type: \(type)",
        help: "column '\(column)' can be written as varchar with a CAST"
      )
    default: break
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

  /// Whether values have parts with types of their own.
  var hasParts: Bool {
    switch self {
    case .list, .map, .row: true
    default: false
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
