import ColumnFormat
import ObjectStore
import RowFormat
import Synchronization
import TestSupport
import Testing

@testable import LakeWriter

@Suite struct DeduplicationTests {
  private static let hour = DeduplicationRule(fields: ["id"], windowSeconds: 3600)

  private static func line(_ id: Int64, _ note: String = "") -> String {
    "{\"id\":\(id),\"at\":\"2026-11-23T01:00:00Z\",\"note\":\"\(note)\"}\n"
  }

  @Test func `of records with one key the first one is delivered`() throws {
    let lake = TestLake()
    let text = (0..<300).map { DeduplicationTests.line(Int64($0 % 70), "\($0)") }.joined()
    let summary = lake.deliver([lake.write(text, to: "in/a.ndjson")]) {
      $0.deduplication = DeduplicationTests.hour
    }
    #expect(summary.failure == nil)
    #expect(try lake.ids() == Array(0..<70))
    #expect(summary.repeatedCount == 230)
    #expect(summary.unkeyedCount == 0)
    #expect(summary.undeliveredRowCount == 0)
  }

  @Test func `a key without a value is never a repetition`() throws {
    let lake = TestLake()
    let text = String(repeating: "{\"id\":1,\"key\":null}\n{\"id\":2}\n", count: 5)
    let summary = lake.deliver([lake.write(text, to: "in/a.ndjson")]) {
      $0.deduplication = DeduplicationRule(fields: ["key"], windowSeconds: 3600)
    }
    #expect(summary.deliveredRowCount == 10)
    #expect(summary.unkeyedCount == 10)
  }

  @Test func `a key of two fields is the same when both are`() throws {
    let lake = TestLake()
    let text = """
      {"id":1,"order":{"n":1},"line":"a"}
      {"id":2,"order":{"n":1},"line":"b"}
      {"id":3,"order":{"n":1},"line":"a"}
      {"id":4,"order":{"n":11},"line":"a"}

      """
    let summary = lake.deliver([lake.write(text, to: "in/a.ndjson")]) {
      $0.deduplication = DeduplicationRule(fields: ["order.n", "line"], windowSeconds: 3600)
    }
    #expect(summary.failure == nil)
    #expect(try lake.ids() == [1, 2, 4])
  }

  @Test func `later runs know the keys of earlier ones until the window is over`() throws {
    let lake = TestLake()
    let clock = Atomic<Int64>(1_700_000_000_000)
    func deliver(_ name: String, _ ids: Range<Int64>) -> DeliverySummary {
      let text = ids.map { DeduplicationTests.line($0) }.joined()
      var settings = lake.settings { $0.deduplication = DeduplicationTests.hour }
      let now = clock.load(ordering: .relaxed)
      settings.nowMillis = { now }
      return DeliveryStream(settings).deliver([lake.write(text, to: "in/\(name)")])
    }
    #expect(deliver("a", 0..<50).repeatedCount == 0)
    clock.add(3_599_999, ordering: .relaxed)
    #expect(deliver("b", 40..<60).repeatedCount == 10)
    clock.add(1, ordering: .relaxed)
    #expect(deliver("c", 40..<60).repeatedCount == 10)
    #expect(try lake.ids().count == 50 + 10 + 10)
  }

  @Test func `a key stays the same when its column widens`() throws {
    let lake = TestLake()
    let text =
      "{\"id\":7,\"k\":7}\n" + "{\"id\":8,\"k\":7.5}\n" + "{\"id\":9,\"k\":7}\n"
      + "{\"id\":10,\"k\":\"seven\"}\n{\"id\":11,\"k\":7}\n"
    let summary = lake.deliver([lake.write(text, to: "in/a.ndjson")]) {
      $0.deduplication = DeduplicationRule(fields: ["k"], windowSeconds: 3600)
      $0.blockByteCount = 16
    }
    #expect(summary.failure == nil)
    #expect(try lake.ids() == [7, 8, 10])
  }

  @Test func `more keys than there is memory for end the run, and nothing is lost`() throws {
    let lake = TestLake()
    let input = lake.write(
      (0..<5000).map { DeduplicationTests.line($0) }.joined(),
      to: "in/a.ndjson"
    )
    let summary = lake.deliver([input]) {
      $0.deduplication = DeduplicationRule(
        fields: ["id"],
        windowSeconds: 3600,
        byteCountMax: 64 << 10
      )
    }
    guard case .invalidSettings(let words)? = summary.failure?.kind else {
      throw TestFailure("the run did not end: \(summary)")
    }
    #expect(words.contains("--dedup"))
    let rest = lake.deliver([input]) {
      $0.resumes = true
      $0.deduplication = DeduplicationTests.hour
    }
    #expect(rest.failure == nil)
    #expect(try lake.ids() == Array(0..<5000))
  }

  @Test(arguments: 0..<6)
  func `repetitions are known after a run that died at any steps`(seed: Int) throws {
    let lake = TestLake()
    let lines = (0..<900).map { DeduplicationTests.line(Int64($0 * 7 % 450), "\($0)") }
    let input = lake.write(lines.joined(), to: "in/a.ndjson")
    var random = SeededGenerator(seed: UInt64(seed))
    var isFinished = false
    for attempt in 0..<80 where !isFinished {
      let step = Int.random(in: 1...30, using: &random)
      let count = ExactlyOnceTests.Counter()
      let summary = lake.deliver([input]) { settings in
        settings.resumes = attempt > 0
        settings.deduplication = DeduplicationTests.hour
        settings.reach = { (_) throws(LakeWriterError) in
          if count.next() >= step { throw ExactlyOnceTests.died }
        }
      }
      isFinished = summary.failure == nil
    }
    try #require(isFinished)
    #expect(try lake.ids() == Array(0..<450))
  }

  @Test func `the files of keys become one now and then`() throws {
    let seen = SeenKeys(windowMillis: 1000, byteCountMax: 1 << 20)
    var whole = 0
    for number in 0..<40 {
      _ = try seen.insert(KeyHash(high: 1, low: UInt64(number)), nowMillis: 0)
      let delta = try #require(seen.take(nowMillis: 0))
      if delta.isWhole {
        whole += 1
        #expect(delta.entries.count == number + 1)
      } else {
        #expect(delta.entries.count == 1)
      }
    }
    #expect(whole == 2)
    #expect(seen.take(nowMillis: 0) == nil)
  }
}
