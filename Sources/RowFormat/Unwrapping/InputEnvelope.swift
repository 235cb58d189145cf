/// What the records of an input are wrapped in.
public enum InputEnvelope: String, Sendable, Hashable {
  /// JSON documents that go over several lines, one after the other or as the elements of arrays.
  case documents
  /// Records of Kinesis as GetRecords, Firehose, EventBridge Pipes and Lambda's events show them: JSON
  /// with the payload in base64.
  case kinesis
}
