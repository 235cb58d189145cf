import ColumnFormat
import Testing

@testable import LakeWriter

@Suite struct PartitionTimeTests {
  @Test(
    arguments: [
      (1_535_365_800_000, PartitionGranularity.hour, "year=2018/month=08/day=27/hour=10/"),
      (1_535_365_800_000, .day, "year=2018/month=08/day=27/"),
      (1_535_365_800_000, .month, "year=2018/month=08/"),
      (1_535_365_800_000, .year, "year=2018/"),
      (1_535_365_800_000, .none, ""),
      (-1, .hour, "year=1969/month=12/day=31/hour=23/"),
      (951_782_400_000, .day, "year=2000/month=02/day=29/"),
    ] as [(Int64, PartitionGranularity, String)]
  )
  func `an instant falls into the folders of its time in UTC`(
    millis: Int64,
    granularity: PartitionGranularity,
    path: String
  ) {
    let key = PartitionTime(millis: millis, granularity.unit)
    #expect(granularity.path(millis: millis) == path)
    #expect(granularity.path(millis: key.seconds * 1000) == path)
  }

  @Test func `all instants of a month share one partition`() {
    let first = PartitionTime(millis: 1_535_365_800_000, .month)
    #expect(first == PartitionTime(millis: 1_533_081_600_000, .month))
    #expect(first != PartitionTime(millis: 1_533_081_599_999, .month))
  }

  @Test(
    arguments: [
      ("2018-08-27T10:30:00Z", 1_535_365_800_000),
      ("2018-08-27 10:30:00", 1_535_365_800_000),
      ("2018-08-27T10:30:00.25Z", 1_535_365_800_250),
      ("2018-08-27T12:30:00+02:00", 1_535_365_800_000),
      ("2018-08-27T05:00:00.000-0530", 1_535_365_800_000),
      ("2018-08-27", 1_535_328_000_000),
      ("2018-08-27T10:30", 1_535_365_800_000),
    ] as [(String, Int64)]
  )
  func `ISO times with zone, offset or neither are instants`(text: String, millis: Int64) {
    let read = Array(text.utf8).withUnsafeBytes { ISOTime.millis($0) }
    #expect(read == millis)
  }

  @Test(arguments: [
    "", "2018", "2018-13-01", "2018-02-30", "2018-08-27T25:00:00Z", "2018-08-27T10:30:00X",
    "2018-08-27T10:30:00.Z", "not a time at all", "2018-08-27T10:30:00+99:00",
  ])
  func `what is no time is not guessed at`(text: String) {
    let read = Array(text.utf8).withUnsafeBytes { ISOTime.millis($0) }
    #expect(read == nil)
  }

  @Test func `epoch seconds, milliseconds and fractions give one instant`() throws {
    let seconds = Column(flat: .int64(Buffer([1_535_365_800, 1_535_365_800_000])), count: 2)
    let (values, _) = try #require(EventTime.millis(of: seconds, type: .int64))
    #expect(values[0] == 1_535_365_800_000)
    #expect(values[1] == 1_535_365_800_000)
    let decimal = Column(flat: .int64(Buffer([15_353_658_002_500])), count: 1)
    let (fractions, _) = try #require(
      EventTime.millis(of: decimal, type: .decimal(precision: 14, scale: 4))
    )
    #expect(fractions[0] == 1_535_365_800_250)
  }
}
