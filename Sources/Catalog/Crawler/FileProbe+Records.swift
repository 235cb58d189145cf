import ColumnFormat
import RowFormat

extension FileProbe {
  /// How much of a file in a sample is read, as Glue does: a thousand records or a MiB.
  private static let sampledRecordCount = 1000
  private static let sampledByteCount = 1 << 20

  /// Reads the records of a text file and keeps the types that hold them all.
  init(records path: String, format: RecordFormat?, isSampled: Bool) throws(Refusal) {
    let reader: RecordBlockReader
    let inference: SchemaInference
    var isWhole = true
    do throws(RowFormatError) {
      reader = try RecordBlockReader(
        path: path,
        format: format,
        blockByteCount: isSampled ? 1 << 14 : 4 << 20
      )
      if format == nil, case .csv = reader.format, let log = TextLog(path: path) {
        throw RowFormatError(.malformed("it is \(log.rawValue)"), path: path)
      }
      // A table of DynamoDB records is read as the JSON that they are.
      inference = SchemaInference(format: reader.format == .dynamodb ? .ndjson : reader.format)
      while let block = try reader.next() {
        inference.add(block)
        let isEnough =
          inference.recordCount >= FileProbe.sampledRecordCount
          || block.end.byteOffset >= FileProbe.sampledByteCount
        if isSampled, isEnough {
          isWhole = try reader.next() == nil
          break
        }
      }
    } catch {
      if let log = TextLog(path: path) {
        throw Refusal(reason: "it is \(log.rawValue); text logs are not supported")
      }
      throw Refusal(reason: ([error.message] + error.details).joined(separator: "; "))
    }
    let fields = inference.schema.fields
    if fields.isEmpty { throw Refusal(reason: "no record can be read") }
    self.init(
      format: reader.format.dataFormat,
      compression: reader.compression == .plain ? "none" : reader.compression.rawValue,
      fields: fields,
      recordCount: isWhole ? inference.recordCount : nil
    )
    for cause in inference.causes {
      causes[cause.path.joined(separator: ".").lowercased()] = ChangeCause(
        source: path,
        record: cause.recordNumber + 1,
        note: "value \(cause.sample)"
      )
    }
    for name in inference.foldedNames.prefix(5) {
      notes.append(
        "the name '\(name.joined(separator: "."))' differs from that of another column in case"
          + " only: they are one column"
      )
    }
    if let first = inference.rejected.first {
      notes.append(
        "\(inference.rejected.count) records cannot be read, the first is record"
          + " \(first.recordNumber + 1): \(first.message)"
      )
    }
  }
}

extension RecordFormat {
  /// The layout of a table of such records.
  var dataFormat: DataFormat {
    switch self {
    case .ndjson, .dynamodb: .ndjson
    case .csv(let layout): .csv(layout)
    }
  }
}

extension DataFormat {
  /// How the records of such a table's files are written; nil for Parquet.
  var recordFormat: RecordFormat? {
    switch self {
    case .parquet: nil
    case .ndjson: .ndjson
    case .csv(let layout): .csv(layout)
    }
  }
}
