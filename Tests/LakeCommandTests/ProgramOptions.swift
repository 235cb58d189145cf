import ArgumentParser

@testable import lake

/// The long options of the program's commands, as their help texts name them.
enum ProgramOptions {
  static func of(_ command: [String]) -> Set<String> {
    var type: any ParsableCommand.Type = Lake.self
    for word in command {
      guard
        let next = type.configuration.subcommands.first(where: {
          $0.configuration.commandName == word
        })
      else { break }
      type = next
    }
    var names = names(Lake.helpMessage(for: type, includeHidden: true))
    if let fallback = type.configuration.defaultSubcommand {
      names.formUnion(self.names(Lake.helpMessage(for: fallback, includeHidden: true)))
    }
    return names
  }

  static let all: Set<String> = collected(Lake.self)

  private static func collected(_ type: any ParsableCommand.Type) -> Set<String> {
    type.configuration.subcommands.reduce(
      names(Lake.helpMessage(for: type, includeHidden: true))
    ) { $0.union(collected($1)) }
  }

  private static func names(_ help: String) -> Set<String> {
    // Examples in the text name options of other programs, too.
    Set(
      help.split(separator: "\n").compactMap { line in
        line.firstMatch(of: /^ +(?:-[a-z], )?(--[a-z][a-z0-9-]+)/).map { String($0.1) }
      }
    )
  }
}
