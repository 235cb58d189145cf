import ColumnFormat

/// Writes expressions as SQL, for EXPLAIN; columns under the names given.
struct ExpressionText {
  let names: [ColumnID: String]

  func name(_ column: PlanColumn) -> String { names[column.id] ?? column.name }

  func text(_ expression: BoundExpression) -> String { text(expression, within: 0) }

  private static let operators: [String: (symbol: String, precedence: Int)] = [
    "$add": ("+", 5), "$subtract": ("-", 5), "$multiply": ("*", 6), "$divide": ("/", 6),
    "$modulus": ("%", 6), "$concat": ("||", 5), "$equal": ("=", 4), "$notEqual": ("<>", 4),
    "$less": ("<", 4), "$lessOrEqual": ("<=", 4), "$greater": (">", 4),
    "$greaterOrEqual": (">=", 4), "$isDistinct": ("IS DISTINCT FROM", 4), "$like": ("LIKE", 4),
  ]

  /// The text for a place within an operator of the given precedence: 1 OR, 2 AND, 4 comparison.
  func text(_ expression: BoundExpression, within precedence: Int) -> String {
    func wrapped(_ own: Int, _ text: String) -> String { own < precedence ? "(\(text))" : text }
    func list(_ parts: [BoundExpression]) -> String {
      parts.map { text($0, within: 0) }.joined(separator: ", ")
    }
    switch expression {
    case .column(let column): return name(column)
    case .constant(let value, let type): return ExpressionText.literal(value, type)
    case .call(let function, let arguments):
      if let sign = ExpressionText.operators[function.name], arguments.count == 2 {
        let left = text(arguments[0], within: sign.precedence)
        let right = text(arguments[1], within: sign.precedence + 1)
        return wrapped(sign.precedence, "\(left) \(sign.symbol) \(right)")
      }
      if function.name == "$subscript", arguments.count == 2 {
        return "\(text(arguments[0], within: 9))[\(text(arguments[1], within: 0))]"
      }
      if function.name == "$negate", arguments.count == 1 {
        return wrapped(7, "-\(text(arguments[0], within: 8))")
      }
      let name = function.name.hasPrefix("$") ? String(function.name.dropFirst()) : function.name
      return "\(name)(\(list(arguments)))"
    case .cast(let inner, let type, let isTry):
      return "\(isTry ? "try_cast" : "cast")(\(text(inner, within: 0)) as \(type))"
    case .and(let parts):
      return wrapped(2, parts.map { text($0, within: 3) }.joined(separator: " AND "))
    case .or(let parts):
      return wrapped(1, parts.map { text($0, within: 3) }.joined(separator: " OR "))
    case .not(.call(let function, let arguments))
    where function.name == "$like" && arguments.count == 2:
      let left = text(arguments[0], within: 4)
      return wrapped(4, "\(left) NOT LIKE \(text(arguments[1], within: 5))")
    case .not(.isNull(let inner)): return wrapped(4, "\(text(inner, within: 5)) IS NOT NULL")
    case .not(let inner): return wrapped(3, "NOT \(text(inner, within: 4))")
    case .isNull(let inner): return wrapped(4, "\(text(inner, within: 5)) IS NULL")
    case .caseWhen(let branches, let otherwise, _):
      let whens = branches.map {
        "WHEN \(text($0.when, within: 0)) THEN \(text($0.then, within: 0))"
      }
      let rest =
        otherwise.constantValue?.isNull == true ? "" : " ELSE \(text(otherwise, within: 0))"
      return "CASE \(whens.joined(separator: " "))\(rest) END"
    case .coalesce(let parts, _): return "coalesce(\(list(parts)))"
    case .inConstants(let inner, let values):
      var shown = values.prefix(10).map { ExpressionText.literal($0, inner.type) }
      if values.count > 10 { shown.append("… \(values.count - 10) more") }
      return wrapped(4, "\(text(inner, within: 5)) IN (\(shown.joined(separator: ", ")))")
    case .tryCatch(let inner): return "try(\(text(inner, within: 0)))"
    case .field(let inner, let index, _):
      var field = "\(index + 1)"
      if case .row(let fields) = inner.type, index < fields.count, let name = fields[index].name {
        field = name
      }
      return "\(text(inner, within: 9)).\(field)"
    case .lambda(let parameters, let body):
      let own = parameters.map(\.name)
      let shown = own.count == 1 ? own[0] : "(\(own.joined(separator: ", ")))"
      return "\(shown) -> \(text(body, within: 0))"
    }
  }

  /// A value as a literal; long text is cut.
  static func literal(_ value: Scalar, _ type: SQLType) -> String {
    if value.isNull { return "NULL" }
    if case .bytes(let bytes) = value, type.isText {
      let text = String(decoding: bytes.prefix(60), as: UTF8.self)
      return "'\(text)\(bytes.count > 60 ? "…" : "")'"
    }
    var bytes: [UInt8] = []
    let column =
      type.physicalType == .list || type.physicalType == .row
      ? Column.fromScalars([value]) : Column.constant(value, type.physicalType, count: 1)
    ValueText.append(column, row: 0, type: type, to: &bytes)
    let text = String(decoding: bytes, as: UTF8.self)
    switch type {
    case .date: return "DATE '\(text)'"
    case .timestamp, .timestampWithTimeZone: return "TIMESTAMP '\(text)'"
    case .time: return "TIME '\(text)'"
    case .intervalDayToSecond, .intervalYearToMonth: return "INTERVAL '\(text)'"
    default: return text
    }
  }
}
