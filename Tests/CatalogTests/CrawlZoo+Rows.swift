import Catalog
import ColumnFormat
import RowFormat
import TestSupport

#if canImport(Glibc)
  import Glibc
#endif

extension CrawlZoo {
  /// Writes a Parquet file with the rows that some JSON lines give.
  func parquet(_ name: String, _ fields: [Field], json: String) throws {
    let path = directory.write("", to: name)
    let decoder = RecordDecoder(format: .ndjson)
    let rows = try decoder.decode(
      RecordBlock(path: name, records: json.utf8),
      fixed: Schema(fields)
    )
    if let rejected = rows.rejected.first { throw NoRow(reason: rejected.message) }
    let sink = try FileSink(path: path)
    var writer = try ParquetWriter(sink: sink, schema: Schema(fields), options: WriterOptions())
    try writer.write(rows.batch)
    _ = try writer.finish()
    try sink.close()
  }

  /// A record that gave no row.
  struct NoRow: Error {
    var reason: String
  }

  /// The rows of a file in the columns of a table.
  func rows(_ name: String, isParquet: Bool, as schema: Schema) throws -> Batch {
    if isParquet {
      let file = try ParquetFile(path: directory(name))
      let fields = Array(file.schema.fields.indices)
      let reader = try file.reader(rowGroup: 0, fields: fields)
      let columns = try fields.map { try reader.read($0, count: file.rowCount) }
      return try BatchCasting.cast(
        Batch(columns: columns, rowCount: file.rowCount),
        from: file.schema,
        to: schema
      )
    }
    let reader = try RecordBlockReader(path: directory(name), format: .ndjson)
    guard let block = try reader.next() else { throw NoRow(reason: "no records") }
    let rows = try RecordDecoder(format: .ndjson).decode(block, fixed: schema)
    if let rejected = rows.rejected.first { throw NoRow(reason: rejected.message) }
    return rows.batch
  }
}

extension TemporaryDirectory {
  /// Removes a file.
  func remove(_ name: String) { unlink(self(name)) }
}

/// Cells written down for comparison.
enum CellText {
  static func text(_ column: Column, _ row: Int, _ type: LogicalType) -> String {
    guard column.isValid(row) else { return "null" }
    switch (column.flatValues, type) {
    case (.list(let offsets, let elements), .list(let element)):
      let cells = (offsets[row]..<offsets[row + 1]).map { text(elements, Int($0), element.type) }
      return "[" + cells.joined(separator: ",") + "]"
    case (.row(let columns), .row(let fields)):
      return "(" + zip(columns, fields).map { text($0, row, $1.type) }.joined(separator: ",") + ")"
    default: break
    }
    switch column.scalar(at: row) {
    case .null: return "null"
    case .boolean(let value): return "\(value)"
    case .int(let value): return number(Int128(value), type)
    case .int128(let value): return number(value, type)
    case .float(let value): return "\(value)"
    case .double(let value): return "\(value)"
    case .bytes(let bytes): return String(decoding: bytes, as: UTF8.self)
    default: return "?"
    }
  }

  private static func number(_ value: Int128, _ type: LogicalType) -> String {
    guard case .decimal(_, let scale) = type, scale > 0 else { return "\(value)" }
    let digits = String(value.magnitude)
    let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
    return (value < 0 ? "-" : "") + padded.dropLast(scale) + "." + padded.suffix(scale)
  }
}
