import ColumnFormat
import RowFormat
import Testing

@Suite struct CSVDecodingTests {
  static let layout = RecordFormat.csv(CSVLayout())

  static func evolve(
    _ text: String,
    _ names: [String],
    known: Schema = Schema([]),
    options: DecodingOptions = DecodingOptions()
  ) throws -> DecodedBlock {
    try RecordDecoder(format: layout, options: options).decode(
      RecordBlock(path: "input", records: text.utf8, columnNames: names),
      evolving: known
    )
  }

  /// The fields of one column, its type, what comes out.
  static let columns: [([String], String, [String])] = [
    (["1", "-2", ""], "bigint", ["1", "-2", "null"]),
    (["1", "9223372036854775808"], "decimal(38,0)", ["1", "9223372036854775808"]),
    (["1.5", "10"], "decimal(3,1)", ["1.5", "10.0"]),
    (["1e3", "2"], "double", ["1000.0", "2.0"]),
    (["1e3", "0.25"], "double", ["1000.0", "0.25"]),
    (["0", "01"], "string", ["\"0\"", "\"01\""]),
    (["+1"], "string", ["\"+1\""]),
    (["-0"], "bigint", ["0"]),
    (["1."], "string", ["\"1.\""]),
    ([".5"], "string", ["\".5\""]),
    (["0x1"], "string", ["\"0x1\""]),
    (["-"], "string", ["\"-\""]),
    (["true", "False"], "boolean", ["true", "false"]),
    (["true", "1"], "string", ["\"true\"", "\"1\""]),
    (["NA", "1"], "bigint", ["null", "1"]),
    (["2026-11-23", ""], "date", ["20780", "null"]),
    (["1970-01-01 00:00:01"], "timestamp(3)", ["1000"]),
    (["1970-01-01T00:00:01.000001Z"], "timestamp(6)z", ["1000001"]),
    (["\"5\"", "6"], "bigint", ["5", "6"]),
    (["\"\"", "6"], "string", ["\"\"", "\"6\""]),
    (["", ""], "unknown", ["null", "null"]),
    (["\"a,b\"", "\"c\nd\"", "\"e\"\"f\""], "string", ["\"a,b\"", "\"c\nd\"", "\"e\"f\""]),
    (["5\"", "a\"b\"c"], "string", ["\"5\"\"", "\"a\"b\"c\""]),
    (["\"\"\"\"", "\"\"\"x\"\"\""], "string", ["\"\"\"", "\"\"x\"\""]),
    ([" 1"], "string", ["\" 1\""]),
  ]

  @Test(arguments: columns)
  func `fields give the smallest type that keeps them`(_ example: ([String], String, [String]))
    throws
  {
    let text = example.0.map { "\($0),x\n" }.joined()
    let block = try CSVDecodingTests.evolve(text, ["v", "w"])
    #expect(block.rejected.map(\.message) == [])
    #expect(RowText.schema(block.schema) == "v \(example.1), w string")
    #expect(RowText.values(block, "v") == example.2)
  }

