import ColumnFormat
import RowFormat

/// The columns of one row group, each read at its own pace, forward only.
final class GroupColumns {
  private let reader: RowGroupReader
  private let columns: FileColumns
  private let path: String
  /// Of the row group's first row.
  private let firstRow: RowLocator

  /// - Parameters:
  ///   - reader: The row group, of which nothing has been read.
  ///   - columns: Which columns come from where.
  ///   - path: The file, for messages.
  ///   - firstRow: The locator of the row group's first row.
  init(_ reader: RowGroupReader, _ columns: FileColumns, path: String, firstRow: RowLocator) {
    self.reader = reader
    self.columns = columns
    self.path = path
    self.firstRow = firstRow
  }

  /// A column of the scan: its rows in `range`, or of these those at `rows`, which ascend from zero.
  ///
  /// What a column has passed over cannot be read any more.
  func read(_ position: Int, _ range: Range<Int>, rows: Buffer<UInt32>?) throws -> Column {
    switch columns.origins[position] {
    case .constant(let single): return Column(single.form, count: rows?.count ?? range.count)
    case .rowLocator:
      let all = firstRow.column(from: range.lowerBound, count: range.count)
      return rows.map { all.taking($0) } ?? all
    case .file(let index, let cast):
      let own = try readStored(index, range, rows)
      return try cast.map { try widened(own, $0) } ?? own
    }
  }

  private func readStored(_ index: Int, _ range: Range<Int>, _ rows: Buffer<UInt32>?) throws
    -> Column
  {
    let row = reader.rowCount - reader.remaining(index)
    if range.lowerBound > row { try reader.skip(index, count: range.lowerBound - row) }
    guard let rows, rows.count < range.count else {
      return try reader.read(index, count: range.count)
    }
    return try reader.read(index, rows: rows, of: range.count)
  }

  private func widened(_ column: Column, _ cast: (from: Field, to: Field)) throws -> Column {
    do {
      return try BatchCasting.cast(
        Batch(columns: [column], rowCount: column.count),
        from: Schema([cast.from]),
        to: Schema([cast.to])
      ).columns[0]
    } catch {
      throw SQLError(
        .hiveBadData,
        "a value of column '\(cast.from.name)' does not fit the table's type "
          + "\(SQLType(cast.to.type))",
        details: ["file '\(path)': \(error)"]
      )
    }
  }
}
