import ColumnFormat
import RowFormat
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
      ("2018-08-27T10:30", 1_535_365_800_000), ("2018-8-27 10:30:00", 1_535_365_800_000),
      ("2018-08-7 10:30:00.5", 1_533_637_800_500), ("2018-1-2 10:30:00", 1_514_889_000_000),
    ] as [(String, Int64)]
  )
  func `ISO times with zone, offset or neither are instants`(text: String, millis: Int64) {
    let read = Array(text.utf8).withUnsafeBytes { ISOTime.millis($0) }
    #expect(read == millis)
  }

  @Test(arguments: [
    "", "2018", "2018-13-01", "2018-02-30", "2018-08-27T25:00:00Z", "2018-08-27T10:30:00X",
    "2018-08-27T10:30:00.Z", "not a time at all", "2018-08-27T10:30:00+99:00",
    "2018-8-27T10:30:00Z",
    "2018-8-27 10:30", "2018--27 10:30:00", "2018-8-277 10:30:00", "18-8-27 10:30:00 x",
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

  @Test(
    arguments: [
      ("1535365800", 1_535_365_800_000), ("1535365800.25", 1_535_365_800_250),
      ("1535365800250", 1_535_365_800_250), ("1535365800250999", 1_535_365_800_250),
      ("1535365800250999999", 1_535_365_800_250), ("-1535365800.2505", -1_535_365_800_251),
      ("2018", nil), ("12345678", nil), ("1535365800.", nil), ("1535365800x", nil), ("1e9", nil),
      ("99999999999999999999", nil), ("", nil), ("-", nil),
    ] as [(String, Int64?)]
  )
  func `epoch numbers are times in columns of text, too`(text: String, millis: Int64?) throws {
    let block = RecordBlock(path: "", records: Array("{\"at\":\"\(text)\"}\n".utf8))
    let decoded = try RecordDecoder(format: .ndjson).decode(block, evolving: Schema([]))
    let found = EventTime.millis(of: decoded.batch.columns[0], type: decoded.schema.fields[0].type)
    let (values, validity) = try #require(found)
    #expect((validity?.isValid(0) ?? true ? values[0] : nil) == millis)
  }

  @Test func `micro- and nanoseconds are told by their size, and other numbers are no times`()
    throws
  {
    let numbers: [Int64] = [
      1_535_365_800_250_999, 1_535_365_800_250_999_999, 99_999_999_999, 100_000_000_000, -1, .min,
    ]
    let column = Column(flat: .int64(Buffer(numbers)), count: numbers.count)
    let (values, validity) = try #require(EventTime.millis(of: column, type: .int64))
    #expect(
      Array(values.values) == [
        1_535_365_800_250, 1_535_365_800_250, 99_999_999_999_000, 100_000_000_000, -1000,
        -9_223_372_036_855,
      ]
    )
    #expect(validity == nil)
    let doubles: [Double] = [1e10, 1e40, .infinity, .nan, 253_402_300_800]
    let rough = Column(flat: .float64(Buffer(doubles)), count: doubles.count)
    let (times, valid) = try #require(EventTime.millis(of: rough, type: .float64))
    #expect(times[0] == 10_000_000_000_000)
    #expect((0..<5).map { valid?.isValid($0) ?? true } == [true, false, false, false, true])
    #expect(times[4] == 253_402_300_800)
  }

  /// Firehose, *record format conversion*: the forms that its OpenX deserializer takes.
  @Test func `the five forms of OpenX's timestamps are one instant, also in one input`() throws {
    let forms = [
      "\"2018-08-27T10:30:00.25Z\"", "\"2018-8-27 10:30:00.25\"", "1535365800",
      "1535365800250", "1535365800.25",
    ]
    let lake = TestLake()
    let text = forms.enumerated().map { "{\"id\":\($0),\"at\":\($1)}\n" }.joined()
    let summary = lake.deliver([lake.write(text, to: "in/a")])
    #expect(summary.untimedCount == 0)
    #expect(summary.partitions == ["year=2018/month=08/day=27/hour=10/": 1])
    for form in forms {
      let one = TestLake()
      let alone = one.deliver([one.write("{\"id\":1,\"at\":\(form)}\n", to: "in/a")])
      #expect(alone.partitions == ["year=2018/month=08/day=27/hour=10/": 1], "\(form)")
    }
  }
}
