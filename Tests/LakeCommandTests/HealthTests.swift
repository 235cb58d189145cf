import RowFormat
import Testing

@testable import lake

@Suite struct HealthTests {
  private func health(
    sizes: [Int],
    partitions: Int = 1,
    versions: Int = 1,
    age: Int? = 60,
    rejects: Int = 0
  ) -> TableHealth {
    TableHealth(
      name: "shop.orders",
      partitionCount: partitions,
      versionCount: versions,
      fileSizes: sizes,
      ageSeconds: age,
      rejectCount: rejects
    )
  }

  @Test func `a table of large files needs nothing`() {
    let table = health(sizes: [64 << 20, 128 << 20])
    #expect(table.advice.isEmpty)
    #expect(HealthText(tables: [table]).text.contains("nothing to do"))
  }

  @Test func `many small files in one partition ask for larger buffers`() {
    let table = health(sizes: Array(repeating: 10_000, count: 100))
    #expect(table.smallFileCount == 100)
    #expect(
      table.advice.map(\.command) == [
        "lake ingest --table shop.orders --buffer-size 128 --buffer-interval 900 …"
      ]
    )
  }

  @Test func `many small partitions ask for coarser ones`() {
    let table = health(sizes: Array(repeating: 10_000, count: 100), partitions: 100)
    #expect(table.advice.first?.problem.contains("partitions are: 10.0 kB each") == true)
  }

  @Test func `rejects come first, then age and schema changes have their commands`() {
    let table = health(sizes: [64 << 20], versions: 20, age: 3 * 86_400, rejects: 7)
    #expect(
      table.advice.map(\.command) == [
        "lake rejects list shop.orders", "lake catalog versions shop.orders", "lake status",
      ]
    )
  }

  @Test func `sizes are counted by powers of ten`() {
    let table = health(sizes: [5, 9_999, 10_000, 2_000_000, 5_000_000_000])
    #expect(table.distribution.map(\.count) == [2, 1, 1, 1])
    #expect(table.distribution.map(\.label) == ["< 10 kB", "< 100 kB", "< 10 MB", ">= 1 GB"])
  }

  @Test func `programs get the same facts as people`() throws {
    let json = HealthText(tables: [health(sizes: [1, 2, 3], rejects: 2)]).json
    let table = try #require(json.arrayValue?.first)
    #expect(table["files"]?.integerValue == 3)
    #expect(table["medianFileBytes"]?.integerValue == 2)
    #expect(
      table["advice"]?.arrayValue?.first?["command"]?.stringValue == "lake rejects list shop.orders"
    )
  }
}
