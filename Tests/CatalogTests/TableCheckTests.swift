import Catalog
import ColumnFormat
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct TableCheckTests {
  let zoo = CrawlZoo()
  let folder = "lake/data/shop/orders"
  let fields = [Field("id", .int32), Field("name", .string)]

  /// A crawled table with a partition for each of two months.
  private func table() throws {
    try zoo.parquet("\(folder)/month=06/a.parquet", fields)
    try zoo.parquet("\(folder)/month=07/a.parquet", fields)
    try zoo.crawl()
  }

  private func check(isDeep: Bool = false) throws -> CheckReport {
    try TableCheck(try zoo.catalog(), isDeep: isDeep, threadCount: 2).run()
  }

  private func path(_ name: String) -> String { zoo.directory("\(folder)/\(name)") }

  @Test func `a table that agrees with its files has no findings`() throws {
    try table()
    for isDeep in [false, true] {
      let report = try check(isDeep: isDeep)
      #expect(report.findings == [])
      #expect(report.tableCount == 1)
      #expect(report.partitionCount == 2)
      #expect(report.fileCount == 2)
      #expect(report.byteCount > 0)
    }
  }

  @Test func `a partition without files is missing`() throws {
    try table()
    unlink(path("month=06/a.parquet"))
    let findings = try check().findings
    #expect(findings.map(\.kind) == [.missing])
    #expect(findings.first?.path == path("month=06"))
  }

  @Test func `a table whose folder is gone is missing`() throws {
    try table()
    rename(zoo.directory(folder), zoo.directory("lake/data/shop/away"))
    #expect(try check().findings.map(\.kind) == [.missing])
  }

  @Test func `files in folders that were not crawled are orphaned`() throws {
    try table()
    try zoo.parquet("\(folder)/month=08/a.parquet", fields)
    try zoo.parquet("\(folder)/month=08/b.parquet", fields)
    let findings = try check().findings
    #expect(findings.map(\.kind) == [.orphaned])
    #expect(findings.first?.path == path("month=08"))
    #expect(findings.first?.detail == "2 files lie outside of all partitions")
  }

  @Test func `files of no bytes are counted and no damage, as queries pass over them`() throws {
    try table()
    for name in ["month=06/none.parquet", "month=07_$folder$", "month=09/none.parquet"] {
      _ = zoo.directory.write("", to: "\(folder)/\(name)")
    }
    _ = zoo.directory.write("{\"a\":1}\n", to: "lake/data/shop/texts/a.json")
    try zoo.crawl()
    _ = zoo.directory.write("", to: "lake/data/shop/texts/b.json")
    for isDeep in [false, true] {
      let report = try check(isDeep: isDeep)
      #expect(report.findings == [])
      #expect(report.emptyCount == 2)
    }
  }

  @Test func `a damaged description of a database is a finding with its path`() throws {
    try table()
    let catalog = try zoo.catalog()
    try catalog.create(DatabaseDescription(name: "empty"))
    #expect(try check().findings == [])
    for database in ["empty", "shop"] {
      _ = zoo.directory.write("{\"format\"", to: "lake/catalog/\(database)/database.json")
    }
    let findings = try check().findings
    #expect(findings.map(\.kind) == [.catalog, .catalog])
    #expect(findings.map(\.path) == ["catalog/empty/database.json", "catalog/shop/database.json"])
    let one = try TableCheck(catalog).run([TableName(database: "shop", table: "orders")])
    #expect(one.findings.map(\.path) == ["catalog/shop/database.json"])
  }

  @Test func `partitions below S3 lie in the folder that stands for it`() throws {
    try zoo.parquet("s3/b/t/p=1/a.parquet", fields)
    try zoo.parquet("s3/b/elsewhere/a.parquet", fields)
    let catalog = try TableCatalog(lake: zoo.directory("lake"), s3Root: zoo.directory("s3"))
    let update = TableUpdate(
      location: "s3://b/t/",
      format: .parquet,
      columns: fields,
      partitionKeys: [Field("p", .string)],
      addedPartitions: [
        Partition(values: ["1"], location: "s3://b/t/p=1/"),
        Partition(values: ["2"], location: "s3://b/elsewhere/"),
      ]
    )
    try catalog.commit(TableName(database: "default", table: "t")) { _ in update }
    let report = try TableCheck(catalog).run()
    #expect(report.findings == [])
    #expect(report.fileCount == 2)
    let rootless = try TableCheck(try TableCatalog(lake: zoo.directory("lake"))).run()
    #expect(
      rootless.findings.map(\.detail)
        == ["no folder stands for S3: --s3-root DIR or $LAKE_S3_ROOT names it"]
    )
  }

  @Test func `projected partitions are in no list, so no file is an orphan`() throws {
    try zoo.parquet("lake/data/default/t/2026/a.parquet", fields)
    let catalog = try zoo.catalog()
    let update = TableUpdate(
      location: "data/default/t",
      format: .parquet,
      columns: fields,
      partitionKeys: [Field("p", .string)],
      parameters: ["projection.enabled": "true"]
    )
    try catalog.commit(TableName(database: "default", table: "t")) { _ in update }
    let report = try TableCheck(catalog).run()
    #expect(report.findings == [])
    #expect(report.fileCount == 1)
  }

  @Test func `hidden files and those of unfinished writers are not looked at`() throws {
    try table()
    _ = zoo.directory.write("half", to: "\(folder)/month=06/.b.parquet.tmp")
    _ = zoo.directory.write("half", to: "\(folder)/_unfinished-lake/b.parquet")
    #expect(try check().findings == [])
  }

  @Test func `a file that is cut is damaged`() throws {
    try table()
    #expect(truncate(path("month=07/a.parquet"), 100) == 0)
    let findings = try check().findings
    #expect(findings.map(\.kind) == [.damaged])
    #expect(findings.first?.path == path("month=07/a.parquet"))
  }

  @Test func `damaged pages are found by a deep check only`() throws {
    try table()
    let descriptor = open(path("month=07/a.parquet"), O_WRONLY)
    var byte: UInt8 = 0xFF
    #expect(pwrite(descriptor, &byte, 1, 5) == 1)
    close(descriptor)
    #expect(try check().findings == [])
    #expect(try check(isDeep: true).findings.map(\.kind) == [.damaged])
  }

  @Test func `a column that does not fit the table's type is a mismatch`() throws {
    try table()
    try zoo.parquet("\(folder)/month=07/b.parquet", [Field("ID", .int64), Field("name", .string)])
    let findings = try check().findings
    #expect(findings.map(\.kind) == [.mismatched])
    #expect(findings.first?.detail == "column 'ID' is bigint in the file and int in the table")
  }

  @Test func `text is read as a whole by a deep check`() throws {
    _ = zoo.directory.write("{\"a\":1}\n{\"a\":2}\n", to: "lake/data/shop/logs/a.json")
    try zoo.crawl()
    #expect(try check(isDeep: true).findings == [])
    _ = zoo.directory.write("{\"a\":1}\n{\"a\":\"x\"}\n", to: "lake/data/shop/logs/a.json")
    #expect(try check().findings == [])
    #expect(try check(isDeep: true).findings.map(\.kind) == [.mismatched])
  }

  @Test func `what a SerDe reads may be any text, but must be whole`() throws {
    _ = zoo.directory.write("just one column\n", to: "lake/data/default/t/a.txt")
    let packed = CompressedBytes.gzip(Array("one\ntwo\n".utf8))
    _ = zoo.directory.write(packed, to: "lake/data/default/t/b.gz")
    let catalog = try zoo.catalog()
    let update = TableUpdate(
      location: "data/default/t",
      format: .text(SerDe(library: SerDeKind.lazySimple.rawValue)),
      columns: [Field("line", .string)],
      partitionKeys: []
    )
    try catalog.commit(TableName(database: "default", table: "t")) { _ in update }
    #expect(try check(isDeep: true).findings == [])
    _ = zoo.directory.write(Array(packed.dropLast(4)), to: "lake/data/default/t/b.gz")
    let findings = try check(isDeep: true).findings
    #expect(findings.map(\.kind) == [.damaged])
    #expect(findings.first?.path.hasSuffix("/b.gz") == true)
  }

  @Test func `a table that the catalog lacks is an error, damage to the catalog a finding`() throws
  {
    try table()
    let name = TableName(database: "shop", table: "nothing")
    #expect(throws: CatalogError(.tableNotFound(name))) {
      try TableCheck(try zoo.catalog()).run([name])
    }
    _ = zoo.directory.write("{", to: "lake/catalog/shop/orders/versions/000001.json")
    let findings = try check().findings
    #expect(findings.map(\.kind) == [.catalog])
    #expect(findings.first?.table == "shop.orders")
  }
}
