import LakeWriter
import RowFormat
import TestSupport
import Testing

@testable import lake

@Suite struct StreamTextTests {
  /// A stream that has delivered one file of two records, as it reports itself.
  private static func report() throws -> StreamReport {
    let folder = TemporaryDirectory()
    let input = folder.write(Array("{\"id\":1}\n{\"id\":2}\nbroken\n".utf8), to: "in.ndjson")
    var settings = DeliverySettings(
      folder: "\(folder.path)/data",
      rejectsFolder: "\(folder.path)/rejects"
    ) { 1_700_000_000_000 }
    settings.streamsFolder = "\(folder.path)/streams"
    settings.streamName = "orders"
    #expect(DeliveryStream(settings).deliver([input]).failure == nil)
    return try #require(
      try StreamReport(streamsFolder: settings.streamsFolder, name: "orders")
    )
  }

  @Test func `a stream tells what came in and what became of it`() throws {
    let text = StreamText(report: try StreamTextTests.report(), nowMillis: 1_700_000_060_000)
    #expect(text.json["records"] == 3)
    #expect(text.json["delivered"] == 2)
    #expect(text.json["rejected"] == 1)
    #expect(text.json["files"] == 1)
    #expect(text.json["state"] == "complete")
    #expect(text.json["freshnessMillis"] == .null)
    #expect(text.text.contains("3 in, 2 delivered, 1 rejected"))
    #expect(!text.text.contains("waiting"))
    #expect(text.text.contains("committed  60.00 s ago"))
    // A clock that was set back is no age, and years are not told in minutes.
    let later: [(Int64, String)] = [
      (-60_000, "0 ms"), (5 * 3_600_000, "5 h"), (1 << 37, "1590 days"),
    ]
    for (passed, age) in later {
      let text = StreamText(
        report: try StreamTextTests.report(),
        nowMillis: 1_700_000_000_000 + passed
      )
      #expect(text.text.contains("committed  \(age) ago"))
    }
  }

  @Test func `freshness is the age of the oldest record that is not delivered`() throws {
    var report = try StreamTextTests.report()
    report.process = 42
    report.progress = StreamProgress(
      oldestMillis: 1_700_000_048_000,
      activePartitionCount: 7,
      waitingRecordCount: 1234
    )
    let text = StreamText(report: report, nowMillis: 1_700_000_060_000)
    #expect(text.json["freshnessMillis"] == 12000)
    #expect(text.json["activePartitions"] == 7)
    #expect(text.json["waitingRecords"] == 1234)
    #expect(
      text.text.contains("waiting    1,234 records in 7 active partitions, the oldest for 12.00 s")
    )
    report.progress?.oldestMillis = nil
    report.progress?.waitingRecordCount = 0
    let idle = StreamText(report: report, nowMillis: 1_700_000_060_000)
    #expect(idle.json["freshnessMillis"] == 0)
    #expect(!idle.text.contains("waiting"))
  }
}
