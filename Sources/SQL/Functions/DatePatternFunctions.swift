import ColumnFormat

/// Times as text by patterns, MySQL's and Joda's.
enum DatePatternFunctions {
  typealias Bytes = UnsafeRawBufferPointer

  /// A pattern that is compiled once while it does not change; for one batch.
  struct PatternCache {
    private var source: [UInt8]?
    /// Where the pattern was that came last; it stays there while a batch is computed.
    private var address: UnsafeRawPointer?
    private var compiled: DateTimePattern?
    private let isJoda: Bool

    init(isJoda: Bool) { self.isJoda = isJoda }

    mutating func pattern(_ text: Bytes) throws -> DateTimePattern {
      if let compiled, let source, source.count == text.count {
        if address == text.baseAddress || source.elementsEqual(text) { return compiled }
      }
      let made = isJoda ? try DateTimePattern(joda: text) : try DateTimePattern(mysql: text)
      source = Array(text)
      address = text.baseAddress
      compiled = made
      return made
    }
  }

  static func register(_ functions: inout FunctionRegistry) {
    for isJoda in [false, true] {
      let name = isJoda ? "format_datetime" : "date_format"
      for type in ["timestamp", "timestamp with time zone"] {
        functions.make(
          "\(name)(\(type), varchar) -> varchar",
          isJoda
            ? "The time as text, by a pattern of Joda: yyyy-MM-dd."
            : "The time as text, by a pattern of MySQL: %Y-%m-%d.",
          examples: type != "timestamp"
            ? [:]
            : isJoda
              ? [
                "format_datetime(TIMESTAMP '2026-01-02 03:04:05', 'yyyy/MM/dd HH')": "2026/01/02 03"
              ]
              : [
                "date_format(TIMESTAMP '2026-01-02 03:04:05', '%d.%m.%Y %H:%i')": "02.01.2026 03:04"
              ]
        ) { match in
          let type = match.argumentTypes[0]
          return { a, n, _ in try format(a, n, type, isJoda: isJoda) }
        }
      }
    }
    functions.scalar(
      "date_parse(varchar, varchar) -> timestamp",
      "The timestamp that a text gives by a pattern of MySQL.",
      examples: ["date_parse('2026-01-02 03:04', '%Y-%m-%d %H:%i')": "2026-01-02 03:04:00.000"]
    ) { a, n, _ in
      var cache = PatternCache(isJoda: false)
      return try Rowwise.map(a, n) { (text: Bytes, pattern: Bytes) -> Int64? in
        let reading = try cache.pattern(pattern).parse(text)
        return Int64(CivilDate.floorDiv(Int(reading.localMicros), 1_000))
      }
    }
    functions.scalar(
      "parse_datetime(varchar, varchar) -> timestamp with time zone",
      "The instant that a text gives by a pattern of Joda.",
      examples: [
        "parse_datetime('2026-01-02 03:04', 'yyyy-MM-dd HH:mm')": "2026-01-02 03:04:00.000 UTC"
      ]
    ) { a, n, _ in
      var cache = PatternCache(isJoda: true)
      return try Rowwise.map(a, n) { (text: Bytes, pattern: Bytes) -> Int128? in
        let reading = try cache.pattern(pattern).parse(text)
        let zone = reading.zone ?? .utc
        if zone.skips(localMicros: reading.localMicros) {
          throw SQLError(
            .invalidArgument,
            "Cannot parse \"\(text.text)\": Illegal instant due to time zone offset transition"
              + " (\(zone.name))"
          )
        }
        return ZonedTimestamp(localMicros: reading.localMicros, zone: zone).packed
      }
    }
  }

  private static func format(
    _ arguments: [Column],
    _ rowCount: Int,
    _ type: SQLType,
    isJoda: Bool
  ) throws -> Column {
    var cache = PatternCache(isJoda: isJoda)
    let arena = ByteArena()
    var text: [UInt8] = []
    if case .timestampWithTimeZone = type {
      return try Rowwise.map(arguments, rowCount, arena: arena) {
        (packed: Int128, pattern: Bytes) -> ByteView? in
        let zoned = ZonedTimestamp(packed)
        let offset = zoned.offsetSeconds
        text.removeAll(keepingCapacity: true)
        try cache.pattern(pattern).append(
          zoned.micros &+ Int64(offset) &* 1_000_000,
          zone: zoned.zone,
          offsetSeconds: offset,
          to: &text
        )
        return arena.copy(text)
      }
    }
    let local = try LocalTime.micros(arguments[0], type)
    return try Rowwise.map([local, arguments[1]], rowCount, arena: arena) {
      (micros: Int64, pattern: Bytes) -> ByteView? in
      text.removeAll(keepingCapacity: true)
      try cache.pattern(pattern).append(micros, zone: .utc, offsetSeconds: 0, to: &text)
      return arena.copy(text)
    }
  }
}
