extension Parser {
  /// A whole statement.
  mutating func parseStatement() throws(SQLError) -> SyntaxStatement {
    if startsQuery || current.kind == .symbol(.leftParenthesis) { return .query(try parseQuery()) }
    if let write = try parseWrite() { return write }
    if let name = unsupportedName { return .unsupported(name, statementRange) }
    if accept(.show) { return try parseShow() }
    if accept(.explain) { return try parseExplain() }
    if accept(.describe) || accept(.desc) { return try parseDescribe() }
    if let prepared = try parsePrepared() { return prepared }
    noteStatements()
    throw mismatch()
  }

  /// Looked for only so that errors name them, and slips find them.
  private mutating func noteStatements() {
    for keyword in [Keyword.select, .with, .values, .table, .create, .insert, .delete, .drop] {
      _ = at(keyword)
    }
  }

  private var statementRange: SourceRange {
    let last = tokens.last { $0.kind != .end && $0.kind != .symbol(.semicolon) } ?? current
    return SourceRange(current.range.start, max(last.range.end, current.range.end))
  }

  // MARK: What Athena has and lake refuses by name

  private var unsupportedName: String? {
    let word = current.keyword
    let next = peek()
    switch word {
    case .create:
      let words = createWords
      return "CREATE " + words
    case .alter, .drop:
      return current.text.uppercased() + " " + next.text.uppercased()
    case .insert: return "INSERT INTO"
    case .delete, .update, .merge, .unload, .optimize, .vacuum, .use, .grant,
      .revoke, .analyze, .call, .commit, .rollback, .truncate, .comment, .refresh:
      return beginsStatement(next) ? word?.rawValue : nil
    case .set, .reset: return beginsStatement(next) ? current.text.uppercased() + " SESSION" : nil
    case .start: return next.keyword == .transaction ? "START TRANSACTION" : nil
    case .msck: return "MSCK REPAIR TABLE"
    case .show: return unsupportedShow
    default: return nil
    }
  }

  /// Several of these words are not reserved: alone they are no statement.
  private func beginsStatement(_ next: Token) -> Bool {
    next.kind != .end || current.keyword == .commit || current.keyword == .rollback
  }

  private var createWords: String {
    var words: [String] = []
    var offset = 1
    if peek().keyword == .or && peek(2).text.uppercased() == "REPLACE" { offset = 3 }
    while let keyword = peek(offset).keyword, words.count < 2,
      [.external, .table, .view, .schema, .database, .function].contains(keyword)
    {
      words.append(keyword.rawValue)
      offset += 1
    }
    if words == ["TABLE"] && tokens[index...].contains(where: { $0.keyword == .select }) {
      return "TABLE AS SELECT"
    }
    return words.isEmpty ? peek(offset).text.uppercased() : words.joined(separator: " ")
  }

  private var unsupportedShow: String? {
    switch peek().keyword {
    case .create: "SHOW CREATE \(peek(2).text.uppercased())"
    case .stats, .views, .tblproperties, .session: "SHOW \(peek().text.uppercased())"
    default: nil
    }
  }

  // MARK: SHOW

  private mutating func parseShow() throws(SQLError) -> SyntaxStatement {
    if accept(.databases) || accept(.schemas) { return .showDatabases(like: try parseLike()) }
    if accept(.tables) {
      let database = accept(.in) || accept(.from) ? try parseName() : nil
      return .showTables(database: database, like: try parseLike())
    }
    if accept(.columns) {
      if !accept(.from) { try expect(.in) }
      let start = current.range
      if let file = acceptString() { return .describeFile(file, start, namesOnly: true) }
      var name = try parseQualifiedName()
      // Hive: SHOW COLUMNS IN table IN database
      if name.count == 1, accept(.from) || accept(.in) { name.insert(try parseName(), at: 0) }
      return .showColumns(table: name, range(from: start))
    }
    if accept(.partitions) {
      _ = accept(.from)
      let start = current.range
      let name = try parseQualifiedName()
      return .showPartitions(table: name, range(from: start))
    }
    if accept(.functions) { return .showFunctions(like: try parseLike()) }
    throw mismatch()
  }

  private mutating func acceptString() -> String? {
    guard current.kind == .string else { return nil }
    defer { advance() }
    return current.text
  }

  /// `LIKE 'pattern'`, or the pattern alone as Hive has it.
  private mutating func parseLike() throws(SQLError) -> String? {
    let isLike = accept(.like)
    guard current.kind == .string else {
      if isLike {
        note("string")
        throw mismatch()
      }
      return nil
    }
    let pattern = current.text
    advance()
    return pattern
  }

  // MARK: DESCRIBE and EXPLAIN

  private mutating func parseDescribe() throws(SQLError) -> SyntaxStatement {
    let start = current.range
    if at(.extended) || at(.formatted), Parser.isName(peek()) {
      return .unsupported("DESCRIBE \(current.text.uppercased())", statementRange)
    }
    if ["INPUT", "OUTPUT"].contains(current.text.uppercased()), Parser.isName(peek()) {
      return .unsupported("DESCRIBE \(current.text.uppercased())", statementRange)
    }
    if let file = acceptString() { return .describeFile(file, start, namesOnly: false) }
    let name = try parseQualifiedName()
    let place = range(from: start)
    if at(.partition) { return .unsupported("DESCRIBE … PARTITION", statementRange) }
    return .describe(table: name, place)
  }

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
    if let name = unsupportedName { return .unsupported("EXPLAIN of \(name)", statementRange) }
    guard startsQuery || at(.leftParenthesis) else {
      noteStatements()
      throw mismatch()
    }
    return .explain(Explain(query: try parseQuery(), isAnalyze: isAnalyze, isJSON: isJSON))
  }
}
