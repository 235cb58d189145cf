/// A command of the shell itself: a backslash, a name, and the rest of the line.
struct ShellCommand: Equatable {
  /// What an argument may be, for completion.
  enum Argument: Equatable {
    case none, text, table, database, file
    case words([String])
  }

  enum Kind: String, CaseIterable {
    case describe = "d"
    case tables = "dt"
    case versions = "dv"
    case functions = "df"
    case databases = "l"
    case connect = "c"
    case format, x, chart, rows, pager, timing, stats
    case output = "o"
    case input = "i"
    case watch
    case edit = "e"
    case print = "p"
    case history = "s"
    case shell = "!"
    case folder = "cd"
    case echo
    case again = "g"
    case againVertical = "gx"
    case help = "?"
    case quit = "q"
  }

  var kind: Kind
  /// What follows the name, without blanks around it.
  var argument: String

  /// Whether a line is a command and not the beginning of a statement.
  static func begins(_ line: String) -> Bool {
    let line = trimmed(line)
    return line.hasPrefix("\\") || OtherShells.translated(line) != nil
  }

  /// The command that a line is; nil where it begins with no backslash and no other shell's dot.
  ///
  /// - Throws: A failure with the nearest name where there is no such command.
  init?(_ line: String) throws {
    let typed = ShellCommand.trimmed(line)
    let line = OtherShells.translated(typed) ?? typed
    guard line.hasPrefix("\\") else { return nil }
    let rest = line.dropFirst()
    var name = String(rest.prefix { !$0.isWhitespace })
    // As psql has it, `\!ls` and `\?` need no space.
    if name.hasPrefix("!") { name = "!" }
    var argument = ShellCommand.trimmed(String(rest.dropFirst(name.count)))
    if argument.hasSuffix(";") { argument = ShellCommand.trimmed(String(argument.dropLast())) }
    if name.hasSuffix(";") { name = String(name.dropLast()) }
    // psql's `\d+` says more; here everything is said at once.
    if name.count > 1, name.hasSuffix("+") { name.removeLast() }
    guard let kind = Kind(rawValue: OtherShells.names[name] ?? name) else {
      throw Failure(
        code: "UNKNOWN_COMMAND",
        message: "the shell has no command '\(name.hasPrefix(".") ? "" : "\\")\(name)'",
        help: OtherShells.hint(for: name) ?? "\\? lists the commands"
      )
    }
    self.kind = kind
    self.argument = argument
  }

  private static func trimmed(_ text: String) -> String {
    var part = text[...]
    while part.first?.isWhitespace == true { part.removeFirst() }
    while part.last?.isWhitespace == true { part.removeLast() }
    return String(part)
  }
}

extension ShellCommand.Kind {
  /// What the command takes.
  var argument: ShellCommand.Argument {
    switch self {
    case .describe, .versions: .table
    case .tables, .functions, .watch, .shell, .echo: .text
    case .connect: .database
    case .output, .input, .folder: .file
    case .format: .words(ResultFormat.allCases.map(\.rawValue))
    case .chart: .words(["off"] + ChartKind.allCases.map(\.rawValue))
    case .timing, .stats, .x, .pager: .words(["on", "off"])
    case .rows: .words(["all"])
    case .databases, .edit, .print, .history, .help, .quit, .again, .againVertical: .none
    }
  }

  /// The argument as the help shows it.
  var synopsis: String {
    switch self {
    case .describe: "[TABLE | 'FILE']"
    case .tables, .functions: "[PATTERN]"
    case .versions: "TABLE"
    case .connect: "[DATABASE]"
    case .format: "[FORMAT]"
    case .chart: "[KIND | off]"
    case .rows: "[N | all]"
    case .timing, .stats, .x, .pager: "[on | off]"
    case .output: "[FILE]"
    case .input: "FILE"
    case .watch: "[SECONDS]"
    case .shell: "COMMAND"
    case .folder: "DIR"
    case .echo: "TEXT"
    case .databases, .edit, .print, .history, .help, .quit, .again, .againVertical: ""
    }
  }

  /// One line.
  var help: String {
    switch self {
    case .describe: "the tables; or columns, partitions and place of one"
    case .tables: "the tables, or those like a pattern: \\dt shop.*"
    case .versions: "the schema versions of a table, and what changed"
    case .functions: "the functions, or those like a pattern"
    case .databases: "the databases"
    case .connect: "look names up in another database; or say in which one"
    case .format: "how results are printed"
    case .x: "one line for each value instead of rows"
    case .chart: "draw results as bars, a line or a sparkline"
    case .rows: "how many rows of a table are shown; the middle is left out"
    case .pager: "show results longer than the screen in $PAGER"
    case .timing: "say how long each statement took"
    case .stats: "say what each statement read"
    case .output: "write results to a file, or to the screen again"
    case .input: "run the statements of a file"
    case .watch: "run the last statement again and again, until Ctrl-C"
    case .edit: "write the statement in $EDITOR"
    case .print: "print the last statement"
    case .history: "what was typed before"
    case .shell: "run a command of the system"
    case .folder: "change the folder that paths are relative to"
    case .echo: "print a text among the results"
    case .again: "run the last statement again; at its end, the same as ;"
    case .againVertical: "the same with a line for each value, as \\G"
    case .help: "this list"
    case .quit: "leave; Ctrl-D does as well"
    }
  }
}
