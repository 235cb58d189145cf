import RowFormat

/// Times of queries: seconds since 1970-01-01 UTC, their parts, and text by `strftime`'s letters.
enum QueryTime {
  /// The text of an instant in UTC (POSIX, *strftime*, in the C locale).
  static func format(_ format: String, seconds: Double) throws(QueryFault) -> String {
    guard abs(seconds) < 1e13 else { throw QueryFault(sentence: "the time is out of range") }
    let at = Int64(seconds)
    var text = ""
    var rest = format[...]
    while let next = rest.popFirst() {
      if next != "%" {
        text.append(next)
        continue
      }
      guard let letter = rest.popFirst() else {
        throw QueryFault(sentence: "the format '\(format)' ends in '%'")
      }
      guard let part = part(letter, at) else {
        throw QueryFault(sentence: "strftime does not know '%\(letter)'")
      }
      text += part
    }
    return text
  }

  private static let patterns: [Character: String] = [
    "Y": "uuuu", "m": "MM", "d": "dd", "H": "HH", "M": "mm", "S": "ss", "j": "DDD", "y": "yy",
    "B": "MMMM", "b": "MMM", "h": "MMM", "A": "EEEE", "a": "E", "p": "a", "I": "hh",
    "F": "uuuu-MM-dd", "T": "HH:mm:ss", "D": "MM/dd/yy", "R": "HH:mm",
  ]

  private static func part(_ letter: Character, _ seconds: Int64) -> String? {
    switch letter {
    case "%": return "%"
    case "c": return try? format("%a %b %e %H:%M:%S %Y", seconds: Double(seconds))
    case "n": return "\n"
    case "t": return "\t"
    case "s": return "\(seconds)"
    case "Z": return "UTC"
    case "z": return "+0000"
    case "u", "w":
      let days = floorDivide(seconds, 86_400) + 4
      let day = days - floorDivide(days, 7) * 7
      return "\(letter == "u" && day == 0 ? 7 : day)"
    case "e":
      let day = civilDate(daysSinceEpoch: floorDivide(seconds, 86_400)).day
      return day < 10 ? " \(day)" : "\(day)"
    default:
      guard let pattern = patterns[letter], let times = try? TimePattern(pattern) else {
        return nil
      }
      return times.text(millis: seconds * 1000)
    }
  }

  /// `2015-03-05T23:51:47Z` in seconds.
  static func seconds(iso text: String) throws(QueryFault) -> JSONValue {
    guard text.hasSuffix("Z"),
      let millis = Array(text.utf8).withUnsafeBytes({ ISOTime.millis($0) }), millis % 1000 == 0
    else {
      throw QueryFault(sentence: "'\(text.prefix(40))' is not of the form 2015-03-05T23:51:47Z")
    }
    return .integer(millis / 1000)
  }

  /// `[year, month from 0, day, hours, minutes, seconds, day of the week, day of the year from 0]`.
  static func brokenDown(_ seconds: Double) throws(QueryFault) -> JSONValue {
    guard abs(seconds) < 1e13 else { throw QueryFault(sentence: "the time is out of range") }
    let whole = Int64(seconds.rounded(.down))
    let days = floorDivide(whole, 86_400)
    let date = civilDate(daysSinceEpoch: days)
    let clock = whole - days * 86_400
    let weekday = days + 4 - floorDivide(days + 4, 7) * 7
    let first = daysSinceEpoch(year: date.year, month: 1, day: 1)
    return [
      .integer(date.year), .integer(date.month - 1), .integer(date.day), .integer(clock / 3600),
      .integer(clock / 60 % 60),
      QueryNumber.json(Double(clock % 60) + seconds - Double(whole)), .integer(weekday),
      .integer(days - first),
    ]
  }

  static func seconds(brokenDown value: JSONValue) throws(QueryFault) -> Double {
    let parts = (value.arrayValue ?? []).compactMap { QueryNumber($0)?.double }
    guard parts.count >= 6, parts.allSatisfy({ abs($0) < 1e6 }) else {
      throw QueryFault(sentence: "the time is not an array of six numbers")
    }
    let month = Int64(parts[1])
    let year = Int64(parts[0]) + floorDivide(month, 12)
    let first = daysSinceEpoch(year: year, month: month - floorDivide(month, 12) * 12 + 1, day: 1)
    let days = first + Int64(parts[2]) - 1
    return Double(days * 86_400 + Int64(parts[3]) * 3600 + Int64(parts[4]) * 60)
      + parts[5].rounded(.down)
  }
}
