import ColumnFormat
import ObjectStore
import Synchronization
import TestSupport
import Testing

@testable import Catalog

@Suite struct ManyTablesTests {
  /// A store that counts what is read from it.
  final class CountingStore: ObjectStore {
    private let store: LocalFolder
    private let counted = Mutex(0)

    init(_ folder: String) { store = LocalFolder(folder) }

    var readCount: Int { counted.withLock { $0 } }

    private func count() { counted.withLock { $0 += 1 } }

    func list(_ folder: String) throws(ObjectStoreError) -> [ObjectInfo] {
      count()
      return try store.list(folder)
    }
    func entries(of folder: String) throws(ObjectStoreError) -> [FolderEntry] {
      count()
      return try store.entries(of: folder)
    }
    func info(_ path: String) throws(ObjectStoreError) -> ObjectInfo {
      count()
      return try store.info(path)
    }
    func read(_ path: String, range: Range<Int>?) throws(ObjectStoreError) -> [UInt8] {
      count()
      return try store.read(path, range: range)
    }
    func put(_ bytes: [UInt8], at path: String) throws(ObjectStoreError) {
      try store.put(bytes, at: path)
    }
    func putIfAbsent(_ bytes: [UInt8], at path: String) throws(ObjectStoreError) {
      try store.putIfAbsent(bytes, at: path)
    }
    func delete(_ path: String) throws(ObjectStoreError) { try store.delete(path) }
    func makeFolder(_ path: String) throws(ObjectStoreError) { try store.makeFolder(path) }
  }

  /// How often the catalog is read by the first and by the second crawl of so many tables.
  private func readCounts(_ tableCount: Int) throws -> [Int] {
    let zoo = CrawlZoo()
    for table in 0..<tableCount {
      _ = zoo.directory.write("{\"a\":\(table)}\n", to: "lake/data/shop/t\(table)/a.json")
    }
    return try (0..<2).map { _ in
      let store = CountingStore(zoo.lake)
      let report = try Crawler(try TableCatalog(store: store, folder: zoo.lake)).crawl([])
      #expect(report.tables.count == tableCount)
      return store.readCount
    }
  }

  @Test func `each table of a crawl is read so many times, however many there are`() throws {
    let few = try readCounts(10)
    let many = try readCounts(40)
    for (few, many) in zip(few, many) { #expect(many <= few * 4) }
  }

  @Test func `a folder's tables are those at it and below, as the crawl left them`() throws {
    let zoo = CrawlZoo()
    for name in ["a", "ab", "b"] {
      _ = zoo.directory.write("{\"a\":1}\n", to: "lake/data/shop/\(name)/f.json")
    }
    try zoo.crawl()
    let catalog = try zoo.catalog()
    var places = KnownPlaces(catalog)
    func names(_ path: String) throws -> [String] {
      try places.tables(of: "shop", atOrBelow: path).map(\.name.table)
    }
    let data = catalog.absolutePath(of: "data/shop")
    #expect(try names(data) == ["a", "ab", "b"])
    #expect(try names(data + "/a") == ["a"])
    #expect(try names(data + "/a/f.json") == [])
    #expect(try names(data + "/missing") == [])
    try catalog.drop(TableName(database: "shop", table: "a"))
    places.read(TableName(database: "shop", table: "a"))
    #expect(try names(data) == ["ab", "b"])
    #expect(KnownPlaces.folders(above: "/x/y/z") == ["/x/y/z", "/x/y", "/x"])
    #expect(KnownPlaces.folders(above: "x/y") == ["x/y", "x"])
  }
}
