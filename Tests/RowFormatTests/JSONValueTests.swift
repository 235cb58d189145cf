import RowFormat
import Testing

@Suite struct JSONValueTests {
  @Test(arguments: [
    "null", "true", "[]", "{}", "0", "-0.10", "123456789012345678901234567890.000", "1E+400",
    #""a\"\\\n\u0001""#, #"{"b":1,"a":[2,{"c":null}],"b":3}"#, #""ü😀""#,
  ])
  func `reading and writing keeps order, digits and repeated names`(text: String) throws {
    #expect(try JSONValue.parse(text).compactText == text)
  }

  @Test func `escapes and surrogate pairs become their characters`() throws {
    let value = try JSONValue.parse(#""\u00e4\ud83d\ude00\/\b\f\r\t""#)
    #expect(value.stringValue == "ä😀/\u{8}\u{c}\r\t")
  }

  @Test(arguments: [
    ("", "line 1, column 1: the text ends where a value should be"),
    ("{\"a\": 1,\n \"b\" 2}", "line 2, column 6: expected ':' after a name"),
    ("[1, 2", "line 1, column 6: the text ends where ',' or ']' should be"),
    ("[1 2]", "line 1, column 4: expected ',' or ']'"),
    ("{a: 1}", "line 1, column 2: expected a name in double quotes"),
    ("[01]", "line 1, column 2: a number cannot begin with 0 and another digit"),
    ("[1.]", "line 1, column 4: expected a digit after the point"),
    ("[nul]", "line 1, column 2: expected null"),
    ("\"abc", "line 1, column 1: the string that begins here has no end"),
    ("\"\\q\"", "line 1, column 2: unknown escape \\'q'"),
    ("\"\\ud800\"", "line 1, column 2: half a surrogate pair"),
    ("{} x", "line 1, column 4: unexpected text after the document"),
    ("[\u{1}]", "line 1, column 2: a value cannot begin with byte 0x1"),
  ])
  func `an error names line, column and what was expected`(text: String, message: String) {
    let error = #expect(throws: JSONError.self) { try JSONValue.parse(text) }
    #expect(error?.description == message)
  }

  @Test func `invalid UTF-8 in a string is refused`() {
    let error = #expect(throws: JSONError.self) { try JSONValue.parse([0x22, 0xFF, 0x22]) }
    #expect(error?.message == "a string is not valid UTF-8")
  }

  @Test func `nesting has a limit`() throws {
    let deep = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
    _ = try JSONValue.parse(deep)
    let tooDeep = String(repeating: "[", count: 100_000)
    let error = #expect(throws: JSONError.self) { try JSONValue.parse(tooDeep) }
    #expect(error?.message == "nested deeper than 128 levels")
  }

  @Test func `the form for people keeps small values on one line`() {
    let value: JSONValue = [
      "format": 1, "fields": [["id": 1, "name": "a"], ["id": 2, "name": "b"]], "empty": [:],
      "keys": ["x", "y"],
    ]
    #expect(
      value.prettyText == """
        {
          "format": 1,
          "fields": [
            {"id": 1, "name": "a"},
            {"id": 2, "name": "b"}
          ],
          "empty": {},
          "keys": ["x", "y"]
        }

        """
    )
  }

  @Test func `members are set in place, appended and removed`() throws {
    var object = try #require(JSONValue.parse(#"{"a":1,"b":2}"#).objectValue)
    object["a"] = "x"
    object["c"] = true
    object["b"] = nil
    #expect(JSONValue.object(object).compactText == #"{"a":"x","c":true}"#)
  }
}
