import ColumnFormat

extension Binder {
  /// A literal as a constant, exactly as written.
  func bindLiteral(_ expression: SyntaxExpression) throws(SQLError) -> BoundExpression {
    let range = expression.range
    switch expression.node {
    case .integer(let digits): return try integerLiteral(digits, at: range)
    case .decimal(let text): return try decimalLiteral(text, at: range)
    case .double(let text):
      guard let value = Double(text), value.isFinite else {
        throw SQLError(.invalidLiteral, "invalid numeric literal: \(text)", at: range)
      }
      return .constant(.double(value), .double)
    case .string(let text):
      return .constant(.text(text), .varchar(length: text.unicodeScalars.count))
    case .bytes(let bytes): return .constant(.bytes(bytes), .varbinary)
    case .typed(let type, let text): return try typedLiteral(type, text, at: range)
    case .interval(let text, let from, let to):
      guard let value = IntervalLiteral.parse(text, from: from, to: to) else {
        throw SQLError(
          .invalidLiteral,
          "invalid interval literal: '\(text)' \(from.rawValue)\(to.map { " TO " + $0.rawValue } ?? "")",
          at: range
        )
      }
      return .constant(
        .int(value),
        from.isYearToMonth ? .intervalYearToMonth : .intervalDayToSecond
      )
    default: return .constant(.null, .unknown)
    }
  }

  func integerLiteral(_ text: String, at range: SourceRange) throws(SQLError) -> BoundExpression {
    guard let value = Int64(text) else {
      throw SQLError(
        .invalidLiteral,
        "invalid numeric literal: \(text)",
        at: range,
        help: "larger numbers are written DECIMAL '\(text)'"
      )
    }
    return .constant(.int(value), Int32(exactly: value) == nil ? .bigint : .integer)
  }

  private func decimalLiteral(_ text: String, at range: SourceRange) throws(SQLError)
    -> BoundExpression
  {
    guard let (value, precision, scale) = DecimalLiteral.parse(text) else {
      throw SQLError(
        .invalidLiteral,
        "invalid decimal literal: \(text)",
        at: range,
        help: "a decimal has at most 38 digits"
      )
    }
    let type = SQLType.decimal(precision: precision, scale: scale)
    return .constant(precision <= 18 ? .int(Int64(value)) : .int128(value), type)
  }

  private func typedLiteral(
    _ syntax: SyntaxType,
    _ text: String,
    at range: SourceRange
  ) throws(SQLError) -> BoundExpression {
    func invalid(_ type: String) -> SQLError {
      SQLError(.invalidLiteral, "'\(text)' is not a valid \(type) literal", at: range)
    }
    switch syntax.name {
    case "date":
      guard let days = DateTimeLiteral.days(text) else { throw invalid("date") }
      return .constant(.int(Int64(days)), .date)
    case "timestamp" where syntax.arguments.isEmpty:
      if let (value, precision) = DateTimeLiteral.timestamp(text) {
        return .constant(.int(value), .timestamp(precision: precision))
      }
      let precision = DateTimeLiteral.fractionDigits(text)
      let zoned = try castLiteral(text, .timestampWithTimeZone(precision: precision))
      guard let zoned else { throw invalid("timestamp") }
      return zoned
    case "time":
      guard let (value, precision) = DateTimeLiteral.time(text) else { throw invalid("time") }
      return .constant(.int(value), .time(precision: precision))
    case "decimal" where syntax.arguments.isEmpty, "numeric" where syntax.arguments.isEmpty:
      return try decimalLiteral(text, at: range)
    case "char" where syntax.arguments.isEmpty:
      return .constant(.text(text), .char(length: text.unicodeScalars.count))
    case "json":
      let varchar = BoundExpression.constant(.text(text), .text)
      return folded(try call("json_parse", [varchar], at: range))
    default:
      let type = try SQLType(syntax)
      guard let constant = try castLiteral(text, type) else { throw invalid(type.description) }
      return constant
    }
  }

  /// The text cast to a type; nil where that fails.
  private func castLiteral(_ text: String, _ type: SQLType) throws(SQLError) -> BoundExpression? {
    let value = BoundExpression.constant(.text(text), .text)
    if type == .text { return value }
    guard case .constant(let scalar, let type) = folded(.cast(value, to: type, isTry: false)),
      !scalar.isNull
    else { return nil }
    return .constant(scalar, type)
  }
}

