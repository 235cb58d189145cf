public import ColumnFormat
public import RowFormat

/// How the bytes of a table's files are laid out.
public enum DataFormat: Sendable, Hashable {
  /// Parquet; the files bring their own schema.
  case parquet
  /// One JSON object a line.
  case ndjson
  /// Delimited text.
  case csv(CSVLayout)
  /// Text as one of Hive's SerDes reads it.
  case text(SerDe)
}

/// A table's full name; both parts are lower case.
public struct TableName: Sendable, Hashable, CustomStringConvertible {
  /// The database.
  public var database: String
  /// The table within it.
  public var table: String

  /// A name; folded to lower case, as Glue does.
  public init(database: String, table: String) {
    self.database = database.lowercased()
    self.table = table.lowercased()
  }

  /// Both parts with a dot between them.
  public var description: String { "\(database).\(table)" }
}

/// What the catalog knows of a table at one schema version.
public struct TableDescription: Sendable, Hashable {
  /// The full name.
  public var name: TableName
  /// The folder that holds the data, absolute or relative to the lake's folder.
  public var location: String
  /// How its files are laid out.
  public var format: DataFormat
  /// The columns in the files, with their stable ids.
  public var columns: [Field]
  /// The columns in the folders' names.
  public var partitionKeys: [Field]
  /// Glue's table parameters, such as `classification` and `recordCount`.
  public var parameters: [String: String]
  /// The number of the schema version, from 1.
  public var version: Int
  /// What DDL says beside.
  public var details = TableDetails()

  /// A description as given.
  public init(
    name: TableName,
    location: String,
    format: DataFormat,
    columns: [Field],
    partitionKeys: [Field],
    parameters: [String: String] = [:],
    version: Int = 1
  ) {
    self.name = name
    self.location = location
    self.format = format
    self.columns = columns
    self.partitionKeys = partitionKeys
    self.parameters = parameters
    self.version = version
  }
}

/// One folder of a partitioned table.
public struct Partition: Sendable, Hashable {
  /// A value for each partition key, as text; nil stands for `__HIVE_DEFAULT_PARTITION__`.
  public var values: [String?]
  /// The folder, absolute or relative to the table's location.
  public var location: String

  /// A partition as given.
  public init(values: [String?], location: String) {
    self.values = values
    self.location = location
  }
}
