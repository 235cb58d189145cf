import ColumnFormat
import ObjectStore
import RowFormat
import TestSupport
import Testing

@testable import LakeWriter

@Suite struct SourceBackupTests {
  /// All files of a backup, in the order in which they were written.
  private static func contents(_ folder: String) throws -> [String: [UInt8]] {
    let store = LocalFolder(folder)
    var contents: [String: [UInt8]] = [:]
    for info in try store.list("") { contents[info.path] = try store.read(info.path) }
    return contents
  }

  private static func lines(_ folder: String) throws -> [String] {
    try contents(folder).values.flatMap {
      String(decoding: $0, as: UTF8.self).split(separator: "\n").map(String.init)
    }.sorted()
  }

  @Test func `the backup holds the input's bytes, broken records too`() throws {
    let lake = TestLake()
    let text = TestRecords.text(0..<400)
    let summary = lake.deliver([lake.write(text, to: "in/a.ndjson")]) {
      $0.backupFolder = "\(lake.folder)/backup"
      $0.hints = BufferingHints()
    }
    #expect(summary.failure == nil)
    let contents = try SourceBackupTests.contents("\(lake.folder)/backup")
    #expect(contents.count == 1)
    #expect(contents.values.first == Array(text.utf8))
    #expect(contents.keys.first?.hasPrefix("2023/11/14/22/orders-1-2023-11-14-22-13-20-") == true)
    #expect(contents.keys.first?.hasSuffix(".ndjson") == true)
  }

  @Test func `records are backed up as they were before the filter left them out`() throws {
    let lake = TestLake()
    let text = TestRecords.text(0..<50)
    let filter = try EventFilter(#"{"id": [{"numeric": ["<", 10]}]}"#)
    let summary = lake.deliver([lake.write(text, to: "in/a.ndjson")]) {
      $0.filter = filter
      $0.backupFolder = "\(lake.folder)/backup"
    }
    #expect(summary.deliveredRowCount == 10)
    #expect(try SourceBackupTests.lines("\(lake.folder)/backup").count == 50)
  }

  @Test func `each backup file of delimited text begins with the columns`() throws {
    let lake = TestLake()
    let inputs = ["a", "b"].map { name in
      lake.write("id,\(name)\n1,\"x\ny\"\n2,z\n", to: "in/\(name).csv")
    }
    let summary = lake.deliver(inputs) {
      $0.backupFolder = "\(lake.folder)/backup"
      $0.timeField = nil
    }
    #expect(summary.failure == nil)
    let files = try SourceBackupTests.contents("\(lake.folder)/backup").values
    #expect(
      Set(files.map { String(decoding: $0, as: UTF8.self) })
        == ["\"id\",\"a\"\n1,\"x\ny\"\n2,z\n", "\"id\",\"b\"\n1,\"x\ny\"\n2,z\n"]
    )
  }

  @Test(arguments: 0..<6)
  func `a run that dies at any steps backs every record up once`(seed: Int) throws {
    let lake = TestLake()
    let text = TestRecords.text(0..<600)
    let input = lake.write(text, to: "in/a.ndjson")
    var random = SeededGenerator(seed: UInt64(seed))
    var isFinished = false
    for attempt in 0..<80 where !isFinished {
      let step = Int.random(in: 1...30, using: &random)
      let count = ExactlyOnceTests.Counter()
      let summary = lake.deliver([input]) { settings in
        settings.resumes = attempt > 0
        // Where a resumed run backs up to is its own affair.
        settings.backupFolder = "\(lake.folder)/backup\(attempt % 2)"
        settings.reach = { (_) throws(LakeWriterError) in
          if count.next() >= step { throw ExactlyOnceTests.died }
        }
      }
      isFinished = summary.failure == nil
    }
    try #require(isFinished)
    #expect(try lake.ids() == TestRecords.sound(0..<600))
    let both = (0...1).flatMap { part -> [String] in
      (try? SourceBackupTests.lines("\(lake.folder)/backup\(part)")) ?? []
    }
    #expect(both.sorted() == text.split(separator: "\n").map(String.init).sorted())
  }
}
