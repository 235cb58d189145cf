import Catalog
import ColumnFormat
import TestSupport
import Testing

/// Folders grow between crawls; tables that readers know stay where and what they are.
@Suite struct CrawlStayingTests {
  let zoo = CrawlZoo()

  private func order(_ path: String) { zoo.directory.write("{\"id\":1,\"total\":2}\n", to: path) }
  private func store(_ path: String) { zoo.directory.write("{\"name\":\"x\"}\n", to: path) }

  /// The tables after a crawl, each with what the crawl did.
  private func crawl(_ change: (inout CrawlOptions) -> Void = { _ in }) throws -> [String] {
    try zoo.crawl("logs", change: change).tables.map { "\($0.name.table) \($0.action)" }
  }

  private func files(_ table: String) throws -> String? {
    try zoo.catalog().table(TableName(database: "default", table: table))?.parameters["objectCount"]
  }

  @Test func `a folder like that of a table becomes a table beside it`() throws {
    order("logs/app/us/2026/01/f")
    order("logs/app/us/2026/02/f")
    #expect(try crawl() == ["us added"])
    order("logs/app/eu/2026/01/f")
    let report = try zoo.crawl("logs")
    #expect(report.tables.map { "\($0.name.table) \($0.action)" } == ["eu added", "us unchanged"])
    #expect(
      report.notes == [
        "\(zoo.directory("logs")): folders in 'app' are alike, but stay tables of their own, as"
          + " 'app/us' already is (--grouping combine makes one)"
      ]
    )
    #expect(try crawl() == ["eu unchanged", "us unchanged"])
  }

  @Test func `a list that is empty in all files keeps what its elements were`() throws {
    zoo.directory.write(
      "{\"id\":1,\"lines\":[{\"sku\":\"a\",\"n\":1}],\"o\":{\"p\":1}}\n",
      to: "logs/a"
    )
    _ = try crawl()
    zoo.directory.write("{\"id\":1,\"lines\":[],\"o\":{}}\n", to: "logs/a")
    #expect(try zoo.crawl("logs").tables[0].changes.isEmpty)
    zoo.directory.write("{\"id\":1,\"lines\":[{\"n\":1}],\"o\":{\"p\":1}}\n", to: "logs/a")
    let report = try zoo.crawl("logs")
    #expect(report.tables[0].changes.map(\.column) == ["lines.element.sku"])
  }

  @Test func `one odd folder does not make three tables of one`() throws {
    order("logs/us/f")
    order("logs/eu/f")
    #expect(try crawl() == ["logs added"])
    store("logs/odd/f")
    order("logs/asia/f")
    let report = try zoo.crawl("logs")
    #expect(report.tables.map { "\($0.name.table) \($0.action)" } == ["logs changed", "odd added"])
    #expect(try files("logs") == "3")
    #expect(
      report.notes.contains {
        $0.contains("not like the table in '.', and tables of their own: 'odd'")
      }
    )
    #expect(try crawl() == ["logs unchanged", "odd unchanged"])
  }

  @Test func `an odd file beside those of a table is a table of its own`() throws {
    order("logs/a.json")
    order("logs/b.json")
    #expect(try crawl() == ["logs added"])
    store("logs/odd.json")
    #expect(try crawl() == ["logs unchanged", "odd added"])
    #expect(try files("logs") == "2")
  }

  @Test func `files that are tables stay tables`() throws {
    order("logs/orders.json")
    store("logs/stores.json")
    #expect(try crawl() == ["orders added", "stores added"])
    zoo.directory.write("{\"id\":1,\"name\":\"x\"}\n", to: "logs/both.json")
    #expect(try crawl() == ["both added", "orders unchanged", "stores unchanged"])
  }

  @Test func `another format in all files is decided as if there were no table`() throws {
    order("logs/us/f")
    order("logs/eu/f")
    #expect(try crawl() == ["logs added"])
    try zoo.parquet("logs/us/f", [Field("id", .int32), Field("total", .int32)])
    try zoo.parquet("logs/eu/f", [Field("id", .int32), Field("total", .int32)])
    #expect(try crawl() == ["logs changed"])
  }

  @Test func `a table whose files went into a larger one is not said to be without files`() throws {
    order("logs/us/f")
    #expect(try crawl() == ["us added"])
    store("logs/eu/f")
    let report = try zoo.crawl("logs") { $0.grouping = .combine }
    #expect(report.tables.map { "\($0.name.table) \($0.action)" } == ["logs added"])
    #expect(
      report.notes == [
        "default.us: its files at '\(zoo.directory("logs/us"))' belong to another table of this"
          + " crawl too; it stays as it is ('lake catalog drop' removes it)"
      ]
    )
    let table = try zoo.catalog().table(TableName(database: "default", table: "us"))
    #expect(table?.parameters["DEPRECATED_BY_CRAWLER"] == nil)
  }

  @Test func `a table that no crawl made neither steers one nor is deprecated by it`() throws {
    order("logs/us/f")
    order("logs/eu/f")
    let place = zoo.directory("logs/us")
    try zoo.catalog().commit(TableName(database: "default", table: "mine")) { _ in
      TableUpdate(location: place, format: .ndjson, columns: [], partitionKeys: [])
    }
    #expect(try crawl() == ["logs added"])
    let table = try zoo.catalog().table(TableName(database: "default", table: "mine"))
    #expect(table?.parameters == [:])
  }

  @Test func `a known table is crawled where it lies, without its path`() throws {
    order("logs/us/f")
    try zoo.crawl("logs") { $0.table = "Mine" }
    order("logs/us/g")
    let report = try zoo.crawl { $0.table = "MINE" }
    #expect(report.tables.map { "\($0.name.table) \($0.action)" } == ["mine changed"])
    #expect(try files("mine") == "2")
    zoo.directory.remove("logs/us/f")
    zoo.directory.remove("logs/us/g")
    #expect(throws: CatalogError.self) { try zoo.crawl { $0.table = "other" } }
    let gone = try zoo.crawl { $0.table = "mine" }
    #expect(gone.tables.map { "\($0.name.table) \($0.action)" } == ["mine deprecated"])
  }

  @Test func `a table that was defined with a SerDe stays as defined, and gets its partitions`()
    throws
  {
    zoo.directory.write("id,name\n1,ann\n2,bob\n", to: "logs/day=2026-11-01/f.csv")
    let serDe = SerDe(
      library: "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
      properties: ["field.delim": ","]
    )
    let name = TableName(database: "default", table: "logs")
    let defined = TableUpdate(
      location: zoo.directory("logs"),
      format: .text(serDe),
      columns: [Field("id", .int32), Field("name", .string)],
      partitionKeys: [Field("day", .string)],
      parameters: ["EXTERNAL": "TRUE"]
    )
    _ = try zoo.catalog().commit(name) { _ in defined }
    let before = try #require(try zoo.catalog().table(name))
    let report = try zoo.crawl("logs")
    #expect(report.tables.map { "\($0.name.table) \($0.action)" } == ["logs changed"])
    #expect(
      report.notes == [
        "default.logs: defined with LazySimpleSerDe: columns and format stay, only partitions are"
          + " looked for"
      ]
    )
    let snapshot = try #require(try zoo.catalog().snapshot(of: name))
    #expect(snapshot.description == before)
    #expect(
      try zoo.catalog().partitions(of: snapshot)
        == [Partition(values: ["2026-11-01"], location: "day=2026-11-01")]
    )
    zoo.directory.write("id;name\n3;cyd\n4;dan\n", to: "logs/day=2026-11-02/f.csv")
    #expect(try crawl() == ["logs changed"])
    #expect(try zoo.catalog().table(name) == before)
    #expect(try crawl() == ["logs unchanged"])
  }
}
