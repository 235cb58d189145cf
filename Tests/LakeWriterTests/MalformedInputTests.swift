import ColumnFormat
import ObjectStore
import RowFormat
import TestSupport
import Testing

@testable import LakeWriter

/// Whatever stands in an input: its records become rows, or are in the rejects with all their bytes.
@Suite struct MalformedInputTests {
  /// Delivers bytes and returns the ids of the rows and the raw bytes and causes of the rejects.
  private func deliver(
    _ bytes: [UInt8],
    named name: String = "in/a.ndjson",
    _ change: (inout DeliverySettings) -> Void = { _ in }
  ) throws -> (ids: [Int64], rejected: [[UInt8]], causes: [String], summary: DeliverySummary) {
    let lake = TestLake()
    let summary = lake.deliver([lake.write(bytes, to: name)]) { settings in
      settings.timeField = nil
      settings.granularity = .none
      change(&settings)
    }
    #expect(summary.failure == nil)
    let documents = try RejectedDocuments.read(folder: lake.rejects, errorType: nil, limit: .max)
      .map(\.document)
    return (
      try lake.ids(),
      documents.compactMap { $0["rawData"]?.stringValue.flatMap(Base64.decode) },
      documents.compactMap { $0["lastErrorCode"]?.stringValue }
        .map { String($0.dropFirst("DataFormatConversion.".count)) },
      summary
    )
  }

  /// A sound record before and after some bytes.
  private func between(_ record: [UInt8]) -> [UInt8] {
    Array("{\"id\":1}\n".utf8) + record + Array("\n{\"id\":3}\n".utf8)
  }

  @Test func `a record that is not UTF-8 is kept to the byte, its neighbours land`() throws {
    let record = Array("{\"id\":2,\"t\":\"".utf8) + [0xC3, 0x28, 0xFF, 0x80] + Array("\"}".utf8)
    let result = try deliver(between(record))
    #expect(result.ids == [1, 3])
    #expect(result.rejected == [record])
    #expect(result.causes == ["invalid-utf8"])
  }

  @Test func `zeros in a record, in a string and between records cost only that record`() throws {
    for record in [
      Array("{\"id\":2,\"t\":\"a".utf8) + [0, 0] + Array("b\"}".utf8),
      [0, 0, 0] + Array("{\"id\":2}".utf8),
      Array("{\"id\":2".utf8) + [0] + Array("}".utf8),
      [0],
    ] {
      let result = try deliver(between(record))
      #expect(result.ids == [1, 3])
      #expect(result.rejected == [record])
      #expect(result.causes == ["malformed-json"])
    }
  }

  @Test func `a record of 1,024,000 bytes lands, one of a byte more is kept whole`() throws {
    for (size, isLanded) in [(1_024_000, true), (1_024_001, false)] {
      let head = Array("{\"id\":2,\"t\":\"".utf8)
      let tail = Array("\"}".utf8)
      let record = head + [UInt8](repeating: 0x78, count: size - head.count - tail.count) + tail
      for lineEnd in ["\n", "\r\n"] {
        for blockByteCount in [2000, 4 << 20] {
          let bytes =
            Array("{\"id\":1}\n".utf8) + record + Array("\(lineEnd){\"id\":3}\n".utf8)
          let result = try deliver(bytes) { $0.blockByteCount = blockByteCount }
          #expect(result.ids == (isLanded ? [1, 2, 3] : [1, 3]))
          #expect(result.rejected.map(\.count) == (isLanded ? [] : [size]))
          #expect(result.rejected.first ?? record == record)
          #expect(result.causes == (isLanded ? [] : ["too-large"]))
        }
      }
    }
  }

  @Test func `the limit counts each of several objects in a line`() throws {
    let long = Array("{\"id\":2,\"t\":\"\(String(repeating: "y", count: 300))\"}".utf8)
    let glued = Array("{\"id\":1}".utf8) + long + Array("{\"id\":3}".utf8)
    let result = try deliver(glued + Array("\n".utf8)) { $0.decoding.recordByteCountMax = 200 }
    #expect(result.ids == [1, 3])
    #expect(result.rejected == [long])
  }

  @Test func `the limit counts records of delimited text`() throws {
    let long = "2,\"\(String(repeating: "y\n", count: 150))\""
    let text = "id,t\n1,a\n\(long)\n3,b\n"
    let result = try deliver(Array(text.utf8), named: "in/a.csv") {
      $0.decoding.recordByteCountMax = 200
    }
    #expect(result.ids == [1, 3])
    #expect(result.rejected == [Array(long.utf8)])
    #expect(result.causes == ["too-large"])
  }

  @Test func `a line of 50 MB is kept whole`() throws {
    let line = [UInt8](repeating: UInt8(ascii: "7"), count: 50_000_000)
    let result = try deliver(between(line))
    #expect(result.ids == [1, 3])
    #expect(result.rejected == [line])
    #expect(result.summary.rejectedCount == 1)
  }

