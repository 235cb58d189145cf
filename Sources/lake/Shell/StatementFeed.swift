import SQL

/// Lines of a script or of a pipe, as statements and commands that are run when they are complete.
struct StatementFeed {
  private let runner: CommandRunner
  /// Whether the lines of errors are counted from the beginning of all, and not of the statement.
  private let isScript: Bool
  /// Everything so far, for the line numbers of errors.
  private var whole = ""
  private var pendingStart = 0
  private var pending = ""

  init(_ runner: CommandRunner, isScript: Bool = true) {
    self.runner = runner
    self.isScript = isScript
  }

  /// Whether a statement has begun and is not complete.
  var isInStatement: Bool { !Script(pending).statements.isEmpty }

  /// Takes a line; runs what it completes.
  ///
  /// - Returns: False when the line asks to leave.
  mutating func take(_ line: String) throws -> Bool {
    if !isInStatement, ShellCommand.begins(line) {
      skip(to: line)
      return try runner.run(line: line)
    }
    whole += line + "\n"
    pending += line + "\n"
    // Most lines of a long statement complete nothing.
    guard line.contains(";") || line.contains("\\"), Script(pending).isComplete else {
      return true
    }
    try runPending()
    return true
  }

  /// Runs what is left without a semicolon.
  mutating func finish() throws { try runPending() }

  /// Forgets the statement that has begun.
  mutating func clear() {
    pending = ""
    if !isScript { whole = "" }
    pendingStart = whole.utf8.count
  }

  private mutating func skip(to line: String) {
    whole += line + "\n"
    clear()
  }

  private mutating func runPending() throws {
    let text = pending
    let script = (whole, pendingStart)
    clear()
    try runner.run(script: text, within: script)
  }
}
