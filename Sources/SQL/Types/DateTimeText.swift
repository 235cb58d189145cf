import ColumnFormat

/// Dates, times and intervals as Trino writes and reads them.
enum DateTimeText {
  /// A date's ten characters, which need no memory of their own; nil for years of more than four digits.
  @inline(__always)
  static func view(ofDate days: Int) -> ByteView? {
    let date = CivilDate(days: days)
    guard let year = UInt64(exactly: date.year), year < 10_000 else { return nil }
    let (month, day) = (UInt64(date.month), UInt64(date.day))
    let century = year / 100
    let zeros: UInt64 = 0x3030
    func digits(_ number: UInt64) -> UInt64 { zeros &+ (number / 10 | (number % 10) << 8) }
    var view = ByteView()
    view.head = 10 | digits(century) << 32 | digits(year % 100) << 48
    view.tail = 0x2D | digits(month) << 8 | 0x2D << 24 | digits(day) << 32
    return view
  }

  /// A timestamp's characters in memory of the arena.
  ///
  /// - Parameters:
  ///   - value: Units since 1970-01-01, `perSecond` of them in a second.
  ///   - perSecond: A thousand, a million or a billion.
  ///   - precision: Of the fraction, at most as many digits as `perSecond` has zeros.
  ///   - arena: What keeps the characters.
  /// - Returns: Nil for years of more than four digits.
  @inline(__always)
  static func view(ofTimestamp value: Int, perSecond: Int, precision: Int, _ arena: ByteArena)
    -> ByteView?
  {
    let perDay = 86_400 &* perSecond
    let days = CivilDate.floorDiv(value, perDay)
    guard let date = view(ofDate: days) else { return nil }
    let inDay = value &- days &* perDay
    let seconds = UInt32(truncatingIfNeeded: inDay / perSecond)
    let count = precision > 0 ? 20 &+ precision : 19
    let target = arena.allocate(count)
    // The date's characters lie in a view from its fifth byte on.
    target.storeBytes(of: date.head &>> 32 | date.tail &<< 32, as: UInt64.self)
    target.storeBytes(
      of: UInt16(truncatingIfNeeded: date.tail &>> 32),
      toByteOffset: 8,
      as: UInt16.self
    )
    let bytes = target.assumingMemoryBound(to: UInt8.self)
    @inline(__always)
    func put(_ separator: UInt8, _ number: UInt32, at place: Int) {
      bytes[place] = separator
      bytes[place &+ 1] = 48 &+ UInt8(truncatingIfNeeded: number / 10)
      bytes[place &+ 2] = 48 &+ UInt8(truncatingIfNeeded: number % 10)
    }
    put(32, seconds / 3_600, at: 10)
    put(58, seconds / 60 % 60, at: 13)
    put(58, seconds % 60, at: 16)
    if precision > 0 {
      bytes[19] = 46
      var fraction = UInt32(truncatingIfNeeded: inDay % perSecond)
      var digits = perSecond == 1_000 ? 3 : perSecond == 1_000_000 ? 6 : 9
      while digits > precision {
        fraction /= 10
        digits &-= 1
      }
      for place in stride(from: 19 &+ precision, to: 19, by: -1) {
        bytes[place] = 48 &+ UInt8(truncatingIfNeeded: fraction % 10)
        fraction /= 10
      }
    }
    return ByteView(UnsafeRawPointer(target), count: count)
  }

  static func append(date days: Int32, to text: inout [UInt8]) { appendDate(Int(days), to: &text) }

  static func appendDate(_ days: Int, to text: inout [UInt8]) {
    let date = CivilDate(days: days)
    if date.year < 0 { text.append(45) }
    NumberText.append(abs(date.year), width: 4, to: &text)
    text.append(45)
    NumberText.append(date.month, width: 2, to: &text)
    text.append(45)
    NumberText.append(date.day, width: 2, to: &text)
  }

  /// `hh:mm:ss` and `precision` digits of the fraction, of a value within a day.
  static func appendTime(_ units: Int, perSecond: Int, precision: Int, to text: inout [UInt8]) {
    let seconds = units / perSecond
    NumberText.append(seconds / 3_600, width: 2, to: &text)
    text.append(58)
    NumberText.append(seconds / 60 % 60, width: 2, to: &text)
    text.append(58)
    NumberText.append(seconds % 60, width: 2, to: &text)
    guard precision > 0 else { return }
    text.append(46)
    var fraction = units % perSecond
    var digits = perSecond == 1_000 ? 3 : perSecond == 1_000_000 ? 6 : 9
    while digits > precision {
      fraction /= 10
      digits -= 1
    }
    NumberText.append(fraction, width: precision, to: &text)
  }

  static func appendTimestamp(_ value: Int64, precision: Int, to text: inout [UInt8]) {
    let perSecond = Int(TimeUnit(precision: precision).perSecond)
    appendTimestamp(Int(value), perSecond: perSecond, precision: precision, to: &text)
  }

  private static func appendTimestamp(
    _ value: Int,
    perSecond: Int,
    precision: Int,
    to text: inout [UInt8]
  ) {
    let perDay = 86_400 * perSecond
    let days = CivilDate.floorDiv(value, perDay)
    appendDate(days, to: &text)
    text.append(32)
    appendTime(
      CivilDate.floorMod(value, perDay),
      perSecond: perSecond,
      precision: precision,
      to: &text
    )
  }

