import TestSupport
import Testing

@testable import ColumnFormat

#if canImport(Glibc)
  import Glibc
#endif

/// Damaged files give errors or values, and soon: never a trap, an endless loop or much memory.
///
/// `LAKE_FUZZ_MUTATIONS=200` damages each file that many times, `LAKE_FUZZ_SEED` starts elsewhere,
/// and `LAKE_FUZZ_FILES` names a folder with more files. `LAKE_FUZZ_REPORT` names a file that gets a
/// line a case (file, seed, seconds, peak memory); the memory is judged only then, as other tests run
/// beside. A failure names the file and the seed.
@Suite struct MutationFuzzTests {
  static let mutationCount = number("LAKE_FUZZ_MUTATIONS") ?? 12
  static let firstSeed = UInt64(number("LAKE_FUZZ_SEED") ?? 0)

  static let report = getenv("LAKE_FUZZ_REPORT").map { String(cString: $0) }

  /// What a damaged copy may take, unless the intact file takes more: one page may be 2 GiB.
  static let byteCountMax = 1 << 30
  static let secondsMax = 5.0

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
    let intact = Self.measure(whole, SeededGenerator(seed: 0))
    let secondsMax = max(Self.secondsMax, intact.seconds * 2)
    let byteCountMax = max(Self.byteCountMax, intact.byteCount / 8 * 9)
    var lines = ""
    for seed in Self.firstSeed..<(Self.firstSeed + UInt64(Self.mutationCount)) {
      var random = SeededGenerator(seed: seed)
      let damaged = FileMutation.damage(whole, &random)
      let cost = Self.measure(damaged, random)
      #expect(cost.seconds < secondsMax, "\(path), seed \(seed) took \(cost.seconds) s")
      guard Self.report != nil else { continue }
      #expect(cost.byteCount < byteCountMax, "\(path), seed \(seed) took \(cost.byteCount) bytes")
      lines += "\(path) \(seed) \(cost.seconds) \(cost.byteCount)\n"
    }
    if let report = Self.report, let target = fopen(report, "a") {
      fputs(lines, target)
      fclose(target)
    }
  }

  /// The time and the peak memory of reading some bytes in all ways.
  private static func measure(_ bytes: [UInt8], _ random: SeededGenerator)
    -> (seconds: Double, byteCount: Int)
  {
    var random = random
    if report != nil { ProcessMemory.resetPeak() }
    let start = ContinuousClock.now
    DamagedReading.readAll(bytes, &random)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    return (seconds, report == nil ? 0 : ProcessMemory.peakByteCount)
  }

  /// The files of which every page has a checksum that is right.
  static let checkedFiles = files.filter { path in
    guard let file = try? ParquetFile(path: path), let bodies = pageBodies(file) else {
      return false
    }
    return !bodies.isEmpty && (try? ParquetFixture.rows(file)) != nil
  }

  /// Where the bodies of all pages lie, but empty ones; nil where a page has no checksum.
  private static func pageBodies(_ file: ParquetFile) -> [Range<Int>]? {
    var bodies: [Range<Int>] = []
    for rowGroup in file.metadata.rowGroups.indices {
      for leaf in file.fileSchema.leaves.indices {
        for page in file.pages(rowGroup: rowGroup, leaf: leaf).pages {
          if page.header.checksum == nil { return nil }
          let end = page.offset + page.byteCount
          let start = end - page.header.compressedByteCount
          if start < end { bodies.append(start..<end) }
        }
      }
    }
    return bodies
  }

  @Test(arguments: checkedFiles)
  func `no value is wrong where pages have checksums`(_ path: String) throws {
    let mapped = try MappedFile(path: path)
    let whole = Array(mapped.bytes)
    let file = try ParquetFile(source: MemorySource(whole), path: path)
    let reference = try ParquetFixture.rows(file).map { ParquetFixture.text(.row($0.1)) }
    let bodies = try #require(Self.pageBodies(file))
    for seed in Self.firstSeed..<(Self.firstSeed + UInt64(Self.mutationCount * 2)) {
      var random = SeededGenerator(seed: seed)
      var damaged = whole
      let body = try #require(bodies.randomElement(using: &random))
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        damaged[Int.random(in: body, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
      }
      guard damaged != whole else { continue }
      let reading = try ParquetFile(source: MemorySource(damaged), path: path)
      let rows = try? ParquetFixture.rows(reading).map { ParquetFixture.text(.row($0.1)) }
      #expect(rows == nil || rows == reference, "\(path), seed \(seed)")
    }
  }

  @Test func `fixtures have checksums to be tested with`() {
    let names = Self.checkedFiles.map { $0.split(separator: "/").last ?? "" }
    for name in ["types-v2.parquet", "pages-v1.parquet", "pages-v2.parquet"] {
      #expect(names.contains { $0 == name })
    }
  }
}
