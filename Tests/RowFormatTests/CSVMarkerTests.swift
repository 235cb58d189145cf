import ColumnFormat
import Testing

@testable import RowFormat

@Suite struct CSVMarkerTests {
  private func decode(_ text: String) throws -> DecodedBlock {
    let block = RecordBlock(
      path: "test.csv",
      records: Array(text.utf8),
      columnNames: ["delay", "tail"]
    )
    let decoder = RecordDecoder(format: .csv(CSVLayout()), options: DecodingOptions())
    return try decoder.decode(block, evolving: Schema([]))
  }

  @Test func `NA is null among numbers and text among texts`() throws {
    let decoded = try decode("NA,N1\n12,NA\n-3,N2\n")
    #expect(decoded.schema.fields.map(\.type) == [.int64, .string])
    let columns = decoded.batch.columns
    #expect((0..<3).map { columns[0].scalar(at: $0) } == [.null, .int(12), .int(-3)])
    #expect(columns[1].scalar(at: 1) == .text("NA"))
    #expect(decoded.rejected.isEmpty)
  }

  @Test(arguments: ["NA", "N/A", "NULL", "\\N"])
  func `each marker leaves a column of dates one of dates`(marker: String) throws {
    let decoded = try decode("2026-01-01,a\n\(marker),b\n")
    #expect(decoded.schema.fields[0].type == .date)
    #expect(decoded.batch.columns[0].scalar(at: 1) == .null)
  }

  @Test func `another word makes the column text and keeps every digit`() throws {
    let decoded = try decode("007.50,a\nunknown,b\nNA,c\n")
    #expect(decoded.schema.fields[0].type == .string)
    #expect(
      (0..<3).map { decoded.batch.columns[0].scalar(at: $0) }
        == [.text("007.50"), .text("unknown"), .text("NA")]
    )
  }
}
