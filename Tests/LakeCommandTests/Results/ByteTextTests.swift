import ColumnFormat
import SQL
import Testing

@testable import lake

@Suite struct ByteTextTests {
  private func text(_ body: (inout ByteText) -> Void) -> String {
    var text = ByteText(capacity: 1)
    body(&text)
    return text.string
  }

  @Test(arguments: [0, 1, -1, 9, 10, 99, 100, 1_234_567_890, Int64.max, Int64.min])
  func `integers are printed in full`(value: Int64) {
    #expect(text { $0.append(integer: value) } == String(value))
  }

  @Test(arguments: [
    (Int64(12345), 2, "123.45"), (-5, 2, "-0.05"), (0, 3, "0.000"), (7, 0, "7"),
    (999_999_999_999_999_999, 18, "0.999999999999999999"),
  ])
  func `decimals keep every digit`(value: Int64, scale: Int, expected: String) {
    #expect(text { $0.append(decimal: value, scale: scale) } == expected)
    #expect(text { $0.append(decimal: Int128(value), scale: scale) } == expected)
  }

  @Test func `wide decimals keep every digit`() throws {
    let digits = try #require(Int128("12345678901234567890123456789012345678"))
    #expect(
      text { $0.append(decimal: -digits, scale: 30) } == "-12345678.901234567890123456789012345678"
    )
    #expect(
      text { $0.append(decimal: digits, scale: 38) } == "0.12345678901234567890123456789012345678"
    )
  }

  @Test(arguments: [
    (1.5, "1.5"), (0.0, "0.0"), (-0.0, "-0.0"), (100, "100.0"), (1e7, "1.0E7"),
    (9_999_999, "9999999.0"), (0.001, "0.001"), (0.0001, "1.0E-4"), (1.2345e-10, "1.2345E-10"),
    (1e300, "1.0E300"), (.infinity, "Infinity"), (-.infinity, "-Infinity"), (.nan, "NaN"),
    (123456.789, "123456.789"), (12_345_678.9, "1.23456789E7"),
  ])
  func `doubles are printed as Trino prints them`(value: Double, expected: String) {
    #expect(text { $0.append(trino: value) } == expected)
  }

  @Test func `dates and times are ISO texts`() {
    #expect(text { $0.append(day: 20_455) } == "2026-01-02")
    #expect(text { $0.append(day: -719_528) } == "0000-01-01")
    #expect(
      text { $0.append(timestamp: 1_767_323_045_006, perSecond: 1000, digits: 3) }
        == "2026-01-02 03:04:05.006"
    )
    #expect(
      text { $0.append(timestamp: -1, perSecond: 1_000_000, digits: 6) }
        == "1969-12-31 23:59:59.999999"
    )
    #expect(text { $0.append(timestamp: 0, perSecond: 1000, digits: 0) } == "1970-01-01 00:00:00")
    #expect(text { $0.append(dayToSecond: -90_061_001) } == "-1 01:01:01.001")
    #expect(text { $0.append(yearToMonth: 14) } == "1-2")
  }

  @Test func `JSON texts are escaped and repaired`() {
    #expect(text { $0.append(json: "a\"b\\c\n\u{1}ü") } == "\"a\\\"b\\\\c\\n\\u0001ü\"")
    let broken: [UInt8] = [0x22, 0x61, 0xFF, 0x62]
    let repaired = text { text in broken.withUnsafeBytes { text.append(jsonText: $0) } }
    #expect(repaired == "\"\\\"a\u{FFFD}b\"")
  }
}
