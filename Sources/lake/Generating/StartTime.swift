#if canImport(Glibc)
  import Glibc
#endif

/// A point in time given on the command line: `2026-01-01`, `2026-01-01T08:30:00Z` or `now`.
struct StartTime: Equatable {
  /// Milliseconds since 1970-01-01 UTC.
  var millis: Int64

  init(millis: Int64) { self.millis = millis }

  /// Reads the text; nil when it is none of the forms or no real date.
  init?(_ text: String) {
    if text == "now" {
      var now = timespec()
      clock_gettime(CLOCK_REALTIME, &now)
      millis = Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
      return
    }
    let bytes = Array(text.utf8)
    guard bytes.count >= 10, bytes[4] == 45, bytes[7] == 45,
      let year = number(bytes[0..<4]), let month = number(bytes[5..<7]),
      let day = number(bytes[8..<10]), (1...12).contains(month), day >= 1
    else { return nil }
    let days = daysSinceEpoch(year: year, month: month, day: day)
    let date = civilDate(daysSinceEpoch: days)
    guard date.month == month, date.day == day else { return nil }
    var rest = bytes[10...]
    if rest.last == UInt8(ascii: "Z") { rest = rest.dropLast() }
    if rest.isEmpty {
      millis = days * 86_400_000
      return
    }
    let time = Array(rest)
    guard time.count >= 6, time[0] == UInt8(ascii: "T") || time[0] == UInt8(ascii: " "),
      time[3] == UInt8(ascii: ":"), let hour = number(time[1..<3]),
      let minute = number(time[4..<6]), hour < 24, minute < 60
    else { return nil }
    var second: Int64 = 0
    if time.count > 6 {
      guard time.count == 9, time[6] == UInt8(ascii: ":"), let read = number(time[7..<9]),
        read < 60
      else { return nil }
      second = read
    }
    millis = days * 86_400_000 + ((hour * 60 + minute) * 60 + second) * 1000
  }
}

private func number(_ digits: ArraySlice<UInt8>) -> Int64? {
  var value: Int64 = 0
  for digit in digits {
    guard digit >= 48, digit <= 57 else { return nil }
    value = value * 10 + Int64(digit - 48)
  }
  return value
}

/// The inverse of `civilDate`.
private func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
  let shiftedYear = month <= 2 ? year - 1 : year
  let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
  let yearOfEra = shiftedYear - era * 400
  let shiftedMonth = month > 2 ? month - 3 : month + 9
  let dayOfYear = (153 * shiftedMonth + 2) / 5 + day - 1
  let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}
