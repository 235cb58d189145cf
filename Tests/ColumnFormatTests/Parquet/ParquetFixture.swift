import ColumnFormat
import TestSupport

/// Files under `fixtures/parquet` and what stands in them, as text.
enum ParquetFixture {
  static func path(_ name: String) -> String { TestPaths.fixtures + "/parquet/" + name }

  /// The bytes of a fixture, to be damaged.
  static func bytes(_ name: String) throws -> [UInt8] {
    let file = try MappedFile(path: path(name))
    return withExtendedLifetime(file) { Array(file.bytes) }
  }

  /// All rows, `batch` at a time; `skipping` passes over every other batch, which gives no rows.
  static func rows(_ file: ParquetFile, batch: Int = 1000, skipping: Bool = false) throws
    -> [(Int, [Scalar])]
  {
    var rows: [(Int, [Scalar])] = []
    var first = 0
    let fields = Array(file.schema.fields.indices)
    for rowGroup in file.metadata.rowGroups.indices {
      let reader = try file.reader(rowGroup: rowGroup, fields: fields)
      var done = 0
      while done < reader.rowCount {
        let count = min(batch, reader.rowCount - done)
        if skipping && (done / batch) % 2 == 1 {
          for column in fields { try reader.skip(column, count: count) }
        } else {
          var columns: [Column] = []
          for column in fields { columns.append(try reader.read(column, count: count)) }
          for row in 0..<count {
            rows.append((first + done + row, columns.map { $0.scalar(at: row) }))
          }
        }
        done += count
      }
      first += done
    }
    return rows
  }

  /// All rows of a fixture, one text each.
  static func lines(_ name: String, batch: Int = 1000) throws -> [String] {
    try rows(ParquetFile(path: path(name)), batch: batch).map { text(.row($0.1)) }
  }

  /// A value as text: lists and rows in brackets, readable bytes in quotes, others in hexadecimal.
  static func text(_ scalar: Scalar) -> String {
    switch scalar {
    case .null: "null"
    case .boolean(let value): "\(value)"
    case .int(let value): "\(value)"
    case .int128(let value): "\(value)"
    case .float(let value): "\(value)"
    case .double(let value): "\(value)"
    case .bytes(let bytes):
      if let text = String(validating: bytes, as: UTF8.self),
        bytes.allSatisfy({ $0 >= 0x20 })
      {
        "'\(text)'"
      } else {
        "x" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      }
    case .list(let values): "[" + values.map(text).joined(separator: ", ") + "]"
    case .row(let values): "(" + values.map(text).joined(separator: ", ") + ")"
    }
  }
}
