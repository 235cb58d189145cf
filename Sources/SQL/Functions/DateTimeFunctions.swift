import ColumnFormat

/// Dates and times: truncating, adding, differences, text, Unix time, zones, the clock.
enum DateTimeFunctions {
  typealias Bytes = UnsafeRawBufferPointer

  static func register(_ functions: inout FunctionRegistry) {
    DateTimeFields.register(&functions)
    DateUnitFunctions.register(&functions)
    DatePatternFunctions.register(&functions)
    unix(&functions)
    iso(&functions)
    TimeZoneFunctions.register(&functions)
    clock(&functions)
    others(&functions)
    // What the clock says differs, but not what kind of value that is.
    functions.examples([
      ("now", "typeof(now())", "timestamp(3) with time zone"),
      ("current_timestamp", "typeof(current_timestamp)", "timestamp(3) with time zone"),
      ("current_date", "typeof(current_date)", "date"),
      ("current_time", "typeof(current_time)", "time(3)"),
      ("localtime", "typeof(localtime)", "time(3)"),
      ("localtimestamp", "typeof(localtimestamp)", "timestamp(3)"),
      ("to_milliseconds", "to_milliseconds(INTERVAL '1' SECOND)", "1000"),
      ("timezone", "timezone(TIMESTAMP '2026-01-01 00:00:00 Europe/Berlin')", "Europe/Berlin"),
      ("timezone_hour", "timezone_hour(TIMESTAMP '2026-01-01 00:00:00 +05:30')", "5"),
      ("timezone_minute", "timezone_minute(TIMESTAMP '2026-01-01 00:00:00 +05:30')", "30"),
    ])
  }

  static let pointTypes = ["date", "timestamp", "timestamp with time zone"]

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
        guard (-14...14).contains(hours), (-59...59).contains(minutes),
          let zone = TimeZoneKey(offsetMinutes: Int(total))
        else { throw SQLError(.invalidArgument, "Invalid offset minutes \(total)") }
        return try unixInstant(seconds, zone)
      }
    }
    functions.make(
      "from_unixtime_nanos(bigint) -> timestamp with time zone",
      "The instant so many nanoseconds after 1970-01-01, of which lake keeps microseconds.",
      examples: ["from_unixtime_nanos(1000000500)": "1970-01-01 00:00:01.000000000 UTC"],
      canFail: false,
      result: { _ in .timestampWithTimeZone(precision: 9) }
    ) { _ in
      { a, n, context in
        let zone = TimeZoneKey(context.timeZone) ?? .utc
        return try Rowwise.map(a, n) { (nanos: Int64) -> Int128? in
          ZonedTimestamp(micros: Int64(CivilDate.floorDiv(Int(nanos), 1_000)), zone: zone).packed
        }
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
      millis.magnitude < 9_000_000_000_000_000
    else { throw SQLError(.invalidArgument, "Instant out of range: \(seconds)") }
    return ZonedTimestamp(micros: millis * 1_000, zone: zone).packed
  }

  static func zone(_ name: Bytes) throws -> TimeZoneKey {
    guard let zone = TimeZoneKey(name.text) else {
      throw SQLError(
        .invalidArgument,
        "'\(name.text)' is not a valid time zone",
        help: "write an IANA name as Europe/Berlin, or an offset as +02:00"
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
    functions.make(
      "from_iso8601_timestamp_nanos(varchar) -> timestamp with time zone",
      "The instant of an ISO 8601 text in full precision, of which lake keeps microseconds.",
      examples: [
        "from_iso8601_timestamp_nanos('2026-01-02T03:04:05.123456')":
          "2026-01-02 03:04:05.123456000 UTC"
      ],
      result: { _ in .timestampWithTimeZone(precision: 9) }
    ) { _ in
      { a, n, context in
        let session = TimeZoneKey(context.timeZone) ?? .utc
        return try Rowwise.map(a, n) { (text: Bytes) -> Int128? in
          guard let reading = ISO8601.timestamp(text) else {
            throw SQLError(.invalidArgument, "Invalid format: \"\(text.text)\"")
          }
          return ZonedTimestamp(localMicros: reading.localMicros, zone: reading.zone ?? session)
            .packed
        }
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
        guard let days = ISO8601.date(text), let date = Int32(exactly: days) else {
          throw SQLError(.invalidArgument, "Invalid format: \"\(text.text)\"")
        }
        return date
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
      examples: ["current_timezone()": "UTC"],
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
