import ColumnFormat

/// How one partition column's values are computed from the table's properties.
///
/// Source: Athena, "Supported types for partition projection".
struct ProjectedColumn: Sendable {
  enum Kind: Sendable {
    case enumeration([String])
    case integer(ClosedRange<Int64>, interval: Int64, digits: Int)
    case date(JavaTimePattern, from: Edge, to: Edge, interval: Int64, unit: JavaTimePattern.Unit)
    /// Values come from the query alone.
    case injected
  }

  /// An end of a range of dates.
  enum Edge: Sendable {
    case moment(Int64)
    /// The query's start, moved.
    case now(Int64, JavaTimePattern.Unit)
  }

  let field: Field
  let kind: Kind

  init(_ field: Field, _ parameters: [String: String], table: String) throws(SQLError) {
    self.field = field
    let name = field.name.lowercased()
    let prefix = "projection.\(name)."
    var own: [String: String] = [:]
    for (key, value) in parameters where key.lowercased().hasPrefix(prefix) {
      own[String(key.lowercased().dropFirst(prefix.count))] = value
    }
    func wrong(_ fact: String, help: String? = nil) -> SQLError {
      SQLError(
        .hiveMetastore,
        "Column projection for column '\(name)' of table '\(table)' failed. \(fact)",
        help: help
      )
    }
    func required(_ property: String) throws(SQLError) -> String {
      guard let value = own[property] else {
        throw wrong(
          "Required property is missing: '\(prefix)\(property)'",
          help: property == "type" ? "it is enum, integer, date or injected" : nil
        )
      }
      return value
    }
    func count(_ property: String) throws(SQLError) -> Int64? {
      guard let text = own[property] else { return nil }
      guard let number = Int64(text.filter { $0 != " " }), number > 0 else {
        throw wrong("Property '\(prefix)\(property)' must be a positive number, not '\(text)'")
      }
      return number
    }
    let type = try required("type")
    switch type.lowercased() {
    case "enum":
      let values = try required("values").split(separator: ",", omittingEmptySubsequences: false)
      kind = .enumeration(values.map(String.init))
    case "integer":
      let text = try required("range")
      let ends = text.split(separator: ",").map { Int64($0.filter { $0 != " " }) }
      guard ends.count == 2, let low = ends[0], let high = ends[1], low <= high else {
        throw wrong("Property '\(prefix)range' must be 'low,high', not '\(text)'")
      }
      kind = .integer(
        low...high,
        interval: try count("interval") ?? 1,
        digits: Int(try count("digits") ?? 0)
      )
    case "date":
      let format = try required("format")
      let pattern: JavaTimePattern
      do throws(SQLError) {
        pattern = try JavaTimePattern(format)
      } catch {
        throw wrong("Property '\(prefix)format' is no pattern of dates: '\(format)'")
      }
      let text = try required("range")
      // A comma may be part of the format, so every comma is tried.
      guard let (from, to) = ProjectedColumn.edges(text, pattern) else {
        throw wrong(
          "Property '\(prefix)range' is '\(text)', which is no range of '\(format)' or NOW",
          help: "such as '2021/01/01,NOW' or 'NOW-3YEARS,NOW+1DAYS'"
        )
      }
      var unit = own["interval.unit"].flatMap { JavaTimePattern.Unit($0) }
      if let word = own["interval.unit"], unit == nil {
        throw wrong("Property '\(prefix)interval.unit' is no unit of time: '\(word)'")
      }
      let interval = try count("interval")
      if interval == nil || unit == nil {
        let precision = pattern.precision
        guard precision == .days || precision == .months else {
          throw wrong(
            "Properties '\(prefix)interval' and '\(prefix)interval.unit' are required, "
              + "because the format '\(format)' has the precision of \(precision)"
          )
        }
        unit = unit ?? precision
      }
      kind = .date(pattern, from: from, to: to, interval: interval ?? 1, unit: unit ?? .days)
    case "injected":
      guard case .string = field.type else {
        throw wrong("Injected columns must be of type string, not \(SQLType(field.type))")
      }
      kind = .injected
    default:
      throw wrong(
        "Property '\(prefix)type' is '\(type)'",
        help: "it is enum, integer, date or injected"
      )
    }
  }

  private static func edges(_ text: String, _ pattern: JavaTimePattern) -> (Edge, Edge)? {
    for comma in text.indices where text[comma] == "," {
      if let from = edge(text[..<comma], pattern),
        let to = edge(text[text.index(after: comma)...], pattern)
      {
        return (from, to)
      }
    }
    return nil
  }

  /// A date in the format, or `NOW-3DAYS`.
  private static func edge(_ text: Substring, _ pattern: JavaTimePattern) -> Edge? {
    let words = text.uppercased().filter { $0 != " " }
    if words == "NOW" { return .now(0, .seconds) }
    if words.hasPrefix("NOW+") || words.hasPrefix("NOW-") {
      let digits = words.dropFirst(4).prefix { $0.isNumber }
      guard let count = Int64(digits),
        let unit = JavaTimePattern.Unit(words.dropFirst(4 + digits.count))
      else { return nil }
      return .now(words.dropFirst(3).first == "-" ? -count : count, unit)
    }
    let trimmed = String(text.drop { $0 == " " })
    return pattern.parse(trimmed).map { .moment($0.seconds) }
  }
}
