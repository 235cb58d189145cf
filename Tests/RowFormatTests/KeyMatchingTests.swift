import ColumnFormat
import RowFormat
import Testing

/// Firehose's `OpenXJsonSerDe`: `CaseInsensitive`, `ConvertDotsInJsonKeysToUnderscores` and
/// `ColumnToJsonKeyMappings`.
@Suite struct KeyMatchingTests {
  private static func row(
    _ json: String,
    _ columns: [String],
    _ change: (inout KeyMatching) -> Void
  ) throws -> String {
    var options = DecodingOptions(rejectsDuplicateFields: true)
    options.takesOpenXForms = true
    change(&options.keyMatching)
    let schema = Schema(columns.map { Field($0, .int64) })
    let block = try Decoding.fixed(json + "\n", schema, options: options)
    return RowText.lines(block).first ?? block.rejected.first?.message ?? ""
  }

  @Test func `keys match columns in any case unless that is forbidden`() throws {
    #expect(try KeyMatchingTests.row("{\"OrderId\":1}", ["orderid"]) { _ in } == "{orderid: 1}")
    #expect(
      try KeyMatchingTests.row("{\"OrderId\":1}", ["orderid"]) { $0.isCaseSensitive = true }
        == "{orderid: null}"
    )
  }

  @Test func `keys that are one without case stand twice, and that is a fault`() throws {
    let json = "{\"ts\":1,\"TS\":2}"
    #expect(try KeyMatchingTests.row(json, ["ts"]) { _ in }.contains("twice"))
    // OpenX's way to keep both.
    #expect(
      try KeyMatchingTests.row(json, ["ts", "ts2"]) {
        $0.isCaseSensitive = true
        $0.keys = ["ts2": "TS"]
      } == "{ts: 1, ts2: 2}"
    )
  }

  @Test func `a key with dots is that of a column with underscores where that is asked for`() throws
  {
    let json = "{\"a.b.c\":1,\"d\":2}"
    #expect(
      try KeyMatchingTests.row(json, ["a_b_c", "d"]) { _ in } == "{a_b_c: null, d: 2}"
    )
    #expect(
      try KeyMatchingTests.row(json, ["a_b_c", "d"]) { $0.convertsDots = true }
        == "{a_b_c: 1, d: 2}"
    )
  }

  @Test func `a column may take the key of another name`() throws {
    // Firehose's own example: `{"ts": "timestamp"}`, where the key is a word of Hive's.
    #expect(
      try KeyMatchingTests.row("{\"timestamp\":5,\"ts\":6}", ["ts"]) {
        $0.keys = ["ts": "timestamp"]
      }
        == "{ts: 5}"
    )
    #expect(
      try KeyMatchingTests.row("{\"TimeStamp\":5}", ["ts"]) { $0.keys = ["TS": "timestamp"] }
        == "{ts: 5}"
    )
    #expect(
      try KeyMatchingTests.row("{\"a\\\"b\":5}", ["q"]) { $0.keys = ["q": "a\"b"] } == "{q: 5}"
    )
  }

  @Test func `members of objects are not mapped, but follow the other rules`() throws {
    var options = DecodingOptions()
    options.takesOpenXForms = true
    options.keyMatching.convertsDots = true
    options.keyMatching.keys = ["n": "x"]
    let schema = Schema([Field("o", .row([Field("n", .int64), Field("a_b", .int64)]))])
    let block = try Decoding.fixed(
      "{\"o\":{\"n\":1,\"x\":2,\"A.B\":3}}\n",
      schema,
      options: options
    )
    #expect(RowText.lines(block) == ["{o: (1, 3)}"])
  }
}