/// Digits with a point, exactly.
enum DecimalLiteral {
  /// The number without its point, and the smallest decimal type that holds it.
  static func parse(_ text: String) -> (value: Int128, precision: Int, scale: Int)? {
    var bytes = Substring(text)
    let isNegative = bytes.first == "-"
    if isNegative || bytes.first == "+" { bytes.removeFirst() }
    var value: Int128 = 0
    var digitCount = 0
    var scale = 0
    var hasPoint = false
    var significant = 0
    for byte in bytes.utf8 {
      if byte == UInt8(ascii: ".") && !hasPoint {
        hasPoint = true
        continue
      }
      guard byte >= 48, byte <= 57 else { return nil }
      digitCount += 1
      if hasPoint { scale += 1 }
      if significant > 0 || byte != 48 { significant += 1 }
      guard significant <= 38, scale <= 38 else { return nil }
      value = value * 10 + Int128(byte - 48)
    }
    guard digitCount > 0 else { return nil }
    return (isNegative ? -value : value, max(significant, scale, 1), scale)
  }
}

/// Dates, times and timestamps as SQL writes them.
enum DateTimeLiteral {
  /// `2026-01-31`, for a day that exists.
  static func days(_ text: String) -> Int32? {
    var reader = DigitReader(text)
    reader.skipSpaces()
    guard let days = reader.date() else { return nil }
    reader.skipSpaces()
    return reader.isAtEnd ? Int32(exactly: days) : nil
  }

  /// `2026-01-31 12:00:00.123` without a zone: units since 1970, and the digits of the fraction.
  static func timestamp(_ text: String) -> (value: Int64, precision: Int)? {
    var reader = DigitReader(text)
    reader.skipSpaces()
    guard let days = reader.date() else { return nil }
    var time = (seconds: 0, fraction: 0, digits: 0)
    if reader.skip(UInt8(ascii: " ")) || reader.skip(UInt8(ascii: "T")) {
      reader.skipSpaces()
      guard !reader.isAtEnd, let parsed = reader.timeOfDay() else { return nil }
      time = parsed
    }
    reader.skipSpaces()
    guard reader.isAtEnd else { return nil }
    let unit = TimeUnit(precision: time.digits)
    let seconds = Int64(days) * 86_400 + Int64(time.seconds)
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: unit.perSecond)
    guard !overflow else { return nil }
    let (value, overflows) = whole.addingReportingOverflow(
      scaled(time.fraction, time.digits, to: unit)
    )
    return overflows ? nil : (value, time.digits)
  }

  /// The time of day in `12:00:00.5`, and the digits of its fraction.
  static func time(_ text: String) -> (value: Int64, precision: Int)? {
    var reader = DigitReader(text)
    reader.skipSpaces()
    guard let time = reader.timeOfDay() else { return nil }
    reader.skipSpaces()
    guard reader.isAtEnd else { return nil }
    let unit = TimeUnit(precision: time.digits)
    return (
      Int64(time.seconds) * unit.perSecond + scaled(time.fraction, time.digits, to: unit),
      time.digits
    )
  }

  /// The digits behind the first point.
  static func fractionDigits(_ text: String) -> Int {
    guard let point = text.utf8.firstIndex(of: UInt8(ascii: ".")) else { return 0 }
    return min(9, text.utf8[text.utf8.index(after: point)...].prefix { $0 >= 48 && $0 <= 57 }.count)
  }

  private static func scaled(_ fraction: Int, _ digits: Int, to unit: TimeUnit) -> Int64 {
    var value = Int64(fraction)
    for _ in digits..<unit.digits { value *= 10 }
    return value
  }
}

/// Reads numbers and separators from left to right.
private struct DigitReader {
  private var rest: Substring.UTF8View

  init(_ text: String) { rest = Substring(text).utf8 }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func skip(_ byte: UInt8) -> Bool {
    guard rest.first == byte else { return false }
    rest.removeFirst()
    return true
  }

  mutating func skipSpaces() { while skip(UInt8(ascii: " ")) {} }

