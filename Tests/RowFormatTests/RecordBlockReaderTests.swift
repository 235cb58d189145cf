import ColumnFormat
import RowFormat
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct RecordBlockReaderTests {
  /// What a whole input gave.
  struct Reading {
    var lines: [String] = []
    var rejected: [RejectedRecord] = []
    var recordNumbers: [Int] = []
    var failure: RowFormatError?
    var blockCount = 0
  }

  static func read(
    _ path: String,
    _ format: RecordFormat?,
    blockByteCount: Int = 4 << 20,
    recordByteCountMax: Int = 64 << 20,
    fixed: Schema? = nil
  ) throws -> Reading {
    let reader = try RecordBlockReader(
      path: path,
      format: format,
      blockByteCount: blockByteCount,
      recordByteCountMax: recordByteCountMax
    )
    let decoder = RecordDecoder(format: reader.format)
    var reading = Reading()
    do throws(RowFormatError) {
      while let block = try reader.next() {
        let decoded: DecodedBlock
        if let fixed {
          decoded = try decoder.decode(block, fixed: fixed)
        } else {
          decoded = try decoder.decode(block, evolving: Schema([]))
        }
        reading.lines += RowText.lines(decoded)
        reading.rejected += decoded.rejected
        reading.blockCount += 1
        reading.recordNumbers +=
          decoded.recordNumbers
          ?? (0..<decoded.batch.rowCount).map { block.firstRecord + $0 }
      }
    } catch { reading.failure = error }
    return reading
  }

  static let orders = Schema([
    Field("id", .int64), Field("name", .string), Field("tags", .list(Field("element", .int64))),
  ])
  static let ndjson = """
    {"id":1,"name":"ann \\u00e9 \\" {","tags":[1,2]}

    {"id":2,"name":"bob"} {"id":3}\r
    {"id":"broken
    {"name":"a text that is longer than a few blocks","id":4,"tags":[]}
    {"id":5}
    """

  @Test func `blocks of every size give the same rows, rejects and numbers`() throws {
    let folder = TemporaryDirectory()
    let path = folder.write(RecordBlockReaderTests.ndjson, to: "orders.json")
    let whole = try RecordBlockReaderTests.read(path, .ndjson, fixed: RecordBlockReaderTests.orders)
    #expect(whole.lines.count == 5)
    #expect(whole.recordNumbers == [0, 2, 2, 4, 5])
    #expect(whole.rejected.map(\.recordNumber) == [3])
    for size in 1..<220 {
      let parts = try RecordBlockReaderTests.read(
        path,
        .ndjson,
        blockByteCount: size,
        fixed: RecordBlockReaderTests.orders
      )
      #expect(parts.lines == whole.lines, "blocks of \(size) bytes")
      #expect(parts.rejected == whole.rejected, "blocks of \(size) bytes")
      #expect(parts.recordNumbers == whole.recordNumbers, "blocks of \(size) bytes")
    }
  }

  @Test func `blocks of every size give the same rows of CSV`() throws {
    let text =
      "\u{FEFF}id,name,note\r\n1,\"a, \"\"quoted\"\"\nname\",x\r\n\r\n2,5\" pipe,\"\"\r\n3,only two\r\n"
      + "4,\"\"\"\",\"ends in a quote\"\"\"\r\n5,\"\n\n\",y"
    let folder = TemporaryDirectory()
    let path = folder.write(text, to: "a.csv")
    let schema = Schema([Field("id", .int64), Field("name", .string), Field("note", .string)])
    let format = RecordFormat.csv(CSVLayout())
    let whole = try RecordBlockReaderTests.read(path, format, fixed: schema)
    #expect(
      whole.lines == [
        "{id: 1, name: \"a, \"quoted\"\nname\", note: \"x\"}",
        "{id: 2, name: \"5\" pipe\", note: \"\"}",
        "{id: 4, name: \"\"\", note: \"ends in a quote\"\"}",
        "{id: 5, name: \"\n\n\", note: \"y\"}",
      ]
    )
    #expect(whole.rejected.map(\.message) == ["expected 3 fields, found 2"])
    for size in 1..<120 {
      let parts = try RecordBlockReaderTests.read(path, format, blockByteCount: size, fixed: schema)
      #expect(parts.lines == whole.lines, "blocks of \(size) bytes")
      #expect(parts.rejected == whole.rejected, "blocks of \(size) bytes")
      #expect(parts.recordNumbers == whole.recordNumbers, "blocks of \(size) bytes")
    }
  }

  @Test func `gzip and zstd are told by content, with several members and frames`() throws {
    let folder = TemporaryDirectory()
    let text = Array(RecordBlockReaderTests.ndjson.utf8)
    let plain = try RecordBlockReaderTests.read(
      folder.write(text, to: "plain"),
      .ndjson,
      fixed: RecordBlockReaderTests.orders
    )
    let half = text.count / 2
    let inputs: [(String, [UInt8], InputCompression)] = [
      ("gz", CompressedBytes.gzip(text), .gzip),
      (
        "gz2",
        CompressedBytes.gzip(Array(text[..<half])) + CompressedBytes.gzip([])
          + CompressedBytes.gzip(Array(text[half...])) + [0, 0, 0], .gzip
      ),
      ("zst", CompressedBytes.zstd(text), .zstd),
      (
        "zst2",
        CompressedBytes.skippableFrame + CompressedBytes.zstd(Array(text[..<half]))
          + CompressedBytes.skippableFrame + CompressedBytes.zstd(Array(text[half...])), .zstd
      ),
    ]
    for (name, bytes, compression) in inputs {
      let path = folder.write(bytes, to: name)
      let reader = try RecordBlockReader(path: path, format: .ndjson)
      #expect(reader.compression == compression)
      #expect(reader.byteCount == bytes.count)
      for size in [1, 7, 64, 4096] {
        let reading = try RecordBlockReaderTests.read(
          path,
          .ndjson,
          blockByteCount: size,
          fixed: RecordBlockReaderTests.orders
        )
        #expect(reading.lines == plain.lines)
        #expect(reading.failure == nil)
      }
    }
  }

  @Test func `a truncated input gives its whole records and then names codec and place`() throws {
    let folder = TemporaryDirectory()
    var generator = SystemRandomNumberGenerator()
    let lines = (0..<12_000).map { "{\"id\":\($0),\"name\":\"\(generator.next())\"}\n" }
    let text = Array(lines.joined().utf8)
    for (codec, bytes) in [
      ("gzip", CompressedBytes.gzip(text)), ("zstd", CompressedBytes.zstd(text)),
    ] {
      let path = folder.write(Array(bytes.dropLast(bytes.count / 3)), to: codec)
      let reading = try RecordBlockReaderTests.read(
        path,
        nil,
        blockByteCount: 10_000,
        fixed: Schema([Field("id", .int64)])
      )
      #expect(!reading.lines.isEmpty && reading.lines.count < 12_000)
      #expect(reading.lines == (0..<reading.lines.count).map { "{id: \($0)}" })
      guard case .damagedCompression(codec, let fact)? = reading.failure?.kind else {
        Issue.record("no failure of \(codec)")
        continue
      }
      #expect(fact.hasPrefix("the data end in the middle of a"))
      let offset = try #require(reading.failure?.byteOffset)
      let whole = lines.prefix(reading.lines.count).joined().utf8.count
      #expect(offset >= whole && offset < whole + lines[reading.lines.count].utf8.count)
    }
  }

  @Test func `damaged compression gives what comes before it and then names codec and place`()
    throws
  {
    let folder = TemporaryDirectory()
    let good = Array("{\"id\":1}\n{\"id\":2}\n".utf8)
    let inputs = [
      ("gzip", CompressedBytes.gzip(good) + [0x1F, 0x8B, 0x09, 1, 2, 3]),
      ("gzip", CompressedBytes.gzip(good) + Array("garbage".utf8)),
      ("zstd", CompressedBytes.zstd(good) + Array("garbage".utf8)),
    ]
    for (index, (codec, bytes)) in inputs.enumerated() {
      let path = folder.write(bytes, to: "damaged\(index)")
      let reading = try RecordBlockReaderTests.read(
        path,
        .ndjson,
        fixed: Schema([Field("id", .int64)])
      )
      #expect(reading.lines == ["{id: 1}", "{id: 2}"])
      guard case .damagedCompression(codec, _)? = reading.failure?.kind else {
        Issue.record("no failure of \(codec)")
        continue
      }
      #expect(reading.failure?.byteOffset == good.count)
    }
  }

  @Test func `a record over the limit is left out and the rest goes on`() throws {
    let folder = TemporaryDirectory()
    let long = "{\"id\":2,\"name\":\"" + String(repeating: "x", count: 3000) + "\"}"
    let path = folder.write("{\"id\":1}\n\(long)\n{\"id\":3}\n", to: "long")
    for size in [16, 100, 1000] {
      let reading = try RecordBlockReaderTests.read(
        path,
        .ndjson,
        blockByteCount: size,
        recordByteCountMax: 1000,
        fixed: Schema([Field("id", .int64)])
      )
      #expect(reading.lines == ["{id: 1}", "{id: 3}"])
      #expect(reading.rejected.map(\.cause) == [.tooLarge])
      #expect(reading.rejected.first?.message == "the record is longer than 1000 bytes")
      #expect(reading.rejected.first?.recordNumber == 1)
      #expect(reading.rejected.first?.byteOffset == 9)
      #expect(reading.recordNumbers == [0, 2])
    }
    let last = folder.write("{\"id\":1}\n\(long)", to: "last")
    let reading = try RecordBlockReaderTests.read(
      last,
      .ndjson,
      blockByteCount: 64,
      recordByteCountMax: 1000,
      fixed: Schema([Field("id", .int64)])
    )
    #expect(reading.lines == ["{id: 1}"])
    #expect(reading.rejected.map(\.cause) == [.tooLarge])
  }

  @Test func `objects without line ends are cut between objects`() throws {
    let folder = TemporaryDirectory()
    let text = (0..<500).map { "{\"id\":\($0),\"name\":\"}{\\\"\"}" }.joined()
    let path = folder.write(text, to: "glued")
    let reading = try RecordBlockReaderTests.read(
      path,
      .ndjson,
      blockByteCount: 256,
      recordByteCountMax: 1000,
      fixed: Schema([Field("id", .int64)])
    )
    #expect(reading.lines == (0..<500).map { "{id: \($0)}" })
    #expect(reading.blockCount > 10)
    #expect(reading.recordNumbers.allSatisfy { $0 == 0 })
  }

  @Test func `an unclosed quote costs its line and not the file`() throws {
    let folder = TemporaryDirectory()
    let rows = (3..<400).map { "\($0),ok\n" }.joined()
    let path = folder.write("id,name\n1,ok\n2,\"never closed\n" + rows, to: "open.csv")
    let reading = try RecordBlockReaderTests.read(
      path,
      .csv(CSVLayout()),
      blockByteCount: 64,
      recordByteCountMax: 1000,
      fixed: Schema([Field("id", .int64)])
    )
    #expect(reading.lines.count == 398)
    #expect(reading.rejected.map(\.cause) == [.malformedCSV])
    #expect(reading.rejected.first?.message == "a quoted field is not closed within 1000 bytes")
    #expect(reading.rejected.first?.bytes == Array("2,\"never closed".utf8))
  }

  @Test func `a byte order mark is skipped and counted`() throws {
    let folder = TemporaryDirectory()
    let path = folder.write([0xEF, 0xBB, 0xBF] + Array("{\"id\":1}\noops\n".utf8), to: "bom")
    let reader = try RecordBlockReader(path: path, format: nil)
    let block = try #require(try reader.next())
    let decoded = try RecordDecoder(format: reader.format).decode(block, evolving: Schema([]))
    #expect(RowText.lines(decoded) == ["{id: 1}"])
    #expect(decoded.rejected.first?.byteOffset == 12)
    #expect(try reader.next() == nil)
  }

  @Test func `an empty input has no blocks`() throws {
    let folder = TemporaryDirectory()
    for (name, bytes) in [
      ("empty", []), ("gz", CompressedBytes.gzip([])), ("zst", CompressedBytes.zstd([])),
    ] {
      let reader = try RecordBlockReader(path: folder.write(bytes, to: name), format: nil)
      #expect(reader.format == .ndjson)
      #expect(try reader.next() == nil)
    }
  }

  @Test func `what cannot be opened says so`() {
    let folder = TemporaryDirectory()
    let missing = #expect(throws: RowFormatError.self) {
      try RecordBlockReader(path: folder("missing"), format: .ndjson)
    }
    #expect(missing?.kind == .system(call: "open", message: "No such file or directory"))
    let directory = #expect(throws: RowFormatError.self) {
      try RecordBlockReader(path: folder.path, format: .ndjson)
    }
    #expect(directory?.kind == .system(call: "read", message: "it is a folder"))
  }

  @Test(arguments: ["{\"id\":1}\n", "1,2\n"])
  func `a slow pipe that never pauses hands its records on in time`(line: String) throws {
    let folder = TemporaryDirectory()
    let path = folder("pipe")
    try #require(mkfifo(path, 0o600) == 0)
    let descriptor = open(path, O_RDWR)
    defer { close(descriptor) }
    let count = 100
    var writer = pthread_t()
    let job = Unmanaged.passRetained(SlowLines(descriptor, Array(line.utf8), count))
    pthread_create(&writer, nil, SlowLines.run, job.toOpaque())
    defer { pthread_join(writer, nil) }
    let reader = try RecordBlockReader(InputFile(path: path), format: nil)
    let block = try #require(try reader.next())
    // The pipe gives 100 lines in three seconds, and the reader waits for one.
    let lineCount = block.bytes.values.count { $0 == UInt8(ascii: "\n") }
    #expect(lineCount > 1 && lineCount < count)
  }

  /// Writes a line every 30 milliseconds.
  private final class SlowLines: Sendable {
    let descriptor: Int32
    let line: [UInt8]
    let count: Int

    init(_ descriptor: Int32, _ line: [UInt8], _ count: Int) {
      (self.descriptor, self.line, self.count) = (descriptor, line, count)
    }

    static let run: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
      guard let lines = $0.map({ Unmanaged<SlowLines>.fromOpaque($0).takeRetainedValue() }) else {
        return nil
      }
      for _ in 0..<lines.count {
        usleep(30_000)
        _ = write(lines.descriptor, lines.line, lines.line.count)
      }
      return nil
    }
  }
}
