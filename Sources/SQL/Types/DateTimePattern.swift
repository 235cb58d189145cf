/// A compiled pattern of dates and times: MySQL's (`%Y-%m-%d`) or Joda's (`yyyy-MM-dd`).
struct DateTimePattern: Sendable {
  enum Token: Sendable, Equatable {
    case literal([UInt8])
    /// A number with at least `width` digits; parsing takes up to `most`.
    case number(Field, width: Int, most: Int)
    /// Digits of a second's fraction: printed `width`, parsed up to `most`.
    case fraction(width: Int, most: Int)
    case monthName(isShort: Bool)
    case weekdayName(isShort: Bool)
    case halfDay
    /// The last two digits of the year.
    case year2
    case era
    /// `+02:00` or `+0200`.
    case offset(hasColon: Bool)
    case zoneName
  }

  enum Field: Sendable, Equatable {
    case year, month, day, dayOfYear, dayOfWeek
    case week, weekYear
    /// 0...23, 1...24, 0...11, 1...12
    case hour, clockHour, halfHour, clockHalfHour
    case minute, second
    case century, yearOfEra
  }

  let tokens: [Token]

  // MARK: MySQL

  /// A MySQL pattern, as `date_format` and `date_parse` take it.
  init(mysql pattern: UnsafeRawBufferPointer) throws {
    var tokens: [Token] = []
    var literal: [UInt8] = []
    func flush() {
      if !literal.isEmpty { tokens.append(.literal(literal)) }
      literal = []
    }
    var position = 0
    while position < pattern.count {
      let byte = pattern[position]
      position += 1
      guard byte == 0x25, position < pattern.count else {
        literal.append(byte)
        continue
      }
      let letter = pattern[position]
      position += 1
      if let found = try DateTimePattern.mysql(letter) {
        flush()
        tokens += found
      } else {
        literal.append(letter)
      }
    }
    flush()
    self.tokens = tokens
  }

  private static func mysql(_ letter: UInt8) throws -> [Token]? {
    let colon = Token.literal([0x3A])
    let minute = Token.number(.minute, width: 2, most: 2)
    let second = Token.number(.second, width: 2, most: 2)
    switch UnicodeScalar(letter) {
    case "a": return [.weekdayName(isShort: true)]
    case "b": return [.monthName(isShort: true)]
    case "c": return [.number(.month, width: 1, most: 2)]
    case "d": return [.number(.day, width: 2, most: 2)]
    case "e": return [.number(.day, width: 1, most: 2)]
    case "f": return [.fraction(width: 6, most: 9)]
    case "H": return [.number(.hour, width: 2, most: 2)]
    case "h", "I": return [.number(.clockHalfHour, width: 2, most: 2)]
    case "i": return [minute]
    case "j": return [.number(.dayOfYear, width: 3, most: 3)]
    case "k": return [.number(.hour, width: 1, most: 2)]
    case "l": return [.number(.clockHalfHour, width: 1, most: 2)]
    case "M": return [.monthName(isShort: false)]
    case "m": return [.number(.month, width: 2, most: 2)]
    case "p": return [.halfDay]
    case "r":
      return [
        .number(.clockHalfHour, width: 2, most: 2), colon, minute, colon, second,
        .literal([0x20]), .halfDay,
      ]
    case "S", "s": return [second]
    case "T": return [.number(.hour, width: 2, most: 2), colon, minute, colon, second]
    case "v": return [.number(.week, width: 2, most: 2)]
    case "W": return [.weekdayName(isShort: false)]
    case "x": return [.number(.weekYear, width: 4, most: 4)]
    case "Y": return [.number(.year, width: 4, most: 4)]
    case "y": return [.year2]
    case "D", "U", "u", "V", "w", "X":
      throw SQLError(
        .invalidArgument,
        "%\(Character(UnicodeScalar(letter))) not supported in date format string"
      )
    default: return nil
    }
  }

  // MARK: Joda