  /// A number of `count` digits in the given range.
  mutating func number(_ count: ClosedRange<Int>) -> (value: Int, count: Int)? {
    let digits = rest.prefix { $0 >= 48 && $0 <= 57 }
    guard count.contains(digits.count) else { return nil }
    rest.removeFirst(digits.count)
    return (digits.reduce(0) { $0 * 10 + Int($1 - 48) }, digits.count)
  }

  /// Days since 1970-01-01.
  mutating func date() -> Int? {
    let isNegative = skip(UInt8(ascii: "-"))
    guard let year = number(4...6), skip(UInt8(ascii: "-")), let month = number(1...2),
      skip(UInt8(ascii: "-")), let day = number(1...2)
    else { return nil }
    let date = CivilDate(
      year: isNegative ? -year.value : year.value,
      month: month.value,
      day: day.value
    )
    return date.isReal ? date.days : nil
  }

  mutating func timeOfDay() -> (seconds: Int, fraction: Int, digits: Int)? {
    guard let hour = number(1...2), hour.value < 24, skip(UInt8(ascii: ":")),
      let minute = number(1...2), minute.value < 60
    else { return nil }
    var seconds = hour.value * 3_600 + minute.value * 60
    guard skip(UInt8(ascii: ":")) else { return (seconds, 0, 0) }
    guard let second = number(1...2), second.value < 60 else { return nil }
    seconds += second.value
    guard skip(UInt8(ascii: ".")) else { return (seconds, 0, 0) }
    guard let fraction = number(1...9) else { return nil }
    return (seconds, fraction.value, fraction.count)
  }
}

/// `INTERVAL '3' DAY`, `INTERVAL '1-2' YEAR TO MONTH`, `INTERVAL '1 02:03:04.5' DAY TO SECOND`.
enum IntervalLiteral {
  /// Months, or milliseconds; nil for text that does not fit the fields.
  static func parse(_ text: String, from: IntervalField, to: IntervalField?) -> Int64? {
    var body = text[...]
    while body.first == " " { body.removeFirst() }
    var isNegative = false
    while let first = body.first, first == "-" || first == "+" {
      isNegative = isNegative != (first == "-")
      body.removeFirst()
    }
    while body.last == " " { body.removeLast() }
    let fields = IntervalField.between(from, to ?? from)
    guard !fields.isEmpty else { return nil }
    var total: Int64 = 0
    var rest = body
    for (index, field) in fields.enumerated() {
      if index > 0 {
        let separator: Character = field == .month ? "-" : field == .hour ? " " : ":"
        guard rest.first == separator else { return nil }
        rest.removeFirst()
      }
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      guard !digits.isEmpty, digits.count <= 18, let number = Int64(digits) else { return nil }
      rest.removeFirst(digits.count)
      var (value, overflow) = number.multipliedReportingOverflow(by: field.size)
      if field == .second, rest.first == "." {
        rest.removeFirst()
        let fraction = rest.prefix { $0.isASCII && $0.isNumber }
        guard !fraction.isEmpty, fraction.count <= 9 else { return nil }
        rest.removeFirst(fraction.count)
        let millis = fraction.prefix(3)
        value += (Int64(millis) ?? 0) * (millis.count == 1 ? 100 : millis.count == 2 ? 10 : 1)
      }
      if overflow { return nil }
      (total, overflow) = total.addingReportingOverflow(value)
      if overflow { return nil }
    }
    guard rest.isEmpty else { return nil }
    if from.isYearToMonth && Int32(exactly: total) == nil { return nil }
    return isNegative ? -total : total
  }
}

extension IntervalField {
  var isYearToMonth: Bool { self == .year || self == .month }

  /// In months, or in milliseconds.
  fileprivate var size: Int64 {
    switch self {
    case .year: 12
    case .month: 1
    case .week: 604_800_000
    case .day: 86_400_000
    case .hour: 3_600_000
    case .minute: 60_000
    case .second: 1_000
    }
  }

  /// The fields from one to another; none where they do not belong together.
  fileprivate static func between(_ from: IntervalField, _ to: IntervalField) -> [IntervalField] {
    if from == to { return [from] }
    for chain in [[IntervalField.year, .month], [.day, .hour, .minute, .second]] {
      if let start = chain.firstIndex(of: from), let end = chain.firstIndex(of: to), start < end {
        return Array(chain[start...end])
      }
    }
    return []
  }
}
