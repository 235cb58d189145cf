/// A pattern of Java's `DateTimeFormatter` for instants in UTC.
///
/// ```
///   pattern = { letters | quoted | other }     letters: one letter, once or several times
///   quoted  = ' text '                          '' is a quote, inside and outside
/// ```
/// Letters: `y u` year, `M L` month, `d` day, `D` day of the year, `Q q` quarter, `E` day of the week,
/// `H k K h` hour, `m` minute, `s` second, `S` fraction of the second, `a` half of the day.
struct TimePattern: Sendable, Equatable {
  private enum Part: Sendable, Equatable {
    case literal(String)
    case field(Character, width: Int)
  }

  private var parts: [Part] = []
  /// The finest unit that the text depends on.
  private(set) var unit = TimeUnit.none

  /// What is wrong with a pattern, as a sentence.
  struct Fault: Error, Equatable {
    var sentence: String
  }

  /// Reads a pattern.
  init(_ text: String) throws(Fault) {
    var rest = text[...]
    while let first = rest.first {
      if first == "'" {
        rest = rest.dropFirst()
        try readQuoted(&rest)
      } else if first.isASCII && first.isLetter {
        let run = rest.prefix { $0 == first }
        rest = rest.dropFirst(run.count)
        try add(first, width: run.count)
      } else if "{}[]#".contains(first) {
        throw Fault(sentence: "the character '\(first)' must be quoted")
      } else {
        addLiteral(String(first))
        rest = rest.dropFirst()
      }
    }
  }

  private mutating func readQuoted(_ rest: inout Substring) throws(Fault) {
    if rest.first == "'" {
      addLiteral("'")
      rest = rest.dropFirst()
      return
    }
    var literal = ""
    while let next = rest.popFirst() {
      if next != "'" {
        literal.append(next)
      } else if rest.first == "'" {
        literal.append("'")
        rest = rest.dropFirst()
      } else {
        return addLiteral(literal)
      }
    }
    throw Fault(sentence: "a quote is not closed")
  }

  private mutating func addLiteral(_ text: String) {
    if case .literal(let before) = parts.last {
      parts[parts.count - 1] = .literal(before + text)
    } else {
      parts.append(.literal(text))
    }
  }

  /// The most repetitions of each letter, and what it depends on.
  private static let letters: [Character: (widthMax: Int, unit: TimeUnit)] = [
    "y": (9, .year), "u": (9, .year), "Q": (2, .month), "q": (2, .month), "M": (4, .month),
    "L": (4, .month), "d": (2, .day), "D": (3, .day), "E": (4, .day), "a": (1, .hour),
    "H": (2, .hour), "k": (2, .hour), "K": (2, .hour), "h": (2, .hour), "m": (2, .minute),
    "s": (2, .second), "S": (9, .second),
  ]

  private mutating func add(_ letter: Character, width: Int) throws(Fault) {
    guard let known = TimePattern.letters[letter] else {
      throw Fault(sentence: "the pattern letter '\(letter)' is not supported")
    }
    if width > known.widthMax {
      throw Fault(
        sentence: "the pattern letter '\(letter)' may stand \(known.widthMax) times, not \(width)"
      )
    }
    parts.append(.field(letter, width: width))
    unit = max(unit, known.unit)
  }

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]
  /// From the day of the week that 1970-01-01 was.
  private static let days = [
    "Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday",
  ]

  /// The text of an instant, in milliseconds since 1970-01-01 UTC.
  func text(millis: Int64) -> String {
    let seconds = floorDivide(millis, 1000)
    let day = floorDivide(seconds, 86_400)
    let date = civilDate(daysSinceEpoch: day)
    let hour = (seconds - day * 86_400) / 3600
    var text = ""
    for part in parts {
      switch part {
      case .literal(let literal): text += literal
      case .field(let letter, let width):
        switch letter {
        case "y", "u":
          text += padded(width == 2 ? date.year % 100 : date.year, width)
        case "M", "L":
          text += TimePattern.name(date.month, width, TimePattern.months[Int(date.month) - 1])
        case "Q", "q": text += padded((date.month + 2) / 3, width)
        case "d": text += padded(date.day, width)
        case "D":
          text += padded(day - daysSinceEpoch(year: date.year, month: 1, day: 1) + 1, width)
        case "E":
          let name = TimePattern.days[Int(day - floorDivide(day, 7) * 7)]
          text += width == 4 ? name : String(name.prefix(3))
        case "H": text += padded(hour, width)
        case "k": text += padded(hour == 0 ? 24 : hour, width)
        case "K": text += padded(hour % 12, width)
        case "h": text += padded(hour % 12 == 0 ? 12 : hour % 12, width)
        case "a": text += hour < 12 ? "AM" : "PM"
        case "m": text += padded(floorDivide(seconds, 60) - floorDivide(seconds, 3600) * 60, width)
        case "s": text += padded(seconds - floorDivide(seconds, 60) * 60, width)
        default:
          let nanos = padded((millis - seconds * 1000) * 1_000_000, 9)
          text += String(nanos.prefix(width))
        }
      }
    }
    return text
  }

  private static func name(_ month: Int64, _ width: Int, _ name: String) -> String {
    switch width {
    case 3: String(name.prefix(3))
    case 4: name
    default: padded(month, width)
    }
  }
}

/// How finely a text tells times apart.
enum TimeUnit: Int, Sendable, Comparable {
  case none, year, month, day, hour, minute, second

  static func < (left: TimeUnit, right: TimeUnit) -> Bool { left.rawValue < right.rawValue }
}
