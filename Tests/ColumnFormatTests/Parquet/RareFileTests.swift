import ColumnFormat
import Testing

/// Files as old writers left them, or as the format allows them though nobody writes them.
@Suite struct RareFileTests {
  private func columns(_ name: String, batch: Int = 1000) throws -> [String: [String]] {
    let file = try ParquetFile(path: ParquetFixture.path(name))
    let rows = try ParquetFixture.rows(file, batch: batch)
    var columns: [String: [String]] = [:]
    for (index, field) in file.schema.fields.enumerated() {
      columns[field.name] = rows.map { ParquetFixture.text($0.1[index]) }
    }
    return columns
  }

  @Test(arguments: [1, 7, 64, 1000]) func `a row of one field stays a row`(_ batch: Int) throws {
    let columns = try columns("one-field-rows.parquet", batch: batch)
    #expect(
      columns["optional"]
        == (0..<200).map { ["(1)", "(2)", "null", "(4)"][$0 % 4] }
    )
    #expect(
      columns["required"]
        == (0..<200).map { ["(1)", "(null)", "(3)", "(4)"][$0 % 4] }
    )
  }

  @Test(arguments: [1, 3, 13, 50]) func `rows of one field are passed over`(_ batch: Int) throws {
    let file = try ParquetFile(path: ParquetFixture.path("one-field-rows.parquet"))
    for (row, values) in try ParquetFixture.rows(file, batch: batch, skipping: true) {
      #expect(
        values.map(ParquetFixture.text) == [
          ["(1)", "(2)", "null", "(4)"][row % 4], ["(1)", "(null)", "(3)", "(4)"][row % 4],
        ]
      )
    }
  }

  @Test(arguments: [1, 3, 1000]) func `levels may be bit-packed from the highest bit`(_ batch: Int)
    throws
  {
    let columns = try columns("bit-packed.parquet", batch: batch)
    #expect(
      columns["number"] == ["0", "null", "1", "2", "null", "null", "3", "4", "null", "5"]
    )
    #expect(
      columns["list"] == [
        "[0, null]", "null", "[]", "[1]", "[2, 3]", "[null]", "[]", "null", "[4]", "[5]",
      ]
    )
  }

  @Test func `lists of two levels and old maps are lists and maps`() throws {
    let columns = try columns("legacy-lists.parquet")
    #expect(columns["bare"] == ["[1, 2]", "[3]"])
    #expect(columns["two_level"] == ["[1, 2]", "[3]"])
    #expect(columns["arrays"] == ["[(1), (2)]", "[(3)]"])
    #expect(columns["tuples"] == ["[(1), (2)]", "[(3)]"])
    #expect(columns["pairs"] == ["[(1, 'a'), (2, 'b')]", "[(3, 'c')]"])
    #expect(columns["old_map"] == ["[('a', 1), ('b', 2)]", "[('c', 3)]"])
    #expect(columns["keys_only"] == ["['a', 'b']", "['c']"])
    #expect(columns["bare_rows"] == ["[(1, 'a'), (2, 'b')]", "[(3, 'c')]"])
  }

  @Test func `annotations that are not known leave the storage type`() throws {
    let file = try ParquetFile(path: ParquetFixture.path("annotations.parquet"))
    let types = Dictionary(uniqueKeysWithValues: file.schema.fields.map { ($0.name, $0.type) })
    #expect(types["interval"] == .binary)
    #expect(types["enum"] == .string)
    #expect(types["json"] == .json)
    #expect(types["bson"] == .binary)
    #expect(types["unknown"] == .int32)
    #expect(types["geometry"] == .binary)
    #expect(types["geography"] == .binary)
    #expect(types["misplaced"] == .float64)
    #expect(types["time_ms"] == .time(.millis))
    #expect(types["when_us"] == .timestamp(.micros, isAdjustedToUTC: true))
    let columns = try columns("annotations.parquet")
    #expect(columns["enum"] == ["'red'", "'green'"])
    #expect(columns["unknown"] == ["1", "2"])
    #expect(columns["geometry"] == ["x0102", "''"])
    #expect(columns["misplaced"] == ["1.5", "-2.5"])
    #expect(columns["time_us"] == ["0", "86399999999"])
    #expect(columns["uint8"] == ["255", "255"])
    #expect(columns["uint64"] == ["9223372036854775807", "18446744073709551615"])
    #expect(columns["variant"] == ["(x010000, x0c01)", "(x010000, x00)"])
  }

  @Test(
    arguments: [
      ("fixed_1", 2), ("fixed_2", 4), ("fixed_3", 6), ("fixed_4", 9), ("fixed_7", 16),
      ("fixed_8", 18), ("fixed_9", 21), ("fixed_15", 35), ("fixed_16", 38), ("fixed_17", 38),
      ("fixed_20", 38),
    ]
  )
  func `decimals of any number of bytes are read`(_ name: String, _ digits: Int) throws {
    let nines = String(repeating: "9", count: digits)
    #expect(try columns("annotations.parquet")[name] == ["-\(nines)", "12"])
  }

  @Test func `decimals of as many bytes as they need are read`() throws {
    let columns = try columns("annotations.parquet")
    #expect(columns["decimal_int32"] == ["-125", "999999999"])
    #expect(columns["decimal_int64"] == ["-125", "999999999999999999"])
    #expect(columns["bytes_18"] == ["-129", "999999999999999999"])
    #expect(columns["bytes_38"] == ["-" + String(repeating: "9", count: 38), "0"])
  }

  @Test(
    arguments: [
      "gzip_members", "zlib", "hadoop", "hadoop_blocks", "no_frame", "lz4_frame", "raw",
      "zstd_frames", "brotli", "snappy",
    ]
  )
  func `compressed pages come in many frames`(_ name: String) throws {
    let file = try ParquetFile(path: ParquetFixture.path("framings.parquet"))
    let field = try #require(file.schema.index(of: name))
    let column = try file.reader(rowGroup: 0, fields: [field]).read(0, count: 100)
    #expect((0..<100).map { column.scalar(at: $0) } == (0..<100).map { .int($0) })
  }

  @Test(arguments: [1, 2, 5, 6]) func `empty, useless and changing pages are read`(_ batch: Int)
    throws
  {
    let columns = try columns("odd-pages.parquet", batch: batch)
    let long = "'a text of more than twelve bytes'"
    #expect(columns["mixed"] == [long, "'zero'", "'plain'", "null", "'one'", long])
    #expect(columns["empty"] == ["0", "1", "2", "3", "4", "5"])
    #expect(columns["nulls"] == Array(repeating: "null", count: 6))
    #expect(columns["versions"] == ["0", "1", "2", "3", "4", "5"])
  }
}
