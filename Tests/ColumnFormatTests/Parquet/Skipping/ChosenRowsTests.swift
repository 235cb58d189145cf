import TestSupport
import Testing

@testable import ColumnFormat

@Suite struct ChosenRowsTests {
  static let names = [
    "bit-packed.parquet", "bloom.parquet", "delta.parquet", "duckdb.parquet", "framings.parquet",
    "legacy-lists.parquet", "nested.parquet", "odd-pages.parquet", "one-field-rows.parquet",
    "pages-v1.parquet", "pages-v2.parquet", "polars.parquet", "pruning.parquet", "types-v2.parquet",
    "types.parquet",
  ]

  /// Positions below `count`, of which about `share` hundredths are taken.
  private func positions(_ count: Int, share: Int, _ random: inout SeededGenerator) -> [UInt32] {
    (0..<UInt32(count)).filter { _ in Int.random(in: 0..<100, using: &random) < share }
  }

  @Test(arguments: names, [0, 1, 5, 12, 40, 100])
  func `chosen rows are those of a full read`(_ name: String, _ share: Int) throws {
    let file = try ParquetFile(path: ParquetFixture.path(name))
    let fields = Array(file.schema.fields.indices)
    var random = SeededGenerator(seed: UInt64(share))
    for rowGroup in file.metadata.rowGroups.indices {
      let whole = try file.reader(rowGroup: rowGroup, fields: fields)
      let reader = try file.reader(
        rowGroup: rowGroup,
        paths: fields.map { FieldPath($0) },
        runs: Set(fields)
      )
      for column in fields {
        let all = try whole.read(column, count: whole.rowCount)
        var first = 0
        while first < whole.rowCount {
          let count = min(Int.random(in: 1...700, using: &random), whole.rowCount - first)
          let chosen = positions(count, share: share, &random)
          let found = try reader.read(column, rows: Buffer(chosen), of: count)
          #expect(found.count == chosen.count)
          for (index, position) in chosen.enumerated() {
            let expected = all.scalar(at: first + Int(position))
            #expect(ParquetFixture.text(found.scalar(at: index)) == ParquetFixture.text(expected))
          }
          first += count
          #expect(reader.remaining(column) == whole.rowCount - first)
        }
      }
    }
  }

  @Test func `pages without a chosen row are not read`() throws {
    let file = try ParquetFile(path: ParquetFixture.path("pages-v1.parquet"))
    let whole = try file.reader(rowGroup: 0, fields: [0])
    _ = try whole.read(0, count: whole.rowCount)
    let reader = try file.reader(rowGroup: 0, fields: [0])
    let last = UInt32(reader.rowCount - 1)
    let column = try reader.read(0, rows: Buffer([0, last]), of: reader.rowCount)
    #expect(column.count == 2)
    #expect(reader.byteCountRead < whole.byteCountRead / 2)
  }

  @Test func `validity of chosen rows follows runs and bits`() throws {
    // A column of which every third, every tenth, or a long stretch of rows is null.
    let count = 5000
    let nulls: [(Int) -> Bool] = [{ $0 % 3 == 0 }, { $0 % 10 == 7 }, { $0 > 900 && $0 < 4000 }]
    for isNull in nulls {
      let rows = (0..<count).map { isNull($0) ? Scalar.null : .int(Int64($0)) }
      let schema = Schema([Field("number", .int64)])
      let sink = MemorySink()
      var writer = try ParquetWriter(sink: sink, schema: schema)
      try writer.write(Batch(columns: [.fromScalars(rows, .int64)], rowCount: count))
      _ = try writer.finish()
      let file = try ParquetFile(source: MemorySource(sink.bytes), path: "nulls")
      for step in [7, 64, 100, 999] {
        let chosen = stride(from: 3, to: count, by: step).map { UInt32($0) }
        let reader = try file.reader(rowGroup: 0, fields: [0])
        let column = try reader.read(0, rows: Buffer(chosen), of: count)
        #expect(chosen.indices.map { column.scalar(at: $0) } == chosen.map { rows[Int($0)] })
      }
    }
  }
}
