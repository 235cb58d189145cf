import TestSupport
import Testing

@testable import ColumnFormat

@Suite struct FilteredReaderTests {
  private func lines(_ reader: FilteredReader) throws -> [String] {
    var lines: [String] = []
    while let batch = try reader.next() {
      #expect(batch.rowCount > 0)
      for row in 0..<batch.rowCount {
        lines.append(ParquetFixture.text(.row(batch.columns.map { $0.scalar(at: row) })))
      }
    }
    return lines
  }

  @Test(
    arguments: ["pruning.parquet", "bloom.parquet", "pages-v1.parquet", "pages-v2.parquet"],
    UInt64(0)..<24
  )
  func `no row is lost or added, whatever the predicate`(_ name: String, _ seed: UInt64) throws {
    let file = try ParquetFile(path: ParquetFixture.path(name))
    let rows = try ParquetFixture.rows(file).map(\.1)
    var random = SeededGenerator(seed: seed)
    let predicate = PredicateReference.random(file.schema, rows, &random)
    let fields = Array(file.schema.fields.indices)
    var found: [String] = []
    for rowGroup in file.metadata.rowGroups.indices {
      for split in file.splits(rowGroup: rowGroup, fields: fields, rowCountTarget: 190) {
        found += try lines(
          FilteredReader(
            file: file,
            rowGroup: rowGroup,
            fields: fields,
            predicate: predicate,
            rows: split
          )
        )
      }
    }
    let expected = rows.filter { PredicateReference.passes(predicate, $0, file.schema) }
    #expect(found == expected.map { ParquetFixture.text(.row($0)) }, "\(predicate)")
  }

  @Test func `columns that are only filtered by are not handed out`() throws {
    let file = try ParquetFile(path: ParquetFixture.path("pruning.parquet"))
    let reader = try FilteredReader(
      file: file,
      rowGroup: 0,
      fields: [3],
      predicate: .compare("id", .equal, .int(7))
    )
    #expect(try lines(reader) == ["('same start 0')"])
  }

  @Test func `a filter on one page reads little`() throws {
    let file = try ParquetFile(path: ParquetFixture.path("pages-v1.parquet"))
    func byteCount(_ predicate: RowPredicate?) throws -> (rows: Int, bytes: Int) {
      let reader = try FilteredReader(
        file: file,
        rowGroup: 0,
        fields: [0, 1, 2, 3],
        predicate: predicate
      )
      _ = try lines(reader)
      return (reader.rowCountRead, reader.byteCountRead)
    }
    let all = try byteCount(nil)
    let one = try byteCount(.compare("id", .equal, .int(1234)))
    #expect(one.rows < 100)
    #expect(one.bytes * 3 < all.bytes)
  }

  @Test func `text that passes keeps its dictionary`() throws {
    let file = try ParquetFile(path: ParquetFixture.path("pruning.parquet"))
    let code = try #require(file.schema.index(of: "code"))
    let reader = try FilteredReader(
      file: file,
      rowGroup: 0,
      fields: [code],
      predicate: .among("code", [.text("code 1"), .text("code 3")])
    )
    let batch = try #require(try reader.next())
    #expect(batch.rowCount == 120)
    guard case .dictionary = batch.columns[0].form else {
      Issue.record("the column is \(batch.columns[0].form)")
      return
    }
  }

  @Test func `a predicate that does not fit the file is refused by name`() throws {
    let file = try ParquetFile(path: ParquetFixture.path("pruning.parquet"))
    func refusal(_ predicate: RowPredicate) -> ColumnFormatError? {
      do throws(ColumnFormatError) {
        _ = try file.matchingRows(rowGroup: 0, predicate)
        return nil
      } catch { return error }
    }
    let missing = refusal(.isNull("nowhere"))
    #expect(
      missing?.kind == .unsupported("the predicate does not fit: the file has no such column")
    )
    #expect(missing?.location.column == "nowhere")
    #expect(refusal(.compare("id", .equal, .text("seven"))) != nil)
    #expect(refusal(.isNull(ColumnPath(["row", "c"]))) != nil)
  }
}
