extension Parser {
  /// A whole statement.
  mutating func parseStatement() throws(SQLError) -> SyntaxStatement {
    if startsQuery || current.kind == .symbol(.leftParenthesis) { return .query(try parseQuery()) }
    if let write = try parseWrite() { return write }
    if let name = unsupportedName { return .unsupported(name, statementRange) }
    if let definition = try parseDefinition() { return definition }
    if accept(.show) { return try parseShow() }
    if accept(.explain) { return try parseExplain() }
    if accept(.describe) || accept(.desc) { return try parseDescribe() }
    if let prepared = try parsePrepared() { return prepared }
    noteStatements()
    throw mismatch()
  }

  /// A statement that defines something; nil where none begins.
  private mutating func parseDefinition() throws(SQLError) -> SyntaxStatement? {
    let start = current.range
    switch current.keyword {
    case .alter: return try parseAlterTable()
    case .drop: return try parseDrop()
    case .msck: return try parseRepair()
    case .create:
      advance()
      if accept(.or) {
        if !accept(.replace) { throw mismatch() }
        return try parseCreateView(orReplace: true)
      }
      if at(.view) { return try parseCreateView(orReplace: false) }
      if at(.database) || at(.schema) { return try parseCreateDatabase() }
      if at(.external) || at(.table) { return try parseCreateTable(from: start) }
      throw mismatch()
    default: return nil
    }
  }

  /// Looked for only so that errors name them, and slips find them.
  private mutating func noteStatements() {
    for keyword in [Keyword.select, .with, .values, .table, .create, .insert, .delete, .drop] {
      _ = at(keyword)
    }
  }

  var statementRange: SourceRange {
    let last = tokens.last { $0.kind != .end && $0.kind != .symbol(.semicolon) } ?? current
    return SourceRange(current.range.start, max(last.range.end, current.range.end))
  }

  // MARK: What Athena has and lake refuses by name

  private var unsupportedName: String? {
    let word = current.keyword
    let next = peek()
    switch word {
    case .create: return unsupportedCreate
    case .drop: return unsupportedDrop
    case .insert: return next.text.uppercased() == "OVERWRITE" ? "INSERT OVERWRITE" : "INSERT INTO"
    case .delete, .update, .merge, .unload, .optimize, .vacuum, .use, .grant,
      .revoke, .analyze, .call, .commit, .rollback, .truncate, .comment, .refresh:
      return beginsStatement(next) ? word?.rawValue : nil
    case .set, .reset: return beginsStatement(next) ? current.text.uppercased() + " SESSION" : nil
    case .start: return next.keyword == .transaction ? "START TRANSACTION" : nil
    case .show: return unsupportedShow
    default: return nil
    }
  }

  /// Several of these words are not reserved: alone they are no statement.
  private func beginsStatement(_ next: Token) -> Bool {
    next.kind != .end || current.keyword == .commit || current.keyword == .rollback
  }

  /// CREATE of what lake does not make; also CREATE TABLE AS SELECT, which has no list of columns.
  private var unsupportedCreate: String? {
    let next = peek()
    if isLikeATable { return "CREATE TABLE LIKE" }
    switch next.keyword {
    case .table: return Lexer(bytes: source).startsHiveStatement() ? nil : "CREATE TABLE AS SELECT"
    case .external, .view, .database, .schema: return nil
    case .or: return peek(3).keyword == .view ? nil : "CREATE " + peek(3).text.uppercased()
    default: return next.kind == .word ? "CREATE " + next.text.uppercased() : nil
    }
  }

  /// Whether this is CREATE [EXTERNAL] TABLE [IF NOT EXISTS] name LIKE.
  private var isLikeATable: Bool {
    var offset = peek().keyword == .external ? 2 : 1
    guard peek(offset).keyword == .table else { return false }
    offset += peek(offset + 1).keyword == .if ? 4 : 1
    while peek(offset + 1).kind == .symbol(.dot) { offset += 2 }
    return peek(offset + 1).keyword == .like
  }

  private var unsupportedDrop: String? {
    let next = peek()
    switch next.keyword {
    case .table, .view, .database, .schema: return nil
    default: return next.kind == .word ? "DROP " + next.text.uppercased() : nil
    }
  }

  private var unsupportedShow: String? {
    switch peek().keyword {
    case .create where peek(2).keyword != .table && peek(2).keyword != .view:
      "SHOW CREATE \(peek(2).text.uppercased())"
    case .stats, .session: "SHOW \(peek().text.uppercased())"
    default: nil
    }
  }

  // MARK: EXPLAIN

  private mutating func parseExplain() throws(SQLError) -> SyntaxStatement {
    let isAnalyze = accept(.analyze)
    if isAnalyze { _ = accept(.verbose) }
    var isJSON = false
    if at(.leftParenthesis), peek().keyword == .format || peek().keyword == .type {
      advance()
      repeat {
        if accept(.format) {
          if at(.graphviz) {
            return .unsupported("EXPLAIN (FORMAT GRAPHVIZ)", current.range)
          }
          isJSON = accept(.json)
          if !isJSON { try expect(.text) }
        } else {
          try expect(.type)
          if at(.io) || at(.validate) {
            return .unsupported("EXPLAIN (TYPE \(current.text.uppercased()))", current.range)
          }
          if !accept(.logical) { try expect(.distributed) }
        }
      } while accept(.comma)
      try expect(.rightParenthesis)
    }
    if case .write(let write)? = try parseWrite() {
      if isAnalyze {
        return .unsupported("EXPLAIN ANALYZE of a statement that writes", statementRange)
      }
      return .explain(Explain(query: write.query, write: write, isAnalyze: false, isJSON: isJSON))
    }
    if let name = unsupportedName { return .unsupported("EXPLAIN of \(name)", statementRange) }
    guard startsQuery || at(.leftParenthesis) else {
      noteStatements()
      throw mismatch()
    }
    return .explain(Explain(query: try parseQuery(), isAnalyze: isAnalyze, isJSON: isJSON))
  }
}
