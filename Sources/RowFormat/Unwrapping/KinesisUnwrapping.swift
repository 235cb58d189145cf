/// Takes the payloads out of Kinesis records.
///
/// ```
/// GetRecords        {"Records": [{"Data": BASE64, "PartitionKey": …, "SequenceNumber": …}], …}
/// PutRecordBatch    {"DeliveryStreamName": …, "Records": [{"Data": BASE64}]}     within its limits
/// PutRecord         {"DeliveryStreamName": …, "Record": {"Data": BASE64}}
/// Firehose          {"invocationId": …, "records": [{"recordId": …, "data": BASE64}]}
/// Lambda            {"Records": [{"kinesis": {"data": BASE64, …}, …}]}
/// DynamoDB          {"Records": [{"eventName": …, "dynamodb": {…}}]}       each is a record itself
/// Pipes             [{"data": BASE64, "partitionKey": …}]
/// ```
/// Single records without the envelope around them are taken as well. A payload may hold several
/// documents, be gzip, or be an aggregate of the Kinesis Producer Library. A record whose payload cannot
/// be had is refused alone; a request that Firehose would refuse is refused as a whole.
struct KinesisUnwrapping {
  let subRecords: SubRecords?
  /// The documents, each on a line.
  private var splitting = DocumentSplitting(opensArrays: true)
  private var documents: [UInt8] = []

  /// Larger documents are passed on as they are, and rejected.
  private static let byteCountMax = 64 << 20

  init(_ subRecords: SubRecords? = nil) { self.subRecords = subRecords }

  /// Appends the payloads of some more text to `lines`.
  mutating func take(_ bytes: UnsafeRawBufferPointer, into lines: inout UnwrappedLines) {
    let before = documents.count
    splitting.take(bytes, into: &documents)
    drain(from: before, into: &lines)
    if documents.count > KinesisUnwrapping.byteCountMax {
      lines.bytes += documents
      documents = []
    }
  }

  /// The text has ended.
  mutating func finish(into lines: inout UnwrappedLines) {
    let before = documents.count
    splitting.finish(into: &documents)
    drain(from: before, into: &lines)
  }

  /// Takes the whole documents apart; those before `start` have no end yet.
  private mutating func drain(from start: Int, into lines: inout UnwrappedLines) {
    guard let last = documents[start...].lastIndex(of: 0x0A) else { return }
    for document in documents[...last].split(separator: 0x0A) {
      unwrap(document, into: &lines)
    }
    documents.removeSubrange(...last)
  }

  private func unwrap(_ text: ArraySlice<UInt8>, into lines: inout UnwrappedLines) {
    guard let document = try? JSONValue.parse(Array(text)) else {
      // The decoder says what is wrong with it.
      lines.bytes += text
      lines.bytes.append(0x0A)
      return
    }
    let isRequest = document["DeliveryStreamName"] != nil
    let records = (document["Records"] ?? document["records"])?.arrayValue
    if isRequest, let excess = records.flatMap(PutLimits.excess) {
      return lines.refuse(
        Array(text),
        .limitExceeded,
        "the PutRecordBatch request holds \(excess)",
        errorCode: PutLimits.errorCode
      )
    }
    guard let records else {
      return unwrap(document["Record"] ?? document, "", isRequest: isRequest, into: &lines)
    }
    for (index, record) in records.enumerated() {
      let place = "record \(index + 1) of \(records.count): "
      unwrap(record, place, isRequest: isRequest, into: &lines)
    }
  }

  private func unwrap(
    _ record: JSONValue,
    _ place: String,
    isRequest: Bool,
    into lines: inout UnwrappedLines
  ) {
    lines.begin(sequenceNumber: KinesisUnwrapping.sequenceNumber(record))
    let data = record["kinesis"]?["data"] ?? record["Data"] ?? record["data"]
    if data == nil && !isRequest {
      record.append(to: &lines.bytes, indent: nil)
      lines.bytes.append(0x0A)
      return
    }
    guard let payload = data?.stringValue.flatMap(KinesisUnwrapping.decode) else {
      var text: [UInt8] = []
      record.append(to: &text, indent: nil)
      return lines.refuse(text, .invalidEnvelope, "\(place)its data are no base64")
    }
    if isRequest && payload.count > PutLimits.recordByteCountMax {
      return lines.refuse(
        payload,
        .tooLarge,
        "\(place)its data are \(payload.count) bytes, more than the "
          + "\(PutLimits.recordByteCountMax) that Firehose takes",
        isRecord: true
      )
    }
    for part in KinesisAggregate.records(payload) ?? [payload] { append(part, to: &lines) }
  }

  /// The number that Kinesis, or the stream of a DynamoDB table, gave a record.
  private static func sequenceNumber(_ record: JSONValue) -> String? {
    let facts =
      record["kinesis"] ?? record["kinesisRecordMetadata"] ?? record["dynamodb"] ?? record
    return (facts["sequenceNumber"] ?? facts["SequenceNumber"])?.stringValue
  }

  private func append(_ payload: [UInt8], to lines: inout UnwrappedLines) {
    var payload = payload
    if payload.starts(with: [0x1F, 0x8B]), let inflated = KinesisUnwrapping.inflate(payload) {
      payload = inflated
    }
    lines.append(record: payload, subRecords)
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
