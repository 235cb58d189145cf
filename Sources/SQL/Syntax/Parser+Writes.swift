extension Parser {
  /// CREATE TABLE AS, INSERT INTO or UNLOAD; nil where none of them begins.
  mutating func parseWrite() throws(SQLError) -> SyntaxStatement? {
    switch current.keyword {
    case .create where startsCreateTableAs: return .write(try parseCreateTableAs())
    case .insert where peek().keyword == .into: return .write(try parseInsert())
    case .unload where peek().kind == .symbol(.leftParenthesis): return .write(try parseUnload())
    default: return nil
    }
  }

  /// `CREATE TABLE [IF NOT EXISTS] a.b` and then WITH or AS; Hive's CREATE TABLE has columns there.
  private var startsCreateTableAs: Bool {
    guard peek().keyword == .table else { return false }
    var offset = 2
    if peek(offset).keyword == .if, peek(offset + 1).keyword == .not { offset += 3 }
    while Parser.isName(peek(offset)), peek(offset + 1).kind == .symbol(.dot) { offset += 2 }
    let next = peek(offset + 1)
    return Parser.isName(peek(offset)) && (next.keyword == .with || next.keyword == .as)
  }

  private mutating func parseCreateTableAs() throws(SQLError) -> SyntaxWrite {
    advance()
    advance()
    let ifNotExists = accept(.if)
    if ifNotExists {
      try expect(.not)
      try expect(.exists)
    }
    let start = current.range
    let table = try parseQualifiedName()
    let place = range(from: start)
    let properties = accept(.with) ? try parseWriteProperties() : []
    try expect(.as)
    let query = try parseWrittenQuery()
    var withData = true
    if accept(.with) {
      withData = !accept(.no)
      guard current.text.uppercased() == "DATA" else {
        note("DATA")
        throw mismatch()
      }
      advance()
    }
    return SyntaxWrite(
      target: .create(table: table, ifNotExists: ifNotExists, withData: withData),
      targetRange: place,
      properties: properties,
      query: query
    )
  }

  private mutating func parseInsert() throws(SQLError) -> SyntaxWrite {
    advance()
    advance()
    let start = current.range
    let table = try parseQualifiedName()
    let place = range(from: start)
    var columns: [Identifier]?
    if at(.leftParenthesis), ![.select, .with, .values, .table].contains(peek().keyword),
      peek().kind != .symbol(.leftParenthesis)
    {
      columns = try parseNameList()
    }
    return SyntaxWrite(
      target: .insert(table: table, columns: columns),
      targetRange: place,
      properties: [],
      query: try parseWrittenQuery()
    )
  }

  private mutating func parseUnload() throws(SQLError) -> SyntaxWrite {
    advance()
    try expect(.leftParenthesis)
    let query = try parseWrittenQuery()
    try expect(.rightParenthesis)
    try expect(.to)
    guard current.kind == .string else {
      note("string")
      throw mismatch()
    }
    let place = current.text
    let range = current.range
    advance()
    let properties = accept(.with) ? try parseWriteProperties() : []
    return SyntaxWrite(
      target: .unload(place: place),
      targetRange: range,
      properties: properties,
      query: query
    )
  }

  private mutating func parseWrittenQuery() throws(SQLError) -> SyntaxQuery {
    guard startsQuery || at(.leftParenthesis) else {
      for keyword in [Keyword.select, .with, .values, .table] { _ = at(keyword) }
      throw mismatch()
    }
    return try parseQuery()
  }

  /// A list of `name = value` in parentheses.
  private mutating func parseWriteProperties() throws(SQLError) -> [WriteProperty] {
    try expect(.leftParenthesis)
    var properties: [WriteProperty] = []
    repeat {
      let name = try parsePropertyName()
      try expect(.equal)
      let start = current.range
      let value = try parsePropertyValue()
      properties.append(WriteProperty(name: name, value: value, range: range(from: start)))
    } while accept(.comma)
    try expect(.rightParenthesis)
    return properties
  }

  /// Any word: `format` is a keyword, and so may others become.
  private mutating func parsePropertyName() throws(SQLError) -> Identifier {
    guard current.kind == .word || current.kind == .quotedName else {
      note("identifier")
      throw mismatch()
    }
    return takeName()
  }

  private mutating func parsePropertyValue() throws(SQLError) -> WriteProperty.Value {
    if accept(.true) { return .boolean(true) }
    if accept(.false) { return .boolean(false) }
    if accept(.array) {
      try expect(.leftBracket)
      var texts: [String] = []
      if !at(.rightBracket) {
        repeat { texts.append(try parsePropertyText()) } while accept(.comma)
      }
      try expect(.rightBracket)
      return .list(texts)
    }
    if current.kind == .integer, let number = Int(current.text) {
      advance()
      return .number(number)
    }
    return .text(try parsePropertyText())
  }

  private mutating func parsePropertyText() throws(SQLError) -> String {
    guard current.kind == .string else {
      note("string")
      throw mismatch()
    }
    defer { advance() }
    return current.text
  }
}
