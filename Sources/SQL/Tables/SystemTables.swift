import Catalog
import ColumnFormat

/// The tables that the catalog itself makes: `information_schema` and `"t$partitions"`.
struct SystemTables {
  let resolver: TableResolver

  private static let schema = "information_schema"
  /// The columns of each table of information_schema, as Athena has them.
  private static let columns: [String: [(name: String, type: LogicalType)]] = [
    "schemata": [("catalog_name", .string), ("schema_name", .string)],
    "tables": [
      ("table_catalog", .string), ("table_schema", .string), ("table_name", .string),
      ("table_type", .string),
    ],
    "columns": [
      ("table_catalog", .string), ("table_schema", .string), ("table_name", .string),
      ("column_name", .string), ("ordinal_position", .int64), ("column_default", .string),
      ("is_nullable", .string), ("data_type", .string), ("comment", .string),
      ("extra_info", .string),
    ],
    "views": [
      ("table_catalog", .string), ("table_schema", .string), ("table_name", .string),
      ("view_definition", .string),
    ],
  ]

  /// The table of that name; nil where it is none of these.
  func table(_ name: TableName, as title: String) throws(SQLError) -> TableHandle? {
    if name.database == SystemTables.schema {
      guard let columns = SystemTables.columns[name.table] else {
        let near = NearestName.suggestion(
          for: name.table,
          among: SystemTables.columns.keys.sorted()
        )
        throw SQLError(
          .tableNotFound,
          "table '\(name)' does not exist",
          help: near.map { "did you mean '\($0)'?" }
            ?? "information_schema has schemata, tables, columns and views"
        )
      }
      return handle(title, columns.map { Field($0.name, $0.type) }, try rows(name.table))
    }
    let suffix = "$partitions"
    guard name.table.hasSuffix(suffix) else { return nil }
    let base = TableName(
      database: name.database,
      table: String(name.table.dropLast(suffix.utf8.count))
    )
    return try partitions(of: base, as: title)
  }

  private func handle(_ title: String, _ fields: [Field], _ rows: [[Scalar]]) -> TableHandle {
    var handle = TableHandle(
      name: title,
      columns: fields.map {
        .init(name: $0.name, type: SQLType($0.type), logicalType: $0.type)
      },
      partitions: [],
      format: .ndjson,
      rowCount: rows.count
    )
    let columns = fields.indices.map { index in
      let column = ScalarColumn(fields[index].type)
      for row in rows { column.append(row[index]) }
      return column.finish()
    }
    handle.memory = Batch(columns: columns, rowCount: rows.count)
    return handle
  }

  private func translated<Result>(
    _ body: () throws(CatalogError) -> Result
  ) throws(SQLError) -> Result {
    do throws(CatalogError) { return try body() } catch { throw SQLError(error) }
  }

  // MARK: information_schema

  private func rows(_ table: String) throws(SQLError) -> [[Scalar]] {
    let catalog = Scalar.text("awsdatacatalog")
    guard let tables = resolver.catalog?.catalog else { return [] }
    let databases = try translated { () throws(CatalogError) in try tables.databases() }
    if table == "schemata" {
      let all = Set(databases).union(["default", SystemTables.schema])
      return all.sorted().map { [catalog, .text($0)] }
    }
    var rows: [[Scalar]] = []
    for database in databases {
      let names = try translated { () throws(CatalogError) in try tables.tables(in: database) }
      for name in names {
        let found = try translated { () throws(CatalogError) in try tables.snapshot(of: name) }
        guard let found else { continue }
        let start = [catalog, .text(name.database), .text(name.table)]
        switch table {
        case "tables": rows.append(start + [.text(found.isView ? "VIEW" : "BASE TABLE")])
        case "views":
          guard let view = found.description.details.viewText.flatMap(ViewDefinition.init) else {
            continue
          }
          rows.append(start + [.text(view.sql)])
        default: rows += columns(found.description).map { start + $0 }
        }
      }
    }
    return rows
  }

  private func columns(_ table: TableDescription) -> [[Scalar]] {
    let types = table.details.viewText.flatMap(ViewDefinition.init)?.columns.map(\.type)
    let all = table.columns + table.partitionKeys
    return all.enumerated().map { index, field in
      let declared = types.flatMap { index < $0.count ? $0[index] : nil }
      return [
        .text(field.name.lowercased()), .int(Int64(index + 1)), .null, .text("YES"),
        .text(declared ?? "\(SQLType(field.type))"),
        table.details.comments[field.name.lowercased()].map { .text($0) } ?? .null,
        index < table.columns.count ? .null : .text("partition key"),
      ]
    }
  }

  // MARK: Partitions

  private func partitions(of name: TableName, as title: String) throws(SQLError) -> TableHandle? {
    guard let catalog = resolver.catalog?.catalog else { return nil }
    let found = try translated { () throws(CatalogError) in try catalog.snapshot(of: name) }
    guard let found else { return nil }
    let keys = found.description.partitionKeys
    guard !keys.isEmpty else { return nil }
    let partitions = try translated { () throws(CatalogError) in try catalog.partitions(of: found) }
    let rows = partitions.map { partition in
      zip(partition.values, keys).map { PartitionValue.scalar($0, $1.type) ?? .null }
    }
    return handle(title, keys, rows)
  }
}
