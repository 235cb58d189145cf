import Catalog
import ColumnFormat

/// Carries out the statements that define databases, tables and views.
struct CatalogEditor: Sendable {
  let catalog: TableCatalog
  /// Where names without a database belong.
  let database: String

  // MARK: Names

  /// The table that one to three name parts name.
  func name(_ parts: [Identifier]) throws(SQLError) -> TableName {
    if parts.count > 3 || (parts.count == 3 && !TableResolver.isCatalog(parts[0].text)) {
      throw SQLError(
        .schemaNotFound,
        "catalog '\(parts[0].text)' does not exist",
        at: parts[0].range,
        help: "the only catalog is 'awsdatacatalog'"
      )
    }
    return TableName(
      database: parts.count > 1 ? parts[parts.count - 2].text : database,
      table: parts[parts.count - 1].text
    )
  }

  /// A table as it is now.
  func snapshot(_ parts: [Identifier], _ range: SourceRange) throws(SQLError) -> TableSnapshot {
    let name = try name(parts)
    if let found = try translated(
      at: range,
      { () throws(CatalogError) in
        try catalog.snapshot(of: name)
      }
    ) {
      return found
    }
    throw try notFound(name, range)
  }

  /// The error for a table that is not there.
  func notFound(_ name: TableName, _ range: SourceRange) throws(SQLError) -> SQLError {
    let known = try translated(at: range) { () throws(CatalogError) -> [TableName]? in
      if name.database != "default" {
        guard try catalog.databases().contains(name.database) else { return nil }
      }
      return try catalog.tables(in: name.database)
    }
    guard let known else { return try databaseNotFound(name.database, range) }
    let near = NearestName.suggestion(for: name.table, among: known.map(\.table))
    return SQLError(
      .tableNotFound,
      "table '\(name)' does not exist",
      at: range,
      help: near.map { "did you mean '\($0)'?" }
    )
  }

  func databaseNotFound(_ name: String, _ range: SourceRange) throws(SQLError) -> SQLError {
    let known = try translated(at: range) { () throws(CatalogError) in try catalog.databases() }
    let near = NearestName.suggestion(for: name, among: known)
    return SQLError(
      .schemaNotFound,
      "Database does not exist: \(name)",
      at: range,
      help: near.map { "did you mean '\($0)'?" } ?? "CREATE DATABASE makes one"
    )
  }

  /// Makes sure that the database of a new table is there; `default` always is.
  func checkDatabase(_ name: String, _ range: SourceRange) throws(SQLError) {
    if name == "default" { return }
    let known = try translated(at: range) { () throws(CatalogError) in try catalog.databases() }
    if !known.contains(name) { throw try databaseNotFound(name, range) }
  }

  // MARK: Databases

  func create(_ statement: CreateDatabase) throws(SQLError) {
    let description = DatabaseDescription(
      name: statement.name.text,
      comment: statement.comment,
      location: statement.location,
      parameters: CatalogEditor.dictionary(statement.properties)
    )
    let isMade = try translated(at: statement.name.range) { () throws(CatalogError) in
      try catalog.create(description)
    }
    if !isMade && !statement.ifNotExists {
      throw SQLError(
        .alreadyExists,
        "Database \(description.name) already exists",
        at: statement.name.range,
        help: "CREATE DATABASE IF NOT EXISTS leaves it as it is"
      )
    }
  }

  func drop(_ statement: DropDatabase) throws(SQLError) {
    let name = statement.name.text.lowercased()
    let range = statement.name.range
    let known = try translated(at: range) { () throws(CatalogError) in try catalog.databases() }
    guard known.contains(name) else {
      if statement.ifExists { return }
      throw try databaseNotFound(name, range)
    }
    let tables = try translated(at: range) { () throws(CatalogError) in
      try catalog.tables(in: name)
    }
    if !tables.isEmpty && !statement.cascades {
      let its = tables.count == 1 ? "its table" : "its \(tables.count) tables"
      throw SQLError(
        .semantic,
        "Database \(name) is not empty. One or more tables exist.",
        at: range,
        help: "DROP DATABASE \(name) CASCADE drops \(its) too; data stay"
      )
    }
    _ = try translated(at: range) { () throws(CatalogError) in try catalog.drop(database: name) }
  }

  // MARK: DROP TABLE

  func dropTable(_ parts: [Identifier], ifExists: Bool, _ range: SourceRange) throws(SQLError) {
    let name = try name(parts)
    let place = parts[0].range.joined(with: parts[parts.count - 1].range)
    let found = try translated(at: place) { () throws(CatalogError) in
      try catalog.snapshot(of: name)
    }
    guard let found else {
      if ifExists { return }
      throw try notFound(name, place)
    }
    if found.isView {
      throw SQLError(
        .semantic,
        "Cannot drop a view with DROP TABLE",
        at: place,
        help: "use DROP VIEW \(name)"
      )
    }
    _ = try translated(at: place) { () throws(CatalogError) in try catalog.drop(name) }
  }

  // MARK: Helpers

  static func dictionary(_ properties: [PropertySetting]) -> [String: String] {
    Dictionary(properties.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last })
  }

  /// Runs a call of the catalog; its errors are told in the query's words.
  func translated<Result>(
    at range: SourceRange? = nil,
    _ body: () throws(CatalogError) -> Result
  ) throws(SQLError) -> Result {
    do throws(CatalogError) {
      return try body()
    } catch {
      var translated = SQLError(error)
      translated.range = range
      throw translated
    }
  }
}

extension TableSnapshot {
  /// Whether it is a view as Athena keeps them: a query's text and no data.
  var isView: Bool { description.parameters["presto_view"] == "true" }
}
