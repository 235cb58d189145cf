import RowFormat

/// The health of tables for people and for programs.
struct HealthText {
  let tables: [TableHealth]

  var text: String {
    tables.map { table in
      var text = "\(table.name)\n"
      let files =
        "\(Quantity.grouped(table.fileSizes.count)), \(Quantity.bytes(table.byteCount)), "
        + "median \(Quantity.bytes(table.medianByteCount)), \(table.smallFileCount) small"
      text += "  files       \(files)\n"
      text += "  partitions  \(Quantity.grouped(table.partitionCount))\n"
      text += "  schema      \(Quantity.count(table.versionCount, "version"))\n"
      text += "  rejects     \(Quantity.grouped(table.rejectCount))\n"
      if let age = table.ageSeconds { text += "  newest      \(HealthText.age(age)) ago\n" }
      var options = ChartOptions()
      options.width = 60
      options.usesUnicode = ChartOptions.showsUnicode
      let rows = table.distribution
      if rows.count > 1 {
        let series = ChartTable.Series(name: "files", values: rows.map { Double($0.count) })
        let chart = BarChart(labels: rows.map(\.label), series: [series], options: options)
        text += chart.lines.map { "    \($0)\n" }.joined()
      }
      for advice in table.advice {
        text += "  ! \(advice.problem)\n"
        if let command = advice.command { text += "    help: \(command)\n" }
      }
      if table.advice.isEmpty { text += "  nothing to do\n" }
      return text
    }
    .joined(separator: "\n")
  }

  var json: JSONValue {
    .array(
      tables.map { table -> JSONValue in
        [
          "table": .string(table.name), "files": .integer(table.fileSizes.count),
          "bytes": .integer(table.byteCount), "medianFileBytes": .integer(table.medianByteCount),
          "smallFiles": .integer(table.smallFileCount),
          "fileSizes": .array(
            table.distribution.map { label, count -> JSONValue in
              ["size": .string(label), "files": .integer(count)]
            }
          ),
          "partitions": .integer(table.partitionCount),
          "schemaVersions": .integer(table.versionCount), "rejects": .integer(table.rejectCount),
          "newestFileAgeSeconds": table.ageSeconds.map { .integer($0) } ?? .null,
          "advice": .array(
            table.advice.map { advice -> JSONValue in
              [
                "problem": .string(advice.problem),
                "command": advice.command.map { .string($0) } ?? .null,
              ]
            }
          ),
        ]
      }
    )
  }

  static func age(_ seconds: Int) -> String {
    switch seconds {
    case ..<120: "\(seconds) s"
    case ..<7200: "\(seconds / 60) min"
    case ..<172_800: "\(seconds / 3600) h"
    default: "\(seconds / 86_400) days"
    }
  }
}
