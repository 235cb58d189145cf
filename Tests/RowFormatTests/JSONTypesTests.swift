import ColumnFormat
import RowFormat
import Testing

@Suite struct JSONTypesTests {
  /// The values of field `v`, one a line; its type; what comes out.
  struct Example: Sendable, CustomTestStringConvertible {
    var values: [String]
    var type: String
    var rows: [String]
    var testDescription: String { values.joined(separator: " ") }

    init(_ values: [String], _ type: String, _ rows: [String]? = nil) {
      self.values = values
      self.type = type
      self.rows = rows ?? values
    }
  }

  static let examples = [
    Example(["true", "false"], "boolean"),
    Example(["1", "-9223372036854775808", "9223372036854775807"], "bigint"),
    Example(["9223372036854775808", "1"], "decimal(38,0)"),
    Example(["12345678901234567890123456789012345678"], "decimal(38,0)"),
    Example(["0.1", "0.1"], "decimal(1,1)"),
    Example(["1.50", "2"], "decimal(3,2)", ["1.50", "2.00"]),
    Example(["123456.5", "0.001"], "decimal(9,3)", ["123456.500", "0.001"]),
    Example(["0.0", "-0.05"], "decimal(2,2)", ["0.00", "-0.05"]),
    Example(["1.0"], "decimal(2,1)"),
    Example(["1e3"], "decimal(4,0)", ["1000"]),
    Example(["1.5E-3"], "decimal(4,4)", ["0.0015"]),
    Example(["9007199254740993", "0.5"], "decimal(17,1)", ["9007199254740993.0", "0.5"]),
    Example(
      ["12345678901234567890", "0.25"],
      "decimal(22,2)",
      ["12345678901234567890.00", "0.25"]
    ),
    Example(["1e300", "0.1"], "double", ["1e+300", "0.1"]),
    Example(["1.7976931348623157e308"], "double", ["1.7976931348623157e+308"]),
    Example(["1e20", "0.5"], "double", ["1e+20", "0.5"]),
    Example(["1.5e-25"], "double", ["1.5e-25"]),
    Example(["1e17"], "decimal(18,0)", ["100000000000000000"]),
    Example(["1e400"], "string", ["\"1e400\""]),
    Example(["1e-400"], "string", ["\"1e-400\""]),
    Example(
      ["1e300", "12345678901234567890"],
      "string",
      ["\"1e300\"", "\"12345678901234567890\""]
    ),
    Example(
      ["1234567890123456789012345678901234567.5", "0.0625"],
      "string",
      ["\"1234567890123456789012345678901234567.5\"", "\"0.0625\""]
    ),
    Example(["0.100000000000000000000000000000000000000000"], "decimal(1,1)", ["0.1"]),
    Example(["\"x\"", "\"\""], "string"),
    Example(["1", "\"x\""], "string", ["\"1\"", "\"x\""]),
    Example(["1.50", "\"x\""], "string", ["\"1.50\"", "\"x\""]),
    Example(["true", "1"], "string", ["\"true\"", "\"1\""]),
    Example(["\"2026-11-23\""], "date", ["20780"]),
    Example(["\"2024-02-29\"", "\"1969-12-31\""], "date", ["19782", "-1"]),
    Example(["\"2025-02-29\""], "string"),
    Example(["\"2025-13-01\""], "string"),
    Example(["\"1970-01-01T00:00:01Z\""], "timestamp(3)z", ["1000"]),
    Example(["\"1970-01-01T00:00:01.5Z\""], "timestamp(3)z", ["1500"]),
    Example(
      ["\"1970-01-01T00:00:01.5Z\"", "\"1970-01-01T00:00:00.000001Z\""],
      "timestamp(6)z",
      ["1500000", "1"]
    ),
    Example(["\"1970-01-01T00:00:00.123456789Z\""], "timestamp(9)z", ["123456789"]),
    Example(
      ["\"1970-01-01T00:00:01\"", "\"1970-01-01 00:00:02\""],
      "timestamp(3)",
      ["1000", "2000"]
    ),
    Example(["\"1970-01-02\"", "\"1970-01-01 00:00:02\""], "timestamp(3)", ["86400000", "2000"]),
    Example(["\"1970-01-01T00:00:01Z\"", "\"1970-01-01T00:00:01\""], "string"),
    Example(["\"1970-01-01T00:00:01Z\"", "\"1970-01-01\""], "string"),
    Example(["\"1970-01-01 00:00:01Z\""], "string"),
    Example(["\"1970-01-01T24:00:00\""], "string"),
    Example(["\"1970-01-01T00:00:60\""], "string"),
    Example(["\"1970-01-01T00:00:01+01:00\""], "string"),
    Example(["\"1970-01-01T00:00:01.Z\""], "string"),
    Example(["\"9999-12-31T00:00:00.000000001Z\""], "string"),
    Example(["\"9999-12-31T00:00:00Z\""], "timestamp(3)z", ["253402214400000"]),
    Example(["null"], "unknown"),
    Example(["null", "1"], "bigint"),
    Example(["{}", "null"], "unknown", ["null", "null"]),
    Example(["{}", "{\"a\":1}"], "struct<a:bigint>", ["(null)", "(1)"]),
    Example(["{}", "1"], "string", ["\"{}\"", "\"1\""]),
    Example(
      ["{\"a\":1}", "{\"b\":\"x\"}"],
      "struct<a:bigint,b:string>",
      ["(1, null)", "(null, \"x\")"]
    ),
    Example(["{\"a\":1}", "2"], "string", ["\"{\"a\":1}\"", "\"2\""]),
    Example(["[]"], "array<unknown>"),
    Example(["[1,2]", "[]", "[null]"], "array<bigint>", ["[1, 2]", "[]", "[null]"]),
    Example(["[1,2.5]"], "array<decimal(2,1)>", ["[1.0, 2.5]"]),
    Example(["[1,\"x\"]"], "array<string>", ["[\"1\", \"x\"]"]),
    Example(["[[1],[2,3]]"], "array<array<bigint>>", ["[[1], [2, 3]]"]),
    Example(["[{\"a\":1},{\"a\":2.5}]"], "array<struct<a:decimal(2,1)>>", ["[(1.0), (2.5)]"]),
    Example(["[1]", "1"], "string", ["\"[1]\"", "\"1\""]),
  ]

