import ObjectStore
import RowFormat
import Synchronization
import TestSupport
import Testing

@testable import LakeWriter

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct ExactlyOnceTests {
  static let died = LakeWriterError(.destination("the test ends it here"), path: "")

  /// Ends a delivery at its step number `step`, as if the process were gone.
  private static func dying(
    at step: Int
  ) -> @Sendable (DeliveryStep) throws(LakeWriterError) -> Void {
    let count = Counter()
    return { (_) throws(LakeWriterError) in if count.next() >= step { throw died } }
  }

  /// Counts over threads.
  final class Counter: Sendable {
    private let value = Atomic<Int>(0)
    func next() -> Int { value.add(1, ordering: .relaxed).newValue }
    var count: Int { value.load(ordering: .relaxed) }
  }

  private static func expectEverythingOnce(_ lake: TestLake, _ ids: Range<Int64>) throws {
    #expect(try lake.ids() == TestRecords.sound(ids))
    #expect(try lake.rejectedTexts() == TestRecords.broken(ids))
    #expect(lake.unfinishedNames().isEmpty)
  }

  @Test func `a run that nothing disturbs delivers every record once`() throws {
    let lake = TestLake()
    let input = lake.write(TestRecords.text(0..<1000), to: "in/a.ndjson")
    let summary = lake.deliver([input])
    #expect(summary.failure == nil)
    #expect(summary.recordCount == 1000)
    #expect(summary.deliveredRowCount == 990)
    #expect(summary.undeliveredRowCount == 0)
    try ExactlyOnceTests.expectEverythingOnce(lake, 0..<1000)
  }

  @Test(arguments: 0..<12)
  func `a run that dies at any steps delivers every record once in the end`(seed: Int) throws {
    let lake = TestLake()
    let inputs = (0..<3).map { part in
      lake.write(
        TestRecords.text(Int64(part * 300)..<Int64(part * 300 + 300)),
        to: "in/\(part).ndjson"
      )
    }
    var random = SeededGenerator(seed: UInt64(seed))
    var isFinished = false
    for attempt in 0..<60 where !isFinished {
      let step = Int.random(in: 1...40, using: &random)
      let summary = lake.deliver(inputs) { settings in
        settings.resumes = attempt > 0
        settings.workerCount = seed % 3 + 1
        settings.reach = ExactlyOnceTests.dying(at: step)
      }
      if let failure = summary.failure { #expect(failure == ExactlyOnceTests.died) }
      isFinished = summary.failure == nil
    }
    try #require(isFinished || lake.deliver(inputs) { $0.resumes = true }.failure == nil)
    try ExactlyOnceTests.expectEverythingOnce(lake, 0..<900)
  }

  @Test(arguments: DeliveryStep.allCases)
  func `a process that is killed at a step is made good by the next one`(step: DeliveryStep)
    async throws
  {
    let folder = TemporaryDirectory()
    let path = folder.path
    _ = TestLake(folder: path).write(TestRecords.text(0..<3000), to: "in/a.ndjson")
    for nth in 1...3 {
      let name = step.rawValue
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [path = path as String, name = name as String, nth = nth as Int] in
        let count = Counter()
        _ = TestLake(folder: path).deliver(["\(path)/in/a.ndjson"]) { settings in
          settings.resumes = nth > 1
          settings.reach = { (reached) throws(LakeWriterError) in
            if reached.rawValue == name, count.next() == nth { kill(getpid(), SIGKILL) }
          }
        }
      }
    }
    let lake = TestLake(folder: path)
    #expect(lake.deliver(["\(path)/in/a.ndjson"]) { $0.resumes = true }.failure == nil)
    try ExactlyOnceTests.expectEverythingOnce(lake, 0..<3000)
  }

  @Test func `compressed and delimited inputs go on in their middle`() throws {
    let lake = TestLake()
    let rows = (0..<500).map { "\($0),2026-11-23T0\($0 % 3):00:00Z,\"a \"\"b\"\"\n\($0)\"\n" }
    let csv = lake.write("id,at,text\n" + rows.joined(), to: "in/a.csv")
    let gzip = lake.write(
      CompressedBytes.gzip(Array(TestRecords.text(500..<1000).utf8)),
      to: "in/b.gz"
    )
    for attempt in 0..<30 {
      let summary = lake.deliver([csv, gzip]) { settings in
        settings.resumes = attempt > 0
        settings.reach = ExactlyOnceTests.dying(at: 12)
      }
      if summary.failure == nil { break }
    }
    #expect(try lake.ids() == Array(0..<500) + TestRecords.sound(500..<1000))
    #expect(try lake.rejectedTexts() == TestRecords.broken(500..<1000))
  }

  @Test func `an interrupted run is refused without resume, and says where it was`() throws {
    let lake = TestLake()
    let input = lake.write(TestRecords.text(0..<500), to: "in/a.ndjson")
    let committed = Counter()
    _ = lake.deliver([input, input]) {
      $0.reach = { (step) throws(LakeWriterError) in
        if committed.count > 0 { throw ExactlyOnceTests.died }
        if step == .committed { _ = committed.next() }
      }
    }
    let refused = lake.deliver([input])
    let before = try lake.ids()
    guard case .interrupted("orders", input, let byteOffset, 2) = refused.failure?.kind else {
      Issue.record("it was not refused: \(refused)")
      return
    }
    #expect(byteOffset > 0)
    #expect(refused.failure?.help?.contains("--resume") == true)
    #expect(lake.deliver([input]).failure == refused.failure)
    #expect(!before.isEmpty)
    #expect(try lake.ids() == before)
  }

  @Test func `a run that died before its first commit may begin anew`() throws {
    let lake = TestLake()
    let input = lake.write(TestRecords.text(0..<100), to: "in/a.ndjson")
    _ = lake.deliver([input]) { $0.reach = ExactlyOnceTests.dying(at: 1) }
    #expect(lake.deliver([input]).failure == nil)
    try ExactlyOnceTests.expectEverythingOnce(lake, 0..<100)
  }

  @Test func `resume passes over what was delivered and takes what is new`() throws {
    let lake = TestLake()
    let first = lake.write(TestRecords.text(0..<100), to: "in/a.ndjson")
    #expect(lake.deliver([first]).failure == nil)
    let second = lake.write(TestRecords.text(100..<200), to: "in/b.ndjson")
    let summary = lake.deliver([first, second]) { $0.resumes = true }
    #expect(summary.recordCount == 100)
    try ExactlyOnceTests.expectEverythingOnce(lake, 0..<200)
    #expect(lake.deliver([first, second]) { $0.resumes = true }.recordCount == 0)
  }

  @Test func `without resume a delivered file is delivered again`() throws {
    let lake = TestLake()
    let input = lake.write(TestRecords.text(0..<10), to: "in/a.ndjson")
    _ = lake.deliver([input])
    #expect(lake.deliver([input]).deliveredRowCount == 10)
    #expect(try lake.ids().count == 20)
  }

  @Test func `of a file that has grown the new records are delivered`() throws {
    let lake = TestLake()
    var input = lake.write(TestRecords.text(0..<100), to: "in/a.ndjson")
    _ = lake.deliver([input])
    input = lake.write(TestRecords.text(0..<150), to: "in/a.ndjson")
    #expect(lake.deliver([input]) { $0.resumes = true }.recordCount == 50)
    try ExactlyOnceTests.expectEverythingOnce(lake, 0..<150)
  }

  @Test func `a file that was replaced since is not read on`() throws {
    let lake = TestLake()
    var input = lake.write(TestRecords.text(0..<500), to: "in/a.ndjson")
    _ = lake.deliver([input]) { $0.reach = ExactlyOnceTests.dying(at: 12) }
    input = lake.write(TestRecords.text(500..<2000), to: "in/a.ndjson")
    let summary = lake.deliver([input]) { $0.resumes = true }
    guard case .source(let words) = summary.failure?.kind else {
      Issue.record("it was read: \(summary)")
      return
    }
    #expect(words == "it is not the file any more that the stream has read from")
  }

  @Test func `an interrupt delivers what was read, and resume the rest`() throws {
    let lake = TestLake()
    let input = lake.write(TestRecords.text(0..<1000), to: "in/a.ndjson")
    let asked = Counter()
    let summary = lake.deliver([input]) { $0.isInterrupted = { asked.next() > 8 } }
    #expect(summary.isInterrupted)
    #expect(summary.failure == nil)
    #expect(summary.undeliveredRowCount == 0)
    #expect(summary.recordCount < 1000)
    #expect(lake.deliver([input]) { $0.resumes = true }.failure == nil)
    try ExactlyOnceTests.expectEverythingOnce(lake, 0..<1000)
  }

  @Test func `a truncated file is delivered to the damage, and after mending from there`() throws {
    let lake = TestLake()
    let whole = CompressedBytes.gzip(Array(TestRecords.text(0..<3000).utf8))
    var input = lake.write(Array(whole.prefix(whole.count / 2)), to: "in/a.gz")
    let summary = lake.deliver([input])
    #expect(summary.inputFailures.count == 1)
    #expect(summary.failure == nil)
    #expect(summary.recordCount > 500)
    input = lake.write(whole, to: "in/a.gz")
    #expect(lake.deliver([input]) { $0.resumes = true }.failure == nil)
    try ExactlyOnceTests.expectEverythingOnce(lake, 0..<3000)
  }

  @Test func `a second delivery with the same stream is refused by name`() throws {
    let lake = TestLake()
    let input = lake.write(TestRecords.text(0..<10), to: "in/a.ndjson")
    let journal = try StreamJournal(lake.settings())
    let summary = lake.deliver([input])
    #expect(summary.failure?.kind == .inUse(stream: "orders", process: Int(getpid())))
    withExtendedLifetime(journal) {}
  }

  @Test func `a stream keeps to its table`() throws {
    let lake = TestLake()
    let input = lake.write(TestRecords.text(0..<10), to: "in/a.ndjson")
    _ = lake.deliver([input])
    let summary = lake.deliver([input]) { $0.table = "shop.others" }
    #expect(
      summary.failure?.kind
        == .invalidSettings("the stream 'orders' delivers into shop.orders, not into shop.others")
    )
  }

  @Test func `a dry run leaves no trace`() throws {
    let lake = TestLake()
    let input = lake.write(TestRecords.text(0..<500), to: "in/a.ndjson")
    let summary = lake.deliver([input]) { $0.isDryRun = true }
    #expect(summary.deliveredRowCount == 495)
    #expect(try LocalFolder(lake.folder).entries(of: "").map(\.name) == ["in"])
  }

  @Test func `a damaged checkpoint is an error, not a new start`() throws {
    let lake = TestLake()
    let input = lake.write(TestRecords.text(0..<10), to: "in/a.ndjson")
    _ = lake.deliver([input])
    _ = lake.write("{\"formatVersion\":1}", to: "streams/orders/checkpoint.json")
    let summary = lake.deliver([input])
    #expect(
      summary.failure?.kind == .source("it is missing, damaged or of a newer version of lake")
    )
  }
}
