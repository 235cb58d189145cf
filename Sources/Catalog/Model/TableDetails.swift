/// How one of Hive's SerDes reads a table's text files.
public struct SerDe: Sendable, Hashable {
  /// The Java class, such as `org.openx.data.jsonserde.JsonSerDe`.
  public var library: String
  /// SERDEPROPERTIES.
  public var properties: [String: String]

  /// A SerDe with its properties.
  public init(library: String, properties: [String: String] = [:]) {
    self.library = library
    self.properties = properties
  }

  /// The class without its package, such as `JsonSerDe`: for messages.
  public var className: String { library.split(separator: ".").last.map(String.init) ?? library }
}

/// What statements of DDL say about a table beside its columns, place and format.
public struct TableDetails: Sendable, Hashable {
  /// The Java class that cuts files into records; nil is what the format implies.
  public var inputFormat: String?
  /// The Java class that writes; nil is what the format implies.
  public var outputFormat: String?
  /// SERDEPROPERTIES of a Parquet table.
  public var serDeProperties: [String: String] = [:]
  /// The comments of columns and partition keys, by lower-case name.
  public var comments: [String: String] = [:]
  /// Hive's types that keep less than lake does, `varchar(10)`, by lower-case name of the column.
  public var declaredTypes: [String: String] = [:]
  /// CLUSTERED BY.
  public var bucketColumns: [String] = []
  /// INTO … BUCKETS; nil for none.
  public var bucketCount: Int?
  /// Glue's `ViewOriginalText` of a view: `/* Presto View: BASE64 */`.
  public var viewText: String?

  /// Nothing beside.
  public init() {}
}
