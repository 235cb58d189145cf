import Catalog
import ColumnFormat
import ObjectStore
import RowFormat

/// Turns CREATE TABLE AS, INSERT INTO and UNLOAD into what can run.
struct WritePlanner {
  let resolver: TableResolver
  let context: EvaluationContext
  let parameters: [SyntaxExpression]

  func plan(_ write: SyntaxWrite) throws(SQLError) -> PlannedStatement {
    let plan: WritePlan
    do throws(SQLError) {
      switch write.target {
      case .create(let table, let ifNotExists, let withData):
        plan = try create(write, table, ifNotExists: ifNotExists, withData: withData)
      case .insert(let table, let columns): plan = try insert(write, table, columns)
      case .unload(let place): plan = try unload(write, place)
      }
    } catch {
      var error = error
      error.range = error.range ?? write.targetRange
      throw error
    }
    return PlannedStatement(
      columns: [ResultColumn(name: "rows", type: .bigint)],
      work: .write(plan)
    )
  }

  // MARK: CREATE TABLE AS

  private func create(
    _ write: SyntaxWrite,
    _ table: [Identifier],
    ifNotExists: Bool,
    withData: Bool
  ) throws(SQLError) -> WritePlan {
    let name = try self.name(table, at: write.targetRange)
    let catalog = try self.catalog()
    let properties = try WriteProperties(write.properties, isUnload: false)
    try checkDatabase(name, catalog)
    let existing: TableHandle? = try catalog.table(name, as: "\(name)")
    if existing != nil {
      guard ifNotExists else {
        throw SQLError(.tableAlreadyExists, "Table 'awsdatacatalog.\(name)' already exists")
      }
      return WritePlan(
        target: .nothing,
        plan: .values(columns: [], rows: []),
        output: [],
        fields: [],
        keys: [],
        format: properties.format,
        hasData: false
      )
    }
    let bound = try bind(write.query)
    var columns = try WrittenColumns(bound.output, properties)
    columns.number()
    let location = try properties.location.map { text throws(SQLError) in
      try folder(text, "external_location", at: properties.locationRange)
    }
    try WritePlanner.checkEmpty(
      location ?? catalog.catalog.path(of: catalog.catalog.defaultLocation(of: name)),
      "table '\(name)'"
    )
    return WritePlan(
      target: .create(name, location: location, parameters: properties.parameters),
      plan: try Optimizer.optimize(bound.plan, context: context),
      output: bound.output,
      fields: columns.fields,
      keys: columns.keys,
      format: properties.format,
      buckets: columns.buckets,
      hasData: withData
    )
  }

  private func checkDatabase(_ name: TableName, _ catalog: CatalogTables) throws(SQLError) {
    let known = try catalog.databases()
    guard name.database != "default", !known.contains(name.database) else { return }
    throw SQLError(
      .schemaNotFound,
      "Schema \(name.database) not found",
      help: NearestName.suggestion(for: name.database, among: known).map { "did you mean '\($0)'?" }
    )
  }

  // MARK: INSERT INTO

  private func insert(
    _ write: SyntaxWrite,
    _ table: [Identifier],
    _ columns: [Identifier]?
  ) throws(SQLError) -> WritePlan {
    let name = try self.name(table, at: write.targetRange)
    let catalog = try self.catalog()
    // The resolver's errors say what is there instead.
    _ = try resolver.table(table.map(\.text), at: write.targetRange)
    let snapshot: TableSnapshot?
    do throws(CatalogError) { snapshot = try catalog.catalog.snapshot(of: name) } catch {
      throw SQLError(error)
    }
    guard let snapshot else {
      throw SQLError(
        .notSupported,
        "'\(name)' is no table of the catalog, so nothing can be inserted into it"
      )
    }
    if snapshot.isView {
      throw SQLError(.notSupported, "Inserting into views is not supported")
    }
    let description = snapshot.description
    let all = description.columns + description.partitionKeys
    for field in all { try LogicalType.checkWritable(field) }
    if let columns { try checkNames(columns, all) }
    let bound = try bind(write.query)
    let chosen =
      columns.map { $0.compactMap { name in Schema(all).index(of: name.text) } }
      ?? Array(all.indices)
    let types = chosen.map { SQLType(all[$0].type) }
    let found = bound.output.map(\.type)
    guard found.count == types.count,
      zip(found, types).allSatisfy({ TypeCoercion.canCoerce($0, to: $1) })
    else {
      throw SQLError(
        .typeMismatch,
        "Insert query has mismatched column types: Table: [\(WritePlanner.list(types))],"
          + " Query: [\(WritePlanner.list(found))]",
        at: write.query.range
      )
    }
    var binder = Binder(tables: resolver, context: context, parameters: parameters)
    let shaped = try binder.bindInserted(write.query, fields: all, chosen: chosen)
    return WritePlan(
      target: .insert(name),
      plan: try Optimizer.optimize(shaped.plan, context: context),
      output: shaped.output,
      fields: description.columns,
      keys: description.partitionKeys,
      format: try WriteFormat(of: description),
      buckets: try WriteBuckets(of: description)
    )
  }

