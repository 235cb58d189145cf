import ColumnFormat

/// Dates and timestamps as ISO 8601 writes them.
enum ISO8601 {
  /// `2026-11-23`, `2026-11`, `2026`, `2026-W48-1`, `2026-327`.
  static func date(_ text: UnsafeRawBufferPointer) -> Int? {
    var reader = TextReader(text)
    guard let days = date(&reader), reader.isAtEnd else { return nil }
    return days
  }

  private static func date(_ reader: inout TextReader) -> Int? {
    var sign = 1
    if reader.skip(0x2D) { sign = -1 } else { _ = reader.skip(0x2B) }
    guard let digits = reader.number(4, 9) else { return nil }
    let year = sign * digits
    let january = CivilDate(year: year, month: 1, day: 1)
    guard reader.skip(0x2D) else { return january.days }
    if reader.skip(0x57) {
      guard let week = reader.number(1, 2), (1...53).contains(week) else { return nil }
      var day = 1
      if reader.skip(0x2D) {
        guard let own = reader.number(1, 1), (1...7).contains(own) else { return nil }
        day = own
      }
      let fourth = CivilDate(year: year, month: 1, day: 4).days
      return fourth - CivilDate.dayOfWeek(days: fourth) + (week - 1) * 7 + day
    }
    let start = reader.position
    guard let number = reader.number(1, 3) else { return nil }
    if reader.position - start == 3 {
      guard (1...(CivilDate.isLeap(year) ? 366 : 365)).contains(number) else { return nil }
      return january.days + number - 1
    }
    var date = CivilDate(year: year, month: number, day: 1)
    if reader.skip(0x2D) {
      guard let day = reader.number(1, 2) else { return nil }
      date.day = day
    }
    return date.isReal ? date.days : nil
  }

  /// A date, and after `T` a time with a fraction and a zone.
  static func timestamp(_ text: UnsafeRawBufferPointer) -> DateTimePattern.Reading? {
    var reader = TextReader(text)
    guard let days = date(&reader), LocalTime.days.contains(days) else { return nil }
    var micros = days * 86_400_000_000
    var zone: TimeZoneKey?
    if reader.skip(0x54) {
      if let hour = reader.number(1, 2) {
        guard hour < 24 else { return nil }
        micros += hour * 3_600_000_000
        if reader.skip(0x3A) {
          guard let minute = reader.number(1, 2), minute < 60 else { return nil }
          micros += minute * 60_000_000
          if reader.skip(0x3A) {
            guard let second = reader.number(1, 2), second < 60 else { return nil }
            micros += second * 1_000_000
            if reader.skip(0x2E) || reader.skip(0x2C) { micros += reader.fraction() / 1_000 }
          }
        }
      }
      if !reader.isAtEnd {
        guard let found = DateTimePattern.zone(&reader) else { return nil }
        zone = found
      }
    }
    return reader.isAtEnd ? .init(localMicros: Int64(micros), zone: zone) : nil
  }

  /// A column's values as text.
  static func text(_ column: Column, _ rowCount: Int, _ type: SQLType) throws -> Column {
    let arena = ByteArena()
    var text: [UInt8] = []
    func separate() {
      if let space = text.firstIndex(of: 0x20) { text[space] = 0x54 }
    }
    switch type {
    case .date:
      return try Rowwise.map([column], rowCount, arena: arena) { (days: Int32) -> ByteView? in
        text.removeAll(keepingCapacity: true)
        DateTimeText.appendDate(Int(days), to: &text)
        return arena.copy(text)
      }
    case .timestamp(let precision):
      return try Rowwise.map([column], rowCount, arena: arena) { (value: Int64) -> ByteView? in
        text.removeAll(keepingCapacity: true)
        DateTimeText.appendTimestamp(value, precision: precision, to: &text)
        separate()
        return arena.copy(text)
      }
    default:
      let precision = if case .timestampWithTimeZone(let own) = type { own } else { 3 }
      return try Rowwise.map([column], rowCount, arena: arena) { (packed: Int128) -> ByteView? in
        text.removeAll(keepingCapacity: true)
        let zoned = ZonedTimestamp(packed)
        let offset = zoned.offsetSeconds
        let local = zoned.micros &+ Int64(offset) &* 1_000_000
        DateTimeText.appendTimestamp(
          precision <= 3 ? Int64(CivilDate.floorDiv(Int(local), 1_000)) : local,
          precision: min(precision, 6),
          to: &text
        )
        separate()
        if zoned.zone.raw == 0 {
          text.append(0x5A)
        } else {
          DateTimePattern.appendOffset(offset, hasColon: true, to: &text)
        }
        return arena.copy(text)
      }
    }
  }
}
