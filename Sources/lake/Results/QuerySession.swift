import Catalog
import ColumnFormat
import SQL

#if canImport(Glibc)
  import Glibc
#endif

/// Runs statements one after the other and prints their results in one form.
final class QuerySession {
  /// What may be changed between statements.
  struct Settings {
    /// Nil is `table` on a terminal and `csv` elsewhere.
    var format: ResultFormat?
    var chart = ChartKind.auto
    /// One line for each value instead of rows.
    var isVertical = false
    /// Rows of a table that are shown; nil for as many as the screen has room for.
    var rowCountMax: Int?
    var usesPager = false
    /// Whether a line says how long a statement took; nil for where there is a table.
    var showsTime: Bool?
    var showsStatistics = false
    var nullText: String?
    var showsHeader = true
  }

  var settings = Settings()
  private(set) var engine: QueryEngine
  let global: GlobalOptions
  private let parameters: [String]
  private(set) var file: OutputFile
  private let progress = QueryProgress()
  private let history: QueryHistory

  init(_ command: SQLCommand) throws {
    engine = QueryEngine(command.queryOptions(progress: progress))
    parameters = command.parameters
    global = command.global
    history = QueryHistory(lake: command.global.lakeFolder)
    file = try command.output.map { try OutputFile(path: $0) } ?? OutputFile()
    settings.format = command.format ?? (command.global.json ? .json : nil)
    settings.chart = command.chart ?? .auto
    settings.showsStatistics = command.stats
    settings.nullText = command.null
    settings.showsHeader = !command.noHeader
  }

  /// Looks names up in another database from now on.
  ///
  /// - Throws: A failure where there is no such database.
  func use(_ name: String) throws {
    let known =
      try engine.options.lakeFolder.map { folder throws(CatalogError) in
        try TableCatalog(lake: folder).databases()
      } ?? []
    guard known.contains(name.lowercased()) || name == "default" else {
      throw Failure(
        code: "SCHEMA_NOT_FOUND",
        message: "schema '\(name)' does not exist",
        help: known.isEmpty
          ? "\\l lists the databases" : "there are: \(known.joined(separator: ", "))"
      )
    }
    var options = engine.options
    options.database = name.lowercased()
    engine = QueryEngine(options)
  }

  /// Writes results to another place from now on; what is written so far is complete.
  func redirect(to path: String?) throws {
    try file.commit()
    file = try path.map { try OutputFile(path: $0) } ?? OutputFile()
  }

  /// Where results go is complete.
  func finish() throws { try file.commit() }

  // MARK: Running

  /// Runs all statements of a script; the first error ends it.
  ///
  /// - Parameters:
  ///   - text: The statements.
  ///   - whole: The text that `text` is a part of, and where it begins in it, for the lines of errors.
  /// - Throws: The first failure, with its line.
  func run(script text: String, within whole: (text: String, byteOffset: Int)? = nil) throws {
    for statement in Script(text).statements { try run(statement, of: text, within: whole) }
  }

  /// Runs one statement of a script; see ``run(script:within:)``.
  func run(
    _ statement: Script.Statement,
    of text: String,
    within whole: (text: String, byteOffset: Int)? = nil
  ) throws {
    // As Trino has it; Athena's API has a parameter for it.
    if let database = OtherShells.usedDatabase(statement.text) { return try use(database) }
    do {
      try run(statement.text, isVertical: statement.isVertical || settings.isVertical)
    } catch var error as SQLError {
      let offset = statement.byteOffset + (whole?.byteOffset ?? 0)
      error.range = error.range.map { SourceRange($0.start + offset, $0.end + offset) }
      if error.code == .syntaxError || error.code == .notSupported && error.help == nil,
        let hint = OtherShells.hint(forStatement: statement.text)
      {
        error.help = hint
      }
      throw Failure(error, query: whole?.text ?? text)
    }
  }

