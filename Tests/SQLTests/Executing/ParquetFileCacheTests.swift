import ColumnFormat
import TestSupport
import Testing

@testable import SQL

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct ParquetFileCacheTests {
  private let files = FileQueries()

  private func write(_ name: String, rowCount: Int) throws {
    try files.write(name, [(Field("a", .int64), (0..<rowCount).map { .int(Int64($0)) })])
  }

  @Test func `a footer is read once while the file stays what it is`() throws {
    try write("a.parquet", rowCount: 3)
    let cache = ParquetFileCache(settlingNanos: 0)
    let first = try cache.file(files.folder("a.parquet"))
    #expect(first.file.rowCount == 3)
    #expect(try cache.file(files.folder("a.parquet")) === first)
    #expect(first.footerSummary.rowCount == 3)
  }

  @Test func `a file that was written again or replaced is read again`() throws {
    let path = files.folder("a.parquet")
    try write("a.parquet", rowCount: 3)
    let cache = ParquetFileCache(settlingNanos: 0)
    _ = try cache.file(path)
    try write("a.parquet", rowCount: 5)
    #expect(try cache.file(path).file.rowCount == 5)
    try write("b.parquet", rowCount: 4)
    #expect(rename(files.folder("b.parquet"), path) == 0)
    #expect(try cache.file(path).file.rowCount == 4)
    #expect(unlink(path) == 0)
    #expect(throws: ColumnFormatError.self) { try cache.file(path) }
  }

  @Test func `a file that changed a moment ago is not kept`() throws {
    try write("a.parquet", rowCount: 3)
    let cache = ParquetFileCache(settlingNanos: 60_000_000_000)
    let first = try cache.file(files.folder("a.parquet"))
    #expect(try cache.file(files.folder("a.parquet")) !== first)
    #expect(cache.count == 0)
  }

  @Test func `files that were not asked for lately make room`() throws {
    for number in 0..<8 { try write("\(number).parquet", rowCount: 2) }
    // Each file counts as two: one column chunk, and the file itself.
    let cache = ParquetFileCache(chunkCountMax: 8, settlingNanos: 0)
    var kept = try cache.file(files.folder("0.parquet"))
    for number in 1..<8 {
      _ = try cache.file(files.folder("\(number).parquet"))
      #expect(cache.count <= 4)
      let again = try cache.file(files.folder("0.parquet"))
      #expect(again === kept)
      kept = again
    }
  }
}
