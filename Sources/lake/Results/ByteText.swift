#if canImport(Glibc)
  import Glibc
#endif

/// Bytes that grow by appending and are reused for every part of a long output.
struct ByteText: ~Copyable {
  private(set) var start: UnsafeMutablePointer<UInt8>
  private(set) var count = 0
  private var capacity: Int

  init(capacity: Int = 128 << 10) {
    self.capacity = capacity
    start = .allocate(capacity: capacity)
  }

  deinit { start.deallocate() }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

  /// The text so far; for small outputs and tests.
  var string: String { String(decoding: bytes, as: UTF8.self) }

  mutating func removeAll() { count = 0 }

  mutating func truncate(to length: Int) { count = min(count, length) }

  @inline(__always)
  mutating func reserve(_ additional: Int) {
    if count &+ additional > capacity { grow(additional) }
  }

  @inline(never)
  private mutating func grow(_ additional: Int) {
    let larger = max(count + additional, capacity * 2)
    let target = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    target.update(from: start, count: count)
    start.deallocate()
    start = target
    capacity = larger
  }

  @inline(__always)
  mutating func append(_ byte: UInt8) {
    reserve(1)
    start[count] = byte
    count &+= 1
  }

  @inline(__always)
  mutating func append(_ source: UnsafeRawBufferPointer) {
    guard let base = source.baseAddress, source.count > 0 else { return }
    reserve(source.count)
    memcpy(start + count, base, source.count)
    count &+= source.count
  }

  @inline(__always)
  mutating func append(_ text: StaticString) {
    append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  mutating func append(string: String) {
    var string = string
    string.withUTF8 { append(UnsafeRawBufferPointer($0)) }
  }

  mutating func append(_ array: [UInt8]) {
    array.withUnsafeBytes { append($0) }
  }

  // MARK: Numbers

  @inline(__always)
  mutating func append(integer value: Int64) {
    reserve(20)
    if value < 0 {
      start[count] = UInt8(ascii: "-")
      count &+= 1
    }
    append(magnitude: value.magnitude)
  }

  /// Digits from the back into a small area, then in one go: the number of digits is not known.
  @inline(__always)
  mutating func append(magnitude value: UInt64) {
    reserve(20)
    if value < 10 {
      start[count] = UInt8(truncatingIfNeeded: value) &+ 48
      count &+= 1
      return
    }
    var rest = value
    var digits = 0
    var bound = value
    while bound > 0 {
      bound /= 10
      digits &+= 1
    }
    var position = count &+ digits
    count = position
    while rest > 0 {
      let tenth = rest / 10
      position &-= 1
      start[position] = UInt8(truncatingIfNeeded: rest &- tenth &* 10) &+ 48
      rest = tenth
    }
  }

  /// With leading zeros to a fixed width.
  @inline(__always)
  mutating func append(_ value: UInt64, digits: Int) {
    reserve(digits)
    var rest = value
    var position = count &+ digits
    count = position
    for _ in 0..<digits {
      let tenth = rest / 10
      position &-= 1
      start[position] = UInt8(truncatingIfNeeded: rest &- tenth &* 10) &+ 48
      rest = tenth
    }
  }

  mutating func append(wide value: Int128) {
    if let small = Int64(exactly: value) {
      append(integer: small)
      return
    }
    append(string: String(value))
  }

  /// A decimal of up to 18 digits with its point.
  mutating func append(decimal value: Int64, scale: Int) {
    guard scale > 0, scale <= 18 else { return append(integer: value) }
    if value < 0 { append(UInt8(ascii: "-")) }
    var factor: UInt64 = 1
    for _ in 0..<scale { factor &*= 10 }
    append(magnitude: value.magnitude / factor)
    append(UInt8(ascii: "."))
    append(value.magnitude % factor, digits: scale)
  }

  mutating func append(decimal value: Int128, scale: Int) {
    if let small = Int64(exactly: value), scale <= 18 {
      return append(decimal: small, scale: scale)
    }
    if value < 0 { append(UInt8(ascii: "-")) }
    var digits = Array(String(value.magnitude).utf8)
    if digits.count <= scale {
      digits = [UInt8](repeating: 48, count: scale + 1 - digits.count) + digits
    }
    append(Array(digits.dropLast(scale)))
    if scale > 0 {
      append(UInt8(ascii: "."))
      append(Array(digits.suffix(scale)))
    }
  }

  // MARK: Times

  /// Reads `YYYY-MM-DD`; years beyond 9999 and before 0 have a sign, as in Trino.
  mutating func append(day: Int64) {
    let date = civilDate(daysSinceEpoch: day)
    if date.year < 0 { append(UInt8(ascii: "-")) }
    if date.year > 9999 { append(UInt8(ascii: "+")) }
    let year = date.year.magnitude
    if year > 9999 { append(magnitude: year) } else { append(year, digits: 4) }
    append(UInt8(ascii: "-"))
    append(UInt64(date.month), digits: 2)
    append(UInt8(ascii: "-"))
    append(UInt64(date.day), digits: 2)
  }

  /// Seconds of a day as `HH:MM:SS`, with `digits` of the fraction.
  mutating func append(timeOfDay value: Int64, perSecond: Int64, digits: Int) {
    let seconds = UInt64(value / perSecond)
    append(seconds / 3600, digits: 2)
    append(UInt8(ascii: ":"))
    append(seconds / 60 % 60, digits: 2)
    append(UInt8(ascii: ":"))
    append(seconds % 60, digits: 2)
    guard digits > 0 else { return }
    append(UInt8(ascii: "."))
    var fraction = UInt64(value % perSecond)
    var kept = 0
    var unit = perSecond
    while unit > 1 {
      unit /= 10
      kept += 1
    }
    while kept > digits {
      fraction /= 10
      kept -= 1
    }
    append(fraction, digits: kept)
    for _ in kept..<max(digits, kept) { append(UInt8(ascii: "0")) }
  }

  mutating func append(timestamp value: Int64, perSecond: Int64, digits: Int) {
    let perDay = perSecond * 86_400
    var day = value / perDay
    var rest = value % perDay
    if rest < 0 {
      rest += perDay
      day -= 1
    }
    append(day: day)
    append(UInt8(ascii: " "))
    append(timeOfDay: rest, perSecond: perSecond, digits: digits)
  }

  /// Milliseconds as `D HH:MM:SS.mmm`.
  mutating func append(dayToSecond value: Int64) {
    if value < 0 { append(UInt8(ascii: "-")) }
    let millis = value.magnitude
    append(magnitude: millis / 86_400_000)
    append(UInt8(ascii: " "))
    append(timeOfDay: Int64(millis % 86_400_000), perSecond: 1000, digits: 3)
  }

  /// Months as `Y-M`.
  mutating func append(yearToMonth value: Int64) {
    if value < 0 { append(UInt8(ascii: "-")) }
    append(magnitude: value.magnitude / 12)
    append(UInt8(ascii: "-"))
    append(magnitude: value.magnitude % 12)
  }
}
