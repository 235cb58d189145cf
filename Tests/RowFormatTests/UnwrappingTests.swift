import ColumnFormat
import TestSupport
import Testing

@testable import RowFormat

@Suite struct UnwrappingTests {
  /// The lines that an envelope gives, for pieces of every size.
  private func lines(_ text: String, _ envelope: InputEnvelope) -> String {
    let whole = UnwrappingTests.unwrapped(text, envelope)
    #expect(whole.refused.isEmpty)
    return String(decoding: whole.bytes, as: UTF8.self)
  }

  /// What an envelope gives, for pieces of every size.
  static func unwrapped(_ text: String, _ envelope: InputEnvelope) -> UnwrappedLines {
    var whole: UnwrappedLines?
    for size in [1, 2, 3, 7, 64, 100_000] {
      var unwrapping = RecordUnwrapping(envelope)
      var output = UnwrappedLines()
      let bytes = Array(text.utf8)
      for start in stride(from: 0, to: bytes.count, by: size) {
        bytes[start..<min(start + size, bytes.count)].withUnsafeBytes {
          unwrapping.take($0, into: &output)
        }
      }
      unwrapping.finish(into: &output)
      if let whole {
        #expect(whole.bytes == output.bytes, "pieces of \(size) bytes")
        #expect(whole.refused == output.refused, "pieces of \(size) bytes")
      }
      whole = output
    }
    return whole ?? UnwrappedLines()
  }

  /// A record of Kinesis with a payload.
  static func record(_ payload: String) -> String { record(Array(payload.utf8)) }

  static func record(_ payload: [UInt8]) -> String {
    var data: [UInt8] = []
    Base64.append(payload, to: &data)
    return "{\"Data\":\"\(String(decoding: data, as: UTF8.self))\"}"
  }

  @Test(
    arguments: [
      ("[{\"a\":1},{\"a\":2}]", "{\"a\":1}\n{\"a\":2}\n"),
      (
        "[\n  {\n    \"a\": [1,\n 2]\n  },\n  {\"b\":\"]},{\\\"\"}\n]\n",
        "{     \"a\": [1,  2]   }\n{\"b\":\"]},{\\\"\"}\n"
      ),
      ("{\"a\":1}{\"a\":2}\n{\"a\":3}", "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n"),
      ("[{\"a\":1}]\n[{\"a\":2}]", "{\"a\":1}\n{\"a\":2}\n"),
      ("[1, \"x\", null, {\"a\":1}]", "1\n\"x\"\nnull\n{\"a\":1}\n"),
      ("[]", ""), ("  \n ", ""), ("{\"a\":\n", "{\"a\": \n"),
      // What is broken goes on as a line of its own, and is rejected.
      ("oops\n{\"a\":1}", "oops\n{\"a\":1}\n"),
      ("{\"a\":\"x\n{\"b\":1}", "{\"a\":\"x\n{\"b\":1}\n"),
      ("}{\"a\":1}", "}\n{\"a\":1}\n"), ("[[1,2],{\"a\":1}]", "[1,2]\n{\"a\":1}\n"),
    ] as [(String, String)]
  )
  func `documents over several lines and elements of arrays come one a line`(
    text: String,
    expected: String
  ) {
    #expect(lines(text, .documents) == expected)
  }

  static let three = "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n"

