import TestSupport
import Testing

@testable import ColumnFormat

#if canImport(Glibc)
  import Glibc
#endif

/// Damaged files give errors or values, and soon: never a trap, an endless loop or much memory.
///
/// `LAKE_FUZZ_MUTATIONS=200` damages each file that many times, `LAKE_FUZZ_SEED` starts elsewhere,
/// and `LAKE_FUZZ_FILES` names a folder with more files. A failure names the file and the seed.
@Suite struct MutationFuzzTests {
  static let mutationCount = number("LAKE_FUZZ_MUTATIONS") ?? 12
  static let firstSeed = UInt64(number("LAKE_FUZZ_SEED") ?? 0)

  private static func number(_ name: String) -> Int? {
    getenv(name).flatMap { Int(String(cString: $0)) }
  }

  static let files: [String] = {
    var folders = [TestPaths.fixtures + "/parquet"]
    if let more = getenv("LAKE_FUZZ_FILES") { folders.append(String(cString: more)) }
    return folders.flatMap { folder in
      FixtureFolder.names(folder).filter { $0.hasSuffix(".parquet") }.map { folder + "/" + $0 }
    }
  }()

  @Test(arguments: files) func `damage gives an error or values within seconds`(_ path: String)
    throws
  {
    let file = try MappedFile(path: path)
    let whole = Array(file.bytes)
    for seed in Self.firstSeed..<(Self.firstSeed + UInt64(Self.mutationCount)) {
      var random = SeededGenerator(seed: seed)
      let damaged = FileMutation.damage(whole, &random)
      let start = ContinuousClock.now
      DamagedReading.readAll(damaged, &random)
      let elapsed = ContinuousClock.now - start
      #expect(elapsed < .seconds(5), "\(path), seed \(seed) took \(elapsed)")
    }
  }

  @Test(arguments: ["types-v2.parquet", "pages-v1.parquet", "pages-v2.parquet"])
  func `no value is wrong where pages have checksums`(_ name: String) throws {
    let whole = try ParquetFixture.bytes(name)
    let file = try ParquetFile(source: MemorySource(whole), path: name)
    let reference = try ParquetFixture.rows(file).map { ParquetFixture.text(.row($0.1)) }
    var bodies: [Range<Int>] = []
    for rowGroup in file.metadata.rowGroups.indices {
      for leaf in file.fileSchema.leaves.indices {
        for page in file.pages(rowGroup: rowGroup, leaf: leaf).pages {
          try #require(page.header.checksum != nil)
          let end = page.offset + page.byteCount
          bodies.append((end - page.header.compressedByteCount)..<end)
        }
      }
    }
    bodies.removeAll { $0.isEmpty }
    for seed in Self.firstSeed..<(Self.firstSeed + UInt64(Self.mutationCount * 4)) {
      var random = SeededGenerator(seed: seed)
      var damaged = whole
      let body = try #require(bodies.randomElement(using: &random))
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        damaged[Int.random(in: body, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
      }
      guard damaged != whole else { continue }
      let reading = try ParquetFile(source: MemorySource(damaged), path: name)
      let rows = try? ParquetFixture.rows(reading).map { ParquetFixture.text(.row($0.1)) }
      #expect(rows == nil || rows == reference, "\(name), seed \(seed)")
    }
  }
}
