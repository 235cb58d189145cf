import TestSupport
import Testing

@testable import RowFormat

/// Firehose's multi record de-aggregation.
@Suite struct SubRecordsTests {
  private static func text(_ text: String, _ envelope: InputEnvelope) -> String {
    String(decoding: UnwrappingTests.unwrapped(text, envelope).bytes, as: UTF8.self)
  }

  private static let hashes = SubRecords.delimited(Array("####".utf8))

  @Test(
    arguments: [
      (SubRecords.json, "{\"a\":1}{\"a\":2}", "{\"a\":1}\n{\"a\":2}\n"),
      (.json, "{\"a\":1}\n{\"a\":2}\r\n\n{\"a\":3}", "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n"),
      (.json, "{\"a\":\"{}{\"}", "{\"a\":\"{}{\"}\n"), (.json, "  ", ""),
      (hashes, "{\"a\":1}####{\"a\":2}", "{\"a\":1}\n{\"a\":2}\n"),
      (hashes, "####{\"a\":1}########{\"a\":2}####", "{\"a\":1}\n{\"a\":2}\n"),
      (hashes, "{\"a\":1}###{\"a\":2}", "{\"a\":1}\n###\n{\"a\":2}\n"),
      (hashes, "a,\"b\"####c,d", "a,\"b\"\nc,d\n"), (hashes, "", ""), (hashes, " #### ", ""),
      (.delimited([0]), "{\"a\":1}\0{\"a\":2}\0", "{\"a\":1}\n{\"a\":2}\n"),
      (.delimited(Array("aab".utf8)), "1aaab2aab3", "1a\n2\n3\n"),
      (.delimited(Array("ü".utf8)), "1ü2", "1\n2\n"),
    ] as [(SubRecords, String, String)]
  )
  func `sub-records come out of payloads and of lines`(
    subRecords: SubRecords,
    record: String,
    expected: String
  ) {
    let payload = UnwrappingTests.record(record)
    #expect(
      SubRecordsTests.text(payload, InputEnvelope(.kinesis, subRecords: subRecords)) == expected
    )
    if record.contains("\n") || expected.isEmpty { return }
    for end in ["\n", "\r\n", ""] {
      let lines = InputEnvelope(.lines, subRecords: subRecords)
      #expect(SubRecordsTests.text(record + end, lines) == expected)
    }
  }

  @Test func `a delimiter may go over the ends of lines within a payload`() {
    let envelope = InputEnvelope(.kinesis, subRecords: .delimited(Array("\n--\n".utf8)))
    let payload = UnwrappingTests.record("{\"a\":\n1}\n--\n{\"a\":2}")
    #expect(SubRecordsTests.text(payload, envelope) == "{\"a\": 1}\n{\"a\":2}\n")
  }

  @Test(arguments: [(500, true), (501, false)])
  func `500 come out of one record, and one with more is refused`(count: Int, isTaken: Bool) {
    let documents = (0..<count).map { "{\"a\":\($0)}" }
    for (subRecords, separator) in [
      (SubRecords.json, ""), (.json, " "), (SubRecordsTests.hashes, "####"),
    ] {
      let record = documents.joined(separator: separator)
      for (wrapping, text) in [
        (InputEnvelope.Wrapping.kinesis, UnwrappingTests.record(record)), (.lines, record + "\n"),
      ] {
        let found = UnwrappingTests.unwrapped(
          text,
          InputEnvelope(wrapping, subRecords: subRecords)
        )
        let expected = isTaken ? documents.map { $0 + "\n" }.joined() : "\n"
        #expect(String(decoding: found.bytes, as: UTF8.self) == expected)
        #expect(found.refused.map { $0.bytes } == (isTaken ? [] : [Array(record.utf8)]))
        #expect(found.refused.allSatisfy { $0.cause == .limitExceeded })
        // Without the option a replay takes all documents, but knows no delimiters.
        #expect(found.refused.allSatisfy { $0.isRecord == (subRecords == .json) })
      }
    }
  }

  @Test(
    arguments: [
      (InputEnvelope.documents, "documents"), (.kinesis, "kinesis"),
      (InputEnvelope(.lines, subRecords: .json), "lines json"),
      (InputEnvelope(.kinesis, subRecords: hashes), "kinesis delimited IyMjIw=="),
    ] as [(InputEnvelope, String)]
  )
  func `journals keep how records are taken apart`(envelope: InputEnvelope, text: String) {
    #expect(envelope.rawValue == text)
    #expect(InputEnvelope(rawValue: text) == envelope)
  }

  @Test(arguments: [
    "", "lines xml", "kinesis delimited", "kinesis delimited ", "x", "lines json x",
  ])
  func `other texts are no envelope`(text: String) {
    #expect(InputEnvelope(rawValue: text) == nil)
  }

  @Test func `what is refused has its number and place in blocks of any size`() throws {
    let folder = TemporaryDirectory()
    let many = (0..<501).map { "{\"a\":\($0)}" }.joined()
    let text = (0..<50).map { $0 % 7 == 3 ? many : "{\"id\":\($0)}" }.joined(separator: "\n")
    let path = folder.write(Array(text.utf8), to: "a")
    let envelope = InputEnvelope(.lines, subRecords: .json)
    for size in [1, 10, 64, 1 << 20] {
      var starts: [InputPosition] = []
      var refused: [RejectedRecord] = []
      let reader = try RecordBlockReader(
        InputFile(path: path),
        format: nil,
        envelope: envelope,
        blockByteCount: size
      )
      while let block = try reader.next() {
        refused += block.rejected
        starts.append(block.end)
      }
      #expect(refused.map(\.recordNumber) == [3, 10, 17, 24, 31, 38, 45])
      #expect(refused.allSatisfy { $0.bytes == Array(many.utf8) })
      // Whoever goes on in the middle is told only what comes after.
      let start = starts[starts.count / 2]
      let second = try RecordBlockReader(
        InputFile(path: path),
        format: .ndjson,
        envelope: envelope,
        start: start,
        blockByteCount: size
      )
      var rest: [RejectedRecord] = []
      while let block = try second.next() { rest += block.rejected }
      #expect(rest.map(\.byteOffset) == refused.map(\.byteOffset).filter { $0 >= start.byteOffset })
      #expect(rest.map(\.recordNumber) == refused.suffix(rest.count).map(\.recordNumber))
    }
  }
}
