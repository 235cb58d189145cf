import ColumnFormat
import SQL

#if canImport(Glibc)
  import Glibc
#endif

/// Runs statements one after the other and prints their results in one form.
final class QuerySession {
  private let engine: QueryEngine
  private let parameters: [String]
  private let file: OutputFile
  private let format: ResultFormat
  private let options: ResultOptions
  private let showsStatistics: Bool
  private let global: GlobalOptions

  init(_ command: SQLCommand) throws {
    engine = command.engine
    parameters = command.parameters
    global = command.global
    file = try command.output.map { try OutputFile(path: $0) } ?? OutputFile()
    format =
      command.format
      ?? (command.global.json ? .json : file.isTerminal ? .table : .csv)
    showsStatistics = command.stats
    var options = ResultOptions()
    options.nullText = command.null
    options.showsHeader = !command.noHeader
    if file.isTerminal {
      options.width = QuerySession.terminalWidth
      options.rowCountMax = 40
    }
    self.options = options
  }

  private static var terminalWidth: Int? {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// Runs all statements of a script; the first error ends it.
  func run(script text: String) throws {
    for statement in Script(text).statements {
      do {
        try run(statement.text)
      } catch var error as SQLError {
        // The place within the whole script, so that its line number is the file's.
        error.range = error.range.map {
          SourceRange($0.start + statement.byteOffset, $0.end + statement.byteOffset)
        }
        throw Failure(error, query: text)
      }
    }
  }

  private func run(_ sql: String) throws {
    // A statement without columns, like PREPARE, has nothing to show.
    var writer: (any ResultWriter)?
    let statistics = try engine.run(
      sql,
      parameters: parameters,
      begin: { columns in
        if columns.isEmpty { return }
        writer = try options.writer(format, to: file)
        try writer?.begin(columns)
      },
      receive: { try writer?.write($0) }
    )
    try writer?.finish()
    if Interruption.isRequested { throw Failure.interrupted }
    if showsStatistics {
      StandardError.note(
        global.json ? StatisticsText.json(statistics) : StatisticsText.lines(statistics)
      )
    } else if format == .table && !global.quiet && writer != nil {
      StandardError.note(StatisticsText.summary(statistics))
    }
  }

  func finish() throws {}
}
