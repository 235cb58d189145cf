import Catalog
import ColumnFormat
import LakeWriter
import RowFormat
import SQL
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// The landing pages of the libraries' documentation.
@Suite struct LibraryPageTests {
  static let libraries = [
    "ColumnFormat", "RowFormat", "ObjectStore", "Catalog", "LakeWriter", "SQL",
  ]

  private func page(_ library: String) throws -> String {
    try TestFile.read(
      "\(TestPaths.repository)/Sources/\(library)/\(library).docc/\(library).md"
    )
  }

  /// The library's public types that stand in no other one.
  private func types(_ library: String) throws -> Set<String> {
    var names: Set<String> = []
    var folders = ["\(TestPaths.repository)/Sources/\(library)"]
    while let folder = folders.popLast() {
      guard let stream = opendir(folder) else { continue }
      defer { closedir(stream) }
      while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
          tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name.hasPrefix(".") { continue }
        if !name.hasSuffix(".swift") {
          folders.append("\(folder)/\(name)")
          continue
        }
        let declaration =
          #/^public (?:final |indirect )*(?:struct|enum|class|protocol|actor) (\w+)/#
        for line in try TestFile.read("\(folder)/\(name)").split(separator: "\n") {
          if let match = line.prefixMatch(of: declaration) { names.insert(String(match.1)) }
        }
      }
    }
    return names
  }

  @Test(arguments: libraries) func `the page lists the library's types`(_ library: String) throws {
    let text = try page(library)
    let listed = Set(text.matches(of: /(?m)^- ``(\w+)``$/).map { String($0.1) })
    let types = try types(library)
    #expect(!types.isEmpty)
    #expect(types.subtracting(listed).sorted() == [], "\(library)")
    #expect(listed.subtracting(types).sorted() == [], "\(library)")
  }

  @Test(arguments: ["Catalog", "LakeWriter", "SQL"])
  func `the page's code runs here`(_ library: String) throws {
    let source = try TestFile.read(#filePath)
    let text = try page(library)
    let start = try #require(text.firstRange(of: "```swift\n"))
    let rest = text[start.upperBound...]
    let end = try #require(rest.firstRange(of: "```"))
    let code = rest[..<end.lowerBound].split(separator: "\n").map { "    \($0)\n" }.joined()
    #expect(source.contains(code), "\(library)")
  }

  @Test func `records become a table that answers`() throws {
    let folder = TemporaryDirectory()
    folder.write("{\"id\": 1, \"at\": \"2026-11-27T10:00:00Z\"}\nno JSON\n", to: "records.ndjson")
    let lake = folder("lake")
    let path = folder("records.ndjson")
    let (delivered, rejected) = deliver(path, lake)
    #expect(delivered == 1 && rejected == 1)
    #expect(try crawl(lake) == ["shop.orders"])
    #expect(try count(lake) == 1)
  }

  private func deliver(_ path: String, _ lake: String) -> (Int, Int) {
    var settings = DeliverySettings(
      folder: "\(lake)/data/shop/orders",
      rejectsFolder: "\(lake)/rejects/shop/orders",
      nowMillis: { 1_800_000_000_000 }
    )
    settings.timeField = "at"
    settings.format = .ndjson
    let summary = DeliveryStream(settings).deliver([path])
    return (summary.deliveredRowCount, summary.rejectedCount)
  }

  private func crawl(_ lake: String) throws -> [String] {
    let catalog = try TableCatalog(lake: lake)
    let report = try Crawler(catalog).crawl([])
    let names = try catalog.tables(in: "shop")
    #expect(report.tables.count == 1)
    return names.map(\.description)
  }

  private func count(_ lake: String) throws -> Int64 {
    var options = QueryOptions()
    options.lakeFolder = lake
    var count: Int64 = 0
    _ = try QueryEngine(options).run(
      "SELECT count(*) FROM shop.orders WHERE day = 27",
      begin: { columns in precondition(columns.count == 1) },
      receive: { batch in
        if case .int64(let values) = batch.columns[0].flatValues { count += values[0] }
      }
    )
    return count
  }
}
