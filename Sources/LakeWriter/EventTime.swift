import ColumnFormat

/// The time by which a record is filed, in milliseconds since 1970-01-01 UTC.
enum EventTime {
  /// The first and the last millisecond of years of four digits, which folders are made for.
  static let range: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

  /// The times of a column; null where a value is null or is no time of the years 0 to 9999.
  ///
  /// Dates and timestamps are what they say, without a zone in UTC. Numbers are epoch seconds, from 10¹¹
  /// on milliseconds, from 10¹⁴ on microseconds, from 10¹⁷ on nanoseconds: each unit ends at the year
  /// 5138. Text is ISO 8601, or such a number where a column has both.
  static func millis(of column: Column, type: LogicalType) -> (values: Buffer<Int64>, Validity?)? {
    let flat = column.flattened()
    switch (type, flat.flatValues) {
    case (.timestamp(let unit, _), .int64(let values)):
      let divisor = unit.perSecond / 1000
      return times(flat) { floorDivide(values.base[$0], divisor) }
    case (.date, .int32(let values)):
      return times(flat) { Int64(values.base[$0]) * 86_400_000 }
    case (.int64, .int64(let values)):
      return times(flat) { epochMillis(values.base[$0]) }
    case (.int32, .int32(let values)):
      return times(flat) { epochMillis(Int64(values.base[$0])) }
    case (.decimal(_, let scale), .int64(let values)):
      return times(flat) { epochMillis(Int128(values.base[$0]), scale: scale) }
    case (.decimal(_, let scale), .int128(let values)):
      return times(flat) { epochMillis(values.base[$0], scale: scale) }
    case (.float64, .float64(let values)):
      return times(flat) { row in
        let micros = values.base[row] * 1_000_000
        return abs(micros) < 1e36 ? epochMillis(Int128(micros.rounded(.down)), scale: 6) : nil
      }
    case (.string, .bytes(let values, _)):
      return times(flat) { row in
        let text = UnsafePointer(values.base + row).bytes
        return ISOTime.millis(text) ?? epochMillis(text)
      }
    case (.unknown, _):
      return (Buffer(repeating: 0, count: flat.count), Validity.allNull(count: flat.count))
    default: return nil
    }
  }

  /// The times of all rows that have one; `millis` is asked for valid rows only.
  @inline(__always)
  private static func times(_ column: Column, _ millis: (Int) -> Int64?) -> (
    values: Buffer<Int64>, Validity?
  ) {
    let result = Buffer<Int64>(count: column.count)
    var noneCount = 0
    var isNone: [Bool] = []
    for row in 0..<column.count {
      let time = column.isValid(row) ? millis(row) : nil
      if let time, range.contains(time) {
        result.base[row] = time
        continue
      }
      result.base[row] = 0
      if noneCount == 0 { isNone = [Bool](repeating: false, count: column.count) }
      noneCount += 1
      isNone[row] = true
    }
    if noneCount == 0 { return (result, nil) }
    var validity = ValidityBuilder()
    for none in isNone { validity.append(!none) }
    return (result, validity.finish())
  }

  private static func epochMillis(_ value: Int64) -> Int64? {
    if value.magnitude < 100_000_000_000 { return value * 1000 }
    if value.magnitude < 100_000_000_000_000 { return value }
    return epochMillis(Int128(value), scale: 0)
  }

  /// The milliseconds of an epoch number with `scale` digits after the point.
  private static func epochMillis(_ value: Int128, scale: Int) -> Int64? {
    var thousandths = value
    for _ in 0..<max(scale - 3, 0) { thousandths = floored(thousandths, 10) }
    for _ in 0..<max(3 - scale, 0) {
      let (product, overflow) = thousandths.multipliedReportingOverflow(by: 10)
      if overflow { return nil }
      thousandths = product
    }
    // What is too large for seconds was given in thousandths of them, and so on.
    for _ in 0..<4 {
      if thousandths.magnitude < 100_000_000_000_000 { return Int64(thousandths) }
      thousandths = floored(thousandths, 1000)
    }
    return nil
  }

  private static func floored(_ value: Int128, _ divisor: Int128) -> Int128 {
    let (quotient, rest) = value.quotientAndRemainder(dividingBy: divisor)
    return rest < 0 ? quotient - 1 : quotient
  }

  /// The milliseconds of an epoch number that is written as a text, of at least nine digits before the
  /// point so that no other number is taken for one.
  private static func epochMillis(_ text: UnsafeRawBufferPointer) -> Int64? {
    var rest = text[...]
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative { rest = rest.dropFirst() }
    let whole = rest.prefix { (48...57).contains($0) }
    guard (9...19).contains(whole.count) else { return nil }
    rest = rest.dropFirst(whole.count)
    var fraction = rest[..<rest.startIndex]
    if rest.first == UInt8(ascii: ".") {
      fraction = rest.dropFirst().prefix { (48...57).contains($0) }
      guard (1...9).contains(fraction.count) else { return nil }
      rest = rest.dropFirst(1 + fraction.count)
    }
    guard rest.isEmpty else { return nil }
    var value: Int128 = 0
    for digit in whole { value = value * 10 + Int128(digit - 48) }
    for digit in fraction { value = value * 10 + Int128(digit - 48) }
    return epochMillis(isNegative ? -value : value, scale: fraction.count)
  }
}

/// ISO 8601 dates and times as they stand in records.
enum ISOTime {
  /// The milliseconds of a date or time; nil for anything else.
  ///
  /// A time follows a `T` or a space and may have a fraction, and `Z` or an offset such as `+02:00`;
  /// without an offset it is UTC. Before a time that has seconds, a month and a day may have one digit.
  static func millis(_ text: UnsafeRawBufferPointer) -> Int64? {
    if text.count >= 16, text[6] == 45 || text[9] == 32 {
      return padded(text)?.withUnsafeBytes { millis($0) }
    }
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

  /// A time of the form `yyyy-[M]M-[d]d HH:mm:ss[.S]` with two digits for month and day; nil for others,
  /// or where they have two already.
  private static func padded(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
    let date = text.prefix { $0 != 32 }
    let parts = date.split(separator: 45, omittingEmptySubsequences: false)
    guard parts.count == 3, text.count >= date.count + 9, text[date.count + 6] == 58,
      (1...2).contains(parts[1].count), (1...2).contains(parts[2].count),
      parts[1].count + parts[2].count < 4
    else { return nil }
    let filled = parts.map { $0.count == 1 ? [48] + Array($0) : Array($0) }
    return Array(filled.joined(separator: [45])) + text[date.count...]
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
