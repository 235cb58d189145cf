/// What may be set about a crawl.
public struct CrawlOptions: Sendable {
  /// What happens to a table whose files have another schema than the catalog.
  public enum OnChange: String, Sendable, CaseIterable {
    /// Columns come, go, and widen.
    case update
    /// The table is left alone; the difference is reported.
    case log
    /// Columns only come.
    case mergeNew = "merge-new"
  }

  /// What happens to tables and partitions without files.
  public enum OnDelete: String, Sendable, CaseIterable {
    /// Tables are marked as deprecated, partitions are forgotten.
    case deprecate
    /// Tables and partitions are forgotten.
    case delete
    /// Both stay; the difference is reported.
    case log
  }

  /// Which folders make one table.
  public enum Grouping: String, Sendable, CaseIterable {
    /// Those whose columns are mostly the same.
    case similar
    /// All below the path.
    case combine
  }

  /// Which files are opened.
  public enum Recrawl: String, Sendable, CaseIterable {
    case all
    /// Those that are not of the same path, size and time as in the last crawl.
    case new
  }

  /// How partition keys get their types.
  public enum PartitionTypes: String, Sendable, CaseIterable {
    /// `int` if all values are up to nine digits, `date` if all are ISO dates, else `string`.
    case infer
    /// Always `string`, as Glue does.
    case string
  }

  /// The database of tables outside the lake's own `data/DATABASE/TABLE`.
  public var database: String?
  /// The name of the one table that a path makes.
  public var table: String?
  /// Glue's patterns, relative to the path.
  public var excludes: [String] = []
  /// How many files are looked at in each folder, and of text their first records only; nil stands
  /// for all of all files.
  public var sampleCount: Int?
  /// Schema changes.
  public var onChange = OnChange.update
  /// Missing files.
  public var onDelete = OnDelete.deprecate
  /// Which folders make one table.
  public var grouping = Grouping.similar
  /// The level of the folders that are tables: the path itself is 1.
  public var tableLevel: Int?
  /// Which files are opened.
  public var recrawl = Recrawl.all
  /// What a new schema version may do to readers.
  public var compatibility = SchemaCompatibility.none
  /// Types of partition keys.
  public var partitionTypes = PartitionTypes.infer
  /// Whether only to say what would change.
  public var isDryRun = false
  /// How many files are read at once.
  public var threadCount = 2

  /// The defaults.
  public init() {}
}
