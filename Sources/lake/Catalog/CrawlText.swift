import Catalog
import RowFormat

/// What a crawl reports.
struct CrawlText {
  let report: CrawlReport
  let isDryRun: Bool
  let seconds: Double
  /// What commands need to find the lake: ` --lake DIR`.
  var lakeOption = ""

  /// Longer lists of left-out files and notes are cut.
  private static let warningCountMax = 20

  /// A dry run names so many partitions of a table; `--json` names all.
  private static let partitionCountMax = 20

  /// A line for each table, and below it what differs from its last version; of a dry run all that
  /// would be written.
  var tables: String {
    report.tables.map { table in
      var text = "\(table.name)  \(action(table)): \(facts(table))\n"
      // All columns of a new table are news; the table itself shows them, once it is there.
      if table.versionBefore != nil || isDryRun {
        for change in table.changes { text += "  \(CatalogText.line(change))\n" }
      }
      if isDryRun {
        text += CrawlText.lines(table.addedPartitions, "+", table)
        text += CrawlText.lines(table.removedPartitions, "-", table)
      }
      return text
    }
    .joined()
  }

  private static func lines(
    _ partitions: [Partition],
    _ sign: String,
    _ table: CrawlReport.Table
  ) -> String {
    var lines = partitions.prefix(partitionCountMax).map { partition in
      let values = zip(table.partitionKeys, partition.values).map { "\($0)=\($1 ?? "NULL")" }
      return "  \(sign) partition \(values.joined(separator: ", "))"
    }
    if partitions.count > partitionCountMax {
      let more = Quantity.grouped(partitions.count - partitionCountMax)
      lines.append("  \(sign) and \(more) more partitions")
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private func action(_ table: CrawlReport.Table) -> String {
    let version =
      table.versionBefore.map { $0 == table.version ? "" : ", version \($0) -> \(table.version)" }
      ?? ", version \(table.version)"
    let would = isDryRun && table.action != .unchanged && table.action != .logged ? "would be " : ""
    let word =
      table.action == .logged ? "differs from its files, left alone" : table.action.rawValue
    return would + word + version
  }

  private func facts(_ table: CrawlReport.Table) -> String {
    var facts = [Quantity.count(table.columnCount, "column")]
    if !table.partitionKeys.isEmpty {
      var text =
        Quantity.count(table.partitionCount, "partition") + " by "
        + table.partitionKeys.joined(separator: ", ")
      if table.versionBefore != nil, table.partitionsAdded > 0 {
        text += " (\(Quantity.grouped(table.partitionsAdded)) new)"
      }
      if table.partitionsRemoved > 0 {
        text += " (\(Quantity.grouped(table.partitionsRemoved)) gone)"
      }
      facts.append(text)
    }
    facts.append(Quantity.count(table.fileCount, "\(table.format.name) file"))
    if let count = table.recordCount { facts.append(Quantity.count(count, "row")) }
    facts.append(Quantity.bytes(table.byteCount))
    facts.append("in \(table.location)")
    return facts.joined(separator: ", ")
  }

  var warnings: String {
    func cut(_ lines: [String]) -> [String] {
      if lines.count <= CrawlText.warningCountMax { return lines }
      let more = lines.count - CrawlText.warningCountMax
      return lines.prefix(CrawlText.warningCountMax) + ["and \(Quantity.grouped(more)) more"]
    }
    let skipped = cut(report.skipped.map { "left out '\($0.path)': \($0.reason)" })
    return (cut(report.notes).map { "note: \($0)" } + skipped.map { "warning: \($0)" })
      .map { $0 + "\n" }.joined()
  }

  var summary: String {
    func count(_ action: CrawlReport.Action) -> Int {
      report.tables.count { $0.action == action }
    }
    var counts: [String] = []
    for action: CrawlReport.Action in [
      .added, .changed, .unchanged, .logged, .deprecated, .dropped,
    ] where count(action) > 0 {
      counts.append("\(count(action)) \(action.rawValue)")
    }
    if counts.isEmpty { counts = ["none"] }
    var text =
      "\(isDryRun ? "dry run: " : "")tables: \(counts.joined(separator: ", "));"
      + " \(Quantity.count(report.fileCount, "file")), \(Quantity.bytes(report.byteCount)),"
      + " \(Quantity.grouped(report.probedCount)) looked into, in \(Quantity.seconds(seconds))\n"
    if report.isSampled {
      text +=
        "note: only a sample was looked at; the types hold for all files and records only without"
        + " --sample\n"
    }
    if let table = report.tables.first(where: { $0.fileCount > 0 }) {
      text +=
        isDryRun
        ? "next: the same without --dry-run\n"
        : "next: lake sql\(lakeOption) 'SELECT * FROM \(CrawlText.quoted(table.name)) LIMIT 10'\n"
    }
    return text
  }

  /// The name as a query writes it.
  private static func quoted(_ name: TableName) -> String {
    [name.database, name.table].map { part in
      let isPlain =
        part.utf8.allSatisfy {
          (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F
        }
        && !(part.utf8.first.map { (0x30...0x39).contains($0) } ?? true) && part != "default"
      return isPlain ? part : "\"\(part)\""
    }
    .joined(separator: ".")
  }

  var json: JSONValue {
    [
      "dryRun": .boolean(isDryRun), "sampled": .boolean(report.isSampled),
      "tables": .array(report.tables.map(json)),
      "skipped": .array(
        report.skipped.map { ["path": .string($0.path), "reason": .string($0.reason)] }
      ), "notes": .array(report.notes.map { .string($0) }), "files": .integer(report.fileCount),
      "bytes": .integer(report.byteCount), "filesRead": .integer(report.probedCount),
      "seconds": .number("\(Double(Int(seconds * 1000)) / 1000)"),
    ]
  }

  private func json(_ table: CrawlReport.Table) -> JSONValue {
    var object: JSONObject = [
      "database": .string(table.name.database), "table": .string(table.name.table),
      "action": .string(table.action.rawValue), "location": .string(table.location),
      "format": .string(table.format.name), "version": .integer(table.version),
      "versionBefore": table.versionBefore.map { .integer($0) } ?? .null,
      "columns": .integer(table.columnCount),
      "partitionKeys": .array(table.partitionKeys.map { .string($0) }),
      "partitions": .integer(table.partitionCount),
      "partitionsAdded": .integer(table.partitionsAdded),
      "partitionsRemoved": .integer(table.partitionsRemoved), "files": .integer(table.fileCount),
      "bytes": .integer(table.byteCount),
      "rows": table.recordCount.map { .integer($0) } ?? .null,
      "changes": .array(table.changes.map(CatalogText.json)),
    ]
    if isDryRun {
      func list(_ partitions: [Partition]) -> JSONValue {
        .array(partitions.map { CatalogText.json($0, keys: table.partitionKeys) })
      }
      object["addedPartitions"] = list(table.addedPartitions)
      object["removedPartitions"] = list(table.removedPartitions)
    }
    return .object(object)
  }
}
