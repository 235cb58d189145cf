import TestSupport
import Testing

@testable import ColumnFormat

@Suite struct RunReadingTests {
  /// Values in runs of `length` on average, with single other ones between them and some nulls.
  private static func values(_ count: Int, length: Int, nulls: Bool) -> [Scalar] {
    var generator = SeededGenerator(seed: UInt64(count + length))
    var values: [Scalar] = []
    while values.count < count {
      let run = 1 + Int(generator.next() % UInt64(2 * length))
      let kind = generator.next() % 10
      let value: Scalar = nulls && kind == 0 ? .null : .int(Int64(kind % 3) * 100)
      values += [Scalar](repeating: value, count: min(run, count - values.count))
      if values.count < count && kind > 6 { values.append(.int(Int64(generator.next() % 50))) }
    }
    return values
  }

  private let folder = TemporaryDirectory()

  private func file(_ values: [Scalar], _ type: LogicalType) throws -> ParquetFile {
    let sink = MemorySink()
    var options = WriterOptions()
    options.pageRowCountMax = 3000
    var writer = try ParquetWriter(sink: sink, schema: Schema([Field("x", type)]), options: options)
    let column = Column.fromScalars(values, type.physicalType)
    try writer.write(Batch(columns: [column], rowCount: values.count))
    _ = try writer.finish()
    return try ParquetFile(path: folder.write(sink.bytes, to: "x.parquet"))
  }

  private static func scalars(_ column: Column) -> [Scalar] {
    (0..<column.count).map { column.scalar(at: $0) }
  }

  private static func isRuns(_ column: Column) -> Bool {
    if case .runs = column.form { true } else { false }
  }

  @Test(arguments: [(3, false), (40, false), (40, true), (900, false), (900, true)])
  func `runs have the values of their rows`(length: Int, nulls: Bool) throws {
    let values = Self.values(20_000, length: length, nulls: nulls)
    for type in [LogicalType.int16, .int32, .int64] {
      let file = try self.file(values, type)
      for size in [1, 7, 64, 1000, 2048, 8192, 20_000] {
        let reader = try file.reader(rowGroup: 0, paths: [FieldPath(0)], runs: [0])
        var runsCount = 0
        var row = 0
        while row < values.count {
          let count = min(size, values.count - row)
          let column = try reader.read(0, count: count)
          runsCount += Self.isRuns(column) ? 1 : 0
          #expect(Self.scalars(column) == Array(values[row..<(row + count)]))
          row += count
        }
        if length >= 40 && !nulls && size == 2048 { #expect(runsCount > 0) }
        if length == 3 { #expect(size < 64 || runsCount == 0) }
      }
    }
  }

  @Test func `some rows of runs, in any order, are those rows`() throws {
    let values = Self.values(5000, length: 60, nulls: false)
    let file = try self.file(values, .int32)
    let reader = try file.reader(rowGroup: 0, paths: [FieldPath(0)], runs: [0])
    let column = try reader.read(0, count: 4000)
    #expect(Self.isRuns(column))
    let rows: [UInt32] = [0, 1, 1, 3999, 5, 2000, 1999, 0]
    #expect(Self.scalars(column.taking(Buffer(rows))) == rows.map { values[Int($0)] })
    #expect(Self.scalars(column.expanded()) == Array(values[0..<4000]))
    #expect(!Self.isRuns(column.expanded()))
    #expect(Self.scalars(column.slice(100..<3000)) == Array(values[100..<3000]))
  }

  @Test func `rows between those that are passed over and chosen come as they are`() throws {
    let values = Self.values(20_000, length: 50, nulls: false)
    let file = try self.file(values, .int64)
    var generator = SeededGenerator(seed: 5)
    let reader = try file.reader(rowGroup: 0, paths: [FieldPath(0)], runs: [0])
    var row = 0
    while row < values.count {
      let count = min(1 + Int(generator.next() % 1500), values.count - row)
      switch generator.next() % 3 {
      case 0: try reader.skip(0, count: count)
      case 1:
        #expect(
          Self.scalars(try reader.read(0, count: count)) == Array(values[row..<(row + count)])
        )
      default:
        let step = Int(1 + generator.next() % 9)
        let first = Int(generator.next() % UInt64(count))
        let rows = stride(from: first, to: count, by: step).map { UInt32($0) }
        let column = try reader.read(0, rows: Buffer(rows), of: count)
        #expect(Self.scalars(column) == rows.map { values[row + Int($0)] })
      }
      row += count
    }
  }
}
