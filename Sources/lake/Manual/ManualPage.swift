import ArgumentParser

/// The manual page `lake(1)`, made of the help of all commands, so that it says what the program does.
enum ManualPage {
  /// The page in the language of man(7).
  static var text: String {
    var text = """
      .TH LAKE 1 "" "lake \(BuildFeatures.version)" "User Commands"
      .SH NAME
      lake \\- \(escaped(Lake.configuration.abstract))
      .SH SYNOPSIS
      .B lake
      .I command
      [options]
      .SH DESCRIPTION
      \(escaped(Lake.configuration.discussion))
      .SH COMMANDS

      """
    for (path, command) in commands(["lake"], Lake.self).dropFirst() {
      let help = Lake.helpMessage(for: command, columns: 76)
      text += ".SS \(escaped(path.joined(separator: " ")))\n.nf\n\(escaped(help))\n.fi\n"
    }
    text += """
      .SH ENVIRONMENT
      .TP
      .B LAKE_HOME
      The lake's folder, unless
      .B \\-\\-lake
      names one.
      .TP
      .B LAKE_CONFIG
      The file of options, unless
      .B \\-\\-config
      names one.
      .TP
      .BR PAGER ", " EDITOR
      What the shell shows long results with, and writes statements with.
      .TP
      .BR NO_COLOR ", " CLICOLOR ", " CLICOLOR_FORCE
      Whether there are colours.
      .SH FILES
      .TP
      .I ~/.local/state/lake/history
      What was typed in the shell.
      .TP
      .I ~/.config/lake/lake.conf
      Options of all commands.
      .SH EXIT STATUS
      0 done; 1 the work failed; 2 done, but some inputs were rejected; 64 wrong usage; 130 interrupted.

      """
    return text
  }

  /// A command and all below it, each with the words that call it.
  static func commands(_ path: [String], _ command: any ParsableCommand.Type)
    -> [(path: [String], command: any ParsableCommand.Type)]
  {
    guard command.configuration.shouldDisplay else { return [] }
    return [(path, command)]
      + command.configuration.subcommands.flatMap {
        commands(path + [$0.configuration.commandName ?? ""], $0)
      }
  }

  /// Signs that man(7) would take for its own.
  static func escaped(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      var line = line.map { $0 == "\\" ? "\\e" : $0 == "-" ? "\\-" : String($0) }.joined()
      if line.hasPrefix(".") || line.hasPrefix("'") { line = "\\&" + line }
      return line
    }
    .joined(separator: "\n")
  }
}

/// `lake manual`: prints the manual page; the installation calls it.
struct ManualCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manual",
    abstract: "Prints the manual page.",
    shouldDisplay: false
  )

  func run() throws { try StandardOutput.write(ManualPage.text) }
}
