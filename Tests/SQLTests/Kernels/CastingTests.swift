import ColumnFormat
import Testing

@testable import SQL

@Suite struct CastingTests {
  @Test(arguments: [
    ("5", SQLType.bigint, "5"), ("-0", .integer, "0"), ("+7", .tinyint, "7"),
    ("1.5", .double, "1.5"), (" 1e3 ", .double, "1000.0"), ("NaN", .double, "NaN"),
    ("0.1", .decimal(precision: 10, scale: 2), "0.10"),
    ("0.125", .decimal(precision: 10, scale: 2), "0.13"),
    ("-0.125", .decimal(precision: 10, scale: 2), "-0.13"),
    ("1e2", .decimal(precision: 20, scale: 1), "100.0"),
    ("12345678901234567890.5", .decimal(precision: 38, scale: 3), "12345678901234567890.500"),
    ("T", .boolean, "true"), ("0", .boolean, "false"),
    ("2026-2-3", .date, "2026-02-03"), ("0001-01-01", .date, "0001-01-01"),
    ("2026-01-02 03:04:05.6789", .timestamp(precision: 3), "2026-01-02 03:04:05.679"),
    ("2026-01-02", .timestamp(precision: 0), "2026-01-02 00:00:00"),
    ("1969-12-31 23:59:59.5", .timestamp(precision: 6), "1969-12-31 23:59:59.500000"),
    ("03:04:05", .time(precision: 3), "03:04:05.000"),
    (
      "2026-01-02 03:04:05 +01:00", .timestampWithTimeZone(precision: 3),
      "2026-01-02 03:04:05.000 +01:00"
    ),
    (
      "12151fd2-7586-11e9-8f9e-2a86e4085a59", .uuid, "12151fd2-7586-11e9-8f9e-2a86e4085a59"
    ),
  ])
  func `text becomes a value`(text: String, type: SQLType, expected: String) {
    #expect(FunctionCalls.cast(.text(text), type) == expected)
  }

  @Test(arguments: [
    ("abc", SQLType.bigint, "INVALID_CAST_ARGUMENT: Cannot cast 'abc' to BIGINT"),
    ("", .integer, "INVALID_CAST_ARGUMENT: Cannot cast '' to INT"),
    ("300", .tinyint, "INVALID_CAST_ARGUMENT: Cannot cast '300' to TINYINT"),
    (" 5", .bigint, "INVALID_CAST_ARGUMENT: Cannot cast ' 5' to BIGINT"),
    ("yes", .boolean, "INVALID_CAST_ARGUMENT: Cannot cast 'yes' to BOOLEAN"),
    ("2026-02-30", .date, "INVALID_CAST_ARGUMENT: Value cannot be cast to date: 2026-02-30"),
    (
      "x", .decimal(precision: 3, scale: 1),
      "INVALID_CAST_ARGUMENT: Cannot cast VARCHAR 'x' to DECIMAL(3, 1). Value is not a number."
    ),
    (
      "123.4", .decimal(precision: 3, scale: 1),
      "INVALID_CAST_ARGUMENT: Cannot cast VARCHAR '123.4' to DECIMAL(3, 1). Value too large."
    ),
  ])
  func `text that is no value is an error by name`(text: String, type: SQLType, expected: String) {
    #expect(FunctionCalls.cast(.text(text), type) == expected)
    #expect(FunctionCalls.cast(.text(text), type, isTry: true) == "NULL")
  }

