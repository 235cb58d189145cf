import Catalog
import SQL

#if canImport(Glibc)
  import Glibc
#endif

/// Runs the shell's commands, and statements between them.
final class CommandRunner {
  let session: QuerySession
  /// What `\watch`, `\p` and `\e` mean.
  private(set) var lastStatement = ""
  private var lastHasRun = false
  /// A text that the next line begins with, from `\e`.
  var nextText = ""
  /// What `\s` prints.
  var history: () -> [String] = { [] }
  /// Does something for which the terminal is as it was before the shell.
  var lendTerminal: (() throws -> Void) throws -> Void = { try $0() }
  private var inputDepth = 0

  init(_ session: QuerySession) { self.session = session }

  // MARK: Statements

  func run(script text: String, within whole: (text: String, byteOffset: Int)? = nil) throws {
    if let last = Script(text).statements.last { lastStatement = last.text }
    lastHasRun = false
    try session.run(script: text, within: whole)
    lastHasRun = true
  }

  /// Runs a line that begins with a backslash.
  ///
  /// - Returns: False when it asks to leave.
  func run(line: String) throws -> Bool {
    guard let command = try ShellCommand(line) else { return true }
    return try run(command)
  }

  // MARK: Commands

  private func run(_ command: ShellCommand) throws -> Bool {
    let argument = command.argument
    switch command.kind {
    case .quit: return false
    case .help: try StandardOutput.write(CommandRunner.helpText)
    case .describe: try describe(argument)
    case .tables: try listTables(like: argument)
    case .functions: try show("SHOW FUNCTIONS", like: argument)
    case .databases: try session.show("SHOW DATABASES")
    case .versions: try versions(argument)
    case .connect: try connect(argument)
    case .format, .x, .chart, .rows, .pager, .timing, .stats: try set(command)
    case .output: try redirect(argument)
    case .input: return try runFile(argument)
    case .watch: try watch(argument)
    case .print: try StandardOutput.write(lastStatement + "\n")
    case .edit: try lendTerminal { nextText = try ExternalEditor.edit(lastStatement) }
    case .history: try StandardOutput.write(history().map { $0 + "\n" }.joined())
    case .shell:
      if argument.isEmpty { throw Failure.usage("\\! needs a command") }
      try lendTerminal { _ = system(argument) }
    case .folder: try changeFolder(argument)
    case .echo: try StandardOutput.write(argument + "\n")
    case .again, .againVertical:
      guard !lastStatement.isEmpty else { throw Failure.usage("\\g: no statement has run yet") }
      try run(script: lastStatement + (command.kind == .again ? ";" : "\\G"))
    }
    return true
  }

  static var helpText: String {
    var lines = TextColumns()
    for kind in ShellCommand.Kind.allCases {
      let synopsis = kind.synopsis.isEmpty ? "" : " " + kind.synopsis
      lines.append(["\\" + kind.rawValue + synopsis, kind.help])
    }
    return lines.text()
      + "\nA statement ends with ; or with \\G, which prints one line for each value.\n"
      + "Tab completes, Ctrl-R searches what was typed before, Alt-Enter begins a line,\n"
      + "Ctrl-C gives up the line or cancels the running statement, Ctrl-D leaves.\n"
  }

  private static func literal(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
  }

  private func show(_ statement: String, like pattern: String) throws {
    // `*` and `?` as in a shell; % and _ as in SQL.
    let like = pattern.map { $0 == "*" ? "%" : $0 == "?" ? "_" : String($0) }.joined()
    try session.show(
      pattern.isEmpty ? statement : "\(statement) LIKE \(CommandRunner.literal(like))"
    )
  }

  // MARK: Catalog

  private var catalog: TableCatalog? {
    get throws {
      try session.engine.options.lakeFolder.map { folder throws(CatalogError) in
        try TableCatalog(lake: folder)
      }
    }
  }

  private func describe(_ name: String) throws {
    if name.isEmpty { return try listTables() }
    let isFile = name.hasPrefix("'") || name.contains("/")
    let table = isFile && !name.hasPrefix("'") ? CommandRunner.literal(name) : try fullName(name)
    try session.show("DESCRIBE " + table)
    if isFile { return }
    guard let catalog = try catalog,
      let snapshot = try? TableArgument(named: name).snapshot(in: catalog)
    else { return }
    let description = snapshot.description
    let versions = try catalog.versions(of: description.name).count
    StandardError.note(
      "\(description.name): \(description.format.name) in \(description.location), "
        + Quantity.count(snapshot.partitionCount, "partition") + ", "
        + "schema version \(description.version) of \(versions); \\dv shows what changed"
    )
  }

