import ColumnFormat
import RowFormat
import Testing

@testable import lake

@Suite struct ScalarTextTests {
  @Test(arguments: [
    (0, "1970-01-01"), (-1, "1969-12-31"), (59, "1970-03-01"), (11_016, "2000-02-29"),
    (20_240, "2025-06-01"), (-719_528, "0000-01-01"), (-719_529, "-0001-12-31"),
    (2_932_896, "9999-12-31"),
  ])
  func `days are dates`(days: Int, text: String) {
    #expect(ScalarText.text(.int(Int64(days)), .date) == text)
  }

  @Test func `timestamps before 1970 keep their fraction`() {
    let type = LogicalType.timestamp(.millis, isAdjustedToUTC: true)
    #expect(ScalarText.text(.int(-1), type) == "1969-12-31T23:59:59.999Z")
    #expect(
      ScalarText.text(.int(1_500), .timestamp(.micros, isAdjustedToUTC: false))
        == "1970-01-01T00:00:00.001500"
    )
    #expect(ScalarText.text(.int(3_600_000_000_001), .time(.nanos)) == "01:00:00.000000001")
  }

  @Test func `decimals keep every digit`() {
    #expect(ScalarText.text(.int(-5), .decimal(precision: 9, scale: 2)) == "-0.05")
    #expect(ScalarText.text(.int(123), .decimal(precision: 9, scale: 0)) == "123")
    #expect(ScalarText.text(.int128(.max), .decimal(precision: 38, scale: 38)).hasSuffix("5727"))
  }

  @Test func `bytes are hexadecimal and identifiers grouped`() {
    let bytes = (0..<16).map { UInt8($0 * 17) }
    #expect(ScalarText.text(.bytes([0, 255]), .binary) == "00ff")
    #expect(ScalarText.text(.bytes(bytes), .uuid) == "00112233-4455-6677-8899-aabbccddeeff")
  }

  @Test func `what JSON has no number for is text`() {
    #expect(ScalarText.json(.double(.nan), .float64).compactText == "\"nan\"")
    #expect(ScalarText.json(.float(-.infinity), .float32).compactText == "\"-inf\"")
    #expect(ScalarText.json(.double(1.5), .float64).compactText == "1.5")
  }

  @Test func `maps and rows are objects`() {
    let map = LogicalType.map(key: Field("k", .string), value: Field("v", .date))
    let value = Scalar.list([.row([.text("a"), .int(0)]), .row([.text("b"), .null])])
    #expect(ScalarText.text(value, map) == #"{"a":"1970-01-01","b":null}"#)
    let row = LogicalType.row([Field("x", .int64), Field("y", .boolean)])
    #expect(ScalarText.text(.row([.int(1), .boolean(true)]), row) == #"{"x":1,"y":true}"#)
  }
}
