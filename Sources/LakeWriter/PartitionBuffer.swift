import ColumnFormat
import RowFormat

/// The rows of one partition that wait to become a file, with the types they have by now.
final class PartitionBuffer {
  private(set) var schema: Schema
  private var builders: [ColumnBuilder]
  private(set) var rowCount = 0

  init(schema: Schema) {
    self.schema = schema
    builders = schema.fields.map { ColumnBuilder($0.type) }
  }

  var byteCount: Int { builders.reduce(0) { $0 + $1.byteCount } }

  /// Appends the rows of a batch at `rows`.
  ///
  /// When the stream's types have widened since the last
  /// call, the rows that wait here are widened first.
  func append(_ batch: Batch, rows: Buffer<UInt32>, schema newer: Schema) throws {
    if newer != schema { try widen(to: newer) }
    for (builder, column) in zip(builders, batch.columns) { builder.append(column, rows: rows) }
    rowCount += rows.count
  }

  private func widen(to newer: Schema) throws {
    let old = Batch(columns: builders.map { $0.finish() }, rowCount: rowCount)
    let cast = try BatchCasting.cast(old, from: schema, to: newer)
    schema = newer
    builders = newer.fields.map { ColumnBuilder($0.type) }
    let all = Buffer<UInt32>(count: rowCount)
    for row in 0..<rowCount { all.base[row] = UInt32(truncatingIfNeeded: row) }
    for (builder, column) in zip(builders, cast.columns) { builder.append(column, rows: all) }
  }

  /// All rows; the buffer must not be used afterwards.
  func finish() -> Batch { Batch(columns: builders.map { $0.finish() }, rowCount: rowCount) }
}