  private func checkNames(_ names: [Identifier], _ fields: [Field]) throws(SQLError) {
    var seen: Set<String> = []
    for name in names {
      guard Schema(fields).index(of: name.text) != nil else {
        throw SQLError(
          .columnNotFound,
          "Insert column name does not exist in target table: \(name.text)",
          at: name.range,
          help: NearestName.suggestion(for: name.text, among: fields.map(\.name))
            .map { "did you mean '\($0)'?" }
        )
      }
      guard seen.insert(name.text.lowercased()).inserted else {
        throw SQLError(
          .duplicateColumnName,
          "Insert column name is specified more than once: \(name.text)",
          at: name.range
        )
      }
    }
  }

  // MARK: UNLOAD

  private func unload(_ write: SyntaxWrite, _ place: String) throws(SQLError) -> WritePlan {
    let properties = try WriteProperties(write.properties, isUnload: true)
    let bound = try bind(write.query)
    let columns = try WrittenColumns(bound.output, properties)
    let folder = try folder(place, "UNLOAD", at: write.targetRange)
    try WritePlanner.checkEmpty(folder, "UNLOAD")
    return WritePlan(
      target: .unload(folder: folder),
      plan: try Optimizer.optimize(bound.plan, context: context),
      output: bound.output,
      fields: columns.fields,
      keys: columns.keys,
      format: properties.format
    )
  }

  // MARK: Names and places

  private func bind(_ query: SyntaxQuery) throws(SQLError) -> BoundQuery {
    var binder = Binder(tables: resolver, context: context, parameters: parameters)
    return try binder.bind(query)
  }

  private func catalog() throws(SQLError) -> CatalogTables {
    guard let catalog = resolver.catalog else {
      throw SQLError(
        .notSupported,
        "there is no catalog to write a table to",
        help: "name a lake with --lake DIR"
      )
    }
    return catalog
  }

  private func name(_ parts: [Identifier], at range: SourceRange) throws(SQLError) -> TableName {
    guard parts.count <= 3 else {
      throw SQLError(.syntaxError, "Too many dots in table name", at: range)
    }
    return TableName(
      database: parts.count > 1 ? parts[parts.count - 2].text : resolver.database,
      table: parts[parts.count - 1].text
    )
  }

  private static func list(_ types: [SQLType]) -> String {
    types.map(\.description).joined(separator: ", ")
  }

  private func folder(
    _ text: String,
    _ what: String,
    at range: SourceRange?
  ) throws(SQLError) -> String {
    var trimmed = text[...]
    if let key = S3Location.key(of: text), let root = resolver.catalog?.catalog.s3Root {
      trimmed = "\(root)/\(key)"
    } else if text.contains("://") {
      throw SQLError(
        .notSupported,
        "\(what) to '\(text)' is not supported: lake writes to folders",
        at: range,
        help: S3Location.key(of: text) == nil
          ? nil : "name the folder that holds the buckets with --s3-root"
      )
    }
    while trimmed.utf8.count > 1, trimmed.utf8.last == UInt8(ascii: "/") { trimmed.removeLast() }
    guard !trimmed.isEmpty, trimmed != "/" else {
      throw SQLError(.notSupported, "'\(text)' is no folder to write to", at: range)
    }
    return WrittenFolders.absolute(String(trimmed))
  }

  /// Refuses a place where something is; what readers do not see counts too, except what unfinished
  /// writes have left.
  static func checkEmpty(_ folder: String, _ what: String) throws(SQLError) {
    do throws(ObjectStoreError) {
      if try LocalFolder(folder).entries(of: "").isEmpty { return }
    } catch {
      if error.kind == .notFound { return }
      throw SQLError(.hiveFileSystem, error.message)
    }
    throw SQLError(
      .hivePathExists,
      "Target directory for \(what) already exists: \(folder)",
      details: ["You may need to manually clean the data at location '\(folder)' before retrying."],
      help: "lake does not delete data; choose another place, or empty this one"
    )
  }
}

extension Binder {
  /// A query as the rows of a table: its columns in the table's order and types, others null.
  mutating func bindInserted(
    _ query: SyntaxQuery,
    fields: [Field],
    chosen: [Int]
  ) throws(SQLError) -> BoundQuery {
    let bound = try bind(query)
    let items = fields.enumerated().map { index, field in
      let type = SQLType(field.type)
      let column = ids.column(field.name, type)
      guard let position = chosen.firstIndex(of: index) else {
        return LogicalPlan.ProjectItem(column: column, expression: .constant(.null, type))
      }
      return LogicalPlan.ProjectItem(
        column: column,
        expression: coerce(.column(bound.output[position]), to: type)
      )
    }
    return BoundQuery(plan: .project(bound.plan, items: items), output: items.map(\.column))
  }
}
