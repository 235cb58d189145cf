import Testing

@testable import ColumnFormat

@Suite struct WrittenStatisticsTests {
  private func statistics(_ type: LogicalType, _ scalars: [Scalar]) throws -> ColumnStatistics {
    let column = Column.fromScalars(scalars, type.physicalType)
    let file = try WrittenBytes.write(Field("a", type), column)
    return try #require(file.metadata.rowGroups[0].columns[0].statistics)
  }

  @Test func `integers are bounded by value`() throws {
    let found = try statistics(.int64, [.int(5), .null, .int(-3), .int(4)])
    #expect(found.minValue == littleEndian(Int64(-3)))
    #expect(found.maxValue == littleEndian(Int64(5)))
    #expect(found.nullCount == 1)
    #expect(found.distinctCount == nil || found.distinctCount == 3)
  }

  @Test func `small integers and dates are stored in four bytes`() throws {
    let found = try statistics(.int8, [.int(-128), .int(127)])
    #expect(found.minValue == littleEndian(Int32(-128)))
    #expect(found.maxValue == littleEndian(Int32(127)))
  }

  @Test func `NaN is left out and zeros have both signs`() throws {
    let found = try statistics(.float64, [.double(.nan), .double(0.0), .double(.nan)])
    #expect(found.minValue == littleEndian((-0.0).bitPattern))
    #expect(found.maxValue == littleEndian(0.0.bitPattern))
    let onlyNaN = try statistics(.float32, [.float(.nan)])
    #expect(onlyNaN.minValue == nil && onlyNaN.maxValue == nil)
    #expect(onlyNaN.nullCount == 0)
    let ordered = try statistics(.float32, [.float(-.infinity), .float(-0.0), .float(2)])
    #expect(ordered.minValue == littleEndian((-Float.infinity).bitPattern))
    #expect(ordered.maxValue == littleEndian(Float(2).bitPattern))
  }

  @Test func `a page of nothing but NaN leaves the chunk without a column index`() throws {
    var options = WriterOptions()
    options.pageRowCountMax = 2
    let column = Column.fromScalars([.double(1), .double(2), .double(.nan), .double(.nan)])
    let file = try WrittenBytes.write(Field("a", .float64), column, options)
    #expect(try file.offsetIndex()?.pages.count == 2)
    #expect(try file.columnIndex() == nil)
  }

  @Test func `long text is cut and marked`() throws {
    let long = String(repeating: "m", count: 100)
    let found = try statistics(.string, [.text(long)])
    #expect(found.minValue == Array(repeating: UInt8(ascii: "m"), count: 64))
    #expect(found.isMinValueExact == false)
    #expect(found.maxValue == Array(repeating: UInt8(ascii: "m"), count: 63) + [UInt8(ascii: "n")])
    #expect(found.isMaxValueExact == false)
  }

  @Test func `text is ordered by bytes`() throws {
    let found = try statistics(.string, [.text("zebra"), .text("ärger"), .text("Zoo"), .text("")])
    #expect(found.minValue == [])
    #expect(found.maxValue == Array("ärger".utf8))
  }

  @Test func `decimals are stored by their digits`() throws {
    let short = try statistics(.decimal(precision: 9, scale: 2), [.int(-999_999_999), .int(1)])
    #expect(short.minValue == littleEndian(Int32(-999_999_999)))
    let long = try statistics(.decimal(precision: 20, scale: 0), [.int128(-1), .int128(258)])
    #expect(long.minValue == [UInt8](repeating: 255, count: 9))
    #expect(long.maxValue == [0, 0, 0, 0, 0, 0, 0, 1, 2])
  }

  @Test(
    arguments: [
      (1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (9, 4), (18, 8), (19, 9), (20, 9), (28, 12),
      (29, 13), (38, 16),
    ]
  )
  func `decimals take as few bytes as their digits need`(digits: Int, bytes: Int) {
    #expect(DecimalWidth.byteCount(digits: digits) == bytes)
  }

  @Test func `truth values are bounded`() throws {
    let found = try statistics(.boolean, [.boolean(false), .boolean(true), .null])
    #expect(found.minValue == [0])
    #expect(found.maxValue == [1])
  }

  @Test func `a column of unknown type has only nulls`() throws {
    let field = Field("a", .unknown)
    let column = Column.nulls(PhysicalType.boolean, count: 3)
    let file = try WrittenBytes.write(field, column)
    let chunk = file.metadata.rowGroups[0].columns[0]
    #expect(chunk.type == .int32)
    #expect(chunk.statistics?.nullCount == 3)
    #expect(chunk.statistics?.minValue == nil)
    #expect(file.metadata.schema[1].logicalType == .unknown)
  }

  @Test func `levels of lists are counted`() throws {
    let rows: [Scalar] = [.list([.int(1), .null, .int(3)]), .null, .list([]), .list([.int(4)])]
    let field = Field("a", .list(Field("element", .int64)))
    let file = try WrittenBytes.write(field, Column.fromScalars(rows))
    let sizes = try #require(file.metadata.rowGroups[0].columns[0].sizeStatistics)
    #expect(sizes.repetitionLevelCounts == [4, 2])
    #expect(sizes.definitionLevelCounts == [1, 1, 1, 3])
    let flat = try WrittenBytes.write(Field("a", .int64), Column.fromScalars([.int(1), .null]))
    #expect(flat.metadata.rowGroups[0].columns[0].sizeStatistics == nil)
  }
}
