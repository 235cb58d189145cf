public import ColumnFormat

extension SQLType {
  /// How files keep the type.
  ///
  /// - Parameter unknown: What stands for the type of a bare NULL.
  /// - Returns: The type in files; nil where they have none for it.
  public func storedType(unknown: LogicalType) -> LogicalType? {
    storedType { if case .unknown = $0 { unknown } else { nil } }
  }

  /// How the catalog keeps the type of a view's column; what Hive has no word for is text there.
  var catalogType: LogicalType {
    let type = storedType { part in
      switch part {
      case .timestampWithTimeZone: .timestamp(.millis, isAdjustedToUTC: false)
      case .unknown, .json, .uuid, .time, .intervalDayToSecond, .intervalYearToMonth, .ipAddress,
        .ipPrefix, .hyperLogLog, .setDigest, .tdigest, .qdigest:
        .string
      default: nil
      }
    }
    return type ?? .string
  }

  /// How files keep the type, where `substitute` may choose for it and for each of its parts.
  private func storedType(_ substitute: (SQLType) -> LogicalType?) -> LogicalType? {
    if let chosen = substitute(self) { return chosen }
    switch self {
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
    case .json: return .json
    case .uuid: return .uuid
    case .date: return .date
    case .time(let precision): return .time(TimeUnit(precision: precision))
    case .timestamp(let precision):
      return .timestamp(TimeUnit(precision: precision), isAdjustedToUTC: false)
    case .unknown, .timestampWithTimeZone, .intervalDayToSecond, .intervalYearToMonth, .ipAddress,
      .ipPrefix, .hyperLogLog, .setDigest, .tdigest, .qdigest:
      return nil
    case .array(let element):
      return element.storedType(substitute).map { .list(Field("element", $0)) }
    case .map(let key, let value):
      guard let key = key.storedType(substitute), let value = value.storedType(substitute) else {
        return nil
      }
      return .map(key: Field("key", key, isNullable: false), value: Field("value", value))
    case .row(let fields):
      var stored: [Field] = []
      for (index, field) in fields.enumerated() {
        guard let type = field.type.storedType(substitute) else { return nil }
        stored.append(Field(field.name ?? "field\(index)", type))
      }
      return .row(stored)
    }
  }
}
