/// SHOW and DESCRIBE.
///
/// In Athena both are Hive's, with names in back quotes; double quotes are taken too.
extension Parser {
  /// What follows SHOW.
  mutating func parseShow() throws(SQLError) -> SyntaxStatement {
    if accept(.databases) || accept(.schemas) { return .showDatabases(like: try parseLike()) }
    if accept(.tables) {
      let database = accept(.in) || accept(.from) ? try parseName() : nil
      return .showTables(database: database, like: try parseLike())
    }
    if accept(.views) {
      let database = accept(.in) || accept(.from) ? try parseName() : nil
      return .showViews(database: database, like: try parseLike())
    }
    if accept(.columns) { return try parseShowColumns() }
    if accept(.partitions) {
      _ = accept(.from)
      let start = current.range
      let name = try parseQualifiedName()
      if at(.partition) { return .unsupported("SHOW PARTITIONS … PARTITION", statementRange) }
      return .showPartitions(table: name, range(from: start))
    }
    if accept(.tblproperties) {
      let start = current.range
      let name = try parseQualifiedName()
      let nameRange = range(from: start)
      var key: String?
      if accept(.leftParenthesis) {
        key = try parseString()
        try expect(.rightParenthesis)
      }
      return .showTableProperties(table: name, key: key, nameRange)
    }
    if accept(.create) {
      let isView = accept(.view)
      if !isView { try expect(.table) }
      let start = current.range
      let name = try parseQualifiedName()
      let nameRange = range(from: start)
      return isView ? .showCreateView(name, nameRange) : .showCreateTable(name, nameRange)
    }
    if accept(.functions) { return .showFunctions(like: try parseLike()) }
    throw mismatch()
  }

  private mutating func parseShowColumns() throws(SQLError) -> SyntaxStatement {
    if !accept(.from) { try expect(.in) }
    let start = current.range
    if let file = acceptString() { return .describeFile(file, start, namesOnly: true) }
    var name = try parseQualifiedName()
    // Hive: SHOW COLUMNS IN table IN database
    if name.count == 1, accept(.from) || accept(.in) { name.insert(try parseName(), at: 0) }
    return .showColumns(table: name, range(from: start))
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
    return try parseString()
  }

  /// What follows DESCRIBE.
  mutating func parseDescribe() throws(SQLError) -> SyntaxStatement {
    var style = Describe.Style.plain
    if at(.extended) || at(.formatted), Parser.isName(peek()) {
      style = current.keyword == .extended ? .extended : .formatted
      advance()
    }
    let start = current.range
    if current.kind == .word, Parser.isName(peek()),
      ["INPUT", "OUTPUT", "DATABASE", "SCHEMA"].contains(current.text.uppercased())
    {
      return .unsupported("DESCRIBE \(current.text.uppercased())", statementRange)
    }
    if let file = acceptString() { return .describeFile(file, start, namesOnly: false) }
    let name = try parseQualifiedName()
    let place = range(from: start)
    let partition = at(.partition) ? try parsePartition() : nil
    var path: [Identifier] = []
    if atName() {
      path.append(takeName())
      while accept(.dot) {
        // What is within arrays and maps: '$elem$', '$key$', '$value$'.
        if current.kind == .string {
          path.append(takeName())
        } else {
          path.append(try parseName())
        }
      }
    }
    return .describe(
      Describe(style: style, table: name, partition: partition, path: path, range: place)
    )
  }
}
