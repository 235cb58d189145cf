import ArgumentParser
import TestSupport
import Testing

@testable import lake

@Suite struct ConfigurationTests {
  private func file(_ text: String) throws -> ConfigurationFile {
    try ConfigurationFile(path: "lake.conf", text: text)
  }

  private func configuration(_ text: String) throws -> Configuration {
    var configuration = try Configuration(arguments: ["--config", "/dev/null"])
    configuration.file = try file(text)
    return configuration
  }

  private func message(_ text: String) -> String {
    do {
      _ = try file(text)
      return ""
    } catch {
      return (error as? Failure)?.text() ?? "\(error)"
    }
  }

  @Test func `sections are commands and keys are their options`() throws {
    let entries = try file("# all\nthreads = 2\n\n[catalog show]\n  json=true\n").entries
    #expect(entries.map(\.name) == ["threads", "json"])
    #expect(entries.map(\.value) == ["2", "true"])
    #expect(entries.map(\.command) == [[], ["catalog", "show"]])
    #expect(entries.map(\.line) == [2, 5])
  }

  @Test func `what was configured stands before what was typed, so that the latter wins`() throws {
    let configuration = try configuration(
      "threads = 2\n[ingest]\ncompression = \"zstd\"\nresume = true\nfollow = false\n"
    )
    #expect(
      configuration.arguments(["ingest", "a.json", "--threads", "1"])
        == ["ingest", "--threads=2", "--compression=zstd", "--resume", "a.json", "--threads", "1"]
    )
    let command = try Lake.parseAsRoot(
      configuration.arguments(["sql", "select 1", "--threads", "1"])
    )
    #expect((command as? SQLCommand)?.global.threads == 1)
  }

  @Test func `a section goes before what is said for all commands`() throws {
    let configuration = try configuration("threads = 2\n[sql]\nthreads = 1\n")
    #expect(configuration.arguments(["sql", "q"]) == ["sql", "--threads=1", "q"])
    #expect(configuration.arguments(["crawl"]) == ["crawl", "--threads=2"])
  }

  @Test func `help, versions and groups of commands get no options`() throws {
    let configuration = try configuration("threads = 2\n")
    for arguments in [["--help"], ["--version"], ["catalog"], ["help", "sql"], []] {
      #expect(configuration.arguments(arguments) == arguments)
      #expect(configuration.blame(arguments, problem: Lake.problem) == nil)
    }
  }

  @Test func `true in quotes is text`() throws {
    let configuration = try configuration("[sql]\nnull = \"true\"\n")
    #expect(configuration.arguments(["sql", "q"]) == ["sql", "--null=true", "q"])
  }

  @Test func `wrong lines are told with their number`() {
    #expect(
      message("threads\n")
        == "error: a setting has the form 'option = value'\n  lake.conf, line 1:  threads\n"
    )
    #expect(
      message("\n[injest]\n") == """
        error: there is no command 'lake injest'
          lake.conf, line 2:  [injest]
          help: did you mean [ingest]?

        """
    )
    #expect(message("[sql\n").hasPrefix("error: a section has no closing bracket\n"))
    #expect(message("thread = 2\n").hasPrefix("error: 'thread' is no option of all commands\n"))
    #expect(
      message("[sql]\nthreads = 1\nthreads = 2\n")
        .hasPrefix("error: 'threads' is set twice, before in line 2\n  lake.conf, line 3:")
    )
    #expect(message("[sql]\n--threads = 1\n").hasPrefix("error: an option stands here without"))
  }

  @Test func `a value or option that the command refuses is told with its line`() throws {
    let wrongValue = try configuration("threads = 2\n[sql]\nformat = tabel\n")
    #expect(
      wrongValue.blame(["sql", "q"], problem: Lake.problem)?.text() == """
        error: 'lake sql': --format does not take 'tabel'
          lake.conf, line 3:  format = tabel
          help: did you mean 'table'? it takes table, csv, tsv, json, ndjson, markdown, vertical, chart, parquet, athena-csv, none

        """
    )
    let wrongOption = try configuration("[sql]\ncompression = zstd\n")
    #expect(
      wrongOption.blame(["sql", "q"], problem: Lake.problem)?.place.first?.contains("line 2")
        == true
    )
    // Nothing is to blame for what was typed wrong.
    let sound = try configuration("threads = 2\n")
    #expect(sound.blame(["sql", "--wrong"], problem: Lake.problem) == nil)
  }

  @Test func `a file that was named must be there`() {
    #expect(throws: Failure.self) {
      try Configuration(arguments: ["--config", "/nothing/lake.conf", "sql"])
    }
  }

  @Test func `explain tells where each option comes from`() throws {
    let configuration = try configuration("threads = 2\n[ingest]\ncompression = zstd\n")
    let rows = ConfigCommand.rows(configuration, ["ingest"])
    #expect(rows.contains(["threads", "2", "lake.conf, line 1"]))
    #expect(rows.contains(["compression", "zstd", "lake.conf, line 3"]))
    // What a command lacks besides is no setting's fault.
    #expect(configuration.blame(["ingest"], problem: Lake.problem) == nil)
    let wrong = try self.configuration("[ingest]\ncompression = best\n")
    #expect(wrong.blame(["ingest"], problem: Lake.problem) != nil)
  }
}
