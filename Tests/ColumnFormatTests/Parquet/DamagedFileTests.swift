import ColumnFormat
import TestSupport
import Testing

@Suite struct DamagedFileTests {
  /// Reads all of a file; errors are what is expected, anything but them is not.
  private func readAll(_ bytes: [UInt8]) {
    guard let file = try? ParquetFile(source: MemorySource(bytes), path: "damaged") else { return }
    for rowGroup in file.metadata.rowGroups.indices {
      for field in file.schema.fields.indices {
        _ = file.statistics(rowGroup: rowGroup, field: field)
        guard let reader = try? file.reader(rowGroup: rowGroup, fields: [field]) else { continue }
        // A damaged footer may claim any number of rows; those behind the pages are errors.
        let count = min(reader.rowCount, 5000)
        if let column = try? reader.read(0, count: count) {
          for row in 0..<count { _ = column.scalar(at: row) }
        }
      }
    }
  }

  private func error(_ bytes: [UInt8]) -> ColumnFormatError? {
    do throws(ColumnFormatError) {
      let file = try ParquetFile(source: MemorySource(bytes), path: "damaged")
      for rowGroup in file.metadata.rowGroups.indices {
        let fields = Array(file.schema.fields.indices)
        let reader = try file.reader(rowGroup: rowGroup, fields: fields)
        while try reader.next(1000) != nil {}
      }
      return nil
    } catch {
      return error
    }
  }

  @Test(
    arguments: [
      "types.parquet", "types-v2.parquet", "nested.parquet", "delta.parquet", "duckdb.parquet",
      "polars.parquet",
    ]
  )
  func `changed bytes give an error or other values`(_ name: String) throws {
    let whole = try ParquetFixture.bytes(name)
    // A prime step, so that all kinds of places are met within a second.
    for index in stride(from: 0, to: whole.count, by: 37) {
      for flip: UInt8 in [0x01, 0x80, 0xFF] {
        var bytes = whole
        bytes[index] ^= flip
        readAll(bytes)
      }
    }
  }

  @Test func `a file that was cut short is refused`() throws {
    let whole = try ParquetFixture.bytes("nested.parquet")
    for count in stride(from: 0, to: whole.count, by: 61) {
      #expect(error(Array(whole[..<count])) != nil)
    }
  }

  @Test func `a file without its last bytes is named as such`() throws {
    let whole = try ParquetFixture.bytes("types.parquet")
    let failure = try #require(error(Array(whole.dropLast(10))))
    #expect(
      failure.kind
        == .damaged("it does not end with 'PAR1', so it is no whole Parquet file")
    )
    #expect(failure.location.path == "damaged")
  }

  @Test func `an encrypted footer is refused by name`() throws {
    var bytes = try ParquetFixture.bytes("types.parquet")
    bytes[bytes.count - 1] = UInt8(ascii: "E")
    #expect(error(bytes)?.kind == .unsupported("the file's footer is encrypted"))
  }

  @Test func `a footer that is larger than the file is refused`() throws {
    var bytes = try ParquetFixture.bytes("types.parquet")
    bytes[bytes.count - 5] = 0x7F
    guard case .damaged(let message)? = error(bytes)?.kind else {
      Issue.record("it was read")
      return
    }
    #expect(message.hasPrefix("the footer claims"))
  }

  @Test func `a checksum that differs names column, row group, page and byte`() throws {
    let path = ParquetFixture.path("types-v2.parquet")
    let chunk = try ParquetFile(path: path).metadata.rowGroups[0].columns[4]
    var bytes = try ParquetFixture.bytes("types-v2.parquet")
    bytes[chunk.dataPageOffset + chunk.compressedByteCount - 1] ^= 0xFF
    let failure = try #require(error(bytes))
    guard case .damaged(let message) = failure.kind else {
      Issue.record("\(failure)")
      return
    }
    #expect(message.hasPrefix("the page's checksum is "))
    #expect(
      failure.location
        == ColumnFormatError.Location(
          path: "damaged",
          column: "int64",
          rowGroup: 0,
          page: 0,
          byteOffset: chunk.dataPageOffset
        )
    )
  }

  /// Found by fuzzing: codes of the first dictionary were looked up in the second one.
  @Test func `a second dictionary in a column chunk is refused`() throws {
    let path = TestPaths.fixtures + "/parquet-damaged/" + "second-dictionary.parquet"
    let file = try MappedFile(path: path)
    let failure = try #require(error(Array(file.bytes)))
    #expect(failure.kind == .damaged("the column chunk has a second dictionary page"))
    #expect(failure.location.column == "text" && failure.location.page == 2)
  }

  @Test func `a file that is missing is the system's refusal`() {
    #expect(
      throws: ColumnFormatError(
        .system(call: "open", message: "No such file or directory"),
        ColumnFormatError.Location(path: "/nowhere/at/all")
      )
    ) { try ParquetFile(path: "/nowhere/at/all") }
  }
}
