import Catalog
import RowFormat

/// What a check of tables found, for people and for programs.
struct CheckText {
  let report: CheckReport
  let isDeep: Bool
  let seconds: Double

  /// The findings, a line each with its facts below.
  var findings: String {
    report.findings.map { finding in
      "\(CheckText.word(finding.kind))  \(finding.table)  \(finding.path)\n  \(finding.detail)\n"
    }
    .joined()
  }

  /// One line of counts, and what to do about each kind of finding.
  var summary: String {
    let counts = [
      Quantity.count(report.tableCount, "table"),
      Quantity.count(report.partitionCount, "partition"),
      Quantity.count(report.fileCount, "file") + " (\(Quantity.bytes(report.byteCount)))",
    ]
    let found =
      report.findings.isEmpty
      ? "nothing is wrong" : Quantity.count(report.findings.count, "finding")
    let depth = isDeep ? "all values" : "footers; --deep reads all values"
    var text =
      "checked \(counts.joined(separator: ", ")) in \(Quantity.seconds(seconds)): \(found)\n"
      + "  read     \(depth)\n"
    if report.emptyCount > 0 {
      text +=
        "  empty    \(Quantity.count(report.emptyCount, "file")) of no bytes: queries pass over such\n"
    }
    for kind in CheckFinding.Kind.allCases {
      let count = report.findings.count { $0.kind == kind }
      if count > 0 { text += "  \(CheckText.word(kind)) \(count): \(CheckText.advice(kind))\n" }
    }
    return text
  }

  var json: JSONValue {
    [
      "tables": .integer(report.tableCount), "partitions": .integer(report.partitionCount),
      "files": .integer(report.fileCount), "bytes": .integer(report.byteCount),
      "empty": .integer(report.emptyCount),
      "deep": .boolean(isDeep),
      "findings": .array(
        report.findings.map { finding in
          [
            "kind": .string(finding.kind.rawValue), "table": .string(finding.table),
            "path": .string(finding.path), "detail": .string(finding.detail),
          ]
        }
      ),
    ]
  }

  /// The kind in a column of its own.
  private static func word(_ kind: CheckFinding.Kind) -> String {
    let word =
      switch kind {
      case .missing: "missing"
      case .orphaned: "orphaned"
      case .damaged: "damaged"
      case .untrue: "untrue"
      case .mismatched: "mismatch"
      case .catalog: "catalog"
      }
    return word + String(repeating: " ", count: 8 - word.count)
  }

  private static func advice(_ kind: CheckFinding.Kind) -> String {
    switch kind {
    case .missing:
      "bring the files back, or let `lake crawl` forget them (a whole table: `lake catalog drop`)"
    case .orphaned: "`lake crawl` makes them part of the table; else move them away"
    case .damaged:
      "put a sound copy in place, or remove the file and deliver its source again with `lake ingest`"
    case .untrue: "queries may lose rows: write the file again from its source"
    case .mismatched: "`lake crawl` widens the table's type; `lake catalog why` tells who set it"
    case .catalog: "put the file back from a copy, or crawl into another lake"
    }
  }
}
