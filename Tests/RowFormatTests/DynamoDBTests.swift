import ColumnFormat
import Testing

@testable import RowFormat

@Suite struct DynamoDBTests {
  static func change(
    _ event: String = "INSERT",
    keys: String = #"{"id":{"S":"x"}}"#,
    image: String?,
    time: String = "1748736022.254"
  ) -> String {
    let tail = image.map { #","NewImage":\#($0)"# } ?? ""
    return #"{"eventID":"e1","eventName":"\#(event)","eventVersion":"1.1","dynamodb":"#
      + #"{"ApproximateCreationDateTime":\#(time),"Keys":\#(keys),"SequenceNumber":"42""#
      + tail + "}}\n"
  }

  static let facts = ["event_name", "event_time", "sequence_number", "event_id"]
  static let metadata =
    "event_name string, event_time timestamp(3)z, sequence_number string, event_id string"

  @Test func `a stream record gives its facts and the attributes of its new image`() throws {
    let image = #"{"id":{"S":"x"},"amount":{"N":"390.42"},"note":{"NULL":true}}"#
    let block = try Decoding.evolve(DynamoDBTests.change(image: image), .dynamodb)
    #expect(block.rejected.map(\.message) == [])
    #expect(
      RowText.schema(block.schema)
        == DynamoDBTests.metadata + ", id string, amount decimal(5,2), note unknown"
    )
    #expect(
      RowText.lines(block)
        == [
          "{event_name: \"INSERT\", event_time: 1748736022254, sequence_number: \"42\", "
            + "event_id: \"e1\", id: \"x\", amount: 390.42, note: null}"
        ]
    )
  }

  /// What each view type of a stream holds (DynamoDB Streams, `StreamViewType`), and the row of it.
  @Test(arguments: [
    ("KEYS_ONLY", "INSERT", "Keys", "[1, null]"), ("KEYS_ONLY", "MODIFY", "Keys", "[1, null]"),
    ("KEYS_ONLY", "REMOVE", "Keys", "[1, null]"),
    ("NEW_IMAGE", "INSERT", "Keys NewImage", "[1, \"new\"]"),
    ("NEW_IMAGE", "MODIFY", "Keys NewImage", "[1, \"new\"]"),
    ("NEW_IMAGE", "REMOVE", "Keys", "[1, null]"),
    ("OLD_IMAGE", "INSERT", "Keys", "[1, null]"),
    ("OLD_IMAGE", "MODIFY", "Keys OldImage", "[1, null]"),
    ("OLD_IMAGE", "REMOVE", "Keys OldImage", "[1, null]"),
    ("NEW_AND_OLD_IMAGES", "INSERT", "Keys NewImage", "[1, \"new\"]"),
    ("NEW_AND_OLD_IMAGES", "MODIFY", "Keys NewImage OldImage", "[1, \"new\"]"),
    ("NEW_AND_OLD_IMAGES", "REMOVE", "Keys OldImage", "[1, null]"),
  ])
  func `each view type gives a row of the new image, else of the keys`(
    view: String,
    event: String,
    members: String,
    row: String
  ) throws {
    var parts = ["\"SequenceNumber\":\"1\"", "\"StreamViewType\":\"\(view)\""]
    for member in members.split(separator: " ") {
      let attributes =
        switch member {
        case "NewImage": "{\"id\":{\"N\":\"1\"},\"v\":{\"S\":\"new\"}}"
        case "OldImage": "{\"id\":{\"N\":\"1\"},\"v\":{\"S\":\"old\"}}"
        default: "{\"id\":{\"N\":\"1\"}}"
        }
      parts.append("\"\(member)\":\(attributes)")
    }
    let record =
      "{\"eventID\":\"a\",\"eventName\":\"\(event)\",\"dynamodb\":{\(parts.joined(separator: ","))}}\n"
    // Another change has the column that this one may lack.
    let other =
      "{\"eventID\":\"b\",\"eventName\":\"INSERT\",\"dynamodb\":{\"SequenceNumber\":\"2\",\"Keys\":"
      + "{\"id\":{\"N\":\"2\"}},\"NewImage\":{\"id\":{\"N\":\"2\"},\"v\":{\"S\":\"x\"}}}}\n"
    let block = try Decoding.evolve(record + other, .dynamodb)
    #expect(block.rejected.map(\.message) == [])
    #expect("[\(RowText.values(block, "id")[0]), \(RowText.values(block, "v")[0])]" == row)
    #expect(RowText.values(block, "event_name")[0] == "\"\(event)\"")
  }

  @Test func `a removal without image is a row of its keys`() throws {
    let text =
      DynamoDBTests.change(image: #"{"id":{"S":"x"},"n":{"N":"1"}}"#)
      + DynamoDBTests.change("REMOVE", image: nil)
    let block = try Decoding.evolve(text, .dynamodb)
    #expect(RowText.values(block, "id") == ["\"x\"", "\"x\""])
    #expect(RowText.values(block, "n") == ["1", "null"])
    #expect(RowText.values(block, "event_name") == ["\"INSERT\"", "\"REMOVE\""])
  }

  @Test(arguments: [
    ("1748736022", "1748736022000"), ("1748736022.254", "1748736022254"),
    ("1748736022.2549", "1748736022254"), ("1748736022254", "1748736022254"),
    ("1748736022254123", "1748736022254"), ("1.748736022E9", "1748736022000"),
  ])
  func `creation times come in seconds, milliseconds or microseconds`(_ example: (String, String))
    throws
  {
    let text = DynamoDBTests.change(image: "{\"id\":{\"S\":\"x\"}}", time: example.0)
    let block = try Decoding.evolve(text, .dynamodb)
    #expect(RowText.values(block, "event_time") == [example.1])
  }

  @Test func `the members of a stream record come in any order`() throws {
    let text = #"""
      {"dynamodb":{"NewImage":{"a":{"N":"1"}},"Keys":{"a":{"N":"1"}},"SequenceNumber":"7","OldImage":{"b":{"S":"old"}}},"awsRegion":"eu","userIdentity":{"type":"Service"},"eventName":"MODIFY"}
      {"userIdentity":null,"eventID":"e","dynamodb":{"Keys":{"a":{"N":"2"}}},"eventName":"REMOVE"}
      """#
    let block = try Decoding.evolve(text, .dynamodb)
    #expect(block.rejected.map(\.message) == [])
    #expect(
      RowText.lines(block)
        == [
          "{event_name: \"MODIFY\", event_time: null, sequence_number: \"7\", event_id: null, a: 1}",
          "{event_name: \"REMOVE\", event_time: null, sequence_number: null, event_id: \"e\", a: 2}",
        ]
    )
  }

  /// The values of attribute `v`, its type, what comes out.
  static let values: [([String], String, [String])] = [
    ([#"{"S":"x\n"}"#, #"{"S":""}"#], "string", ["\"x\n\"", "\"\""]),
    ([#"{"S":"2026-11-23"}"#], "string", ["\"2026-11-23\""]),
    (
      [#"{"N":"0.1"}"#, #"{"N":"9007199254740993"}"#], "decimal(17,1)",
      ["0.1", "9007199254740993.0"]
    ),
    ([#"{"N":"1E+2"}"#], "decimal(3,0)", ["100"]),
    ([#"{"N":"12345678901234567890"}"#], "decimal(38,0)", ["12345678901234567890"]),
    ([#"{"N":"1"}"#, #"{"S":"x"}"#], "string", ["\"1\"", "\"x\""]),
    (
      [#"{"BOOL":true}"#, #"{"NULL":true}"#, #"{"BOOL":false}"#], "boolean",
      ["true", "null", "false"]
    ),
    ([#"{"B":"AQI="}"#, #"{"B":""}"#], "binary", ["0x1 2", "0x"]),
    ([#"{"B":"AQI="}"#, #"{"S":"x"}"#], "string", ["\"AQI=\"", "\"x\""]),
    (
      [#"{"L":[{"N":"1"},{"N":"2.5"},{"NULL":true}]}"#], "array<decimal(2,1)>", ["[1.0, 2.5, null]"]
    ),
    ([#"{"L":[]}"#], "array<unknown>", ["[]"]),
    ([#"{"L":[{"S":"a\"b"},{"N":"1"},{"BOOL":true}]}"#], "string", [#""["a\"b",1,true]""#]),
    (
      [#"{"L":[{"M":{"q":{"N":"1"}}},{"L":[{"NS":["10","9"]},{"NULL":true}]}]}"#], "string",
      [#""[{"q":1},[[9,10],null]]""#]
    ),
    (
      [#"{"M":{"a":{"N":"1"},"b":{"M":{"c":{"S":"x"}}}}}"#, #"{"M":{}}"#],
      "struct<a:bigint,b:struct<c:string>>", ["(1, (\"x\"))", "(null, null)"]
    ),
    ([#"{"M":{"a":{"N":"1"}}}"#, #"{"S":"x"}"#], "string", [#""{"a":1}""#, "\"x\""]),
    (
      [#"{"SS":["b","a","a long text of the set"]}"#], "array<string>",
      ["[\"a\", \"a long text of the set\", \"b\"]"]
    ),
    ([#"{"NS":["10","9","-1.5"]}"#], "array<decimal(3,1)>", ["[-1.5, 9.0, 10.0]"]),
    ([#"{"BS":["Ag==","AQ=="]}"#], "array<binary>", ["[0x1, 0x2]"]),
    ([#"{"SS":["b","a"]}"#, #"{"N":"1"}"#], "string", [#""["a","b"]""#, "\"1\""]),
  ]

  @Test(arguments: values)
  func `attribute values become columns`(_ example: ([String], String, [String])) throws {
    let text = example.0.map { "{\"v\":\($0)}\n" }.joined()
    let block = try Decoding.evolve(text, .dynamodb)
    #expect(block.rejected.map(\.message) == [])
    #expect(RowText.schema(block.schema) == "v \(example.1)")
    #expect(RowText.values(block, "v") == example.2)
    let fixed = try Decoding.fixed(text, block.schema, .dynamodb)
    #expect(RowText.lines(fixed) == RowText.lines(block))
    let wrapped = example.0.map { "{\"Item\":{\"v\":\($0)}}\n" }.joined()
    #expect(RowText.lines(try Decoding.evolve(wrapped, .dynamodb)) == RowText.lines(block))
    let change = example.0.map { DynamoDBTests.change(image: "{\"v\":\($0)}") }.joined()
    #expect(RowText.values(try Decoding.evolve(change, .dynamodb), "v") == example.2)
  }

  /// The bounds of DynamoDB's numbers: 38 digits, magnitudes from 1E-130 to 9.99…E+125.
  @Test(arguments: [
    (["0.1", "0.1", "0.1"], "decimal(1,1)", ["0.1", "0.1", "0.1"]),
    (["9007199254740993"], "bigint", ["9007199254740993"]),
    (["-9223372036854775808"], "bigint", ["-9223372036854775808"]),
    (["9223372036854775808"], "decimal(38,0)", ["9223372036854775808"]),
    (
      ["99999999999999999999999999999999999999"], "decimal(38,0)",
      ["99999999999999999999999999999999999999"]
    ),
    (
      ["0.00000000000000000000000000000000000001"], "decimal(38,38)",
      ["0.00000000000000000000000000000000000001"]
    ),
    // With more digits than a double keeps they stay texts, with every one of them.
    (
      ["9.9999999999999999999999999999999999999E+125"], "string",
      ["\"9.9999999999999999999999999999999999999E+125\""]
    ),
    (["1E-130"], "double", ["1e-130"]), (["1E+125"], "double", ["1e+125"]),
    (["1E-130", "12345678901234567890"], "string", ["\"1E-130\"", "\"12345678901234567890\""]),
  ])
  func `numbers keep their values`(texts: [String], type: String, values: [String]) throws {
    let text = texts.map { "{\"v\":{\"N\":\"\($0)\"}}\n" }.joined()
    let block = try Decoding.evolve(text, .dynamodb)
    #expect(RowText.schema(block.schema) == "v \(type)")
    #expect(RowText.values(block, "v") == values)
  }

  @Test(arguments: [
    (["1E-130"], "string", ["\"1E-130\""]), (["1E+125", "5"], "string", ["\"1E+125\"", "\"5\""]),
    (["0.5", "5"], "decimal(2,1)", ["0.5", "5.0"]), (["5"], "bigint", ["5"]),
  ])
  func `where numbers must stay exact those that need a double are texts`(
    texts: [String],
    type: String,
    values: [String]
  ) throws {
    var options = DecodingOptions()
    options.keepsNumbersExact = true
    let text = texts.map { "{\"v\":{\"N\":\"\($0)\"}}\n" }.joined()
    let block = try Decoding.evolve(text, .dynamodb, options: options)
    #expect(RowText.schema(block.schema) == "v \(type)")
    #expect(RowText.values(block, "v") == values)
    let plain = texts.map { "{\"v\":\($0)}\n" }.joined()
    #expect(RowText.schema(try Decoding.evolve(plain, options: options).schema) == "v \(type)")
  }

  @Test func `texts are times only where that is asked for`() throws {
    let options = DecodingOptions(infersTimesInDynamoDB: true)
    let text = "{\"v\":{\"S\":\"1970-01-02\"}}\n"
    let block = try Decoding.evolve(text, .dynamodb, options: options)
    #expect(RowText.schema(block.schema) == "v date")
    let again = try Decoding.evolve(text, .dynamodb, known: block.schema, options: options)
    #expect(RowText.schema(again.schema) == "v date")
  }

  @Test func `an attribute gives way to a metadata column of its name and gets a number`() throws {
    let change = DynamoDBTests.change(image: #"{"event_name":{"N":"5"},"Event_Time":{"S":"x"}}"#)
    let block = try Decoding.evolve(change, .dynamodb)
    #expect(
      RowText.schema(block.schema)
        == DynamoDBTests.metadata + ", event_name_1 bigint, Event_Time_1 string"
    )
    #expect(RowText.values(block, "event_name") == ["\"INSERT\""])
    #expect(RowText.values(block, "event_name_1") == ["5"])
    #expect(RowText.values(block, "Event_Time_1") == ["\"x\""])
    let again = try Decoding.evolve(change, .dynamodb, known: block.schema)
    #expect(RowText.lines(again) == RowText.lines(block))
    #expect(again.schema == block.schema)
  }

  @Test func `an attribute that comes after the metadata column got its name is renamed`() throws {
    let first = try Decoding.evolve(
      DynamoDBTests.change(image: #"{"id":{"S":"x"}}"#),
      .dynamodb
    )
    // Also where it comes first, as the metadata column does.
    let images = [
      #"{"id":{"S":"y"},"event_name":{"N":"5"}}"#, #"{"event_name":{"N":"5"},"id":{"S":"y"}}"#,
    ]
    var schema = first.schema
    for image in images + images {
      let block = try Decoding.evolve(
        DynamoDBTests.change(image: image),
        .dynamodb,
        known: schema
      )
      #expect(
        RowText.schema(block.schema)
          == DynamoDBTests.metadata + ", id string, event_name_1 bigint"
      )
      #expect(RowText.values(block, "event_name") == ["\"INSERT\""])
      #expect(RowText.values(block, "event_name_1") == ["5"])
      #expect(RowText.values(block, "id") == ["\"y\""])
      schema = block.schema
    }
  }

  @Test func `an attribute that had its column before the first change keeps its name`() throws {
    let items = try Decoding.evolve(#"{"event_name":{"N":"5"}}"#, .dynamodb)
    let text = DynamoDBTests.change(image: #"{"event_name":{"N":"6"}}"#)
    let block = try Decoding.evolve(text, .dynamodb, known: items.schema)
    #expect(
      RowText.schema(block.schema)
        == "event_name bigint, event_name_1 string, event_time timestamp(3)z, "
        + "sequence_number string, event_id string"
    )
    #expect(RowText.values(block, "event_name") == ["6"])
    #expect(RowText.values(block, "event_name_1") == ["\"INSERT\""])
    #expect(DynamoDBColumns(block.schema, isProjected: false).eventName == 1)
  }

  @Test func `blocks that were decoded side by side agree on what a column is`() throws {
    let item = #"{"id":{"S":"a"},"event_time":{"S":"x"},"Event_ID":{"N":"7"}}"#
    let items = try Decoding.evolve(item + "\n", .dynamodb)
    let changes = try Decoding.evolve(DynamoDBTests.change(image: item), .dynamodb)
    let names = changes.schema.fields.map(\.name)
    #expect(names.prefix(4) == DynamoDBTests.facts[...])
    for (first, second) in [(items, changes), (changes, items)] {
      let aligned = DynamoDBColumns.aligned(second.schema, to: first.schema)
      let merged = first.schema.merged(with: aligned)
      // Each of the two has the attributes and the facts once.
      #expect(merged.fields.count == 7)
      let change = DynamoDBTests.change(image: item)
      let again = try Decoding.evolve(change, .dynamodb, known: merged)
      #expect(again.schema.fields.map(\.name) == merged.fields.map(\.name))
      let columns = DynamoDBColumns(merged, isProjected: false)
      #expect(columns.isComplete)
      for (index, column) in columns.positions.enumerated() {
        let name = merged.fields[try #require(column)].name
        #expect(RowText.values(again, name) == RowText.values(changes, names[index]))
        #expect(!items.schema.fields.contains { $0.name == name } || first.schema != items.schema)
      }
      #expect(DynamoDBColumns.aligned(aligned, to: merged) == aligned)
    }
    let plain = try Decoding.evolve("{\"id\":{\"S\":\"a\"}}\n", .dynamodb)
    #expect(DynamoDBColumns.aligned(plain.schema, to: changes.schema) == plain.schema)
    #expect(DynamoDBColumns.aligned(changes.schema, to: plain.schema) == changes.schema)
  }

  @Test func `items and changes may be mixed`() throws {
    let text = "{\"id\":{\"S\":\"a\"}}\n" + DynamoDBTests.change(image: #"{"id":{"S":"b"}}"#)
    let block = try Decoding.evolve(text, .dynamodb)
    #expect(RowText.schema(block.schema) == DynamoDBTests.metadata + ", id string")
    #expect(RowText.values(block, "id") == ["\"a\"", "\"b\""])
    let items = try Decoding.evolve("{\"id\":{\"S\":\"a\"}}\n", .dynamodb)
    let later = try Decoding.evolve(text, .dynamodb, known: items.schema)
    #expect(RowText.schema(later.schema) == "id string, " + DynamoDBTests.metadata)
    #expect(RowText.values(later, "event_name") == ["null", "\"INSERT\""])
  }

  @Test func `an attribute may be called Item or dynamodb`() throws {
    let block = try Decoding.evolve(
      #"{"Item":{"S":"x"}}{"Item":{"M":{"S":{"S":"y"}}}}{"dynamodb":{"N":"1"}}"#,
      .dynamodb
    )
    #expect(block.rejected.map(\.message) == [])
    #expect(RowText.values(block, "dynamodb") == ["null", "null", "1"])
  }

  /// A record that is no item or change, and the message.
  static let broken: [(String, String)] = [
    ("{}", "expected a DynamoDB stream record or item at byte 0 of the record"),
    (#"{"a":1}"#, "expected a DynamoDB stream record or item at byte 0 of the record"),
    (
      #"{"eventName":"INSERT","dynamodb":{}}"#,
      "the stream record has neither NewImage nor Keys at byte 0 of the record"
    ),
    (
      #"{"a":{"S":"x"},"b":5}"#,
      "expected a DynamoDB value such as {\"S\": \"text\"} at byte 19 of the record"
    ),
    (
      #"{"a":{"S":"x"},"b":{"T":"y"}}"#,
      "expected a DynamoDB value such as {\"S\": \"text\"} at byte 19 of the record"
    ),
    (
      #"{"a":{"S":"x","N":"1"}}"#,
      "a DynamoDB value has exactly one type tag at byte 13 of the record"
    ),
    (
      #"{"a":{"S":"x"},"b":{"S":5}}"#,
      "the value is not what its DynamoDB type tag says at byte 24 of the record"
    ),
    (
      #"{"a":{"S":"x"},"b":{"N":"5x"}}"#,
      "a DynamoDB value of type N is no number at byte 24 of the record"
    ),
    (
      #"{"a":{"S":"x"},"b":{"N":5}}"#,
      "the value is not what its DynamoDB type tag says at byte 24 of the record"
    ),
    (
      #"{"a":{"S":"x"},"b":{"L":{}}}"#,
      "the value is not what its DynamoDB type tag says at byte 24 of the record"
    ),
    (
      #"{"a":{"S":"x"},"b":{"M":[]}}"#,
      "the value is not what its DynamoDB type tag says at byte 24 of the record"
    ),
    (
      #"{"a":{"S":"x"},"b":{"SS":[1]}}"#,
      "the value is not what its DynamoDB type tag says at byte 26 of the record"
    ),
  ]

  @Test(arguments: broken)
  func `what is JSON but not DynamoDB's is left out with its reason`(_ example: (String, String))
    throws
  {
    let schema = Schema([Field("a", .string), Field("b", .string)])
    let text = "{\"a\":{\"S\":\"1\"}}\n\(example.0)\n{\"a\":{\"S\":\"2\"}}\n"
    let fixed = try Decoding.fixed(text, schema, .dynamodb)
    #expect(fixed.rejected.map(\.cause) == [.malformedDynamoDB])
    #expect(fixed.rejected.map(\.message) == [example.1])
    let block = try Decoding.evolve(text, .dynamodb)
    #expect(RowText.values(block, "a") == ["\"1\"", "\"2\""])
    #expect(RowText.schema(block.schema) == "a string")
    #expect(block.rejected.map(\.cause) == [.malformedDynamoDB])
  }
}
