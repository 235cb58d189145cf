/// CREATE TABLE, CREATE DATABASE and their opposites, by Hive's grammar.
extension Parser {
  mutating func parseCreateTable(from start: SourceRange) throws(SQLError) -> SyntaxStatement {
    let isExternal = accept(.external)
    try expect(.table)
    let ifNotExists = try acceptIfNotExists()
    var table = CreateTable(
      name: try parseHiveTable(),
      isExternal: isExternal,
      ifNotExists: ifNotExists,
      columns: [],
      partitionedBy: [],
      hasTransforms: false,
      clusteredBy: [],
      properties: [],
      range: start
    )
    if at(.leftParenthesis) { table.columns = try parseColumnDefinitions() }
    while try parseTableClause(&table) {}
    table.range = range(from: start)
    return .createTable(table)
  }

  /// One clause after the columns; false where none follows.
  private mutating func parseTableClause(_ table: inout CreateTable) throws(SQLError) -> Bool {
    if accept(.comment) {
      table.comment = try parseString()
    } else if acceptWords("PARTITIONED", "BY") {
      try parsePartitionedBy(&table)
    } else if acceptWords("CLUSTERED", "BY") {
      table.clusteredBy = try parseHiveNames()
      if acceptWords("SORTED", "BY") { try skipParentheses() }
      try expectWord("INTO")
      guard current.kind == .integer, let count = Int(current.text) else {
        note("integer")
        throw mismatch()
      }
      table.bucketCount = count
      advance()
      try expectWord("BUCKETS")
    } else if acceptWords("ROW", "FORMAT") {
      table.rowFormat = try parseRowFormat()
    } else if acceptWords("WITH", "SERDEPROPERTIES") {
      let start = previousRange
      let properties = try parseProperties()
      if case .serDe(let name, _, let place) = table.rowFormat {
        table.rowFormat = .serDe(name, properties, place)
      } else {
        table.rowFormat = .serDe("", properties, range(from: start))
      }
    } else if acceptWords("STORED", "AS") {
      table.storage = try parseStorage()
    } else if acceptWord("LOCATION") {
      table.location = try parseString()
    } else if accept(.tblproperties) {
      table.properties = try parseProperties()
    } else {
      return false
    }
    return true
  }

  /// `(year int, …)`; for Iceberg `(year, bucket(16, id))`.
  private mutating func parsePartitionedBy(_ table: inout CreateTable) throws(SQLError) {
    let next = peek(2).kind
    if next == .symbol(.comma) || next == .symbol(.rightParenthesis)
      || next == .symbol(.leftParenthesis)
    {
      table.hasTransforms = true
      try skipParentheses()
      return
    }
    table.partitionedBy = try parseColumnDefinitions()
  }

  private mutating func skipParentheses() throws(SQLError) {
    try expect(.leftParenthesis)
    var depth = 1
    while depth > 0 {
      switch current.kind {
      case .symbol(.leftParenthesis): depth += 1
      case .symbol(.rightParenthesis): depth -= 1
      case .end, .invalid: throw mismatch()
      default: break
      }
      advance()
    }
  }

  private mutating func parseRowFormat() throws(SQLError) -> CreateTable.RowFormat {
    let start = current.range
    if acceptWord("SERDE") {
      let name = try parseString()
      let properties = acceptWords("WITH", "SERDEPROPERTIES") ? try parseProperties() : []
      return .serDe(name, properties, range(from: start))
    }
    try expectWord("DELIMITED")
    var delimiters = CreateTable.Delimiters()
    while true {
      if acceptWords("FIELDS", "TERMINATED", "BY") {
        delimiters.fields = try parseString()
        if acceptWords("ESCAPED", "BY") { delimiters.escape = try parseString() }
      } else if acceptWords("ESCAPED", "BY") {
        delimiters.escape = try parseString()
      } else if acceptWords("COLLECTION", "ITEMS", "TERMINATED", "BY") {
        delimiters.collectionItems = try parseString()
      } else if acceptWords("MAP", "KEYS", "TERMINATED", "BY") {
        delimiters.mapKeys = try parseString()
      } else if acceptWords("LINES", "TERMINATED", "BY") {
        delimiters.lines = try parseString()
      } else if acceptWords("NULL", "DEFINED", "AS") {
        delimiters.null = try parseString()
      } else {
        return .delimited(delimiters)
      }
    }
  }

  private mutating func parseStorage() throws(SQLError) -> CreateTable.Storage {
    if acceptWord("INPUTFORMAT") {
      let input = try parseString()
      try expectWord("OUTPUTFORMAT")
      return .classes(input: input, output: try parseString())
    }
    guard current.kind == .word else {
      note("format")
      throw mismatch()
    }
    let name = takeName()
    return .format(name.text.uppercased(), name.range)
  }

  // MARK: Databases, and DROP

  mutating func parseCreateDatabase() throws(SQLError) -> SyntaxStatement {
    advance()
    let ifNotExists = try acceptIfNotExists()
    var database = CreateDatabase(
      name: try parseHiveName(),
      ifNotExists: ifNotExists,
      properties: []
    )
    while true {
      if accept(.comment) {
        database.comment = try parseString()
      } else if acceptWord("LOCATION") {
        database.location = try parseString()
      } else if acceptWords("WITH", "DBPROPERTIES") {
        database.properties = try parseProperties()
      } else {
        return .createDatabase(database)
      }
    }
  }

  /// DROP TABLE, DATABASE, SCHEMA or VIEW.
  mutating func parseDrop() throws(SQLError) -> SyntaxStatement {
    let start = current.range
    try expect(.drop)
    if accept(.view) {
      let ifExists = try acceptIfExists()
      return .dropView(try parseQualifiedName(), ifExists: ifExists, range(from: start))
    }
    if accept(.table) {
      let ifExists = try acceptIfExists()
      let name = try parseHiveTable()
      // Hive's PURGE asks to pass over the trash, which there is none of.
      _ = acceptWord("PURGE")
      return .dropTable(name, ifExists: ifExists, range(from: start))
    }
    if accept(.database) || accept(.schema) {
      let ifExists = try acceptIfExists()
      let name = try parseHiveName()
      let cascades = acceptWord("CASCADE")
      if !cascades { _ = acceptWord("RESTRICT") }
      return .dropDatabase(DropDatabase(name: name, ifExists: ifExists, cascades: cascades))
    }
    throw mismatch()
  }

  // MARK: Views

  /// CREATE [OR REPLACE] VIEW, after CREATE.
  mutating func parseCreateView(orReplace: Bool) throws(SQLError) -> SyntaxStatement {
    try expect(.view)
    let name = try parseQualifiedName()
    let columns = at(.leftParenthesis) ? try parseNameList() : []
    let comment = accept(.comment) ? try parseString() : nil
    if acceptWord("SECURITY"), !acceptWord("DEFINER") { try expectWord("INVOKER") }
    try expect(.as)
    let start = current.range
    let query = try parseQuery()
    return .createView(
      CreateView(
        name: name,
        orReplace: orReplace,
        columns: columns,
        comment: comment,
        query: query,
        queryRange: range(from: start)
      )
    )
  }
}