  @Test(arguments: examples)
  func `values give the smallest type that keeps them`(_ example: Example) throws {
    let text = example.values.map { "{\"v\":\($0)}\n" }.joined()
    let block = try Decoding.evolve(text)
    #expect(block.rejected.map(\.message) == [])
    #expect(RowText.schema(block.schema) == "v \(example.type)")
    #expect(RowText.values(block, "v") == example.rows)
  }

  @Test(arguments: examples)
  func `a value at a time widens to a type that still keeps the last value`(_ example: Example)
    throws
  {
    var schema = Schema([])
    for (value, row) in zip(example.values, example.rows) {
      let block = try Decoding.evolve("{\"v\":\(value)}", known: schema)
      #expect(block.rejected.map(\.message) == [])
      #expect(block.schema.fields.map(\.name) == ["v"])
      let again = try Decoding.fixed("{\"v\":\(value)}", block.schema)
      #expect(RowText.values(again, "v") == RowText.values(block, "v"))
      if row == "null" { #expect(RowText.values(block, "v") == ["null"]) }
      schema = block.schema
    }
  }

  /// What is known, a value, and the widened type.
  static let widenings: [(LogicalType, String, String)] = [
    (.int32, "5", "int"),
    (.int32, "3000000000", "bigint"),
    (.int8, "200", "smallint"),
    (.int64, "0.5", "decimal(20,1)"),
    (.int64, "99999999999999999999", "decimal(38,0)"),
    (.decimal(precision: 5, scale: 2), "12345", "decimal(7,2)"),
    (.decimal(precision: 5, scale: 2), "1.125", "decimal(6,3)"),
    (.decimal(precision: 18, scale: 0), "1000000000000000000", "decimal(19,0)"),
    (.float64, "5", "double"),
    (.float64, "9007199254740993", "string"),
    (.float32, "0.5", "float"),
    (.float32, "0.1", "double"),
    (.date, "\"1970-01-01 10:00:00\"", "timestamp(3)"),
    (.timestamp(.millis, isAdjustedToUTC: true), "\"1970-01-01T00:00:00.0001Z\"", "timestamp(6)z"),
    (.timestamp(.millis, isAdjustedToUTC: true), "\"1970-01-01T00:00:00\"", "string"),
    (.timestamp(.nanos, isAdjustedToUTC: true), "\"9000-01-01T00:00:00Z\"", "string"),
    (.boolean, "1", "string"),
    (.unknown, "1", "bigint"),
    (.string, "1", "string"),
    (.string, "[1, 2]", "string"),
    (.list(Field("element", .int32)), "[5]", "array<int>"),
    (.list(Field("element", .int32)), "[0.5]", "array<decimal(11,1)>"),
    (
      .map(key: Field("key", .string), value: Field("value", .int64)), "{\"a\":1}",
      "map<string,bigint>"
    ),
    (
      .map(key: Field("key", .string), value: Field("value", .int64)), "{\"a\":\"x\"}",
      "map<string,string>"
    ),
    (.row([Field("A", .int64)]), "{\"a\":1,\"b\":2}", "struct<A:bigint,b:bigint>"),
  ]

  @Test(arguments: widenings)
  func `a known type widens just as far as a value needs`(
    _ example: (LogicalType, String, String)
  ) throws {
    let block = try Decoding.evolve("{\"v\":\(example.1)}", known: Schema([Field("v", example.0)]))
    #expect(block.rejected.map(\.message) == [])
    #expect(RowText.schema(block.schema) == "v \(example.2)")
    #expect(RowText.values(block, "v") != ["null"])
  }

  @Test func `the known fields keep their place, ids and spelling`() throws {
    let known = Schema([Field("Id", .int64, id: 1), Field("note", .string, id: 2)])
    let block = try Decoding.evolve("{\"new\":true,\"id\":5}", known: known)
    #expect(
      block.schema
        == Schema([
          Field("Id", .int64, id: 1), Field("note", .string, id: 2), Field("new", .boolean),
        ])
    )
    #expect(RowText.lines(block) == ["{Id: 5, note: null, new: true}"])
  }

