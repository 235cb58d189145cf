public import ColumnFormat

/// The rows of a block, typed, and the records that gave no row.
public struct DecodedBlock: Sendable {
  /// The rows in input order, one column for each field of ``schema``.
  ///
  /// Text values may point into the block's own memory and keep it alive: copy what is kept for
  /// longer than the block.
  public var batch: Batch
  /// What the columns mean.
  public var schema: Schema
  /// The records that gave no row, in input order.
  public var rejected: [RejectedRecord]
  /// The record number of each row; nil where row `i` is record `firstRecord + i` of the block.
  public var recordNumbers: [Int]?
  /// Where in the block each row's record stands; only where ``DecodingOptions/keepsPlaces`` is set.
  public var places: [Range<Int>] = []

  /// Rows with their meaning and the records beside them.
  public init(
    batch: Batch,
    schema: Schema,
    rejected: [RejectedRecord] = [],
    recordNumbers: [Int]? = nil
  ) {
    self.batch = batch
    self.schema = schema
    self.rejected = rejected
    self.recordNumbers = recordNumbers
  }
}
