import Testing

@testable import ColumnFormat

@Suite struct FieldStatisticsTests {
  private func leaf(
    _ type: LogicalType,
    _ storage: StorageType,
    isUnsigned: Bool = false
  ) -> ColumnLeaf {
    ColumnLeaf(
      path: ["c"],
      storage: storage,
      typeLength: 0,
      type: type,
      isUnsigned: isUnsigned,
      definitionLevelMax: 1,
      repetitionLevelMax: 0,
      elementDefinitionLevel: 0
    )
  }

  private func bytes<Value>(_ value: Value) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }

  private func read(
    _ leaf: ColumnLeaf,
    _ min: [UInt8]?,
    _ max: [UInt8]?,
    order: ColumnOrder? = .typeDefined,
    isOld: Bool = false
  ) -> FieldStatistics {
    var statistics = ColumnStatistics()
    if isOld {
      statistics.oldMin = min
      statistics.oldMax = max
    } else {
      statistics.minValue = min
      statistics.maxValue = max
    }
    return BoundsReading(leaf: leaf, order: order).read(statistics, rowCount: 10)
  }

  @Test func `bounds of a real file are values`() throws {
    let file = try ParquetFile(path: ParquetFixture.path("types.parquet"))
    func bounds(_ name: String) throws -> [Scalar?] {
      let field = try #require(file.schema.index(of: name))
      let statistics = file.statistics(rowGroup: 0, field: field)
      return [statistics?.min, statistics?.max]
    }
    #expect(try bounds("int8") == [.int(-128), .int(127)])
    #expect(try bounds("uint64") == [.int128(0), .int128(Int128(UInt64.max))])
    #expect(try bounds("string") == [.text(""), .text("longer than twelve bytes")])
    #expect(try bounds("decimal_9_2") == [.int(-125), .int(123_456_789)])
    #expect(try bounds("date") == [.int(-1), .int(20780)])
    #expect(try bounds("float64") == [.double(-1.5), .double(1e300)])
    let field = try #require(file.schema.index(of: "int32"))
    #expect(file.statistics(rowGroup: 0, field: field)?.nullCount == 1)
    #expect(file.statistics(rowGroup: 0, field: field)?.isMaxExact == true)
    let nested = try ParquetFile(path: ParquetFixture.path("nested.parquet"))
    #expect(nested.statistics(rowGroup: 0, field: 0) == nil)
  }

  @Test func `bounds that are NaN say nothing`() {
    let result = read(leaf(.float64, .double), bytes(Double.nan), bytes(2.0))
    #expect(result.min == nil && result.max == .double(2))
    #expect(result.mayHaveNaN)
  }

  @Test func `a zero bound reaches over both zeros`() {
    let result = read(leaf(.float64, .double), bytes(0.0), bytes(-0.0))
    #expect(result.min.map { "\($0)" } == "double(-0.0)")
    #expect(result.max.map { "\($0)" } == "double(0.0)")
  }

  @Test func `old bounds count for numbers with sign only`() {
    let low = bytes(Int32(1))
    let high = bytes(Int32(9))
    #expect(read(leaf(.int32, .int32), low, high, isOld: true).max == .int(9))
    #expect(read(leaf(.int64, .int32, isUnsigned: true), low, high, isOld: true).max == nil)
    #expect(read(leaf(.string, .byteArray), [0x61], [0x62], isOld: true).max == nil)
  }

  @Test func `bounds in an order of their own are passed over`() {
    let string = leaf(.string, .byteArray)
    #expect(read(string, [0x61], [0x62], order: .other(7)).min == nil)
    #expect(read(string, [0x61], [0x62], order: nil).min == nil)
    #expect(read(string, [0x61], [0x62]).min == .text("a"))
  }

  @Test func `bounds of the wrong size or the wrong way round are passed over`() {
    let column = leaf(.int32, .int32)
    #expect(read(column, [1, 2], bytes(Int32(5))).min == nil)
    let crossed = read(column, bytes(Int32(5)), bytes(Int32(1)))
    #expect(crossed.min == nil && crossed.max == nil)
    #expect(read(leaf(.int8, .int32), bytes(Int32(-129)), bytes(Int32(3))).min == nil)
  }

  @Test func `unsigned bounds are compared without sign`() {
    let column = leaf(.int64, .int32, isUnsigned: true)
    let result = read(column, bytes(UInt32(1)), bytes(UInt32.max))
    #expect(result.min == .int(1) && result.max == .int(4_294_967_295))
  }

  @Test func `text bounds may be cut, so they answer nothing`() {
    let result = read(leaf(.string, .byteArray), [0x61], [0x62])
    #expect(!result.isMinExact && !result.isMaxExact)
  }
}
