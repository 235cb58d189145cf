/// How finely records are spread over folders by their time.
public enum PartitionGranularity: String, Sendable, CaseIterable {
  /// One folder for all.
  case none
  /// `year=2026/`
  case year
  /// `year=2026/month=11/`
  case month
  /// `year=2026/month=11/day=23/`
  case day
  /// `year=2026/month=11/day=23/hour=17/`
  case hour
}

extension PartitionGranularity {
  /// The unit that its folders tell apart.
  var unit: TimeUnit {
    switch self {
    case .none: .none
    case .year: .year
    case .month: .month
    case .day: .day
    case .hour: .hour
    }
  }

  /// The Hive folders of an instant in UTC, with a slash at the end; empty for `none`.
  func path(millis: Int64) -> String {
    let hours = floorDivide(millis, 3_600_000)
    let day = floorDivide(hours, 24)
    let date = civilDate(daysSinceEpoch: day)
    let parts = [
      "year=\(padded(date.year, 4))/", "month=\(padded(date.month, 2))/",
      "day=\(padded(date.day, 2))/", "hour=\(padded(hours - day * 24, 2))/",
    ]
    return parts.prefix(unit.rawValue).joined()
  }
}

/// The time of all records of a partition, cut down to a unit.
struct PartitionTime: Hashable, Comparable, Sendable {
  /// Seconds since 1970-01-01 00:00 UTC.
  var seconds: Int64

  static func < (left: PartitionTime, right: PartitionTime) -> Bool { left.seconds < right.seconds }

  /// The partition of all records that are filed by when the first of them arrived.
  static let arrival = PartitionTime(seconds: .min)

  init(seconds: Int64) { self.seconds = seconds }

  /// The partition of an instant.
  init(millis: Int64, _ unit: TimeUnit) {
    switch unit {
    case .none: seconds = 0
    case .second: seconds = floorDivide(millis, 1000)
    case .minute: seconds = floorDivide(millis, 60_000) * 60
    case .hour: seconds = floorDivide(millis, 3_600_000) * 3600
    case .day: seconds = floorDivide(millis, 86_400_000) * 86_400
    case .month, .year:
      let date = civilDate(daysSinceEpoch: floorDivide(millis, 86_400_000))
      let isYear = unit == .year
      let first = daysSinceEpoch(year: date.year, month: isYear ? 1 : date.month, day: 1)
      seconds = first * 86_400
    }
  }
}

/// A number with leading zeros.
func padded(_ number: Int64, _ width: Int) -> String {
  let text = String(number)
  return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
}

@inline(__always)
func floorDivide(_ value: Int64, _ by: Int64) -> Int64 {
  let quotient = value / by
  return value % by < 0 ? quotient - 1 : quotient
}

/// Year, month and day of a day count (Hinnant, *chrono-Compatible Low-Level Date Algorithms*).
func civilDate(daysSinceEpoch: Int64) -> (year: Int64, month: Int64, day: Int64) {
  let shifted = daysSinceEpoch + 719_468
  let era = floorDivide(shifted, 146_097)
  let dayOfEra = shifted - era * 146_097
  let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let shiftedMonth = (5 * dayOfYear + 2) / 153
  let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  return (
    yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
    dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
  )
}

/// The inverse of ``civilDate(daysSinceEpoch:)``.
func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
  let shiftedYear = month <= 2 ? year - 1 : year
  let era = floorDivide(shiftedYear, 400)
  let yearOfEra = shiftedYear - era * 400
  let shiftedMonth = month > 2 ? month - 3 : month + 9
  let dayOfYear = (153 * shiftedMonth + 2) / 5 + day - 1
  return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
}