  static func appendZoned(_ packed: Int128, precision: Int, to text: inout [UInt8]) {
    let zoned = ZonedTimestamp(packed)
    appendTimestamp(
      Int(zoned.localMicros),
      perSecond: 1_000_000,
      precision: min(precision, 6),
      to: &text
    )
    for _ in 0..<max(0, precision - 6) { text.append(48) }
    text.append(32)
    text += Array(zoned.zone.name.utf8)
  }

  /// As text: `2 03:04:05.006`.
  static func appendDayToSecond(_ millis: Int64, to text: inout [UInt8]) {
    if millis < 0 { text.append(45) }
    let magnitude = Int(clamping: millis.magnitude)
    NumberText.append(Int64(magnitude / 86_400_000), to: &text)
    text.append(32)
    appendTime(magnitude % 86_400_000, perSecond: 1_000, precision: 3, to: &text)
  }

  /// As text: `1-2`.
  static func appendYearToMonth(_ months: Int32, to text: inout [UInt8]) {
    if months < 0 { text.append(45) }
    let magnitude = Int64(months.magnitude)
    NumberText.append(magnitude / 12, to: &text)
    text.append(45)
    NumberText.append(magnitude % 12, to: &text)
  }

  /// A text taken apart: date, time of day and zone, as far as there are any.
  struct Parts {
    var days = 0
    var seconds = 0
    /// The fraction's first nine digits, in nanoseconds.
    var nanos = 0
    var hasTime = false
    /// The text after the time.
    var zone: String?
  }

  /// `yyyy-MM-dd`, months and days also with one digit, outer spaces ignored.
  static func date(_ bytes: UnsafeRawBufferPointer) -> Int? {
    var reader = TextReader(bytes)
    reader.skipSpaces()
    guard let date = reader.date() else { return nil }
    reader.skipSpaces()
    return reader.isAtEnd ? date.days : nil
  }

  /// Reads `yyyy-MM-dd[ hh:mm[:ss[.fraction]]][ zone]`.
  static func timestamp(_ bytes: UnsafeRawBufferPointer) -> Parts? {
    var reader = TextReader(bytes)
    reader.skipSpaces()
    guard let date = reader.date() else { return nil }
    var parts = Parts(days: date.days)
    guard !reader.isAtEnd else { return parts }
    guard reader.skip(32) else { return nil }
    if let time = reader.time() {
      parts.seconds = time.seconds
      parts.nanos = time.nanos
      parts.hasTime = true
    }
    reader.skipSpaces()
    if !reader.isAtEnd { parts.zone = reader.rest() }
    return parts
  }

  /// `hh:mm[:ss[.fraction]]` in nanoseconds.
  static func time(_ bytes: UnsafeRawBufferPointer) -> Int? {
    var reader = TextReader(bytes)
    guard let time = reader.time(), reader.isAtEnd else { return nil }
    return time.seconds * 1_000_000_000 + time.nanos
  }
}

/// Reads numbers and signs from text, one after the other.
struct TextReader {
  private let bytes: UnsafeRawBufferPointer
  var position = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var isAtEnd: Bool { position >= bytes.count }
  var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  @inline(__always)
  mutating func skip(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    position += 1
    return true
  }

  mutating func skipSpaces() {
    while let byte = peek, byte == 32 || byte == 9 { position += 1 }
  }

  /// Between `least` and `most` digits.
  @inline(__always)
  mutating func number(_ least: Int, _ most: Int) -> Int? {
    var value = 0
    var count = 0
    while count < most, let byte = peek, (0x30...0x39).contains(byte) {
      value = value * 10 + Int(byte &- 0x30)
      position += 1
      count += 1
    }
    return count >= least ? value : nil
  }

  mutating func date() -> CivilDate? {
    var sign = 1
    if skip(0x2D) { sign = -1 } else { _ = skip(0x2B) }
    guard let year = number(4, 6), skip(0x2D), let month = number(1, 2), skip(0x2D),
      let day = number(1, 2)
    else { return nil }
    let date = CivilDate(year: sign * year, month: month, day: day)
    return date.isReal ? date : nil
  }

  mutating func time() -> (seconds: Int, nanos: Int)? {
    let start = position
    guard let hour = number(1, 2), hour < 24, skip(0x3A), let minute = number(1, 2), minute < 60
    else {
      position = start
      return nil
    }
    var second = 0
    var nanos = 0
    if skip(0x3A) {
      guard let own = number(1, 2), own < 60 else {
        position = start
        return nil
      }
      second = own
      if skip(0x2E) { nanos = fraction() }
    }
    return (hour * 3_600 + minute * 60 + second, nanos)
  }

  /// Digits of a fraction as nanoseconds; digits past the ninth are dropped.
  mutating func fraction() -> Int {
    var value = 0
    var count = 0
    while let byte = peek, (0x30...0x39).contains(byte) {
      if count < 9 { value = value * 10 + Int(byte &- 0x30) }
      count += 1
      position += 1
    }
    for _ in min(count, 9)..<9 { value *= 10 }
    return value
  }

  mutating func rest() -> String {
    let text = String(decoding: bytes[position...], as: UTF8.self)
    position = bytes.count
    return text
  }
}
