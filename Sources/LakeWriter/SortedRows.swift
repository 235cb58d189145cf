import ColumnFormat
import RowFormat

/// The rows of a block that belong to one partition.
struct PartitionRows {
  var key: PartitionKey
  var rows: Buffer<UInt32>
  /// The rows in memory of their own, where they are many.
  var piece: PartitionBuffer.Piece?
}

/// The rows of a block with the partition of each.
struct SortedRows {
  var decoded: DecodedBlock
  var inputByteCount: Int
  var parts: [PartitionRows]
  /// Rows that are in no part because they are rejected.
  var failed: [RejectedRecord]
  var untimedCount: Int
  /// Rows that are in no part because their time is not in the window.
  var outsideCount: Int
  /// Records that were left out before, and rows that are in no part because they are removals.
  var filteredCount = 0
  /// How the decoded block was made of the one that was read, if it was.
  var staged: RecordStage.Staged?
  /// The fields of the records before the projection; nil without one.
  var inputSchema: Schema?
  /// Records that the projection left out or failed on.
  var projectedAwayCount = 0
  /// The key of each row, where repetitions are left out.
  var keys: [KeyHash?]?

  /// Copies the rows of partitions that get many of them, so that nobody has to wait for that.
  mutating func copyLargeParts() {
    for index in parts.indices where parts[index].rows.count >= PartitionBuffer.Piece.rowCountMin {
      parts[index].piece = PartitionBuffer.Piece(
        decoded.batch,
        rows: parts[index].rows,
        schema: decoded.schema
      )
    }
  }

  /// The record of a row as a rejected one; needs ``DecodedBlock/places``.
  func record(_ row: Int, of block: RecordBlock, _ cause: RejectCause, _ message: String)
    -> RejectedRecord
  {
    let place = decoded.places[row]
    let input = staged?.numbered.block ?? block
    let record = RejectedRecord(
      cause: cause,
      message: message,
      bytes: Array(input.bytes.values[place]),
      recordNumber: decoded.recordNumbers?[row] ?? input.firstRecord + row,
      byteOffset: input.byteOffset + place.lowerBound,
      path: input.path
    )
    return staged.map { $0.original(record, of: block) } ?? record
  }
}
