import ColumnFormat

/// Types in messages, as SQL names them.
enum TypeWords {
  static func name(_ type: LogicalType) -> String {
    switch type {
    case .unknown: "unknown"
    case .boolean: "boolean"
    case .int8: "tinyint"
    case .int16: "smallint"
    case .int32: "integer"
    case .int64: "bigint"
    case .float32: "real"
    case .float64: "double"
    case .decimal(let precision, let scale): "decimal(\(precision),\(scale))"
    case .string: "varchar"
    case .json: "json"
    case .binary: "varbinary"
    case .uuid: "uuid"
    case .date: "date"
    case .time(let unit): "time(\(unit.digits))"
    case .timestamp(let unit, _): "timestamp(\(unit.digits))"
    case .list(let element): "array(\(name(element.type)))"
    case .map(let key, let value): "map(\(name(key.type)), \(name(value.type)))"
    case .row(let fields):
      "row(" + fields.map { "\($0.name) \(name($0.type))" }.joined(separator: ", ") + ")"
    }
  }
}
