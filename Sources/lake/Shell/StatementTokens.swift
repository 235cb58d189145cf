import SQL

/// The statement around the cursor, cut into words and signs, as far as completion understands it.
struct StatementTokens {
  struct Item: Equatable {
    var kind: SyntaxSpan.Kind
    /// As it stands in the text.
    var text: String
    var range: Range<Int>

    /// A keyword or sign in upper case, for comparing.
    var word: String {
      switch kind {
      case .keyword, .name, .symbol: text.uppercased()
      default: ""
      }
    }

    /// The name that this is without its quotes; nil for what cannot be one.
    var name: String? {
      switch kind {
      case .name, .keyword(isReserved: false): return text
      case .quotedName:
        let inner = String(text.dropFirst().dropLast())
        return inner.split(separator: "\"\"", omittingEmptySubsequences: false)
          .joined(separator: "\"")
      default: return nil
      }
    }

    /// The text of a string literal.
    var string: String? {
      guard kind == .string, text.hasPrefix("'") else { return nil }
      return text.dropFirst().dropLast().split(separator: "''", omittingEmptySubsequences: false)
        .joined(separator: "'")
    }
  }

  let items: [Item]

  /// All items of a text.
  init(_ text: String) {
    let bytes = Array(text.utf8)
    items = SyntaxSpan.spans(text).filter { $0.kind != .comment }.map {
      Item(kind: $0.kind, text: String(decoding: bytes[$0.range], as: UTF8.self), range: $0.range)
    }
  }

  private init(items: [Item]) { self.items = items }

  /// Only the statement that byte `position` is in.
  func statement(at position: Int) -> StatementTokens {
    let start = items.lastIndex { $0.text == ";" && $0.range.upperBound <= position } ?? -1
    let end = items.firstIndex { $0.text == ";" && $0.range.lowerBound >= position } ?? items.count
    return StatementTokens(items: Array(items[(start + 1)..<max(end, start + 1)]))
  }

  // MARK: Tables

  /// The tables that the statement reads, wherever they stand in it.
  var tables: [TableReference] {
    var found: [TableReference] = []
    var index = 0
    while index < items.count {
      let word = items[index].word
      let isDescribe = index == 0 && (word == "DESCRIBE" || word == "DESC")
      guard word == "FROM" || word == "JOIN" || isDescribe else {
        index += 1
        continue
      }
      index += 1
      while let (table, next) = table(at: index) {
        found.append(table)
        index = next
        guard index < items.count, items[index].text == "," else { break }
        index += 1
      }
    }
    return found
  }

  private func table(at start: Int) -> (TableReference, Int)? {
    guard start < items.count else { return nil }
    var index = start
    var table: TableReference
    if let path = items[start].string {
      table = TableReference(name: path, isFile: true)
      index += 1
    } else if let name = items[start].name {
      table = TableReference(name: name)
      index += 1
      while index + 1 < items.count, items[index].text == ".", let next = items[index + 1].name {
        table = TableReference(database: table.name, name: next)
        index += 2
      }
    } else {
      return nil
    }
    if index < items.count, items[index].word == "AS" { index += 1 }
    if index < items.count, let alias = items[index].name,
      !StatementTokens.clauseWords.contains(items[index].word)
    {
      table.alias = alias
      index += 1
    }
    return (table, index)
  }

  /// The names that WITH defines.
  var commonTables: [String] {
    guard items.first?.word == "WITH" else { return [] }
    var names: [String] = []
    for index in items.indices where index + 2 < items.count {
      if items[index + 1].word == "AS", items[index + 2].text == "(", let name = items[index].name {
        names.append(name)
      }
    }
    return names
  }

  /// Words that go on after a table and are no alias.
  private static let clauseWords: Set = [
    "TABLESAMPLE", "WINDOW", "QUALIFY", "LIMIT", "OFFSET", "FETCH", "MATCH_RECOGNIZE", "USING",
    "LATERAL",
  ]

  // MARK: Places

  /// The word of the clause that item `index` belongs to, at its own depth of parentheses.
  func clause(before index: Int) -> String? {
    var depth = 0
    for item in items[..<min(index, items.count)].reversed() {
      if item.text == ")" { depth += 1 }
      if item.text == "(" {
        if depth == 0 { return nil }
        depth -= 1
      }
      if depth == 0, StatementTokens.clauses.contains(item.word) { return item.word }
    }
    return nil
  }

  private static let clauses: Set = [
    "SELECT", "FROM", "JOIN", "ON", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET",
    "QUALIFY",
    "UNION", "INTERSECT", "EXCEPT", "VALUES", "SHOW", "DESCRIBE", "WINDOW",
  ]

  /// The function whose arguments item `index` stands among.
  func call(before index: Int) -> String? {
    var depth = 0
    var position = min(index, items.count) - 1
    while position > 0 {
      if items[position].text == ")" { depth += 1 }
      if items[position].text == "(" {
        if depth == 0 {
          let name = items[position - 1]
          return name.kind == .symbol ? nil : name.text.lowercased()
        }
        depth -= 1
      }
      position -= 1
    }
    return nil
  }

  /// The column that the value at item `index` is compared with: `c = ▯`, `c IN (a, ▯`.
  func comparedColumn(before index: Int) -> (qualifier: String?, name: String)? {
    var position = index - 1
    guard position >= 0 else { return nil }
    let isComparison = ["=", "<>", "!=", "<", ">", "<=", ">="].contains(items[position].text)
    if isComparison {
      position -= 1
    } else if items[position].text == "(" || items[position].text == "," {
      while position >= 0, items[position].text != "(" {
        guard
          items[position].text == "," || items[position].string != nil
            || items[position].kind == .number
        else { return nil }
        position -= 1
      }
      guard position > 0, items[position - 1].word == "IN" else { return nil }
      position -= 2
      if position >= 0, items[position].word == "NOT" { position -= 1 }
    } else {
      return nil
    }
    guard position >= 0, let name = items[position].name else { return nil }
    if position > 1, items[position - 1].text == ".", let qualifier = items[position - 2].name {
      return (qualifier, name)
    }
    return (nil, name)
  }
}
