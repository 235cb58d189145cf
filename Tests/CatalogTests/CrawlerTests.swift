import Catalog
import ColumnFormat
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct CrawlerTests {
  let zoo = CrawlZoo()
  let orders = TableName(database: "shop", table: "orders")
  let folder = "lake/data/shop/orders"

  private func month(_ month: String, _ fields: [Field], file: String = "a.parquet") throws {
    try zoo.parquet("\(folder)/year=2026/month=\(month)/\(file)", fields)
  }

  private let fields = [
    Field("id", .int32), Field("total", .decimal(precision: 10, scale: 2)),
    Field("at", .timestamp(.micros, isAdjustedToUTC: true)),
  ]

  @Test func `the lake's own folders become tables with partitions`() throws {
    try month("06", fields)
    try month("07", fields)
    let report = try zoo.crawl()
    let table = try #require(report.tables.first)
    #expect(report.tables.count == 1)
    #expect(table.name == orders)
    #expect(table.action == .added)
    #expect(table.recordCount == 6)
    #expect(table.fileCount == 2)
    let description = try #require(try zoo.catalog().table(orders))
    #expect(description.location == "data/shop/orders")
    #expect(description.columns.map(\.name) == ["id", "total", "at"])
    #expect(description.columns.map(\.id) == [1, 2, 3])
    #expect(description.partitionKeys == [Field("year", .int32), Field("month", .int32)])
    #expect(description.parameters["classification"] == "parquet")
    #expect(description.parameters["recordCount"] == "6")
    #expect(description.parameters["objectCount"] == "2")
    #expect(
      try zoo.catalog().partitions(of: orders) == [
        Partition(values: ["2026", "06"], location: "year=2026/month=06"),
        Partition(values: ["2026", "07"], location: "year=2026/month=07"),
      ]
    )
  }

  @Test func `a second crawl without a change writes nothing`() throws {
    try month("06", fields)
    try zoo.crawl()
    let report = try zoo.crawl()
    #expect(report.tables.map(\.action) == [.unchanged])
    #expect(try zoo.catalog().snapshot(of: orders)?.generation == 1)
  }

  @Test func `a new column makes version 2, which says why`() throws {
    try month("06", fields)
    try zoo.crawl()
    try month("07", [Field("ID", .int64)] + fields.dropFirst() + [Field("note", .string)])
    let report = try zoo.crawl()
    let table = try #require(report.tables.first)
    #expect(table.action == .changed)
    #expect(table.versionBefore == 1 && table.version == 2)
    #expect(table.partitionsAdded == 1)
    let file = "year=2026/month=07/a.parquet"
    #expect(
      table.changes == [
        SchemaChange(
          .retyped(from: .int32, to: .int64),
          column: "id",
          cause: ChangeCause(source: file, note: "int until then")
        ), SchemaChange(.added(.string), column: "note", cause: ChangeCause(source: file)),
      ]
    )
    #expect(try zoo.catalog().table(orders)?.columns.map(\.id) == [1, 2, 3, 4])
  }

  @Test func `more rows make a generation, but no version`() throws {
    try month("06", fields)
    try zoo.crawl()
    try month("06", fields, file: "b.parquet")
    let table = try #require(try zoo.crawl().tables.first)
    #expect(table.action == .changed)
    #expect(table.version == 1)
    #expect(try zoo.catalog().table(orders)?.parameters["recordCount"] == "6")
  }

  @Test func `a dry run says what would be and writes nothing`() throws {
    try month("06", fields)
    let report = try zoo.crawl { $0.isDryRun = true }
    #expect(report.tables.map(\.action) == [.added])
    #expect(report.tables.first?.columnCount == 3)
    #expect(report.tables.first?.changes.count == 5)
    #expect(report.tables.first?.partitionCount == 1)
    #expect(report.tables.first?.addedPartitions.map(\.values) == [["2026", "06"]])
    #expect(try zoo.catalog().databases() == [])
  }

  @Test func `a foreign folder keeps its absolute place`() throws {
    try zoo.parquet("flights/a.parquet", fields)
    try zoo.parquet("flights/b.parquet", [Field("id", .float64)] + fields.dropFirst())
    let report = try zoo.crawl("flights")
    let name = TableName(database: "default", table: "flights")
    #expect(report.tables.map(\.name) == [name])
    #expect(try zoo.catalog().table(name)?.location == zoo.directory("flights"))
    #expect(try zoo.columns(name) == ["id double", "total decimal(10,2)", "at timestamp"])
  }

  @Test func `unlike files of a folder are tables of their own, named after the files`() throws {
    try zoo.parquet("tpch/region.parquet", [Field("r_key", .int32), Field("r_name", .string)])
    try zoo.parquet("tpch/nation.parquet", [Field("n_key", .int32), Field("n_name", .string)])
    let report = try zoo.crawl("tpch") { $0.database = "TPCH" }
    #expect(report.tables.map(\.name.description) == ["tpch.nation", "tpch.region"])
    #expect(report.tables.first?.location == zoo.directory("tpch/nation.parquet"))
    #expect(
      try zoo.crawl("tpch") { $0.database = "tpch" }.tables.map(\.action) == [
        .unchanged, .unchanged,
      ]
    )
    let combined = try zoo.crawl("tpch") { $0.table = "all" }
    #expect(combined.tables.map(\.columnCount) == [4])
  }

  @Test func `a file is a table too`() throws {
    try zoo.parquet("x/stores.parquet", fields)
    let report = try zoo.crawl("x/stores.parquet")
    #expect(report.tables.map(\.name.table) == ["stores"])
    #expect(report.tables.first?.location == zoo.directory("x/stores.parquet"))
  }

  @Test func `a taken name gets a number, a told one is an error`() throws {
    try zoo.parquet("a/t/f.parquet", fields)
    try zoo.parquet("b/t/f.parquet", fields)
    #expect(try zoo.crawl("a/t", "b/t").tables.map(\.name.table) == ["t", "t_2"])
    #expect(try zoo.crawl("b/t").tables.map(\.name.table) == ["t_2"])
    let error = #expect(throws: CatalogError.self) { try zoo.crawl("b/t") { $0.table = "t" } }
    #expect(error?.message.contains("choose another --table") == true)
  }

  @Test func `a key that is called like a column gets another name`() throws {
    try zoo.parquet("t/k=1/f.parquet", fields + [Field("K", .string)])
    let report = try zoo.crawl("t")
    let name = TableName(database: "default", table: "t")
    #expect(try zoo.columns(name).count == 4)
    #expect(report.tables.first?.partitionKeys == ["partition_k"])
    #expect(report.notes.contains { $0.contains("called 'partition_k'") })
    #expect(try zoo.crawl("t").tables.first?.partitionKeys == ["partition_k"])
  }

  @Test func `damaged and foreign files are left out by name`() throws {
    try zoo.parquet("t/good.parquet", fields)
    zoo.directory.write("PAR1\u{15}\u{4}half a file", to: "t/half.parquet")
    zoo.directory.write("ORC\u{8}\u{3}..", to: "t/x.orc")
    zoo.directory.write("", to: "t/empty")
    zoo.directory.write("PAR1\u{15}\u{4}PAR1", to: "t/hollow.parquet")
    let report = try zoo.crawl("t")
    #expect(report.tables.map(\.fileCount) == [1])
    #expect(
      report.skipped.map { String($0.path.dropFirst(zoo.directory.path.count + 3)) } == [
        "empty", "half.parquet", "hollow.parquet", "x.orc",
      ]
    )
    #expect(report.skipped.last?.reason == "ORC files are not supported")
  }

  @Test func `a path with nothing to crawl is an error with reasons`() throws {
    let missing = #expect(throws: CatalogError.self) { try zoo.crawl("nowhere") }
    #expect(missing?.kind == .nothingThere)
    zoo.directory.write("PAR1\u{15}\u{4}half a file", to: "t/half.parquet")
    let nothing = #expect(throws: CatalogError.self) { try zoo.crawl("t") }
    #expect(nothing?.message == "nothing at '\(zoo.directory("t"))' can be a table")
    #expect(nothing?.details.first?.hasPrefix("half.parquet: the Parquet file is cut off") == true)
    #expect(throws: CatalogError.self) { try zoo.crawl() }
  }

  @Test func `excluded files are not looked at`() throws {
    try zoo.parquet("t/a.parquet", fields)
    try zoo.parquet("t/old/b.parquet", [Field("x", .string)])
    let report = try zoo.crawl("t") { $0.excludes = ["old/**"] }
    #expect(report.tables.map(\.fileCount) == [1])
    let name = TableName(database: "default", table: "t")
    #expect(try zoo.catalog().table(name)?.parameters["exclusions"] == #"["old/**"]"#)
    #expect(throws: CatalogError.self) { try zoo.crawl("t") { $0.excludes = ["[a"] } }
  }

  @Test func `a sample reads fewer footers, finds all partitions and removes no column`() throws {
    for day in 1...4 {
      try zoo.parquet("t/d=\(day)/a.parquet", fields)
      try zoo.parquet("t/d=\(day)/b.parquet", fields + [Field("b", .date)])
    }
    #expect(try zoo.crawl("t").tables.first?.columnCount == 4)
    let report = try zoo.crawl("t") { $0.sampleCount = 1 }
    #expect(report.probedCount == 4)
    #expect(report.tables.first?.partitionCount == 4)
    #expect(report.tables.first?.columnCount == 4)
    #expect(report.tables.first?.recordCount == nil)
  }
}

