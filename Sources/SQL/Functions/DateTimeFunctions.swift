import ColumnFormat

/// Dates and times: truncating, adding, differences, text, Unix time, zones, the clock.
enum DateTimeFunctions {
  typealias Bytes = UnsafeRawBufferPointer

  static func register(_ functions: inout FunctionRegistry) {
    DateTimeFields.register(&functions)
    units(&functions)
    patterns(&functions)
    unix(&functions)
    iso(&functions)
    zones(&functions)
    clock(&functions)
    others(&functions)
  }

  private static let pointTypes = ["date", "timestamp", "timestamp with time zone"]

  // MARK: Units

  private static func units(_ functions: inout FunctionRegistry) {
    for type in pointTypes + ["time"] {
      functions.make(
        "date_trunc(varchar, \(type)) -> \(type)",
        "The start of the unit that the time lies in; weeks start on Monday.",
        examples: type == "date"
          ? ["date_trunc('month', DATE '2026-11-23')": "2026-11-01"]
          : [:],
        result: { $0.argumentTypes[1] }
      ) { match in
        let type = match.argumentTypes[1]
        return { a, n, _ in
          try withUnit(a[0], n, of: type) { unit, rows in
            try LocalTime.map(rows.map { a[1].taking($0) } ?? a[1], type) { unit.truncate($0) }
          }
        }
      }
      functions.make(
        "date_add(varchar, bigint, \(type)) -> \(type)",
        "The time a number of units later; a day that a month lacks becomes its last.",
        examples: type == "date"
          ? ["date_add('month', 1, DATE '2026-01-31')": "2026-02-28"]
          : [:],
        result: { $0.argumentTypes[2] },
        kernel: { match in { a, n, _ in try add(a, n, match.argumentTypes[2]) } }
      )
      functions.make(
        "date_diff(varchar, \(type), \(type)) -> bigint",
        "How many whole units lie between two times.",
        examples: type == "date"
          ? ["date_diff('day', DATE '2026-01-01', DATE '2026-03-01')": "59"]
          : [:]
      ) { match in
        guard let common = TypeCoercion.commonType(match.argumentTypes[1], match.argumentTypes[2])
        else { return nil }
        return { a, n, _ in try difference(a, n, match.argumentTypes, common) }
      }
    }
  }

  /// Calls `body` for the unit that the first argument names; where units differ from row to row,
  /// once for each row.
  private static func withUnit(
    _ names: Column,
    _ rowCount: Int,
    of type: SQLType,
    _ body: (DateUnit, Buffer<UInt32>?) throws -> Column
  ) throws -> Column {
    func unit(_ name: Bytes) throws -> DateUnit {
      let unit = try DateUnit(named: name)
      if unit.isPartOfDay ? type == .date : type.isTime {
        let kind = type == .date ? "DATE" : "TIME"
        throw SQLError(.invalidArgument, "'\(name.text)' is not a valid \(kind) field")
      }
      return unit
    }
    let operand = Operand<ByteView>(names)
    if operand.isConstant {
      return try body(unit(operand.buffer.base.bytes), nil)
    }
    if rowCount == 0 { return try body(.day, nil) }
    var pieces: [Column] = []
    for row in 0..<rowCount {
      let isValid = operand.validity?.isValid(row) ?? true
      let own = isValid ? try unit((operand.buffer.base + row).bytes) : .day
      pieces.append(try body(own, Buffer([UInt32(row)])))
    }
    return Column.concatenate(pieces).withValidity(operand.validity)
  }

