import SQL

/// What may be put in at the cursor of a statement or a command of the shell.
struct Completion: Equatable {
  /// The characters that a candidate takes the place of; they end at the cursor.
  var range: Range<Int>
  /// The best first.
  var candidates: [Candidate]

  /// What all candidates begin with, compared without case, as the first one writes it.
  var commonPrefix: String {
    guard let first = candidates.first?.text else { return "" }
    var count = first.count
    for candidate in candidates.dropFirst() {
      let shared = zip(first.lowercased(), candidate.text.lowercased()).prefix { $0 == $1 }.count
      count = min(count, shared)
    }
    return String(first.prefix(count))
  }

  /// - Parameters:
  ///   - buffer: The text with its cursor.
  ///   - vocabulary: The names that exist.
  init(_ buffer: LineBuffer, _ vocabulary: any CompletionVocabulary) {
    let before = buffer.beforeCursor
    if before.hasPrefix("\\") {
      self = CommandCompletion(before, buffer.cursor, vocabulary).completion
    } else {
      self = StatementCompletion(buffer.text, before, buffer.cursor, vocabulary).completion
    }
  }

  init(prefix: String, cursor: Int, _ candidates: [Candidate]) {
    range = (cursor - prefix.count)..<cursor
    var seen: Set<String> = []
    self.candidates = candidates.filter { seen.insert($0.text).inserted }
  }
}

/// Completion within SQL.
struct StatementCompletion {
  private let cursor: Int
  private let vocabulary: any CompletionVocabulary
  /// The items before the cursor, without the word that is being typed.
  private let before: StatementTokens
  private let count: Int
  private let whole: StatementTokens
  private let partial: StatementTokens.Item?

  init(_ text: String, _ typed: String, _ cursor: Int, _ vocabulary: any CompletionVocabulary) {
    self.cursor = cursor
    self.vocabulary = vocabulary
    let position = typed.utf8.count
    before = StatementTokens(typed).statement(at: position)
    whole = StatementTokens(text).statement(at: position)
    let last = before.items.last
    let isTouching = last?.range.upperBound == position && last?.kind != .symbol
    partial = isTouching || last?.kind == .unclosed ? last : nil
    count = before.items.count - (partial == nil ? 0 : 1)
  }

  var completion: Completion {
    guard let partial else { return names("") }
    switch partial.kind {
    case .unclosed:
      if partial.text.hasPrefix("'") { return string(String(partial.text.dropFirst())) }
      if partial.text.hasPrefix("\"") { return quotedName(String(partial.text.dropFirst())) }
      return Completion(prefix: "", cursor: cursor, [])
    case .keyword, .name: return names(partial.text)
    case .number: return value(partial.text)
    default: return Completion(prefix: "", cursor: cursor, [])
    }
  }

  // MARK: Literals

  /// Within quotes: the path of a file, or the value of a partition.
  private func string(_ prefix: String) -> Completion {
    if isTablePlace {
      let paths = vocabulary.files(startingWith: prefix)
      return Completion(
        prefix: prefix,
        cursor: cursor,
        // A folder is gone into; a file is the end of the path.
        paths.map { Candidate(text: $0.hasSuffix("/") ? $0 : $0 + "'") }
      )
    }
    let values = partitionValues.filter { StatementCompletion.matches($0, prefix) }
    return Completion(prefix: prefix, cursor: cursor, values.map { Candidate(text: $0 + "'") })
  }

  private func value(_ prefix: String) -> Completion {
    let values = partitionValues.filter { $0.hasPrefix(prefix) }
    return Completion(prefix: prefix, cursor: cursor, values.map { Candidate(text: $0) })
  }

  private var partitionValues: [String] {
    guard let column = before.comparedColumn(before: count) else { return [] }
    for table in whole.tables {
      if let qualifier = column.qualifier, !StatementCompletion.isCalled(table, qualifier) {
        continue
      }
      if let values = vocabulary.partitionValues(of: table, column: column.name) { return values }
    }
    return []
  }

