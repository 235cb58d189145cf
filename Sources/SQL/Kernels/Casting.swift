import ColumnFormat

/// CAST and TRY_CAST between all types that Trino lets turn into each other.
enum Casting {
  /// Converts a column; null rows stay null.
  ///
  /// With `isTry` a value that cannot be converted becomes
  /// null, otherwise it throws.
  typealias Cast = @Sendable (_ column: Column, _ isTry: Bool) throws -> Column

  /// Whether `CAST(from AS to)` exists.
  static func canCast(_ from: SQLType, to: SQLType) -> Bool {
    from == to || cast(from, to) != nil
  }

  /// The cast as a function; nil where there is none.
  static func function(from: SQLType, to: SQLType, isTry: Bool) -> ScalarFunction? {
    guard let convert = cast(from, to) else { return nil }
    if case .time = from, let function = TimeCasting.today(from, to, convert) { return function }
    return ScalarFunction(
      name: "$cast",
      argumentTypes: [from],
      resultType: to,
      nulls: .propagates,
      isDeterministic: true,
      canFail: !isTry && canFail(from, to),
      kernel: { arguments, rowCount, _ in
        let column = try convert(arguments[0], isTry)
        return column.count == rowCount ? column : Column(column.form, count: rowCount)
      }
    )
  }

  /// Widening conversions have a result for every value.
  private static func canFail(_ from: SQLType, _ to: SQLType) -> Bool {
    if case .varchar(nil) = to { return from == .json }
    switch (from, to) {
    case (.varchar, .varchar), (.char, .varchar), (_, .double), (_, .real):
      return from.isText || from == .json
    case (.date, .timestamp), (.date, .timestampWithTimeZone): return true
    default:
      return
        !(TypeCoercion.canCoerce(from, to: to) && from.physicalType != .list
        && from.physicalType != .row)
    }
  }

  /// The conversion between two types.
  static func cast(_ from: SQLType, _ to: SQLType) -> Cast? {
    if from == to { return { column, _ in column } }
    if from == .unknown { return { column, _ in .nulls(of: to, count: column.count) } }
    if to == .json { return JSONCasting.toJSON(from) }
    if from == .json { return JSONCasting.fromJSON(to) }
    switch from {
    case .boolean: return fromBoolean(to)
    case .tinyint, .smallint, .integer, .bigint: return NumberCasting.fromInteger(from, to)
    case .real, .double: return NumberCasting.fromFloat(from, to)
    case .decimal(let precision, let scale):
      return NumberCasting.fromDecimal(precision, scale, to)
    case .varchar, .char: return TextCasting.fromText(from, to)
    case .date, .time, .timestamp, .timestampWithTimeZone, .intervalDayToSecond,
      .intervalYearToMonth:
      return TimeCasting.cast(from, to)
    case .uuid: return fromUUID(to)
    case .varbinary: return fromBinary(to)
    case .ipAddress, .ipPrefix: return IPCasting.cast(from, to)
    case .hyperLogLog, .setDigest, .tdigest, .qdigest:
      guard to == .varbinary else { return nil }
      return { column, _ in column }
    case .array(let element): return NestedCasting.array(element, to)
    case .map(let key, let value): return NestedCasting.map(key, value, to)
    case .row(let fields): return NestedCasting.row(fields, to)
    case .json, .unknown: return nil
    }
  }

  // MARK: Rows

  /// Converts row by row; a nil is `failure`'s error, or null with `isTry`.
  @inline(__always)
  static func convert<A: KernelArgument, R: PhysicalValue>(
    _ column: Column,
    _ isTry: Bool,
    arena: ByteArena? = nil,
    failure: (A) -> SQLError,
    _ body: (A) -> R?
  ) throws -> Column {
    try Rowwise.map([column], column.count, arena: arena) { (value: A) throws -> R? in
      if let result = body(value) { return result }
      if isTry { return nil }
      throw failure(value)
    }
  }

  /// Writes each value's text.
  @inline(__always)
  static func print<A: KernelArgument>(
    _ column: Column,
    _ to: SQLType,
    _ isTry: Bool,
    _ append: (A, inout [UInt8]) -> Void
  ) throws -> Column {
    let arena = ByteArena()
    var text: [UInt8] = []
    let result = try Rowwise.map([column], column.count, arena: arena) { (value: A) -> ByteView? in
      text.removeAll(keepingCapacity: true)
      append(value, &text)
      if case .varchar(let limit?) = to, text.count > limit {
        if isTry { return nil }
        throw SQLError(
          .invalidCast,
          "Value \(String(decoding: text, as: UTF8.self)) cannot be represented as \(to)"
        )
      }
      return arena.copy(text)
    }
    if case .char(let length) = to { return try TextCasting.padded(result, length) }
    return result
  }

  private static func fromBoolean(_ to: SQLType) -> Cast? {
    switch to {
    case .varchar, .char:
      return { column, isTry in
        try print(column, to, isTry) { (value: Bool, text) in
          text += Array((value ? "true" : "false").utf8)
        }
      }
    case .tinyint, .smallint, .integer, .bigint, .real, .double, .decimal:
      guard let onward = cast(.bigint, to) else { return nil }
      return { column, isTry in
        let numbers = try Rowwise.map([column], column.count) { (value: Bool) -> Int64? in
          value ? 1 : 0
        }
        return try onward(numbers, isTry)
      }
    default: return nil
    }
  }

  private static func fromUUID(_ to: SQLType) -> Cast? {
    switch to {
    case .varchar, .char:
      return { column, isTry in
        try print(column, to, isTry) { (value: UnsafeRawBufferPointer, text) in
          ValueText.appendUUID(value, to: &text)
        }
      }
    case .varbinary: return { column, _ in column }
    default: return nil
    }
  }

  private static func fromBinary(_ to: SQLType) -> Cast? {
    switch to {
    case .uuid: uuidFromBinary
    case .ipAddress: IPCasting.fromBinary
    case .hyperLogLog, .setDigest, .tdigest, .qdigest: SketchCasting.fromBinary(to)
    default: nil
    }
  }

  private static let uuidFromBinary: Cast = { column, isTry in
    try convert(
      column,
      isTry,
      failure: { (value: UnsafeRawBufferPointer) in
        SQLError(.invalidCast, "Invalid UUID binary length: \(value.count)")
      }
    ) { (value: UnsafeRawBufferPointer) -> ByteView? in
      value.count == 16 ? ByteView(value, 0, 16) : nil
    }
  }
}
