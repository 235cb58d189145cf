import ColumnFormat

/// Instants on the clocks of time zones.
enum TimeZoneFunctions {
  typealias Bytes = UnsafeRawBufferPointer

  static func register(_ functions: inout FunctionRegistry) {
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
          ZonedTimestamp(
            micros: ZonedTimestamp(packed).micros,
            zone: try DateTimeFunctions.zone(name)
          ).packed
        }
      }
    }
    functions.make(
      "$at_timezone(timestamp with time zone, interval day to second) -> timestamp with time zone",
      result: { $0.argumentTypes[0] }
    ) { _ in
      { a, n, _ in
        try Rowwise.map(a, n) { (packed: Int128, millis: Int64) -> Int128? in
          guard millis % 60_000 == 0 else {
            throw SQLError(
              .invalidArgument,
              "Invalid time zone offset interval: interval contains seconds"
            )
          }
          guard let zone = TimeZoneKey(offsetMinutes: Int(millis / 60_000)) else {
            throw SQLError(.invalidArgument, "Invalid offset minutes \(millis / 60_000)")
          }
          return ZonedTimestamp(micros: ZonedTimestamp(packed).micros, zone: zone).packed
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
          ZonedTimestamp(micros: micros, zone: try DateTimeFunctions.zone(name)).moved(
            toLocalMicros: micros
          ).packed
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
}