  /// The name with its database, where the catalog has the table in another one only.
  private func fullName(_ name: String) throws -> String {
    if name.contains(".") || name.contains("'") || name.contains("\"") { return name }
    guard let catalog = try catalog else { return name }
    let current = TableName(database: session.engine.options.database, table: name)
    if try catalog.tables(in: current.database).contains(current) { return name }
    let other = try TableArgument(named: name).name(in: catalog)
    return other.database == "default" ? name : "\(other.database).\(other.table)"
  }

  /// All tables with their sizes, or those whose name a pattern fits.
  private func listTables(like pattern: String = "") throws {
    guard let catalog = try catalog, session.engine.options.dataFolder == nil else {
      return try show("SHOW TABLES", like: pattern)
    }
    var lines = TextColumns(
      ["table", "columns", "partitions", "rows", "bytes", "version"],
      rightAligned: [1, 2, 3, 4, 5]
    )
    var count = 0
    for database in try catalog.databases() {
      for name in try catalog.tables(in: database) {
        guard pattern.isEmpty || CommandRunner.fits("\(name)", name.table, pattern),
          let table = try? catalog.snapshot(of: name)
        else { continue }
        let facts = table.description.parameters
        lines.append([
          "\(name)",
          "\(table.description.columns.count + table.description.partitionKeys.count)",
          Quantity.grouped(table.partitionCount),
          facts["recordCount"].flatMap { Int($0) }.map(Quantity.grouped) ?? "",
          facts["sizeKey"].flatMap { Int($0) }.map(Quantity.bytes) ?? "",
          "\(table.description.version)",
        ])
        count += 1
      }
    }
    if count == 0 && !pattern.isEmpty {
      StandardError.note("no table is like '\(pattern)'")
      return
    }
    if count == 0 {
      StandardError.note(
        "there are no tables in \(catalog.folder); `lake crawl` finds them, "
          + "and FROM 'file.csv' reads files without any"
      )
      return
    }
    try StandardOutput.write(lines.text())
  }

  /// Whether the full name or the table's alone fits a pattern with `*` and `?`.
  private static func fits(_ full: String, _ table: String, _ pattern: String) -> Bool {
    [full, table].contains { (name: String) in fnmatch(pattern.lowercased(), name, 0) == 0 }
  }

  private func versions(_ name: String) throws {
    guard !name.isEmpty, let catalog = try catalog else {
      throw Failure.usage("\\dv needs a table")
    }
    let snapshot = try TableArgument(named: name).snapshot(in: catalog)
    var text = ""
    for version in try catalog.versions(of: snapshot.description.name) {
      text += "version \(version.number)  \(version.created)  "
      text += Quantity.count(version.columns.count, "column") + "\n"
      if version.number == 1 { continue }
      text += version.changes.map { "  " + CatalogText.line($0) + "\n" }.joined()
    }
    try StandardOutput.write(text)
  }

  private func connect(_ name: String) throws {
    guard !name.isEmpty else {
      StandardError.note(
        "the lake is \(session.global.lakeFolder); "
          + "names are looked up in '\(session.engine.options.database)'"
      )
      return
    }
    try session.use(name)
    StandardError.note("names are looked up in '\(name.lowercased())'")
  }

  // MARK: Settings

  private func set(_ command: ShellCommand) throws {
    let argument = command.argument.lowercased()
    func toggled(_ current: Bool) throws -> Bool {
      switch argument {
      case "": return !current
      case "on": return true
      case "off": return false
      default: throw Failure.usage("\\\(command.kind.rawValue) is on or off, not '\(argument)'")
      }
    }
    switch command.kind {
    case .format:
      if argument.isEmpty {
        StandardError.note("format is \(session.settings.format?.rawValue ?? "auto")")
        return
      }
      let format = ResultFormat(rawValue: argument)
      if format == nil && argument != "auto" {
        throw Failure.usage(
          "there is no format '\(argument)'",
          help: "the formats are "
            + ResultFormat.allCases.map(\.rawValue).joined(separator: ", ")
        )
      }
      session.settings.format = format
    case .chart: try setChart(argument)
    case .rows:
      if argument == "all" {
        session.settings.rowCountMax = .max
      } else if argument.isEmpty {
        session.settings.rowCountMax = nil
      } else if let count = Int(argument), count > 0 {
        session.settings.rowCountMax = count
      } else {
        throw Failure.usage("\\rows takes a number of rows, or all, not '\(argument)'")
      }
    case .x: session.settings.isVertical = try toggled(session.settings.isVertical)
    case .pager: session.settings.usesPager = try toggled(session.settings.usesPager)
    case .timing: session.settings.showsTime = try toggled(session.settings.showsTime ?? false)
    case .stats:
      session.settings.showsStatistics = try toggled(session.settings.showsStatistics)
    default: break
    }
    tell(command.kind)
  }