  /// Runs a statement of the shell's own, which is always shown as rows.
  func show(_ sql: String) throws {
    let kept = settings
    defer { settings = kept }
    settings.isVertical = false
    if settings.format == .chart || settings.format == .vertical { settings.format = nil }
    try run(script: sql)
  }

  /// Runs a statement and notes it in the lake's history, also where it fails.
  private func run(_ sql: String, isVertical: Bool) throws {
    var entry = QueryHistory.Entry(query: sql)
    do {
      let statistics = try answer(sql, isVertical: isVertical)
      entry.finish(statistics)
      history.append(entry)
    } catch {
      entry.fail(error, isCancelled: Interruption.isRequested)
      history.append(entry)
      throw error
    }
  }

  private func answer(_ sql: String, isVertical: Bool) throws -> QueryStatistics {
    let isTerminal = file.isTerminal
    let format = isVertical ? .vertical : settings.format ?? (isTerminal ? .table : .csv)
    let target = isTerminal && settings.usesPager ? OutputFile(pager: pager()) : file
    let options = resultOptions(isTerminal: isTerminal)
    let line = QueryProgressLine(progress, isShown: global.showsProgress)
    defer { line.finish() }
    // A statement without columns, like PREPARE, has nothing to show.
    var writer: (any ResultWriter)?
    let statistics = try engine.run(
      sql,
      parameters: parameters,
      begin: { columns in
        if columns.isEmpty { return }
        writer =
          format == .athenaCSV ? AthenaTextWriter(target, statement: sql) : nil
        writer = try writer ?? options.writer(format, to: target)
        // These print from the first row on.
        if isTerminal && format.isStreaming { line.finish() }
        try writer?.begin(columns)
      },
      receive: { try writer?.write($0) }
    )
    line.finish()
    if Interruption.isRequested { throw Failure.interrupted }
    try writer?.finish()
    if target !== file { try target.commit() }
    tell(statistics, isTable: (format == .table || format == .chart) && writer != nil)
    return statistics
  }

  private func tell(_ statistics: QueryStatistics, isTable: Bool) {
    if settings.showsStatistics {
      StandardError.note(
        global.json ? StatisticsText.json(statistics) : StatisticsText.lines(statistics)
      )
    } else if settings.showsTime ?? (isTable && !global.quiet) {
      StandardError.note(StatisticsText.summary(statistics))
    }
  }

  private func pager() -> Pager { Pager(lineCountMax: Terminal.size(STDOUT_FILENO).height - 1) }

  private func resultOptions(isTerminal: Bool) -> ResultOptions {
    var options = ResultOptions()
    options.nullText = settings.nullText
    options.showsHeader = settings.showsHeader
    options.usesColor = global.usesColor(on: STDOUT_FILENO) && file.path == nil
    options.chart.kind = settings.chart
    options.chart.usesColor = options.usesColor
    options.chart.usesUnicode = ChartOptions.showsUnicode
    options.rowCountMax = settings.rowCountMax == .max ? nil : settings.rowCountMax
    if isTerminal {
      let size = Terminal.size(STDOUT_FILENO)
      // A pager moves sideways and down.
      options.width = settings.usesPager ? nil : size.width
      options.chart.width = size.width
      options.chart.height = max(6, size.height - 4)
      if settings.rowCountMax == nil && !settings.usesPager {
        // Frame, names, summary and the next prompt take nine lines.
        options.rowCountMax = max(10, min(40, size.height - 9))
      }
    } else if let columns = GlobalOptions.environment("COLUMNS").flatMap({ Int($0) }), columns > 9 {
      options.chart.width = columns
    }
    return options
  }
}

extension ResultFormat {
  /// Whether rows are printed as they come, and not when all are known.
  fileprivate var isStreaming: Bool {
    switch self {
    case .table, .markdown, .chart, .parquet, .none: false
    case .csv, .tsv, .json, .ndjson, .vertical, .athenaCSV: true
    }
  }
}
