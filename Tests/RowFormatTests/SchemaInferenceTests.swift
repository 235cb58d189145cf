import ColumnFormat
import RowFormat
import Testing

@Suite struct SchemaInferenceTests {
  @Test func `each field names the record that forced its type first`() throws {
    let inference = SchemaInference(format: .ndjson)
    inference.add(
      RecordBlock(path: "a.json", records: "{\"a\":1,\"o\":{\"x\":[1]}}\n{\"a\":2}\n".utf8)
    )
    inference.add(
      RecordBlock(
        path: "b.json",
        records: "{\"a\":3}\nbroken\n{\"a\":2.5,\"o\":{\"x\":[\"t\"]}}\n{\"a\":7.5}\n".utf8,
        firstRecord: 10
      )
    )
    #expect(
      RowText.schema(inference.schema) == "a decimal(2,1), o struct<x:array<string>>"
    )
    #expect(inference.recordCount == 5)
    #expect(inference.rejected.map(\.recordNumber) == [11])
    let causes = inference.causes.map {
      "\($0.path.joined(separator: ".")) \(RowText.type($0.type)) \($0.file):\($0.recordNumber) \($0.sample)"
    }
    #expect(
      causes == [
        "a decimal(2,1) b.json:12 2.5",
        "o struct<> a.json:0 {\"x\":[1]}",
        "o.x array<unknown> a.json:0 [1]",
        "o.x.element string b.json:12 \"t\"",
      ]
    )
  }

  @Test func `parts that are merged in order say what one inference says`() throws {
    let lines = [
      #"{"a":1,"n":null,"o":{"x":[1]},"t":"2026-11-23"}"#, #"{"a":70000,"B":true,"o":{}}"#,
      "broken",
      #"{"a":2.5,"b":false,"o":{"x":["t",{"y":1}]}}"#,
      #"{"n":[],"t":"2026-11-23 10:00:00.123456"}"#,
      #"{"a":1e300,"b":"x","z":12345678901234567890}"#, #"{"n":[{"q":1}],"A":3}"#, #"{"o":7}"#,
    ]
    let whole = SchemaInference(format: .ndjson)
    whole.add(RecordBlock(path: "f", records: lines.joined(separator: "\n").utf8))
    for width in 1...lines.count {
      let merged = SchemaInference(format: .ndjson)
      for start in stride(from: 0, to: lines.count, by: width) {
        let part = SchemaInference(format: .ndjson)
        let text = lines[start..<min(start + width, lines.count)].joined(separator: "\n")
        part.add(RecordBlock(path: "f", records: text.utf8, firstRecord: start))
        #expect(merged.merge(part))
      }
      #expect(merged.schema == whole.schema)
      #expect(merged.recordCount == whole.recordCount)
      #expect(merged.causes == whole.causes, "parts of \(width) records")
      #expect(merged.foldedNames == whole.foldedNames)
      #expect(merged.rejected.map(\.recordNumber) == whole.rejected.map(\.recordNumber))
    }
  }

  @Test func `parts with more fields together than can be columns are not merged`() {
    let parts = (0..<2).map { part in
      let inference = SchemaInference(format: .ndjson)
      let members = (0..<6000).map { "\"k\(part)_\($0)\":1" }.joined(separator: ",")
      inference.add(RecordBlock(path: "f", records: "{\(members)}\n".utf8))
      return inference
    }
    #expect(!parts[0].merge(parts[1]))
  }

  @Test func `inference and evolving decode agree on one block`() throws {
    let text = "{\"a\":1,\"b\":null,\"c\":[1.5]}\n{\"a\":null,\"c\":[],\"d\":\"2026-11-23\"}\n"
    let inference = SchemaInference(format: .ndjson)
    inference.add(RecordBlock(path: "", records: text.utf8))
    #expect(inference.schema == (try Decoding.evolve(text)).schema)
  }

  @Test func `CSV and DynamoDB are inferred in the same way`() throws {
    let csv = SchemaInference(format: .csv(CSVLayout()))
    csv.add(
      RecordBlock(path: "f", records: "1,x,\n2.5,y,\n".utf8, columnNames: ["a", "b", "c"])
    )
    #expect(RowText.schema(csv.schema) == "a decimal(2,1), b string, c unknown")
    #expect(csv.causes.map(\.sample) == ["2.5", "x"])
    let items = SchemaInference(format: .dynamodb)
    items.add(
      RecordBlock(path: "f", records: DynamoDBTests.change(image: "{\"a\":{\"N\":\"1\"}}").utf8)
    )
    #expect(RowText.schema(items.schema) == DynamoDBTests.metadata + ", a bigint")
  }

  @Test func `more fields than can be columns are refused record by record`() throws {
    let text = (0..<10).map { record in
      "{" + (0..<1000).map { "\"k\(record * 1000 + $0)\":1" }.joined(separator: ",") + "}\n"
    }.joined()
    let block = try Decoding.evolve(text + "{\"k0\":2}\n{\"k10000\":1}\n{\"k9999\":2}\n")
    #expect(block.schema.fields.count == 10_000)
    #expect(block.batch.rowCount == 12)
    #expect(block.rejected.map(\.cause) == [.valueOutOfRange])
  }

  static let bounds: [(String, LogicalType, String)] = [
    ("127", .int8, "tinyint"), ("-128", .int8, "tinyint"), ("128", .int8, "smallint"),
    ("-129", .int8, "smallint"), ("32767", .int8, "smallint"), ("-32768", .int16, "smallint"),
    ("32768", .int16, "int"), ("-32769", .int16, "int"), ("2147483647", .int32, "int"),
    ("-2147483648", .int32, "int"), ("2147483648", .int32, "bigint"),
    ("-2147483649", .int32, "bigint"), ("9007199254740992", .float64, "double"),
    ("-9007199254740992", .float64, "double"), ("9007199254740993", .float64, "string"),
    ("-9007199254740993", .float64, "string"),
    ("9", .decimal(precision: 2, scale: 1), "decimal(2,1)"),
    ("10", .decimal(precision: 2, scale: 1), "decimal(3,1)"),
    ("99", .decimal(precision: 3, scale: 1), "decimal(3,1)"),
    ("-100", .decimal(precision: 3, scale: 1), "decimal(4,1)"),
    ("9223372036854775807", .decimal(precision: 3, scale: 1), "decimal(20,1)"),
    ("-9223372036854775808", .decimal(precision: 3, scale: 1), "decimal(20,1)"),
  ]

  @Test(arguments: bounds)
  func `whole numbers widen a known type exactly where it ends`(
    number: String,
    known: LogicalType,
    type: String
  ) throws {
    let rows = try RecordDecoder(format: .ndjson).decode(
      RecordBlock(path: "", records: "{\"a\":\(number)}\n".utf8),
      evolving: Schema([Field("a", known)])
    )
    #expect(RowText.schema(rows.schema) == "a \(type)")
    #expect(rows.rejected.isEmpty)
  }

  @Test func `names that differ in case only are told`() {
    let inference = SchemaInference(format: .ndjson)
    let text = "{\"Id\":1,\"s\":{\"x\":1}}\n{\"id\":2,\"s\":{\"X\":1}}\n{\"ID\":3,\"id\":4}\n"
    inference.add(RecordBlock(path: "", records: text.utf8))
    #expect(RowText.schema(inference.schema) == "Id bigint, s struct<x:bigint>")
    #expect(inference.foldedNames == [["id"], ["s", "X"], ["ID"]])
  }
}
