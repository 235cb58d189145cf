import ColumnFormat
import TestSupport
import Testing

@testable import SQL

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct SpillFormatTests {
  private static let nested = SQLType.array(
    .row([SQLType.RowField(name: "a", type: .bigint), SQLType.RowField(name: "b", type: .text)])
  )
  private static let types: [SQLType] = [
    .boolean, .tinyint, .smallint, .integer, .bigint, .decimal(precision: 38, scale: 2), .real,
    .double, .text, nested,
  ]

  private static func value(_ type: SQLType, _ row: Int) -> Scalar {
    if row % 5 == 3 { return .null }
    switch type {
    case .boolean: return .boolean(row % 2 == 0)
    case .real: return .float(Float(row))
    case .double: return .double(Double(row) / 3)
    case .decimal: return .int128(Int128(row) << 70)
    case .varchar: return .text(String(repeating: "x", count: row % 40))
    case .array:
      return .list(
        (0..<(row % 4)).map { .row([.int(Int64($0)), .text("inner text number \($0)")]) }
      )
    default: return .int(Int64(row % 100))
    }
  }

  @Test(arguments: [0, 1, 2, 15, 16, 17, 63, 64, 65, 1000, 4097])
  func `rows of all types come back from a temporary file as they went`(rowCount: Int) throws {
    let folder = TemporaryDirectory()
    let columns = SpillFormatTests.types.map { type in
      PlanFixture.columnOf((0..<rowCount).map { SpillFormatTests.value(type, $0) }, type)
    }
    let batch = Batch(columns: columns, rowCount: rowCount)
    let store = SpillStore(folder: folder.path, memoryByteCount: 1 << 20)
    let rows = SpilledRows(SpillFormatTests.types, store, statistics: nil)
    try rows.append(batch, byteCount: 100 * rowCount)
    #expect(rows.rowCount == rowCount)
    var start = 0
    try rows.forEach { part in
      for (column, read) in zip(batch.columns, part.columns) {
        for row in 0..<part.rowCount {
          #expect(column.scalar(at: start + row) == read.scalar(at: row))
        }
      }
      start += part.rowCount
      return true
    }
    #expect(start == rowCount)
  }

  @Test func `slices of lists and of rows come back without the rest`() throws {
    let folder = TemporaryDirectory()
    let type = SpillFormatTests.nested
    let whole = PlanFixture.columnOf((0..<100).map { SpillFormatTests.value(type, $0) }, type)
    let store = SpillStore(folder: folder.path, memoryByteCount: 1 << 20)
    let rows = SpilledRows([type], store, statistics: nil)
    let slice = whole.slice(37..<61)
    try rows.append(Batch(columns: [slice], rowCount: 24), byteCount: 1)
    let read = try rows.read(rows.blocks[0]).columns[0]
    for row in 0..<24 { #expect(read.scalar(at: row) == whole.scalar(at: 37 + row)) }
  }

  @Test func `the room of discarded blocks is used again`() throws {
    let folder = TemporaryDirectory()
    let store = SpillStore(folder: folder.path, memoryByteCount: 1 << 20)
    let bytes = [UInt8](repeating: 7, count: 10_000)
    let first = try bytes.withUnsafeBytes { bytes throws(SQLError) in
      try store.write(bytes, rowCount: 1)
    }
    store.discard(first)
    let second = try bytes.dropLast(3).withUnsafeBytes { bytes throws(SQLError) in
      try store.write(bytes, rowCount: 1)
    }
    #expect(second.offset == first.offset)
    #expect(store.byteCount == 19_997)
  }

  @Test func `a file system that has only files with names has none for long`() throws {
    let folder = TemporaryDirectory()
    func make(_ name: String, _ text: String, age: Int) {
      folder.write(text, to: name)
      var times = [timespec(), timespec()]
      for index in 0...1 { times[index].tv_sec = time(nil) - age }
      utimensat(AT_FDCWD, folder(name), times, 0)
    }
    make(".lake-spill-killed", "", age: 100)
    make(".lake-spill-otherw", "", age: 5)
    make(".lake-spill-foreig", "not lake's", age: 100)
    let file = SpillStore.removedFile(in: folder.path)
    #expect(file >= 0)
    defer { close(file) }
    #expect(write(file, "rows", 4) == 4)
    // One that another process is about to remove stays, and what holds bytes is nobody's of lake.
    #expect(access(folder(".lake-spill-killed"), F_OK) != 0)
    #expect(access(folder(".lake-spill-otherw"), F_OK) == 0)
    #expect(access(folder(".lake-spill-foreig"), F_OK) == 0)
    var status = stat()
    #expect(fstat(file, &status) == 0)
    #expect(status.st_nlink == 0)
    #expect(status.st_size == 4)
    #expect(SpillStore.removedFile(in: folder("missing")) < 0)
  }
}