  private func setChart(_ argument: String) throws {
    if argument == "off" {
      session.settings.format = nil
      return
    }
    guard let kind = argument.isEmpty ? .auto : ChartKind(rawValue: argument) else {
      throw Failure.usage(
        "there is no chart '\(argument)'",
        help: "the charts are "
          + ChartKind.allCases.map(\.rawValue).joined(separator: ", ") + "; off ends them"
      )
    }
    session.settings.format = .chart
    session.settings.chart = kind
    // What was just seen as a table is what one wants to see drawn.
    if lastHasRun && !lastStatement.isEmpty { try session.run(script: lastStatement) }
  }

  private func tell(_ kind: ShellCommand.Kind) {
    func word(_ isOn: Bool) -> String { isOn ? "on" : "off" }
    let settings = session.settings
    switch kind {
    case .format: StandardError.note("format is \(settings.format?.rawValue ?? "auto")")
    case .x: StandardError.note("one line for each value is \(word(settings.isVertical))")
    case .pager: StandardError.note("the pager is \(word(settings.usesPager))")
    case .timing: StandardError.note("timing is \(word(settings.showsTime ?? false))")
    case .stats: StandardError.note("statistics are \(word(settings.showsStatistics))")
    case .rows:
      let count = settings.rowCountMax.map { $0 == .max ? "all" : "\($0)" }
      StandardError.note("rows shown: \(count ?? "as many as fit")")
    default: break
    }
  }

  // MARK: Files and time

  private func redirect(_ path: String) throws {
    try session.redirect(to: path.isEmpty ? nil : FilePaths.unquoted(path))
    StandardError.note(path.isEmpty ? "results go to the screen" : "results go to \(path)")
  }

  private func changeFolder(_ path: String) throws {
    let folder = path.isEmpty ? "~/" : path
    guard chdir(FilePaths.unquoted(folder == "~" ? "~/" : folder)) == 0 else {
      throw Failure(
        message: "cannot go to '\(folder)': \(String(cString: strerror(errno)).lowercased())"
      )
    }
  }

  private func runFile(_ path: String) throws -> Bool {
    guard !path.isEmpty else { throw Failure.usage("\\i needs a file") }
    guard inputDepth < 20 else { throw Failure.usage("\\i: the file runs itself") }
    inputDepth += 1
    defer { inputDepth -= 1 }
    let text = try TextFile.read(FilePaths.unquoted(path))
    return try run(lines: text)
  }

  /// Runs a whole script, commands among its statements.
  ///
  /// - Returns: False when it asks to leave.
  func run(lines text: String) throws -> Bool {
    var feed = StatementFeed(self)
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if try !feed.take(String(line)) { return false }
    }
    try feed.finish()
    return true
  }

  private func watch(_ argument: String) throws {
    guard let seconds = argument.isEmpty ? 2 : Double(argument), seconds >= 0.1 else {
      throw Failure.usage("\\watch takes seconds, at least 0.1, not '\(argument)'")
    }
    guard !lastStatement.isEmpty else { throw Failure.usage("\\watch: no statement has run yet") }
    StandardError.note("every \(argument.isEmpty ? "2" : argument) s, until Ctrl-C")
    while !Interruption.isRequested {
      try session.run(script: lastStatement)
      let watch = Stopwatch()
      while watch.seconds < seconds && !Interruption.isRequested { usleep(20_000) }
    }
  }
}

extension FilePaths {
  /// A path without quotes around it and with the home folder for `~`.
  static func unquoted(_ path: String) -> String {
    var path = path
    if path.count > 1, let quote = path.first, quote == "'" || quote == "\"", path.last == quote {
      path = String(path.dropFirst().dropLast())
    }
    if path.hasPrefix("~/"), let home = GlobalOptions.environment("HOME") {
      path = home + path.dropFirst()
    }
    return path
  }
}