  @Test func `numbers round half away from zero and check their range`() {
    #expect(FunctionCalls.cast(.double(2.5), .bigint) == "3")
    #expect(FunctionCalls.cast(.double(-2.5), .integer) == "-3")
    #expect(
      FunctionCalls.cast(.double(1e30), .bigint)
        == "INVALID_CAST_ARGUMENT: Unable to cast 1.0E30 to bigint"
    )
    #expect(
      FunctionCalls.cast(.bigint(3_000_000_000), .integer)
        == "NUMERIC_VALUE_OUT_OF_RANGE: Out of range for integer: 3000000000"
    )
    #expect(FunctionCalls.cast(.decimal(25, 3, 1), .bigint) == "3")
    #expect(FunctionCalls.cast(.decimal(12345, 5, 2), .decimal(precision: 4, scale: 1)) == "123.5")
    #expect(
      FunctionCalls.cast(.decimal(12345, 5, 2), .decimal(precision: 3, scale: 1))
        == "INVALID_CAST_ARGUMENT: Cannot cast DECIMAL(5, 2) '123.45' to DECIMAL(3, 1)"
    )
    #expect(FunctionCalls.cast(.decimal(1, 3, 1), .double) == "0.1")
    #expect(
      FunctionCalls.cast(.double(0.1), .decimal(precision: 20, scale: 18)) == "0.100000000000000000"
    )
    #expect(FunctionCalls.cast(.bigint(7), .decimal(precision: 38, scale: 10)) == "7.0000000000")
  }

  @Test func `doubles print in scientific form when cast and plainly in results`() {
    #expect(FunctionCalls.cast(.double(123.45), .text) == "1.2345E2")
    #expect(FunctionCalls.cast(.double(0), .text) == "0E0")
    #expect(FunctionCalls.cast(.double(100), .double) == "100.0")
    #expect(FunctionCalls.cast(.double(1e7), .double) == "1.0E7")
    #expect(FunctionCalls.cast(.double(0.001), .double) == "0.001")
    #expect(FunctionCalls.cast(.double(1.5e-5), .double) == "1.5E-5")
  }

  @Test func `a timestamp's text follows its precision`() throws {
    let millis = try TypedValue.cast("2026-01-02 03:04:05", .timestamp(precision: 3))
    #expect(FunctionCalls.cast(millis, .text) == "2026-01-02 03:04:05.000")
    let seconds = try TypedValue.cast("2026-01-02 03:04:05", .timestamp(precision: 0))
    #expect(FunctionCalls.cast(seconds, .text) == "2026-01-02 03:04:05")
    #expect(FunctionCalls.cast(millis, .date) == "2026-01-02")
    #expect(
      FunctionCalls.cast(seconds, .timestampWithTimeZone(precision: 3))
        == "2026-01-02 03:04:05.000 UTC"
    )
  }

  @Test func `varchar of a length cuts text and refuses numbers that are too long`() {
    #expect(FunctionCalls.cast(.text("héllo"), .varchar(length: 2)) == "hé")
    #expect(FunctionCalls.cast(.text("a"), .char(length: 3)) == "a  ")
    #expect(
      FunctionCalls.cast(.bigint(12345), .varchar(length: 3))
        == "INVALID_CAST_ARGUMENT: Value 12345 cannot be represented as varchar(3)"
    )
  }

  @Test func `arrays, maps and rows go to JSON and back`() throws {
    let array = TypedValue(
      scalar: .list([.int(1), .null, .int(3)]),
      type: .array(.bigint)
    )
    #expect(FunctionCalls.cast(array, .json) == "[1,null,3]")
    let row = TypedValue(
      scalar: .row([.int(1), .text("x\"y")]),
      type: .row([.init(name: "a", type: .bigint), .init(name: "b", type: .text)])
    )
    #expect(FunctionCalls.cast(row, .json) == #"{"a":1,"b":"x\"y"}"#)
    let json = TypedValue(scalar: .text(#"{"b": [1, 2.6], "a": []}"#), type: .json)
    #expect(
      FunctionCalls.cast(json, .map(key: .text, value: .array(.bigint))) == "{b=[1, 3], a=[]}"
    )
    #expect(FunctionCalls.cast(TypedValue(scalar: .text("null"), type: .json), .bigint) == "NULL")
    #expect(FunctionCalls.cast(TypedValue(scalar: .text("\"12\""), type: .json), .bigint) == "12")
    #expect(
      FunctionCalls.cast(TypedValue(scalar: .text("[1]"), type: .json), .bigint)
        .hasPrefix("INVALID_CAST_ARGUMENT: Cannot cast to bigint")
    )
  }

  @Test func `types that do not convert have no cast`() {
    #expect(!Casting.canCast(.date, to: .bigint))
    #expect(!Casting.canCast(.array(.bigint), to: .text))
    #expect(Casting.canCast(.array(.text), to: .array(.bigint)))
  }
}
