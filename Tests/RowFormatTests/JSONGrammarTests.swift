import ColumnFormat
import RowFormat
import Testing

@Suite struct JSONGrammarTests {
  /// A line that is no record, and the message.
  static let broken: [(String, String)] = [
    ("[1]", "expected an object, found an array at byte 0 of the record"),
    ("5", "expected an object, found a single value at byte 0 of the record"),
    ("\"x\"", "expected an object, found a single value at byte 0 of the record"),
    ("null", "expected an object, found a single value at byte 0 of the record"),
    ("nothing", "expected an object at byte 0 of the record"),
    ("{\"a\":1", "the object does not end on its line at byte 6 of the record"),
    ("{", "the object does not end on its line at byte 1 of the record"),
    ("{\"a", "the object does not end on its line at byte 3 of the record"),
    ("{a:1}", "expected a key in quotes at byte 1 of the record"),
    ("{\"a\" 1}", "expected ':' after the key at byte 5 of the record"),
    ("{\"a\":}", "expected a value at byte 5 of the record"),
    ("{\"a\":1,}", "expected a key in quotes at byte 7 of the record"),
    ("{\"a\":1 \"b\":2}", "expected ',' or '}' at byte 7 of the record"),
    ("{\"a\":[1 2]}", "expected ',' or ']' at byte 8 of the record"),
    ("{\"a\":[1,]}", "expected a value at byte 8 of the record"),
    ("{\"a\":tru}", "expected true, false or null at byte 5 of the record"),
    ("{\"a\":nul}", "expected true, false or null at byte 5 of the record"),
    ("{\"a\":01}", "the number breaks JSON's grammar at byte 5 of the record"),
    ("{\"a\":-}", "the number breaks JSON's grammar at byte 5 of the record"),
    ("{\"a\":1.}", "the number breaks JSON's grammar at byte 5 of the record"),
    ("{\"a\":.5}", "expected a value at byte 5 of the record"),
    ("{\"a\":+1}", "expected a value at byte 5 of the record"),
    ("{\"a\":1e}", "the number breaks JSON's grammar at byte 5 of the record"),
    ("{\"a\":1e+}", "the number breaks JSON's grammar at byte 5 of the record"),
    ("{\"a\":NaN}", "expected a value at byte 5 of the record"),
    ("{\"a\":0x10}", "expected ',' or '}' at byte 6 of the record"),
    ("{\"a\":\"\t\"}", "a control character in a string must be escaped at byte 6 of the record"),
    ("{\"a\":\"\\x\"}", "unknown escape in a string at byte 6 of the record"),
    ("{\"a\":\"\\u12g4\"}", "unknown escape in a string at byte 6 of the record"),
    ("{\"a\":\"\\ud800\"}", "half a surrogate pair in a string at byte 6 of the record"),
    ("{\"a\":\"\\udc00\"}", "half a surrogate pair in a string at byte 6 of the record"),
    ("{\"a\":\"\\ud800\\u0041\"}", "half a surrogate pair in a string at byte 6 of the record"),
    ("{\"a\":1}}", "expected an object at byte 0 of the record"),
    ("{\"\\q\":1}", "unknown escape in a string at byte 2 of the record"),
  ]

  @Test(arguments: broken)
  func `a broken record is left out with its reason and the rest goes on`(
    _ example: (String, String)
  ) throws {
    let text = "{\"a\":1}\n\(example.0)\n{\"a\":2}\n"
    let block = try Decoding.evolve(text)
    let expected = example.0.hasSuffix("}}") ? ["1", "1", "2"] : ["1", "2"]
    #expect(RowText.values(block, "a") == expected)
    #expect(block.schema == Schema([Field("a", .int64)]))
    #expect(block.rejected.map(\.message) == [example.1])
    #expect(block.rejected.first?.cause == .malformedJSON)
    #expect(block.rejected.first?.recordNumber == 1)
    if !example.0.hasSuffix("}}") {
      #expect(block.rejected.first?.bytes == Array(example.0.utf8))
      #expect(block.rejected.first?.byteOffset == 8)
      #expect(block.recordNumbers == [0, 2])
    }
    let fixed = try Decoding.fixed(text, Schema([Field("a", .int64)]))
    #expect(RowText.lines(fixed) == RowText.lines(block))
    #expect(fixed.rejected == block.rejected)
    let skipped = try Decoding.fixed(text, Schema([Field("other", .int64)]))
    #expect(skipped.rejected == block.rejected)
  }

  @Test func `what a broken record holds changes no type`() throws {
    let block = try Decoding.evolve(
      "{\"a\":1}\n{\"a\":\"x\",\"b\":[1],\"c\":{\"d\":1}!}\n{\"a\":2}\n"
    )
    #expect(RowText.schema(block.schema) == "a bigint")
    #expect(block.rejected.count == 1)
  }

