import Catalog
import ColumnFormat
import TestSupport
import Testing

@testable import SQL

@Suite struct TableResolverTests {
  private let folder = TemporaryDirectory()

  private func resolver(data: Bool = false) throws -> TableResolver {
    TableResolver(
      dataFolder: data ? try DataFolder(folder.path) : nil,
      catalog: CatalogTables(catalog: try TableCatalog(lake: folder("lake"))),
      database: "shop",
      files: FileTables(threads: 2)
    )
  }

  /// A Parquet file with the given columns, three rows each.
  private func write(_ name: String, _ fields: [Field], from first: Int64 = 0) throws {
    let sink = MemorySink()
    var writer = try ParquetWriter(sink: sink, schema: Schema(fields))
    let columns = fields.map { field in
      Column.fromScalars(
        (0..<3).map { field.type == .string ? .text("t\($0)") : .int(first + $0) },
        field.type.physicalType
      )
    }
    try writer.write(Batch(columns: columns, rowCount: 3))
    _ = try writer.finish()
    folder.write(sink.bytes, to: name)
  }

  private func error(_ body: () throws -> Void) -> SQLError? {
    do {
      try body()
      return nil
    } catch {
      return error as? SQLError
    }
  }

  private let place = SourceRange(14, 20)

  @Test func `files of different schemas are one table`() throws {
    try write("a/1.parquet", [Field("id", .int32), Field("x", .string)])
    try write("a/2.parquet", [Field("ID", .int64), Field("y", .int64)], from: 10)
    let table = try resolver().file(folder("a/*.parquet"), at: place)
    #expect(table.visibleColumns.map(\.name) == ["id", "x", "y"])
    #expect(table.visibleColumns.map(\.type) == [.bigint, .text, .bigint])
    #expect(
      table.columns.filter(\.isHidden).map(\.name) == [
        "$path", "$file_size", "$file_modified_time",
      ]
    )
    #expect(table.rowCount == 6)
  }

  @Test func `statistics of equal columns are merged over files`() throws {
    try write("a/1.parquet", [Field("id", .int64)])
    try write("a/2.parquet", [Field("id", .int64)], from: 10)
    let table = try resolver().file(folder("a"), at: place)
    #expect(table.statistics[0]?.min == .int(0))
    #expect(table.statistics[0]?.max == .int(12))
    #expect(table.statistics[0]?.nullCount == 0)
  }

  @Test func `folders with values become columns beside those of the file`() throws {
    try write(
      "t/year=2025/day=2025-01-02/1.parquet",
      [Field("id", .int64), Field("Year", .string)]
    )
    try write("t/year=2026/day=2026-01-02/1.parquet", [Field("id", .int64)])
    let table = try resolver(data: true).table(["T"], at: place)
    #expect(table.visibleColumns.map(\.name) == ["id", "Year", "partition_year", "day"])
    #expect(table.visibleColumns.map(\.type) == [.bigint, .text, .integer, .date])
    #expect(table.partitions.map { $0.values[0] } == [.int(2025), .int(2026)])
  }

  @Test func `tables of the catalog have typed partitions`() throws {
    let catalog = try TableCatalog(lake: folder("lake"))
    let name = TableName(database: "shop", table: "orders")
    _ = try catalog.commit(name) { _ in
      TableUpdate(
        location: "data/shop/orders",
        format: .parquet,
        columns: [Field("id", .int64)],
        partitionKeys: [Field("day", .date)],
        addedPartitions: [
          Partition(values: ["2026-01-02"], location: "day=2026-01-02"),
          Partition(values: [nil], location: "/else/where"),
        ]
      )
    }
    let table = try resolver().table(["awsdatacatalog", "Shop", "ORDERS"], at: place)
    #expect(table.visibleColumns.map(\.name) == ["id", "day"])
    #expect(table.partitions.map(\.values) == [[.int(20_455)], [.null]])
    let folders = table.partitions.map { partition -> String in
      if case .folder(let path) = partition.files { path } else { "" }
    }
    #expect(folders == [folder("lake/data/shop/orders/day=2026-01-02"), "/else/where"])

    let missing = error { _ = try resolver().table(["order"], at: place) }
    #expect(missing?.code == .tableNotFound)
    #expect(missing?.message == "table 'shop.order' does not exist")
    #expect(missing?.help == "did you mean 'orders'?")
    #expect(missing?.range == place)

    let elsewhere = error {
      var other = try resolver()
      other = TableResolver(
        dataFolder: nil,
        catalog: other.catalog,
        database: "default",
        files: other.files
      )
      _ = try other.table(["orders"], at: place)
    }
    #expect(elsewhere?.help == "did you mean 'shop.orders'?")

    let database = error { _ = try resolver().table(["shp", "orders"], at: place) }
    #expect(database?.code == .schemaNotFound)
    #expect(database?.help == "did you mean 'shop'?")
  }

  @Test func `columns are found by position where the table says so`() throws {
    // The file's names are those before the table's columns were renamed.
    try write("lake/data/shop/orders/1.parquet", [Field("old", .int64), Field("n", .int64)])
    let catalog = try TableCatalog(lake: folder("lake"))
    let name = TableName(database: "shop", table: "orders")
    func rows(_ parameters: [String: String]) throws -> [[String]] {
      _ = try catalog.commit(name) { _ in
        TableUpdate(
          location: "data/shop/orders",
          format: .parquet,
          columns: [Field("renamed", .int64), Field("n", .int64), Field("more", .string)],
          partitionKeys: [],
          parameters: parameters
        )
      }
      var options = QueryOptions()
      options.lakeFolder = folder("lake")
      var found: [[String]] = []
      _ = try QueryEngine(options).run(
        "SELECT renamed, n, more FROM shop.orders WHERE n = 1 AND coalesce(renamed, 1) = 1",
        begin: { _ in },
        receive: { batch in
          for row in 0..<batch.rowCount {
            found.append(
              batch.columns.map {
                if case .int(let value) = $0.scalar(at: row) { "\(value)" } else { "-" }
              }
            )
          }
        }
      )
      return found
    }
    #expect(try rows([:]) == [["-", "1", "-"]])
    #expect(try rows(["parquet.column.index.access": "true"]) == [["1", "1", "-"]])
  }

  @Test(arguments: ["a/1.parquet", "a/1.csv"])
  func `a query that reads more bytes than it may is stopped`(name: String) throws {
    if name.hasSuffix("csv") {
      let lines = (0..<50_000).map { "\($0)" }.joined(separator: "\n")
      folder.write(Array("id\n\(lines)\n".utf8), to: name)
    } else {
      try write(name, [Field("id", .int64)])
    }
    func read(_ limit: Int?) throws {
      var options = QueryOptions()
      options.scanByteCountMax = limit
      _ = try QueryEngine(options).run(
        "SELECT sum(id) FROM '\(folder(name))'",
        begin: { _ in },
        receive: { _ in }
      )
    }
    #expect(error { try read(10) }?.code == .exceededScan)
    #expect(throws: Never.self) { try read(10 << 20) }
    #expect(throws: Never.self) { try read(nil) }
  }

  @Test func `what is not there or not readable is told by name`() throws {
    let nothing = error { _ = try resolver().file(folder("no/*.parquet"), at: place) }
    #expect(nothing?.code == .tableNotFound)
    #expect(nothing?.message == "no file fits '\(folder("no/*.parquet"))'")

    folder.write(Array("PAR1 this is no footer".utf8), to: "bad/x.parquet")
    let damaged = error { _ = try resolver().file(folder("bad"), at: place) }
    #expect(damaged?.code == .hiveBadData)
    #expect(damaged?.range == place)

    folder.write(Array("a\n1\n".utf8), to: "mixed/a.csv")
    try write("mixed/b.parquet", [Field("a", .int64)])
    let mixed = error { _ = try resolver().file(folder("mixed"), at: place) }
    #expect(mixed?.message == "'\(folder("mixed"))' holds files of different formats")

    let system = error { _ = try resolver().table(["information_schema", "tables"], at: place) }
    #expect(system == nil)
    let catalog = error { _ = try resolver().table(["other", "a", "b"], at: place) }
    #expect(catalog?.message == "catalog 'other' does not exist")
  }
}
