import ColumnFormat

/// The names of types as the catalog and Athena's DDL write them, with what Parquet adds.
enum TypeName {
  /// One word, or a word and its parameters: `decimal(12,2)`, `timestamp(6) in UTC`, `array`.
  static func short(_ type: LogicalType) -> String {
    switch type {
    case .unknown: "unknown"
    case .boolean: "boolean"
    case .int8: "tinyint"
    case .int16: "smallint"
    case .int32: "int"
    case .int64: "bigint"
    case .float32: "float"
    case .float64: "double"
    case .decimal(let precision, let scale): "decimal(\(precision),\(scale))"
    case .string: "string"
    case .json: "json"
    case .binary: "binary"
    case .uuid: "uuid"
    case .date: "date"
    case .time(let unit): "time(\(unit.digits))"
    case .timestamp(let unit, let isAdjusted):
      "timestamp(\(unit.digits))" + (isAdjusted ? " in UTC" : "")
    case .list: "array"
    case .map: "map"
    case .row: "struct"
    }
  }

  /// The storage of a column as Parquet's documents write it, with the length of fixed ones.
  static func storage(_ leaf: LeafDescription) -> String {
    leaf.typeLength > 0 ? "\(storage(leaf.storage))(\(leaf.typeLength))" : storage(leaf.storage)
  }

  /// The storage type as Parquet's documents write it.
  static func storage(_ type: StorageType) -> String {
    switch type {
    case .boolean: "BOOLEAN"
    case .int32: "INT32"
    case .int64: "INT64"
    case .int96: "INT96"
    case .float: "FLOAT"
    case .double: "DOUBLE"
    case .byteArray: "BYTE_ARRAY"
    case .fixedLengthByteArray: "FIXED_LEN_BYTE_ARRAY"
    }
  }
}

extension LogicalType {
  /// The fields directly below, with the names that the elements of arrays and maps have.
  var parts: [Field] {
    switch self {
    case .list(var element):
      element.name = "element"
      return [element]
    case .map(var key, var value):
      key.name = "key"
      value.name = "value"
      return [key, value]
    case .row(let fields): return fields
    default: return []
    }
  }
}