  // MARK: Names

  private static func matches(_ text: String, _ prefix: String) -> Bool {
    text.count >= prefix.count && text.prefix(prefix.count).lowercased() == prefix.lowercased()
  }

  private static func isCalled(_ table: TableReference, _ qualifier: String) -> Bool {
    (table.alias ?? table.name).lowercased() == qualifier.lowercased()
  }

  private func item(back distance: Int) -> StatementTokens.Item? {
    count >= distance ? before.items[count - distance] : nil
  }

  /// Whether a table is named here.
  private var isTablePlace: Bool {
    guard let previous = item(back: 1) else { return false }
    switch previous.word {
    case "FROM", "JOIN", "DESCRIBE", "INTO", "TABLE": return true
    case "DESC": return count == 1
    case "IN": return before.items.first?.word == "SHOW"
    case ",": return before.clause(before: count) == "FROM"
    default: return false
    }
  }

  private func quotedName(_ prefix: String) -> Completion {
    let names = isTablePlace ? vocabulary.tables(in: nil) : columns.map(\.text)
    return Completion(
      prefix: prefix,
      cursor: cursor,
      names.filter { StatementCompletion.matches($0, prefix) }.map { Candidate(text: $0 + "\"") }
    )
  }

  /// The columns of the statement's tables; before a table is named, those of all there are.
  private var columns: [Candidate] {
    if !whole.tables.isEmpty { return whole.tables.flatMap { vocabulary.columns(of: $0) } }
    let tables = vocabulary.tables(in: nil)
    if tables.count > StatementCompletion.tableCountMax { return [] }
    return tables.flatMap { vocabulary.columns(of: TableReference(name: $0)) }
  }

  /// Of more tables nobody wants all columns.
  private static let tableCountMax = 20

  private func names(_ prefix: String) -> Completion {
    func matching(_ candidates: [Candidate]) -> [Candidate] {
      candidates.filter { StatementCompletion.matches($0.text, prefix) }
    }
    func quoted(_ candidates: [Candidate]) -> [Candidate] {
      matching(candidates).map { candidate in
        !candidate.text.hasSuffix(".") && SyntaxWords.needsQuotes(candidate.text)
          ? Candidate(text: "\"\(candidate.text)\"", detail: candidate.detail) : candidate
      }
    }
    var candidates: [Candidate] = []
    if item(back: 1)?.text == ".", let qualifier = item(back: 2)?.name {
      candidates = quoted(members(of: qualifier))
    } else if isTablePlace {
      candidates = quoted(tables)
      if before.items.first?.word == "SHOW", count < 3 {
        candidates += quoted(vocabulary.databases().map { Candidate(text: $0, detail: "database") })
      }
      if prefix.isEmpty && candidates.isEmpty {
        return Completion(prefix: prefix, cursor: cursor, [Candidate(text: "'", detail: "a file")])
      }
    } else {
      let values = partitionValues
      if prefix.isEmpty && !values.isEmpty { return value("") }
      if isExpressionPlace {
        candidates = quoted(columns)
        candidates += quoted(whole.tables.compactMap(\.alias).map { Candidate(text: $0) })
        if !prefix.isEmpty {
          candidates += matching(
            FunctionSummary.all.map { Candidate(text: $0.name + "(", detail: $0.summary) }
          )
        }
      }
      candidates += keywords(prefix)
    }
    return Completion(prefix: prefix, cursor: cursor, candidates)
  }

  /// What may stand behind a name and a dot.
  private func members(of qualifier: String) -> [Candidate] {
    if !isTablePlaceBeforeQualifier,
      let table = whole.tables.first(where: { StatementCompletion.isCalled($0, qualifier) })
    {
      return vocabulary.columns(of: table)
    }
    return vocabulary.tables(in: qualifier).map { Candidate(text: $0, detail: "table") }
  }

