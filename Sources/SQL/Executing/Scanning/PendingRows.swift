import ColumnFormat

/// Rows of a row group that passed the filters, before their other columns are read.
///
/// Where few rows pass, those of many batches are put together first, so that a column is visited once
/// for about a thousand rows and not for every two thousand that were looked at.
struct PendingRows {
  /// So many rows are handed on.
  private static let rowCountMin = 1024
  /// Or as many as passed among so many.
  private static let spanMax = 16 * Batch.rowCountTarget
  /// Of so many rows that were looked at one passed, or fewer: operators that collect such rows would
  /// hold nearly all pages of the file.
  private static let sparseness = 8

  /// The first row that was looked at, and the end of those that were.
  private var span = 0..<0
  /// The rows that passed, from the span's first one on.
  private var rows = BufferBuilder<UInt32>(capacity: Batch.rowCountTarget)
  /// What was read for the filters, by position, cut down to the rows that passed.
  private var pieces: [Int: [Column]]

  /// No rows; `filtered` are the columns that filters look at, all of them.
  init(filtered: Set<Int>) {
    pieces = Dictionary(filtered.map { ($0, []) }, uniquingKeysWith: { first, _ in first })
  }

  var count: Int { rows.count }

  var isDue: Bool {
    rows.count >= PendingRows.rowCountMin || (rows.count > 0 && span.count >= PendingRows.spanMax)
  }

  /// Adds the rows of a range that passed; nil for all.
  ///
  /// `load` gives the column at a position for these rows.
  mutating func add(
    _ range: Range<Int>,
    _ passed: Buffer<UInt32>?,
    _ load: (Int) throws -> Column
  ) rethrows {
    if rows.count == 0 { span = range.lowerBound..<range.lowerBound }
    let offset = UInt32(truncatingIfNeeded: range.lowerBound - span.lowerBound)
    span = span.lowerBound..<range.upperBound
    for index in 0..<(passed?.count ?? range.count) {
      rows.append(offset &+ (passed?.base[index] ?? UInt32(truncatingIfNeeded: index)))
    }
    for position in pieces.keys { pieces[position]?.append(try load(position)) }
  }

  /// The rows with all columns, of which there are none afterwards.
  ///
  /// `read` gives the column at a position for some rows of a range, nil for all.
  mutating func take(
    columnCount: Int,
    _ read: (Int, Range<Int>, Buffer<UInt32>?) throws -> Column
  ) rethrows -> Batch {
    let taken = rows.finish()
    let chosen = taken.count == span.count ? nil : taken
    var columns: [Column] = []
    columns.reserveCapacity(columnCount)
    for position in 0..<columnCount {
      if let own = pieces[position] {
        // Operators may look at a value more than once.
        columns.append(Column.concatenate(own).expanded())
        pieces[position] = []
      } else {
        columns.append(try read(position, span, chosen))
      }
    }
    rows = BufferBuilder<UInt32>(capacity: Batch.rowCountTarget)
    if taken.count * PendingRows.sparseness <= span.count {
      columns = columns.map { $0.detached() }
    }
    return Batch(columns: columns, rowCount: taken.count)
  }
}
