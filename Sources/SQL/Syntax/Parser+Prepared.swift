extension Parser {
  /// PREPARE, EXECUTE or DEALLOCATE; nil where none of them begins.
  mutating func parsePrepared() throws(SQLError) -> SyntaxStatement? {
    let start = current.range
    if accept(.prepare) { return try parsePrepare() }
    if accept(.execute) { return try parseExecute(from: start) }
    if accept(.deallocate) {
      try expect(.prepare)
      return .deallocate(name: try parseName())
    }
    return nil
  }

  private mutating func parsePrepare() throws(SQLError) -> SyntaxStatement {
    let name = try parseName()
    try expect(.from)
    let first = current.range
    if at(.prepare) || at(.execute) || at(.deallocate) {
      throw SQLError(
        .notSupported,
        "Invalid statement type for prepared statement: \(current.text.uppercased())",
        at: first
      )
    }
    let statement = try parseStatement()
    switch statement {
    case .query, .explain, .write: break
    case .unsupported: return statement
    default:
      throw SQLError(
        .notSupported,
        "Invalid statement type for prepared statement: \(tokens[index(of: first)].text.uppercased())",
        at: first
      )
    }
    return .prepare(
      name: name,
      first.joined(with: previousRange),
      parameterCount: parameterCount
    )
  }

  /// The token that begins at a place.
  private func index(of range: SourceRange) -> Int {
    tokens.firstIndex { $0.range == range } ?? 0
  }

  private mutating func parseExecute(from start: SourceRange) throws(SQLError) -> SyntaxStatement {
    if current.text.uppercased() == "IMMEDIATE", peek().kind == .string {
      advance()
      let text = current.text
      advance()
      let parameters = try parseUsing()
      return .executeImmediate(text, parameters: parameters, range(from: start))
    }
    let name = try parseName()
    let parameters = try parseUsing()
    return .execute(name: name, parameters: parameters, range(from: start))
  }

  private mutating func parseUsing() throws(SQLError) -> [SyntaxExpression] {
    guard accept(.using) else { return [] }
    var parameters: [SyntaxExpression] = []
    repeat { parameters.append(try parseExpression()) } while accept(.comma)
    if parameterCount > 0 {
      throw SQLError(
        .invalidParameterUsage,
        "the values of USING cannot be parameters themselves",
        at: parameters[0].range.joined(with: previousRange)
      )
    }
    return parameters
  }
}