  private static func add(_ arguments: [Column], _ rowCount: Int, _ type: SQLType) throws -> Column
  {
    try withUnit(arguments[0], rowCount, of: type) { unit, rows in
      let counts = Operand<Int64>(rows.map { arguments[1].taking($0) } ?? arguments[1])
      let points = (rows.map { arguments[2].taking($0) } ?? arguments[2]).flattened()
      let validity = Validity.intersection(counts.validity, points.validity)
      // Rows pass in order, so the count of each is the next one.
      let valid = points.withValidity(validity)
      var row = -1
      return try LocalTime.map(valid, type) { micros in
        row += 1
        while let validity, !validity.isValid(row) { row += 1 }
        if case .time = type {
          let moved = try unit.add(counts[row], to: micros)
          return Int64(CivilDate.floorMod(Int(moved), Int(LocalTime.microsPerDay)))
        }
        return try unit.add(counts[row], to: micros)
      }
    }
  }

  private static func difference(
    _ arguments: [Column],
    _ rowCount: Int,
    _ types: [SQLType],
    _ common: SQLType
  ) throws -> Column {
    try withUnit(arguments[0], rowCount, of: common) { unit, rows in
      var starts = rows.map { arguments[1].taking($0) } ?? arguments[1]
      var ends = rows.map { arguments[2].taking($0) } ?? arguments[2]
      let count = rows?.count ?? rowCount
      let isInstant = if case .timestampWithTimeZone = common { true } else { false }
      if isInstant, let fixed = unit.micros, unit != .day, unit != .week {
        return try Rowwise.map([starts, ends], count) { (x: Int128, y: Int128) -> Int64? in
          Int64(truncatingIfNeeded: (y >> 16) - (x >> 16)) / fixed
        }
      }
      starts = try LocalTime.micros(starts, types[1])
      ends = try LocalTime.micros(ends, types[2])
      return try Rowwise.map([starts, ends], count) { (x: Int64, y: Int64) -> Int64? in
        unit.difference(x, y)
      }
    }
  }

  // MARK: Patterns

  /// A pattern that is compiled once while it does not change.
  struct PatternCache {
    private var source: [UInt8]?
    private var compiled: DateTimePattern?
    private let isJoda: Bool

    init(isJoda: Bool) { self.isJoda = isJoda }

    mutating func pattern(_ text: Bytes) throws -> DateTimePattern {
      if let compiled, let source, source.elementsEqual(text) { return compiled }
      let made = isJoda ? try DateTimePattern(joda: text) : try DateTimePattern(mysql: text)
      source = Array(text)
      compiled = made
      return made
    }
  }

  private static func patterns(_ functions: inout FunctionRegistry) {
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
        return ZonedTimestamp(localMicros: reading.localMicros, zone: reading.zone ?? .utc).packed
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

  // MARK: Unix time

  private static func unix(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "from_unixtime(double) -> timestamp with time zone",
      "The instant so many seconds after 1970-01-01, in the session's zone or another.",
      examples: ["from_unixtime(0)": "1970-01-01 00:00:00.000 UTC"]
    ) { a, n, context in
      let zone = TimeZoneKey(context.timeZone) ?? .utc
      return try Rowwise.map(a, n) { (seconds: Double) -> Int128? in
        try unixInstant(seconds, zone)
      }
    }
    functions.scalar("from_unixtime(double, varchar) -> timestamp with time zone") { a, n, _ in
      try Rowwise.map(a, n) { (seconds: Double, zone: Bytes) -> Int128? in
        try unixInstant(seconds, try self.zone(zone))
      }
    }
    functions.scalar("from_unixtime(double, bigint, bigint) -> timestamp with time zone") {
      a,
      n,
      _ in
      try Rowwise.map(a, n) { (seconds: Double, hours: Int64, minutes: Int64) -> Int128? in
        let total = hours.multipliedReportingOverflow(by: 60).partialValue &+ minutes
        guard abs(hours) <= 14, abs(minutes) < 60, let zone = TimeZoneKey(offsetMinutes: Int(total))
        else { throw SQLError(.invalidArgument, "Invalid offset minutes \(total)") }
        return try unixInstant(seconds, zone)
      }
    }
    functions.scalar(
      "from_unixtime_nanos(bigint) -> timestamp with time zone",
      "The instant so many nanoseconds after 1970-01-01.",
      canFail: false
    ) { a, n, context in
      let zone = TimeZoneKey(context.timeZone) ?? .utc
      return try Rowwise.map(a, n) { (nanos: Int64) -> Int128? in
        ZonedTimestamp(micros: Int64(CivilDate.floorDiv(Int(nanos), 1_000)), zone: zone).packed
      }
    }
    functions.make(
      "to_unixtime(timestamp) -> double",
      "Seconds since 1970-01-01.",
      examples: ["to_unixtime(TIMESTAMP '1970-01-02 00:00:00.5')": "86400.5"],
      canFail: false
    ) { match in
      let type = match.argumentTypes[0]
      return { a, n, _ in
        let micros = try LocalTime.micros(a[0], type)
        return try Rowwise.map([micros], n) { (value: Int64) -> Double? in
          Double(value) / 1_000_000
        }
      }
    }
    functions.scalar("to_unixtime(timestamp with time zone) -> double", canFail: false) { a, n, _ in
      try Rowwise.map(a, n) { (packed: Int128) -> Double? in
        Double(ZonedTimestamp(packed).micros) / 1_000_000
      }
    }
  }

