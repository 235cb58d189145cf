import ColumnFormat
import RowFormat
import Testing

@Suite struct FixedDecodingTests {
  /// The declared type, a value, and what it reads as; nil where it does not fit.
  static let values: [(LogicalType, String, String?)] = [
    (.int8, "127", "127"), (.int8, "128", nil), (.int16, "-32768", "-32768"),
    (.int32, "2147483648", nil), (.int64, "1.0", "1"), (.int64, "1e2", "100"), (.int64, "1.5", nil),
    (.int64, "\"12\"", "12"), (.int64, "\"012\"", "12"), (.int64, "\"+7\"", "7"),
    (.int64, "\"12x\"", nil), (.int64, "\"\"", nil), (.int64, "true", nil), (.int64, "[1]", nil),
    (.int64, "null", "null"),
    (.decimal(precision: 5, scale: 2), "999.99", "999.99"),
    (.decimal(precision: 5, scale: 2), "1000", nil),
    (.decimal(precision: 5, scale: 2), "1.500", "1.50"),
    (.decimal(precision: 5, scale: 2), "1.505", nil),
    (.decimal(precision: 5, scale: 2), "-1e-2", "-0.01"),
    (
      .decimal(precision: 38, scale: 2), "123456789012345678901234567890123456.78",
      "123456789012345678901234567890123456.78"
    ),
    (.float64, "0.1", "0.1"), (.float64, "1e400", nil), (.float32, "0.1", "0.1"),
    (.float64, "\"-1.5e3\"", "-1500.0"), (.float64, "\"NaN\"", "nan"),
    (.float64, "\"-Infinity\"", "-inf"), (.float32, "\"Infinity\"", "inf"),
    (.float64, "\"inf\"", nil), (.int64, "\"NaN\"", nil),
    (.boolean, "true", "true"), (.boolean, "\"FALSE\"", "false"), (.boolean, "1", nil),
    (.string, "1.50", "\"1.50\""), (.string, "true", "\"true\""),
    (.string, "{\"a\": [1, 2]}", "\"{\"a\": [1, 2]}\""),
    (.json, "\"x\"", "\"\"x\"\""), (.json, "[1]", "\"[1]\""),
    (.date, "\"1970-01-02\"", "1"), (.date, "\"1970-01-02 00:00:00\"", nil), (.date, "1", nil),
    (.timestamp(.millis, isAdjustedToUTC: false), "\"1970-01-01T00:00:01Z\"", "1000"),
    (.timestamp(.millis, isAdjustedToUTC: true), "\"1970-01-01 00:00:01.5\"", "1500"),
    (.timestamp(.millis, isAdjustedToUTC: true), "\"1970-01-02\"", "86400000"),
    (.timestamp(.millis, isAdjustedToUTC: true), "\"1970-01-01T00:00:00.0001Z\"", nil),
    (.timestamp(.millis, isAdjustedToUTC: true), "\"1970-01-01T00:00:00.001000Z\"", "1"),
    (.time(.millis), "\"01:00:00.5\"", "3600500"), (.time(.millis), "\"25:00:00\"", nil),
    (.binary, "\"AQI=\"", "0x1 2"), (.binary, "\"A\"", nil), (.binary, "\"\"", "0x"),
    (.unknown, "5", "null"),
    (.list(Field("element", .int64)), "[1, null]", "[1, null]"),
    (.list(Field("element", .int64)), "[\"x\"]", nil),
    (
      .map(key: Field("key", .string), value: Field("value", .int64)), "{\"a\":1,\"b\":null}",
      "<(\"a\", 1), (\"b\", null)>"
    ),
    (
      .map(key: Field("key", .int64), value: Field("value", .string)), "{\"1\":\"x\"}",
      "<(1, \"x\")>"
    ),
    (.map(key: Field("key", .string), value: Field("value", .int64)), "{}", "<>"),
    (.row([Field("a", .int64), Field("b", .string)]), "{\"b\":\"x\",\"c\":5}", "(null, \"x\")"),
  ]

  @Test(arguments: values)
  func `a declared column takes what denotes one of its values`(
    _ example: (LogicalType, String, String?)
  ) throws {
    let text = "{\"v\":\(example.1)}\n{\"w\":1}\n"
    let block = try Decoding.fixed(text, Schema([Field("v", example.0)]))
    if let expected = example.2 {
      #expect(block.rejected.map(\.message) == [])
      #expect(RowText.values(block, "v") == [expected, "null"])
    } else {
      #expect(RowText.values(block, "v") == ["null"])
      #expect(block.rejected.map(\.cause) == [.valueOutOfRange])
      #expect(block.rejected.first?.bytes == Array("{\"v\":\(example.1)}".utf8))
    }
  }

  @Test func `a value that does not fit is named with its column and type`() throws {
    let schema = Schema([Field("o", .row([Field("n", .int32)]))])
    let block = try Decoding.fixed("{\"o\":{\"n\":3000000000}}{\"o\":{\"n\":1}}\n", schema)
    #expect(
      block.rejected.map(\.message)
        == ["column 'o.n': 3000000000 is not a value of type integer"]
    )
    #expect(RowText.values(block, "o") == ["(1)"])
    let list = Schema([Field("l", .list(Field("element", .boolean)))])
    let other = try Decoding.fixed("{\"l\":[true,\"\(String(repeating: "y", count: 80))\"]}", list)
    #expect(
      other.rejected.map(\.message)
        == [
          "column 'l.element': \"\(String(repeating: "y", count: 59))… is not a value of type boolean"
        ]
    )
  }

  @Test func `a map with a key twice is refused by name`() throws {
    let schema = Schema([
      Field("m", .map(key: Field("key", .string), value: Field("value", .int64)))
    ])
    let block = try Decoding.fixed("{\"m\":{\"a\":1,\"a\":2}}\n", schema)
    #expect(
      block.rejected.map(\.message) == ["a key stands twice in a map at byte 12 of the record"]
    )
  }

  @Test func `columns come in the order of the schema whatever the records' order`() throws {
    let schema = Schema([Field("c", .int64), Field("a", .int64)])
    let text = "{\"a\":1,\"b\":2,\"c\":3}\n{\"c\":4,\"x\":[{}],\"a\":5,\"y\":\"}\"}\n{\"C\":6}\n"
    #expect(
      RowText.lines(try Decoding.fixed(text, schema))
        == ["{c: 3, a: 1}", "{c: 4, a: 5}", "{c: 6, a: null}"]
    )
  }

  @Test func `no columns at all still count the rows`() throws {
    let block = try Decoding.fixed("{\"a\":1}\n{\"a\":2}\n", Schema([]))
    #expect(block.batch.rowCount == 2)
    #expect(block.batch.columns.isEmpty)
  }
}
