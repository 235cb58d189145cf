import ColumnFormat
import Testing

@Suite struct ParquetFileTests {
  private static let typeRows = [
    "(true, -128, -32768, -2147483648, -9223372036854775808, 0, 0, 0, 0, -1.5, -1.5, -1.5, '', '',"
      + " 'abc', -1, 0, 0, 0, -1, 1795453500123456, -1, -125, -1250, -12500000000,"
      + " x00000000000000000000000000000001, null)",
    "(" + Array(repeating: "null", count: 27).joined(separator: ", ") + ")",
    "(false, 0, 0, 0, 0, 7, 7, 7, 7, 0.0, 0.0, 0.0, 'héllo', x00ff, 'def', 0, 1, 1, 1, 0,"
      + " 1795453500123456, 0, 0, 0, 0, x80000000000000000000000000000000, null)",
    "(true, 127, 32767, 2147483647, 9223372036854775807, 255, 65535, 4294967295,"
      + " 18446744073709551615, 65504.0, 3.25, 1e+300, 'longer than twelve bytes',"
      + " 'longer than twelve bytes', 'ghi', 20780, 86399999, 86399999999, 86399999999999, 1,"
      + " 1795453500123456, 1, 123456789, 123456789012345678,"
      + " 99999999999999999999999999999999999999, x00000000000000000000000000000003, null)",
  ]

  @Test(arguments: ["types.parquet", "types-v2.parquet"], [1, 3, 1000])
  func `values of all types are read`(_ name: String, _ batch: Int) throws {
    #expect(try ParquetFixture.lines(name, batch: batch) == Self.typeRows)
  }

  @Test func `annotations become types`() throws {
    let file = try ParquetFile(path: ParquetFixture.path("types.parquet"))
    let types: [LogicalType] = [
      .boolean, .int8, .int16, .int32, .int64, .int16, .int32, .int64,
      .decimal(precision: 20, scale: 0), .float32, .float32, .float64, .string, .binary, .binary,
      .date, .time(.millis), .time(.micros), .time(.nanos),
      .timestamp(.millis, isAdjustedToUTC: false), .timestamp(.micros, isAdjustedToUTC: true),
      .timestamp(.nanos, isAdjustedToUTC: false), .decimal(precision: 9, scale: 2),
      .decimal(precision: 18, scale: 3), .decimal(precision: 38, scale: 10), .uuid, .unknown,
    ]
    #expect(file.schema.fields.map(\.type) == types)
    #expect(file.rowCount == 4)
  }

  @Test(arguments: [1, 2, 3, 1000]) func `lists, rows and maps nest`(_ batch: Int) throws {
    let expected = [
      "([1, null, 3], [['a', 'b'], [], null], (1, ('x')), [(1, [1.0, 2.0]), null],"
        + " [('k', 1), ('l', null)], [('k', [(true)])])",
      "(null, [], (null, null), [], null, [('l', null)])",
      "([], null, null, [(null, null), (2, [])], [], null)",
      "([4], [['c', null]], (4, (null)), null, [('m', 3)], [('m', []), ('n', [null])])",
    ]
    #expect(try ParquetFixture.lines("nested.parquet", batch: batch) == expected)
  }

  @Test(arguments: [1, 31, 128, 1000])
  func `differences and split bytes are put together`(_ batch: Int) throws {
    let expected = (0..<300).map { row in
      let sign = row % 2 == 0 ? 1 : -1
      return "(\(row * 7919 % 1000 - 500), \(sign * row * row * row * row * row),"
        + " '\(String(repeating: "v", count: row % 20))', 'customer/"
        + String(repeating: "0", count: 5 - "\(row / 10)".count)
        + "\(row / 10)/order/\(row)', \(Float(row) / 4), \(Double(row) / 8), \(row % 3 == 0))"
    }
    #expect(try ParquetFixture.lines("delta.parquet", batch: batch) == expected)
  }

  /// What a row of the files with many small pages holds.
  private func pageRow(_ row: Int) -> String {
    let list =
      row % 11 == 0 ? "null" : "[" + (0..<row % 5).map(String.init).joined(separator: ", ") + "]"
    let word = row % 7 == 0 ? "null" : "'word \(row % 400)'"
    return "(\(row), \(row % 10 == 3 ? "\(row)" : "null"), \(word), \(list))"
  }

  @Test(arguments: ["pages-v1.parquet", "pages-v2.parquet"], [7, 100, 2000])
  func `batches span pages, also where the dictionary gives up`(_ name: String, _ batch: Int)
    throws
  {
    let lines = try ParquetFixture.lines(name, batch: batch)
    #expect(lines == (0..<1800).map(pageRow))
  }

  @Test(arguments: ["pages-v1.parquet", "pages-v2.parquet"], [1, 7, 64, 300, 700])
  func `rows after rows that were passed over are the right ones`(_ name: String, _ batch: Int)
    throws
  {
    let file = try ParquetFile(path: ParquetFixture.path(name))
    let rows = try ParquetFixture.rows(file, batch: batch, skipping: true)
    #expect(!rows.isEmpty)
    for (number, values) in rows {
      #expect(ParquetFixture.text(.row(values)) == pageRow(number))
    }
  }

  @Test func `pages that are passed over as a whole are not counted as read`() throws {
    let file = try ParquetFile(path: ParquetFixture.path("pages-v2.parquet"))
    let all = try file.reader(rowGroup: 0, fields: [0])
    _ = try all.read(0, count: 1500)
    let some = try file.reader(rowGroup: 0, fields: [0])
    try some.skip(0, count: 1400)
    _ = try some.read(0, count: 100)
    #expect(all.byteCountRead == file.metadata.rowGroups[0].columns[0].compressedByteCount)
    #expect(some.byteCountRead * 4 < all.byteCountRead)
  }

  @Test func `text of a dictionary stays coded`() throws {
    let file = try ParquetFile(path: ParquetFixture.path("types.parquet"))
    let column = file.schema.index(of: "string") ?? 0
    let reader = try file.reader(rowGroup: 0, fields: [column])
    let batch = try #require(try reader.next(2048))
    guard case .dictionary = batch.columns[0].form else {
      Issue.record("the column is \(batch.columns[0].form)")
      return
    }
    #expect(batch.columns[0].nullCount == 1)
    #expect(try reader.next(2048) == nil)
  }

  @Test func `a row group without columns still has rows`() throws {
    let file = try ParquetFile(path: ParquetFixture.path("types.parquet"))
    let reader = try file.reader(rowGroup: 0, fields: [])
    #expect(try reader.next(3)?.rowCount == 3)
    #expect(try reader.next(3)?.rowCount == 1)
    #expect(try reader.next(3) == nil)
  }

  @Test func `files of DuckDB are read`() throws {
    let lines = try ParquetFixture.lines("duckdb.parquet")
    #expect(lines.count == 5)
    #expect(
      lines.last
        == "(4, false, 'name 4', 600, 20458, [4, null, 5], (4, [('x4')]), [('k', 4)])"
    )
  }

  @Test func `files of Polars are read`() throws {
    #expect(
      try ParquetFixture.lines("polars.parquet") == [
        "(1, 'a', ['x', 'y'], 1767268800000000, (1.5, null))",
        "(2, null, [], null, (null, 2.5))",
        "(3, 'a text of more than twelve bytes', null, -1000000, (0.0, 0.0))",
      ]
    )
  }
}
