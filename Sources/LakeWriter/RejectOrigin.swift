import RowFormat

/// What a reject document says besides the record: how its input is written, and, for a record that
/// was replayed, what its first document said.
struct RejectOrigin {
  var format: RecordFormat
  /// The columns of a CSV input.
  var columnNames: [String]?
  /// The version of the table's schema that the records are held to, if they are.
  var version: Int?
  /// The documents that records of a replay come from, by record number.
  var earlier: ReplayedFile?

  /// The document of a record, with Firehose's fields (record format conversion, error handling) and
  /// `source`.
  func document(_ record: RejectedRecord, table: String?, nowMillis: Int64) -> JSONValue {
    let first = earlier?.document(record.recordNumber)
    var raw: [UInt8] = []
    Base64.append(record.bytes, to: &raw)
    return [
      "attemptsMade": .integer((first?["attemptsMade"]?.integerValue ?? 0) + 1),
      "arrivalTimestamp": first?["arrivalTimestamp"] ?? .integer(nowMillis),
      "lastErrorCode": .string(record.cause.code),
      "lastErrorMessage": .string(record.message),
      "attemptEndingTimestamp": .integer(nowMillis),
      "rawData": .string(String(decoding: raw, as: UTF8.self)),
      "sequenceNumber": first?["sequenceNumber"] ?? .string("\(record.recordNumber)"),
      "subSequenceNumber": .integer(record.part),
      "dataCatalogTable": table.map(catalogTable) ?? .null,
      "source": first?["source"] ?? source(record),
    ]
  }

  private func catalogTable(_ name: String) -> JSONValue {
    let parts = name.split(separator: ".", maxSplits: 1)
    var table: JSONObject = [
      "databaseName": .string(parts.count > 1 ? String(parts[0]) : ""),
      "tableName": .string(String(parts[parts.count - 1])),
    ]
    table["versionId"] = version.map { .string("\($0)") }
    return .object(table)
  }

  private func source(_ record: RejectedRecord) -> JSONValue {
    var source: JSONObject = [
      "path": .string(record.path), "record": .integer(record.recordNumber),
      "byteOffset": .integer(record.byteOffset), "format": format.json,
      "errorType": .string(record.cause.errorType),
    ]
    if record.part > 0 || record.hasMore { source["isWhole"] = false }
    source["columns"] = columnNames.map { .array($0.map { .string($0) }) }
    return .object(source)
  }
}
