#if canImport(Glibc)
  import Glibc
#endif

/// The rules of one zone, from time zone files (RFC 8536, "TZif").
///
/// ```
///   header   "TZif" version … six counts
///   body     32-bit transitions (skipped) | header again | 64-bit transitions
///   footer   '\n' POSIX TZ rule for all later times '\n'
/// ```
package final class TimeZoneFile: Sendable {
  /// Seconds UTC at which an offset begins, ascending.
  private let transitions: [Int64]
  /// The offset from each transition on, in seconds east.
  private let offsets: [Int32]
  /// Before the first transition.
  private let firstOffset: Int32
  private let rule: PosixZoneRule?

  /// The version of the data base that the program carries.
  package static var carriedVersion: String { ZoneTables.version }

  /// A zone that never changes.
  package init(fixedOffsetSeconds: Int) {
    transitions = []
    offsets = []
    firstOffset = Int32(fixedOffsetSeconds)
    rule = nil
  }

  /// Reads a zone by its name: `Europe/Berlin`; nil where there is none.
  ///
  /// The system's files are asked first, as they may be newer than those that the program carries.
  package convenience init?(name: String) {
    let isPlain = name.utf8.allSatisfy {
      (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
        || $0 == 0x2F || $0 == 0x5F || $0 == 0x2B || $0 == 0x2D
    }
    guard isPlain, !name.isEmpty, !name.hasPrefix("/"),
      let bytes = TimeZoneFile.contents("/usr/share/zoneinfo/" + name)
        ?? CarriedZones.contents(name)
    else { return nil }
    self.init(bytes: bytes)
  }

  private static func contents(_ path: String) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    // The largest file of the database has about 4 KB.
    var bytes = [UInt8](repeating: 0, count: 1 << 17)
    var filled = 0
    while filled < bytes.count {
      let count = bytes.withUnsafeMutableBytes {
        read(file, $0.baseAddress.map { $0 + filled }, $0.count - filled)
      }
      guard count > 0 else { break }
      filled += count
    }
    return Array(bytes.prefix(filled))
  }

  /// Reads the contents of a file; nil where they are not TZif of version 2 or later.
  package init?(bytes: [UInt8]) {
    func word(_ at: Int) -> Int {
      (0..<4).reduce(0) { $0 << 8 | Int(bytes[at + $1]) }
    }
    func long(_ at: Int) -> Int64 {
      (0..<8).reduce(Int64(0)) { $0 << 8 | Int64(bytes[at + $1]) }
    }
    func counts(_ at: Int) -> [Int]? {
      guard at + 44 <= bytes.count, Array(bytes[at..<at + 4]) == Array("TZif".utf8),
        bytes[at + 4] >= 0x32
      else { return nil }
      // isutc, isstd, leap, time, type, char
      let counts = (0..<6).map { word(at + 20 + 4 * $0) }
      return counts.allSatisfy { $0 <= bytes.count } ? counts : nil
    }
    guard let old = counts(0) else { return nil }
    let skipped = old[3] * 5 + old[4] * 6 + old[5] + old[2] * 8 + old[1] + old[0]
    let second = 44 + skipped
    guard let now = counts(second) else { return nil }
    let times = second + 44
    let indices = times + now[3] * 8
    let types = indices + now[3]
    let end = types + now[4] * 6 + now[5] + now[2] * 12 + now[1] + now[0]
    guard end <= bytes.count, now[4] > 0 else { return nil }
    func offset(_ type: Int) -> Int32 {
      Int32(truncatingIfNeeded: word(types + 6 * min(type, now[4] - 1)))
    }
    transitions = (0..<now[3]).map { long(times + 8 * $0) }
    offsets = (0..<now[3]).map { offset(Int(bytes[indices + $0])) }
    firstOffset = offset(0)
    let footer = bytes[end...].split(separator: 10).first.map(Array.init) ?? []
    rule = PosixZoneRule(footer)
  }

  /// Seconds east of UTC at an instant.
  package func offsetSeconds(utcSeconds: Int64) -> Int {
    guard let last = transitions.last else {
      return rule?.offsetSeconds(utcSeconds: utcSeconds) ?? Int(firstOffset)
    }
    if utcSeconds >= last, let rule { return rule.offsetSeconds(utcSeconds: utcSeconds) }
    var low = 0
    var high = transitions.count
    while low < high {
      let middle = (low + high) / 2
      if transitions[middle] <= utcSeconds { low = middle + 1 } else { high = middle }
    }
    return Int(low == 0 ? firstOffset : offsets[low - 1])
  }

  /// Seconds east of UTC for a wall clock reading: the earlier instant where it comes twice, the
  /// offset before the gap where it never comes, as `java.time` has it.
  package func offsetSeconds(localSeconds: Int64) -> Int {
    let before = offsetSeconds(utcSeconds: localSeconds &- 86_400)
    if offsetSeconds(utcSeconds: localSeconds &- Int64(before)) == before { return before }
    let after = offsetSeconds(utcSeconds: localSeconds &+ 86_400)
    if offsetSeconds(utcSeconds: localSeconds &- Int64(after)) == after { return after }
    return before
  }

  /// Seconds east of UTC for a wall clock reading that comes of changing an instant: those of the
  /// instant where they are right, otherwise as Joda-Time's `convertLocalToUTC` finds them, which of
  /// a reading that comes twice takes the later instant east of Greenwich and the earlier west of it.
  package func offsetSeconds(localSeconds: Int64, near utcSeconds: Int64) -> Int {
    let own = offsetSeconds(utcSeconds: utcSeconds)
    if offsetSeconds(utcSeconds: localSeconds &- Int64(own)) == own { return own }
    let estimate = offsetSeconds(utcSeconds: localSeconds)
    if estimate < 0 && isSkipped(localSeconds: localSeconds) { return estimate }
    return offsetSeconds(utcSeconds: localSeconds &- Int64(estimate))
  }

  /// Whether a wall clock reading never comes, because clocks are put forward over it.
  package func isSkipped(localSeconds: Int64) -> Bool {
    let offset = offsetSeconds(localSeconds: localSeconds)
    return offsetSeconds(utcSeconds: localSeconds &- Int64(offset)) != offset
  }
}

