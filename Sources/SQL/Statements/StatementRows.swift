import ColumnFormat

/// The rows of SHOW, DESCRIBE and EXPLAIN: a few columns of text.
struct StatementRows {
  let names: [String]
  let rows: [[String]]

  init(_ names: [String], _ rows: [[String]]) {
    self.names = names
    self.rows = rows
  }

  var columns: [ResultColumn] { names.map { ResultColumn(name: $0, type: .text) } }

  var batch: Batch {
    let columns = names.indices.map { index in
      Column.fromScalars(rows.map { Scalar.text($0[index]) }, .bytes)
    }
    return Batch(columns: columns, rowCount: rows.count)
  }
}
