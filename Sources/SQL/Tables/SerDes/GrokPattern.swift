/// Patterns of Grok: `%{NAME}` and `%{NAME:column}` within a regular expression.
///
/// The names are those of logstash's base patterns, which Athena's GrokSerDe knows; the
/// expressions are our own.
struct GrokPattern {
  private let custom: [String: String]
  /// The columns of the groups, in order.
  private(set) var names: [String] = []

  /// Patterns beside the base ones: `NAME expression`, a line each.
  init(custom text: String) {
    custom = GrokPattern.patterns(text)
  }

  private static func patterns(_ text: String) -> [String: String] {
    var patterns: [String: String] = [:]
    for line in text.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: " ", maxSplits: 1)
      if parts.count == 2 { patterns[String(parts[0])] = String(parts[1]) }
    }
    return patterns
  }

  /// The name of the group of a column: columns' names may not be names of groups.
  static func groupName(_ index: Int) -> String { "c\(index)" }

  /// A regular expression in which every outer `%{…}` is a named group.
  mutating func expanded(_ format: String) throws(SQLError) -> String {
    try expanded(format, depth: 0)
  }

  private mutating func expanded(_ format: String, depth: Int) throws(SQLError) -> String {
    if depth > 20 {
      throw SQLError(.semantic, "the patterns of Grok refer to each other without end")
    }
    var result = ""
    var rest = format[...]
    while let start = rest.firstRange(of: "%{") {
      result += rest[..<start.lowerBound]
      guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
        throw SQLError(.semantic, "'%{' without '}' in the pattern '\(format)'")
      }
      let parts = rest[start.upperBound..<end].split(separator: ":").map(String.init)
      guard let name = parts.first, let pattern = custom[name] ?? GrokPattern.base[name] else {
        throw SQLError(
          .semantic,
          "No definition for key '\(parts.first ?? "")' found, aborting",
          help: "'input.grokCustomPatterns' = 'NAME expression' defines one"
        )
      }
      // Only what stands in the table's own format names columns, or is named within.
      var group = ""
      if parts.count > 1 || depth == 0 {
        group = GrokPattern.groupName(names.count)
        names.append((parts.count > 1 ? parts[1] : name).lowercased())
      }
      let inner = try expanded(pattern, depth: depth + 1)
      result += group.isEmpty ? "(?:\(inner))" : "(?<\(group)>\(inner))"
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }

  private static let base = patterns(
    #"""
    USERNAME [A-Za-z0-9._-]+
    USER %{USERNAME}
    EMAILLOCALPART [A-Za-z0-9._+=:-]+
    EMAILADDRESS %{EMAILLOCALPART}@%{HOSTNAME}
    HTTPDUSER %{EMAILADDRESS}|%{USER}
    INT [+-]?[0-9]+
    BASE10NUM [+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
    NUMBER %{BASE10NUM}
    BASE16NUM [+-]?(?:0x)?[0-9A-Fa-f]+
    BASE16FLOAT [+-]?(?:0x)?[0-9A-Fa-f]*\.?[0-9A-Fa-f]+
    POSINT \b[1-9][0-9]*\b
    NONNEGINT \b[0-9]+\b
    WORD \b\w+\b
    NOTSPACE \S+
    SPACE \s*
    DATA .*?
    GREEDYDATA .*
    QUOTEDSTRING "(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`
    QS %{QUOTEDSTRING}
    UUID [0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}
    MAC %{COMMONMAC}|%{CISCOMAC}|%{WINDOWSMAC}
    COMMONMAC (?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}
    WINDOWSMAC (?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}
    CISCOMAC (?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}
    IPV4 (?<![0-9.])(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1?[0-\#
    9]?[0-9])(?![0-9])
    IPV6 (?:[0-9A-Fa-f]{0,4}:){2,7}(?:%{IPV4}|[0-9A-Fa-f]{0,4})(?:%\w+)?
    IP %{IPV6}|%{IPV4}
    HOSTNAME \b[0-9A-Za-z](?:[0-9A-Za-z-]{0,62})(?:\.[0-9A-Za-z](?:[0-9A-Za-z-]{0,62}))*\.?
    HOST %{HOSTNAME}
    IPORHOST %{IP}|%{HOSTNAME}
    HOSTPORT %{IPORHOST}:%{POSINT}
    PATH %{UNIXPATH}|%{WINPATH}
    UNIXPATH (?:/[\w_%!$@:.,+~-]*)+
    WINPATH (?:[A-Za-z]+:|\\)(?:\\[^\\?*]*)+
    TTY /dev/(?:pts|tty[pq]?)\w*/?[0-9]*
    URIPROTO [A-Za-z][A-Za-z0-9+.-]*
    URIHOST %{IPORHOST}(?::%{POSINT})?
    URIPATH (?:/[A-Za-z0-9$.+!*'(){},~:;=@#%&_-]*)+
    URIPARAM \?[A-Za-z0-9$.+!*'|(){},~@#%&/=:;_?\[\]<>-]*
    URIPATHPARAM %{URIPATH}(?:%{URIPARAM})?
    URI %{URIPROTO}://(?:%{USER}(?::[^@]*)?@)?(?:%{URIHOST})?(?:%{URIPATHPARAM})?
    MONTH \b(?:[Jj]an(?:uary)?|[Ff]eb(?:ruary)?|[Mm]ar(?:ch)?|[Aa]pr(?:il)?|[Mm]ay|[Jj]une?|[J\#
    j]uly?|[Aa]ug(?:ust)?|[Ss]ep(?:tember)?|[Oo]ct(?:ober)?|[Nn]ov(?:ember)?|[Dd]ec(?:ember)?)\#
    \b
    MONTHNUM 0?[1-9]|1[0-2]
    MONTHNUM2 0[1-9]|1[0-2]
    MONTHDAY 0[1-9]|[12][0-9]|3[01]|[1-9]
    DAY (?:Mon|Tues?|Wed(?:nes)?|Thur?s?|Fri|Sat(?:ur)?|Sun)(?:day)?
    YEAR (?:\d\d){1,2}
    HOUR 2[0123]|[01]?[0-9]
    MINUTE [0-5][0-9]
    SECOND (?:[0-5]?[0-9]|60)(?:[:.,][0-9]+)?
    TIME %{HOUR}:%{MINUTE}(?::%{SECOND})?
    DATE_US %{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR}
    DATE_EU %{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR}
    DATE %{DATE_US}|%{DATE_EU}
    ISO8601_TIMEZONE Z|[+-]%{HOUR}(?::?%{MINUTE})
    ISO8601_SECOND %{SECOND}|60
    TIMESTAMP_ISO8601 %{YEAR}-%{MONTHNUM}-%{MONTHDAY}[T ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?(?:\#
    %{ISO8601_TIMEZONE})?
    DATESTAMP %{DATE}[- ]%{TIME}
    TZ [A-Z]{3,4}
    HTTPDATE %{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} %{INT}
    SYSLOGTIMESTAMP %{MONTH} +%{MONTHDAY} %{TIME}
    PROG [\w._/%-]+
    SYSLOGPROG %{PROG}(?:\[%{POSINT}\])?
    SYSLOGHOST %{IPORHOST}
    SYSLOGFACILITY <%{NONNEGINT}\.%{NONNEGINT}>
    SYSLOGBASE %{SYSLOGTIMESTAMP} (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST} %{SYSLOGPROG}:
    LOGLEVEL (?i:alert|trace|debug|notice|info|warn(?:ing)?|err(?:or)?|crit(?:ical)?|fatal|sev\#
    ere|emerg(?:ency)?)
    COMMONAPACHELOG %{IPORHOST:clientip} %{HTTPDUSER:ident} %{USER:auth} \[%{HTTPDATE:timestam\#
    p}\] "(?:%{WORD:verb} %{NOTSPACE:request}(?: HTTP/%{NUMBER:httpversion})?|%{DATA:rawreques\#
    t})" %{NUMBER:response} (?:%{NUMBER:bytes}|-)
    COMBINEDAPACHELOG %{COMMONAPACHELOG} %{QS:referrer} %{QS:agent}
    """#
  )
}
