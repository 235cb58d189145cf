import Catalog
import ColumnFormat

/// DESCRIBE: the columns of a table, the inside of one, and with FORMATTED or EXTENDED all else.
struct TableDescriptionRows {
  let table: TableDescription
  let statement: Describe
  /// The partition of a PARTITION clause.
  var partition: Partition?

  /// Rows of name, type and comment.
  func rows() throws(SQLError) -> [[String]] {
    if !statement.path.isEmpty { return try inside() }
    var rows =
      statement.style == .formatted ? [["# col_name", "data_type", "comment"], blank] : []
    rows += table.columns.map(row)
    if !table.partitionKeys.isEmpty {
      if statement.style != .formatted { rows += table.partitionKeys.map(row) }
      rows += [
        blank, ["# Partition Information", "", ""], ["# col_name", "data_type", "comment"], blank,
      ]
      rows += table.partitionKeys.map(row)
    }
    if statement.style != .plain { rows += details }
    return rows
  }

  private var blank: [String] { ["", "", ""] }

  private func row(_ field: Field) -> [String] {
    [
      field.name, TableScript.type(field, table),
      table.details.comments[field.name.lowercased()] ?? "",
    ]
  }

  // MARK: Details

  private var details: [[String]] {
    let storage = TableScript.Storage(table)
    let location =
      partition.map { partition in
        partition.location.hasPrefix("/") || S3Location.key(of: partition.location) != nil
          ? partition.location : table.location + "/" + partition.location
      } ?? table.location
    let isView = table.parameters["presto_view"] == "true"
    var rows = [blank]
    if let partition {
      let values = partition.values.map { $0 ?? PartitionPath.nullName }
      rows += [
        ["# Detailed Partition Information", "", ""],
        ["Partition Value:", "[" + values.joined(separator: ", ") + "]", ""],
      ]
    } else {
      rows.append(["# Detailed Table Information", "", ""])
    }
    rows += [
      ["Database:", table.name.database, ""], ["Table:", table.name.table, ""],
      ["Location:", location, ""],
      ["Table Type:", isView ? "VIRTUAL_VIEW" : "EXTERNAL_TABLE", ""],
      ["Table Parameters:", "", ""],
    ]
    rows += table.parameters.sorted { $0.key < $1.key }.map { ["", $0.key, $0.value] }
    rows += [
      blank, ["# Storage Information", "", ""], ["SerDe Library:", storage.serDe, ""],
      ["InputFormat:", storage.inputFormat, ""], ["OutputFormat:", storage.outputFormat, ""],
      ["Compressed:", "No", ""],
      ["Num Buckets:", "\(table.details.bucketCount ?? -1)", ""],
      [
        "Bucket Columns:", "[" + table.details.bucketColumns.joined(separator: ", ") + "]", "",
      ],
      ["Sort Columns:", "[]", ""], ["Storage Desc Params:", "", ""],
    ]
    rows += storage.serDeProperties.sorted { $0.key < $1.key }.map { ["", $0.key, $0.value] }
    return rows
  }

  // MARK: Nested paths

  /// `DESCRIBE t col.field.'$elem$'`: the fields of a struct, or the one type at the end.
  private func inside() throws(SQLError) -> [[String]] {
    let first = statement.path[0]
    let all = table.columns + table.partitionKeys
    guard var field = all.first(where: { $0.name.lowercased() == first.text.lowercased() }) else {
      let near = NearestName.suggestion(for: first.text, among: all.map(\.name))
      throw SQLError(
        .columnNotFound,
        "Column \(first.text) does not exist in table '\(table.name)'",
        at: first.range,
        help: near.map { "did you mean '\($0)'?" }
      )
    }
    for part in statement.path.dropFirst() {
      guard let next = TableDescriptionRows.child(part.text.lowercased(), of: field.type) else {
        throw SQLError(
          .semantic,
          "Invalid column reference: '\(part.text)' is not in \(HiveType.text(field.type))",
          at: part.range,
          help: "fields go by their names; '$elem$', '$key$' and '$value$' are in arrays and maps"
        )
      }
      field = next
    }
    if case .row(let fields) = field.type {
      return fields.map { [$0.name, HiveType.text($0.type), "from deserializer"] }
    }
    let name = statement.path[statement.path.count - 1].text
    return [[name, HiveType.text(field.type), "from deserializer"]]
  }

  private static func child(_ name: String, of type: LogicalType) -> Field? {
    switch type {
    case .row(let fields): fields.first { $0.name.lowercased() == name }
    case .list(let element): name == "$elem$" ? element : nil
    case .map(let key, let value): name == "$key$" ? key : name == "$value$" ? value : nil
    default: nil
    }
  }
}
