import ColumnFormat
import TestSupport
import Testing

extension String {
  /// What follows the first occurrence of a text, or nil where there is none.
  fileprivate func components(after start: String) -> Substring? {
    ranges(of: start).first.map { self[$0.upperBound...] }
  }
}

extension Substring {
  /// The texts between two marks, one after the other.
  fileprivate func components(between start: String, and end: String) -> [Substring] {
    ranges(of: start).compactMap { range in
      let rest = self[range.upperBound...]
      return rest.ranges(of: end).first.map { rest[..<$0.lowerBound] }
    }
  }
}

/// The code of the README's section "Only the Parquet library".
@Suite struct ReadmeExampleTests {
  @Test func `a file is written and read again`() throws {
    let folder = TemporaryDirectory()
    let path = folder("cities.parquet")
    try write(path)
    #expect(try read(path) == ["1 Rome", "2 ?", "3 Oslo"])
  }

  @Test func `the README has the code that runs here`() throws {
    let source = try text(#filePath)
    let readme = try text(TestPaths.repository + "/README.md")
    let section = try #require(readme.components(after: "## Only the Parquet library"))
    var blocks = 0
    for block in section.components(between: "```swift\n", and: "```") where block.hasPrefix("let")
    {
      blocks += 1
      let indented = block.split(separator: "\n").map { "    \($0)\n" }.joined()
      #expect(source.contains(indented))
    }
    #expect(blocks == 2)
  }

  private func text(_ path: String) throws -> String {
    let file = try MappedFile(path: path)
    return withExtendedLifetime(file) { String(decoding: file.bytes, as: UTF8.self) }
  }

  private func write(_ path: String) throws {
    let schema = Schema([Field("id", .int64, isNullable: false), Field("city", .string)])
    var options = WriterOptions()
    options.codec = .zstd
    options.bloomFilters = [BloomFilterColumn("city")]
    options.threadCount = 2
    let sink = try FileSink(path: path)
    var writer = try ParquetWriter(sink: sink, schema: schema, options: options)
    let ids = Column(flat: .int64(Buffer([1, 2, 3])), count: 3)
    let cities = Column.fromScalars([.text("Rome"), .null, .text("Oslo")])
    try writer.write(Batch(columns: [ids, cities], rowCount: 3))
    _ = try writer.finish()
    try sink.close()
  }

  private func read(_ path: String) throws -> [String] {
    let file = try ParquetFile(path: path)
    var lines: [String] = []
    for group in file.metadata.rowGroups.indices {
      let reader = try file.reader(rowGroup: group, fields: [0, 1])
      while let batch = try reader.next(Batch.rowCountTarget) {
        guard case .int64(let ids) = batch.columns[0].flatValues,
          case .bytes(let cities, _) = batch.columns[1].flatValues
        else { continue }
        for row in 0..<batch.rowCount {
          lines.append("\(ids[row]) \(batch.columns[1].isValid(row) ? cities[row].text : "?")")
        }
      }
    }
    return lines
  }
}