  @Test func `of a line that is too long for one document all parts are kept, in order`() throws {
    let line = (0..<25_000).map { UInt8(truncatingIfNeeded: 97 + $0 / 1000 % 26) }
    let lake = TestLake()
    let summary = lake.deliver([lake.write(between(line), to: "in/a.ndjson")]) {
      $0.decoding.recordByteCountMax = 5000
      $0.keptByteCountMax = 10_000
    }
    #expect(summary.rejectedCount == 1)
    #expect(try lake.ids() == [1, 3])
    let documents = try RejectedDocuments.read(folder: lake.rejects, errorType: nil, limit: .max)
      .map(\.document)
      .sorted {
        $0["subSequenceNumber"]?.integerValue ?? 0 < $1["subSequenceNumber"]?.integerValue ?? 0
      }
    #expect(documents.map { $0["subSequenceNumber"] } == [0, 1, 2])
    #expect(documents.map { $0["sequenceNumber"] } == ["2", "2", "2"])
    let joined = documents.flatMap { Base64.decode($0["rawData"]?.stringValue ?? "") ?? [] }
    #expect(joined == line)
    // Parts cannot become a row, so they stay where they are.
    #expect(RejectReplay(lake.settings(), errorType: nil).run { _ in }.recordCount == 0)
    #expect(try lake.rejectedTexts().count == 3)
  }

  @Test func `a record of 2,000 nested arrays is kept whole, one of 900 lands`() throws {
    func nested(_ depth: Int) -> [UInt8] {
      let open = String(repeating: "[", count: depth)
      let close = String(repeating: "]", count: depth)
      return Array("{\"id\":2,\"deep\":\(open)\(close)}".utf8)
    }
    let deep = try deliver(between(nested(2000)))
    #expect(deep.ids == [1, 3])
    #expect(deep.rejected == [nested(2000)])
    #expect(try deliver(between(nested(900))).ids == [1, 2, 3])
  }

  @Test func `a number of 10,000 digits keeps its digits as text`() throws {
    let digits = String(repeating: "1234567890", count: 1000)
    let lake = TestLake()
    let input = lake.write(between(Array("{\"id\":2,\"n\":\(digits)}".utf8)), to: "in/a.ndjson")
    let summary = lake.deliver([input]) { $0.timeField = nil }
    #expect(summary.rejectedCount == 0)
    #expect(try lake.ids() == [1, 2, 3])
    #expect(summary.schema.fields.map(\.type) == [.int64, .string])
  }

  @Test func `a record in which a field stands twice is kept whole`() throws {
    for record in [
      "{\"id\":2,\"id\":20}", "{\"id\":2,\"ID\":20}", "{\"id\":2,\"a\":{\"b\":1,\"b\":2}}",
    ] {
      let result = try deliver(between(Array(record.utf8)))
      #expect(result.ids == [1, 3])
      #expect(result.rejected == [Array(record.utf8)])
      #expect(result.causes == ["malformed-json"])
    }
  }

  @Test func `line ends of all kinds in one input give all rows`() throws {
    let text =
      "{\"id\":1}\r\n{\"id\":2}\n\r\n\n{\"id\":3}\r{\"id\":4}\r\n  {\"id\":5}\t\r\n{\"id\":6}"
    let result = try deliver(Array(text.utf8))
    #expect(result.ids == [1, 2, 3, 4, 5, 6])
    #expect(result.rejected.isEmpty)
  }

  @Test func `a byte order mark at the start is skipped, one within is kept with its record`()
    throws
  {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let second = mark + Array("{\"id\":2}".utf8)
    let result = try deliver(mark + between(second))
    #expect(result.ids == [1, 3])
    #expect(result.rejected == [second])
  }

  @Test func `a truncated input gives all whole records, and the rest when it is mended`() throws {
    let text = Array(TestRecords.text(0..<1000).utf8)
    for whole in [CompressedBytes.gzip(text), CompressedBytes.zstd(text)] {
      let lake = TestLake()
      let path = lake.write(Array(whole.prefix(whole.count * 2 / 3)), to: "in/a.z")
      let summary = lake.deliver([path])
      #expect(summary.inputFailures.count == 1)
      let first = try lake.ids()
      #expect(first == Array(TestRecords.sound(0..<1000).prefix(first.count)))
      _ = lake.write(whole, to: "in/a.z")
      #expect(lake.deliver([path]) { $0.resumes = true }.isComplete)
      #expect(try lake.ids() == TestRecords.sound(0..<1000))
      #expect(try lake.rejectedTexts() == TestRecords.broken(0..<1000))
    }
  }

  @Test func `truncation within a record over the limit loses none of its bytes`() throws {
    let long = [UInt8](repeating: 0x61, count: 5000) + (0..<5000).map { 97 + UInt8($0 % 26) }
    let text = between(long)
    let whole = CompressedBytes.gzip(text + Array(TestRecords.text(4..<60).utf8))
    let lake = TestLake()
    let path = lake.write(Array(whole.prefix(90)), to: "in/a.gz")
    let first = lake.deliver([path]) { $0.decoding.recordByteCountMax = 1000 }
    #expect(first.inputFailures.count == 1)
    _ = lake.write(whole, to: "in/a.gz")
    let second = lake.deliver([path]) {
      $0.resumes = true
      $0.decoding.recordByteCountMax = 1000
    }
    #expect(second.isComplete)
    #expect(try lake.ids() == [1, 3] + Array(4..<60))
    let parts = try RejectedDocuments.read(folder: lake.rejects, errorType: nil, limit: .max)
      .map(\.document)
      .sorted {
        $0["subSequenceNumber"]?.integerValue ?? 0 < $1["subSequenceNumber"]?.integerValue ?? 0
      }
    #expect(
      parts.flatMap { Base64.decode($0["rawData"]?.stringValue ?? "") ?? [] } == long
    )
  }
}
