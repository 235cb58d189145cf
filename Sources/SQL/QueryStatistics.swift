/// What a statement read, did and took.
public struct QueryStatistics: Sendable {
  /// Compressed bytes of the columns that were read.
  public var byteCountRead = 0
  /// The size of all files of the tables.
  public var byteCountTotal = 0
  /// Files that were opened for data.
  public var fileCountRead = 0
  /// All files of the tables.
  public var fileCountTotal = 0
  /// Partitions that were read.
  public var partitionCountRead = 0
  /// All partitions of the tables.
  public var partitionCountTotal = 0
  /// Parquet row groups that were read.
  public var rowGroupCountRead = 0
  /// All row groups of the files that were opened.
  public var rowGroupCountTotal = 0
  /// Rows that left the scans.
  public var rowCountScanned = 0
  /// Rows of the result.
  public var rowCount = 0
  /// The most memory that operators held at a time.
  public var peakMemoryByteCount = 0
  /// What operators put into the temporary file, because it did not fit.
  public var spilledByteCount = 0
  /// From the text to an optimized plan, with the reading of footers.
  public var planningSeconds = 0.0
  /// From the plan to the last row.
  public var executionSeconds = 0.0

  /// Nothing yet.
  public init() {}

  /// From the text to the last row.
  public var seconds: Double { planningSeconds + executionSeconds }
}

extension QueryStatistics {
  mutating func add(_ execution: ExecutionStatistics) {
    byteCountRead = execution.scans.byteCountRead
    byteCountTotal = execution.scans.byteCountTotal
    fileCountRead = execution.scans.fileCountRead
    fileCountTotal = execution.scans.fileCountTotal
    partitionCountRead = execution.scans.partitionCountRead
    partitionCountTotal = execution.scans.partitionCountTotal
    rowGroupCountRead = execution.scans.rowGroupCountRead
    rowGroupCountTotal = execution.scans.rowGroupCountTotal
    rowCountScanned = execution.scans.rowCountScanned
    rowCount = execution.rowCount
    peakMemoryByteCount = execution.peakMemoryByteCount
    spilledByteCount = execution.spilledByteCount
  }
}
