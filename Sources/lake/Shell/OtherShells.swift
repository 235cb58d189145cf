/// What users of `psql`, `duckdb`, `sqlite3`, `mysql` and `clickhouse-local` type out of habit: the
/// command that does it here, or a sentence that says what does.
enum OtherShells {
  /// The line as lake's own shell has it: `.mode csv` is `\format csv`; nil where it is none of theirs.
  static func translated(_ line: String) -> String? {
    guard line.hasPrefix("."), line.dropFirst().first?.isLetter == true else { return nil }
    let word = line.dropFirst().prefix { !$0.isWhitespace && $0 != ";" }
    let rest = String(line.dropFirst(word.count + 1))
    let name = String(word).lowercased()
    return "\\" + (dotCommands[name] ?? "." + name) + rest
  }

  /// The names of backslash commands that mean one of lake's.
  static let names = [
    "h": "?", "help": "?", "quit": "q", "exit": "q", "u": "c", "use": "c", "connect": "c",
    "history": "s", "dn": "l", "list": "l", "conninfo": "c", "include": "i", "out": "o",
    "edit": "e", "print": "p", "describe": "d", "show": "dt",
  ]

  /// Commands of `duckdb` and `sqlite3`, with the names of lake's.
  private static let dotCommands = [
    "tables": "dt", "schema": "d", "databases": "l", "mode": "format", "timer": "timing",
    "help": "?", "exit": "q", "quit": "q", "read": "i", "output": "o", "once": "o",
    "maxrows": "rows", "shell": "!", "system": "!", "cd": "cd", "print": "echo", "edit": "e",
    "fullschema": "d", "pager": "pager", "stats": "stats",
  ]

  /// How to go on after a command that lake does not have.
  static func hint(for name: String) -> String? {
    switch name {
    case "copy": "\\o FILE, then the query, writes its rows; `lake ingest FILE` loads a file"
    case "pset", "a", "t", "H", "C", "f", ".headers", ".separator", ".nullvalue", ".width":
      "\\format says how results are printed; `lake sql --null` and `--no-header` the rest"
    case "set", "unset", "prompt", ".parameter": "? in a query is a parameter: lake sql --param 7"
    case "du", "dg", "dp", "z", "password": "a lake has no users: who may read its files may query"
    case "di", "ds", "dT", "do", ".indexes", ".indices":
      "\\d TABLE shows all that a table has, \\df the functions"
    case "r", "reset": "Ctrl-C gives a statement up"
    case "w": "\\p prints the last statement, \\e edits it"
    case ".open", ".load", ".attach": "lake sql --lake DIR opens a lake, FROM 'path' reads files"
    case ".import": "FROM 'path' reads a file; `lake ingest --table DB.TABLE FILE` loads one"
    case ".dump", ".backup", ".save", ".clone":
      "a lake is a folder: `cp -r` copies it, `lake catalog export` its tables' descriptions"
    case "sv", "sf": "SHOW CREATE VIEW name; SHOW FUNCTIONS LIKE 'name'"
    default: nil
    }
  }

  // MARK: Statements

  /// How to go on after a statement whose grammar is another system's.
  static func hint(forStatement text: String) -> String? {
    let words = text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map { $0.uppercased() }
    guard let first = words.first else { return nil }
    if let hint = hint(forFirst: first, words.dropFirst().first) { return hint }
    // Not `WITH (format = 'PARQUET')`.
    let spaced = text.split { $0.isWhitespace || $0 == ";" }
    if spaced.count >= 2, spaced[spaced.count - 2].uppercased() == "FORMAT",
      let format = spaced.last, format.allSatisfy(\.isLetter)
    {
      return "\\format \(format.lowercased()), or `lake sql --format`, prints results so"
    }
    if words.contains("OUTFILE") {
      return "\\o FILE, or `lake sql -o FILE`, writes results to a file"
    }
    return nil
  }

  private static func hint(forFirst word: String, _ second: String?) -> String? {
    switch word {
    case "PRAGMA": "DESCRIBE t lists columns, \\? the settings; there is no PRAGMA"
    case "SUMMARIZE": "\\d TABLE lists columns; `lake inspect FILE` shows a file's statistics"
    case "COPY":
      "UNLOAD (query) TO 'folder' WITH (format = 'PARQUET'), or \\o FILE before the query"
    case "ATTACH", "DETACH": "FROM 'path' reads files without it; lake sql --lake DIR opens a lake"
    case "INSTALL", "LOAD": "everything is built in: `lake --version` lists it"
    case "SET", "RESET":
      "settings are the shell's, as \\timing and \\format, or options of lake sql"
    case "BEGIN", "COMMIT", "ROLLBACK", "START", "END":
      "there are no transactions: each statement is complete or leaves nothing"
    case "VACUUM", "OPTIMIZE", "CHECKPOINT": "`lake health` says what a table's files need"
    case "FROM": "write SELECT * FROM …"
    case "UPSERT", "REPLACE": "INSERT INTO adds rows; `lake backfill --replace` replaces partitions"
    case "CLEAR", "CLS": "Ctrl-L clears the screen"
    case "LS", "PWD", "CAT", "CD": "\\! runs a command of the system, \\cd changes the folder"
    case "SHOW" where second == "ALL": "SHOW TABLES, SHOW DATABASES, or \\dt for all of them"
    default: nil
    }
  }

  /// The database of `USE name`; nil for every other statement.
  static func usedDatabase(_ statement: String) -> String? {
    let words = statement.split(whereSeparator: \.isWhitespace)
    guard words.count == 2, words[0].uppercased() == "USE" else { return nil }
    let quotes: Set<Character> = ["\"", "`"]
    return String(words[1].drop { quotes.contains($0) }.prefix { !quotes.contains($0) })
  }
}