/// A POSIX `TZ` rule, `CET-1CEST,M3.5.0,M10.5.0/3`: what holds after a file's last transition.
private struct PosixZoneRule: Sendable {
  private enum Day {
    /// The `week`-th (5: last) `weekday` (0: Sunday) of a month.
    case weekday(month: Int, week: Int, weekday: Int)
    /// 1...365, never counting 29 February.
    case julian(Int)
    /// 0...365, counting it.
    case ordinal(Int)
  }

  private struct Change {
    var day: Day
    var seconds: Int
  }

  private var standard: Int
  private var summer: Int?
  private var start: Change?
  private var end: Change?

  init?(_ text: [UInt8]) {
    var reader = Reader(text: text)
    guard reader.skipName(), let west = reader.time() else { return nil }
    standard = -west
    guard reader.skipName() else { return }
    var summer = standard + 3_600
    if reader.peek != 0x2C, let own = reader.time() { summer = -own }
    guard reader.skip(0x2C), let start = reader.change(), reader.skip(0x2C),
      let end = reader.change()
    else { return nil }
    self.summer = summer
    self.start = start
    self.end = end
  }

  func offsetSeconds(utcSeconds: Int64) -> Int {
    guard let summer, let start, let end else { return standard }
    let local = Int(utcSeconds) + standard
    let year = Int(
      CivilDay.year(ofDay: Int64(local >= 0 ? local / 86_400 : (local + 1) / 86_400 - 1))
    )
    let summerStart = PosixZoneRule.seconds(start, year) - standard
    let summerEnd = PosixZoneRule.seconds(end, year) - summer
    let now = Int(utcSeconds)
    let isSummer =
      summerStart < summerEnd
      ? now >= summerStart && now < summerEnd : now >= summerStart || now < summerEnd
    return isSummer ? summer : standard
  }

  /// When a change comes in a year, as a wall clock reading.
  private static func seconds(_ change: Change, _ year: Int) -> Int {
    let day: Int
    switch change.day {
    case .weekday(let month, let week, let weekday):
      let first = CivilDay.number(year: year, month: month, day: 1)
      // 1970-01-01 was a Thursday.
      let firstWeekday = ((first + 4) % 7 + 7) % 7
      var date = first + (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
      let next =
        month == 12
        ? CivilDay.number(year: year + 1, month: 1, day: 1)
        : CivilDay.number(year: year, month: month + 1, day: 1)
      while date >= next { date -= 7 }
      day = date
    case .julian(let number):
      let isLeap =
        CivilDay.number(year: year, month: 3, day: 1)
        - CivilDay.number(year: year, month: 2, day: 1) == 29
      let leap = isLeap && number >= 60 ? 1 : 0
      day = CivilDay.number(year: year, month: 1, day: 1) + number - 1 + leap
    case .ordinal(let number): day = CivilDay.number(year: year, month: 1, day: 1) + number
    }
    return day * 86_400 + change.seconds
  }

  private struct Reader {
    var text: [UInt8]
    var position = 0

    var peek: UInt8? { position < text.count ? text[position] : nil }

    mutating func skip(_ byte: UInt8) -> Bool {
      guard peek == byte else { return false }
      position += 1
      return true
    }

    mutating func skipName() -> Bool {
      let first = position
      if skip(0x3C) {
        while let byte = peek, byte != 0x3E { position += 1 }
        return skip(0x3E)
      }
      while let byte = peek, (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) {
        position += 1
      }
      return position > first
    }

    mutating func number() -> Int? {
      var value = 0
      let first = position
      while let byte = peek, (0x30...0x39).contains(byte), position - first < 6 {
        value = value * 10 + Int(byte - 0x30)
        position += 1
      }
      return position > first ? value : nil
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    mutating func time() -> Int? {
      let sign = skip(0x2D) ? -1 : 1
      if sign == 1 { _ = skip(0x2B) }
      guard var total = number() else { return nil }
      total *= 3_600
      if skip(0x3A) {
        total += (number() ?? 0) * 60
        if skip(0x3A) { total += number() ?? 0 }
      }
      return sign * total
    }

    mutating func change() -> Change? {
      let day: Day
      if skip(0x4D) {
        guard let month = number(), skip(0x2E), let week = number(), skip(0x2E),
          let weekday = number(), (1...12).contains(month), (1...5).contains(week), weekday < 7
        else { return nil }
        day = .weekday(month: month, week: week, weekday: weekday)
      } else if skip(0x4A) {
        guard let number = number() else { return nil }
        day = .julian(number)
      } else {
        guard let number = number() else { return nil }
        day = .ordinal(number)
      }
      return Change(day: day, seconds: skip(0x2F) ? time() ?? 7_200 : 7_200)
    }
  }
}

/// Days since 1970-01-01 (Hinnant, *chrono-Compatible Low-Level Date Algorithms*).
private enum CivilDay {
  static func number(year: Int, month: Int, day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  static func year(ofDay day: Int64) -> Int64 {
    let shifted = day + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    // The year of the algorithm begins in March.
    return yearOfEra + era * 400 + (dayOfYear >= 306 ? 1 : 0)
  }
}
