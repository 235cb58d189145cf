import Catalog
import ColumnFormat
import RowFormat
import TestSupport
import Testing

@Suite struct CrawlerTextTests {
  let zoo = CrawlZoo()
  let name = TableName(database: "default", table: "t")

  @Test func `NDJSON files become a table whose causes name file, record and value`() throws {
    zoo.directory.write(#"{"id": 1, "tags": ["a"], "who": {"name": "x"}}"#, to: "t/1.json")
    zoo.directory.write(
      """
      {"id": 2, "who": {"name": "y", "age": 7}}
      {"id": 3.25, "open": null}

      """,
      to: "t/2.json"
    )
    let report = try zoo.crawl("t")
    #expect(report.tables.map(\.format) == [.ndjson])
    #expect(report.tables.first?.recordCount == 3)
    let columns = try zoo.columns(name)
    try #require(columns.count == 4)
    #expect(columns.map { $0.split(separator: " ")[0] } == ["id", "tags", "who", "open"])
    #expect(columns[1] == "tags array<string>")
    #expect(columns[2].hasPrefix("who struct<name:string,age:"))
    #expect(columns[3] == "open string")
    let version = try #require(try zoo.catalog().versions(of: name).first)
    let cause = try #require(version.changes.first { $0.column == "id" }?.cause)
    #expect(cause.source == "2.json")
    #expect(cause.record == 2)
    #expect(cause.note?.hasPrefix("value 3.25") == true)
    #expect(version.columns.last?.type == .unknown)
  }

  @Test func `a column that was only null takes the type of its first value`() throws {
    zoo.directory.write("{\"a\": 1, \"b\": null}\n", to: "t/1.json")
    try zoo.crawl("t")
    #expect(try zoo.columns(name).last == "b string")
    zoo.directory.write("{\"a\": 1, \"b\": \"2026-01-02\"}\n", to: "t/2.json")
    let report = try zoo.crawl("t")
    #expect(report.tables.map(\.version) == [2])
    #expect(try zoo.columns(name).last == "b date")
  }

  @Test func `CSV files with a header, in folders by key, become one table`() throws {
    zoo.directory.write("id;price\n1;2.50\n2;3.00\n", to: "t/day=2026-01-01/a.csv")
    zoo.directory.write("id;price\n7;10.25\n8;1.00\n", to: "t/day=2026-01-02/a.csv")
    let report = try zoo.crawl("t")
    let table = try #require(try zoo.catalog().table(name))
    #expect(report.tables.count == 1)
    #expect(table.format == .csv(CSVLayout(delimiter: UInt8(ascii: ";"))))
    #expect(table.columns.map(\.name) == ["id", "price"])
    #expect(table.partitionKeys == [Field("day", .date)])
    #expect(table.parameters["delimiter"] == ";")
    #expect(table.parameters["skip.header.line.count"] == "1")
    #expect(table.parameters["recordCount"] == "4")
  }

  @Test func `broken lines are counted and noted`() throws {
    zoo.directory.write("{\"a\": 1}\n{\"a\": \n{\"a\": 2}\n", to: "t/1.json")
    let report = try zoo.crawl("t")
    #expect(report.tables.first?.recordCount == 2)
    #expect(report.notes.contains { $0.contains("records cannot be read") })
  }

  @Test func `files of another format than most of a hive table's are left out`() throws {
    try zoo.parquet("t/k=1/f.parquet", [Field("a", .int32)], rowCount: 1000)
    zoo.directory.write("{\"a\": 1}\n", to: "t/k=2/f.json")
    let report = try zoo.crawl("t")
    #expect(report.tables.map(\.fileCount) == [1])
    #expect(
      report.skipped.map(\.reason) == ["it is ndjson, the other files of the table are parquet"]
    )
  }

  @Test func `like records in unlike formats are two tables`() throws {
    try zoo.parquet("t/f.parquet", [Field("a", .int32)])
    zoo.directory.write("{\"a\": 1}\n", to: "t/g.json")
    #expect(try zoo.crawl("t").tables.map(\.name.table) == ["f", "g"])
  }

  @Test func `a second crawl of text writes nothing`() throws {
    zoo.directory.write("{\"a\": 1, \"t\": \"2026-01-01T00:00:00Z\"}\n", to: "t/1.json")
    try zoo.crawl("t")
    #expect(try zoo.crawl("t").tables.map(\.action) == [.unchanged])
  }
}