  private var isTablePlaceBeforeQualifier: Bool {
    ["FROM", "JOIN", "DESCRIBE"].contains(item(back: 3)?.word)
  }

  private var tables: [Candidate] {
    whole.commonTables.map { Candidate(text: $0) }
      + vocabulary.tables(in: nil).map { Candidate(text: $0, detail: "table") }
      + vocabulary.databases().map { Candidate(text: $0 + ".", detail: "database") }
      .filter { !SyntaxWords.needsQuotes(String($0.text.dropLast())) }
  }

  /// Whether values stand here, and not only words of the grammar.
  private var isExpressionPlace: Bool {
    switch before.clause(before: count) {
    case "SELECT", "ON", "WHERE", "GROUP", "HAVING", "ORDER", "QUALIFY", "VALUES": true
    // Within parentheses without a clause: the arguments of a call.
    case nil: count > 0
    default: false
    }
  }

  // MARK: Keywords

  private func keywords(_ prefix: String) -> [Candidate] {
    // As the user writes them: `se` becomes `select`.
    let sample = prefix.isEmpty ? before.items.first?.text ?? "" : prefix
    let isLower = sample == sample.lowercased() && !sample.isEmpty
    let all = prefix.isEmpty ? followers : followers + SyntaxWords.keywords
    return all.filter { StatementCompletion.matches($0, prefix) }
      .map { Candidate(text: isLower ? $0.lowercased() : $0) }
  }

  /// The words that are likely here.
  private var followers: [String] {
    guard let previous = item(back: 1) else {
      return ["SELECT", "WITH", "SHOW", "DESCRIBE", "EXPLAIN", "VALUES", "PREPARE", "EXECUTE"]
    }
    switch previous.word {
    case "SHOW":
      return ["TABLES", "DATABASES", "COLUMNS FROM", "PARTITIONS", "FUNCTIONS", "SCHEMAS"]
    case "EXPLAIN": return ["ANALYZE", "SELECT", "(FORMAT JSON)"]
    case "GROUP", "ORDER": return ["BY"]
    case "ANALYZE": return ["SELECT"]
    case "LEFT", "RIGHT", "FULL", "INNER", "CROSS": return ["JOIN"]
    default: break
    }
    switch before.clause(before: count) {
    case "FROM", "JOIN":
      return [
        "WHERE", "GROUP BY", "ORDER BY", "LIMIT", "JOIN", "LEFT JOIN", "CROSS JOIN", "ON", "AS",
      ]
    case "ON": return ["AND", "OR", "WHERE", "GROUP BY", "ORDER BY", "JOIN", "LEFT JOIN"]
    case "WHERE":
      return [
        "AND", "OR", "NOT", "IN", "BETWEEN", "IS NULL", "IS NOT NULL", "LIKE", "GROUP BY",
        "ORDER BY", "LIMIT",
      ]
    case "GROUP": return ["HAVING", "ORDER BY", "LIMIT"]
    case "HAVING": return ["AND", "OR", "ORDER BY", "LIMIT"]
    case "ORDER": return ["ASC", "DESC", "NULLS FIRST", "NULLS LAST", "LIMIT"]
    case "SELECT": return ["FROM", "AS", "DISTINCT", "CASE", "CAST(", "OVER ("]
    default: return []
    }
  }

  /// The signatures of the function whose arguments are being typed; at most two.
  static func signatures(_ buffer: LineBuffer) -> [String] {
    let typed = buffer.beforeCursor
    let tokens = StatementTokens(typed).statement(at: typed.utf8.count)
    if tokens.items.last?.kind == .unclosed { return [] }
    guard let name = tokens.call(before: tokens.items.count),
      let function = functions[name]
    else { return [] }
    return Array(function.signatures.prefix(2))
  }

  private static let functions = Dictionary(
    FunctionSummary.all.map { ($0.name, $0) },
    uniquingKeysWith: { first, _ in first }
  )
}
