import Catalog
import ColumnFormat

/// A table that a query may read: its columns, and where its files lie.
struct TableHandle: Sendable {
  struct TableColumn: Sendable {
    var name: String
    var type: SQLType
    /// What the catalog or the files say, for casts while reading.
    var logicalType: LogicalType
    /// Whether the value comes from the partition and not from the file: which of its values.
    var partitionIndex: Int?
    /// `$path` and its like: filled in by the scan, not part of `*`.
    var isHidden: Bool = false
  }

  /// Files that share partition values.
  struct PartitionFiles: Sendable {
    /// One for each partition column, already of its type.
    var values: [Scalar]
    var files: FileList
  }

  enum FileList: Sendable {
    /// Known files.
    case files([DataFile])
    /// A folder to list when the query really needs it: all files at any depth whose names do not
    /// start with `_` or `.`.
    case folder(String)
  }

  struct DataFile: Sendable {
    var path: String
    var byteCount: Int
  }

  /// As the query wrote it.
  var name: String
  var columns: [TableColumn]
  var partitions: [PartitionFiles]
  var format: DataFormat
  /// Whether columns are found in Parquet files by their position and not by their name, as
  /// Athena's `parquet.column.index.access` has it.
  var readsByPosition = false
  /// Text read by a SerDe: how.
  var lines: LineFormat? = nil
  /// CloudTrailInputFormat: a document's `Records` are the rows.
  var opensRecords = false
  /// Where partitions are computed for each query; then ``partitions`` is empty.
  var projection: PartitionProjection? = nil
  /// The rows themselves: of a table that has no files, such as those of `information_schema`.
  var memory: Batch? = nil
  /// The query that stands for the table.
  var view: ViewDefinition? = nil
  /// The rows of all files, where the resolver knows it without reading data: footers, the catalog.
  var rowCount: Int? = nil
  /// What is known of a column's values over all files, by position in `columns`; for join order.
  var statistics: [Int: ColumnStatistics] = [:]

  /// A column's values as a whole; every part may be unknown.
  struct ColumnStatistics: Sendable {
    var min: Scalar? = nil
    var max: Scalar? = nil
    var distinctCount: Int? = nil
    var nullCount: Int? = nil
  }
}
