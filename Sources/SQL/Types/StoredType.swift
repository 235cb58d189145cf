public import ColumnFormat

extension SQLType {
  /// How files keep the type.
  ///
  /// - Parameter unknown: What stands for the type of a bare NULL.
  /// - Returns: The type in files; nil where they have none for it.
  public func storedType(unknown: LogicalType) -> LogicalType? {
    switch self {
    case .unknown: unknown
    case .boolean: .boolean
    case .tinyint: .int8
    case .smallint: .int16
    case .integer: .int32
    case .bigint: .int64
    case .real: .float32
    case .double: .float64
    case .decimal(let precision, let scale): .decimal(precision: precision, scale: scale)
    case .varchar, .char: .string
    case .varbinary: .binary
    case .json: .json
    case .uuid: .uuid
    case .date: .date
    case .time(let precision): .time(TimeUnit(precision: precision))
    case .timestamp(let precision):
      .timestamp(TimeUnit(precision: precision), isAdjustedToUTC: false)
    case .timestampWithTimeZone, .intervalDayToSecond, .intervalYearToMonth, .ipAddress, .ipPrefix,
      .hyperLogLog, .setDigest, .tdigest, .qdigest:
      nil
    case .array(let element):
      element.storedType(unknown: unknown).map { .list(Field("element", $0)) }
    case .map(let key, let value):
      key.storedType(unknown: unknown).flatMap { key in
        value.storedType(unknown: unknown).map {
          .map(key: Field("key", key, isNullable: false), value: Field("value", $0))
        }
      }
    case .row(let fields): SQLType.storedRow(fields, unknown: unknown)
    }
  }

  private static func storedRow(_ fields: [RowField], unknown: LogicalType) -> LogicalType? {
    var stored: [Field] = []
    for (index, field) in fields.enumerated() {
      guard let type = field.type.storedType(unknown: unknown) else { return nil }
      stored.append(Field(field.name ?? "field\(index)", type))
    }
    return .row(stored)
  }
}
