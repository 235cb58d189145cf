extension DateTimePattern {
  /// What a text said; fields that the pattern lacks are nil.
  private struct Fields {
    var year: Int?
    var month: Int?
    var day: Int?
    var dayOfYear: Int?
    var weekYear: Int?
    var week: Int?
    var dayOfWeek: Int?
    var hour: Int?
    var halfHour: Int?
    var isAfternoon: Bool?
    var minute = 0
    var second = 0
    var nanos = 0
    var zone: TimeZoneKey?
  }

  /// A parsed text: the wall clock reading, and the zone if the text had one.
  struct Reading: Equatable {
    var localMicros: Int64
    var zone: TimeZoneKey?
  }

  /// Reads a text; what it does not say is 1970-01-01 00:00, or the year 2000 beside a month.
  func parse(_ text: UnsafeRawBufferPointer) throws -> Reading {
    var reader = TextReader(text)
    var fields = Fields()
    for token in tokens {
      let start = reader.position
      guard parse(token, &reader, &fields) else {
        throw DateTimePattern.malformed(text, at: start)
      }
    }
    guard reader.isAtEnd else { throw DateTimePattern.malformed(text, at: reader.position) }
    guard let days = DateTimePattern.days(of: fields), LocalTime.days.contains(days) else {
      throw SQLError(.invalidArgument, "Cannot parse \"\(text.text)\": no such day")
    }
    var hour = fields.hour ?? 0
    if let half = fields.halfHour { hour = half + (fields.isAfternoon == true ? 12 : 0) }
    guard hour < 24, fields.minute < 60, fields.second < 60 else {
      throw SQLError(.invalidArgument, "Cannot parse \"\(text.text)\": no such time of day")
    }
    let seconds = hour * 3_600 + fields.minute * 60 + fields.second
    let micros = days * 86_400_000_000 + seconds * 1_000_000 + fields.nanos / 1_000
    return Reading(localMicros: Int64(micros), zone: fields.zone)
  }

  private static func malformed(_ text: UnsafeRawBufferPointer, at position: Int) -> SQLError {
    let place = min(position, text.count)
    if place == 0 { return SQLError(.invalidArgument, "Invalid format: \"\(text.text)\"") }
    if place == text.count {
      return SQLError(.invalidArgument, "Invalid format: \"\(text.text)\" is too short")
    }
    let rest = String(decoding: text[place...], as: UTF8.self)
    return SQLError(
      .invalidArgument,
      "Invalid format: \"\(text.text)\" is malformed at \"\(rest)\""
    )
  }

  private static func days(of fields: Fields) -> Int? {
    if let week = fields.week {
      let year = fields.weekYear ?? 1970
      guard (1...53).contains(week), (1...7).contains(fields.dayOfWeek ?? 1) else { return nil }
      // 4 January is always in week 1.
      let fourth = CivilDate(year: year, month: 1, day: 4).days
      let monday = fourth - CivilDate.dayOfWeek(days: fourth) + 1
      return monday + (week - 1) * 7 + (fields.dayOfWeek ?? 1) - 1
    }
    if let dayOfYear = fields.dayOfYear {
      let year = fields.year ?? 2000
      guard (1...(CivilDate.isLeap(year) ? 366 : 365)).contains(dayOfYear) else { return nil }
      return CivilDate(year: year, month: 1, day: 1).days + dayOfYear - 1
    }
    let hasPart = fields.month != nil || fields.day != nil
    let date = CivilDate(
      year: fields.year ?? (hasPart ? 2000 : 1970),
      month: fields.month ?? 1,
      day: fields.day ?? 1
    )
    return date.isReal ? date.days : nil
  }

  private func parse(_ token: Token, _ reader: inout TextReader, _ fields: inout Fields) -> Bool {
    switch token {
    case .literal(let bytes):
      for byte in bytes where !reader.skip(byte) { return false }
      return true
    case .number(let field, _, let most): return parse(field, most, &reader, &fields)
    case .fraction:
      guard let next = reader.peek, (0x30...0x39).contains(next) else { return false }
      fields.nanos = reader.fraction()
      return true
    case .monthName:
      guard let index = DateTimePattern.name(&reader, DateTimePattern.months) else { return false }
      fields.month = index + 1
      return true
    case .weekdayName:
      return DateTimePattern.name(&reader, DateTimePattern.weekdays) != nil
    case .halfDay:
      guard let index = DateTimePattern.name(&reader, ["AM ", "PM "], length: 2) else {
        return false
      }
      fields.isAfternoon = index == 1
      return true
    case .year2:
      guard let year = reader.number(1, 2) else { return false }
      fields.year = year < 70 ? 2000 + year : 1900 + year
      return true
    case .era: return DateTimePattern.name(&reader, ["AD ", "BC "], length: 2) != nil
    case .offset, .zoneName:
      guard let zone = DateTimePattern.zone(&reader) else { return false }
      fields.zone = zone
      return true
    }
  }

  private func parse(
    _ field: Field,
    _ most: Int,
    _ reader: inout TextReader,
    _ fields: inout Fields
  ) -> Bool {
    var sign = 1
    if field == .year || field == .weekYear {
      if reader.skip(0x2D) { sign = -1 } else { _ = reader.skip(0x2B) }
    }
    guard let number = reader.number(1, most) else { return false }
    let value = sign * number
    switch field {
    case .year, .yearOfEra: fields.year = value
    case .century: fields.year = value * 100
    case .month: fields.month = value
    case .day: fields.day = value
    case .dayOfYear: fields.dayOfYear = value
    case .dayOfWeek: fields.dayOfWeek = value
    case .week: fields.week = value
    case .weekYear: fields.weekYear = value
    case .hour: fields.hour = value
    case .clockHour:
      guard (1...24).contains(value) else { return false }
      fields.hour = value % 24
    case .halfHour:
      guard value < 12 else { return false }
      fields.halfHour = value
    case .clockHalfHour:
      guard (1...12).contains(value) else { return false }
      fields.halfHour = value % 12
    case .minute: fields.minute = value
    case .second: fields.second = value
    }
    return true
  }

  /// Which of the names stands next, long or by its first `length` letters, in any case.
  private static func name(_ reader: inout TextReader, _ names: [String], length: Int = 3) -> Int? {
    for (index, name) in names.enumerated() {
      for part in [Array(name.utf8), Array(name.utf8.prefix(length))] {
        var trial = reader
        var matches = true
        for byte in part where matches {
          let isLetter = byte != 0x20
          matches = trial.skip(byte) || (isLetter && trial.skip(byte ^ 0x20))
        }
        if matches {
          reader = trial
          return index
        }
      }
    }
    return nil
  }

  /// `Z`, `+02:00`, `+0200`, `+02` or a zone's name.
  static func zone(_ reader: inout TextReader) -> TimeZoneKey? {
    var name: [UInt8] = []
    var trial = reader
    while let byte = trial.peek, byte > 0x20, byte != 0x5D, byte != 0x29 {
      name.append(byte)
      trial.position += 1
    }
    // The longest text that names a zone wins.
    while !name.isEmpty {
      if let key = TimeZoneKey(String(decoding: name, as: UTF8.self)) {
        reader.position += name.count
        return key
      }
      name.removeLast()
    }
    return nil
  }
}
