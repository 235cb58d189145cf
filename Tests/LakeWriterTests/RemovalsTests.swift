import ColumnFormat
import ObjectStore
import RowFormat
import TestSupport
import Testing

@testable import LakeWriter

@Suite struct RemovalsTests {
  /// A change of an item `{id, v}`; its creation time is so many hours after 2026-11-23T00:00:00Z.
  private static func change(
    _ name: String,
    _ id: Int,
    _ value: String?,
    hour: Int,
    sequence: String
  ) -> String {
    let image =
      value.map { ",\"NewImage\":{\"id\":{\"N\":\"\(id)\"},\"v\":{\"S\":\"\($0)\"}}" } ?? ""
    return "{\"eventID\":\"\(sequence)\",\"eventName\":\"\(name)\",\"dynamodb\":{"
      + "\"ApproximateCreationDateTime\":\(1_795_392_000 + hour * 3600),"
      + "\"Keys\":{\"id\":{\"N\":\"\(id)\"}},\"SequenceNumber\":\"\(sequence)\"\(image)}}\n"
  }

  private static func apply(
    _ lake: TestLake,
    _ inputs: [String],
    _ change: (inout DeliverySettings) -> Void = { _ in }
  ) -> DeliverySummary {
    lake.deliver(inputs) { settings in
      settings.timeField = nil
      settings.replacesPartitions = true
      settings.appliesRemovals = true
      change(&settings)
    }
  }

  /// `hour: id value` of all visible rows.
  static func rows(_ lake: TestLake) throws -> [String] {
    var rows: [String] = []
    let store = LocalFolder(lake.data)
    for info in try store.list("") {
      let hour = info.path.split(separator: "hour=")[1].prefix(2)
      let reader = try ParquetRows(path: store.systemPath(info.path), startRow: 0)
      while let block = try reader.next() {
        for row in 0..<block.rows.batch.rowCount {
          let value = try JSONValue.parse(ValueWords.object(row, of: block.rows))
          let id = value["id"]?.integerValue.map { "\($0)" } ?? "?"
          rows.append("\(hour): \(id) \(value["v"]?.stringValue ?? "")")
        }
      }
    }
    return rows.sorted()
  }

  private static let history =
    change("INSERT", 1, "a", hour: 0, sequence: "100")
    + change("INSERT", 2, "b", hour: 0, sequence: "101")
    + change("INSERT", 3, "c", hour: 1, sequence: "102")
    + change("MODIFY", 1, "a2", hour: 1, sequence: "103")
    + change("REMOVE", 2, nil, hour: 2, sequence: "104")
    + change("MODIFY", 1, "a3", hour: 2, sequence: "105")

  @Test func `of each item the newest row stays, of a removed one none`() throws {
    let lake = TestLake()
    let summary = RemovalsTests.apply(lake, [lake.write(RemovalsTests.history, to: "in/a")])
    #expect(summary.failure == nil)
    #expect(try RemovalsTests.rows(lake) == ["01: 3 c", "02: 1 a3"])
    #expect(summary.recordCount == 6)
    #expect(summary.deliveredRowCount == 2)
    #expect(summary.supersededCount == 4)
    #expect(summary.undeliveredRowCount == 0)
    #expect(lake.unfinishedNames().isEmpty)
    let report = try #require(try StreamReport(streamsFolder: lake.streams, name: "orders"))
    #expect(report.deliveredCount == 2)
  }

  @Test func `a partition that loses all of its rows also loses those that it had`() throws {
    let lake = TestLake()
    let old = RemovalsTests.change("INSERT", 1, "old", hour: 0, sequence: "1")
    #expect(RemovalsTests.apply(lake, [lake.write(old, to: "in/old")]).failure == nil)
    #expect(try RemovalsTests.rows(lake) == ["00: 1 old"])
    let summary = RemovalsTests.apply(lake, [lake.write(RemovalsTests.history, to: "in/a")])
    #expect(summary.failure == nil)
    #expect(try RemovalsTests.rows(lake) == ["01: 3 c", "02: 1 a3"])
    #expect(summary.partitions.keys.contains { $0.hasSuffix("hour=00/") })
  }

  @Test func `changes that come out of order are applied by time, then by sequence number`() throws
  {
    let lake = TestLake()
    // 40 digits, as many as a sequence number of DynamoDB may have; as text the short one is larger.
    let long = String(repeating: "1", count: 40)
    let text =
      RemovalsTests.change("MODIFY", 1, "last", hour: 0, sequence: long)
      + RemovalsTests.change("INSERT", 1, "first", hour: 0, sequence: "9")
      + RemovalsTests.change("MODIFY", 2, "later hour", hour: 1, sequence: "1")
      + RemovalsTests.change("REMOVE", 2, nil, hour: 0, sequence: "500")
      + RemovalsTests.change("REMOVE", 3, nil, hour: 0, sequence: long + "0")
      + RemovalsTests.change("MODIFY", 3, "before", hour: 0, sequence: long)
    _ = RemovalsTests.apply(lake, [lake.write(text, to: "in/a")])
    #expect(try RemovalsTests.rows(lake) == ["00: 1 last", "01: 2 later hour"])
  }

  @Test func `items of an export come before all changes`() throws {
    let lake = TestLake()
    let text =
      RemovalsTests.change("MODIFY", 1, "changed", hour: 0, sequence: "7")
      + "{\"Item\":{\"id\":{\"N\":\"1\"},\"v\":{\"S\":\"exported\"}}}\n"
      + "{\"Item\":{\"id\":{\"N\":\"2\"},\"v\":{\"S\":\"kept\"}}}\n"
    _ = RemovalsTests.apply(lake, [lake.write(text, to: "in/a")])
    #expect(try RemovalsTests.rows(lake) == ["00: 1 changed", "22: 2 kept"])
  }

