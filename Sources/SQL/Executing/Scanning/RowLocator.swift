import ColumnFormat

/// Where a row of a scan stands: its file and its number within the file, in one 64-bit integer.
struct RowLocator {
  /// The hidden column that a scan puts locators into.
  static let columnName = "$row_locator"
  /// More files than this have no locators: 40 bits are left for the row.
  static let fileCountMax = 1 << 23
  private static let rowBits: Int64 = 40

  let bits: Int64

  init(bits: Int64) { self.bits = bits }

  init(file: Int, row: Int) { bits = Int64(file) << RowLocator.rowBits | Int64(row) }

  /// The file's number in the scan's list.
  var file: Int { Int(bits >> RowLocator.rowBits) }
  /// The row's number in the file.
  var row: Int { Int(bits & (1 << RowLocator.rowBits - 1)) }

  /// The locators of `count` rows, the first of which is `offset` rows after this one.
  func column(from offset: Int, count: Int) -> Column {
    let values = Buffer<Int64>(count: count)
    let first = bits &+ Int64(offset)
    for index in 0..<count { values.base[index] = first &+ Int64(truncatingIfNeeded: index) }
    return Column(flat: .int64(values), count: count)
  }
}

extension ParquetFile {
  /// The number of rows in the row groups before a row group.
  func firstRow(ofGroup rowGroup: Int) -> Int {
    metadata.rowGroups[..<rowGroup].reduce(0) { $0 + $1.rowCount }
  }
}
