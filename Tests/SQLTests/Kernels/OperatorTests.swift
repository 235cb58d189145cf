import ColumnFormat
import Testing

@testable import SQL

@Suite struct OperatorTests {
  @Test func `integers divide without a fraction`() throws {
    #expect(try FunctionCalls.text("$divide", .integer(7), .integer(2)) == "3")
    #expect(try FunctionCalls.text("$divide", .integer(-7), .integer(2)) == "-3")
    #expect(try FunctionCalls.text("$modulus", .integer(-7), .integer(2)) == "-1")
  }

  @Test func `integer overflow and division by zero are errors`() {
    #expect(
      FunctionCalls.failure("$add", .bigint(.max), .bigint(1))
        == "NUMERIC_VALUE_OUT_OF_RANGE: bigint addition overflow: 9223372036854775807 + 1"
    )
    #expect(
      FunctionCalls.failure("$multiply", .integer(2_000_000_000), .integer(2))
        == "NUMERIC_VALUE_OUT_OF_RANGE: integer multiplication overflow: 2000000000 * 2"
    )
    #expect(
      FunctionCalls.failure("$divide", .bigint(1), .bigint(0))
        == "DIVISION_BY_ZERO: Division by zero"
    )
    #expect(FunctionCalls.failure("$divide", .double(1), .double(0)) == "Infinity")
  }

  @Test func `null operands raise nothing`() throws {
    #expect(try FunctionCalls.text("$divide", .null(.bigint), .bigint(0)) == "NULL")
    #expect(try FunctionCalls.text("$add", .bigint(.max), .null) == "NULL")
  }

  @Test func `decimals follow Trino's precision rules`() throws {
    let third = try FunctionCalls.expression(
      "$divide",
      [TypedValue.decimal(10, 2, 1).expression, TypedValue.integer(3).expression]
    )
    #expect(third.type == .decimal(precision: 2, scale: 1))
    #expect(try FunctionCalls.text(third) == "0.3")
    let product = try FunctionCalls.expression(
      "$multiply",
      [TypedValue.decimal(150, 12, 2).expression, TypedValue.decimal(-25, 10, 1).expression]
    )
    #expect(product.type == .decimal(precision: 22, scale: 3))
    #expect(try FunctionCalls.text(product) == "-3.750")
    #expect(try FunctionCalls.text("$subtract", .decimal(100, 5, 2), .decimal(5, 3, 1)) == "0.50")
    #expect(try FunctionCalls.text("$divide", .decimal(-5, 3, 1), .decimal(10, 3, 1)) == "-0.5")
    #expect(try FunctionCalls.text("$modulus", .decimal(75, 3, 1), .integer(2)) == "1.5")
  }

  @Test func `text and numbers do not compare`() {
    #expect(throws: FunctionFailure.self) {
      try FunctionCatalog.standard.scalar("$equal", [.varchar(length: 1), .integer])
    }
    #expect(throws: FunctionFailure.self) {
      try FunctionCatalog.standard.scalar("$add", [.varchar(length: 1), .integer])
    }
  }

  @Test func `comparisons widen and know NaN`() throws {
    #expect(try FunctionCalls.text("$less", .integer(1), .double(1.5)) == "true")
    #expect(try FunctionCalls.text("$equal", .double(.nan), .double(.nan)) == "false")
    #expect(try FunctionCalls.text("$isDistinct", .double(.nan), .double(.nan)) == "false")
    #expect(try FunctionCalls.text("$isDistinct", .null, .bigint(1)) == "true")
    #expect(try FunctionCalls.text("$less", .text("é"), .text("z")) == "false")
  }

  @Test(arguments: [
    ("hello", "h%o", true), ("hello", "_ello", true), ("héllo", "h_llo", true),
    ("hello", "%ll%", true), ("hello", "%l", false), ("hello", "hell_o", false),
    ("abcabc", "%b%c", true), ("abcab", "%b%c", false), ("", "%", true), ("", "_", false),
    ("aXbXc", "a%X%c", true), ("ab", "a%b%b", false), ("日本語", "__語", true),
    ("日本語", "%_本%", true), ("aaa", "a%a%a%a", false), ("xaybzc", "%a_b_c", true),
  ])
  func `LIKE matches code points`(text: String, pattern: String, expected: Bool) throws {
    #expect(try FunctionCalls.text("$like", .text(text), .text(pattern)) == "\(expected)")
  }

  @Test func `LIKE takes an escape character`() throws {
    #expect(try FunctionCalls.text("$like", .text("10%"), .text("10!%"), .text("!")) == "true")
    #expect(try FunctionCalls.text("$like", .text("100"), .text("10!%"), .text("!")) == "false")
    #expect(
      FunctionCalls.failure("$like", .text("x"), .text("a!b"), .text("!"))
        .hasPrefix("INVALID_FUNCTION_ARGUMENT")
    )
  }

  @Test func `a month later is clamped to the month's end`() throws {
    let date = try TypedValue.cast("2026-01-31", .date)
    let month = TypedValue(scalar: .int(1), type: .intervalYearToMonth)
    #expect(try FunctionCalls.text("$add", date, month) == "2026-02-28")
    let day = TypedValue(scalar: .int(86_400_000), type: .intervalDayToSecond)
    #expect(try FunctionCalls.text("$subtract", date, day) == "2026-01-30")
    let hour = TypedValue(scalar: .int(3_600_000), type: .intervalDayToSecond)
    #expect(
      FunctionCalls.failure("$add", date, hour)
        == "INVALID_FUNCTION_ARGUMENT: Cannot add hour, minutes or seconds to a date"
    )
  }
}
