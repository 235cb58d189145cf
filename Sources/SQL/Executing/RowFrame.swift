import ColumnFormat

/// The rows that an expression is evaluated on: a batch, or some of another frame's rows.
///
/// Columns are taken only when an expression asks for them, and once.
final class RowFrame {
  let rowCount: Int
  private var columns: [Column?]
  private let parent: RowFrame?
  private let rows: Buffer<UInt32>?

  /// All rows of a batch.
  init(_ batch: Batch) {
    rowCount = batch.rowCount
    columns = batch.columns
    parent = nil
    rows = nil
  }

  /// Some rows of `parent`, and columns of the new frame's own after the parent's.
  init(_ parent: RowFrame, rows: Buffer<UInt32>, adding own: [Column] = []) {
    rowCount = rows.count
    columns = Array(repeating: nil, count: parent.columns.count) + own
    self.parent = parent
    self.rows = rows
  }

  func taking(_ rows: Buffer<UInt32>) -> RowFrame { RowFrame(self, rows: rows) }

  func column(_ index: Int) -> Column {
    if let known = columns[index] { return known }
    guard let parent, let rows else { preconditionFailure("a frame lacks column \(index)") }
    let taken = parent.column(index).taking(rows)
    columns[index] = taken
    return taken
  }
}
