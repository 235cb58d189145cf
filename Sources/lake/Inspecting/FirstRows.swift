import ColumnFormat

/// Reads the first rows of a file.
enum FirstRows {
  static func read(_ file: ParquetFile, count: Int) throws(ColumnFormatError) -> [[Scalar]] {
    var rows: [[Scalar]] = []
    let fields = Array(file.schema.fields.indices)
    for group in file.metadata.rowGroups.indices where rows.count < count {
      let reader = try file.reader(rowGroup: group, fields: fields)
      while rows.count < count,
        let batch = try reader.next(min(count - rows.count, Batch.rowCountTarget))
      {
        for row in 0..<batch.rowCount { rows.append(batch.columns.map { $0.scalar(at: row) }) }
      }
    }
    return rows
  }
}