  @Test func `keys of several attributes, also such as are called like metadata, are told apart`()
    throws
  {
    let lake = TestLake()
    func change(_ name: String, _ event: String, _ line: Int, sequence: Int) -> String {
      let keys = "{\"event_id\":{\"S\":\"\(event)\"},\"id\":{\"N\":\"\(line)\"}}"
      let image = name == "REMOVE" ? "" : ",\"NewImage\":\(keys)"
      return "{\"eventID\":\"e\",\"eventName\":\"\(name)\",\"dynamodb\":{"
        + "\"ApproximateCreationDateTime\":1795392000,\"Keys\":\(keys),"
        + "\"SequenceNumber\":\"\(sequence)\"\(image)}}\n"
    }
    let text =
      change("INSERT", "x", 1, sequence: 1) + change("INSERT", "x", 2, sequence: 2)
      + change("INSERT", "y", 1, sequence: 3) + change("REMOVE", "x", 1, sequence: 4)
    _ = RemovalsTests.apply(lake, [lake.write(text, to: "in/a")])
    #expect(try lake.ids() == [1, 2])
  }

  /// A history of 30 items, and what it leaves.
  private static func long(_ count: Int, seed: UInt64) -> (text: String, rows: [String]) {
    var random = SeededGenerator(seed: seed)
    var state: [Int: String] = [:]
    var text = ""
    for step in 0..<count {
      let id = Int.random(in: 0..<30, using: &random)
      let hour = step * 5 / count
      let sequence = "\(step + 1)"
      if state[id] != nil, Int.random(in: 0..<4, using: &random) == 0 {
        state[id] = nil
        text += change("REMOVE", id, nil, hour: hour, sequence: sequence)
      } else {
        let name = state[id] == nil ? "INSERT" : "MODIFY"
        state[id] = "0\(hour): \(id) v\(step)"
        text += change(name, id, "v\(step)", hour: hour, sequence: sequence)
      }
    }
    return (text, state.values.sorted())
  }

  @Test(arguments: 0..<3)
  func `a run that dies at any step leaves the old rows or is finished by the next one`(
    seed: Int
  ) throws {
    let (text, rows) = RemovalsTests.long(200, seed: UInt64(seed))
    var isFinished = false
    for step in stride(from: seed + 1, to: 120, by: 9) where !isFinished {
      let lake = TestLake()
      let input = lake.write(text, to: "in/a")
      let count = ExactlyOnceTests.Counter()
      let dead = RemovalsTests.apply(lake, [input]) { settings in
        settings.reach = { (_) throws(LakeWriterError) in
          if count.next() >= step { throw ExactlyOnceTests.died }
        }
      }
      isFinished = dead.failure == nil
      let resumed = RemovalsTests.apply(lake, [input]) { $0.resumes = true }
      #expect(resumed.failure == nil)
      #expect(try RemovalsTests.rows(lake) == rows, "it died at step \(step)")
      #expect(lake.unfinishedNames().isEmpty)
      // Once more, from the start: nothing changes.
      #expect(RemovalsTests.apply(lake, [input]).failure == nil)
      #expect(try RemovalsTests.rows(lake) == rows)
    }
    #expect(isFinished)
  }

  @Test func `items that take more memory than there is are compared in parts`() throws {
    let (text, rows) = RemovalsTests.long(300, seed: 9)
    let lake = TestLake()
    let summary = RemovalsTests.apply(lake, [lake.write(text, to: "in/a")]) {
      $0.bufferByteCountMax = 20_000
    }
    #expect(summary.failure == nil)
    #expect(try RemovalsTests.rows(lake) == rows)
  }

  @Test func `what removals cannot be applied with is refused by name`() throws {
    let lake = TestLake()
    let input = lake.write(RemovalsTests.history, to: "in/a")
    let alone = RemovalsTests.apply(lake, [input]) { $0.replacesPartitions = false }
    #expect(
      alone.failure?.kind
        == .invalidSettings("--removals apply needs lake backfill --replace")
    )
    let template = try InputTemplate("{\"a\": <$.dynamodb.NewImage>}")
    let formed = RemovalsTests.apply(lake, [input]) { $0.template = template }
    #expect(
      formed.failure?.kind == .invalidSettings("--removals apply does not go with --template")
    )
  }

  @Test(
    arguments: [
      ((1, "1"), (2, "1")), ((1, "9"), (1, "10")), ((nil, nil), (1, nil)), ((1, nil), (1, "1")),
      ((1, "0099"), (1, "100")),
      (
        (1, String(repeating: "9", count: 38)), (1, "1" + String(repeating: "0", count: 38))
      ),
      (
        (1, "1111111111111111111111111111111111111111"),
        (1, "1111111111111111111111111111111111111112")
      ),
    ] as [((Int64?, String?), (Int64?, String?))]
  )
  func `sequence numbers are compared as numbers`(
    earlier: (Int64?, String?),
    later: (Int64?, String?)
  ) {
    let one = ChangeOrder(millis: earlier.0, sequenceNumber: earlier.1.map { Array($0.utf8) })
    let other = ChangeOrder(millis: later.0, sequenceNumber: later.1.map { Array($0.utf8) })
    #expect(one < other)
    #expect(!(other < one))
  }
}
