import TestSupport
import Testing

@testable import ColumnFormat

/// Files of every type and nesting, written and read again.
@Suite struct WriteReadTests {
  private func check(
    _ types: [LogicalType],
    rowCount: Int,
    isNullable: Bool = true,
    _ options: WriterOptions = WriterOptions()
  ) throws {
    var generator = SeededGenerator(seed: UInt64(rowCount))
    let schema = Schema(
      types.enumerated().map {
        Field("f\($0)", $1, isNullable: isNullable || $1 == .unknown, id: $0 + 1)
      }
    )
    let rows = schema.fields.map { field in
      (0..<rowCount).map { _ in SampleColumns.scalar(field, &generator) }
    }
    let sink = MemorySink()
    var options = options
    options.pageByteCountMin = 1
    var writer = try ParquetWriter(sink: sink, schema: schema, options: options)
    // Slices, so that columns do not start at their buffers' first value.
    let whole = Batch(
      columns: zip(schema.fields, rows).map { SampleColumns.column($0.type, $1) },
      rowCount: rowCount
    )
    for start in stride(from: 0, to: rowCount, by: 70) {
      try writer.write(whole.slice(start..<min(start + 70, rowCount)))
    }
    _ = try writer.finish()
    let file = try ParquetFile(source: MemorySource(sink.bytes), path: "memory")
    #expect(file.schema.fields.map(\.id) == schema.fields.map(\.id))
    #expect(file.schema.fields.map(\.isNullable) == schema.fields.map(\.isNullable))
    #expect(file.rowCount == rowCount)
    var start = 0
    for group in file.metadata.rowGroups.indices {
      let reader = try file.reader(rowGroup: group, fields: Array(types.indices))
      while let batch = try reader.next(64) {
        for field in types.indices {
          let found = (0..<batch.rowCount).map { batch.columns[field].scalar(at: $0) }
          let expected = Array(rows[field][start..<(start + batch.rowCount)])
          #expect(found == expected, "\(types[field])")
        }
        start += batch.rowCount
      }
    }
    #expect(start == rowCount)
  }

  @Test(arguments: [1, 2]) func `all types come back, with nulls`(version: Int) throws {
    var options = WriterOptions()
    options.dataPageVersion = version
    try check(SampleColumns.leaves + SampleColumns.nested, rowCount: 200, options)
  }

  @Test func `all types come back, without nulls at the top`() throws {
    try check(SampleColumns.leaves + SampleColumns.nested, rowCount: 150, isNullable: false)
  }

  @Test func `many pages and row groups come back`() throws {
    var options = WriterOptions()
    options.pageRowCountMax = 13
    options.pageByteCount = 200
    options.rowGroupRowCountMax = 95
    try check(SampleColumns.leaves + SampleColumns.nested, rowCount: 260, options)
  }

  @Test(arguments: Codec.allCases.filter(\.isBuiltIn))
  func `every codec comes back`(codec: Codec) throws {
    var options = WriterOptions()
    options.codec = codec
    options.usesDeltaEncodings = codec != .snappy
    if codec == .gzip { options.dictionaryByteCountMax = 0 }
    try check(
      [.int64, .string, .float64, .decimal(precision: 30, scale: 2)] + SampleColumns.nested,
      rowCount: 90,
      options
    )
  }

  @Test(arguments: [1, 2, 7, 8, 63, 64, 65])
  func `few rows come back`(rowCount: Int) throws {
    try check([.int64, .boolean, .string, .list(Field("x", .int32))], rowCount: rowCount)
  }

  @Test func `a constant that is stored narrower than in memory keeps its value`() throws {
    let type = LogicalType.decimal(precision: 3, scale: 2)
    let constant = Column(.constant(.int64(Buffer([125])), isNull: false), count: 1_000)
    let sink = MemorySink()
    var writer = try ParquetWriter(sink: sink, schema: Schema([Field("x", type)]))
    for _ in 0..<50 { try writer.write(Batch(columns: [constant], rowCount: 1_000)) }
    #expect(try writer.finish().rowCount == 50_000)
  }
}
