import ColumnFormat
import RowFormat

/// The kinds of text logs that Glue has classifiers for; none of them is a table here.
///
/// A line of any of them may well hold a comma, so they are told before delimited text.
enum TextLog: String, CaseIterable {
  case combinedApache = "a combined Apache log"
  case apache = "an Apache log"
  case linuxKernel = "a Linux kernel log"
  case microsoft = "a Microsoft log"
  case ruby = "a Ruby log"
  case squid = "a Squid log"
  case redisMonitor = "a Redis monitor log"
  case redis = "a Redis log"
  case extended = "a W3C extended log"

  /// How many lines are looked at.
  private static let lineCountMax = 50

  /// The log that nine in ten of some lines belong to.
  init?(_ lines: some Sequence<Substring>) {
    let lines = lines.filter { line in line.utf8.contains { $0 > 0x20 } }.prefix(
      TextLog.lineCountMax
    )
    if lines.isEmpty { return nil }
    for kind in TextLog.allCases {
      let count = lines.count { kind.matches($0) }
      if count * 10 >= lines.count * 9 {
        self = kind
        return
      }
    }
    // Its first lines say what the others hold.
    if lines[0].hasPrefix("#Software: Microsoft") {
      self = .microsoft
    } else if lines[0].hasPrefix("#Version: "), lines.contains(where: { $0.hasPrefix("#Fields:") })
    {
      self = .extended
    } else {
      return nil
    }
  }

  /// The log that a text file's first records belong to.
  init?(path: String) {
    guard
      let reader = try? RecordBlockReader(path: path, format: .ndjson, blockByteCount: 1 << 16),
      let block = try? reader.next()
    else { return nil }
    let text = String(decoding: block.bytes.values.prefix(1 << 16), as: UTF8.self)
    self.init(text.split(whereSeparator: \.isNewline))
  }

  private func matches(_ line: Substring) -> Bool {
    var line = LineScanner(line)
    switch self {
    case .combinedApache: return line.takeCommonLog() && line.takeQuoted() && line.takeQuoted()
    case .apache: return line.takeCommonLog()
    case .linuxKernel:
      // `[    0.000000] Linux version …`, or with syslog's time and host before it.
      if line.take("[") { return line.takeSpaces() && line.takeSeconds() && line.take("]") }
      return line.takeWord(of: TextLog.months) && line.takeSpaces() && line.takeDigits(1...2)
        && line.takeSpaces() && line.takeClock() && line.takeSpaces() && line.takeWord()
        && line.takeSpaces() && line.take("kernel:")
    case .microsoft, .extended: return false
    case .ruby:
      // `I, [2026-11-27T02:31:49.123456 #1234]  INFO -- : message`
      return line.takeWord(of: ["D,", "I,", "W,", "E,", "F,", "A,"]) && line.take(" [")
        && line.takeDigits(4...4) && line.take("-") && line.skip(to: "] ") && line.takeSpaces()
        && line.takeWord(of: ["DEBUG", "INFO", "WARN", "ERROR", "FATAL", "ANY"])
        && line.take(" -- ")
    case .squid:
      // `1286536309.586    921 192.168.0.68 TCP_MISS/200 507 POST http://…`
      return line.takeSeconds() && line.takeSpaces() && line.takeDigits(1...12)
        && line.takeSpaces() && line.takeWord() && line.takeSpaces() && line.takeWord(with: "/")
        && line.takeSpaces() && line.takeDigits(1...18)
    case .redisMonitor:
      // `1339518083.107412 [0 127.0.0.1:60866] "keys" "*"`
      return line.takeSeconds() && line.take(" [") && line.takeDigits(1...4) && line.take(" ")
        && line.skip(to: "] ") && line.takeQuoted(isFirst: true)
    case .redis:
      // `1234:M 27 Nov 2026 02:31:49.123 * Ready`, older `[1234] 27 Nov 02:31:49.123 * Ready`
      let isBracketed = line.take("[")
      guard line.takeDigits(1...10) else { return false }
      let isOpen =
        isBracketed ? line.take("] ") : line.take(":") && line.takeWord() && line.take(" ")
      guard isOpen, line.takeDigits(1...2), line.take(" "), line.takeWord(of: TextLog.months),
        line.take(" ")
      else { return false }
      if line.takeDigits(4...4), !line.take(" ") { return false }
      return line.takeClock()
    }
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
}

/// Takes a line apart from its start; a step that does not fit says so and the line is given up.
private struct LineScanner {
  private var rest: Substring.UTF8View

  init(_ line: Substring) { rest = line.utf8 }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  mutating func take(_ text: String) -> Bool {
    guard rest.starts(with: text.utf8) else { return false }
    rest = rest.dropFirst(text.utf8.count)
    return true
  }

  mutating func takeSpaces() -> Bool {
    rest = rest.drop { $0 == 0x20 }
    return true
  }

  mutating func takeDigits(_ counts: ClosedRange<Int>) -> Bool {
    let digits = rest.prefix(while: LineScanner.isDigit)
    guard counts.contains(digits.count) else { return false }
    rest = rest.dropFirst(digits.count)
    return true
  }

  /// Anything up to a space; where told, with a character in it.
  mutating func takeWord(with character: Unicode.Scalar? = nil) -> Bool {
    let word = rest.prefix { $0 > 0x20 }
    if word.isEmpty { return false }
    if let character, !word.contains(UInt8(ascii: character)) { return false }
    rest = rest.dropFirst(word.count)
    return true
  }

  mutating func takeWord(of words: [String]) -> Bool { words.contains { take($0) } }

  /// Seconds with a fraction: `1286536309.586`.
  mutating func takeSeconds() -> Bool {
    takeDigits(1...12) && take(".") && takeDigits(1...9)
  }

  /// A time of day: `02:31:49`.
  mutating func takeClock() -> Bool {
    takeDigits(1...2) && take(":") && takeDigits(2...2) && take(":") && takeDigits(2...2)
  }

  mutating func skip(to text: String) -> Bool {
    while !rest.isEmpty {
      if take(text) { return true }
      rest = rest.dropFirst()
    }
    return false
  }

  mutating func takeQuoted(isFirst: Bool = false) -> Bool {
    guard take(isFirst ? "\"" : " \"") else { return false }
    while let byte = rest.first {
      rest = rest.dropFirst()
      if byte == UInt8(ascii: "\"") { return true }
      if byte == UInt8(ascii: "\\") { rest = rest.dropFirst() }
    }
    return false
  }

  /// The fields that both kinds of Apache's logs begin with.
  ///
  /// `host identity user [10/Oct/2000:13:55:36 -0700] "request" status bytes`
  mutating func takeCommonLog() -> Bool {
    guard takeWord(), take(" "), takeWord(), take(" "), takeWord(), take(" ["), takeDigits(2...2),
      take("/"), skip(to: "]"), takeQuoted(), take(" "), takeDigits(3...3), take(" ")
    else { return false }
    return take("-") || takeDigits(1...18)
  }
}
