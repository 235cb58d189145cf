#if canImport(Glibc)
  import Glibc
#endif

/// Bytes on their way to a file descriptor; text is put together here without a `String`.
struct TextBuffer: ~Copyable {
  private let start: UnsafeMutablePointer<UInt8>
  private var next: UnsafeMutablePointer<UInt8>
  private let descriptor: Int32
  /// Set when the reader has gone away; further text is dropped.
  private(set) var isClosed = false
  /// Why writing failed, if it did for another reason.
  private(set) var failure: Int32 = 0

  /// When a record begins there must be room for all of it.
  private static let flushByteCount = 256 << 10
  private static let recordByteCountMax = 64 << 10

  init(descriptor: Int32) {
    self.descriptor = descriptor
    start = .allocate(capacity: TextBuffer.flushByteCount + TextBuffer.recordByteCountMax)
    next = start
  }

  deinit { start.deallocate() }

  var isFailed: Bool { isClosed || failure != 0 }

  /// To be called after each record, which is at most 64 KiB long.
  mutating func endRecord() {
    if next - start >= TextBuffer.flushByteCount { flush() }
  }

  mutating func flush() {
    var from = UnsafeRawPointer(start)
    var remaining = next - start
    next = start
    while remaining > 0 && !isFailed {
      let written = write(descriptor, from, remaining)
      if written < 0 {
        if errno == EINTR { continue }
        if errno == EPIPE { isClosed = true } else { failure = errno }
        return
      }
      from += written
      remaining -= written
    }
  }

  @inline(__always)
  mutating func put(_ text: StaticString) {
    let count = text.utf8CodeUnitCount
    next.update(from: text.utf8Start, count: count)
    next += count
  }

  @inline(__always)
  mutating func put(byte: UInt8) {
    next.pointee = byte
    next += 1
  }

  /// Decimal digits of a number.
  @inline(__always)
  mutating func put(_ value: UInt64) {
    var digits = 1
    var bound: UInt64 = 10
    while value >= bound && digits < 19 {
      digits += 1
      bound = bound &* 10
    }
    put(value, digits: digits)
  }

  /// A number with leading zeros to a fixed width.
  @inline(__always)
  mutating func put(_ value: UInt64, digits: Int) {
    var rest = value
    var position = digits
    while position > 0 {
      position &-= 1
      let tenth = rest / 10
      next[position] = UInt8(truncatingIfNeeded: rest &- tenth &* 10) &+ 48
      rest = tenth
    }
    next += digits
  }

  /// Sixteen hexadecimal digits.
  @inline(__always)
  mutating func put(hex value: UInt64) {
    for position in 0..<16 {
      let digit = UInt8(truncatingIfNeeded: value &>> UInt64(60 &- 4 &* position)) & 0xF
      next[position] = digit < 10 ? digit &+ 48 : digit &+ 87
    }
    next += 16
  }

  /// A time as ISO 8601 in UTC, to the millisecond.
  @inline(__always)
  mutating func put(isoMillis millis: Int64) {
    let days = millis >= 0 ? millis / 86_400_000 : (millis - 86_399_999) / 86_400_000
    let rest = UInt64(millis - days * 86_400_000)
    let date = civilDate(daysSinceEpoch: days)
    put(UInt64(date.year), digits: 4)
    put(byte: 45)
    put(UInt64(date.month), digits: 2)
    put(byte: 45)
    put(UInt64(date.day), digits: 2)
    put(byte: 84)
    put(rest / 3_600_000, digits: 2)
    put(byte: 58)
    put(rest / 60_000 % 60, digits: 2)
    put(byte: 58)
    put(rest / 1000 % 60, digits: 2)
    put(byte: 46)
    put(rest % 1000, digits: 3)
    put(byte: 90)
  }
}

/// Year, month and day of a day count (Hinnant, *chrono-Compatible Low-Level Date Algorithms*).
func civilDate(daysSinceEpoch: Int64) -> (year: Int64, month: Int64, day: Int64) {
  let shifted = daysSinceEpoch + 719_468
  let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
  let dayOfEra = shifted - era * 146_097
  let yearOfEra =
    (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let shiftedMonth = (5 * dayOfYear + 2) / 153
  let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
  let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return (year, month, day)
}