  @Test func `keys that differ only by case are one column in the first spelling`() throws {
    let block = try Decoding.evolve("{\"Id\":1}\n{\"ID\":2}\n{\"id\":3}\n")
    #expect(RowText.lines(block) == ["{Id: 1}", "{Id: 2}", "{Id: 3}"])
  }

  @Test func `the last of a key that stands twice wins, also in nested values`() throws {
    let block = try Decoding.evolve(
      "{\"a\":1,\"b\":[1,2],\"a\":2,\"b\":[3]}\n{\"a\":4,\"b\":null}\n{\"b\":[5],\"b\":null,\"a\":null}"
    )
    #expect(RowText.lines(block) == ["{a: 2, b: [3]}", "{a: 4, b: null}", "{a: null, b: null}"])
  }

  @Test func `of keys that differ only by case in one record the column's own spelling wins`()
    throws
  {
    let block = try Decoding.evolve(
      """
      {"Id":1,"id":2,"o":{"k":1}}
      {"id":3,"Id":4,"ID":5,"o":{"K":2,"k":3,"K":4}}
      {"ID":6,"id":7,"ID":8,"o":{"K":null}}
      {"Id":9,"id":99,"Id":10}
      """
    )
    #expect(
      RowText.lines(block) == [
        "{Id: 1, o: (1)}", "{Id: 4, o: (3)}", "{Id: 8, o: (null)}", "{Id: 10, o: null}",
      ]
    )
    // What is left out may be of any kind; it counts for the type, as it may be all that another
    // record has.
    let nested = try Decoding.evolve("{\"a\":[1,{\"A\":2}],\"A\":3,\"b\":4}\n{\"a\":{},\"A\":[")
    #expect(RowText.lines(nested) == ["{a: \"[1,{\"A\":2}]\", b: 4}"])
  }

  @Test func `three times a tenth is stored exactly`() throws {
    let block = try Decoding.evolve("{\"v\":0.1}\n{\"v\":0.1}\n{\"v\":0.1}\n")
    guard case .int64(let values) = block.batch.columns[0].flatValues else {
      Issue.record("not a narrow decimal")
      return
    }
    #expect(values.values.reduce(0, +) == 3)
  }
}
