/// The sentences by which a query is refused while its names and types are settled.
extension SQLError {
  static func columnNotFound(
    _ name: String,
    at range: SourceRange,
    suggestion: String?,
    among names: [String] = []
  ) -> SQLError {
    SQLError(
      .columnNotFound,
      "column '\(name)' cannot be resolved",
      at: range,
      help: suggestion.map { "did you mean '\($0)'?" } ?? list(of: names)
    )
  }

  /// What there is to choose from; nil where that is nothing.
  static func list(of names: [String]) -> String? {
    var seen: Set<String> = []
    let known = names.filter { !$0.hasPrefix("$") && seen.insert($0.lowercased()).inserted }
    if known.isEmpty { return nil }
    let some = known.prefix(12).joined(separator: ", ")
    return "there are: " + some + (known.count > 12 ? ", …" : "")
  }

  static func ambiguousColumn(_ name: String, at range: SourceRange) -> SQLError {
    SQLError(
      .ambiguousName,
      "column '\(name)' is ambiguous",
      at: range,
      help: "put the table's name before it: table.\(name)"
    )
  }

  static func cannotApply(
    _ operation: String,
    _ left: SQLType,
    _ right: SQLType,
    at range: SourceRange
  ) -> SQLError {
    let textAgainstNumber = (left.isText && right.isNumeric) || (left.isNumeric && right.isText)
    let textAgainstDate = (left.isText && right.isDateTime) || (left.isDateTime && right.isText)
    return SQLError(
      .typeMismatch,
      "cannot apply operator: \(left) \(operation) \(right)",
      at: range,
      help: textAgainstNumber
        ? "there is no implicit cast between text and numbers; write cast(… as …)"
        : textAgainstDate
          ? "write the date as DATE '2026-01-31' or TIMESTAMP '2026-01-31 12:00:00'" : nil
    )
  }

  static func mustBeBoolean(_ what: String, _ type: SQLType, at range: SourceRange) -> SQLError {
    SQLError(.typeMismatch, "\(what) must be a boolean, it is \(type)", at: range)
  }

  static func notAggregate(_ name: String, at range: SourceRange?) -> SQLError {
    SQLError(
      .expressionNotAggregate,
      "'\(name)' must be an aggregate expression or appear in GROUP BY clause",
      at: range,
      help: "write GROUP BY \(name), or arbitrary(\(name)) for any one of its values"
    )
  }

  static func notSupported(_ what: String, at range: SourceRange?, help: String? = nil) -> SQLError
  {
    SQLError(.notSupported, "\(what) is not supported", at: range, help: help)
  }

  static func tooDeep(at range: SourceRange?) -> SQLError {
    SQLError(.notSupported, "the query is nested too deeply", at: range)
  }

  static func noFunction(
    _ name: String,
    _ types: [SQLType],
    _ failure: FunctionFailure,
    at range: SourceRange
  ) -> SQLError {
    switch failure {
    case .unknownName(let suggestions):
      return SQLError(
        .functionNotFound,
        "function '\(name)' not registered",
        at: range,
        help: suggestions.isEmpty
          ? "SHOW FUNCTIONS lists the functions"
          : "did you mean " + suggestions.prefix(3).map { "'\($0)'" }.joined(separator: " or ")
            + "?"
      )
    case .noSignature(let signatures):
      let given = types.map(\.description).joined(separator: ", ")
      return SQLError(
        .functionNotFound,
        "unexpected parameters (\(given)) for function \(name)",
        at: range,
        help: signatures.isEmpty ? nil : "expected: " + signatures.joined(separator: "; ")
      )
    case .notSupported(let help):
      return .notSupported("function '\(name)'", at: range, help: help)
    }
  }
}

extension SQLType {
  /// Whether it is a date, a time or a timestamp.
  var isDateTime: Bool {
    switch self {
    case .date, .time, .timestamp, .timestampWithTimeZone: true
    default: false
    }
  }

  /// Whether it is an instant with a zone.
  var hasZone: Bool { if case .timestampWithTimeZone = self { true } else { false } }

  /// Whether values can be grouped and joined.
  var isComparable: Bool {
    switch self {
    case .map(let key, let value): key.isComparable && value.isComparable
    case .array(let element): element.isComparable
    case .row(let fields): fields.allSatisfy { $0.type.isComparable }
    default: !isSketch
    }
  }
}
