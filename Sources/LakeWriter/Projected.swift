import ColumnFormat
import RowFormat

/// The rows of a block after the projection, if there is one.
struct Projected {
  /// The rows that go on.
  var decoded: DecodedBlock
  /// The same rows with the columns that they had before; nil without a projection.
  private var before: DecodedBlock?
  /// Records on which the projection fails.
  var failed: [RejectedRecord] = []
  /// Records of which it makes no row.
  var leftOutCount = 0

  /// The fields of the records before the projection; nil without one.
  var inputSchema: Schema? { before?.schema }

  /// Where fields may be found that settings name: first what is delivered, then what was read.
  var sources: [DecodedBlock] { [decoded] + (before.map { [$0] } ?? []) }

  /// Applies a projection to the rows of a block.
  init(
    _ input: DecodedBlock,
    _ projection: (any RecordProjection)?,
    of block: RecordBlock
  ) throws(LakeWriterError) {
    guard let projection else {
      decoded = input
      return
    }
    let result: ProjectedRows
    do throws(ProjectionFault) {
      result = try projection.project(input.batch, schema: input.schema)
    } catch {
      throw LakeWriterError(
        .invalidSettings("--select: \(error.message)"),
        path: block.path,
        help: error.help ?? "go on with --resume and another query, such as one with try_cast"
      )
    }
    var kept = input
    if let rows = result.rows {
      kept.batch = input.batch.taking(Buffer(rows.map { UInt32(truncatingIfNeeded: $0) }))
      kept.recordNumbers = rows.map { Projected.number($0, input, block) }
      kept.places = input.places.isEmpty ? [] : rows.map { input.places[$0] }
    }
    decoded = kept
    decoded.batch = result.batch
    decoded.schema = result.schema
    before = kept
    failed = result.failed.map { row, message in
      Projected.rejected(row, message, input, block)
    }
    leftOutCount = input.batch.rowCount - result.batch.rowCount - failed.count
  }

  /// A record on which the projection fails, as it was read; a row of Parquet as JSON.
  private static func rejected(
    _ row: Int,
    _ message: String,
    _ rows: DecodedBlock,
    _ block: RecordBlock
  ) -> RejectedRecord {
    let place = rows.places.isEmpty ? 0..<0 : rows.places[row]
    return RejectedRecord(
      cause: .processingFailed,
      message: message,
      bytes: rows.places.isEmpty
        ? ValueWords.object(row, of: rows)
        : Array(block.bytes.values[place]),
      recordNumber: number(row, rows, block),
      byteOffset: block.byteOffset + (rows.places.isEmpty ? row : place.lowerBound),
      path: block.path
    )
  }

  private static func number(_ row: Int, _ rows: DecodedBlock, _ block: RecordBlock) -> Int {
    rows.recordNumbers?[row] ?? block.firstRecord + row
  }
}
