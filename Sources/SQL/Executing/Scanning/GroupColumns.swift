import ColumnFormat
import RowFormat

/// The columns of one row group, read in step but each only as far as it is asked for.
final class GroupColumns {
  private let reader: RowGroupReader
  private let columns: FileColumns
  private let path: String
  /// Rows that each of the reader's columns stands behind.
  private var behind: [Int]
  /// What the current batch has loaded, by the scan's columns.
  private var loaded: [Column?]
  /// By the reader's columns: one may serve several of the scan's.
  private var raw: [Column?]
  private var rowCount = 0
  /// Of the row group's first row.
  private let firstRow: RowLocator
  /// The current batch's first row within the row group.
  private var position: Int

  /// - Parameters:
  ///   - reader: The row group, of which nothing has been read.
  ///   - columns: Which columns come from where.
  ///   - start: The first row to read.
  ///   - path: The file, for messages.
  ///   - firstRow: The locator of the row group's first row.
  init(
    _ reader: RowGroupReader,
    _ columns: FileColumns,
    start: Int,
    path: String,
    firstRow: RowLocator
  ) {
    self.reader = reader
    self.columns = columns
    self.path = path
    self.firstRow = firstRow
    position = start
    behind = columns.fields.map { _ in start }
    loaded = columns.origins.map { _ in nil }
    raw = columns.fields.map { _ in nil }
  }

  /// Moves on to the next rows.
  func begin(_ rowCount: Int) {
    for index in raw.indices {
      if raw[index] == nil { behind[index] += self.rowCount }
      raw[index] = nil
    }
    for index in loaded.indices { loaded[index] = nil }
    position += self.rowCount
    self.rowCount = rowCount
  }

  /// All of the batch's rows of a column of the scan.
  func column(_ position: Int) throws -> Column {
    if let column = loaded[position] { return column }
    let column: Column
    switch columns.origins[position] {
    case .constant(let single): column = Column(single.form, count: rowCount)
    case .rowLocator: column = firstRow.column(from: self.position, count: rowCount)
    case .file(let index, let cast):
      var own = try read(index)
      if let cast { own = try widened(own, cast) }
      column = own
    }
    loaded[position] = column
    return column
  }

  private func read(_ index: Int) throws -> Column {
    if let column = raw[index] { return column }
    if behind[index] > 0 {
      try reader.skip(index, count: behind[index])
      behind[index] = 0
    }
    let column = try reader.read(index, count: rowCount)
    raw[index] = column
    return column
  }

  private func widened(_ column: Column, _ cast: (from: Field, to: Field)) throws -> Column {
    do {
      return try BatchCasting.cast(
        Batch(columns: [column], rowCount: rowCount),
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