  private static func unixInstant(_ seconds: Double, _ zone: TimeZoneKey) throws -> Int128 {
    // Milliseconds, as the type's three digits say.
    guard let millis = Int64(exactly: (seconds * 1_000).rounded(.toNearestOrAwayFromZero)),
      abs(millis) < 9_000_000_000_000_000
    else { throw SQLError(.invalidArgument, "Instant out of range: \(seconds)") }
    return ZonedTimestamp(micros: millis * 1_000, zone: zone).packed
  }

  static func zone(_ name: Bytes) throws -> TimeZoneKey {
    guard let zone = TimeZoneKey(name.text) else {
      throw SQLError(
        .invalidArgument,
        "'\(name.text)' is not a valid time zone",
        help: "zones are read from /usr/share/zoneinfo, Debian's package tzdata"
      )
    }
    return zone
  }

  // MARK: ISO 8601

  private static func iso(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "from_iso8601_timestamp(varchar) -> timestamp with time zone",
      "The instant of an ISO 8601 text; UTC where it names no zone.",
      examples: [
        "from_iso8601_timestamp('2026-01-02T03:04:05+01:00')":
          "2026-01-02 03:04:05.000 +01:00"
      ]
    ) { a, n, context in
      let session = TimeZoneKey(context.timeZone) ?? .utc
      return try Rowwise.map(a, n) { (text: Bytes) -> Int128? in
        guard let reading = ISO8601.timestamp(text) else {
          throw SQLError(.invalidArgument, "Invalid format: \"\(text.text)\"")
        }
        let millis = CivilDate.floorDiv(Int(reading.localMicros), 1_000) * 1_000
        return ZonedTimestamp(localMicros: Int64(millis), zone: reading.zone ?? session).packed
      }
    }
    functions.scalar(
      "from_iso8601_date(varchar) -> date",
      "The date of an ISO 8601 text, also of a week date or a day of the year.",
      examples: [
        "from_iso8601_date('2026-11-23')": "2026-11-23",
        "from_iso8601_date('2026-W48-1')": "2026-11-23",
        "from_iso8601_date('2026-327')": "2026-11-23",
      ]
    ) { a, n, _ in
      try Rowwise.map(a, n) { (text: Bytes) -> Int32? in
        guard let days = ISO8601.date(text) else {
          throw SQLError(.invalidArgument, "Invalid format: \"\(text.text)\"")
        }
        return Int32(truncatingIfNeeded: days)
      }
    }
    for type in pointTypes {
      functions.make(
        "to_iso8601(\(type)) -> varchar",
        "The time as ISO 8601 writes it.",
        examples: type == "timestamp"
          ? ["to_iso8601(TIMESTAMP '2026-01-02 03:04:05')": "2026-01-02T03:04:05"] : [:],
        canFail: false
      ) { match in
        let type = match.argumentTypes[0]
        return { a, n, _ in try ISO8601.text(a[0], n, type) }
      }
    }
  }

  // MARK: Zones

  private static func zones(_ functions: inout FunctionRegistry) {
    functions.make(
      "at_timezone(timestamp with time zone, varchar) -> timestamp with time zone",
      "The same instant on the clock of another zone.",
      examples: [
        "at_timezone(TIMESTAMP '2026-07-01 12:00:00 UTC', '+02:00')":
          "2026-07-01 14:00:00 +02:00"
      ],
      result: { $0.argumentTypes[0] }
    ) { _ in
      { a, n, _ in
        try Rowwise.map(a, n) { (packed: Int128, name: Bytes) -> Int128? in
          ZonedTimestamp(micros: ZonedTimestamp(packed).micros, zone: try zone(name)).packed
        }
      }
    }
    functions.make(
      "with_timezone(timestamp, varchar) -> timestamp with time zone",
      "The instant at which a zone's clock shows the time.",
      examples: [
        "with_timezone(TIMESTAMP '2026-07-01 12:00:00', '+02:00')": "2026-07-01 12:00:00 +02:00"
      ],
      result: { match in
        guard case .timestamp(let precision) = match.argumentTypes[0] else { return nil }
        return .timestampWithTimeZone(precision: precision)
      }
    ) { match in
      let type = match.argumentTypes[0]
      return { a, n, _ in
        let local = try LocalTime.micros(a[0], type)
        return try Rowwise.map([local, a[1]], n) { (micros: Int64, name: Bytes) -> Int128? in
          ZonedTimestamp(localMicros: micros, zone: try zone(name)).packed
        }
      }
    }
    functions.scalar(
      "timezone(timestamp with time zone) -> varchar",
      "The zone's name.",
      canFail: false
    ) { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n, arena: arena) { (packed: Int128) -> ByteView? in
        arena.copy(ZonedTimestamp(packed).zone.name)
      }
    }
  }

  // MARK: The clock

  private static func clock(_ functions: inout FunctionRegistry) {
    for name in ["now", "current_timestamp"] {
      functions.scalar(
        "\(name)() -> timestamp with time zone",
        "The instant at which the query started.",
        canFail: false
      ) { _, n, context in
        let zone = TimeZoneKey(context.timeZone) ?? .utc
        let micros = context.queryStartMicros / 1_000 * 1_000
        let packed = ZonedTimestamp(micros: micros, zone: zone).packed
        return .constant(.int128(packed), of: .timestampWithTimeZone(precision: 3), count: n)
      }
    }
    functions.scalar(
      "current_date() -> date",
      "The day on which the query started, in the session's zone.",
      canFail: false
    ) { _, n, context in
      let days = CivilDate.floorDiv(Int(localNow(context)), Int(LocalTime.microsPerDay))
      return .constant(.int(Int64(days)), of: .date, count: n)
    }
    functions.scalar(
      "localtimestamp() -> timestamp",
      "The clock reading at which the query started, in the session's zone.",
      canFail: false
    ) { _, n, context in
      let millis = CivilDate.floorDiv(Int(localNow(context)), 1_000)
      return .constant(.int(Int64(millis)), of: .timestamp(precision: 3), count: n)
    }
    for name in ["localtime", "current_time"] {
      functions.scalar(
        "\(name)() -> time",
        "The time of day at which the query started, in the session's zone.",
        canFail: false
      ) { _, n, context in
        let inDay = CivilDate.floorMod(Int(localNow(context)), Int(LocalTime.microsPerDay))
        return .constant(.int(Int64(inDay / 1_000)), of: .time(precision: 3), count: n)
      }
    }
    functions.scalar(
      "current_timezone() -> varchar",
      "The session's zone.",
      canFail: false
    ) { _, n, context in .constant(.text(context.timeZone), of: .text, count: n) }
  }

  private static func localNow(_ context: EvaluationContext) -> Int64 {
    let zone = TimeZoneKey(context.timeZone) ?? .utc
    return ZonedTimestamp(micros: context.queryStartMicros, zone: zone).localMicros
  }

  // MARK: Others

  private static func others(_ functions: inout FunctionRegistry) {
    functions.custom(
      "date",
      "The day of a timestamp or text.",
      signatures: ["date(T) -> date"],
      examples: ["date('2026-11-23')": "2026-11-23"]
    ) { types in
      guard types.count == 1,
        var function = Casting.function(from: types[0], to: .date, isTry: false)
          ?? (types[0] == .date
            ? Casting.function(from: .date, to: .date, isTry: false) : nil)
      else { return nil }
      function.name = "date"
      return function
    }
    for type in pointTypes {
      functions.make(
        "last_day_of_month(\(type)) -> date",
        "The last day of the month.",
        examples: type == "date" ? ["last_day_of_month(DATE '2026-02-03')": "2026-02-28"] : [:],
        canFail: false
      ) { match in
        let type = match.argumentTypes[0]
        return { a, n, _ in
          let days = try LocalTime.days(a[0], type)
          return try Rowwise.map([days], n) { (days: Int64) -> Int32? in
            var date = CivilDate(days: Int(days))
            date.day = CivilDate.dayCount(year: date.year, month: date.month)
            return Int32(truncatingIfNeeded: date.days)
          }
        }
      }
    }
    functions.scalar(
      "to_milliseconds(interval day to second) -> bigint",
      "The interval in milliseconds.",
      canFail: false
    ) { a, _, _ in a[0] }
    functions.scalar(
      "parse_duration(varchar) -> interval day to second",
      "The duration of a number and a unit from ns to d.",
      examples: ["parse_duration('42.8ms')": "0 00:00:00.043"]
    ) { a, n, _ in
      try Rowwise.map(a, n) { (text: Bytes) -> Int64? in
        guard let millis = duration(text) else {
          throw SQLError(
            .invalidArgument,
            "duration is not a valid data duration string: \(text.text)"
          )
        }
        return millis
      }
    }
    functions.scalar(
      "human_readable_seconds(double) -> varchar",
      "Seconds in weeks, days, hours, minutes and seconds.",
      examples: ["human_readable_seconds(96)": "1 minute, 36 seconds"]
    ) { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n, arena: arena) { (seconds: Double) -> ByteView? in
        arena.copy(try humanReadable(seconds))
      }
    }
  }

  private static let durationUnits: [(name: String, millis: Double)] = [
    ("ns", 1e-6), ("us", 1e-3), ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000),
    ("d", 86_400_000),
  ]

  /// The milliseconds of `42.8ms`, `3.81 d`.
  private static func duration(_ text: Bytes) -> Int64? {
    let numberEnd = text.firstIndex { !($0 == 0x2E || (0x30...0x39).contains($0)) } ?? text.count
    let unit = String(decoding: text[numberEnd...].drop { $0 == 0x20 }, as: UTF8.self)
    guard numberEnd > 0, let number = NumberText.double(Bytes(rebasing: text[..<numberEnd])),
      let known = durationUnits.first(where: { $0.name == unit })
    else { return nil }
    return Int64(exactly: (number * known.millis).rounded(.toNearestOrAwayFromZero))
  }

  private static func humanReadable(_ seconds: Double) throws -> String {
    guard var left = Int64(exactly: seconds.magnitude.rounded(.toNearestOrAwayFromZero)) else {
      throw SQLError(.invalidArgument, "Invalid argument found: \(seconds)")
    }
    var parts: [String] = []
    for (name, size) in [
      ("week", Int64(604_800)), ("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1),
    ] {
      let count = left / size
      left %= size
      if count > 0 { parts.append("\(count) \(name)\(count == 1 ? "" : "s")") }
    }
    return parts.isEmpty ? "0 seconds" : parts.joined(separator: ", ")
  }
}

extension SQLType {
  /// Whether this is a time of day.
  fileprivate var isTime: Bool { if case .time = self { true } else { false } }
}
