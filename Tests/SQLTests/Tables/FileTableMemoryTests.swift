import ColumnFormat
import TestSupport
import Testing

@testable import SQL

/// Tables of files that were asked for before.
@Suite struct FileTableMemoryTests {
  private let files = FileQueries()
  private let memory = FileTableMemory()

  private func write(_ name: String, _ column: String, rowCount: Int) throws {
    try files.write(name, [(Field(column, .int64), (0..<rowCount).map { .int(Int64($0)) })])
  }

  private func found() throws -> [FileSearch.Found] { try FileSearch.files(files.folder.path) }

  private func read() throws -> [KnownParquetFile] {
    try found().map { KnownParquetFile(try ParquetFile(path: $0.path)) }
  }

  @Test func `the same files make the same table, under the name that a query gives them`() throws {
    try write("a.parquet", "x", rowCount: 3)
    try write("b.parquet", "y", rowCount: 4)
    let known = try read()
    let first = memory.table("t", try found(), known)
    let again = memory.table("u", try found(), known)
    #expect(first.name == "t" && again.name == "u")
    #expect(first.rowCount == 7 && again.rowCount == 7)
    #expect(again.visibleColumns.map(\.name) == ["x", "y"])
  }

  @Test func `a file that was read again, came or went makes another table`() throws {
    try write("a.parquet", "x", rowCount: 3)
    #expect(memory.table("t", try found(), try read()).rowCount == 3)
    try write("a.parquet", "z", rowCount: 5)
    let changed = memory.table("t", try found(), try read())
    #expect(changed.rowCount == 5)
    #expect(changed.visibleColumns.map(\.name) == ["z"])
    let before = try read()
    try write("b.parquet", "y", rowCount: 4)
    let both = before + [KnownParquetFile(try ParquetFile(path: files.folder("b.parquet")))]
    #expect(memory.table("t", try found(), both).rowCount == 9)
    #expect(memory.table("t", Array(try found().prefix(1)), before).rowCount == 5)
  }

  @Test func `more tables than are kept are made anew`() throws {
    for number in 0..<40 {
      try write("a.parquet", "x", rowCount: number + 1)
      #expect(memory.table("t", try found(), try read()).rowCount == number + 1)
    }
  }
}
