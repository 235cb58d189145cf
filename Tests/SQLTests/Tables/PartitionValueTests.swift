import ColumnFormat
import Testing

@testable import SQL

@Suite struct PartitionValueTests {
  @Test(arguments: [
    (["1", "02", "-3"], LogicalType.int32), (["1", "3000000000"], .int64),
    (["99999999999999999999"], .string), (["2026-01-01", "2024-02-29"], .date),
    (["2026-02-29"], .string), (["a"], .string), (["1", "x"], .string), (["", "1"], .string),
  ])
  func `the type of folder names is the narrowest that holds all`(
    values: [String],
    type: LogicalType
  ) {
    #expect(PartitionValue.type(of: values.map { Optional($0) }) == type)
  }

  @Test func `nulls alone are text`() {
    #expect(PartitionValue.type(of: [nil, nil]) == .string)
    #expect(PartitionValue.type(of: [nil, "5"]) == .int32)
  }

  @Test(arguments: [
    ("7", LogicalType.int32, Scalar.int(7)), ("2026-01-02", .date, .int(20_455)),
    ("1969-12-31", .date, .int(-1)), ("true", .boolean, .boolean(true)),
    ("12.5", .decimal(precision: 10, scale: 2), .int(1250)),
    ("-0.05", .decimal(precision: 10, scale: 2), .int(-5)),
    ("2026-01-02 03:04:05.5", .timestamp(.millis, isAdjustedToUTC: false), .int(1_767_323_045_500)),
    ("x", .string, .text("x")),
  ])
  func `texts become values and come back`(text: String, type: LogicalType, value: Scalar) {
    #expect(PartitionValue.scalar(text, type) == value)
  }

  @Test func `values come back as text`() {
    #expect(PartitionValue.text(.int(20_455), .date) == "2026-01-02")
    #expect(PartitionValue.text(.int(-1), .date) == "1969-12-31")
    #expect(PartitionValue.text(.int(-5), .decimal(precision: 10, scale: 2)) == "-0.05")
    #expect(
      PartitionValue.text(.int(1_767_323_045_000), .timestamp(.millis, isAdjustedToUTC: false))
        == "2026-01-02 03:04:05"
    )
  }

  @Test(arguments: [
    ("x", LogicalType.int32), ("3000000000", .int32), ("2026-13-01", .date), ("", .int64),
    ("123456.789", .decimal(precision: 5, scale: 2)), ("1.2.3", .decimal(precision: 5, scale: 2)),
  ])
  func `what does not fit is no value`(text: String, type: LogicalType) {
    #expect(PartitionValue.scalar(text, type) == nil)
  }

  @Test func `files are grouped by the folders that name values`() {
    let files = [
      "d/year=2025/month=1/a.parquet", "d/year=2025/month=1/b.parquet",
      "d/year=2026/month=__HIVE_DEFAULT_PARTITION__/c.parquet",
    ]
    .map { FileSearch.Found(path: $0, byteCount: 1) }
    let grouped = FolderPartitions(files)
    #expect(grouped.keys == [Field("year", .int32), Field("month", .int32)])
    #expect(grouped.partitions.map(\.values) == [[.int(2025), .int(1)], [.int(2026), .null]])
    guard case .files(let first) = grouped.partitions[0].files else {
      Issue.record("no files")
      return
    }
    #expect(first.map(\.path) == Array(files.prefix(2)).map(\.path))
  }

  @Test func `folders that disagree give no partition columns`() {
    let files = ["d/year=2025/a.parquet", "d/b.parquet"]
      .map { FileSearch.Found(path: $0, byteCount: 1) }
    let grouped = FolderPartitions(files)
    #expect(grouped.keys.isEmpty)
    #expect(grouped.partitions.count == 1)
  }
}
