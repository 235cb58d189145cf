import Catalog
import ColumnFormat
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct RecrawlTests {
  let zoo = CrawlZoo()
  let name = TableName(database: "default", table: "t")

  /// Makes a file a minute older than it is, plus some seconds.
  private func age(_ path: String, by seconds: Int = 0) {
    var status = stat()
    stat(zoo.directory(path), &status)
    var time = status.st_mtim
    time.tv_sec -= 60 + seconds
    utimensat(AT_FDCWD, zoo.directory(path), [time, time], 0)
  }

  private func crawlNew() throws -> CrawlReport { try zoo.crawl("t") { $0.recrawl = .new } }

  @Test func `files of the same path, size and time are not opened again`() throws {
    for day in 1...3 {
      try zoo.parquet("t/day=\(day)/f.parquet", [Field("a", .int32)])
      age("t/day=\(day)/f.parquet")
    }
    #expect(try crawlNew().probedCount == 3)
    let again = try crawlNew()
    #expect(again.probedCount == 0)
    #expect(again.tables.map(\.action) == [.unchanged])
    #expect(again.tables.first?.recordCount == 9)
    try zoo.parquet("t/day=4/f.parquet", [Field("a", .int64), Field("b", .date)], rowCount: 5)
    let more = try crawlNew()
    #expect(more.probedCount == 1)
    #expect(more.tables.first?.recordCount == 14)
    #expect(try zoo.columns(name) == ["a bigint", "b date"])
    #expect(try zoo.catalog().partitions(of: name).count == 4)
  }

  @Test func `a changed file is opened again, a file that is gone is noticed`() throws {
    try zoo.parquet("t/day=1/f.parquet", [Field("a", .int32), Field("b", .int32)])
    try zoo.parquet("t/day=2/f.parquet", [Field("a", .int32)])
    age("t/day=1/f.parquet")
    age("t/day=2/f.parquet")
    try zoo.crawl("t")
    try zoo.parquet("t/day=2/f.parquet", [Field("c", .int32)])
    age("t/day=2/f.parquet", by: 1)
    unlink(zoo.directory("t/day=1/f.parquet"))
    let report = try crawlNew()
    #expect(report.probedCount == 1)
    #expect(try zoo.columns(name) == ["c int"])
    #expect(try zoo.catalog().partitions(of: name).map(\.values) == [["2"]])
  }

  @Test func `a file as young as the crawl is opened again: it may still change unseen`() throws {
    try zoo.parquet("t/f.parquet", [Field("a", .int32)])
    #expect(try zoo.crawl("t").probedCount == 1)
    #expect(try crawlNew().probedCount == 1)
  }

  @Test func `what was learnt from text comes back with its causes`() throws {
    zoo.directory.write("{\"a\": 1}\n{\"a\": \"x\"}\n{\"a\": \n", to: "t/1.json")
    age("t/1.json")
    try zoo.crawl("t")
    try zoo.catalog().drop(name)
    let report = try crawlNew()
    #expect(report.probedCount == 0)
    #expect(report.notes.contains { $0.contains("1 records cannot be read") })
    let cause = try zoo.catalog().versions(of: name).first?.changes.first?.cause
    #expect(cause?.source == "1.json")
    #expect(cause?.record == 2)
    #expect(cause?.note == "value \"x\"")
  }

  @Test func `a damaged memory, or one of another folder, is none`() throws {
    try zoo.parquet("t/f.parquet", [Field("a", .int32)])
    age("t/f.parquet")
    try zoo.crawl("t")
    let file = try #require(try FolderNames.all(zoo.lake + "/crawls").first)
    zoo.directory.write("{\"format\": 1, \"path\": \"/elsewhere\"}", to: "lake/crawls/\(file)")
    #expect(try crawlNew().probedCount == 1)
    #expect(try crawlNew().probedCount == 0)
    zoo.directory.write("{\"format\": 1, ", to: "lake/crawls/\(file)")
    #expect(try crawlNew().probedCount == 1)
  }

  @Test func `samples and dry runs leave no memory`() throws {
    try zoo.parquet("t/f.parquet", [Field("a", .int32)])
    age("t/f.parquet")
    try zoo.crawl("t") { $0.isDryRun = true }
    try zoo.crawl("t") { $0.sampleCount = 1 }
    #expect(try crawlNew().probedCount == 1)
  }

  @Test func `a sample reads the first thousand records of text and says so`() throws {
    let lines = (0..<6000).map { $0 == 5000 ? "{\"a\": \"x\"}\n" : "{\"a\": \($0)}\n" }
    zoo.directory.write(lines.joined(), to: "t/1.json")
    let sampled = try zoo.crawl("t") { $0.sampleCount = 1 }
    #expect(sampled.isSampled)
    #expect(sampled.tables.first?.recordCount == nil)
    #expect(try zoo.columns(name) == ["a bigint"])
    let whole = try zoo.crawl("t")
    #expect(!whole.isSampled)
    #expect(whole.tables.first?.recordCount == 6000)
    #expect(try zoo.columns(name) == ["a string"])
  }
}
