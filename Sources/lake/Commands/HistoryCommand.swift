import ArgumentParser
import RowFormat

/// Lists the statements that `lake sql` ran against the lake.
struct HistoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "Lists the statements that `lake sql` ran against the lake, the newest first.",
    discussion: "The two newest files of 8 MiB are kept, in LAKE/history."
  )

  @OptionGroup var global: GlobalOptions

  @Option(help: ArgumentHelp("List so many.", valueName: "n"))
  var limit = 50

  mutating func validate() throws {
    if limit < 1 { throw ValidationError("--limit must be at least 1") }
  }

  func run() throws {
    let entries = try QueryHistory(lake: global.lakeFolder).newest(limit)
    if global.json {
      try StandardOutput.write(JSONValue.array(entries).prettyText)
      return
    }
    var rows = TextColumns(
      ["id", "started", "state", "seconds", "bytes", "query"],
      rightAligned: [3, 4]
    )
    for entry in entries {
      rows.append(
        [
          entry["id"]?.stringValue ?? "", entry["started"]?.stringValue ?? "",
          entry["state"]?.stringValue ?? "", HistoryCommand.number(entry["seconds"]),
          HistoryCommand.number(entry["bytesScanned"]),
          HistoryCommand.oneLine(entry["query"]?.stringValue ?? ""),
        ]
      )
    }
    try StandardOutput.write(rows.text())
  }

  private static func number(_ value: JSONValue?) -> String {
    if case .number(let text) = value { text } else { "" }
  }

  /// The query's beginning without line ends.
  static func oneLine(_ query: String) -> String {
    let words = query.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return words.count > 100 ? words.prefix(99) + "…" : words
  }
}
