import Catalog
import ColumnFormat

/// SHOW and DESCRIBE.
extension StatementPlanner {
  func databases(_ like: String?) throws(SQLError) -> [String] {
    var names = Set(try resolver.catalog?.databases() ?? [])
    if resolver.dataFolder != nil { names.insert(resolver.database) }
    let pattern = like.map(NamePattern.init)
    return names.sorted().filter { pattern?.matches($0) ?? true }
  }

  func tables(_ database: Identifier?, _ like: String?) throws(SQLError) -> [String] {
    let name = database?.text.lowercased() ?? resolver.database
    let known = try resolver.catalog?.databases() ?? []
    if let database, !known.contains(name),
      name != resolver.database || resolver.dataFolder == nil
    {
      let near = NearestName.suggestion(for: name, among: known)
      throw SQLError(
        .schemaNotFound,
        "schema '\(name)' does not exist",
        at: database.range,
        help: near.map { "did you mean '\($0)'?" }
      )
    }
    if database == nil, name != "default", resolver.dataFolder == nil, !known.contains(name) {
      throw SQLError(.schemaNotFound, "schema '\(name)' does not exist")
    }
    var names = Set(try resolver.catalog?.tables(in: name) ?? [])
    if name == resolver.database { names.formUnion(resolver.dataFolder?.names ?? []) }
    let pattern = like.map(NamePattern.init)
    return names.sorted().filter { pattern?.matches($0) ?? true }
  }

  func partitions(
    _ table: [Identifier],
    _ range: SourceRange
  ) throws(SQLError) -> [String] {
    if let catalog = resolver.catalog?.catalog {
      let editor = CatalogEditor(catalog: catalog, database: resolver.database)
      let name = try editor.name(table)
      let found = try editor.translated(at: range) { () throws(CatalogError) in
        try catalog.snapshot(of: name)
      }
      if let found, resolver.dataFolder == nil || table.count > 1 {
        let change = try PartitionChange(found, at: range)
        return try editor.translated(at: range) { () throws(CatalogError) in
          try catalog.partitions(of: found).map { change.folder($0.values) }
        }
      }
    }
    let handle = try resolver.table(table.map(\.text), at: range)
    let keys = handle.columns.filter { $0.partitionIndex != nil }
    guard !keys.isEmpty else {
      throw SQLError(.notSupported, "table '\(handle.name)' is not partitioned", at: range)
    }
    return handle.partitions.map { partition in
      PartitionPath.folder(
        keys: keys.map(\.name),
        values: keys.map { key in
          key.partitionIndex.flatMap { PartitionValue.text(partition.values[$0], key.logicalType) }
        }
      )
    }
  }

  func views(_ database: Identifier?, _ like: String?) throws(SQLError) -> [String] {
    let names = try tables(database, like)
    guard let catalog = resolver.catalog?.catalog else { return [] }
    let folder = database?.text.lowercased() ?? resolver.database
    var views: [String] = []
    for name in names {
      do throws(CatalogError) {
        let found = try catalog.snapshot(of: TableName(database: folder, table: name))
        if found?.isView == true { views.append(name) }
      } catch {
        throw SQLError(error)
      }
    }
    return views
  }

  /// SHOW TBLPROPERTIES, of all or of one.
  func properties(
    _ table: [Identifier],
    _ key: String?,
    _ range: SourceRange
  ) throws(SQLError) -> PlannedStatement {
    let found = try editor(range).snapshot(table, range)
    let parameters = found.description.parameters
    guard let key else {
      return rows(
        ["prpt_name", "prpt_value"],
        parameters.sorted { $0.key < $1.key }.map { [$0.key, $0.value] }
      )
    }
    let value =
      parameters[key]
      ?? "Table \(found.description.name) does not have property: \(key)"
    return rows(["prpt_name", "prpt_value"], [[key, value]])
  }

  func tableScript(_ table: [Identifier], _ range: SourceRange) throws(SQLError) -> [String] {
    let found = try editor(range).snapshot(table, range)
    if found.isView {
      throw SQLError(
        .notSupported,
        "Relation '\(found.description.name)' is a view, not a table",
        at: range,
        help: "use SHOW CREATE VIEW"
      )
    }
    return TableScript(table: found.description, database: resolver.database).lines
  }

  /// DESCRIBE of a table of the catalog as Hive has it; of others, their columns and types.
  func describe(_ statement: Describe) throws(SQLError) -> PlannedStatement {
    let handle = try resolver.table(statement.table.map(\.text), at: statement.range)
    let found = try described(statement)
    guard let found else {
      return rows(
        ["column", "type", "extra"],
        handle.visibleColumns.map {
          [$0.name, "\($0.type)", $0.partitionIndex == nil ? "" : "partition key"]
        }
      )
    }
    var description = TableDescriptionRows(table: found.description, statement: statement)
    if let clause = statement.partition {
      let change = try PartitionChange(found, at: statement.range)
      let values = try change.values(clause)
      let editor = try editor(statement.range)
      let known = try editor.translated(at: statement.range) { () throws(CatalogError) in
        try editor.catalog.partitions(of: found)
      }
      guard let partition = found.partition(values, in: known) else {
        throw SQLError(
          .semantic,
          "Partition not found (\(change.folder(values)))",
          at: clause.range
        )
      }
      description.partition = partition
    }
    return rows(["col_name", "data_type", "comment"], try description.rows())
  }

  /// The catalog's table, unless the name is one of `--data`.
  private func described(_ statement: Describe) throws(SQLError) -> TableSnapshot? {
    guard let catalog = resolver.catalog?.catalog else { return nil }
    if statement.table.count == 1, resolver.dataFolder != nil { return nil }
    let name = try CatalogEditor(catalog: catalog, database: resolver.database)
      .name(statement.table)
    do throws(CatalogError) {
      return try catalog.snapshot(of: name)
    } catch {
      throw SQLError(error)
    }
  }
}
