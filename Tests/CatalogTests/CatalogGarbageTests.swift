import Catalog
import ColumnFormat
import ObjectStore
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct CatalogGarbageTests {
  let zoo = CrawlZoo()
  let name = TableName(database: "default", table: "t")

  private var folder: String { "\(zoo.lake)/catalog/default/t" }

  /// Makes a file as old as a crash of some seconds ago would have left it.
  private func age(_ path: String, seconds: Int) {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    time.tv_sec -= seconds
    #expect(utimensat(AT_FDCWD, path, [time, time], 0) == 0)
  }

  private func leave(_ path: String, seconds: Int) throws {
    try LocalFolder("/").put(Array("half".utf8), at: path)
    age(path, seconds: seconds)
  }

  private func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }

  private func commit(_ column: Int) throws {
    try zoo.catalog().commit(name) { _ in
      TableUpdate(
        location: "data/default/t",
        format: .parquet,
        columns: [Field("c\(column)", .int64)],
        partitionKeys: []
      )
    }
  }

  @Test func `the next change removes what killed writers left ten minutes ago`() throws {
    try commit(1)
    let gone = [
      "\(folder)/generations/.0000000002.json.4711-1.tmp",
      "\(folder)/versions/.000002.json.4711-22.tmp",
      "\(folder)/partitions/.0000000002.json.1-1.tmp",
      "\(zoo.lake)/catalog/default/.database.json.1-1.tmp", "\(zoo.lake)/.lake.json.3-1.tmp",
    ]
    let kept = [
      "\(folder)/versions/.notes.txt", "\(folder)/versions/.draft.json.tmp",
      "\(folder)/versions/.000002.json.4711-.tmp",
    ]
    for path in gone + kept { try leave(path, seconds: 700) }
    let young = "\(folder)/generations/.0000000002.json.4712-1.tmp"
    try leave(young, seconds: 30)
    try commit(2)
    #expect(gone.filter(isThere) == [])
    // Whoever writes it may still be alive; and what is not ours is not ours to remove.
    #expect(isThere(young))
    #expect(kept.filter(isThere) == kept)
  }

  @Test func `a crawl that changes nothing removes it too, a dry run does not`() throws {
    zoo.directory.write("{\"a\":1}\n", to: "t/f.json")
    try zoo.crawl("t")
    let left = "\(folder)/generations/.0000000002.json.4711-1.tmp"
    let memory = "\(zoo.lake)/crawls/.t-0.json.4711-1.tmp"
    for path in [left, memory] { try leave(path, seconds: 700) }
    try zoo.crawl("t") { $0.isDryRun = true }
    #expect(isThere(left) && isThere(memory))
    let report = try zoo.crawl("t")
    #expect(report.tables.map(\.action) == [.unchanged])
    #expect(!isThere(left) && !isThere(memory))
  }

  @Test func `generations that waited for an hour go with the next change, but for eight`() throws {
    for number in 1...11 { try commit(number) }
    let generations = { try LocalFolder("/").allNames(in: "\(folder)/generations").count }
    #expect(try generations() == 11)
    for number in 1...11 {
      let digits = String(repeating: "0", count: number < 10 ? 9 : 8) + "\(number)"
      age("\(folder)/generations/\(digits).json", seconds: 4000)
    }
    try commit(12)
    #expect(try generations() == 8)
    // Versions are history: they stay.
    #expect(try zoo.catalog().versions(of: name).map(\.number) == Array(1...12))
  }

  @Test func `a dropped database leaves no folder, whatever killed writers left in it`() throws {
    try commit(1)
    try leave("\(folder)/versions/.000002.json.4711-1.tmp", seconds: 0)
    try zoo.catalog().drop(database: "default")
    #expect(!isThere("\(zoo.lake)/catalog/default"))
    #expect(try zoo.catalog().databases() == [])
  }
}
