import ObjectStore
import RowFormat
import TestSupport
import Testing

@testable import LakeWriter

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct RejectReplayTests {
  /// A lake whose rejects were made under a nesting limit that is lifted for the replay.
  private static func lakeWithDeepRecords() throws -> TestLake {
    let lake = TestLake()
    let deep = (0..<20).map { "{\"id\":\($0),\"deep\":[[[[[\($0)]]]]]}\n" }
    let input = lake.write(deep.joined() + "{\"id\":99,\n", to: "in/a.ndjson")
    let summary = lake.deliver([input]) { $0.decoding.nestingDepthMax = 3 }
    try #require(summary.rejectedCount == 21)
    return lake
  }

  private static func replay(
    _ lake: TestLake,
    _ change: (inout DeliverySettings) -> Void = { _ in }
  ) -> DeliverySummary {
    RejectReplay(lake.settings(change), errorType: nil).run { _ in }
  }

  @Test func `the rejects of a lake with a relative path are replayed`() throws {
    let lake = try RejectReplayTests.lakeWithDeepRecords()
    let current = try #require(getcwd(nil, 0))
    let up = String(repeating: "../", count: String(cString: current).split(separator: "/").count)
    free(current)
    let relative = TestLake(folder: up + lake.folder.dropFirst())
    let summary = RejectReplayTests.replay(relative)
    #expect(summary.failure == nil)
    #expect(try lake.ids() == Array(0..<20))
    #expect(
      try RejectedDocuments.read(folder: lake.rejects, errorType: nil, limit: .max).count == 1
    )
  }

  @Test func `what a replay that was killed was about to write does not stand in the way`() throws {
    let lake = try RejectReplayTests.lakeWithDeepRecords()
    let folder = "rejects/shop/orders/_replay-orders/inputs/format-conversion-failed"
    for name in [".a.ndjson-0.4711-1.tmp", "b.ndjson-0"] {
      _ = lake.write("{\"id\":1", to: "\(folder)/\(name)")
    }
    let cut = lake.write("{", to: "streams/orders/.checkpoint.json.4711-3.tmp")
    let summary = RejectReplayTests.replay(lake)
    #expect(summary.failure == nil)
    #expect(try lake.ids() == Array(0..<20))
    #expect(access("\(lake.rejects)/_replay-orders", F_OK) != 0)
    #expect(access(cut, F_OK) != 0)
  }

  @Test func `records that become rows leave the rejects, others stay with one more attempt`()
    throws
  {
    let lake = try RejectReplayTests.lakeWithDeepRecords()
    let first = try RejectedDocuments.read(folder: lake.rejects, errorType: nil, limit: .max)
    let broken = try #require(first.first { $0.document["rawData"] == "eyJpZCI6OTks" }?.document)
    let summary = RejectReplayTests.replay(lake)
    #expect(summary.failure == nil)
    #expect(summary.deliveredRowCount == 20)
    #expect(try lake.ids() == Array(0..<20))
    let left = try RejectedDocuments.read(folder: lake.rejects, errorType: nil, limit: .max)
    #expect(left.count == 1)
    #expect(left[0].document["attemptsMade"] == 2)
    for field in ["arrivalTimestamp", "rawData", "sequenceNumber", "source"] {
      #expect(left[0].document[field] == broken[field])
    }
  }

  @Test func `a replay that dies at any step is finished by the next one`() throws {
    for step in 1...8 {
      let lake = try RejectReplayTests.lakeWithDeepRecords()
      let count = ExactlyOnceTests.Counter()
      _ = RejectReplayTests.replay(lake) { settings in
        settings.reach = { (_) throws(LakeWriterError) in
          if count.next() >= step { throw ExactlyOnceTests.died }
        }
      }
      #expect(RejectReplayTests.replay(lake).failure == nil)
      #expect(try lake.ids() == Array(0..<20))
      #expect(try lake.rejectedTexts() == ["{\"id\":99,"])
    }
  }

  @Test func `records of delimited text keep their columns`() throws {
    let lake = TestLake()
    let input = lake.write(
      "id;name\n1;a\n2;b;extra\n3;\"c\n",
      to: "in/a.csv"
    )
    _ = lake.deliver([input]) { $0.format = .csv(CSVLayout(delimiter: 59)) }
    let documents = try RejectedDocuments.read(folder: lake.rejects, errorType: nil, limit: .max)
    #expect(documents.count == 2)
    let groups = ReplayedRecords.groups(documents.map(\.document))
    #expect(groups.count == 2)
    #expect(
      groups.map { String(decoding: $0.bytes, as: UTF8.self) }
        == ["\"id\";\"name\"\n2;b;extra\n", "\"id\";\"name\"\n3;\"c\n"]
    )
  }

  @Test func `a record of which only a part was kept is not replayed, and stays`() throws {
    let lake = TestLake()
    let document =
      "{\"rawData\":\"eyJpZCI6MX0=\",\"source\":{\"isWhole\":false}}\n"
    _ = lake.write(document, to: "rejects/shop/orders/format-conversion-failed/a.ndjson")
    #expect(RejectReplayTests.replay(lake).recordCount == 0)
    #expect(try lake.ids().isEmpty)
    #expect(try lake.rejectedTexts() == ["{\"id\":1}"])
  }

  @Test func `rejects below an error prefix are listed and replayed from there`() throws {
    for prefix in ["bad-", "failed/!{firehose:error-output-type}/!{timestamp:yyyy/MM}/x-"] {
      let lake = TestLake()
      let template = try PathTemplate(errorPrefix: prefix)
      let input = lake.write("{\"id\":1,\"deep\":[[[[1]]]]}\n{\"id\":2,\n", to: "in/a.ndjson")
      let first = lake.deliver([input]) { settings in
        settings.decoding.nestingDepthMax = 3
        settings.errorPrefix = template
      }
      #expect(first.rejectedCount == 2)
      for type in [nil, "format-conversion-failed"] {
        let found = try RejectedDocuments.read(folder: lake.rejects, errorType: type, limit: .max)
        #expect(found.map(\.errorType) == Array(repeating: "format-conversion-failed", count: 2))
      }
      #expect(try RejectedDocuments.read(folder: lake.rejects, errorType: "x", limit: 9).isEmpty)
      let other = RejectReplay(lake.settings { $0.errorPrefix = template }, errorType: "x")
      #expect(other.run { _ in }.recordCount == 0)
      let summary = RejectReplayTests.replay(lake) { $0.errorPrefix = template }
      #expect(summary.deliveredRowCount == 1)
      #expect(try lake.ids() == [1])
      #expect(try lake.rejectedTexts() == ["{\"id\":2,"])
      let hidden = try LocalFolder(lake.rejects).entries(of: "").filter { $0.name.hasPrefix("_") }
      #expect(hidden.isEmpty)
    }
  }

  @Test func `only one error type is replayed when asked`() throws {
    let lake = TestLake()
    for type in ["one", "two"] {
      _ = lake.write(
        "{\"rawData\":\"eyJpZCI6MX0=\",\"source\":{}}\n",
        to: "rejects/shop/orders/\(type)/a.ndjson"
      )
    }
    let summary = RejectReplay(lake.settings(), errorType: "one").run { _ in }
    #expect(summary.deliveredRowCount == 1)
    #expect(try lake.rejectedTexts() == ["{\"id\":1}"])
  }
}
