import ColumnFormat
import TestSupport

@testable import SQL

/// A folder of Parquet files that queries are asked of: each file or folder in it is a table.
struct FileQueries {
  let folder = TemporaryDirectory()

  /// Writes a file of the given columns, `groupRowCount` rows in a row group.
  func write(
    _ name: String,
    _ columns: [(field: Field, values: [Scalar])],
    groupRowCount: Int = 1 << 20
  ) throws {
    try write(
      name,
      Schema(columns.map(\.field)),
      columns.map { Column.fromScalars($0.values, $0.field.type.physicalType) },
      groupRowCount: groupRowCount
    )
  }

  /// Writes a file of whole columns.
  func write(
    _ name: String,
    _ schema: Schema,
    _ columns: [Column],
    groupRowCount: Int = 1 << 20
  ) throws {
    let sink = MemorySink()
    var options = WriterOptions()
    options.rowGroupRowCountMax = groupRowCount
    options.pageRowCountMax = 1000
    var writer = try ParquetWriter(
      sink: sink,
      schema: schema,
      options: options
    )
    try writer.write(Batch(columns: columns, rowCount: columns.first?.count ?? 0))
    _ = try writer.finish()
    folder.write(sink.bytes, to: name)
  }

  /// The rows of a query, which may hold `memory` bytes.
  func rows(_ sql: String, threads: Int = 2, memory: Int? = nil) throws -> [[Scalar]] {
    var rows: [[Scalar]] = []
    _ = try run(sql, threads: threads, memory: memory) { batch in
      for row in 0..<batch.rowCount { rows.append(batch.columns.map { $0.scalar(at: row) }) }
    }
    return rows
  }

  /// Hands over the rows of a query, and tells what it took.
  func run(
    _ sql: String,
    threads: Int,
    memory: Int? = nil,
    receive: (Batch) throws -> Void
  ) throws -> QueryStatistics {
    var options = QueryOptions()
    if let memory { options.memoryByteCount = memory }
    options.dataFolder = folder.path
    options.threads = threads
    return try QueryEngine(options).run(sql, begin: { _ in }, receive: receive)
  }

  /// The lines of EXPLAIN ANALYZE that name operators, without their figures.
  func operators(_ sql: String) throws -> [String] {
    try rows("EXPLAIN ANALYZE " + sql).compactMap { row in
      guard case .bytes(let bytes) = row[0] else { return nil }
      let line = String(decoding: bytes, as: UTF8.self).drop { $0 == " " }
      return line.hasPrefix("rows in") || line.hasPrefix("memory") ? nil : String(line)
    }
  }
}
