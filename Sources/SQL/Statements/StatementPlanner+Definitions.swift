import Catalog
import ColumnFormat

/// Statements that change the catalog: checked as far as possible now, carried out when they run.
extension StatementPlanner {
  /// What carries out changes.
  func editor(_ range: SourceRange) throws(SQLError) -> CatalogEditor {
    guard let catalog = resolver.catalog?.catalog else {
      throw SQLError(
        .notSupported,
        "there is no catalog to look into or change",
        at: range,
        help: "--lake DIR names the lake"
      )
    }
    return CatalogEditor(catalog: catalog, database: resolver.database)
  }

  func change(_ statement: SyntaxStatement) throws(SQLError) -> PlannedStatement {
    switch statement {
    case .createDatabase(let database):
      return try plan(at: database.name.range) { editor throws(SQLError) in
        try editor.create(database)
      }
    case .dropDatabase(let database):
      return try plan(at: database.name.range) { editor throws(SQLError) in
        try editor.drop(database)
      }
    case .createTable(let table):
      return try plan(at: table.range) { editor throws(SQLError) in try editor.create(table) }
    case .dropTable(let name, let ifExists, let range):
      return try plan(at: range) { editor throws(SQLError) in
        try editor.dropTable(name, ifExists: ifExists, range)
      }
    case .alterTable(let table):
      return try plan(at: table.range) { editor throws(SQLError) in try editor.alter(table) }
    case .dropView(let name, let ifExists, let range):
      return try plan(at: range) { editor throws(SQLError) in
        try editor.dropView(name, ifExists: ifExists, range)
      }
    case .repairTable(let name, let range):
      let editor = try editor(range)
      return PlannedStatement(
        columns: [ResultColumn(name: "result", type: .text)],
        work: .change { () throws(SQLError) in try editor.repair(name, range) }
      )
    default: preconditionFailure("the statement changes nothing")
    }
  }

  private func plan(
    at range: SourceRange,
    _ body: @escaping @Sendable (CatalogEditor) throws(SQLError) -> Void
  ) throws(SQLError) -> PlannedStatement {
    let editor = try editor(range)
    return PlannedStatement(
      columns: [],
      work: .change { () throws(SQLError) in
        try body(editor)
        return []
      }
    )
  }

  /// CREATE VIEW: the query is bound, because its columns are kept too.
  func createView(_ statement: CreateView) throws(SQLError) -> PlannedStatement {
    let place = statement.name[0].range
    let editor = try editor(place)
    var binder = Binder(tables: resolver, context: context, parameters: parameters)
    let name = try editor.name(statement.name)
    binder.openViews = ["awsdatacatalog.\(name)"]
    let output = try binder.bind(statement.query).output
    let range = statement.queryRange
    let sql = String(decoding: Array(text.utf8)[range.start..<range.end], as: UTF8.self)
    return PlannedStatement(
      columns: [],
      work: .change { () throws(SQLError) in
        try editor.create(statement, sql: sql, output: output)
        return []
      }
    )
  }
}
