import ColumnFormat

extension Binder {
  /// The expression with names, types and coercions settled.
  mutating func bind(
    _ expression: SyntaxExpression,
    _ context: inout ExpressionContext
  ) throws(SQLError) -> BoundExpression {
    try enter(expression.range)
    defer { leave() }
    let range = expression.range
    switch expression.node {
    case .null: return .constant(.null, .unknown)
    case .boolean(let value): return .constant(.boolean(value), .boolean)
    case .integer, .decimal, .double, .string, .bytes, .typed, .interval:
      return try bindLiteral(expression)
    case .name(let parts): return try bindName(parts, at: range, &context)
    case .member(let inner, let name):
      return try field(name, of: try bind(inner, &context))
    case .subscripted(let base, let index):
      return try bindSubscript(
        try bind(base, &context),
        try bind(index, &context),
        at: index.range
      )
    case .parameter(let position):
      guard position < parameters.count else {
        throw SQLError(
          .invalidArgument,
          "no value for parameter \(position + 1): \(parameters.count) given",
          at: range,
          help: "EXECUTE … USING and `lake sql --param` give one value for each ?"
        )
      }
      var empty = ExpressionContext("parameter", Scope())
      let value = try bind(parameters[position], &empty)
      guard empty.subqueries.isEmpty else {
        throw .notSupported("a subquery as the value of a parameter", at: range)
      }
      return value
    case .unary(let sign, let inner): return try bindSign(sign, inner, at: range, &context)
    case .binary(let symbol, let left, let right):
      return try bindBinary(symbol, left, right, at: range, &context)
    case .not(let inner): return negated(try bindCondition(inner, &context))
    case .and(let parts): return .and(try bindConditions(parts, &context))
    case .or(let parts): return .or(try bindConditions(parts, &context))
    case .isNull(let inner, let isNegated):
      let isNull = BoundExpression.isNull(try bind(inner, &context))
      return isNegated ? .not(isNull) : isNull
    case .isDistinct(let left, let right, let isNegated):
      let distinct = try compare(
        "$isDistinct",
        "IS DISTINCT FROM",
        try bind(left, &context),
        try bind(right, &context),
        at: range
      )
      return isNegated ? .not(distinct) : distinct
    case .between(let value, let low, let high, let isNegated):
      return try bindBetween(value, low, high, isNegated, at: range, &context)
    case .inList(let value, let items, let isNegated):
      let found = try bindInList(value, items, at: range, &context)
      return isNegated ? negated(found) : found
    case .like(let value, let pattern, let escape, let isNegated):
      let like = try bindLike(value, pattern, escape, at: range, &context)
      return isNegated ? .not(like) : like
    case .caseWhen(let operand, let branches, let otherwise):
      return try bindCase(operand, branches, otherwise, &context)
    case .cast(let inner, let type, let isTry):
      return try bindCast(try bind(inner, &context), type, isTry: isTry, at: range)
    case .extract(let field, let inner):
      return try bindExtract(field, try bind(inner, &context), at: range)
    case .atTimeZone(let value, let zone):
      return try bindAtTimeZone(
        try bind(value, &context),
        try bind(zone, &context),
        at: range
      )
    case .array(let items): return try bindArray(items, at: range, &context)
    case .row(let items): return try bindRow(items, at: range, &context)
    case .lambda:
      throw SQLError(
        .syntaxError,
        "a lambda can only be an argument of a function",
        at: range
      )
    case .call(let call): return try bindCall(call, at: range, &context)
    case .inQuery(let value, let query, let isNegated):
      let found = try bindInQuery(value, query, at: range, &context)
      return isNegated ? .not(found) : found
    case .exists(let query): return try bindExists(query, at: range, &context)
    case .scalarQuery(let query): return try bindScalarQuery(query, at: range, &context)
    case .quantified(let symbol, let value, let quantifier, let query):
      return try bindQuantified(symbol, value, quantifier, query, at: range, &context)
    }
  }

  /// An expression that must be a boolean.
  mutating func bindCondition(
    _ expression: SyntaxExpression,
    _ context: inout ExpressionContext
  ) throws(SQLError) -> BoundExpression {
    let bound = try bind(expression, &context)
    guard bound.type == .boolean || bound.type == .unknown else {
      throw .mustBeBoolean("the condition", bound.type, at: expression.range)
    }
    return coerce(bound, to: .boolean)
  }

  private mutating func bindConditions(
    _ parts: [SyntaxExpression],
    _ context: inout ExpressionContext
  ) throws(SQLError) -> [BoundExpression] {
    var bound: [BoundExpression] = []
    for part in parts { bound.append(try bindCondition(part, &context)) }
    return bound
  }

  func negated(_ condition: BoundExpression) -> BoundExpression {
    if case .not(let inner) = condition { return inner }
    return .not(condition)
  }

  // MARK: Names

  private mutating func bindName(
    _ parts: [Identifier],
    at range: SourceRange,
    _ context: inout ExpressionContext
  ) throws(SQLError) -> BoundExpression {
    let keys = parts.map { $0.text.lowercased() }
    if let parameter = context.lambdaParameters.last(where: { $0.key == keys[0] }) {
      return try fields(parts.dropFirst(), of: .column(parameter.column))
    }
    if parts.count == 1 {
      let named = context.aliases.filter { $0.key == keys[0] }
      if let first = named.first {
        guard named.allSatisfy({ $0.value.isSame(as: first.value) }) else {
          throw .ambiguousColumn(parts[0].text, at: range)
        }
        return first.value
      }
    }
    for scope in [context.scope] + outerScopes.reversed() {
      for length in stride(from: min(parts.count, 4), through: 1, by: -1) {
        switch scope.find(qualifier: Array(keys[..<(length - 1)]), name: keys[length - 1]) {
        case .one(let entry): return try fields(parts.dropFirst(length), of: .column(entry.column))
        case .ambiguous:
          throw .ambiguousColumn(parts.prefix(length).map(\.text).joined(separator: "."), at: range)
        case .none: break
        }
      }
    }
    throw unknownName(parts, at: range, context)
  }

