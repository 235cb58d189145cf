import RowFormat

/// What a reject document says besides the record: how its input is written, and, for a record that
/// was replayed, what its first document said.
struct RejectOrigin {
  var format: RecordFormat
  /// The columns of a CSV input.
  var columnNames: [String]?
  /// The version of the table's schema that the records are held to, or the one that the catalog had
  /// when the run began.
  var version: Int?
  /// The command that transforms records, if one does.
  var transform: String?
  /// The documents that records of a replay come from, by record number.
  var earlier: ReplayedFile?

  /// The document of a record, with Firehose's fields (record format conversion, error handling) and
  /// `source`; one that could not be transformed has those of its transforms, too.
  func document(_ record: RejectedRecord, table: String?, nowMillis: Int64) -> JSONValue {
    let first = earlier?.document(record.recordNumber)
    let attemptsBefore = first?["attemptsMade"]?.integerValue ?? 0
    let code = record.errorCode ?? record.cause.code
    var raw: [UInt8] = []
    Base64.append(record.bytes, to: &raw)
    var document: JSONObject = [
      "attemptsMade": .integer(attemptsBefore + record.attemptCount),
      "arrivalTimestamp": first?["arrivalTimestamp"] ?? .integer(nowMillis),
      "lastErrorCode": .string(code),
      "lastErrorMessage": .string(record.message),
      "attemptEndingTimestamp": .integer(nowMillis),
      "rawData": .string(String(decoding: raw, as: UTF8.self)),
      "sequenceNumber": first?["sequenceNumber"]
        ?? .string(record.sequenceNumber ?? "\(record.recordNumber + 1)"),
      "subSequenceNumber": .integer(record.part),
      "dataCatalogTable": table.map(catalogTable) ?? .null,
    ]
    if record.cause == .processingFailed {
      document["errorCode"] = .string(code)
      document["errorMessage"] = .string(record.message)
      document["lambdaArn"] = transform.map { .string("lake:transform/\($0)") } ?? .null
    }
    document["source"] = first?["source"] ?? source(record)
    return .object(document)
  }

  /// A table as Firehose names it; a lake has no accounts, regions and resource names.
  private func catalogTable(_ name: String) -> JSONValue {
    let parts = name.split(separator: ".", maxSplits: 1)
    return [
      "catalogId": .null,
      "databaseName": .string(parts.count > 1 ? String(parts[0]) : ""),
      "tableName": .string(String(parts[parts.count - 1])),
      "region": .null,
      "versionId": version.map { .string("\($0)") } ?? .null,
      "catalogArn": .null,
    ]
  }

  private func source(_ record: RejectedRecord) -> JSONValue {
    var source: JSONObject = [
      "path": .string(record.path), "record": .integer(record.recordNumber + 1),
      "byteOffset": .integer(record.byteOffset), "format": format.json,
      "errorType": .string(record.cause.errorType),
    ]
    if record.part > 0 || record.hasMore { source["isWhole"] = false }
    if !record.isRecord { source["isRecord"] = false }
    source["columns"] = columnNames.map { .array($0.map { .string($0) }) }
    return .object(source)
  }
}
