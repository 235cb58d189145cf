import ColumnFormat
import RowFormat

extension FileProbe {
  /// How much of a file in a sample is read, as Glue does: a thousand records or a MiB.
  private static let sampledRecordCount = 1000
  private static let sampledByteCount = 1 << 20

  /// Reads the records of a text file and keeps the types that hold them all.
  init(
    records path: String,
    format: RecordFormat?,
    isSampled: Bool,
    shared: OpenInferences? = nil,
    reading: FileReading? = nil
  ) throws(Refusal) {
    let found: (format: RecordFormat, compression: String, inference: SchemaInference)
    var isWhole = true
    do throws(RowFormatError) {
      func open() throws(RowFormatError) -> RecordBlockReader {
        try RecordBlockReader(
          path: path,
          format: format,
          blockByteCount: isSampled ? 1 << 14 : 4 << 20
        )
      }
      let reader = try open()
      if format == nil, case .csv = reader.format, let log = TextLog(path: path) {
        throw RowFormatError(.malformed("it is \(log.rawValue)"), path: path)
      }
      // A table of DynamoDB records is read as the JSON that they are.
      let read: RecordFormat = reader.format == .dynamodb ? .ndjson : reader.format
      found.format = reader.format
      found.compression = reader.compression == .plain ? "none" : reader.compression.rawValue
      if let shared, !isSampled, let all = try FileProbe.infer(reader, read, shared, reading) {
        found.inference = all
      } else {
        let reader = shared == nil ? reader : try open()
        found.inference = SchemaInference(format: read)
        isWhole = try FileProbe.infer(reader, isSampled: isSampled, reading, into: found.inference)
      }
    } catch {
      if let log = TextLog(path: path) {
        throw Refusal(reason: "it is \(log.rawValue); text logs are not supported")
      }
      throw Refusal(reason: ([error.message] + error.details).joined(separator: "; "))
    }
    let inference = found.inference
    let fields = inference.schema.fields
    if fields.isEmpty { throw Refusal(reason: FileProbe.emptyReason(inference)) }
    self.init(
      format: found.format.dataFormat,
      compression: found.compression,
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
          + " only: they are one column; of a record with both, it has the value under its own name"
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

extension FileProbe {
  /// Infers with the help of others; nil where that cannot tell which records to leave out.
  private static func infer(
    _ reader: RecordBlockReader,
    _ format: RecordFormat,
    _ shared: OpenInferences,
    _ reading: FileReading?
  ) throws(RowFormatError) -> SchemaInference? {
    let inference = SharedInference(reader, format: format, progress: reading)
    shared.run(inference)
    return try inference.result()
  }

  /// Infers block by block.
  ///
  /// - Returns: Whether that were all records.
  private static func infer(
    _ reader: RecordBlockReader,
    isSampled: Bool,
    _ reading: FileReading?,
    into inference: SchemaInference
  ) throws(RowFormatError) -> Bool {
    while let block = try reader.next() {
      inference.add(block)
      reading?.advance(to: reader.byteCountRead)
      let isEnough =
        inference.recordCount >= sampledRecordCount || block.end.byteOffset >= sampledByteCount
      if isSampled, isEnough { return try reader.next() == nil }
    }
    return true
  }

  /// Why a file with no columns is none.
  private static func emptyReason(_ inference: SchemaInference) -> String {
    guard let first = inference.rejected.first else { return "no record has a field" }
    // An array, or a record that goes on on the next line.
    let begin = first.bytes.filter { $0 > 0x20 }.prefix(2)
    let isDocument = begin.first == UInt8(ascii: "[") || begin == [UInt8(ascii: "{")]
    let help =
      isDocument
      ? "; records stand on a line each: 'lake ingest --json-arrays' and 'jq -c' make such of it"
      : ""
    return
      "no record can be read: record \(first.recordNumber + 1): \(first.message)\(help)"
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
  /// How the records of such a table's files are written; nil for Parquet, and for SerDes, which
  /// have rules of their own.
  var recordFormat: RecordFormat? {
    switch self {
    case .parquet, .text: nil
    case .ndjson: .ndjson
    case .csv(let layout): .csv(layout)
    }
  }
}
