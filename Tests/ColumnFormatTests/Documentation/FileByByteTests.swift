import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@testable import ColumnFormat

/// The file that the article "A Parquet file, byte by byte" follows.
@Suite struct FileByByteTests {
  /// A line of the article: where its bytes are, and what they are.
  private struct Line {
    var offset: Int
    var bytes: [UInt8]
  }

  private func lines() throws -> [Line] {
    let path = TestPaths.repository + "/Sources/ColumnFormat/ColumnFormat.docc/FileByByte.md"
    let file = try MappedFile(path: path)
    let article = withExtendedLifetime(file) { String(decoding: file.bytes, as: UTF8.self) }
    var fence: Substring?
    var lines: [Line] = []
    for text in article.split(separator: "\n") {
      if text.hasPrefix("```") { fence = fence == nil ? text : nil }
      // An offset, then pairs of digits up to the first double space.
      let parts = text.split(separator: " ", maxSplits: 1)
      guard fence == "```", parts.count == 2, let offset = Int(parts[0]) else { continue }
      var bytes: [UInt8] = []
      for part in parts[1].dropFirst().split(separator: " ", omittingEmptySubsequences: false) {
        guard part.count == 2, let byte = UInt8(part, radix: 16) else { break }
        bytes.append(byte)
      }
      lines.append(Line(offset: offset, bytes: bytes))
    }
    return lines
  }

  @Test func `the article's bytes are those of the file`() throws {
    var options = WriterOptions()
    options.codec = .uncompressed
    options.writesChecksums = false
    options.createdBy = "docs"
    let schema = Schema([Field("id", .int32, isNullable: false), Field("city", .string)])
    let sink = MemorySink()
    var writer = try ParquetWriter(sink: sink, schema: schema, options: options)
    let ids = Column(flat: .int32(Buffer([1, 2, 3])), count: 3)
    let cities = Column.fromScalars([.text("Rome"), .null, .text("Oslo")])
    try writer.write(Batch(columns: [ids, cities], rowCount: 3))
    _ = try writer.finish()

    let lines = try lines()
    var offset = 0
    for line in lines {
      #expect(line.offset == offset)
      offset += line.bytes.count
    }
    #expect(lines.flatMap(\.bytes) == sink.bytes)
  }
}
