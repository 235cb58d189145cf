import LakeWriter
import RowFormat

/// How a stream stands, for people and for programs.
struct StreamText {
  let report: StreamReport
  var nowMillis = StartTime("now")?.millis ?? 0

  private var state: String {
    if report.process != nil { return "running" }
    return report.isComplete ? "complete" : "interrupted"
  }

  var text: String {
    var lines = ["\(report.name) into \(report.destination): \(state)"]
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
    if let progress = report.progress, progress.waitingRecordCount > 0 {
      lines.append(
        "  waiting    \(Quantity.grouped(progress.waitingRecordCount)) records in "
          + "\(Quantity.grouped(progress.activePartitionCount)) active partitions, the oldest for "
          + Quantity.seconds(Double(freshnessMillis ?? 0) / 1000)
      )
    }
    let age =
      sinceCommitMillis < 7_200_000
      ? Quantity.seconds(Double(sinceCommitMillis) / 1000)
      : HealthText.age(Int(sinceCommitMillis / 1000))
    lines.append("  committed  \(age) ago")
    if report.process == nil && !report.isComplete {
      lines.append("  next       the same command with --resume")
    }
    return lines.joined(separator: "\n")
  }

  private var sinceCommitMillis: Int64 { max(nowMillis - report.committedMillis, 0) }

  /// The age of the oldest record that is not delivered (Firehose's `DataFreshness`), 0 where none
  /// waits; nil where no process says so.
  private var freshnessMillis: Int64? {
    report.progress.map { progress in
      progress.oldestMillis.map { max(nowMillis - $0, 0) } ?? 0
    }
  }

  var json: JSONValue {
    [
      "stream": .string(report.name),
      "destination": .string(report.destination),
      "state": .string(state),
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
      "waitingRecords": report.progress.map { .integer($0.waitingRecordCount) } ?? .null,
      "activePartitions": report.progress.map { .integer($0.activePartitionCount) } ?? .null,
      "freshnessMillis": freshnessMillis.map { .integer(Int($0)) } ?? .null,
    ]
  }
}
