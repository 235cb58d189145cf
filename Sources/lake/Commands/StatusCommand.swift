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
    let now = StartTime("now")?.millis ?? 0
    if global.json {
      print(JSONValue.array(reports.map { json($0, now: now) }).compactText)
      return
    }
    for report in reports { print(text(report, now: now)) }
    if reports.isEmpty && !global.quiet { StandardError.note("there are no streams in \(streams)") }
  }

  private func state(_ report: StreamReport) -> String {
    if report.process != nil { return "running" }
    return report.isComplete ? "complete" : "interrupted"
  }

  private func text(_ report: StreamReport, now: Int64) -> String {
    var lines = ["\(report.name) into \(report.destination): \(state(report))"]
    if let process = report.process { lines[0] += " as process \(process)" }
    lines.append(
      "  records    \(Quantity.grouped(report.recordCount)) in, "
        + "\(Quantity.grouped(report.deliveredCount)) delivered, "
        + "\(Quantity.grouped(report.rejectedCount)) rejected"
    )
    lines.append(
      "  bytes      \(Quantity.bytes(report.inputByteCount)) in, "
        + "\(Quantity.bytes(report.fileByteCount)) in \(Quantity.grouped(report.fileCount)) files"
    )
    if !report.isComplete {
      lines.append(
        "  inputs     \(report.finishedInputCount) of \(report.inputCount) delivered, "
          + "the next one up to byte \(report.byteOffset)"
      )
    }
    if report.spooledByteCount > 0 {
      lines.append("  spooled    \(Quantity.bytes(report.spooledByteCount)) taken from pipes")
    }
    lines.append(
      "  committed  \(Quantity.seconds(Double(max(now - report.committedMillis, 0)) / 1000)) ago"
    )
    if report.process == nil && !report.isComplete {
      lines.append("  next       the same command with --resume")
    }
    return lines.joined(separator: "\n")
  }

  private func json(_ report: StreamReport, now: Int64) -> JSONValue {
    [
      "stream": .string(report.name),
      "destination": .string(report.destination),
      "state": .string(state(report)),
      "process": report.process.map { .integer($0) } ?? .null,
      "inputs": .integer(report.inputCount),
      "inputsDelivered": .integer(report.finishedInputCount),
      "byteOffset": .integer(report.byteOffset),
      "spooledBytes": .integer(report.spooledByteCount),
      "records": .integer(report.recordCount),
      "inputBytes": .integer(report.inputByteCount),
      "delivered": .integer(report.deliveredCount),
      "rejected": .integer(report.rejectedCount),
      "files": .integer(report.fileCount),
      "fileBytes": .integer(report.fileByteCount),
      "committedMillis": .integer(report.committedMillis),
      "freshnessMillis": .integer(max(now - report.committedMillis, 0)),
    ]
  }
}
