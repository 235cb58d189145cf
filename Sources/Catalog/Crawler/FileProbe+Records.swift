import ColumnFormat
import RowFormat

extension FileProbe {
  /// Reads all records of a text file and keeps the types that hold them all.
  init(records path: String, format: RecordFormat?) throws(Refusal) {
    let reader: RecordBlockReader
    let inference: SchemaInference
    do throws(RowFormatError) {
      reader = try RecordBlockReader(path: path, format: format)
      // A table of DynamoDB records is read as the JSON that they are.
      inference = SchemaInference(format: reader.format == .dynamodb ? .ndjson : reader.format)
      while let block = try reader.next() { inference.add(block) }
    } catch {
      throw Refusal(reason: ([error.message] + error.details).joined(separator: "; "))
    }
    let fields = inference.schema.fields
    if fields.isEmpty { throw Refusal(reason: "no record can be read") }
    self.init(
      format: reader.format.dataFormat,
      compression: reader.compression == .plain ? "none" : reader.compression.rawValue,
      fields: fields,
      recordCount: inference.recordCount
    )
    for cause in inference.causes {
      causes[cause.path.joined(separator: ".").lowercased()] = ChangeCause(
        source: path,
        record: cause.recordNumber + 1,
        note: "value \(cause.sample)"
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
