import ColumnFormat
import RowFormat
import Testing

@Suite struct BatchCastingTests {
  static let instant = LogicalType.timestamp(.millis, isAdjustedToUTC: true)
  static let clock = LogicalType.timestamp(.millis, isAdjustedToUTC: false)

  /// A type, a value of it as JSON, a wider type, and the value there.
  static let casts: [(LogicalType, String, LogicalType, String)] = [
    (.int8, "-5", .int64, "-5"),
    (.int32, "7", .decimal(precision: 12, scale: 2), "7.00"),
    (.int64, "9007199254740993", .decimal(precision: 38, scale: 0), "9007199254740993"),
    (.int64, "9007199254740992", .float64, "9007199254740992.0"),
    (.decimal(precision: 4, scale: 2), "-12.34", .decimal(precision: 20, scale: 4), "-12.3400"),
    (.decimal(precision: 4, scale: 2), "0.10", .float64, "0.1"),
    (.int64, "9007199254740993", .float64, "9007199254740992.0"),
    (
      .decimal(precision: 30, scale: 25), "0.3000000000000000444089210", .float64,
      "0.30000000000000004"
    ),
    (.float32, "0.5", .float64, "0.5"),
    (.date, "\"1970-01-03\"", clock, "172800000"),
    (.date, "\"1970-01-03\"", .string, "\"1970-01-03\""),
    (clock, "\"1970-01-01 00:00:01\"", .timestamp(.nanos, isAdjustedToUTC: false), "1000000000"),
    (instant, "\"1970-01-01T00:00:01Z\"", clock, "1000"),
    (instant, "\"1969-12-31T23:59:59.999Z\"", .string, "\"1969-12-31T23:59:59.999Z\""),
    (clock, "\"2026-11-23 17:05:00\"", .string, "\"2026-11-23T17:05:00.000\""),
    (.time(.millis), "\"01:02:03.5\"", .string, "\"01:02:03.500\""),
    (.boolean, "true", .string, "\"true\""),
    (.int64, "-42", .string, "\"-42\""),
    (.decimal(precision: 3, scale: 2), "-0.05", .string, "\"-0.05\""),
    (
      .decimal(precision: 38, scale: 0), "12345678901234567890123", .string,
      "\"12345678901234567890123\""
    ),
    (.float64, "1e300", .string, "\"1e+300\""),
    (.binary, "\"YWJj\"", .string, "\"YWJj\""),
    (.json, "[1]", .string, "\"[1]\""),
    (
      .list(Field("element", .int32)), "[1,null]", .list(Field("element", .int64)), "[1, null]"
    ),
    (.list(Field("element", .string)), "[\"a\\\"b\\n\",null]", .string, #""["a\"b\n",null]""#),
    (
      .row([Field("a", .int32), Field("b", .date)]), "{\"a\":1,\"b\":\"1970-01-01\"}",
      .row([Field("B", .string), Field("c", .int64), Field("A", .int64)]),
      "(\"1970-01-01\", null, 1)"
    ),
    (
      .row([Field("a", .int32), Field("b", .date)]), "{\"a\":1,\"b\":\"1970-01-01\"}", .string,
      #""{"a":1,"b":"1970-01-01"}""#
    ),
    (
      .map(key: Field("k", .string), value: Field("v", .int32)), "{\"a\":1}",
      .map(key: Field("key", .string), value: Field("value", .int64)), "<(\"a\", 1)>"
    ),
    (
      .map(key: Field("k", .int64), value: Field("v", .binary)), "{\"1\":\"YWJj\"}", .string,
      #""{"1":"YWJj"}""#
    ),
  ]

  @Test(arguments: casts)
  func `a value keeps its meaning in a wider type`(
    _ example: (LogicalType, String, LogicalType, String)
  ) throws {
    let from = Schema([Field("V", example.0)])
    let to = Schema([Field("v", example.2)])
    let block = try Decoding.fixed("{\"v\":\(example.1)}\n{}\n", from)
    #expect(block.rejected.map(\.message) == [])
    let cast = try BatchCasting.cast(block.batch, from: from, to: to)
    let result = DecodedBlock(batch: cast, schema: to)
    #expect(RowText.values(result, "v") == [example.3, "null"])
  }

  /// A type, a value, and a type that does not hold it.
  static let refusals: [(LogicalType, String, LogicalType, String)] = [
    (.int64, "300", .int8, "v"),
    (.decimal(precision: 4, scale: 2), "0.05", .decimal(precision: 4, scale: 1), "v"),
    (.string, "\"1\"", .int64, "v"),
    (.list(Field("element", .int64)), "[1]", .int64, "v"),
    (
      .list(Field("element", .row([Field("x", .string)]))), "[{\"x\":\"a\"}]",
      .list(Field("element", .row([Field("x", .int64)]))), "v.element.x"
    ),
  ]

  @Test(arguments: refusals)
  func `a value that would change is refused by name`(
    _ example: (LogicalType, String, LogicalType, String)
  ) throws {
    let from = Schema([Field("v", example.0)])
    let block = try Decoding.fixed("{\"v\":\(example.1)}\n", from)
    let failure = #expect(throws: CastingFailure.self) {
      try BatchCasting.cast(block.batch, from: from, to: Schema([Field("v", example.2)]))
    }
    #expect(failure?.column == example.3)
  }

  @Test func `columns are reordered, left out and added as nulls`() throws {
    let from = Schema([Field("a", .int64), Field("b", .string), Field("c", .unknown)])
    let to = Schema([
      Field("n", .list(Field("element", .int64))), Field("B", .string), Field("c", .date),
    ])
    let block = try Decoding.fixed("{\"a\":1,\"b\":\"x\"}\n", from)
    let cast = try BatchCasting.cast(block.batch, from: from, to: to)
    #expect(
      RowText.lines(DecodedBlock(batch: cast, schema: to)) == ["{n: null, B: \"x\", c: null}"]
    )
  }

  @Test func `dictionaries and constants stay what they are`() throws {
    let dictionary = ColumnDictionary(values: .int32(Buffer([10, 20])), count: 2)
    let columns = [
      Column(.dictionary(codes: Buffer([1, 0, 1]), dictionary), count: 3),
      Column(.constant(.int32(Buffer([7])), isNull: false), count: 3),
      Column(.runs(ends: Buffer([2, 3]), .int32(Buffer([1, 2]))), count: 3),
    ]
    let from = Schema([Field("d", .int32), Field("c", .int32), Field("r", .int32)])
    let to = Schema([Field("d", .string), Field("c", .int64), Field("r", .int64)])
    let cast = try BatchCasting.cast(Batch(columns: columns, rowCount: 3), from: from, to: to)
    #expect(
      RowText.lines(DecodedBlock(batch: cast, schema: to))
        == ["{d: \"20\", c: 7, r: 1}", "{d: \"10\", c: 7, r: 1}", "{d: \"20\", c: 7, r: 2}"]
    )
    guard case .dictionary = cast.columns[0].form, case .constant = cast.columns[1].form else {
      Issue.record("a form was lost")
      return
    }
  }
}
