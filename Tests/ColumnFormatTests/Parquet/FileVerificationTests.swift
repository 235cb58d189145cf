import TestSupport
import Testing

@testable import ColumnFormat

@Suite struct FileVerificationTests {
  /// Two columns of 3,000 rows in several pages, some without a value.
  private func written() throws -> WrittenBytes {
    let count = 3000
    var validity = ValidityBuilder()
    for row in 0..<count { validity.append(row % 10 != 3) }
    let numbers = Column(
      flat: .int64(Buffer((0..<count).map { Int64($0 * 7 % 1000) })),
      count: count,
      validity: validity.finish()
    )
    let doubles = Column(
      flat: .float64(Buffer((0..<count).map { $0 % 50 == 0 ? .nan : Double($0) - 1500 })),
      count: count
    )
    var options = WriterOptions()
    options.pageRowCountMax = 700
    return try WrittenBytes.write(
      Schema([Field("number", .int64), Field("double", .float64, isNullable: false)]),
      [Batch(columns: [numbers, doubles], rowCount: count)],
      options
    )
  }

  private func contradictions(_ bytes: [UInt8]) throws -> [FileContradiction] {
    try ParquetFile(source: MemorySource(bytes), path: "a.parquet").contradictions(rowGroup: 0)
  }

  /// The file with another footer.
  private func changed(_ change: (inout FileMetadata) -> Void) throws -> [UInt8] {
    let file = try written()
    var metadata = file.metadata
    change(&metadata)
    let length = file.bytes[(file.bytes.count - 8)...].prefix(4).reversed()
      .reduce(0) { $0 << 8 | Int($1) }
    var writer = CompactWriter()
    metadata.write(to: &writer)
    return file.bytes[..<(file.bytes.count - 8 - length)] + writer.bytes
      + littleEndian(UInt32(writer.bytes.count)) + Array("PAR1".utf8)
  }

  @Test func `a sound file has no contradictions`() throws {
    #expect(try contradictions(written().bytes) == [])
  }

  @Test func `a bound that leaves out a value is told with the value and its row`() throws {
    let bytes = try changed {
      $0.rowGroups[0].columns[0].statistics?.maxValue = [UInt8](littleEndian(UInt64(900)))
    }
    let found = try contradictions(bytes)
    #expect(found.count == 1)
    #expect(found.first?.isInStatistics == true)
    #expect(
      found.first?.error.kind
        == .damaged("the statistics say that no value is above 900, but row 129 has 903")
    )
    #expect(found.first?.error.location.column == "number")
  }

  @Test func `a lower bound of doubles is held against all but NaNs`() throws {
    let bytes = try changed {
      $0.rowGroups[0].columns[1].statistics?.minValue = [UInt8](
        littleEndian((-1499.0).bitPattern)
      )
    }
    #expect(try contradictions(bytes) == [])
    let worse = try changed {
      $0.rowGroups[0].columns[1].statistics?.minValue = [UInt8](
        littleEndian((-1498.5).bitPattern)
      )
    }
    #expect(
      try contradictions(worse).map(\.error.kind) == [
        .damaged("the statistics say that no value is below -1498.5, but row 1 has -1499.0")
      ]
    )
  }

  @Test func `a wrong count of nulls is told`() throws {
    let bytes = try changed { $0.rowGroups[0].columns[0].statistics?.nullCount = 299 }
    #expect(
      try contradictions(bytes).map(\.error.kind) == [
        .damaged("the statistics say that there are 299 nulls, but there are 300")
      ]
    )
  }

  @Test func `a page index that is another column's is found untrue`() throws {
    let bytes = try changed {
      let other = $0.rowGroups[0].columns[1]
      $0.rowGroups[0].columns[0].columnIndexOffset = other.columnIndexOffset
      $0.rowGroups[0].columns[0].columnIndexByteCount = other.columnIndexByteCount
    }
    let found = try contradictions(bytes)
    #expect(found.count == 1)
    #expect(found.first?.error.location.page != nil)
  }

  @Test func `damaged pages are no matter of statistics`() throws {
    let file = try written()
    var bytes = file.bytes
    bytes[file.metadata.rowGroups[0].columns[1].dataPageOffset + 60] ^= 0x40
    let found = try contradictions(bytes)
    #expect(found.count == 1)
    #expect(found.first?.isInStatistics == false)
    #expect(found.first?.error.location.column == "double")
  }
}
