import ObjectStore
import TestSupport
import Testing

@testable import LakeWriter

@Suite struct StreamVersionTests {
  /// The names of all visible files.
  private static func names(_ lake: TestLake) throws -> [String] {
    try LocalFolder(lake.data).list("").compactMap {
      $0.path.split(separator: "/").last.map(String.init)
    }
  }

  @Test func `a run with another configuration has the next version in its names`() throws {
    let lake = TestLake()
    for (number, configuration) in ["a", "a", "b", "a"].enumerated() {
      let summary = lake.deliver([
        lake.write(TestRecords.text(0..<5), to: "in/\(number).ndjson")
      ]) { $0.configuration = configuration }
      #expect(summary.failure == nil)
    }
    let versions = Set(try StreamVersionTests.names(lake).map { $0.split(separator: "-")[1] })
    #expect(versions == ["1", "2", "3"])
  }

  @Test func `a dry run leaves the version as it is`() throws {
    let lake = TestLake()
    let input = lake.write(TestRecords.text(0..<5), to: "in/a.ndjson")
    _ = lake.deliver([input]) { $0.configuration = "a" }
    _ = lake.deliver([input]) {
      $0.configuration = "b"
      $0.isDryRun = true
    }
    _ = lake.deliver([input]) { $0.configuration = "a" }
    #expect(try StreamVersionTests.names(lake).allSatisfy { $0.hasPrefix("orders-1-") })
  }

  @Test func `another end replaces that of the names`() throws {
    let lake = TestLake()
    _ = lake.deliver([lake.write(TestRecords.text(0..<5), to: "in/a.ndjson")]) {
      $0.fileExtension = ".pq-2"
    }
    #expect(try StreamVersionTests.names(lake).allSatisfy { $0.hasSuffix(".pq-2") })
    #expect(try lake.ids() == [0, 1, 2, 3, 4])
  }
}
