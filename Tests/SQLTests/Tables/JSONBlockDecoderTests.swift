import Catalog
import ColumnFormat
import RowFormat
import TestSupport
import Testing

@testable import SQL

/// Blocks of JSON lines give what the lines give one by one.
@Suite struct JSONBlockDecoderTests {
  private static let table: [Field] = [
    Field("id", .int32), Field("big", .int64), Field("small", .int8), Field("name", .string),
    Field("price", .float64), Field("ratio", .float32),
    Field("total", .decimal(precision: 10, scale: 2)),
    Field("wide", .decimal(precision: 38, scale: 5)), Field("flag", .boolean),
    Field("day", .date), Field("at", .timestamp(.millis, isAdjustedToUTC: false)),
    Field("bytes", .binary), Field("list", .list(Field("element", .int32))),
    Field("tags", .map(key: Field("key", .string), value: Field("value", .string))),
    Field("part", .row([Field("a", .int32), Field("b", .string)])),
    Field("parts", .list(Field("element", .row([Field("a", .int64)])))),
  ]

  private static let tokens = [
    "1", "-7", "0", "-0", "1.0", "1.5", "127", "128", "1e3", "1E-2", "12e-1", "1e18", "-1e18",
    "9223372036854775807", "9223372036854775808e0", "12345678901234567890", "0.125", "1.005",
    "123456789.125", "1e400", "1e-400", "3.4e39", "99999999.99", "99999999.995", "\"12\"",
    "\"1e3\"", "\"+5\"", "\"007\"", "\".5\"", "\" 5\"", "\"1.5\"", "\"abc\"", "\"\"", "\"a\\\"b\"",
    "\"\\u00e9\\/\"", "\"\\ud83d\\ude00\"", "true", "false", "\"TRUE\"", "\"false\"", "null",
    "\"2026-11-27\"", "\"2026-11-27T10:11:12.345Z\"", "\"2026-11-27 10:11:12\"",
    "\"2026-11-27T10:11:12.3456789\"", "\"2026-11-27T10:11:12+02:00\"", "\"2026-02-30\"",
    "1764238272", "1764238272123", "1764238272.5", "[1,2]", "[1,null,\"3\"]", "[\"x\"]", "[]",
    "[ 1 ]", "{}", "{\"a\":1,\"b\":\"x\"}", "{\"A\":2,\"c\":[1,{\"d\":null}]}", "{\"a\": 1}",
    "{\"a\":1,\"a\":2}", "{\"k\":\"v\",\"k\":\"w\"}", "{\"k\":\"a\\/b\"}", "{\"k\":\"\\u0041\"}",
    "{\"k\":\"line\\nend\"}", "[{\"a\":1},{\"a\":\"2\"}]", "[{\"a\":1.5}]", "\"QUJD\"", "\"Q*\"",
    "\"NaN\"", "\"Infinity\"", "[[1],[2]]",
  ]

  private static func line(_ random: inout SeededGenerator) -> String {
    switch Int.random(in: 0..<40, using: &random) {
    case 0: return ""
    case 1: return "   "
    case 2: return "[1]"
    case 3: return "{\"id\":1}{\"id\":2}"
    case 4: return "{\"id\":1} x"
    case 5: return "{\"id\":"
    case 6: return "{\"id\":1,}"
    case 7: return "\"text\""
    case 8: return "{\"name\":\"\\ud800\"}"
    default: break
    }
    var members: [String] = []
    for _ in 0..<Int.random(in: 0...6, using: &random) {
      let field = table[Int.random(in: 0..<table.count, using: &random)]
      // Most keys are as the columns, and most values of the columns' types.
      var key = field.name
      if Int.random(in: 0..<8, using: &random) == 0 { key = key.uppercased() }
      if Int.random(in: 0..<12, using: &random) == 0 { key = "other" }
      let token = tokens[Int.random(in: 0..<tokens.count, using: &random)]
      members.append("\"\(key)\":\(token)")
    }
    let space = Int.random(in: 0..<6, using: &random) == 0 ? " " : ""
    let end = Int.random(in: 0..<9, using: &random) == 0 ? "\r" : ""
    return space + "{" + members.joined(separator: space + "," + space) + "}" + space + end
  }

  /// The rows as text, or the error.
  private static func rows(_ decoder: any BlockDecoder, _ lines: [String]) -> String {
    let text = lines.joined(separator: "\n")
    do {
      let batch = try decoder.decode(RecordBlock(path: "a.json", records: Array(text.utf8)))
      return (0..<batch.rowCount).map { row in
        batch.columns.map { "\($0.scalar(at: row))" }.joined(separator: " | ")
      }.joined(separator: "\n")
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: [
    ["ignore.malformed.json": "true"], ["case.insensitive": "false", "mapping.name": "NAME"],
    ["dots.in.keys": "true", "mapping.big": "other"],
  ])
  func `OpenX reads blocks as it reads lines`(properties: [String: String]) throws {
    try compare(SerDe(library: SerDeKind.openXJSON.rawValue, properties: properties))
  }

  @Test func `Hive's reads blocks as it reads lines`() throws {
    try compare(SerDe(library: SerDeKind.hiveJSON.rawValue))
  }

  private func compare(_ serDe: SerDe) throws {
    let table = JSONBlockDecoderTests.table
    let format = try LineFormat(serDe, tableParameters: [:], columns: table.map(\.type))
    for seed in 0..<120 {
      var random = SeededGenerator(seed: UInt64(seed))
      var wanted = table.indices.filter { _ in Bool.random(using: &random) }
      if seed % 20 == 0 { wanted = [] }
      if seed % 20 == 1 { wanted = Array(table.indices) }
      let fast = try format.blockDecoder(table, wanted: wanted, opensRecords: false)
      #expect(fast is JSONBlockDecoder)
      let slow = try LineBlockDecoder(format, table: table, wanted: wanted, opensRecords: false)
      var sound: [String] = []
      for _ in 0..<60 {
        let line = JSONBlockDecoderTests.line(&random)
        let expected = JSONBlockDecoderTests.rows(slow, [line])
        #expect(JSONBlockDecoderTests.rows(fast, [line]) == expected, "seed \(seed): \(line)")
        if !expected.contains("HIVE_") && !line.isEmpty { sound.append(line) }
      }
      #expect(
        JSONBlockDecoderTests.rows(fast, sound) == JSONBlockDecoderTests.rows(slow, sound),
        "seed \(seed)"
      )
      // The first line that is wrong is the one that is named.
      let broken = sound.prefix(3) + ["[", "{\"id\":"] + sound.suffix(3)
      #expect(
        JSONBlockDecoderTests.rows(fast, Array(broken))
          == JSONBlockDecoderTests.rows(slow, Array(broken)),
        "seed \(seed)"
      )
    }
  }

  @Test func `columns that share a key are left to the lines`() throws {
    let serDe = SerDe(
      library: SerDeKind.openXJSON.rawValue,
      properties: ["mapping.big": "id"]
    )
    let table = JSONBlockDecoderTests.table
    let format = try LineFormat(serDe, tableParameters: [:], columns: table.map(\.type))
    let decoder = try format.blockDecoder(table, wanted: [0, 1], opensRecords: false)
    #expect(decoder is LineBlockDecoder)
    #expect(JSONBlockDecoderTests.rows(decoder, ["{\"id\":5}"]) == "int(5) | int(5)")
  }
}
