/// What the statements of Hive's dialect have in common: names, strings, properties, partitions.
extension Parser {
  /// Statements of Trino's dialect have their names in double quotes, and Hive's in back quotes: the
  /// error where it is otherwise.
  var misquotedName: SQLError? {
    if Parser.takesBothQuotes.contains(tokens[0].text.uppercased()) { return nil }
    if tokens[0].text.uppercased() == "DROP" && peek().keyword == .view { return nil }
    guard let token = tokens.first(where: { $0.kind == .quotedName && $0.quote == 0x60 }),
      !isHiveStatement
    else { return nil }
    return SQLError(
      .syntaxError,
      "backquoted identifiers are not supported; use double quotes to quote identifiers",
      at: token.range
    )
  }

  private static let takesBothQuotes: Set = ["SHOW", "DESCRIBE", "DESC"]

  private var isHiveStatement: Bool { Lexer(bytes: source).startsHiveStatement() }

  // MARK: Names

  /// A name of Hive's dialect: plain, or in back quotes.
  mutating func parseHiveName() throws(SQLError) -> Identifier {
    if current.kind == .string && current.quote == UInt8(ascii: "\"") {
      let before = String(
        decoding: source[tokens[0].range.start..<current.range.end],
        as: UTF8.self
      )
      throw SQLError(
        .syntaxError,
        "no viable alternative at input '\(before)'",
        at: current.range,
        help: "in DDL, names are quoted with back quotes: `\(current.text)`"
      )
    }
    switch current.kind {
    case .quotedName: return takeName()
    case .word where !Parser.hiveReserved.contains(current.text.uppercased()): return takeName()
    case .word:
      throw SQLError(
        .syntaxError,
        "mismatched input '\(current.text)'. Expecting: <identifier>",
        at: current.range,
        help: "\(current.text.uppercased()) is a reserved word; in DDL it needs back quotes"
      )
    default:
      note("identifier")
      throw mismatch()
    }
  }

  /// `table`, `db.table` or `catalog.db.table`.
  mutating func parseHiveTable() throws(SQLError) -> [Identifier] {
    var parts = [try parseHiveName()]
    while accept(.dot) { parts.append(try parseHiveName()) }
    // AWS's own statements have database and table in one pair of quotes.
    if parts.count == 1, parts[0].isQuoted {
      let halves = parts[0].text.split(separator: ".", omittingEmptySubsequences: false)
      if halves.count == 2, !halves[0].isEmpty, !halves[1].isEmpty {
        let range = parts[0].range
        return halves.map { Identifier(text: String($0), isQuoted: true, range: range) }
      }
    }
    return parts
  }

  mutating func parseHiveNames() throws(SQLError) -> [Identifier] {
    try expect(.leftParenthesis)
    var names = [try parseHiveName()]
    while accept(.comma) { names.append(try parseHiveName()) }
    try expect(.rightParenthesis)
    return names
  }

  /// Athena, "Reserved keywords", those of DDL; without TIME and START, which AWS's own tables have
  /// as names of columns.
  private static let hiveReserved: Set<String> = [
    "ALL", "ALTER", "AND", "ARRAY", "AS", "AUTHORIZATION", "BETWEEN", "BIGINT", "BINARY", "BOOLEAN",
    "BOTH", "BY", "CASE", "CAST", "CHAR", "COLUMN", "CONF", "CONSTRAINT", "COMMIT", "CREATE",
    "CROSS", "CUBE", "CURRENT", "CURRENT_DATE", "CURRENT_TIMESTAMP", "CURSOR", "DATABASE", "DATE",
    "DAYOFWEEK", "DECIMAL", "DELETE", "DESCRIBE", "DISTINCT", "DIV", "DOUBLE", "DROP", "ELSE",
    "END", "EXCHANGE", "EXISTS", "EXTENDED", "EXTERNAL", "EXTRACT", "FALSE", "FETCH", "FLOAT",
    "FLOOR", "FOLLOWING", "FOR", "FOREIGN", "FROM", "FULL", "FUNCTION", "GRANT", "GROUP",
    "GROUPING", "HAVING", "IF", "IMPORT", "IN", "INNER", "INSERT", "INT", "INTEGER", "INTERSECT",
    "INTERVAL", "INTO", "IS", "JOIN", "LATERAL", "LEFT", "LESS", "LIKE", "LOCAL", "MACRO", "MAP",
    "MORE", "NONE", "NOT", "NULL", "NUMERIC", "OF", "ON", "ONLY", "OR", "ORDER", "OUT", "OUTER",
    "OVER", "PARTIALSCAN", "PARTITION", "PERCENT", "PRECEDING", "PRECISION", "PRESERVE", "PRIMARY",
    "PROCEDURE", "RANGE", "READS", "REDUCE", "REGEXP", "REFERENCES", "REVOKE", "RIGHT", "RLIKE",
    "ROLLBACK", "ROLLUP", "ROW", "ROWS", "SELECT", "SET", "SMALLINT", "TABLE", "TABLESAMPLE",
    "THEN", "TIMESTAMP", "TO", "TRANSFORM", "TRIGGER", "TRUE", "TRUNCATE", "UNBOUNDED", "UNION",
    "UNIQUEJOIN", "UPDATE", "USER", "USING", "UTC_TIMESTAMP", "VALUES", "VARCHAR", "WHEN", "WHERE",
    "WINDOW", "WITH",
  ]