  /// A Joda pattern, as `format_datetime` and `parse_datetime` take it.
  init(joda pattern: UnsafeRawBufferPointer) throws {
    var tokens: [Token] = []
    var literal: [UInt8] = []
    func flush() {
      if !literal.isEmpty { tokens.append(.literal(literal)) }
      literal = []
    }
    var position = 0
    while position < pattern.count {
      let byte = pattern[position]
      if byte == 0x27 {
        position += 1
        if position < pattern.count && pattern[position] == 0x27 {
          literal.append(0x27)
          position += 1
          continue
        }
        while position < pattern.count {
          if pattern[position] == 0x27 {
            guard position + 1 < pattern.count, pattern[position + 1] == 0x27 else { break }
            position += 1
          }
          literal.append(pattern[position])
          position += 1
        }
        position += 1
        continue
      }
      let isLetter = (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      guard isLetter else {
        literal.append(byte)
        position += 1
        continue
      }
      var end = position
      while end < pattern.count && pattern[end] == byte { end += 1 }
      flush()
      let follows = end < pattern.count ? pattern[end] : 0
      // Numbers that stand directly before another number take only their own width.
      let isTight = (0x41...0x5A).contains(follows) || (0x61...0x7A).contains(follows)
      tokens.append(try DateTimePattern.joda(byte, end - position, isTight))
      position = end
    }
    flush()
    if tokens.isEmpty {
      throw SQLError(.invalidArgument, "Invalid pattern specification")
    }
    self.tokens = tokens
  }

  private static func joda(_ letter: UInt8, _ count: Int, _ isTight: Bool) throws -> Token {
    func number(_ field: Field, _ most: Int) -> Token {
      .number(field, width: count, most: isTight ? max(count, 1) : max(most, count))
    }
    switch UnicodeScalar(letter) {
    case "G": return .era
    case "C": return number(.century, 9)
    case "Y", "y":
      if count == 2 { return .year2 }
      return number(letter == 0x79 ? .year : .yearOfEra, 9)
    case "x": return number(.weekYear, 9)
    case "w": return number(.week, 2)
    case "e": return number(.dayOfWeek, 1)
    case "E": return .weekdayName(isShort: count < 4)
    case "D": return number(.dayOfYear, 3)
    case "M", "L": return count >= 3 ? .monthName(isShort: count == 3) : number(.month, 2)
    case "d": return number(.day, 2)
    case "a": return .halfDay
    case "K": return number(.halfHour, 2)
    case "h": return number(.clockHalfHour, 2)
    case "H": return number(.hour, 2)
    case "k": return number(.clockHour, 2)
    case "m": return number(.minute, 2)
    case "s": return number(.second, 2)
    case "S": return .fraction(width: count, most: max(count, 9))
    case "z": return .zoneName
    case "Z": return count >= 3 ? .zoneName : .offset(hasColon: count == 2)
    default:
      throw SQLError(
        .invalidArgument,
        "Illegal pattern component: \(Character(UnicodeScalar(letter)))"
      )
    }
  }

  // MARK: Printing

  static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]
  static let weekdays = [
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
  ]

  /// Appends a wall clock reading; `zone` and its offset are for the tokens that show them.
  func append(
    _ localMicros: Int64,
    zone: TimeZoneKey,
    offsetSeconds: Int,
    to text: inout [UInt8]
  ) {
    let perDay = Int(LocalTime.microsPerDay)
    let days = CivilDate.floorDiv(Int(localMicros), perDay)
    let inDay = CivilDate.floorMod(Int(localMicros), perDay)
    let date = CivilDate(days: days)
    for token in tokens {
      switch token {
      case .literal(let bytes): text += bytes
      case .number(let field, let width, _):
        let value = DateTimePattern.value(of: field, date, days, inDay)
        if value < 0 { text.append(0x2D) }
        NumberText.append(abs(value), width: width, to: &text)
      case .fraction(let width, _):
        var digits: [UInt8] = []
        NumberText.append(inDay % 1_000_000 * 1_000, width: 9, to: &digits)
        text += digits.prefix(width)
        for _ in 9..<max(width, 9) { text.append(0x30) }
      case .monthName(let isShort):
        let name = DateTimePattern.months[date.month - 1].utf8
        text += isShort ? Array(name.prefix(3)) : Array(name)
      case .weekdayName(let isShort):
        let name = DateTimePattern.weekdays[CivilDate.dayOfWeek(days: days) - 1].utf8
        text += isShort ? Array(name.prefix(3)) : Array(name)
      case .halfDay: text += Array((inDay < perDay / 2 ? "AM" : "PM").utf8)
      case .year2: NumberText.append(abs(date.year) % 100, width: 2, to: &text)
      case .era: text += Array((date.year > 0 ? "AD" : "BC").utf8)
      case .offset(let hasColon):
        DateTimePattern.appendOffset(offsetSeconds, hasColon: hasColon, to: &text)
      case .zoneName: text += Array(zone.name.utf8)
      }
    }
  }

  static func appendOffset(_ seconds: Int, hasColon: Bool, to text: inout [UInt8]) {
    text.append(seconds < 0 ? 0x2D : 0x2B)
    NumberText.append(abs(seconds) / 3_600, width: 2, to: &text)
    if hasColon { text.append(0x3A) }
    NumberText.append(abs(seconds) / 60 % 60, width: 2, to: &text)
  }

  private static func value(of field: Field, _ date: CivilDate, _ days: Int, _ inDay: Int) -> Int {
    let hour = inDay / 3_600_000_000
    switch field {
    case .year: return date.year
    case .yearOfEra: return date.year > 0 ? date.year : 1 - date.year
    case .century: return date.year / 100
    case .month: return date.month
    case .day: return date.day
    case .dayOfYear: return date.dayOfYear
    case .dayOfWeek: return CivilDate.dayOfWeek(days: days)
    case .week: return CivilDate.isoWeek(days: days).week
    case .weekYear: return CivilDate.isoWeek(days: days).year
    case .hour: return hour
    case .clockHour: return hour == 0 ? 24 : hour
    case .halfHour: return hour % 12
    case .clockHalfHour: return hour % 12 == 0 ? 12 : hour % 12
    case .minute: return inDay / 60_000_000 % 60
    case .second: return inDay / 1_000_000 % 60
    }
  }
}
