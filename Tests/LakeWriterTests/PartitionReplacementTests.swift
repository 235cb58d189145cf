import ObjectStore
import TestSupport
import Testing

@testable import LakeWriter

@Suite struct PartitionReplacementTests {
  private static func replace(
    _ lake: TestLake,
    _ inputs: [String],
    resumes: Bool = false,
    dyingAt step: Int = .max
  ) -> DeliverySummary {
    let count = ExactlyOnceTests.Counter()
    return lake.deliver(inputs) { settings in
      settings.replacesPartitions = true
      settings.resumes = resumes
      settings.reach = { (_) throws(LakeWriterError) in
        if count.next() >= step { throw ExactlyOnceTests.died }
      }
    }
  }

  @Test func `replacing twice changes nothing`() throws {
    let lake = TestLake()
    let input = lake.write(TestRecords.text(0..<500), to: "in/a.ndjson")
    #expect(PartitionReplacementTests.replace(lake, [input]).failure == nil)
    #expect(PartitionReplacementTests.replace(lake, [input]).failure == nil)
    #expect(try lake.ids() == TestRecords.sound(0..<500))
    #expect(lake.unfinishedNames().isEmpty)
  }

  @Test func `the rejects of a run that replaces are replaced by those of the next one`() throws {
    for step in stride(from: 1, through: 60, by: 4) {
      let lake = TestLake()
      // Those of others stay.
      let other = lake.write(TestRecords.text(1099..<1100), to: "in/other.ndjson")
      #expect(lake.deliver([other]).failure == nil)
      let input = lake.write(TestRecords.text(0..<500), to: "in/a.ndjson")
      #expect(PartitionReplacementTests.replace(lake, [input]).failure == nil)
      let all = (TestRecords.broken(0..<500) + TestRecords.broken(1099..<1100)).sorted()
      #expect(try lake.rejectedTexts() == all)
      let dead = PartitionReplacementTests.replace(lake, [input], dyingAt: step)
      if dead.failure != nil {
        #expect(PartitionReplacementTests.replace(lake, [input], resumes: true).failure == nil)
      }
      #expect(try lake.rejectedTexts() == all, "it died at step \(step)")
      #expect(lake.unfinishedNames().isEmpty)
      // Once more, after an end that others had to make good.
      #expect(PartitionReplacementTests.replace(lake, [input]).failure == nil)
      #expect(try lake.rejectedTexts() == all, "it died at step \(step)")
    }
  }

  @Test func `a cancelled replacement leaves the old rejects to be replaced later`() throws {
    let lake = TestLake()
    let input = lake.write(TestRecords.text(0..<500), to: "in/a.ndjson")
    #expect(PartitionReplacementTests.replace(lake, [input]).failure == nil)
    _ = PartitionReplacementTests.replace(lake, [input], dyingAt: 12)
    try StreamJournal(lake.settings()).cancel()
    #expect(try lake.rejectedTexts() == TestRecords.broken(0..<500))
    #expect(PartitionReplacementTests.replace(lake, [input]).failure == nil)
    #expect(try lake.rejectedTexts() == TestRecords.broken(0..<500))
    #expect(try lake.ids() == TestRecords.sound(0..<500))
  }

  @Test func `partitions without new records stay as they are`() throws {
    let lake = TestLake()
    let old = lake.write("{\"id\":1,\"at\":\"2026-11-22T00:00:00Z\"}\n", to: "in/old.ndjson")
    #expect(lake.deliver([old]).failure == nil)
    let input = lake.write(TestRecords.text(2..<90), to: "in/a.ndjson")
    #expect(PartitionReplacementTests.replace(lake, [input]).failure == nil)
    #expect(try lake.ids() == Array(1..<90))
  }

  @Test func `until the end readers see the old files, and after any death all old or all new`()
    throws
  {
    for step in stride(from: 1, through: 60, by: 3) {
      let lake = TestLake()
      let old = lake.write(TestRecords.text(1000..<1050), to: "in/old.ndjson")
      #expect(lake.deliver([old]).failure == nil)
      let input = lake.write(TestRecords.text(0..<500), to: "in/a.ndjson")
      let dead = PartitionReplacementTests.replace(lake, [input], dyingAt: step)
      // A partition that was exchanged has its new rows only; before that its old ones only.
      let seen = try lake.ids()
      #expect(Set(seen).count == seen.count)
      #expect(dead.failure == nil || dead.deliveredRowCount == 0)
      #expect(PartitionReplacementTests.replace(lake, [input], resumes: true).failure == nil)
      #expect(try lake.ids() == TestRecords.sound(0..<500), "it died at step \(step)")
      #expect(lake.unfinishedNames().isEmpty)
    }
  }

  @Test func `a partition that holds folders is not replaced`() throws {
    let lake = TestLake()
    let input = lake.write(TestRecords.text(0..<10), to: "in/a.ndjson")
    #expect(lake.deliver([input]).failure == nil)
    let summary = lake.deliver([input]) {
      $0.replacesPartitions = true
      $0.granularity = .day
    }
    #expect(
      summary.failure?.kind
        == .invalidSettings("the partition 'year=2026/month=11/day=23/' holds the folder 'hour=00'")
    )
    #expect(try lake.ids() == Array(0..<10))
  }

  @Test func `a table without partitions is not replaced`() throws {
    let lake = TestLake()
    let input = lake.write(TestRecords.text(0..<10), to: "in/a.ndjson")
    let summary = lake.deliver([input]) {
      $0.replacesPartitions = true
      $0.granularity = .none
    }
    #expect(
      summary.failure?.kind
        == .invalidSettings("a table without partitions cannot be replaced by partition")
    )
  }

  @Test func `only records in the window are delivered`() throws {
    let lake = TestLake()
    let input = lake.write(TestRecords.text(0..<50), to: "in/a.ndjson")
    let midnight: Int64 = 1_795_392_000_000
    let summary = lake.deliver([input]) {
      $0.windowMillis = midnight + 3_600_000..<midnight + 3 * 3_600_000
    }
    #expect(summary.outsideCount == 30)
    #expect(summary.undeliveredRowCount == 0)
    #expect(try lake.ids() == (0..<50).filter { (1...2).contains($0 * 7 % 5) })
  }

  @Test func `a cancelled run leaves what was delivered and forgets the rest`() throws {
    let lake = TestLake()
    let input = lake.write(TestRecords.text(0..<500), to: "in/a.ndjson")
    _ = PartitionReplacementTests.replace(lake, [input], dyingAt: 12)
    try StreamJournal(lake.settings()).cancel()
    #expect(try lake.ids().isEmpty)
    #expect(lake.unfinishedNames().isEmpty)
    #expect(lake.deliver([input]).failure == nil)
    #expect(try lake.ids() == TestRecords.sound(0..<500))
  }
}
