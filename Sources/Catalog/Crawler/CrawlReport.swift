/// What a crawl found and did.
public struct CrawlReport: Sendable {
  /// What became of a table.
  public enum Action: String, Sendable {
    case added
    case changed
    case unchanged
    /// It differs from its files, but changes are only logged.
    case logged
    /// It has no files any more and is marked so.
    case deprecated
    /// It had no files any more.
    case dropped
  }

  /// One table.
  public struct Table: Sendable {
    /// The name.
    public var name: TableName
    /// The folder or file, absolute or relative to the lake's folder.
    public var location: String
    /// What became of it.
    public var action: Action
    /// How its files are laid out.
    public var format: DataFormat
    /// The schema version afterwards.
    public var version: Int
    /// The schema version before; nil if the table is new.
    public var versionBefore: Int?
    /// How many columns the files have.
    public var columnCount: Int
    /// The partition keys.
    public var partitionKeys: [String]
    /// How many partitions there are afterwards.
    public var partitionCount: Int
    /// The partitions that are new.
    public var addedPartitions: [Partition]
    /// The partitions that are gone.
    public var removedPartitions: [Partition]
    /// How many files belong to it.
    public var fileCount: Int
    /// Their size.
    public var byteCount: Int
    /// Their records; nil if not all files were looked at.
    public var recordCount: Int?
    /// What differs from the version before, or would if it were not only logged.
    public var changes: [SchemaChange]

    /// How many partitions are new.
    public var partitionsAdded: Int { addedPartitions.count }
    /// How many partitions are gone.
    public var partitionsRemoved: Int { removedPartitions.count }
  }

  /// A file that is in no table.
  public struct SkippedFile: Sendable, Hashable {
    /// The file.
    public var path: String
    /// Why.
    public var reason: String
  }

  /// The tables, sorted by name.
  public var tables: [Table] = []
  /// Files that were recognised as nothing that can be read, or are damaged.
  public var skipped: [SkippedFile] = []
  /// What a person should know besides.
  public var notes: [String] = []
  /// How many files were found.
  public var fileCount = 0
  /// Their size.
  public var byteCount = 0
  /// How many files were read for their schema.
  public var probedCount = 0
  /// Whether only some of the files, and of text only the first records, were looked at.
  public var isSampled = false
}