@Suite struct CrawlPolicyTests {
  let zoo = CrawlZoo()
  let name = TableName(database: "default", table: "t")

  private func remove(_ path: String) { unlink(zoo.directory(path)) }

  @Test func `a column that no file has any more goes, its id is not used again`() throws {
    try zoo.parquet("t/1.parquet", [Field("a", .int32), Field("b", .int32)])
    try zoo.crawl("t")
    try zoo.parquet("t/1.parquet", [Field("a", .int32), Field("c", .int32)])
    let report = try zoo.crawl("t")
    #expect(
      report.tables.first?.changes.map(\.kind) == [.added(.int32), .removed(.int32)]
    )
    #expect(try zoo.catalog().table(name)?.columns.map(\.id) == [1, 3])
  }

  @Test func `types never narrow`() throws {
    try zoo.parquet("t/1.parquet", [Field("a", .string)])
    try zoo.crawl("t")
    try zoo.parquet("t/1.parquet", [Field("a", .int32)])
    #expect(try zoo.crawl("t").tables.map(\.version) == [1])
    #expect(try zoo.columns(name) == ["a string"])
  }

  @Test func `log leaves the columns alone, merge-new only adds`() throws {
    try zoo.parquet("t/1.parquet", [Field("a", .int32), Field("b", .int32)])
    try zoo.crawl("t")
    try zoo.parquet("t/1.parquet", [Field("a", .int64), Field("c", .int32)])
    let logged = try zoo.crawl("t") { $0.onChange = .log }
    #expect(logged.tables.map(\.action) == [.logged])
    #expect(try zoo.columns(name) == ["a int", "b int"])
    try zoo.crawl("t") { $0.onChange = .mergeNew }
    #expect(try zoo.columns(name) == ["a int", "b int", "c int"])
  }

  @Test func `log leaves format, keys and partitions alone, and says what differs`() throws {
    try zoo.parquet("t/k=1/f.parquet", [Field("a", .int32)])
    try zoo.crawl("t")
    let before = try zoo.catalog().snapshot(of: name)?.description
    remove("t/k=1/f.parquet")
    zoo.directory.write("{\"a\": \"x\"}\n", to: "t/day=2/f.json")
    let report = try zoo.crawl("t") { $0.onChange = .log }
    #expect(report.tables.map(\.action) == [.logged])
    #expect(
      report.tables.first?.changes.map(\.kind) == [
        .retyped(from: .int32, to: .string), .added(.int32), .removed(.int32),
      ]
    )
    #expect(
      report.notes.contains("default.t: its files are ndjson, before they were parquet")
    )
    #expect(try zoo.catalog().snapshot(of: name)?.description == before)
    #expect(try zoo.catalog().partitions(of: name).map(\.values) == [["1"]])
  }

  @Test func `log registers new partitions of the same keys`() throws {
    try zoo.parquet("t/k=1/f.parquet", [Field("a", .int32)])
    try zoo.crawl("t")
    try zoo.parquet("t/k=2/f.parquet", [Field("b", .int32)])
    try zoo.crawl("t") { $0.onChange = .log }
    #expect(try zoo.columns(name) == ["a int"])
    #expect(try zoo.catalog().partitions(of: name).map(\.values) == [["1"], ["2"]])
  }

  @Test func `merge-new says which types it keeps though files are wider`() throws {
    let wide = Field("s", .row([Field("x", .int64), Field("y", .int32)]))
    try zoo.parquet("t/1.parquet", [Field("a", .int32), Field("s", .row([Field("x", .int32)]))])
    try zoo.crawl("t")
    try zoo.parquet("t/1.parquet", [Field("a", .string), wide])
    let report = try zoo.crawl("t") { $0.onChange = .mergeNew }
    #expect(try zoo.columns(name) == ["a int", "s struct<x:int,y:int>"])
    #expect(
      report.notes == [
        "default.t: column 'a' stays int, though there are files that need string",
        "default.t: column 's.x' stays int, though there are files that need bigint",
      ]
    )
  }

  @Test func `a table whose files cannot be read is not taken for gone`() throws {
    try zoo.parquet("t/f.parquet", [Field("a", .int32)])
    try zoo.crawl("t")
    zoo.directory.write("PAR1\u{15}\u{4}half a file", to: "t/f.parquet")
    let report = try zoo.crawl("t") { $0.onDelete = .delete }
    #expect(report.tables.count == 0)
    #expect(report.skipped.count == 1)
    #expect(try zoo.columns(name) == ["a int"])
  }

  @Test func `a change that breaks readers is refused where asked`() throws {
    try zoo.parquet("t/1.parquet", [Field("a", .int32)])
    try zoo.crawl("t")
    try zoo.parquet("t/1.parquet", [Field("a", .string)])
    let error = #expect(throws: CatalogError.self) {
      try zoo.crawl("t") { $0.compatibility = .backward }
    }
    #expect(error?.message == "the new schema of table 'default.t' is not BACKWARD compatible")
    #expect(error?.details == ["column 'a' changes from int to string, against version 1"])
    #expect(try zoo.columns(name) == ["a int"])
  }

  @Test func `partitions without files are forgotten, or kept`() throws {
    try zoo.parquet("t/k=1/f.parquet", [Field("a", .int32)])
    try zoo.parquet("t/k=2/f.parquet", [Field("a", .int32)])
    try zoo.crawl("t")
    remove("t/k=1/f.parquet")
    #expect(try zoo.crawl("t") { $0.onDelete = .log }.tables.map(\.partitionCount) == [2])
    let table = try #require(try zoo.crawl("t").tables.first)
    #expect(table.partitionsRemoved == 1)
    #expect(try zoo.catalog().partitions(of: name).map(\.values) == [["2"]])
  }

  @Test func `a table without files is marked, dropped, or left`() throws {
    try zoo.parquet("t/f.parquet", [Field("a", .int32)])
    try zoo.crawl("t")
    remove("t/f.parquet")
    #expect(try zoo.crawl("t") { $0.onDelete = .log }.tables.count == 0)
    #expect(try zoo.crawl("t").tables.map(\.action) == [.deprecated])
    #expect(try zoo.catalog().table(name)?.parameters["DEPRECATED_BY_CRAWLER"] != nil)
    #expect(try zoo.crawl("t").tables.map(\.action) == [.unchanged])
    try zoo.parquet("t/f.parquet", [Field("a", .int32)])
    #expect(try zoo.crawl("t").tables.map(\.action) == [.changed])
    #expect(try zoo.catalog().table(name)?.parameters["DEPRECATED_BY_CRAWLER"] == nil)
    remove("t/f.parquet")
    #expect(try zoo.crawl("t") { $0.onDelete = .delete }.tables.map(\.action) == [.dropped])
    #expect(try zoo.catalog().table(name) == nil)
  }

  @Test func `partition types can be text, and never narrow`() throws {
    try zoo.parquet("t/k=1/f.parquet", [Field("a", .int32)])
    try zoo.crawl("t") { $0.partitionTypes = .string }
    #expect(try zoo.catalog().table(name)?.partitionKeys == [Field("k", .string)])
    #expect(try zoo.crawl("t").tables.map(\.action) == [.unchanged])
  }
}