  @Test func `the number of fields must be that of the header`() throws {
    let block = try CSVDecodingTests.evolve("1,2\n3\n4,5,6\n\n7,8", ["a", "b"])
    #expect(RowText.lines(block) == ["{a: 1, b: 2}", "{a: 7, b: 8}"])
    #expect(
      block.rejected.map(\.message) == ["expected 2 fields, found 1", "expected 2 fields, found 3"]
    )
    #expect(block.rejected.map(\.cause) == [.wrongFieldCount, .wrongFieldCount])
    #expect(block.rejected.map(\.byteOffset) == [4, 6])
    #expect(block.rejected.map(\.recordNumber) == [1, 2])
    #expect(block.recordNumbers == [0, 4])
  }

  @Test func `broken quotes cost one line each`() throws {
    let block = try CSVDecodingTests.evolve("1,\"a\"b\n2,c\n3,\"d\n4,e\n", ["a", "b"])
    #expect(RowText.values(block, "a") == ["2", "4"])
    #expect(
      block.rejected.map(\.message)
        == ["a quoted field goes on after its closing quote", "a quoted field is not closed"]
    )
    #expect(block.rejected.map(\.bytes) == [Array("1,\"a\"b".utf8), Array("3,\"d".utf8)])
  }

  @Test func `carriage returns, a missing last line end and quoted line ends do not matter`() throws
  {
    let block = try CSVDecodingTests.evolve("1,\"x\r\ny\"\r\n\r\n2,\"z\"\r\n3,w", ["a", "b"])
    #expect(RowText.values(block, "a") == ["1", "2", "3"])
    #expect(RowText.values(block, "b") == ["\"x\r\ny\"", "\"z\"", "\"w\""])
  }

  @Test func `other delimiters and quotes are as told`() throws {
    let format = RecordFormat.csv(CSVLayout(delimiter: 1, quote: UInt8(ascii: "'")))
    let block = try RecordDecoder(format: format).decode(
      RecordBlock(path: "", records: "'a''\u{1}b'\u{1}1,5\n".utf8, columnNames: ["x", "y"]),
      evolving: Schema([])
    )
    #expect(RowText.lines(block) == ["{x: \"a'\u{1}b\", y: \"1,5\"}"])
  }

  @Test func `null texts are as told and never quoted`() throws {
    let block = try CSVDecodingTests.evolve(
      "NA,1\n\"NA\",\n3,NULL\n",
      ["a", "b"],
      options: DecodingOptions(nullTexts: ["NA", "NULL"])
    )
    #expect(
      RowText.lines(block)
        == ["{a: null, b: \"1\"}", "{a: \"NA\", b: \"\"}", "{a: \"3\", b: null}"]
    )
  }

  @Test func `known columns keep their place and take the file's by name`() throws {
    let known = Schema([Field("B", .string, id: 7), Field("other", .int64)])
    let block = try CSVDecodingTests.evolve("1,2\n", ["a", "b"], known: known)
    #expect(RowText.schema(block.schema) == "B string, other bigint, a bigint")
    #expect(RowText.lines(block) == ["{B: \"2\", other: null, a: 1}"])
    #expect(block.schema.fields[0].id == 7)
  }

  @Test func `a later block widens what is known`() throws {
    var schema = try CSVDecodingTests.evolve("1,a\n", ["v", "w"]).schema
    for (text, type) in [
      ("2,b", "bigint"), ("2.5,b", "decimal(20,1)"), ("1e3,b", "double"), ("007,b", "string"),
    ] {
      let block = try CSVDecodingTests.evolve(text, ["v", "w"], known: schema)
      #expect(RowText.schema(block.schema) == "v \(type), w string")
      schema = block.schema
    }
  }

  @Test func `declared columns read what denotes their values`() throws {
    let schema = Schema([
      Field("n", .int32), Field("d", .decimal(precision: 5, scale: 2)), Field("missing", .date),
      Field("t", .timestamp(.millis, isAdjustedToUTC: false)),
    ])
    let block = try RecordDecoder(format: CSVDecodingTests.layout).decode(
      RecordBlock(
        path: "",
        records: "007,+1.5,x,1970-01-01T00:00:01Z\n\"\",,x,\n1,1.255,x,\n1,x,x,\n".utf8,
        columnNames: ["n", "D", "extra", "t"]
      ),
      fixed: schema
    )
    #expect(
      RowText.lines(block)
        == [
          "{n: 7, d: 1.50, missing: null, t: 1000}",
          "{n: null, d: null, missing: null, t: null}",
        ]
    )
    #expect(
      block.rejected.map(\.message)
        == [
          "column 'd': 1.255 is not a value of type decimal(5,2)",
          "column 'd': x is not a value of type decimal(5,2)",
        ]
    )
  }

  @Test func `a record that is not UTF-8 is left out`() throws {
    let input = Array("é,1\n".utf8) + [0xFF] + Array(",2\nz,3\n".utf8)
    let block = try RecordDecoder(format: CSVDecodingTests.layout).decode(
      RecordBlock(path: "", records: input, columnNames: ["a", "b"]),
      evolving: Schema([])
    )
    #expect(RowText.values(block, "b") == ["1", "3"])
    #expect(block.rejected.map(\.message) == ["byte 0 of the record, 0xFF, is not UTF-8"])
  }

  @Test(arguments: [0, 1, 7, 8, 15, 16, 17, 31, 32, 33, 62, 63, 64, 65, 66, 127, 128, 129, 200])
  func `fields of every length around a window's edges are whole`(_ count: Int) throws {
    let field = String(repeating: "abcdefghij", count: 20).prefix(count)
    let text = "\(field)x,\"\(field)\",\"\(field)\"\"\",1\n" + "y,z,w,2\n"
    let block = try CSVDecodingTests.evolve(text, ["a", "b", "c", "d"])
    #expect(block.rejected.map(\.message) == [])
    #expect(
      RowText.lines(block)[0] == "{a: \"\(field)x\", b: \"\(field)\", c: \"\(field)\"\", d: 1}"
    )
    #expect(RowText.lines(block)[1] == "{a: \"y\", b: \"z\", c: \"w\", d: 2}")
  }
}
