import TestSupport
import Testing

@testable import RowFormat

/// Requests to Firehose (API reference: `PutRecord`, `PutRecordBatch`) as inputs.
@Suite struct PutRequestTests {
  private static func request(_ records: [String]) -> String {
    "{\"DeliveryStreamName\":\"orders\",\"Records\":[\(records.joined(separator: ","))]}"
  }

  private static func found(_ text: String) -> (text: String, refused: [RefusedPiece]) {
    let lines = UnwrappingTests.unwrapped(text, .kinesis)
    return (String(decoding: lines.bytes, as: UTF8.self), lines.refused)
  }

  @Test func `the record of a request for one comes out`() {
    let text = "{\"DeliveryStreamName\":\"s\",\"Record\":\(UnwrappingTests.record("{\"a\":1}"))}"
    #expect(PutRequestTests.found(text).text == "{\"a\":1}\n")
  }

  @Test(arguments: [(1, true), (499, true), (500, true), (501, false), (0, false)])
  func `a batch has 1 to 500 records`(count: Int, isTaken: Bool) {
    let records = (0..<count).map { UnwrappingTests.record("{\"a\":\($0)}") }
    let request = PutRequestTests.request(records)
    let next = PutRequestTests.request([UnwrappingTests.record("{\"b\":1}")])
    let found = PutRequestTests.found(request + next)
    #expect(
      found.text == (isTaken ? (0..<count).map { "{\"a\":\($0)}\n" }.joined() : "\n")
        + "{\"b\":1}\n"
    )
    #expect(found.refused.count == (isTaken ? 0 : 1))
    if let refused = found.refused.first {
      #expect(refused.cause == .limitExceeded)
      #expect(refused.errorCode == "InvalidArgumentException")
      #expect(refused.bytes == Array(request.utf8))
      #expect(!refused.isRecord)
      #expect(
        refused.message
          == (count == 0
            ? "the PutRecordBatch request holds no record, but it takes 1 to 500"
            : "the PutRecordBatch request holds 501 records, more than the 500 that it takes")
      )
    }
  }

  @Test(arguments: [(4 << 20, true), ((4 << 20) + 1, false)])
  func `a batch has up to 4 MiB of data, before base64`(byteCount: Int, isTaken: Bool) throws {
    var sizes = [Int](repeating: 1_000_000, count: 4)
    sizes.append(byteCount - 4_000_000)
    let payloads = sizes.map { [UInt8](repeating: 0x78, count: $0) }
    var lines = UnwrappedLines()
    var unwrapping = RecordUnwrapping(.kinesis)
    let request = PutRequestTests.request(payloads.map { UnwrappingTests.record($0) })
    Array(request.utf8).withUnsafeBytes { unwrapping.take($0, into: &lines) }
    unwrapping.finish(into: &lines)
    #expect(lines.refused.isEmpty == isTaken)
    #expect(lines.bytes.count == (isTaken ? byteCount + 5 : 1))
    #expect(
      lines.refused.first?.message
        == (isTaken
          ? nil
          : "the PutRecordBatch request holds 4194305 bytes of data, more than the 4194304 that it takes")
    )
  }

  @Test func `a record of a batch fails alone: no base64, no data, or over 1,024,000 bytes`() {
    let sound = UnwrappingTests.record("{\"a\":1}")
    let largest = String(repeating: "x", count: 1_024_000)
    for (record, cause, words) in [
      ("{\"Data\":\"e30\"}", RejectCause.invalidEnvelope, "its data are no base64"),
      ("{}", .invalidEnvelope, "its data are no base64"),
      (
        UnwrappingTests.record(largest + "x"), .tooLarge,
        "its data are 1024001 bytes, more than the 1024000 that Firehose takes"
      ),
    ] {
      var lines = UnwrappedLines()
      var unwrapping = RecordUnwrapping(.kinesis)
      let request = PutRequestTests.request([sound, record, sound])
      Array(request.utf8).withUnsafeBytes { unwrapping.take($0, into: &lines) }
      #expect(String(decoding: lines.bytes, as: UTF8.self) == "{\"a\":1}\n\n{\"a\":1}\n")
      #expect(lines.refused.map(\.cause) == [cause])
      #expect(lines.refused.map(\.message) == ["record 2 of 3: \(words)"])
    }
    var lines = UnwrappedLines()
    var unwrapping = RecordUnwrapping(.kinesis)
    let request = PutRequestTests.request([UnwrappingTests.record(largest)])
    Array(request.utf8).withUnsafeBytes { unwrapping.take($0, into: &lines) }
    #expect(lines.refused.isEmpty && lines.bytes.count == 1_024_001)
  }

  @Test func `a dump of GetRecords has no such limits`() {
    let records = (0..<2000).map { UnwrappingTests.record("{\"a\":\($0)}") }
    let found = PutRequestTests.found("{\"Records\":[\(records.joined(separator: ","))]}")
    #expect(found.refused.isEmpty && found.text.hasSuffix("{\"a\":1999}\n"))
  }
}
