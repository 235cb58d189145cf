import LakeWriter
import RowFormat

/// What `lake ingest` says at its end.
struct IngestReport {
  var summary: DeliverySummary
  var target: DeliveryTarget
  var seconds: Double
  var isDryRun: Bool
  /// What delivers the rest after an interrupt.
  var resumption = "the same command with --resume"

  /// For people: what happened, what to look at, what to do next.
  var text: String {
    let rate = Quantity.bytes(Int(Double(summary.inputByteCount) / max(seconds, 0.001)))
    let verb = isDryRun ? "would deliver" : "delivered"
    var lines = [
      "\(verb) \(Quantity.grouped(summary.deliveredRowCount)) of "
        + "\(Quantity.grouped(summary.recordCount)) records into \(target.name)",
      "  read     \(Quantity.bytes(summary.inputByteCount)) in \(Quantity.seconds(seconds)), \(rate)/s",
    ]
    let partitions = summary.partitions.keys.sorted()
    if !isDryRun {
      lines.append(
        "  written  \(Quantity.count(summary.fileCount, "file")), "
          + "\(Quantity.bytes(summary.fileByteCount)), in \(target.folder)"
      )
    }
    if let first = partitions.first, let last = partitions.last, !first.isEmpty {
      lines.append(
        "  covers   \(Quantity.count(partitions.count, "partition")), \(first) to \(last)"
      )
    }
    if summary.rejectedCount > 0 {
      lines.append(
        "  rejected \(Quantity.count(summary.rejectedCount, "record"))"
          + (summary.rejectFiles.isEmpty || isDryRun ? "" : ", kept in \(target.rejectsFolder)")
          + (isDryRun ? "" : "; \(listing)")
      )
    }
    if summary.untimedCount > 0 {
      lines.append(
        "  note     \(Quantity.count(summary.untimedCount, "record")) had no usable time: filed by arrival"
      )
    }
    if summary.filteredCount > 0 {
      lines.append("  filtered \(Quantity.count(summary.filteredCount, "record")) left out")
    }
    if summary.repeatedCount > 0 {
      lines.append(
        "  repeated \(Quantity.count(summary.repeatedCount, "record")) left out by key"
      )
    }
    if summary.unkeyedCount > 0 {
      lines.append(
        "  note     \(Quantity.count(summary.unkeyedCount, "record")) had no key for --dedup: "
          + "delivered, repeated or not"
      )
    }
    if summary.supersededCount > 0 {
      lines.append(
        "  applied  \(Quantity.grouped(summary.supersededCount)) rows were replaced or removed by "
          + "later changes"
      )
    }
    if summary.outsideCount > 0 {
      lines.append(
        "  window   \(Quantity.count(summary.outsideCount, "record")) outside of it"
      )
    }
    if summary.undeliveredRowCount > 0 {
      lines.append(
        "  missing  \(Quantity.count(summary.undeliveredRowCount, "row")) read but not written"
      )
    }
    if summary.isInterrupted { lines.append("  stopped  by an interrupt; the rest was not read") }
    if isDryRun {
      // Encoding and syncing take about as long as reading and decoding.
      lines.append("  takes    about \(Quantity.seconds(seconds * 2))")
    }
    if let next = nextCommand { lines.append("  next     \(next)") }
    return lines.joined(separator: "\n") + "\n"
  }

  private var nextCommand: String? {
    if summary.isInterrupted { return "\(resumption) delivers the rest" }
    if isDryRun { return "the same command without --dry-run" }
    if summary.deliveredRowCount == 0 { return nil }
    guard let table = target.table else {
      return "lake sql \"select count(*) from '\(target.folder)'\""
    }
    return "lake crawl\(lakeOption), then lake sql\(lakeOption) \"select count(*) from \(table)\""
  }

  /// What to do about an input that was not read to its end.
  private static func help(_ failure: RowFormatError) -> String {
    switch failure.kind {
    case .malformed where failure.byteOffset == nil:
      "all other inputs were delivered; name the format with --format (csv needs no second column or "
        + "row), or mend this one, and go on with --resume"
    case .unsupported:
      "all other inputs were delivered; unpack or convert this one, and go on with --resume"
    default:
      "all complete records before the damage were delivered; mend the input and deliver the rest"
    }
  }

  /// The command that shows the rejects.
  private var listing: String {
    target.table == nil
      ? "lake rejects list --to \(target.folder)"
      : "lake rejects list\(lakeOption) \(target.name)"
  }

  /// What commands need to find the lake.
  private var lakeOption: String {
    guard let lake = target.lake, lake != "./lake" else { return "" }
    return " --lake \(lake)"
  }

  /// The same facts for programs.
  var json: JSONValue {
    [
      "destination": .string(target.name),
      "records": .integer(summary.recordCount),
      "delivered": .integer(summary.deliveredRowCount),
      "rejected": .integer(summary.rejectedCount),
      "filtered": .integer(summary.filteredCount),
      "repeated": .integer(summary.repeatedCount),
      "unkeyed": .integer(summary.unkeyedCount),
      "superseded": .integer(summary.supersededCount),
      "outsideWindow": .integer(summary.outsideCount),
      "undelivered": .integer(summary.undeliveredRowCount),
      "untimed": .integer(summary.untimedCount),
      "inputBytes": .integer(summary.inputByteCount),
      "files": .integer(summary.fileCount),
      "fileBytes": .integer(summary.fileByteCount),
      "milliseconds": .integer(Int(seconds * 1000)),
      "dryRun": .boolean(isDryRun),
      "interrupted": .boolean(summary.isInterrupted),
      "partitions": .array(
        summary.partitions.sorted { $0.key < $1.key }.map {
          ["path": .string($0.key), "files": .integer($0.value)]
        }
      ),
      "rejectFiles": .array(summary.rejectFiles.map { .string($0) }),
    ]
  }

  /// Ends the command as its result asks for.
  func throwFailures(isStrict: Bool) throws {
    if let failure = summary.failure { throw failure }
    if let failure = summary.inputFailures.first {
      var reported = Failure(message: failure.message, place: failure.details)
      let others = summary.inputFailures.count - 1
      if others > 0 {
        reported.place.append("and \(others) more inputs could not be read to the end")
      }
      reported.help = IngestReport.help(failure)
      throw reported
    }
    if summary.isInterrupted { throw Failure.interrupted }
    if isStrict && summary.rejectedCount > 0 {
      throw Failure(
        message: "\(Quantity.count(summary.rejectedCount, "record")) rejected",
        help: "see them with: \(listing)",
        exit: .someRejected
      )
    }
  }
}
