import Catalog
import ColumnFormat
import RowFormat

/// A view as Athena keeps it in Glue: `ViewOriginalText` is a comment with JSON in base64.
///
/// ```
/// /* Presto View: eyJvcmlnaW5hbFNxbCI6… */
/// {"originalSql":"SELECT …","catalog":"awsdatacatalog","schema":"shop",
///  "columns":[{"name":"id","type":"bigint"}, …]}
/// ```
struct ViewDefinition: Sendable {
  struct ViewColumn: Sendable {
    var name: String
    var type: String
  }

  /// What the catalog calls it: `database.view`; empty for one that it does not have yet.
  var name = ""
  var sql: String
  /// Where names without a database are looked up.
  var database: String
  var columns: [ViewColumn]
  var comment: String?

  private static let prefix = "/* Presto View: "
  private static let suffix = " */"

  init(sql: String, database: String, columns: [ViewColumn], comment: String?) {
    self.sql = sql
    self.database = database
    self.columns = columns
    self.comment = comment
  }

  /// The view in a text of Glue's; nil where it is none of Athena's.
  init?(viewText: String) {
    guard viewText.hasPrefix(ViewDefinition.prefix), viewText.hasSuffix(ViewDefinition.suffix),
      let bytes = Base64.decode(
        viewText.utf8.dropFirst(ViewDefinition.prefix.utf8.count)
          .dropLast(ViewDefinition.suffix.utf8.count)
      ), let json = try? JSONValue.parse(bytes), let sql = json["originalSql"]?.stringValue
    else { return nil }
    self.sql = sql
    database = json["schema"]?.stringValue ?? "default"
    comment = json["comment"]?.stringValue
    columns = (json["columns"]?.arrayValue ?? []).compactMap { column in
      guard let name = column["name"]?.stringValue, let type = column["type"]?.stringValue else {
        return nil
      }
      return ViewColumn(name: name, type: type)
    }
  }

  /// Glue's `ViewOriginalText`.
  var viewText: String {
    var json: JSONObject = [
      "originalSql": .string(sql), "catalog": "awsdatacatalog", "schema": .string(database),
    ]
    json["columns"] = .array(
      columns.map { ["name": .string($0.name), "type": .string($0.type)] }
    )
    if let comment { json["comment"] = .string(comment) }
    let text = JSONValue.object(json).compactText
    var coded = Array(ViewDefinition.prefix.utf8)
    Base64.append(Array(text.utf8), to: &coded)
    return String(decoding: coded, as: UTF8.self) + ViewDefinition.suffix
  }

  /// SHOW CREATE VIEW, a line each.
  func script(_ name: TableName) -> [String] {
    ["CREATE VIEW \(name.database).\(name.table) AS"]
      + sql.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }
}

extension CatalogEditor {
  /// CREATE [OR REPLACE] VIEW, whose query was bound to `output`.
  ///
  /// - Parameters:
  ///   - statement: The statement.
  ///   - sql: The query's text.
  ///   - output: What the query puts out.
  /// - Throws: Where the name is taken, or columns have no names of their own.
  func create(_ statement: CreateView, sql: String, output: [PlanColumn]) throws(SQLError) {
    let name = try name(statement.name)
    let place = statement.name[0].range
    try checkDatabase(name.database, place)
    if !statement.columns.isEmpty && statement.columns.count != output.count {
      throw SQLError(
        .mismatchedColumnAliases,
        "column alias list has \(statement.columns.count) entries but the query has "
          + "\(output.count) columns",
        at: place
      )
    }
    var columns: [ViewDefinition.ViewColumn] = []
    var fields: [Field] = []
    for (index, column) in output.enumerated() {
      let text =
        statement.columns.isEmpty
        ? column.name.lowercased() : statement.columns[index].text.lowercased()
      if columns.contains(where: { $0.name == text }) {
        throw SQLError(
          .semantic,
          "Column name '\(text)' specified more than once",
          at: place,
          help: "give every column of the view a name of its own"
        )
      }
      if column.type == .unknown {
        throw SQLError(.semantic, "Column type is unknown: \(text)", at: place, help: "cast it")
      }
      columns.append(.init(name: text, type: "\(column.type)"))
      fields.append(Field(text, column.type.catalogType))
    }
    // Athena's views have no list of names, so the names go into the query.
    let names = columns.map { "\"" + $0.name.replacing("\"", with: "\"\"") + "\"" }
    let view = ViewDefinition(
      sql: statement.columns.isEmpty
        ? sql : "SELECT * FROM (\n\(sql)\n) AS v (\(names.joined(separator: ", ")))",
      database: database,
      columns: columns,
      comment: statement.comment
    )
    var refusal: SQLError?
    _ = try translated(at: place) { () throws(CatalogError) in
      try catalog.commit(name) { current in
        refusal = nil
        if let current {
          if !current.isView {
            refusal = SQLError(.tableAlreadyExists, "Table already exists: '\(name)'", at: place)
            return nil
          }
          if !statement.orReplace {
            refusal = SQLError(
              .tableAlreadyExists,
              "View already exists: '\(name)'",
              at: place,
              help: "CREATE OR REPLACE VIEW makes it anew"
            )
            return nil
          }
        }
        var update = TableUpdate(
          location: "",
          format: .parquet,
          columns: fields,
          partitionKeys: [],
          parameters: ["presto_view": "true", "comment": statement.comment ?? "Presto View"],
          causes: { _ in ChangeCause(source: "CREATE VIEW") }
        )
        var details = TableDetails()
        details.viewText = view.viewText
        update.details = details
        update.reorders = true
        return update
      }
    }
    if let refusal { throw refusal }
  }

  func dropView(_ parts: [Identifier], ifExists: Bool, _ range: SourceRange) throws(SQLError) {
    let name = try name(parts)
    let place = parts[0].range.joined(with: parts[parts.count - 1].range)
    let found = try translated(at: place) { () throws(CatalogError) in
      try catalog.snapshot(of: name)
    }
    let title = "awsdatacatalog.\(name)"
    guard let found else {
      if ifExists { return }
      throw SQLError(.tableNotFound, "View '\(title)' does not exist", at: place)
    }
    guard found.isView else {
      throw SQLError(
        .tableNotFound,
        "View '\(title)' does not exist, but a table with that name exists. "
          + "Did you mean DROP TABLE \(title)?",
        at: place
      )
    }
    _ = try translated(at: place) { () throws(CatalogError) in try catalog.drop(name) }
  }

  /// The view of a name.
  func view(_ parts: [Identifier], _ range: SourceRange) throws(SQLError) -> ViewDefinition {
    let found = try snapshot(parts, range)
    guard let text = found.description.details.viewText, let view = ViewDefinition(viewText: text)
    else {
      throw SQLError(
        .notSupported,
        "Relation '\(found.description.name)' is a table, not a view",
        at: range,
        help: "use SHOW CREATE TABLE"
      )
    }
    return view
  }
}
