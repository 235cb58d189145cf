import ArgumentParser
import LakeWriter
import RowFormat

/// `lake status`: how the streams of a lake stand.
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Shows delivery streams: records in, delivered and rejected, and how fresh they are."
  )

  @Option(
    name: .customLong("to"),
    help: ArgumentHelp("A folder that was delivered into, instead of the lake.", valueName: "dir")
  )
  var folder: String?
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let streams =
      folder.map { DeliveryTarget(folder: $0).streamsFolder } ?? "\(global.lakeFolder)/streams"
    let reports = try StreamReport.all(streamsFolder: streams)
    let texts = reports.map { StreamText(report: $0) }
    if global.json {
      return try StandardOutput.write(JSONValue.array(texts.map(\.json)).compactText + "\n")
    }
    for text in texts { try StandardOutput.write(text.text + "\n") }
    if reports.isEmpty && !global.quiet { StandardError.note("there are no streams in \(streams)") }
  }
}