  @Test func `a record that fails within nested values leaves nothing behind`() throws {
    let known = Schema([
      Field("l", .list(Field("element", .row([Field("x", .list(Field("element", .int64)))])))),
      Field("m", .map(key: Field("key", .string), value: Field("value", .int64))),
    ])
    let good = "{\"l\":[{\"x\":[1]}],\"m\":{\"a\":1}}\n"
    let text =
      good + "{\"l\":[{\"x\":[7,8]},{\"x\":[9,oops\n" + good + "{\"m\":{\"b\":2,\"c\":x}}\n" + good
    let block = try Decoding.fixed(text, known)
    #expect(block.rejected.count == 2)
    #expect(
      RowText.lines(block)
        == Array(repeating: "{l: [([1])], m: <(\"a\", 1)>}", count: 3)
    )
  }

  /// The text between the quotes, and what it means.
  static let strings: [(String, String)] = [
    ("plain", "plain"),
    (#"\"\\\/\b\f\n\r\t"#, "\"\\/\u{8}\u{c}\n\r\t"),
    (#"\u0041\u00e9\u20AC"#, "Aé€"),
    (#"\ud83d\ude00"#, "😀"),
    (#"\u0000"#, "\0"),
    ("é€😀", "é€😀"),
    (
      #"a long text with an escape \n in the middle and more of it behind"#,
      "a long text with an escape \n in the middle and more of it behind"
    ),
    (#"\\\\\\\\\\\\\\\\\\\\"#, #"\\\\\\\\\\"#),
  ]

  @Test(arguments: strings)
  func `strings lose their escapes`(_ example: (String, String)) throws {
    let block = try Decoding.evolve("{\"v\":\"\(example.0)\"}\n")
    #expect(block.rejected.map(\.message) == [])
    #expect(block.batch.columns[0].scalar(at: 0) == .text(example.1))
  }

  @Test(arguments: [
    0, 1, 3, 4, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 31, 32, 33, 47, 48, 49, 63, 64, 65, 127,
    128, 129,
  ])
  func `strings of every length around a block's edges are whole`(_ count: Int) throws {
    let plain = String(repeating: "abcdefghij", count: 13).prefix(count)
    let escaped = plain.dropLast() + (count > 0 ? "\\n" : "")
    let unescaped = plain.dropLast() + (count > 0 ? "\n" : "")
    let block = try Decoding.evolve(
      "{\"\(plain)\":\"\(plain)\",\"e\":\"\(escaped)\"}\n{\"e\":\"\"}"
    )
    #expect(block.rejected.map(\.message) == [])
    #expect(block.batch.columns[0].scalar(at: 0) == .text(String(plain)))
    #expect(block.schema.fields[0].name == String(plain))
    let index = try #require(block.schema.index(of: "e"))
    if plain != "e" {
      #expect(block.batch.columns[index].scalar(at: 0) == .text(String(unescaped)))
    }
  }

  @Test func `several objects in one line are rows of their own`() throws {
    let block = try Decoding.evolve(
      "{\"a\":1}{\"a\":2} {\"a\":3}\n{\"a\":4}{\"a\":}{\"a\":6}\n{\"a\":7}"
    )
    #expect(RowText.values(block, "a") == ["1", "2", "3", "4", "7"])
    #expect(block.recordNumbers == [0, 0, 0, 1, 2])
    #expect(block.rejected.map(\.bytes) == [Array("{\"a\":}{\"a\":6}".utf8)])
  }

  @Test func `empty lines, spaces and carriage returns do not matter`() throws {
    let block = try Decoding.evolve(
      " \n\r\n\t{ \"a\" :\t1 , \"b\" : [ 1 , 2 ] }\r\n\n{\"a\":2}\r\n"
    )
    #expect(RowText.lines(block) == ["{a: 1, b: [1, 2]}", "{a: 2, b: null}"])
    #expect(block.recordNumbers == [2, 4])
  }

  @Test func `nesting is limited`() throws {
    func nested(_ depth: Int) -> String {
      "{\"a\":" + String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        + "}\n"
    }
    let options = DecodingOptions(nestingDepthMax: 50)
    let good = try Decoding.evolve(nested(49), options: options)
    #expect(good.rejected.isEmpty)
    let bad = try Decoding.evolve(nested(50), options: options)
    #expect(
      bad.rejected.map(\.message)
        == ["objects and arrays are nested too deeply at byte 54 of the record"]
    )
    let text = try Decoding.fixed(nested(2000), Schema([Field("a", .string)]))
    #expect(text.rejected.first?.cause == .malformedJSON)
  }

  /// Bytes that are no UTF-8 within a string.
  static let invalid: [[UInt8]] = [
    [0x80], [0xC0, 0x80], [0xC3], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80],
    [0xF4, 0x90, 0x80, 0x80], [0xFF], [0xE2, 0x82],
  ]

  @Test(arguments: invalid)
  func `a record that is not UTF-8 is left out`(_ bytes: [UInt8]) throws {
    let record = Array("{\"a\":\"".utf8) + bytes + Array("\"}".utf8)
    let input = Array("{\"a\":\"é\"}\n".utf8) + record + Array("\n{\"a\":\"z\"}\n".utf8)
    let block = try RecordDecoder(format: .ndjson)
      .decode(RecordBlock(path: "input", records: input), evolving: Schema([]))
    #expect(RowText.values(block, "a") == ["\"é\"", "\"z\""])
    #expect(block.rejected.map(\.cause) == [.invalidUTF8])
    #expect(block.rejected.first?.bytes == record)
    let hexadecimal = String(bytes[0], radix: 16, uppercase: true)
    #expect(
      block.rejected.first?.message == "byte 6 of the record, 0x\(hexadecimal), is not UTF-8"
    )
  }
}
