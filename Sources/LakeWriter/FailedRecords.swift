import RowFormat

/// Keeps the records that could not be delivered: one JSON document a line with the cause, the raw
/// bytes and the place they came from.
///
/// The fields are those of Firehose's error documents (record format conversion), and `source`, which
/// says where the record stood.
struct FailedRecords {
  /// Documents of one error type that are to become a file.
  struct Batch: Sendable {
    var errorType: String
    var bytes: [UInt8]
    /// When the oldest of the records arrived.
    var openedMillis: Int64
  }

  /// Waiting documents are worth a file from this size on.
  static let byteCountMax = 4 << 20
  /// The type of everything that could not be turned into a row.
  static let conversionFailed = "format-conversion-failed"

  private var waiting: [Batch] = []
  /// The size of all waiting documents.
  private(set) var byteCount = 0

  /// Keeps some records, each by its error type.
  ///
  /// - Parameters:
  ///   - records: The records.
  ///   - origin: What is known of where they come from.
  ///   - table: `database.table`, or nil.
  ///   - nowMillis: The clock.
  mutating func append(
    _ records: [RejectedRecord],
    origin: RejectOrigin,
    table: String?,
    nowMillis: Int64
  ) {
    for record in records {
      let errorType = record.cause.errorType
      var index = waiting.firstIndex { $0.errorType == errorType } ?? waiting.count
      if index == waiting.count {
        waiting.append(Batch(errorType: errorType, bytes: [], openedMillis: nowMillis))
        index = waiting.count - 1
      }
      let before = waiting[index].bytes.count
      origin.document(record, table: table, nowMillis: nowMillis)
        .append(to: &waiting[index].bytes, indent: nil)
      waiting[index].bytes.append(UInt8(ascii: "\n"))
      byteCount += waiting[index].bytes.count - before
    }
  }

  /// Hands over the waiting documents.
  mutating func take() -> [Batch] {
    defer { self = FailedRecords() }
    return waiting
  }
}

extension RejectCause {
  /// The folder, or the part of the error prefix, that records of this cause go to.
  var errorType: String {
    switch self {
    case .invalidPartitionKey, .activePartitionExceeded: "partition-failed"
    case .processingFailed: "processing-failed"
    default: FailedRecords.conversionFailed
    }
  }

  /// The cause as the documents call it.
  var code: String {
    switch self {
    case .invalidPartitionKey, .activePartitionExceeded: "DynamicPartitioning.\(rawValue)"
    case .processingFailed: "Processing.\(rawValue)"
    default: "DataFormatConversion.\(rawValue)"
    }
  }
}
