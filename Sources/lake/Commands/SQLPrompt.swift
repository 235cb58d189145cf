import SQL

#if canImport(Glibc)
  import Glibc
#endif

/// Reads statements from a terminal until a semicolon ends them, runs them, and asks for more.
struct SQLPrompt {
  private let session: QuerySession

  init(_ session: QuerySession) { self.session = session }

  func run() throws {
    StandardError.note("lake \(BuildFeatures.version); end statements with ; and leave with \\q")
    var text = ""
    while true {
      StandardError.write(text.isEmpty ? "lake> " : "   -> ")
      guard let line = readLine(strippingNewline: true) else {
        StandardError.write("\n")
        return
      }
      if text.isEmpty {
        let word = line.split(separator: " ").joined(separator: " ").lowercased()
        if ["\\q", "quit", "quit;", "exit", "exit;"].contains(word) { return }
        if word.isEmpty { continue }
      }
      text += text.isEmpty ? line : "\n" + line
      let script = Script(text)
      guard script.isComplete else { continue }
      answer(text)
      text = ""
    }
  }

  /// An error is told, and the prompt goes on.
  private func answer(_ text: String) {
    do {
      try session.run(script: text)
    } catch {
      _ = Failure.report(error, arguments: CommandLine.arguments)
    }
    Interruption.reset()
  }
}