  @Test(
    arguments: [
      (
        "a dump of GetRecords",
        """
        {"Records":[{"Data":"eyJpZCI6MX0=","PartitionKey":"a","SequenceNumber":"49"},
          {"Data":"eyJpZCI6Mn17ImlkIjozfQ==","PartitionKey":"b","SequenceNumber":"50"}],
         "NextShardIterator":"AAAA","MillisBehindLatest":0}
        """
      ),
      (
        "an event of Firehose",
        """
        {"invocationId":"i","deliveryStreamArn":"arn","region":"eu-central-1","records":[
          {"recordId":"1","approximateArrivalTimestamp":1,"data":"eyJpZCI6MX0="},
          {"recordId":"2","approximateArrivalTimestamp":1,"data":"ewogImlkIjoyfQoKeyJpZCI6M30K"}]}
        """
      ),
      (
        "an event of Lambda",
        """
        {"Records":[{"kinesis":{"data":"eyJpZCI6MX0KeyJpZCI6Mn0=","partitionKey":"a"},"eventSource":"aws:kinesis"},
          {"kinesis":{"data":"eyJpZCI6M30="}}]}
        """
      ),
      (
        "a batch of Pipes",
        """
        [{"kinesisSchemaVersion":"1.0","partitionKey":"a","data":"eyJpZCI6MX0="},
         {"partitionKey":"a","data":"eyJpZCI6Mn0KeyJpZCI6M30K"}]
        """
      ),
      ("a gzip payload", "{\"Data\":\"H4sIAAAAAAACA6tWykxRsjKs5aoGM4xgDONaLgB2CdiJGwAAAA==\"}"),
      (
        "an aggregate",
        "{\"Data\":\"84mawgoFa2V5LWEaDAgAGgh7ImlkIjoxfRoVCAAaEXsiaWQiOjJ9CnsiaWQiOjN96+kCkZD2wAEFfLl1nzukpQ==\"}"
      ),
    ] as [(String, String)]
  )
  func `payloads come out of`(name: String, text: String) {
    #expect(
      lines(text, .kinesis).replacing("  ", with: "").replacing("{ \"", with: "{\"")
        == UnwrappingTests.three
    )
  }

  /// Firehose takes at most 500 documents out of a record, and leaves one with more as it is.
  @Test(arguments: [500, 501, 2000])
  func `a payload gives all of its documents, also more than Firehose takes out`(count: Int) {
    let documents = (0..<count).map { "{\"id\":\($0)}" }
    for separator in ["", "\n"] {
      let text = UnwrappingTests.record(documents.joined(separator: separator))
      #expect(lines(text, .kinesis) == documents.map { $0 + "\n" }.joined())
    }
  }

  @Test func `records of DynamoDB in an event of Lambda are records themselves`() {
    let record = "{\"eventID\":\"1\",\"dynamodb\":{\"Keys\":{\"id\":{\"N\":\"1\"}}}}"
    #expect(lines("{\"Records\":[\(record),\(record)]}", .kinesis) == "\(record)\n\(record)\n")
  }

  @Test func `what is no payload is passed on, to be rejected where it is none`() {
    for text in ["{\"x\":1}", "oops"] { #expect(lines(text, .kinesis) == text + "\n") }
    // The checksum of this aggregate is wrong.
    let broken = lines(
      "{\"Data\":\"84mawgoFa2V5LWEaDAgAGgh7ImlkIjoxfRoVCAAaEXsiaWQiOjJ9CnsiaWQiOjN9AAAAAAAAAAAAAAAAAAAAAA==\"}",
      .kinesis
    )
    #expect(!broken.isEmpty && broken != UnwrappingTests.three)
  }

  @Test func `lines of delimited text in a payload stay as they are`() {
    let rows = "\"x, y\",2\n\"a \"\"q\"\"\",\"{\"\r\n3,4"
    let text = UnwrappingTests.record(rows) + UnwrappingTests.record("5,6\n")
    #expect(lines(text, .kinesis) == rows + "\n5,6\n")
  }

  @Test func `a payload that is no base64 is refused alone, with its place`() {
    for data in ["\"%%%%\"", "5", "null"] {
      let sound = UnwrappingTests.record("{\"id\":1}")
      let found = UnwrappingTests.unwrapped(
        "{\"Records\":[\(sound),{\"Data\":\(data),\"PartitionKey\":\"k\"},\(sound)]}",
        .kinesis
      )
      #expect(String(decoding: found.bytes, as: UTF8.self) == "{\"id\":1}\n\n{\"id\":1}\n")
      #expect(
        found.refused == [
          RefusedPiece(
            byteOffset: 9,
            cause: .invalidEnvelope,
            message: "record 2 of 3: its data are no base64",
            bytes: Array("{\"Data\":\(data),\"PartitionKey\":\"k\"}".utf8),
            isRecord: false
          )
        ]
      )
    }
  }

  @Test(
    arguments: [
      ("", "d41d8cd98f00b204e9800998ecf8427e"), ("a", "0cc175b9c0f1b6a831c399e269772661"),
      ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
      (
        "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
        "57edf4a22be3c955ac49da2e2107b67a"
      ),
    ] as [(String, String)]
  )
  func `digests are those of RFC 1321`(text: String, hex: String) {
    let digest = MD5.digest(Array(text.utf8))
    #expect(digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() == hex)
  }

  @Test func `an unwrapped input goes on where an earlier reader stopped`() throws {
    let folder = TemporaryDirectory()
    let text = "[" + (0..<200).map { "{\n\"id\":\($0)}" }.joined(separator: ",") + "]"
    let path = folder.write(CompressedBytes.gzip(Array(text.utf8)), to: "a")
    let first = try RecordBlockReader(
      InputFile(path: path),
      format: nil,
      envelope: .documents,
      blockByteCount: 300
    )
    _ = try first.next()
    let start = try #require(try first.next()).end
    let second = try RecordBlockReader(
      InputFile(path: path),
      format: .ndjson,
      envelope: .documents,
      start: start,
      blockByteCount: 1 << 20
    )
    let block = try #require(try second.next())
    let decoded = try RecordDecoder(format: .ndjson).decode(block, evolving: Schema([]))
    #expect(block.firstRecord == start.recordNumber)
    #expect(RowText.lines(decoded).first == "{id: \(start.recordNumber)}")
    #expect(RowText.lines(decoded).last == "{id: 199}")
  }
}
