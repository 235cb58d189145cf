import Catalog
import ColumnFormat
import RowFormat
import TestSupport
import Testing

@testable import SQL

/// What is read straight from bytes is what the slow way reads.
@Suite struct FieldBytesTests {
  private static let types: [LogicalType] = [
    .string, .int64, .int32, .int16, .int8, .float64, .boolean, .date,
    .decimal(precision: 10, scale: 2), .decimal(precision: 18, scale: 0),
    .decimal(precision: 5, scale: 5), .timestamp(.millis, isAdjustedToUTC: false),
    .timestamp(.nanos, isAdjustedToUTC: false),
  ]

  private static let seeds = [
    "", "-", "+1", ".", "1.", ".5", "0", "-0", "0.0", "00012", "127", "128", "-129", "32768",
    "2147483648", "9223372036854775807", "999999999999999999", "1000000000000000000", "12.34",
    "12.345", "-0.05", "99999999.99", "100000000.00", "0.12345", "1e5", "1.5E-3", "123456789012345",
    "1234567890123456", "0.1234567890123456789", "true", "false", "TRUE", "tru", "2026-11-27",
    "2024-02-29", "2023-02-29", "2026-04-31", "0000-01-01", "0001-01-01", "2026-13-01",
    "2026-11-27 10:11:12", "2026-11-27T10:11:12Z", "2026-11-27 10:11:12.", "2026-11-27 10:11:12.5",
    "2026-11-27 10:11:12.123456789", "2026-11-27 10:11:12.1234567890", "2026-11-27 24:00:00",
    "2026-11-27 10:11", "1969-12-31 23:59:59.999", "9999-12-31 23:59:59.999999999",
  ]

  @Test func `every text and its neighbours`() {
    var random = SeededGenerator(seed: 7)
    let letters = Array("0123456789-+.:TZ e".utf8)
    for seed in FieldBytesTests.seeds {
      for round in 0..<40 {
        var bytes = Array(seed.utf8)
        if round > 0 {
          let letter = letters[Int.random(in: 0..<letters.count, using: &random)]
          let place = Int.random(in: 0...bytes.count, using: &random)
          if round % 2 == 0 || place == bytes.count {
            bytes.insert(letter, at: place)
          } else {
            bytes[place] = letter
          }
        }
        for type in FieldBytesTests.types {
          let column = ScalarColumn(type)
          let isRead = bytes.withUnsafeBytes { column.append(field: $0) }
          guard isRead else {
            #expect(column.count == 0)
            continue
          }
          let slow = bytes.withUnsafeBytes { FieldText.scalar($0, type) }
          #expect(
            "\(column.finish().scalar(at: 0))" == "\(slow ?? .null)",
            "\(String(decoding: bytes, as: UTF8.self)) as \(type)"
          )
        }
      }
    }
  }

  @Test func `the usual texts are read`() {
    let usual: [(String, LogicalType)] = [
      ("12", .int32), ("-7", .int64), ("1.25", .float64),
      ("12.5", .decimal(precision: 4, scale: 2)),
      ("2026-11-30", .date), ("2026-11-27 10:11:12.5", .timestamp(.millis, isAdjustedToUTC: false)),
      ("false", .boolean), ("x", .string),
    ]
    for (text, type) in usual {
      let column = ScalarColumn(type)
      #expect(Array(text.utf8).withUnsafeBytes { column.append(field: $0) }, "\(text)")
      #expect(column.count == 1)
    }
  }
}

/// Lines of OpenCSVSerde field by field.
@Suite struct QuotedLinesTests {
  private func fields(_ line: String, _ properties: [String: String] = [:]) throws -> [String] {
    let table = (0..<5).map { Field("c\($0)", .string) }
    let decoder = QuotedLines(
      try QuotedLines.Options(properties),
      table,
      wanted: Array(table.indices)
    )
    let columns = table.map { ScalarColumn($0.type) }
    try Array(line.utf8).withUnsafeBytes { try decoder.decode($0, into: columns) }
    return columns.map { column in
      guard case .bytes(let bytes) = column.finish().scalar(at: 0) else { return "NULL" }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  @Test func `quotes, escapes and separators wherever they stand`() throws {
    #expect(try fields("a,b,c,d,e,f") == ["a", "b", "c", "d", "e"])
    #expect(try fields("") == ["", "NULL", "NULL", "NULL", "NULL"])
    #expect(try fields("a,") == ["a", "", "NULL", "NULL", "NULL"])
    #expect(try fields("\"a,b\",\"\",\"c\"") == ["a,b", "", "c", "NULL", "NULL"])
    #expect(try fields("\"a\"\"b\",x\"y,z\"w,q") == ["a\"b", "xy,zw", "q", "NULL", "NULL"])
    #expect(try fields("a\\\"b,\"c\\\\\",\"d\\n\"") == ["a\"b", "c\\", "d\\n", "NULL", "NULL"])
    #expect(try fields("\"open, b") == ["open, b", "NULL", "NULL", "NULL", "NULL"])
    #expect(try fields("\"a\" ,b") == ["a ", "b", "NULL", "NULL", "NULL"])
    #expect(try fields("\"a\",\"b\"x") == ["a", "bx", "NULL", "NULL", "NULL"])
    let other = ["separatorChar": "|", "quoteChar": "'", "escapeChar": "'"]
    #expect(try fields("'a|''b'|c,d|\"e\"", other) == ["a|'b", "c,d", "\"e\"", "NULL", "NULL"])
  }
}
