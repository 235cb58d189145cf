import ColumnFormat
import RowFormat

/// Collects records as they were read, for `--backup`: what no filter, template, transform or
/// conversion has touched.
///
/// The files of a stream one after the other hold what the inputs held, decompressed and out of their
/// envelopes; each file of delimited text begins with the names of its columns.
struct SourceBackup {
  /// Records of one format that are to become a file.
  struct Part: Sendable {
    var bytes: [UInt8]
    var format: RecordFormat
    var openedMillis: Int64

    var suffix: String {
      guard case .csv(let layout) = format else { return ".ndjson" }
      return layout.delimiter == 9 ? ".tsv" : ".csv"
    }
  }

  /// Records are worth a file from this size on.
  static let byteCountMax = 16 << 20

  private var open: Part?
  private var columnNames: [String]?

  /// Takes the records of a block, rejected ones too.
  ///
  /// - Returns: What is to be written before.
  mutating func append(_ block: RecordBlock, _ origin: RejectOrigin, nowMillis: Int64) -> Part? {
    if block.bytes.count == 0 && block.rejected.isEmpty { return nil }
    var full: Part?
    if let part = open,
      part.format != origin.format || columnNames != origin.columnNames
        || part.bytes.count >= SourceBackup.byteCountMax
    {
      full = take()
    }
    var part =
      open
      ?? Part(
        bytes: ReplayedRecords.header(
          origin.format,
          .array((origin.columnNames ?? []).map { .string($0) })
        ),
        format: origin.format,
        openedMillis: nowMillis
      )
    open = nil
    columnNames = origin.columnNames
    for record in block.rejected {
      part.bytes += record.bytes
      if !record.hasMore { part.bytes.append(UInt8(ascii: "\n")) }
    }
    part.bytes.append(contentsOf: block.bytes.values)
    if block.bytes.count > 0, part.bytes.last != UInt8(ascii: "\n") {
      part.bytes.append(UInt8(ascii: "\n"))
    }
    open = part
    return full
  }

  /// Hands over what waits.
  mutating func take() -> Part? {
    defer { open = nil }
    return open
  }
}
