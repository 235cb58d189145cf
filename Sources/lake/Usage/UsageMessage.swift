import SQL

#if canImport(Glibc)
  import Glibc
#endif

/// What the argument parser says against a command line, in the form of all other errors.
///
/// The parser gives its sentences as text only:
/// ```
/// Error: The value 'xml' is invalid for '--format <format>'. Please provide one of …
/// Help:  --format <format>  How to print results
/// Usage: lake sql [<options>] [<query>]
///   See 'lake sql --help' for more information.
/// ```
struct UsageMessage {
  private var sentence = ""
  /// The values that an option takes, where they are few.
  private var values: [String] = []
  /// The option or argument with what it is for.
  private var description: String?
  private var usage: String?
  /// The words of the command that could not be run.
  private var command: [String]
  private let arguments: [String]

  /// - Parameters:
  ///   - full: The parser's text.
  ///   - arguments: What was typed.
  init(_ full: String, arguments: [String] = []) {
    self.arguments = arguments
    command = Configuration.command(arguments)
    for line in full.split(separator: "\n").map(String.init) {
      if let rest = line.suffix(after: "Error: ") {
        sentence = rest
      } else if let rest = line.suffix(after: "Help:  ") {
        description = UsageMessage.described(rest)
      } else if let rest = line.suffix(after: "Usage: ") {
        usage = UsageMessage.shortened(rest)
      } else if let rest = line.suffix(after: "  - ") {
        values.append(rest)
      }
    }
  }

  /// The error.
  var failure: Failure {
    var failure = Failure(message: "", exit: .wrongUsage)
    (failure.message, failure.help) = words
    failure.place = usage.map { ["usage: " + $0] } ?? []
    failure.help = failure.help ?? "see 'lake \((command + ["--help"]).joined(separator: " "))'"
    return failure
  }

  private var words: (message: String, help: String?) {
    if let match = sentence.wholeMatch(of: /Unknown option '(.*?)'(?:\. Did you mean '(.*)'\?)?/) {
      let name = match.1.drop { $0 == "-" }
      if command.isEmpty, ConfigurationFile.globalNames.contains(String(name)) {
        let failure = UsageMessage.missingCommand([])
        return (failure.message, failure.help)
      }
      return ("unknown option '\(match.1)'", match.2.map { "did you mean '\($0)'?" })
    }
    if let match = sentence.prefixMatch(of: /The value '(.*?)' is invalid for '(.*?)'/) {
      return wrongValue(String(match.1), for: String(match.2))
    }
    if let match = sentence.wholeMatch(of: /Missing value for '(\S+?)(?: <.*>)?'/) {
      return missingValue(String(match.1))
    }
    if let match = sentence.wholeMatch(of: /Missing expected argument '(.*)'/) {
      return ("\(match.1.replacing(" ...", with: "")) is missing", description)
    }
    let extra = /(?:Unexpected argument|\d+ unexpected arguments:) '(.*)'/
    if let match = sentence.wholeMatch(of: extra) {
      return unexpected(
        String(match.1.firstRange(of: "', '").map { match.1[..<$0.lowerBound] } ?? match.1)
      )
    }
    // Checks of lake's own name the way out after a semicolon.
    let parts = sentence.split(separator: "; ", maxSplits: 1).map(String.init)
    let message = parts.first.map(UsageMessage.lowercasedFirst) ?? "wrong usage"
    return (message, parts.count > 1 ? parts[1] : nil)
  }

  private func wrongValue(_ value: String, for place: String) -> (String, String?) {
    let option = String(place.prefix { $0 != " " })
    var values = values
    if let list = sentence.firstMatch(of: /Please provide one of ('.*')\./) {
      values = list.1.split(separator: "'").map(String.init).filter {
        !["and", "or", ","].contains($0.filter { $0 != " " })
      }
    }
    if values.isEmpty { return ("\(option) does not take '\(value)'", description) }
    let near = NearestName.suggestion(for: value, among: values)
    return (
      "\(option) does not take '\(value)'",
      (near.map { "did you mean '\($0)'? " } ?? "") + "it takes "
        + values.joined(separator: ", ")
    )
  }

  private func missingValue(_ option: String) -> (String, String?) {
    if let index = arguments.firstIndex(of: option), index + 1 < arguments.count,
      arguments[index + 1].hasPrefix("-")
    {
      let next = arguments[index + 1]
      return (
        "\(option) needs a value, and '\(next)' looks like an option",
        "a value that begins with a dash is written \(option)=\(next)"
      )
    }
    return ("\(option) needs a value", description)
  }

  private func unexpected(_ argument: String) -> (String, String?) {
    if command.isEmpty || !Configuration.takesOptions(command) {
      let names = Configuration.subcommands(of: command)
      if command.isEmpty, let query = UsageMessage.query(ofFile: argument) {
        return ("'\(argument)' is a file, and no command", "see its rows with: \(query)")
      }
      let near = NearestName.suggestion(for: argument, among: names)
      let typed = (["lake"] + command + [argument]).joined(separator: " ")
      return (
        "there is no command '\(typed)'",
        near.map { "did you mean '\($0)'?" } ?? "there are: " + names.joined(separator: ", ")
      )
    }
    return (
      "unexpected argument '\(argument)'",
      command == ["sql"] ? "the whole query is one argument: put it in quotes" : nil
    )
  }

  /// The command that shows the rows of a file; nil where there is no such file of data.
  static func query(ofFile path: String) -> String? {
    let endings = ["csv", "tsv", "json", "ndjson", "jsonl", "parquet", "gz", "zst"]
    guard access(path, R_OK) == 0, let ending = path.split(separator: ".").last,
      path.contains("."), endings.contains(String(ending))
    else { return nil }
    return "lake sql \"select * from '\(path)'\""
  }

  /// A group of commands without any of them.
  static func missingCommand(_ arguments: [String]) -> Failure {
    let command = ["lake"] + Configuration.command(arguments)
    let names = Configuration.subcommands(of: Array(command.dropFirst()))
    return Failure(
      message: "'\(command.joined(separator: " "))' needs a command",
      place: ["usage: \(command.joined(separator: " ")) <subcommand>"],
      help: "there are: " + names.joined(separator: ", "),
      exit: .wrongUsage
    )
  }

  /// A usage line without the options that all commands have.
  static func shortened(_ usage: String) -> String {
    guard let start = usage.firstRange(of: "[--lake <dir>]"),
      let end = usage.firstRange(of: "[--json]"), start.lowerBound < end.lowerBound
    else { return usage }
    return usage[..<start.lowerBound] + "[<options>]" + usage[end.upperBound...]
  }

  /// `--threads <n>: how many threads to use`.
  private static func described(_ text: String) -> String? {
    guard let gap = text.firstRange(of: "  ") else { return nil }
    var words = lowercasedFirst(String(text[gap.upperBound...]))
    if words.hasSuffix(".") { words.removeLast() }
    return "\(text[..<gap.lowerBound]): \(words)"
  }

  /// The text with a small first letter, unless its first word is a name.
  private static func lowercasedFirst(_ text: String) -> String {
    guard let second = text.dropFirst().first, second.isLowercase || second == " " else {
      return text
    }
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}

extension String {
  fileprivate func suffix(after prefix: String) -> String? {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
  }
}
