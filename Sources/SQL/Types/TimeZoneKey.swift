import RowFormat
import Synchronization

/// A zone as sixteen bits: what a `timestamp with time zone` value carries beside its instant.
///
/// ```
///   0             UTC
///   1...1681      a fixed offset of -14:00...+14:00 in minutes, plus 841
///   2048...       the named zones of this process, in the order in which they were first seen
/// ```
struct TimeZoneKey: Hashable, Sendable {
  let raw: UInt16

  static let utc = TimeZoneKey(raw: 0)

  init(raw: UInt16) { self.raw = raw }

  /// A fixed offset; UTC for zero.
  init?(offsetMinutes: Int) {
    guard (-840...840).contains(offsetMinutes) else { return nil }
    raw = offsetMinutes == 0 ? 0 : UInt16(offsetMinutes + 841)
  }

  /// A zone by name or offset: `Europe/Berlin`, `UTC`, `Z`, `+02:00`, `-08`; nil for another.
  init?(_ name: String) {
    switch name {
    case "UTC", "Z", "z", "GMT", "UT", "Etc/UTC", "utc": self = .utc
    default:
      if let minutes = TimeZoneKey.offsetMinutes(Array(name.utf8)) {
        self.init(offsetMinutes: minutes)
      } else {
        guard let key = TimeZoneRegistry.key(name) else { return nil }
        self = key
      }
    }
  }

  /// `+hh:mm`, `+hhmm` or `+hh` in minutes.
  private static func offsetMinutes(_ text: [UInt8]) -> Int? {
    guard let sign = text.first, sign == 0x2B || sign == 0x2D else { return nil }
    let digits = text.dropFirst().filter { $0 != 0x3A }
    guard digits.allSatisfy({ (0x30...0x39).contains($0) }), digits.count == 2 || digits.count == 4
    else { return nil }
    let numbers = digits.map { Int($0) - 0x30 }
    let hours = numbers[0] * 10 + numbers[1]
    let minutes = numbers.count == 4 ? numbers[2] * 10 + numbers[3] : 0
    guard minutes < 60 else { return nil }
    return (sign == 0x2D ? -1 : 1) * (hours * 60 + minutes)
  }

  /// `UTC`, `+02:00` or the zone's name.
  var name: String {
    if raw == 0 { return "UTC" }
    if raw <= 1681 {
      let minutes = Int(raw) - 841
      let absolute = abs(minutes)
      func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
      return (minutes < 0 ? "-" : "+") + two(absolute / 60) + ":" + two(absolute % 60)
    }
    return TimeZoneRegistry.name(self)
  }

  /// Whether the zone's clocks are put forward over a reading, so that it never comes.
  func skips(localMicros: Int64) -> Bool {
    raw > 1681
      && rules.isSkipped(localSeconds: Int64(CivilDate.floorDiv(Int(localMicros), 1_000_000)))
  }

  /// The zone's rules.
  var rules: TimeZoneFile { TimeZoneRegistry.rules(self) }
}

/// The zones that this process has met.
private enum TimeZoneRegistry {
  struct State {
    var names: [String] = []
    var files: [TimeZoneFile] = []
    var keys: [String: UInt16] = [:]
  }

  static let first: UInt16 = 2_048
  static let state = Mutex(State())
  static let utc = TimeZoneFile(fixedOffsetSeconds: 0)

  static func key(_ name: String) -> TimeZoneKey? {
    state.withLock { state in
      if let known = state.keys[name] { return TimeZoneKey(raw: known) }
      guard state.names.count < 60_000, let file = TimeZoneFile(name: name) else { return nil }
      let raw = first + UInt16(state.names.count)
      state.names.append(name)
      state.files.append(file)
      state.keys[name] = raw
      return TimeZoneKey(raw: raw)
    }
  }

  static func name(_ key: TimeZoneKey) -> String {
    state.withLock { state in
      let index = Int(key.raw) - Int(first)
      return state.names.indices.contains(index) ? state.names[index] : "UTC"
    }
  }

  static func rules(_ key: TimeZoneKey) -> TimeZoneFile {
    if key.raw == 0 { return utc }
    if key.raw <= 1681 { return TimeZoneFile(fixedOffsetSeconds: (Int(key.raw) - 841) * 60) }
    return state.withLock { state in
      let index = Int(key.raw) - Int(first)
      return state.files.indices.contains(index) ? state.files[index] : utc
    }
  }
}

/// A `timestamp with time zone` value taken apart.
struct ZonedTimestamp: Equatable {
  /// Microseconds UTC.
  var micros: Int64
  var zone: TimeZoneKey

  init(micros: Int64, zone: TimeZoneKey) {
    self.micros = micros
    self.zone = zone
  }

  @inline(__always)
  init(_ packed: Int128) {
    micros = Int64(truncatingIfNeeded: packed >> 16)
    zone = TimeZoneKey(raw: UInt16(truncatingIfNeeded: packed))
  }

  /// From a wall clock reading in the zone.
  init(localMicros: Int64, zone: TimeZoneKey) {
    let seconds = Int64(CivilDate.floorDiv(Int(localMicros), 1_000_000))
    let offset = zone.raw == 0 ? 0 : zone.rules.offsetSeconds(localSeconds: seconds)
    self.init(micros: localMicros &- Int64(offset) &* 1_000_000, zone: zone)
  }

  /// The same instant moved to another reading of its own clock.
  func moved(toLocalMicros localMicros: Int64) -> ZonedTimestamp {
    if zone.raw <= 1681 { return ZonedTimestamp(localMicros: localMicros, zone: zone) }
    let offset = zone.rules.offsetSeconds(
      localSeconds: Int64(CivilDate.floorDiv(Int(localMicros), 1_000_000)),
      near: Int64(CivilDate.floorDiv(Int(micros), 1_000_000))
    )
    return ZonedTimestamp(micros: localMicros &- Int64(offset) &* 1_000_000, zone: zone)
  }

  @inline(__always)
  var packed: Int128 { Int128(micros) << 16 | Int128(zone.raw) }

  /// Seconds east of UTC.
  var offsetSeconds: Int {
    if zone.raw == 0 { return 0 }
    return zone.rules.offsetSeconds(
      utcSeconds: Int64(CivilDate.floorDiv(Int(micros), 1_000_000))
    )
  }

  /// The wall clock reading in the zone.
  @inline(__always)
  var localMicros: Int64 {
    if zone.raw == 0 { return micros }
    return micros &+ Int64(offsetSeconds) &* 1_000_000
  }
}
