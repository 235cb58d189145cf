import ArgumentParser
import SQL

/// Options that a user does not want to type each time.
///
/// ```
/// # for all commands
/// lake = /srv/lake
/// threads = 2
///
/// [ingest]
/// compression = zstd
/// error-prefix = "errors/!{firehose:error-output-type}/"
///
/// [catalog show]
/// json = true
/// ```
/// Keys are the long options without their dashes, sections the commands. A `#` begins a comment at
/// the start of a line; a value may stand in double quotes. Flags are `true` or `false`.
struct ConfigurationFile: Equatable {
  /// One line that sets an option.
  struct Entry: Equatable {
    /// The command's words; none for what is said for all commands.
    var command: [String]
    var name: String
    var value: String
    /// Whether the value stands in quotes: `true` in quotes is text, and no flag.
    var isQuoted = false
    /// From 1.
    var line: Int
    /// The line as it stands, for messages.
    var text: String
  }

  /// The file's name, for messages.
  var path: String
  var entries: [Entry] = []

  /// The options that every command has, and that may stand before the first section.
  static let globalNames = [
    "lake", "threads", "memory", "s3-root", "color", "progress", "quiet", "debug",
  ]

  /// Reads a file's text.
  ///
  /// - Throws: ``Failure`` with the line of whatever is neither a section nor a setting.
  init(path: String, text: String) throws {
    self.path = path
    var command: [String] = []
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    for (index, rawLine) in lines.enumerated() {
      let line = ConfigurationFile.trimmed(rawLine)
      if line.isEmpty || line.hasPrefix("#") { continue }
      if line.hasPrefix("[") {
        guard line.hasSuffix("]") else {
          throw failure("a section has no closing bracket", line: index + 1, String(line))
        }
        command = line.dropFirst().dropLast().split(separator: " ").map(String.init)
        guard ConfigurationFile.isCommand(command) else {
          throw failure(
            "there is no command 'lake \(command.joined(separator: " "))'",
            line: index + 1,
            String(line),
            help: ConfigurationFile.nearCommand(command) ?? "see 'lake --help'"
          )
        }
        continue
      }
      guard let sign = line.firstIndex(of: "=") else {
        throw failure("a setting has the form 'option = value'", line: index + 1, String(line))
      }
      let value = ConfigurationFile.trimmed(line[line.index(after: sign)...])
      let isQuoted = value.count >= 2 && value.hasPrefix("\"") && value.hasSuffix("\"")
      let entry = Entry(
        command: command,
        name: String(ConfigurationFile.trimmed(line[..<sign])),
        value: String(isQuoted ? value.dropFirst().dropLast() : value),
        isQuoted: isQuoted,
        line: index + 1,
        text: String(line)
      )
      try check(entry)
      entries.append(entry)
    }
  }

  /// The message about a line of this file.
  func failure(_ message: String, line: Int, _ text: String, help: String? = nil) -> Failure {
    Failure(
      message: message,
      place: ["\(path), line \(line):  \(text)"],
      help: help,
      exit: .wrongUsage
    )
  }

  private func check(_ entry: Entry) throws {
    if let earlier = entries.first(where: {
      $0.command == entry.command && $0.name == entry.name
    }) {
      throw failure(
        "'\(entry.name)' is set twice, before in line \(earlier.line)",
        line: entry.line,
        entry.text
      )
    }
    if entry.command.isEmpty, !ConfigurationFile.globalNames.contains(entry.name) {
      let names = ConfigurationFile.globalNames.joined(separator: ", ")
      throw failure(
        "'\(entry.name)' is no option of all commands",
        line: entry.line,
        entry.text,
        help: NearestName.suggestion(for: entry.name, among: ConfigurationFile.globalNames)
          .map { "did you mean '\($0)'?" }
          ?? "put it below its command, such as [ingest]; all commands have \(names)"
      )
    }
    if !entry.command.isEmpty, entry.name.isEmpty || entry.name.hasPrefix("-") {
      throw failure(
        "an option stands here without its dashes",
        line: entry.line,
        entry.text
      )
    }
  }

  /// The section that was meant.
  private static func nearCommand(_ words: [String]) -> String? {
    for length in words.indices {
      let names = Configuration.subcommands(of: Array(words[..<length]))
      if names.contains(words[length]) { continue }
      return NearestName.suggestion(for: words[length], among: names).map { near in
        "did you mean [\((words[..<length] + [near]).joined(separator: " "))]?"
      }
    }
    return nil
  }

  private static func isCommand(_ words: [String]) -> Bool {
    var commands = Lake.configuration.subcommands
    for word in words {
      guard let next = commands.first(where: { $0.configuration.commandName == word }) else {
        return false
      }
      commands = next.configuration.subcommands
    }
    return !words.isEmpty
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return text
  }
}
