import ColumnFormat

/// year, month, hour and the other parts of dates, times, timestamps and intervals.
enum DateTimeFields {
  static func register(_ functions: inout FunctionRegistry) {
    dateField(&functions, "year", "The year.", examples: ["year(DATE '2026-11-23')": "2026"]) {
      Int64(CivilDate(days: $0).year)
    }
    dateField(
      &functions,
      "quarter",
      "The quarter, 1 to 4.",
      examples: ["quarter(DATE '2026-11-23')": "4"]
    ) {
      Int64((CivilDate(days: $0).month - 1) / 3 + 1)
    }
    dateField(
      &functions,
      "month",
      "The month, 1 to 12.",
      examples: ["month(DATE '2026-11-23')": "11"]
    ) {
      Int64(CivilDate(days: $0).month)
    }
    dateField(
      &functions,
      "week",
      "The week of the ISO year, 1 to 53.",
      examples: ["week(DATE '2027-01-01')": "53"]
    ) { Int64(CivilDate.isoWeek(days: $0).week) }
    functions.alias("week_of_year", of: "week")
    dateField(
      &functions,
      "year_of_week",
      "The year of the ISO week.",
      examples: ["year_of_week(DATE '2027-01-01')": "2026"]
    ) { Int64(CivilDate.isoWeek(days: $0).year) }
    functions.alias("yow", of: "year_of_week")
    dateField(
      &functions,
      "day",
      "The day of the month.",
      examples: ["day(DATE '2026-11-23')": "23"]
    ) {
      Int64(CivilDate(days: $0).day)
    }
    dateField(
      &functions,
      "day_of_week",
      "The day of the week, Monday 1 to Sunday 7.",
      examples: ["day_of_week(DATE '2026-11-23')": "1"]
    ) { Int64(CivilDate.dayOfWeek(days: $0)) }
    functions.alias("dow", of: "day_of_week")
    dateField(
      &functions,
      "day_of_year",
      "The day of the year, 1 to 366.",
      examples: ["day_of_year(DATE '2026-02-01')": "32"]
    ) { Int64(CivilDate(days: $0).dayOfYear) }
    functions.alias("doy", of: "day_of_year")
    timeField(
      &functions,
      "hour",
      "The hour, 0 to 23.",
      examples: ["hour(TIMESTAMP '2026-01-02 03:04:05.678')": "3"]
    ) { $0 / 3_600_000_000 }
    timeField(
      &functions,
      "minute",
      "The minute, 0 to 59.",
      examples: ["minute(TIMESTAMP '2026-01-02 03:04:05.678')": "4"]
    ) { $0 / 60_000_000 % 60 }
    timeField(
      &functions,
      "second",
      "The second, 0 to 59.",
      examples: ["second(TIMESTAMP '2026-01-02 03:04:05.678')": "5"]
    ) { $0 / 1_000_000 % 60 }
    timeField(
      &functions,
      "millisecond",
      "The milliseconds of the second.",
      examples: ["millisecond(TIMESTAMP '2026-01-02 03:04:05.678')": "678"]
    ) { $0 / 1_000 % 1_000 }
    intervals(&functions)
    functions.alias("day_of_month", of: "day")
    for (name, summary, divisor, modulus) in [
      ("timezone_hour", "The hours of the zone's offset.", 3_600, Int.max),
      ("timezone_minute", "The minutes of the zone's offset.", 60, 60),
    ] {
      functions.scalar(
        "\(name)(timestamp with time zone) -> bigint",
        summary,
        canFail: false
      ) { a, n, _ in
        try Rowwise.map(a, n) { (packed: Int128) -> Int64? in
          Int64(ZonedTimestamp(packed).offsetSeconds / divisor % modulus)
        }
      }
    }
  }

  private static let dateTypes = ["date", "timestamp", "timestamp with time zone"]

  private static func dateField(
    _ functions: inout FunctionRegistry,
    _ name: String,
    _ summary: String,
    examples: KeyValuePairs<String, String>,
    _ body: @escaping @Sendable (Int) -> Int64
  ) {
    for (index, type) in dateTypes.enumerated() {
      functions.make(
        "\(name)(\(type)) -> bigint",
        summary,
        examples: index == 0 ? examples : [:],
        canFail: false
      ) { match in
        let type = match.argumentTypes[0]
        return { a, n, _ in
          let days = try LocalTime.days(a[0], type)
          return try Rowwise.map([days], n) { (days: Int64) -> Int64? in body(Int(days)) }
        }
      }
    }
  }

  /// `body` gets the microseconds of the day.
  private static func timeField(
    _ functions: inout FunctionRegistry,
    _ name: String,
    _ summary: String,
    examples: KeyValuePairs<String, String>,
    _ body: @escaping @Sendable (Int64) -> Int64
  ) {
    for (index, type) in ["timestamp", "timestamp with time zone", "time"].enumerated() {
      functions.make(
        "\(name)(\(type)) -> bigint",
        summary,
        examples: index == 0 ? examples : [:],
        canFail: false
      ) { match in
        let type = match.argumentTypes[0]
        return { a, n, _ in
          let micros = try LocalTime.micros(a[0], type)
          return try Rowwise.map([micros], n) { (value: Int64) -> Int64? in
            body(Int64(CivilDate.floorMod(Int(value), Int(LocalTime.microsPerDay))))
          }
        }
      }
    }
    functions.scalar("\(name)(interval day to second) -> bigint", canFail: false) { a, n, _ in
      try Rowwise.map(a, n) { (millis: Int64) -> Int64? in
        body((millis % 86_400_000) &* 1_000)
      }
    }
  }

  private static func intervals(_ functions: inout FunctionRegistry) {
    functions.scalar("day(interval day to second) -> bigint", canFail: false) { a, n, _ in
      try Rowwise.map(a, n) { (millis: Int64) -> Int64? in millis / 86_400_000 }
    }
    functions.scalar("year(interval year to month) -> bigint", canFail: false) { a, n, _ in
      try Rowwise.map(a, n) { (months: Int32) -> Int64? in Int64(months / 12) }
    }
    functions.scalar("month(interval year to month) -> bigint", canFail: false) { a, n, _ in
      try Rowwise.map(a, n) { (months: Int32) -> Int64? in Int64(months % 12) }
    }
  }
}
