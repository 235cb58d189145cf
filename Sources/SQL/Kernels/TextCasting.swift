import ColumnFormat

/// Casts from varchar and char.
enum TextCasting {
  static func fromText(_ from: SQLType, _ to: SQLType) -> Casting.Cast? {
    switch to {
    case .varchar(nil), .varbinary: return { column, _ in column }
    case .varchar(let limit?): return { column, _ in try truncated(column, limit) }
    case .char(let length):
      return { column, _ in try padded(try truncated(column, length), length) }
    case .boolean:
      return { column, isTry in
        try Casting.convert(column, isTry, failure: failure("BOOLEAN")) { boolean($0) }
      }
    case .tinyint: return integer(Int8.self, "TINYINT")
    case .smallint: return integer(Int16.self, "SMALLINT")
    case .integer: return integer(Int32.self, "INT")
    case .bigint: return integer(Int64.self, "BIGINT")
    case .real:
      return { column, isTry in
        try Casting.convert(column, isTry, failure: failure("REAL")) {
          (text: UnsafeRawBufferPointer) -> Float? in NumberText.double(text).map { Float($0) }
        }
      }
    case .double:
      return { column, isTry in
        try Casting.convert(column, isTry, failure: failure("DOUBLE")) {
          (text: UnsafeRawBufferPointer) -> Double? in NumberText.double(text)
        }
      }
    case .decimal(let precision, let scale): return decimal(precision, scale)
    case .date:
      return { column, isTry in
        try Casting.convert(column, isTry, failure: value("date")) {
          (text: UnsafeRawBufferPointer) -> Int32? in
          DateTimeText.date(text).flatMap { Int32(exactly: $0) }
        }
      }
    case .time(let precision):
      let unit = Int(TimeUnit(precision: precision).perSecond)
      return { column, isTry in
        try Casting.convert(column, isTry, failure: value("time")) {
          (text: UnsafeRawBufferPointer) -> Int64? in
          DateTimeText.time(text).map {
            Int64(TimeCasting.round($0, from: 1_000_000_000, unit, precision) % (86_400 * unit))
          }
        }
      }
    case .timestamp(let precision):
      return { column, isTry in
        try Casting.convert(column, isTry, failure: value("timestamp")) {
          (text: UnsafeRawBufferPointer) -> Int64? in
          guard let parts = DateTimeText.timestamp(text), parts.zone == nil else { return nil }
          return TimeCasting.timestamp(parts, precision)
        }
      }
    case .timestampWithTimeZone:
      return { column, isTry in
        try Casting.convert(column, isTry, failure: value("timestamp with time zone")) {
          (text: UnsafeRawBufferPointer) -> Int128? in
          guard let parts = DateTimeText.timestamp(text) else { return nil }
          return TimeCasting.zoned(parts)
        }
      }
    case .ipAddress, .ipPrefix: return IPCasting.fromText(to)
    case .uuid:
      return { column, isTry in
        let arena = ByteArena()
        return try Casting.convert(
          column,
          isTry,
          arena: arena,
          failure: { (text: UnsafeRawBufferPointer) in
            SQLError(.invalidCast, "Cannot cast value to UUID: \(text.text)")
          }
        ) { (text: UnsafeRawBufferPointer) -> ByteView? in
          ValueText.uuid(text).map { arena.copy($0) }
        }
      }
    default: return nil
    }
  }

  private static func failure(_ name: String) -> (UnsafeRawBufferPointer) -> SQLError {
    { SQLError(.invalidCast, "Cannot cast '\($0.text)' to \(name)") }
  }

  private static func value(_ name: String) -> (UnsafeRawBufferPointer) -> SQLError {
    { SQLError(.invalidCast, "Value cannot be cast to \(name): \($0.text)") }
  }

  private static func integer<T: PhysicalValue & FixedWidthInteger & SendableMetatype>(
    _: T.Type,
    _ name: String
  )
    -> Casting.Cast
  {
    { column, isTry in
      try Casting.convert(column, isTry, failure: failure(name)) {
        (text: UnsafeRawBufferPointer) -> T? in
        NumberText.integer(text).flatMap { T(exactly: $0) }
      }
    }
  }

  private static func boolean(_ text: UnsafeRawBufferPointer) -> UInt8? {
    switch text.text.lowercased() {
    case "t", "true", "1": 1
    case "f", "false", "0": 0
    default: nil
    }
  }

  private static func decimal(_ precision: Int, _ scale: Int) -> Casting.Cast {
    { column, isTry in
      let unscaled = try Casting.convert(
        column,
        isTry,
        failure: { (text: UnsafeRawBufferPointer) in
          let parsed = NumberText.decimal(text, precision: precision, scale: scale)
          let why = parsed == .notANumber ? "Value is not a number." : "Value too large."
          return SQLError(
            .invalidCast,
            "Cannot cast VARCHAR '\(text.text)' to DECIMAL(\(precision), \(scale)). \(why)"
          )
        }
      ) { (text: UnsafeRawBufferPointer) -> Int128? in
        if case .value(let value) = NumberText.decimal(text, precision: precision, scale: scale) {
          return value
        }
        return nil
      }
      return NumberCasting.sized(unscaled, precision)
    }
  }

  /// At most `limit` code points of each text.
  static func truncated(_ column: Column, _ limit: Int) throws -> Column {
    try Rowwise.map([column], column.count) { (text: UnsafeRawBufferPointer) -> ByteView? in
      text.count <= limit
        ? ByteView(text, 0, text.count) : ByteView(text, 0, UTF8Text.offset(text, by: limit))
    }
  }

  /// Each text with spaces up to `length` code points.
  static func padded(_ column: Column, _ length: Int) throws -> Column {
    let arena = ByteArena()
    return try Rowwise.map([column], column.count, arena: arena) {
      (text: UnsafeRawBufferPointer) -> ByteView? in
      let missing = length - UTF8Text.count(text)
      if missing <= 0 { return ByteView(text, 0, text.count) }
      return arena.copy(Array(text) + [UInt8](repeating: 32, count: missing))
    }
  }
}
