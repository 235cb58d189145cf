/// What the records of an input are wrapped in, and how they are taken apart.
public struct InputEnvelope: Sendable, Hashable {
  /// What is around the records.
  public enum Wrapping: String, Sendable, Hashable {
    /// Nothing: each line is a record.
    case lines
    /// JSON documents that go over several lines, one after the other or as the elements of arrays.
    case documents
    /// Records of Kinesis as GetRecords, PutRecordBatch, Firehose, EventBridge Pipes and Lambda's events
    /// show them: JSON with the payload in base64.
    case kinesis
  }

  /// What is around the records.
  public var wrapping: Wrapping
  /// What is taken out of each record; nil for all of its JSON documents.
  public var subRecords: SubRecords?

  /// An envelope.
  public init(_ wrapping: Wrapping, subRecords: SubRecords? = nil) {
    self.wrapping = wrapping
    self.subRecords = subRecords
  }

  /// Documents over several lines, or in arrays.
  public static let documents = InputEnvelope(.documents)
  /// Records of Kinesis.
  public static let kinesis = InputEnvelope(.kinesis)
}

/// How Firehose's de-aggregation (`RecordDeAggregation`) takes several records out of one.
public enum SubRecords: Sendable, Hashable {
  /// JSON documents, one after the other.
  case json
  /// Text between these bytes.
  case delimited([UInt8])

  /// The most that Firehose takes out of one record.
  public static let countMax = 500
}

/// ```
///   envelope = ( "lines" / "documents" / "kinesis" ) [ " json" / " delimited " BASE64 ]
/// ```
extension InputEnvelope: RawRepresentable {
  /// The envelope as journals write it.
  public var rawValue: String {
    switch subRecords {
    case nil: return wrapping.rawValue
    case .json: return "\(wrapping.rawValue) json"
    case .delimited(let delimiter):
      var text: [UInt8] = []
      Base64.append(delimiter, to: &text)
      return "\(wrapping.rawValue) delimited \(String(decoding: text, as: UTF8.self))"
    }
  }

  /// Reads what ``rawValue`` wrote; nil for anything else.
  public init?(rawValue: String) {
    let words = rawValue.split(separator: " ", omittingEmptySubsequences: false)
    guard let wrapping = Wrapping(rawValue: String(words[0])) else { return nil }
    switch (words.count, words.dropFirst().first) {
    case (1, _): self.init(wrapping)
    case (2, "json"): self.init(wrapping, subRecords: .json)
    case (3, "delimited"):
      guard let delimiter = Base64.decode(String(words[2])), !delimiter.isEmpty else { return nil }
      self.init(wrapping, subRecords: .delimited(delimiter))
    default: return nil
    }
  }
}
