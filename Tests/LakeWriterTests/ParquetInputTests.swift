import ColumnFormat
import ObjectStore
import RowFormat
import TestSupport
import Testing

@testable import LakeWriter

@Suite struct ParquetInputTests {
  /// Delivers records by hour and gives the paths of the files.
  private static func source(_ lake: TestLake, _ ids: Range<Int64>) throws -> [String] {
    let other = TestLake(folder: "\(lake.folder)/source")
    let summary = other.deliver([other.write(TestRecords.text(ids), to: "in/a.ndjson")])
    guard summary.failure == nil else { throw TestFailure("\(summary)") }
    let store = LocalFolder(other.data)
    return try store.list("").map { store.systemPath($0.path) }
  }

  @Test func `the rows of Parquet files come under other partitions with their types`() throws {
    let lake = TestLake()
    let files = try ParquetInputTests.source(lake, 0..<500)
    let summary = lake.deliver(files) { $0.granularity = .day }
    #expect(summary.failure == nil)
    #expect(summary.inputFailures.isEmpty)
    #expect(Set(summary.partitions.keys) == ["year=2026/month=11/day=23/"])
    #expect(try lake.ids() == TestRecords.sound(0..<500))
    let type = summary.schema.fields.first { $0.name == "at" }?.type
    guard case .timestamp? = type else { throw TestFailure("at is \(type as Any)") }
  }

  @Test func `Parquet and text may stand beside each other`() throws {
    let lake = TestLake()
    let files = try ParquetInputTests.source(lake, 0..<200)
    let text = lake.write(TestRecords.text(200..<300), to: "in/b.ndjson")
    #expect(lake.deliver(files + [text]).failure == nil)
    #expect(try lake.ids() == TestRecords.sound(0..<300))
  }

  @Test(arguments: 0..<5)
  func `every row is delivered once by a run that died at any steps`(seed: Int) throws {
    let lake = TestLake()
    let files = try ParquetInputTests.source(lake, 0..<2000)
    var random = SeededGenerator(seed: UInt64(seed))
    var isFinished = false
    for attempt in 0..<80 where !isFinished {
      let step = Int.random(in: 1...20, using: &random)
      let count = ExactlyOnceTests.Counter()
      let summary = lake.deliver(files) { settings in
        settings.resumes = attempt > 0
        settings.granularity = .day
        settings.reach = { (_) throws(LakeWriterError) in
          if count.next() >= step { throw ExactlyOnceTests.died }
        }
      }
      isFinished = summary.failure == nil
    }
    try #require(isFinished)
    #expect(try lake.ids() == TestRecords.sound(0..<2000))
  }

  @Test func `a run goes on at the row that the last one stopped at`() throws {
    let lake = TestLake()
    let path = try ParquetInputTests.source(lake, 0..<500)[0]
    let all = try ParquetRows(path: path, startRow: 0).next()?.rows
    let rest = try ParquetRows(path: path, startRow: 7).next()
    let rows = try #require(all)
    #expect(rest?.start == 7)
    #expect(rest?.rows.batch.rowCount == rows.batch.rowCount - 7)
    #expect(
      ValueWords.object(7, of: rows) == rest.map { ValueWords.object(0, of: $0.rows) }
    )
  }

  @Test func `what looks at the text of records is refused by name`() throws {
    let lake = TestLake()
    let files = try ParquetInputTests.source(lake, 0..<20)
    let summary = lake.deliver(files) { $0.activePartitionCountMax = 3 }
    guard case .invalidSettings(let words)? = summary.failure?.kind else {
      throw TestFailure("it was not refused: \(summary)")
    }
    #expect(words.hasPrefix("--max-partitions does not go with Parquet files"))
  }

  @Test func `a file that is no Parquet is refused where Parquet is asked for`() throws {
    let lake = TestLake()
    let path = lake.write("{\"id\":1}\n", to: "in/a.ndjson")
    let summary = lake.deliver([path]) { $0.requiresParquet = true }
    #expect(
      summary.failure?.kind == .invalidSettings("--format parquet: '\(path)' is no Parquet file")
    )
  }

  @Test func `a damaged file is named and the others are delivered`() throws {
    let lake = TestLake()
    let files = try ParquetInputTests.source(lake, 0..<300)
    var bytes = try LocalFolder("/").read(String(files[0].dropFirst()))
    for index in bytes.count / 3..<bytes.count / 2 { bytes[index] = 0xFF }
    let damaged = lake.write(bytes, to: "in/damaged.parquet")
    let summary = lake.deliver([damaged] + files.dropFirst())
    #expect(summary.inputFailures.map(\.path) == [damaged])
    #expect(summary.deliveredRowCount > 0)
  }
}
