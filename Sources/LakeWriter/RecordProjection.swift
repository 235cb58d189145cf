package import ColumnFormat

/// Computes the columns that are delivered from those that records have: `--select`.
///
/// Each record gives one row or none. Called from several threads at once.
package protocol RecordProjection: Sendable {
  /// Applies the projection to some rows.
  ///
  /// - Parameters:
  ///   - batch: The rows.
  ///   - schema: What their columns mean; a column that the projection names and the schema lacks is
  ///     null in all rows.
  /// - Returns: The rows that come of them, and those of which none comes.
  /// - Throws: When the projection cannot be applied to such columns at all.
  func project(_ batch: Batch, schema: Schema) throws(ProjectionFault) -> ProjectedRows
}

/// The result of a ``RecordProjection``.
package struct ProjectedRows: Sendable {
  package var batch: Batch
  package var schema: Schema
  /// Which of the rows given each row comes from, ascending; nil where each gives one.
  package var rows: [Int]?
  /// Rows on which the projection fails, and why.
  package var failed: [(row: Int, message: String)]

  package init(
    batch: Batch,
    schema: Schema,
    rows: [Int]? = nil,
    failed: [(row: Int, message: String)] = []
  ) {
    self.batch = batch
    self.schema = schema
    self.rows = rows
    self.failed = failed
  }
}

/// Why a projection is of no use for the records.
package struct ProjectionFault: Error, Sendable, Equatable {
  package var message: String
  package var help: String?

  package init(message: String, help: String? = nil) {
    self.message = message
    self.help = help
  }
}