  private func unknownName(
    _ parts: [Identifier],
    at range: SourceRange,
    _ context: ExpressionContext
  ) -> SQLError {
    let name = parts.map(\.text).joined(separator: ".")
    let scopes = [context.scope] + outerScopes.reversed()
    let entries = scopes.flatMap(\.entries)
    let qualifier = parts.dropLast().map { $0.text.lowercased() }
    let reachable =
      qualifier.isEmpty
      ? entries : entries.filter { $0.matches(qualifier: qualifier) && !$0.qualifier.isEmpty }
    let last = parts[parts.count - 1]
    var error = SQLError.columnNotFound(name, at: range, suggestion: nil)
    let names = reachable.compactMap(\.name) + context.aliases.map(\.key)
    if let near = NearestName.suggestion(for: last.text, among: names) {
      error.help =
        "did you mean '\((parts.dropLast().map(\.text) + [near]).joined(separator: "."))'?"
    } else if parts.count == 1 && last.isQuoted {
      error.help = "double quotes name a column; text is written '\(last.text)'"
    } else if parts.count > 1, reachable.isEmpty,
      let near = nearQualifier(
        parts[0],
        among: entries.filter { $0.name?.lowercased() == last.text.lowercased() },
        all: entries
      )
    {
      error.help = "did you mean '\(near).\(last.text)'?"
    } else {
      error.help = SQLError.list(of: reachable.compactMap(\.name))
    }
    return error
  }

  /// The table that somebody may have meant: the only one that fits, or one of a similar name.
  func nearQualifier(
    _ name: Identifier,
    among fitting: [Scope.Entry],
    all entries: [Scope.Entry]
  ) -> String? {
    let only = Set(fitting.compactMap(\.qualifier.last))
    if only.count == 1 { return only.first }
    return NearestName.suggestion(
      for: name.text,
      among: Set(entries.compactMap(\.qualifier.last)).sorted()
    )
  }

  private func fields(
    _ names: ArraySlice<Identifier>,
    of base: BoundExpression
  ) throws(SQLError) -> BoundExpression {
    var result = base
    for name in names { result = try field(name, of: result) }
    return result
  }

  private func field(
    _ name: Identifier,
    of base: BoundExpression
  ) throws(SQLError) -> BoundExpression {
    guard case .row(let fields) = base.type else {
      throw SQLError(
        .typeMismatch,
        "expression is not of type row, it is \(base.type), and has no field '\(name.text)'",
        at: name.range
      )
    }
    let key = name.text.lowercased()
    guard let index = fields.firstIndex(where: { $0.name?.lowercased() == key }) else {
      throw .columnNotFound(
        name.text,
        at: name.range,
        suggestion: NearestName.suggestion(for: name.text, among: fields.compactMap(\.name)),
        among: fields.compactMap(\.name)
      )
    }
    return .field(base, index: index, fields[index].type)
  }

  private func bindSubscript(
    _ base: BoundExpression,
    _ index: BoundExpression,
    at range: SourceRange
  ) throws(SQLError) -> BoundExpression {
    if case .row(let fields) = base.type {
      guard case .constant(.int(let position), _) = index, position >= 1, position <= fields.count
      else {
        throw SQLError(
          .invalidArgument,
          "a row subscript must be a constant between 1 and \(fields.count)",
          at: range
        )
      }
      return .field(base, index: Int(position) - 1, fields[Int(position) - 1].type)
    }
    return try operate("$subscript", "[]", base, index, at: range)
  }

  // MARK: CASE

  private mutating func bindCase(
    _ operand: SyntaxExpression?,
    _ branches: [CaseBranch],
    _ otherwise: SyntaxExpression?,
    _ context: inout ExpressionContext
  ) throws(SQLError) -> BoundExpression {
    let subject = try operand.map { (operand) throws(SQLError) in try bind(operand, &context) }
    var whens: [BoundExpression] = []
    var thens: [BoundExpression] = []
    for branch in branches {
      if let subject {
        let value = try bind(branch.when, &context)
        whens.append(try compare("$equal", "=", subject, value, at: branch.when.range))
      } else {
        whens.append(try bindCondition(branch.when, &context))
      }
      thens.append(try bind(branch.then, &context))
    }
    let rest =
      try otherwise.map { (rest) throws(SQLError) in try bind(rest, &context) }
      ?? .constant(.null, .unknown)
    let places = branches.map(\.then.range) + [otherwise?.range ?? branches[0].then.range]
    let type = try commonType(thens + [rest], places, "all CASE results")
    return .caseWhen(
      zip(whens, thens).map { ($0, coerce($1, to: type)) },
      otherwise: coerce(rest, to: type),
      type
    )
  }

  /// The type that all can be brought to.
  func commonType(
    _ values: [BoundExpression],
    _ places: [SourceRange],
    _ what: String
  ) throws(SQLError) -> SQLType {
    var type = SQLType.unknown
    for (value, place) in zip(values, places) {
      guard let common = TypeCoercion.commonType(type, value.type) else {
        throw SQLError(
          .typeMismatch,
          "\(what) must be the same type or coercible to a common type; cannot find common type between \(type) and \(value.type)",
          at: place
        )
      }
      type = common
    }
    return type
  }
}
