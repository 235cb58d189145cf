/// Why a single record could not be delivered; the input goes on after it.
public enum RejectCause: String, Sendable, Hashable, CaseIterable {
  /// The record is not one JSON object, or breaks JSON's grammar.
  case malformedJSON = "malformed-json"
  /// A quoted field is not closed, or goes on after its closing quote.
  case malformedCSV = "malformed-csv"
  /// The record is JSON, but neither a stream record nor an item of DynamoDB.
  case malformedDynamoDB = "malformed-dynamodb"
  /// The record has more or fewer fields than the file has columns.
  case wrongFieldCount = "wrong-field-count"
  /// Some bytes are not UTF-8.
  case invalidUTF8 = "invalid-utf8"
  /// The record is longer than the limit.
  case tooLarge = "too-large"
  /// A value does not fit its column's type.
  case valueOutOfRange = "value-out-of-range"
  /// The record has no usable event time.
  case missingTime = "missing-time"
  /// What should hold records in base64 holds none.
  case invalidEnvelope = "invalid-envelope"
  /// There are more records in one than Firehose takes.
  case limitExceeded = "limit-exceeded"
  /// A template or transform makes nothing of the record.
  case processingFailed = "ProcessingFailed"
  /// The query for partition keys fails, or gives a key that is null or empty.
  case invalidPartitionKey = "InvalidPartitionKey"
  /// There are as many open partitions as may be, and the record belongs to another one.
  case activePartitionExceeded = "ActivePartitionExceeded"
}

/// A record that could not be delivered, with its reason, its bytes and its place.
public struct RejectedRecord: Sendable, Hashable {
  /// The class of the trouble.
  public var cause: RejectCause
  /// What is wrong, in words: names the column and the value where there is one.
  public var message: String
  /// The record as it stood in the input, without its line end.
  ///
  /// Nothing is left out. A record of more than ``byteCountMax`` bytes comes in several parts.
  public var bytes: [UInt8]
  /// The record's number in its input, from zero.
  ///
  /// In JSON inputs this counts lines, in CSV inputs the records after the header; empty lines
  /// count too, so that number plus one is the line an editor shows for inputs without header.
  public var recordNumber: Int
  /// Where the record starts in the decompressed input.
  public var byteOffset: Int
  /// The input as the user named it.
  public var path: String

  /// Which part of its record this is, from zero.
  public var part = 0
  /// Whether the record goes on after this part.
  public var hasMore = false

  /// The error in the words of the service or command that gave it; nil where ``cause`` says it all.
  public var errorCode: String?
  /// How often it was tried to make something of the record.
  public var attemptCount = 1
  /// The number that the envelope around the record gave it; nil where it had none.
  public var sequenceNumber: String?
  /// Whether the bytes are a record; otherwise they are an envelope that none came out of.
  public var isRecord = true

  /// How many bytes of a record are kept in one piece.
  public static let byteCountMax = 64 << 20

  /// A rejected record with all its facts.
  public init(
    cause: RejectCause,
    message: String,
    bytes: [UInt8],
    recordNumber: Int,
    byteOffset: Int,
    path: String
  ) {
    self.cause = cause
    self.message = message
    self.bytes = bytes
    self.recordNumber = recordNumber
    self.byteOffset = byteOffset
    self.path = path
  }
}
