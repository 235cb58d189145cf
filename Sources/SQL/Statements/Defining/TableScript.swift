import Catalog
import ColumnFormat
import RowFormat

/// SHOW CREATE TABLE: the statement that makes a table again, a line each.
struct TableScript {
  static let textOutput = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
  static let parquetOutput = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"
  private static let textInput = "org.apache.hadoop.mapred.TextInputFormat"
  private static let parquetInput = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
  private static let parquetSerDe = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"

  let table: TableDescription
  /// Where names without a database are looked up; others are named with theirs.
  let database: String

  var lines: [String] {
    let name =
      table.name.database == database
      ? TableScript.name(table.name.table)
      : TableScript.name(table.name.database) + "." + TableScript.name(table.name.table)
    var lines = ["CREATE EXTERNAL TABLE \(name)("]
    lines += columns(table.columns)
    if let comment = table.parameters["comment"] { lines.append("COMMENT \(text(comment))") }
    if !table.partitionKeys.isEmpty {
      lines.append("PARTITIONED BY (")
      lines += columns(table.partitionKeys)
    }
    if let count = table.details.bucketCount {
      lines.append("CLUSTERED BY (")
      lines += TableScript.listed(table.details.bucketColumns.map(TableScript.name))
      lines.append("INTO \(count) BUCKETS")
    }
    let storage = Storage(table)
    lines += ["ROW FORMAT SERDE", "  \(text(storage.serDe))"]
    if !storage.serDeProperties.isEmpty {
      lines.append("WITH SERDEPROPERTIES (")
      lines += properties(storage.serDeProperties)
    }
    lines += ["STORED AS INPUTFORMAT", "  \(text(storage.inputFormat))"]
    lines += ["OUTPUTFORMAT", "  \(text(storage.outputFormat))"]
    lines += ["LOCATION", "  \(text(table.location))"]
    var parameters = table.parameters
    for hidden in ["EXTERNAL", "comment"] { parameters[hidden] = nil }
    if !storage.extraParameters.isEmpty {
      parameters.merge(storage.extraParameters) { own, _ in own }
    }
    if !parameters.isEmpty {
      lines.append("TBLPROPERTIES (")
      lines += properties(parameters)
    }
    return lines
  }

  private func columns(_ fields: [Field]) -> [String] {
    TableScript.listed(
      fields.map { field in
        let comment = table.details.comments[field.name.lowercased()]
        return TableScript.name(field.name) + " " + TableScript.type(field, table)
          + (comment.map { " COMMENT \(text($0))" } ?? "")
      }
    )
  }

  /// Hive's type of a column, as it was declared.
  static func type(_ field: Field, _ table: TableDescription) -> String {
    table.details.declaredTypes[field.name.lowercased()] ?? HiveType.text(field.type)
  }

  private func properties(_ properties: [String: String]) -> [String] {
    TableScript.listed(
      properties.sorted { $0.key < $1.key }.map { "\(text($0.key))=\(text($0.value))" }
    )
  }

  /// A line each, the last with the closing parenthesis.
  private static func listed(_ items: [String]) -> [String] {
    items.enumerated().map { "  \($1)" + ($0 == items.count - 1 ? ")" : ",") }
  }

  static func name(_ name: String) -> String {
    "`" + name.replacing("`", with: "``") + "`"
  }

  /// A string of Hive's, from which its parser gives the same text.
  private func text(_ text: String) -> String {
    var quoted = "'"
    for scalar in text.unicodeScalars {
      switch scalar {
      case "'": quoted += "\\'"
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      case "\r": quoted += "\\r"
      case let scalar where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "'"
  }

  /// How Hive names the way that a table's files are read.
  struct Storage {
    var serDe = SerDeKind.lazySimple.rawValue
    var serDeProperties: [String: String] = [:]
    var inputFormat: String
    var outputFormat: String
    /// TBLPROPERTIES that the format implies.
    var extraParameters: [String: String] = [:]

    init(_ table: TableDescription) {
      inputFormat = table.details.inputFormat ?? TableScript.textInput
      outputFormat = table.details.outputFormat ?? TableScript.textOutput
      switch table.format {
      case .parquet:
        serDe = TableScript.parquetSerDe
        serDeProperties = table.details.serDeProperties
        inputFormat = TableScript.parquetInput
        outputFormat = table.details.outputFormat ?? TableScript.parquetOutput
      case .text(let own):
        serDe = own.library
        serDeProperties = own.properties
      case .ndjson: serDe = SerDeKind.openXJSON.rawValue
      case .csv(let layout):
        serDe = SerDeKind.openCSV.rawValue
        serDeProperties = [
          "separatorChar": String(decoding: [layout.delimiter], as: UTF8.self),
          "quoteChar": String(decoding: [layout.quote], as: UTF8.self),
        ]
        if layout.hasHeader { extraParameters["skip.header.line.count"] = "1" }
      }
    }
  }
}
