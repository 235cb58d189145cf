import ColumnFormat
import RowFormat
import TestSupport
import Testing

@testable import Catalog

@Suite struct SharedInferenceTests {
  let folder = TemporaryDirectory()

  private func reader(_ path: String) throws -> RecordBlockReader {
    try RecordBlockReader(path: path, format: nil, blockByteCount: 500)
  }

  /// The inference of all threads together.
  private func infer(_ path: String, threadCount: Int) throws -> SchemaInference? {
    let reader = try reader(path)
    let shared = SharedInference(reader, format: reader.format)
    WorkerThreads.run(count: threadCount) { _ in shared.work() }
    return try shared.result()
  }

  /// Columns that widen at records known, one of them broken, in both formats.
  private static let texts = [
    (0..<1000).map { row in
      switch row {
      case 400: "{\"id\":\(row),\"late\":{\"x\":[1.5]}}"
      case 600: "broken"
      case 700: "{\"id\":\"seven hundred\",\"ID\":1}"
      case 900: "{\"day\":\"2026-11-23 10:00:00.000001\"}"
      default: "{\"id\":\(row),\"day\":\"2026-11-23\"}"
      }
    }
    .joined(separator: "\n"),
    "id,note\n"
      + (0..<1000).map { $0 == 777 ? "x,\"a\nb\"" : "\($0),\($0 > 500 ? "1.25" : "")" }
      .joined(separator: "\n"),
  ]

  @Test(arguments: texts, [1, 2, 4])
  func `many threads find what one finds`(text: String, threadCount: Int) throws {
    let path = folder.write(text, to: "f")
    let reader = try reader(path)
    let alone = SchemaInference(format: reader.format)
    while let block = try reader.next() { alone.add(block) }
    let shared = try #require(try infer(path, threadCount: threadCount))
    #expect(shared.schema == alone.schema)
    #expect(shared.causes == alone.causes)
    #expect(shared.recordCount == alone.recordCount)
    #expect(shared.foldedNames == alone.foldedNames)
    #expect(shared.rejected.map(\.recordNumber) == alone.rejected.map(\.recordNumber))
  }

  @Test func `more fields than a table has are left to one thread`() throws {
    let lines = (0..<11).map { part in
      "{" + (0..<1000).map { "\"k\(part)_\($0)\":1" }.joined(separator: ",") + "}\n"
    }
    let path = folder.write(lines.joined(), to: "f")
    #expect(try infer(path, threadCount: 2) == nil)
    let probe = try FileProbe(
      records: path,
      format: nil,
      isSampled: false,
      shared: OpenInferences()
    )
    #expect(probe.fields.count == 10_000)
    #expect(probe.recordCount == 10)
    #expect(probe.notes.contains { $0.contains("1 records cannot be read") })
  }

  @Test func `damage in the middle of a file is an error however many threads read it`() throws {
    var packed = CompressedBytes.gzip(Array(SharedInferenceTests.texts[0].utf8))
    packed.removeLast(200)
    let path = folder.write(packed, to: "f")
    for threadCount in 1...3 {
      #expect(throws: RowFormatError.self) { try infer(path, threadCount: threadCount) }
    }
  }
}
