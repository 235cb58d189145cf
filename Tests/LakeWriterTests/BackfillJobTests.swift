import Testing

@testable import LakeWriter

@Suite struct BackfillJobTests {
  private func run(_ lake: TestLake, _ input: String) -> DeliverySummary {
    lake.deliver([input]) { settings in
      settings.streamName = "backfill-history"
      settings.replacesPartitions = true
    }
  }

  @Test func `a job has ended only when the end of its last run was seen`() throws {
    let lake = TestLake()
    let input = lake.write(TestRecords.text(0..<50), to: "in/a.ndjson")
    let job = BackfillJob("history", streamsFolder: lake.streams)
    try job.keep(arguments: ["--replace", "in"])
    #expect(run(lake, input).failure == nil)
    #expect(try job.report()?.isComplete == true)
    // As after a kill between the last commit and the end.
    #expect(try !job.hasEnded())
    try job.keepEnd()
    #expect(try job.hasEnded())
    #expect(try job.arguments() == ["--replace", "in"])
    // A start that was killed before it began a run changes nothing about that.
    try job.keep(arguments: ["--replace", "other"])
    #expect(try job.hasEnded())
    #expect(run(lake, input).failure == nil)
    #expect(try !job.hasEnded())
    #expect(try job.arguments() == ["--replace", "other"])
  }
}
