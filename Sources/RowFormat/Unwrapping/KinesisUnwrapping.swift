/// Takes the payloads out of Kinesis records.
///
/// ```
/// GetRecords        {"Records": [{"Data": BASE64, "PartitionKey": …, "SequenceNumber": …}], …}
/// Firehose          {"invocationId": …, "records": [{"recordId": …, "data": BASE64}]}
/// Lambda            {"Records": [{"kinesis": {"data": BASE64, …}, …}]}
/// DynamoDB          {"Records": [{"eventName": …, "dynamodb": {…}}]}       each is a record itself
/// Pipes             [{"data": BASE64, "partitionKey": …}]
/// ```
/// Single records without the envelope around them are taken as well. A payload may hold several
/// documents, be gzip, or be an aggregate of the Kinesis Producer Library.
struct KinesisUnwrapping {
  /// The records, each on a line.
  private var splitting = DocumentSplitting(opensArrays: true)
  private var lines: [UInt8] = []

  /// Larger documents are passed on as they are, and rejected.
  private static let byteCountMax = 64 << 20

  /// Appends the payloads of some more text to `output`.
  mutating func take(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8]) {
    let before = lines.count
    splitting.take(bytes, into: &lines)
    drain(from: before, into: &output)
    if lines.count > KinesisUnwrapping.byteCountMax {
      output += lines
      lines = []
    }
  }

  /// The text has ended.
  mutating func finish(into output: inout [UInt8]) {
    let before = lines.count
    splitting.finish(into: &lines)
    drain(from: before, into: &output)
  }

  /// Takes the whole lines apart; those before `start` have no end yet.
  private mutating func drain(from start: Int, into output: inout [UInt8]) {
    guard let last = lines[start...].lastIndex(of: 0x0A) else { return }
    for line in lines[...last].split(separator: 0x0A) {
      KinesisUnwrapping.unwrap(line, into: &output)
    }
    lines.removeSubrange(...last)
  }

  private static func unwrap(_ line: ArraySlice<UInt8>, into output: inout [UInt8]) {
    guard let document = try? JSONValue.parse(Array(line)) else {
      // The decoder says what is wrong with it.
      output += line
      output.append(0x0A)
      return
    }
    let records = (document["Records"] ?? document["records"])?.arrayValue
    for record in records ?? [document] { unwrap(record, into: &output) }
  }

  private static func unwrap(_ record: JSONValue, into output: inout [UInt8]) {
    let text = record["kinesis"]?["data"] ?? record["Data"] ?? record["data"]
    guard let text = text?.stringValue, let payload = decode(text) else {
      record.append(to: &output, indent: nil)
      output.append(0x0A)
      return
    }
    for part in KinesisAggregate.records(payload) ?? [payload] { append(part, to: &output) }
  }

  private static func append(_ payload: [UInt8], to output: inout [UInt8]) {
    var payload = payload
    if payload.starts(with: [0x1F, 0x8B]), let inflated = inflate(payload) { payload = inflated }
    var splitting = DocumentSplitting(opensArrays: false)
    payload.withUnsafeBytes { splitting.take($0, into: &output) }
    splitting.finish(into: &output)
  }

  private static func decode(_ text: String) -> [UInt8]? {
    var text = text
    return text.withUTF8 { encoded in
      guard let start = encoded.baseAddress, !encoded.isEmpty else { return [] }
      var decoded = [UInt8](repeating: 0, count: encoded.count + 16)
      let count = decoded.withUnsafeMutableBufferPointer { target in
        target.baseAddress.flatMap { Base64.decode(start, count: encoded.count, into: $0) }
      }
      return count.map { Array(decoded.prefix($0)) }
    }
  }

  /// The whole of a gzip payload; nil where it is damaged or too large.
  private static func inflate(_ payload: [UInt8]) -> [UInt8]? {
    guard let inflating = try? GzipInflating() else { return nil }
    var result: [UInt8] = []
    var rest = payload[...]
    var room = [UInt8](repeating: 0, count: 1 << 16)
    while result.count <= byteCountMax {
      let count = room.withUnsafeMutableBytes { target in
        rest.withUnsafeBytes { source in try? inflating.inflate(source, into: target) }
      }
      guard let count else { return nil }
      result += room.prefix(count.produced)
      rest = rest.dropFirst(count.consumed)
      if count.produced == 0 && count.consumed == 0 { return nil }
      if rest.isEmpty && inflating.isAtBoundary { return result }
    }
    return nil
  }
}
