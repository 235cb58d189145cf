import ArgumentParser

/// `lake config`: where options come from.
struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Explains which options come from the environment and the configuration file.",
    subcommands: [Explain.self]
  )

  struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "explain",
      abstract: "Shows the options that a command gets without their being typed.",
      discussion: """
        Flags go before the environment, the environment before the file. Examples:
          lake config explain
          lake config explain ingest
        """
    )

    @Argument(help: "The command's words; default: what all commands get.")
    var command: [String] = []
    @OptionGroup var global: GlobalOptions

    func run() throws {
      guard command.isEmpty || Configuration.takesOptions(command) else {
        throw Failure.usage(
          "there is no command 'lake \(command.joined(separator: " "))' with options",
          help: "see 'lake --help'"
        )
      }
      let arguments = global.config.map { ["--config", $0] } ?? []
      let configuration = try Configuration(arguments: arguments)
      if let failure = configuration.blame(command, problem: Lake.problem) { throw failure }
      var rows = TextColumns(["option", "value", "from"])
      for row in ConfigCommand.rows(configuration, command) { rows.append(row) }
      try StandardOutput.write(rows.text())
      if !global.quiet { StandardError.note(ConfigCommand.fileText(configuration)) }
    }
  }

  /// The lake's folder, which everything depends on, and each setting with its source.
  static func rows(_ configuration: Configuration, _ command: [String]) -> [[String]] {
    var rows: [[String]] = []
    let settings = configuration.settings(for: command)
    if !settings.contains(where: { $0.name == "lake" }) {
      let home = GlobalOptions.environment("LAKE_HOME").flatMap { $0.isEmpty ? nil : $0 }
      rows.append(["lake", home ?? "./lake", home == nil ? "default" : "$LAKE_HOME"])
    }
    for setting in settings {
      let source =
        switch setting.source {
        case .environment(let variable): "$\(variable)"
        case .file(let entry): "\(configuration.file?.path ?? ""), line \(entry.line)"
        }
      rows.append([setting.name, setting.value, source])
    }
    return rows
  }

  private static func fileText(_ configuration: Configuration) -> String {
    if let file = configuration.file { return "configuration file: \(file.path)" }
    let path = Configuration.ownPath.map { "; \($0) would be read if it were there" } ?? ""
    return "no configuration file" + path
  }
}
