public import ColumnFormat

/// A table at one generation: everything read through it belongs together.
public struct TableSnapshot: Sendable {
  /// What the table is; types that are still open read as text.
  public let description: TableDescription
  /// The newest schema version, with its causes.
  public let version: SchemaVersion
  /// Counts the changes of the table, of its partitions too.
  public let generation: Int
  /// How many partitions are registered.
  public let partitionCount: Int

  let segments: [TableGeneration.Segment]

  init(_ generation: TableGeneration, _ version: SchemaVersion, _ name: TableName) {
    var description = TableDescription(
      name: name,
      location: generation.location,
      format: generation.format,
      columns: version.columns.map(\.settled),
      partitionKeys: version.partitionKeys,
      parameters: generation.parameters,
      version: version.number
    )
    description.details = generation.details
    self.description = description
    self.version = version
    self.generation = generation.number
    partitionCount = generation.partitionCount
    segments = generation.segments
  }
}

/// What a table shall become.
public struct TableUpdate: Sendable {
  /// The folder that holds the data, absolute or relative to the lake's folder.
  public var location: String
  /// How its files are laid out.
  public var format: DataFormat
  /// The columns; ids of known ones are the catalog's, those of new ones are kept if free.
  public var columns: [Field]
  /// The columns in the folders' names.
  public var partitionKeys: [Field]
  /// All parameters.
  public var parameters: [String: String]
  /// Partitions to register; one with known values takes the place of the old one.
  public var addedPartitions: [Partition]
  /// Partitions to forget, by their values.
  public var removedPartitions: [Partition]
  /// What DDL says beside; nil leaves that as it is.
  public var details: TableDetails?
  /// Whether another order of the columns is a change by itself; otherwise the known order stays.
  public var reorders = false
  /// A version of the table whose fields come back with their ids.
  public var restored: SchemaVersion?
  /// What caused the change of a column, by its dotted path.
  public var causes: @Sendable (String) -> ChangeCause?

  /// A table as described, with what else is known.
  public init(
    location: String,
    format: DataFormat,
    columns: [Field],
    partitionKeys: [Field],
    parameters: [String: String] = [:],
    addedPartitions: [Partition] = [],
    removedPartitions: [Partition] = [],
    causes: @escaping @Sendable (String) -> ChangeCause? = { _ in nil }
  ) {
    self.location = location
    self.format = format
    self.columns = columns
    self.partitionKeys = partitionKeys
    self.parameters = parameters
    self.addedPartitions = addedPartitions
    self.removedPartitions = removedPartitions
    self.causes = causes
  }

  /// A table that stays as it is; change what shall change.
  public init(_ snapshot: TableSnapshot) {
    self.init(
      location: snapshot.description.location,
      format: snapshot.description.format,
      columns: snapshot.version.columns,
      partitionKeys: snapshot.version.partitionKeys,
      parameters: snapshot.description.parameters
    )
  }
}
