import ColumnFormat
import SQL

#if canImport(Glibc)
  import Glibc
#endif

/// `lake sql` without a query: statements and commands until the user leaves.
///
/// On a terminal lines are edited; on one without a cursor (`TERM=dumb`) they are read as they come,
/// behind a prompt; from a pipe without one.
struct Shell {
  private let runner: CommandRunner
  private let session: QuerySession

  init(_ session: QuerySession) {
    self.session = session
    runner = CommandRunner(session)
  }

  func run() throws {
    if isatty(STDIN_FILENO) == 0 { return try runPiped() }
    if !session.global.quiet {
      StandardError.note(
        "lake \(BuildFeatures.version): end statements with ; \\? lists commands, \\q leaves"
      )
    }
    if let terminal = Terminal() { runEdited(terminal) } else { runPlain() }
    try session.finish()
  }

  // MARK: Edited lines

  private func runEdited(_ terminal: Terminal) {
    let colours = SyntaxColours(isOn: session.global.usesColor(on: STDERR_FILENO))
    let reader = LineReader(
      terminal,
      history: History(path: History.standardPath),
      colours: colours
    )
    runner.history = { reader.editor.history.entries }
    runner.lendTerminal = { body in try terminal.lend(body) }
    defer { terminal.restore() }
    let vocabulary = ShellVocabulary(session)
    while true {
      let initial = runner.nextText
      runner.nextText = ""
      switch reader.read(prompt: prompt, initial: initial, vocabulary) {
      case .end: return
      case .interrupted: continue
      case .text(let text):
        reader.editor.history.add(text)
        vocabulary.forget()
        if !answer(text) { return }
      }
    }
  }

  /// Names the database where it is not the usual one.
  private var prompt: String {
    let database = session.engine.options.database
    return database == "default" ? EditorFrame.prompt : "lake:\(database)> "
  }

  /// Runs a text; an error is told, and the shell goes on.
  ///
  /// - Returns: False when it asks to leave.
  private func answer(_ text: String) -> Bool {
    defer {
      Interruption.reset()
      // Who waits for the next statement needs no memory of the last one.
      MemoryBlock.releaseIdleMemory()
    }
    do {
      let word = text.split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased()
      if ShellWords.leaving.contains(word) { return false }
      if ShellWords.helping.contains(word) { return try runner.run(line: "\\?") }
      if ShellCommand.begins(text) { return try runner.run(line: text) }
      try runner.run(script: text)
    } catch is Failure.ClosedPipe {
      // A pager that was left early.
    } catch let failure as Failure where failure.exit == .interrupted {
      // Over the `^C` that the terminal shows.
      StandardError.write("\r\u{1B}[Kcancelled\n")
    } catch {
      _ = Failure.report(error, arguments: CommandLine.arguments)
    }
    return true
  }

  // MARK: Plain lines

  private func runPlain() {
    var feed = StatementFeed(runner, isScript: false)
    while true {
      StandardError.write(feed.isInStatement ? EditorFrame.continuation : prompt)
      guard let line = readLine(strippingNewline: true) else {
        StandardError.write("\n")
        return
      }
      if !feed.isInStatement, ShellWords.leaving.contains(line.lowercased()) { return }
      do {
        if try !feed.take(line) { return }
      } catch let failure as Failure where failure.exit == .interrupted {
        StandardError.note("cancelled")
      } catch {
        _ = Failure.report(error, arguments: CommandLine.arguments)
      }
      if Interruption.isRequested { feed.clear() }
      Interruption.reset()
    }
  }

  /// Each statement runs as soon as it is complete, so that programs can talk with it; the first error
  /// ends the script.
  private func runPiped() throws {
    var feed = StatementFeed(runner)
    while let line = readLine(strippingNewline: true) {
      if try !feed.take(line) { return try session.finish() }
      if Interruption.isRequested { throw Failure.interrupted }
    }
    try feed.finish()
    try session.finish()
  }
}
