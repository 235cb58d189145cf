public import ColumnFormat

/// A run of whole records of one input.
///
/// The memory goes on for ``padding`` zero bytes after the records, so that scanners may read 16
/// bytes at a time and stop at the zeros; both ways to make a block see to that.
public struct RecordBlock: Sendable {
  /// How many readable bytes follow the records.
  public static let padding = 64

  /// The input as the user named it; `-` is standard input.
  public let path: String
  /// The records, each with its line end; the last one of an input may lack it.
  public let bytes: Buffer<UInt8>
  /// The number of the first record in its input, from zero.
  public let firstRecord: Int
  /// Where the block starts in the decompressed input.
  public let byteOffset: Int
  /// Where the input goes on after the block.
  public let end: InputPosition
  /// The names of a CSV input's columns, from its header or `col0`, `col1`, …; nil otherwise.
  public let columnNames: [String]?
  /// Records of the input before this block's end that were too large to be in any block.
  public let rejected: [RejectedRecord]
  /// Which envelopes the records came in, in order; none without envelopes.
  var sequencePlaces: [SequencePlace] = []

  /// A block of copied bytes.
  ///
  /// - Parameters:
  ///   - path: The input as the user named it.
  ///   - records: Whole records; for CSV without the header.
  ///   - firstRecord: The number of the first record.
  ///   - byteOffset: Where the records start in the input.
  ///   - columnNames: The columns' names, for CSV.
  public init(
    path: String,
    records: some Collection<UInt8>,
    firstRecord: Int = 0,
    byteOffset: Int = 0,
    columnNames: [String]? = nil
  ) {
    let memory = Buffer<UInt8>(repeating: 0, count: records.count + RecordBlock.padding)
    _ = UnsafeMutableBufferPointer(start: memory.base, count: records.count)
      .update(fromContentsOf: records)
    self.init(
      path: path,
      padded: memory.slice(0..<records.count),
      firstRecord: firstRecord,
      recordCount: records.count(where: { $0 == UInt8(ascii: "\n") }),
      byteOffset: byteOffset,
      columnNames: columnNames
    )
  }

  /// A block of bytes that ``padding`` zeros follow in memory.
  init(
    path: String,
    padded bytes: Buffer<UInt8>,
    firstRecord: Int,
    recordCount: Int,
    byteOffset: Int,
    columnNames: [String]?,
    rejected: [RejectedRecord] = [],
    part: Int = 0
  ) {
    self.path = path
    self.bytes = bytes
    self.firstRecord = firstRecord
    self.byteOffset = byteOffset
    end = InputPosition(
      byteOffset: byteOffset + bytes.count,
      recordNumber: firstRecord + recordCount,
      part: part
    )
    self.columnNames = columnNames
    self.rejected = rejected
  }
}
