import ColumnFormat
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// The files of the public collection apache/parquet-testing, where a copy of its folder `data` is at
/// hand: `LAKE_PARQUET_TESTING` names it.
///
/// `fixtures/parquet-testing.txt` has a file's rows and the checksum of their text, written down when
/// the values were compared with those that pyarrow reads.
@Suite struct PublicCollectionTests {
  static let folder = getenv("LAKE_PARQUET_TESTING").map { String(cString: $0) }

  static let expected: [[String]] =
    FixtureFolder.text(TestPaths.fixtures + "/parquet-testing.txt")
    .split(separator: "\n").filter { !$0.hasPrefix("#") }
    .map { $0.split(separator: " ").map(String.init) }

  /// FNV-1a (Fowler, Noll & Vo), 64 bits.
  private func checksum(_ lines: [String]) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for line in lines {
      for byte in line.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
    return String(hash, radix: 16)
  }

  @Test(
    .enabled(if: folder != nil, "LAKE_PARQUET_TESTING does not name a copy of the collection"),
    arguments: expected
  )
  func `a file of the collection has the values that pyarrow reads`(_ line: [String]) throws {
    let folder = try #require(Self.folder)
    let file = try ParquetFile(path: folder + "/" + line[0])
    let rows = try ParquetFixture.rows(file).map { ParquetFixture.text(.row($0.1)) }
    #expect("\(rows.count)" == line[1])
    #expect(checksum(rows) == line[2], "\(line[0])")
  }

  @Test(
    .enabled(if: folder != nil, "LAKE_PARQUET_TESTING does not name a copy of the collection"),
    arguments: [
      "datapage_v1-corrupt-checksum.parquet", "rle-dict-uncompressed-corrupt-checksum.parquet",
    ]
  )
  func `a wrong checksum of the collection is found`(_ name: String) throws {
    let file = try ParquetFile(path: (try #require(Self.folder)) + "/" + name)
    do {
      _ = try ParquetFixture.rows(file)
      Issue.record("it was read")
    } catch let error as ColumnFormatError {
      #expect(error.description.contains("the page's checksum is"))
    }
  }
}
