import ArgumentParser

/// Where options come from: flags before the environment before the configuration file.
struct Configuration {
  /// An option that was not typed.
  struct Setting: Equatable {
    /// Where it was said.
    enum Source: Equatable {
      case environment(String)
      case file(ConfigurationFile.Entry)
    }

    var name: String
    var value: String
    var source: Source

    /// The argument that says the same; nil for a flag that is off.
    var argument: String? {
      if case .file(let entry) = source, !entry.isQuoted {
        if value == "true" { return "--\(name)" }
        if value == "false" { return nil }
      }
      return "--\(name)=\(value)"
    }
  }

  /// The environment's names for options of all commands; `lake` has its own: `LAKE_HOME`.
  static let environmentNames = [
    ("LAKE_THREADS", "threads"), ("LAKE_MEMORY", "memory"), ("LAKE_COLOR", "color"),
    ("LAKE_PROGRESS", "progress"), ("LAKE_S3_ROOT", "s3-root"),
  ]

  /// The file, where there is one.
  var file: ConfigurationFile?

  /// What is said for a command, least important first; ``ConfigurationFile`` says `lake` too, but
  /// `LAKE_HOME` goes before it.
  func settings(for command: [String]) -> [Setting] {
    var settings: [Setting] = []
    for length in 0...command.count {
      for entry in file?.entries ?? [] where entry.command == Array(command.prefix(length)) {
        if entry.name == "lake", GlobalOptions.environment("LAKE_HOME")?.isEmpty == false {
          continue
        }
        settings.removeAll { $0.name == entry.name }
        settings.append(Setting(name: entry.name, value: entry.value, source: .file(entry)))
      }
    }
    for (variable, name) in Configuration.environmentNames {
      guard let value = GlobalOptions.environment(variable), !value.isEmpty else { continue }
      settings.removeAll { $0.name == name }
      settings.append(Setting(name: name, value: value, source: .environment(variable)))
    }
    return settings
  }

  /// The command's words at the start of arguments.
  static func command(_ arguments: [String]) -> [String] {
    var commands = Lake.configuration.subcommands
    var words: [String] = []
    for argument in arguments {
      guard let next = commands.first(where: { $0.configuration.commandName == argument }) else {
        break
      }
      words.append(argument)
      commands = next.configuration.subcommands
    }
    return words
  }

  /// Whether a command is one that works, and not a group of others.
  static func takesOptions(_ command: [String]) -> Bool {
    var commands = Lake.configuration.subcommands
    var last: (any ParsableCommand.Type)?
    for word in command {
      last = commands.first { $0.configuration.commandName == word }
      commands = last?.configuration.subcommands ?? []
    }
    return last.map { commands.isEmpty || $0.configuration.defaultSubcommand != nil } ?? false
  }

  /// The names of the commands below a command, without those that nobody types.
  static func subcommands(of command: [String]) -> [String] {
    var commands = Lake.configuration.subcommands
    for word in command {
      guard let next = commands.first(where: { $0.configuration.commandName == word }) else {
        return []
      }
      commands = next.configuration.subcommands
    }
    var names: [String] = []
    for type in commands where type.configuration.shouldDisplay {
      if let name = type.configuration.commandName { names.append(name) }
    }
    return names
  }

  /// The arguments with what was not typed in front of what was.
  func arguments(_ arguments: [String]) -> [String] {
    let command = Configuration.command(arguments)
    if !Configuration.takesOptions(command) { return arguments }
    return insert(settings(for: command), into: arguments, after: command.count)
  }

  private func insert(_ settings: [Setting], into arguments: [String], after count: Int)
    -> [String]
  {
    arguments[..<count] + settings.compactMap(\.argument) + arguments[count...]
  }

  /// The setting that makes arguments wrong in a way which they are not without it, as an error.
  ///
  /// - Parameters:
  ///   - arguments: What was typed.
  ///   - problem: What is wrong with arguments; nil for nothing.
  /// - Returns: The error; nil where no setting is to blame.
  func blame(_ arguments: [String], problem: ([String]) -> String?) -> Failure? {
    let command = Configuration.command(arguments)
    if !Configuration.takesOptions(command) { return nil }
    let ownProblem = problem(arguments)
    for setting in settings(for: command) {
      let wrong = problem(insert([setting], into: arguments, after: command.count))
      if wrong == ownProblem { continue }
      let usage = UsageMessage("Error: " + (wrong ?? ""), arguments: arguments).failure
      let words = "lake \(command.joined(separator: " "))"
      switch setting.source {
      case .environment(let variable):
        return Failure(
          message: "'\(setting.value)' in $\(variable) is no value of --\(setting.name)",
          help: "see '\(words) --help'",
          exit: .wrongUsage
        )
      case .file(let entry):
        return file?.failure(
          "'\(words)': \(usage.message)",
          line: entry.line,
          entry.text,
          help: usage.help
        )
      }
    }
    return nil
  }
}

extension Configuration {
  /// The file that arguments name with `--config`, or `$LAKE_CONFIG`, or the user's own if it is
  /// there: `$XDG_CONFIG_HOME/lake/lake.conf`, `~/.config/lake/lake.conf`.
  ///
  /// - Throws: ``Failure`` when a named file cannot be read, or a line makes no sense.
  init(arguments: [String]) throws {
    if let path = Configuration.named(arguments) ?? GlobalOptions.environment("LAKE_CONFIG"),
      !path.isEmpty
    {
      do {
        file = try ConfigurationFile(path: path, text: TextFile.read(path))
      } catch let failure as Failure where failure.exit == .wrongUsage {
        throw failure
      } catch {
        throw Failure.usage(
          "cannot read the configuration file '\(path)'",
          help: "--config and $LAKE_CONFIG name a file that is there"
        )
      }
    } else if let path = Configuration.ownPath, let text = try? TextFile.read(path) {
      file = try ConfigurationFile(path: path, text: text)
    }
  }

  /// Where the user's own file would be.
  static var ownPath: String? {
    if let folder = GlobalOptions.environment("XDG_CONFIG_HOME"), !folder.isEmpty {
      return "\(folder)/lake/lake.conf"
    }
    guard let home = GlobalOptions.environment("HOME"), !home.isEmpty else { return nil }
    return "\(home)/.config/lake/lake.conf"
  }

  private static func named(_ arguments: [String]) -> String? {
    for (index, argument) in arguments.enumerated() {
      if argument == "--" { return nil }
      if argument == "--config" {
        return index + 1 < arguments.count ? arguments[index + 1] : nil
      }
      if argument.hasPrefix("--config=") { return String(argument.dropFirst(9)) }
    }
    return nil
  }
}
