import Testing

@testable import ColumnFormat

@Suite struct SkippingTests {
  private func open(_ name: String) throws -> ParquetFile {
    try ParquetFile(path: ParquetFixture.path(name))
  }

  @Test func `row groups are left out by the footer`() throws {
    let file = try open("pruning.parquet")
    let late = RowPredicate.compare("id", .greaterOrEqual, .int(400))
    #expect(try !file.mayMatch(rowGroup: 0, late))
    #expect(try file.mayMatch(rowGroup: 1, late))
    let flag = RowPredicate.compare("flag", .equal, .boolean(true))
    #expect(try !file.mayMatch(rowGroup: 1, flag))
    let member = RowPredicate.compare(ColumnPath(["row", "a"]), .greater, .int(7))
    #expect(try !file.mayMatch(rowGroup: 0, member))
    #expect(try file.mayMatch(rowGroup: 1, member))
  }

  @Test func `pages are left out by their index`() throws {
    let file = try open("pages-v2.parquet")
    let rows = try file.matchingRows(
      rowGroup: 0,
      .and([
        .compare("id", .greaterOrEqual, .int(700)), .compare("id", .less, .int(710)),
      ])
    )
    #expect(rows.count == 1)
    #expect(rows[0].contains(700) && rows[0].contains(709) && rows[0].count < 150)
    let ends = try file.matchingRows(
      rowGroup: 0,
      .or([.compare("id", .less, .int(3)), .compare("id", .greater, .int(1497))])
    )
    #expect(ends.count == 2)
    #expect(ends[0].lowerBound == 0 && ends[1].upperBound == 1500)
  }

  @Test func `pages of nulls only are left out, or chosen`() throws {
    let file = try open("pruning.parquet")
    let nulls = try file.matchingRows(rowGroup: 0, .isNull("small"))
    #expect(nulls.count == 1)
    #expect(nulls[0].lowerBound <= 100 && nulls[0].upperBound >= 200 && nulls[0].count < 200)
    let others = try file.matchingRows(rowGroup: 0, .isNotNull("small"))
    #expect(others.count == 2)
  }

  @Test func `NaN is found though no bounds tell of it`() throws {
    let file = try open("pruning.parquet")
    // Nothing is equal to NaN, everything differs from it.
    let differs = RowPredicate.compare("float", .notEqual, .double(.nan))
    #expect(try file.matchingRows(rowGroup: 0, differs) == [0..<400])
  }

  @Test func `both zeros are one value`() throws {
    let file = try open("pruning.parquet")
    let rows = try ParquetFixture.rows(file)
    let expected = rows.filter { $0.1[1] == .double(0) }.map(\.0)
    #expect(!expected.isEmpty)
    for zero in [0.0, -0.0] {
      var found: [Range<Int>] = []
      for (group, start) in [(0, 0), (1, 400)] {
        found += try file.matchingRows(
          rowGroup: group,
          .compare("float", .equal, .double(zero))
        ).map { ($0.lowerBound + start)..<($0.upperBound + start) }
      }
      #expect(expected.allSatisfy { row in found.contains { $0.contains(row) } })
    }
  }

  @Test func `a dictionary without a passing entry leaves out the row group`() throws {
    let file = try open("pruning.parquet")
    // It lies between the bounds.
    let predicate = RowPredicate.compare("code", .equal, .text("code 2"))
    #expect(try file.mayMatch(rowGroup: 0, predicate))
    #expect(try file.matchingRows(rowGroup: 0, predicate).isEmpty)
  }

  @Test(
    arguments: [
      ("number", Scalar.int(50), Scalar.int(51)),
      ("large", Scalar.int(1_000_003), Scalar.int(1_000_004)),
      ("word", Scalar.text("word 12"), Scalar.text("word 13")),
      ("ratio", Scalar.double(4), Scalar.double(5)),
    ]
  )
  func `bloom filters tell what is not there`(_ name: String, _ there: Scalar, _ missing: Scalar)
    throws
  {
    let file = try open("bloom.parquet")
    let field = try #require(file.schema.index(of: name))
    let offset = try #require(file.metadata.rowGroups[0].columns[field].bloomFilterOffset)
    let filter = try #require(
      ChunkBloomFilter(file.source, offset: offset, end: file.footerOffset)
    )
    #expect(filter.mayContain(there, of: file.fileSchema.leaves[field]))
    #expect(!filter.mayContain(missing, of: file.fileSchema.leaves[field]))
  }

  @Test(arguments: [1, 100, 400, 5000])
  func `splits are all rows and end where pages do`(_ target: Int) throws {
    let file = try open("pages-v1.parquet")
    let splits = file.splits(rowGroup: 0, fields: [0, 1, 2], rowCountTarget: target)
    #expect(splits.first?.lowerBound == 0 && splits.last?.upperBound == 1500)
    for (split, next) in zip(splits, splits.dropFirst()) {
      #expect(split.upperBound == next.lowerBound && split.count >= target)
    }
    let largest = try #require(
      (0..<3).max {
        file.metadata.rowGroups[0].columns[$0].compressedByteCount
          < file.metadata.rowGroups[0].columns[$1].compressedByteCount
      }
    )
    let index = try #require(
      ChunkPageIndex(file, file.metadata.rowGroups[0].columns[largest], rowCount: 1500)
    )
    let starts = Set(index.pages.map(\.firstRow))
    #expect(splits.allSatisfy { starts.contains($0.lowerBound) })
  }

  @Test func `without an offset index splits are even`() throws {
    let file = try open("bloom.parquet")
    #expect(
      file.splits(rowGroup: 0, fields: [0], rowCountTarget: 125) == [
        0..<125, 125..<250, 250..<375, 375..<500,
      ]
    )
  }

  @Test func `passing over rows by the offset index reads one page`() throws {
    let file = try open("pages-v1.parquet")
    for field in 0..<4 {
      let reader = try file.reader(rowGroup: 0, fields: [field])
      try reader.skip(0, count: 1400)
      let column = try reader.read(0, count: 1)
      let all = try file.reader(rowGroup: 0, fields: [field]).read(0, count: 1500)
      #expect(column.scalar(at: 0) == all.scalar(at: 1400))
      let chunk = file.metadata.rowGroups[0].columns[field]
      #expect(reader.byteCountRead * 2 < chunk.compressedByteCount)
    }
  }

  @Test func `an offset index that names other pages is found out`() throws {
    let bytes = try ParquetFixture.bytes("pages-v1.parquet")
    let whole = try ParquetFile(source: MemorySource(bytes), path: "whole")
    let place = try #require(whole.metadata.rowGroups[0].columns[0].offsetIndexOffset)
    let size = try #require(whole.metadata.rowGroups[0].columns[0].offsetIndexByteCount)
    // The column holds the number of each row.
    var refusals = 0
    for index in place..<(place + size) {
      for flip: UInt8 in [2, 0x80] {
        var damaged = bytes
        damaged[index] ^= flip
        let file = try ParquetFile(source: MemorySource(damaged), path: "damaged")
        for row in [333, 1200] {
          do {
            let reader = try file.reader(rowGroup: 0, fields: [0])
            try reader.skip(0, count: row)
            #expect(try reader.read(0, count: 1).scalar(at: 0) == .int(Int64(row)))
          } catch { refusals += 1 }
        }
      }
    }
    #expect(refusals > 0)
  }
}
