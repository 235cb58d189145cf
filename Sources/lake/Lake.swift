import ArgumentParser
import ColumnFormat

#if canImport(Glibc)
  import Glibc
#endif

/// The Firehose, Glue and Athena pipeline as one program.
@main
struct Lake: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lake",
    abstract: "Records in, Parquet out, questions answered.",
    discussion: """
      Delivers records into partitioned Parquet, keeps their schemas in a catalog of JSON files, \
      and answers Athena's SQL over them. To begin with:
        lake sql "select * from 'your.csv' limit 10"
        lake sql
        lake help ingest
      """,
    version: BuildFeatures.text,
    subcommands: [
      GenerateCommand.self,
      IngestCommand.self,
      BackfillCommand.self,
      CrawlCommand.self,
      CatalogCommand.self,
      RejectsCommand.self,
      StatusCommand.self,
      CheckCommand.self,
      HealthCommand.self,
      InspectCommand.self,
      SQLCommand.self,
      HistoryCommand.self,
      ConfigCommand.self,
      ManualCommand.self,
    ]
  )

  /// Runs the command, prints what went wrong in one form, and chooses the exit code.
  static func main() {
    // A closed pipe is told by the write that meets it.
    signal(SIGPIPE, SIG_IGN)
    MemoryBlock.limitIdleMemory(threadCount: GlobalOptions.coreCount)
    let typed = globalOptionsLast(commentsAsText(Array(CommandLine.arguments.dropFirst())))
    do {
      var command = try parse(typed)
      try command.run()
    } catch {
      Glibc.exit(Failure.report(error, arguments: typed))
    }
  }

  /// The command with its options: those that were typed, and those that were configured.
  private static func parse(_ typed: [String]) throws -> any ParsableCommand {
    let configuration = try Configuration(arguments: typed)
    do {
      return try parseAsRoot(configuration.arguments(typed))
    } catch {
      throw configuration.blame(typed, problem: problem) ?? error
    }
  }

  /// What the parser says against arguments; nil for nothing.
  static func problem(_ arguments: [String]) -> String? {
    do {
      _ = try parseAsRoot(arguments)
      return nil
    } catch {
      return message(for: error)
    }
  }

  /// A query may begin with a comment, as those of dbt do: `-- …` is no option.
  static func commentsAsText(_ arguments: [String]) -> [String] {
    arguments.map { $0.hasPrefix("-- ") || $0.hasPrefix("--\n") ? " " + $0 : $0 }
  }

  /// Moves global options that stand before the command behind it, where the parser wants them.
  static func globalOptionsLast(_ arguments: [String]) -> [String] {
    let withValue: Set = [
      "--lake", "--config", "--threads", "--memory", "--s3-root", "--color", "--progress",
    ]
    let flags: Set = ["--quiet", "-q", "--debug", "--json"]
    var index = 0
    while index < arguments.count {
      let name = String(arguments[index].prefix { $0 != "=" })
      if flags.contains(name) || (withValue.contains(name) && name != arguments[index]) {
        index += 1
      } else if withValue.contains(name) {
        index += 2
      } else {
        break
      }
    }
    guard index > 0, index < arguments.count, !arguments[index].hasPrefix("-") else {
      return arguments
    }
    let moved = arguments[..<index]
    let rest = arguments[index...]
    let terminator = rest.firstIndex(of: "--") ?? rest.endIndex
    return Array(rest[..<terminator] + moved + rest[terminator...])
  }
}
