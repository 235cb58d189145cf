import ColumnFormat

/// The time by which a record is filed, in milliseconds since 1970-01-01 UTC.
enum EventTime {
  /// The times of a column; null where a value is null or is no time.
  ///
  /// Dates and timestamps are what they say, without a zone in UTC. Numbers are epoch seconds, or
  /// milliseconds from 10¹¹ on (as seconds that would be the year 5138). Text is ISO 8601.
  static func millis(of column: Column, type: LogicalType) -> (values: Buffer<Int64>, Validity?)? {
    let flat = column.flattened()
    let count = flat.count
    let result = Buffer<Int64>(count: count)
    switch (type, flat.flatValues) {
    case (.timestamp(let unit, _), .int64(let values)):
      let divisor = unit.perSecond / 1000
      for row in 0..<count { result.base[row] = floorDivide(values.base[row], divisor) }
      return (result, flat.validity)
    case (.date, .int32(let values)):
      for row in 0..<count { result.base[row] = Int64(values.base[row]) * 86_400_000 }
      return (result, flat.validity)
    case (.int64, .int64(let values)):
      for row in 0..<count { result.base[row] = epochMillis(values.base[row]) }
      return (result, flat.validity)
    case (.int32, .int32(let values)):
      for row in 0..<count { result.base[row] = epochMillis(Int64(values.base[row])) }
      return (result, flat.validity)
    case (.decimal(_, let scale), .int64(let values)):
      for row in 0..<count {
        result.base[row] = decimalMillis(Int128(values.base[row]), scale: scale)
      }
      return (result, flat.validity)
    case (.decimal(_, let scale), .int128(let values)):
      for row in 0..<count { result.base[row] = decimalMillis(values.base[row], scale: scale) }
      return (result, flat.validity)
    case (.float64, .float64(let values)):
      for row in 0..<count {
        let seconds = values.base[row]
        let millis = abs(seconds) >= 1e11 ? seconds : seconds * 1000
        result.base[row] = abs(millis) < 9e15 ? Int64(millis.rounded(.down)) : 0
      }
      return (result, flat.validity)
    case (.string, .bytes(let values, _)):
      var validity = ValidityBuilder()
      for row in 0..<count {
        let millis =
          flat.isValid(row) ? ISOTime.millis(UnsafePointer(values.base + row).bytes) : nil
        result.base[row] = millis ?? 0
        validity.append(millis != nil)
      }
      return (result, validity.finish())
    case (.unknown, _):
      return (Buffer(repeating: 0, count: count), Validity.allNull(count: count))
    default: return nil
    }
  }

  private static func epochMillis(_ value: Int64) -> Int64 {
    value.magnitude >= 100_000_000_000 ? value : value &* 1000
  }

  private static func decimalMillis(_ value: Int128, scale: Int) -> Int64 {
    var unscaled = value
    for _ in 0..<max(scale - 3, 0) { unscaled /= 10 }
    for _ in 0..<max(3 - scale, 0) { unscaled &*= 10 }
    // What is now in thousandths of a second was given in milliseconds when it is that large.
    if unscaled.magnitude >= 100_000_000_000_000 { unscaled /= 1000 }
    return Int64(truncatingIfNeeded: unscaled)
  }
}

/// ISO 8601 dates and times as they stand in records.
enum ISOTime {
  /// The milliseconds of a date or time; nil for anything else.
  ///
  /// A time follows a `T` or a space and may have a fraction, and `Z` or an offset such as `+02:00`;
  /// without an offset it is UTC.
  static func millis(_ text: UnsafeRawBufferPointer) -> Int64? {
    guard text.count >= 10, text[4] == 45, text[7] == 45,
      let year = digits(text, 0, 4), let month = digits(text, 5, 2), let day = digits(text, 8, 2),
      (1...12).contains(month), day >= 1
    else { return nil }
    let days = daysSinceEpoch(year: year, month: month, day: day)
    guard civilDate(daysSinceEpoch: days).month == month else { return nil }
    if text.count == 10 { return days * 86_400_000 }
    guard text.count >= 16, text[10] == 84 || text[10] == 32 || text[10] == 116, text[13] == 58,
      let hour = digits(text, 11, 2), let minute = digits(text, 14, 2), hour < 24, minute < 60
    else { return nil }
    var position = 16
    var seconds: Int64 = 0
    var fraction: Int64 = 0
    if position < text.count, text[position] == 58 {
      guard let read = digits(text, 17, 2), read < 61 else { return nil }
      seconds = read
      position = 19
      if position < text.count, text[position] == 46 || text[position] == 44 {
        position += 1
        var scale: Int64 = 100
        let first = position
        while position < text.count, (48...57).contains(text[position]) {
          fraction += Int64(text[position] - 48) * scale
          scale /= 10
          position += 1
        }
        if position == first { return nil }
      }
    }
    guard let offsetMinutes = offset(text, position) else { return nil }
    let minutes = days * 1440 + hour * 60 + minute - offsetMinutes
    return (minutes * 60 + seconds) * 1000 + fraction
  }

  private static func offset(_ text: UnsafeRawBufferPointer, _ position: Int) -> Int64? {
    if position == text.count { return 0 }
    let sign = text[position]
    if sign == 90 || sign == 122 { return position + 1 == text.count ? 0 : nil }
    guard sign == 43 || sign == 45, let hours = digits(text, position + 1, 2) else { return nil }
    var end = position + 3
    var minutes: Int64 = 0
    if end < text.count {
      if text[end] == 58 { end += 1 }
      guard let read = digits(text, end, 2) else { return nil }
      minutes = read
      end += 2
    }
    guard end == text.count, hours <= 18, minutes < 60 else { return nil }
    return (hours * 60 + minutes) * (sign == 45 ? -1 : 1)
  }

  private static func digits(
    _ text: UnsafeRawBufferPointer,
    _ start: Int,
    _ count: Int
  ) -> Int64? {
    guard start + count <= text.count else { return nil }
    var value: Int64 = 0
    for index in start..<(start + count) {
      guard (48...57).contains(text[index]) else { return nil }
      value = value * 10 + Int64(text[index] - 48)
    }
    return value
  }
}
