/// How the records of an input are written.
public enum RecordFormat: Sendable, Hashable {
  /// JSON objects, one a line; several objects may also stand in one line.
  case ndjson
  /// Delimited text, one record a line; quoted fields may hold line ends.
  case csv(CSVLayout)
  /// DynamoDB stream records or DynamoDB JSON items, one a line.
  case dynamodb

  /// The format's short name: `ndjson`, `csv`, `dynamodb`.
  public var name: String {
    switch self {
    case .ndjson: "ndjson"
    case .csv: "csv"
    case .dynamodb: "dynamodb"
    }
  }
}