  // MARK: Words and strings

  /// Whether the current token is this word, of which no other statement knows.
  mutating func atWord(_ word: String) -> Bool {
    if current.kind == .word && current.text.uppercased() == word { return true }
    note(word)
    return false
  }

  mutating func acceptWord(_ word: String) -> Bool {
    guard atWord(word) else { return false }
    advance()
    return true
  }

  /// Takes all words or none.
  mutating func acceptWords(_ words: String...) -> Bool {
    for (offset, word) in words.enumerated() {
      let token = peek(offset)
      guard token.kind == .word, token.text.uppercased() == word else {
        if offset == 0 { note(word) }
        return false
      }
    }
    for _ in words { advance() }
    return true
  }

  mutating func expectWord(_ word: String) throws(SQLError) {
    if !acceptWord(word) { throw mismatch() }
  }

  mutating func parseString() throws(SQLError) -> String {
    guard current.kind == .string else {
      note("string")
      throw mismatch()
    }
    defer { advance() }
    return current.text
  }

  mutating func acceptIfNotExists() throws(SQLError) -> Bool {
    guard accept(.if) else { return false }
    try expect(.not)
    try expect(.exists)
    return true
  }

  mutating func acceptIfExists() throws(SQLError) -> Bool {
    guard accept(.if) else { return false }
    try expect(.exists)
    return true
  }

  // MARK: Properties and partitions

  /// Settings in parentheses: `('key' = 'value', …)`.
  mutating func parseProperties() throws(SQLError) -> [PropertySetting] {
    try expect(.leftParenthesis)
    var properties: [PropertySetting] = []
    repeat {
      let start = current.range
      let key = try parseString()
      try expect(.equal)
      let value = try parseString()
      properties.append(PropertySetting(key: key, value: value, range: range(from: start)))
    } while accept(.comma)
    try expect(.rightParenthesis)
    return properties
  }

  /// A partition's values: `PARTITION (key = value, …)`.
  mutating func parsePartition() throws(SQLError) -> PartitionSpecification {
    let start = current.range
    try expect(.partition)
    try expect(.leftParenthesis)
    var values: [PartitionSpecification.Value] = []
    repeat {
      var value = PartitionSpecification.Value(key: try parseHiveName())
      if case .symbol(let sign) = current.kind, Parser.comparisons.contains(sign) {
        value.comparison = sign
        advance()
      } else {
        try expect(.equal)
      }
      value.value = try parsePartitionValue()
      values.append(value)
    } while accept(.comma)
    try expect(.rightParenthesis)
    return PartitionSpecification(values: values, range: range(from: start))
  }

  private static let comparisons: Set<Symbol> = [
    .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual,
  ]

  /// A literal as the text of a folder's name.
  private mutating func parsePartitionValue() throws(SQLError) -> String? {
    if accept(.null) { return nil }
    if ["DATE", "TIMESTAMP"].contains(current.text.uppercased()), peek().kind == .string {
      advance()
    }
    let sign = accept(.minus) ? "-" : ""
    switch current.kind {
    case .string where sign.isEmpty, .integer, .decimal, .double:
      defer { advance() }
      return sign + current.text
    case .word where current.keyword == .true || current.keyword == .false:
      defer { advance() }
      return current.text.lowercased()
    default:
      note("string")
      throw mismatch()
    }
  }

  // MARK: Columns

  /// Columns in parentheses: `(name type [COMMENT 'text'], …)`.
  mutating func parseColumnDefinitions() throws(SQLError) -> [ColumnDefinition] {
    try expect(.leftParenthesis)
    var columns: [ColumnDefinition] = []
    repeat {
      let name = try parseHiveName()
      columns.append(try parseColumnType(of: name))
    } while accept(.comma)
    try expect(.rightParenthesis)
    return columns
  }

  /// The type as it was written, up to what ends it, and the comment.
  mutating func parseColumnType(of name: Identifier) throws(SQLError) -> ColumnDefinition {
    let start = current.range
    var depth = 0
    var end = start.start
    loop: while current.kind != .end && current.kind != .symbol(.semicolon) {
      switch current.kind {
      case .symbol(.less), .symbol(.leftParenthesis): depth += 1
      // Lexers of queries read `<>` and `>=` as one sign.
      case .symbol(.notEqual): break
      case .symbol(.greater): depth -= 1
      case .symbol(.rightParenthesis):
        if depth == 0 { break loop }
        depth -= 1
      case .symbol(.comma) where depth == 0: break loop
      case .word where depth == 0 && end > start.start && Parser.endsType(current): break loop
      case .string, .invalid: break loop
      default: break
      }
      end = current.range.end
      advance()
    }
    guard end > start.start else {
      note("type")
      throw mismatch()
    }
    let text = String(decoding: source[start.start..<end], as: UTF8.self)
    let comment = accept(.comment) ? try parseString() : nil
    return ColumnDefinition(
      name: name,
      type: text,
      typeRange: SourceRange(start.start, end),
      comment: comment
    )
  }

  private static func endsType(_ token: Token) -> Bool {
    ["COMMENT", "FIRST", "AFTER", "NOT"].contains(token.text.uppercased())
  }
}
