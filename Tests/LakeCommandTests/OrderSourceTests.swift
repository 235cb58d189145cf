import Testing

@testable import lake

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct OrderSourceTests {
  /// What a stream writes, through a temporary file.
  private func text(
    count: Int,
    seed: UInt64 = 7,
    days: Int = 1,
    shape: OrderText.Shape = .json,
    drifts: Bool = false
  ) throws -> String {
    var template = Array("/tmp/lake-orders-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    try #require(descriptor >= 0)
    defer {
      close(descriptor)
      unlink(template)
    }
    var source = OrderSource(
      stream: OrderEventStream(
        OrderEventStream.Settings(count: count, seed: seed, startMillis: 0, days: days)
      ),
      text: OrderText(shape: shape, drifts: drifts),
      rate: nil
    )
    let summary = source.send(to: descriptor)
    #expect(summary == OrderSource.Summary(recordCount: count, failure: nil))
    let size = lseek(descriptor, 0, SEEK_END)
    lseek(descriptor, 0, SEEK_SET)
    var bytes = [UInt8](repeating: 0, count: size)
    try #require(read(descriptor, &bytes, size) == size)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func `one seed gives the same bytes and another gives others`() throws {
    #expect(try text(count: 500) == text(count: 500))
    #expect(try text(count: 500) != text(count: 500, seed: 8))
  }

  @Test func `events are in time order and fill every hour of every day`() throws {
    var stream = OrderEventStream(
      OrderEventStream.Settings(count: 5000, seed: 1, startMillis: 0, days: 3)
    )
    var last: Int64 = -1
    var hours: Set<Int64> = []
    while let event = stream.next() {
      #expect(event.timeMillis >= last)
      last = event.timeMillis
      hours.insert(event.timeMillis / 3_600_000)
    }
    #expect(hours == Set(0..<72))
  }

  @Test func `an order is inserted once, then changed, and removed at most once`() throws {
    var stream = OrderEventStream(
      OrderEventStream.Settings(count: 20_000, seed: 3, startMillis: 0, days: 1)
    )
    var revisions: [UInt64: Int] = [:]
    var removed: Set<UInt64> = []
    while let event = stream.next() {
      let key = event.order.key
      #expect(!removed.contains(key))
      #expect(revisions[key, default: 0] + 1 == event.order.revision)
      #expect((event.kind == .insert) == (revisions[key] == nil))
      revisions[key] = event.order.revision
      if event.kind == .remove { removed.insert(key) }
    }
    #expect(revisions.values.contains { $0 > 2 })
    #expect(!removed.isEmpty)
  }

  @Test func `DynamoDB numbers have no trailing zeros and a removal has no image`() throws {
    let lines = try text(count: 5000, shape: .dynamodb).split(separator: "\n")
    #expect(lines.count == 5000)
    #expect(lines.contains { $0.contains("\"eventName\":\"REMOVE\"") && !$0.contains("NewImage") })
    #expect(!lines.contains { $0.contains(".0\"}") || $0.contains(".10\"}") })
  }

  @Test func `many articles are sold, a few of them often`() throws {
    var counts: [Substring: Int] = [:]
    for line in try text(count: 5000).split(separator: "\n") {
      for part in line.split(separator: "\"") where part.hasPrefix("SKU-") {
        counts[part, default: 0] += 1
      }
    }
    #expect(counts.count > 1000)
    #expect((counts["SKU-00000"] ?? 0) > 10)
  }

  @Test func `drift changes the second half only`() throws {
    let lines = try text(count: 1000, drifts: true).split(separator: "\n")
    #expect(!lines[..<500].contains { $0.contains("loyalty_tier") })
    #expect(lines[600...].contains { $0.contains("loyalty_tier") })
    #expect(!lines[600...].contains { $0.contains("\"channel\"") })
  }

  @Test(
    arguments: [
      ("1970-01-01", 0), ("2026-01-01", 1_767_225_600_000),
      ("2026-01-01T08:30:00Z", 1_767_256_200_000), ("2024-02-29 12:00", 1_709_208_000_000),
    ] as [(String, Int64)]
  )
  func `a start time is a date or a time in UTC`(text: String, millis: Int64) {
    #expect(StartTime(text)?.millis == millis)
  }

  @Test(arguments: ["", "yesterday", "2026-02-29", "2026-1-1", "2026-01-01T25:00"])
  func `a start time that is none is refused`(text: String) {
    #expect(StartTime(text) == nil)
  }
}
