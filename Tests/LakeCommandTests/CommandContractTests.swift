import Testing

@testable import lake

/// The names that scripts rely on: commands and options that must not go away.
@Suite struct CommandContractTests {
  static let options: [(command: String, options: String)] = [
    ("generate orders", "--count --seed --start --days --shape --rate --drift"),
    (
      "ingest",
      """
      --table --to --format --time-field --partition-by --prefix --error-prefix --buffer-size \
      --buffer-interval --compression --filter --transform --select --schema-version --stream \
      --resume --follow --dry-run --backup --max-partitions --now --strict-rejects
      """
    ),
    ("backfill run", "--table --from --to --workers --job --replace --dry-run"),
    (
      "crawl",
      """
      --database --table --dry-run --sample --exclude --on-change --on-delete --grouping \
      --table-level --recrawl --compat
      """
    ),
    (
      "sql",
      """
      --file --format --output --stats --database --param --max-scan --threads --memory --null \
      --no-header --data --runs --time-json --out
      """
    ),
    ("catalog databases", "--json"), ("catalog tables", "--json"), ("catalog show", "--json"),
    ("catalog versions", "--json"), ("catalog diff", "--json"), ("catalog partitions", "--json"),
    ("catalog why", "--json"), ("catalog drop", "--json --dry-run"),
    ("rejects list", "--limit --type --json"), ("rejects replay", "--dry-run"),
    ("inspect", "--schema --pages --head --json"), ("status", "--json"),
    ("check", "--json"), ("health", "--json"),
  ]

  static let common = [
    "--lake", "--config", "--threads", "--memory", "--color", "--progress", "--quiet", "--debug",
    "--json", "--version",
  ]

  @Test func `every command has the options that scripts rely on`() {
    for (command, options) in CommandContractTests.options {
      let words = command.split(separator: " ").map(String.init)
      #expect(Configuration.command(words) == words, "\(command)")
      let known = ProgramOptions.of(words)
      for option in options.split(separator: " ").map(String.init) + CommandContractTests.common {
        #expect(known.contains(option), "lake \(command) \(option)")
      }
    }
  }

  @Test func `results have the formats that scripts rely on`() {
    let names = ResultFormat.allCases.map(\.rawValue)
    for name in [
      "table", "csv", "tsv", "json", "ndjson", "markdown", "vertical", "parquet", "athena-csv",
      "none",
    ] {
      #expect(names.contains(name), "\(name)")
    }
  }
}
