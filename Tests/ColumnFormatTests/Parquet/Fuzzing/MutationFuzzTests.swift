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
        for page in try file.pages(rowGroup: rowGroup, leaf: leaf) {
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

/// Reads as much of a damaged file as can be read, in all the ways there are.
enum DamagedReading {
  static func readAll(_ bytes: [UInt8], _ random: inout SeededGenerator) {
    guard let file = try? ParquetFile(source: MemorySource(bytes), path: "damaged") else { return }
    for rowGroup in file.metadata.rowGroups.indices.prefix(8) {
      for leaf in file.leafDescriptions.indices {
        _ = file.leafStatistics(rowGroup: rowGroup, leaf: leaf)
      }
      for field in file.schema.fields.indices {
        _ = file.statistics(rowGroup: rowGroup, field: field)
        read(file, rowGroup, field, &random)
        filter(file, rowGroup, field, &random)
      }
    }
  }

  /// All rows, then some with gaps between them.
  private static func read(
    _ file: ParquetFile,
    _ rowGroup: Int,
    _ field: Int,
    _ random: inout SeededGenerator
  ) {
    if let reader = try? file.reader(rowGroup: rowGroup, fields: [field]) {
      // A damaged footer may claim any number of rows; those behind the pages are errors.
      while let batch = try? reader.next(700), let column = batch.columns.first {
        touch(column)
      }
    }
    guard let reader = try? file.reader(rowGroup: rowGroup, fields: [field]) else { return }
    while reader.remaining(0) > 0 {
      let count = min(Int.random(in: 1...400, using: &random), reader.remaining(0))
      do {
        if Bool.random(using: &random) {
          try reader.skip(0, count: count)
        } else {
          touch(try reader.read(0, count: count))
        }
      } catch { return }
    }
  }

  private static func filter(
    _ file: ParquetFile,
    _ rowGroup: Int,
    _ field: Int,
    _ random: inout SeededGenerator
  ) {
    let path = ColumnPath([file.schema.fields[field].name])
    let constant: Scalar
    switch file.schema.fields[field].type.physicalType {
    case .boolean: constant = .boolean(true)
    case .int128: constant = .int128(7)
    case .float32: constant = .float(1)
    case .float64: constant = .double(1)
    case .bytes: constant = .text("word 7")
    case .list, .row: constant = .null
    default: constant = .int(7)
    }
    let predicates: [RowPredicate] = [
      .compare(path, .equal, constant), .compare(path, .less, constant), .isNull(path),
    ]
    let predicate = predicates.randomElement(using: &random) ?? .and([])
    guard
      let reader = try? FilteredReader(
        file: file,
        rowGroup: rowGroup,
        fields: [field],
        predicate: predicate
      )
    else { return }
    while let batch = try? reader.next() { touch(batch.columns[0]) }
  }

  /// Looks at every value, so that a view that points nowhere is met.
  private static func touch(_ column: Column) {
    for row in 0..<column.count { _ = column.scalar(at: row) }
  }
}
