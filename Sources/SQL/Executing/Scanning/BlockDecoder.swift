import ColumnFormat
import RowFormat

#if canImport(Glibc)
  import Glibc
#endif

/// Turns blocks of records into the columns that a scan reads.
protocol BlockDecoder {
  /// The rows of a block; errors are the query's.
  func decode(_ block: RecordBlock) throws -> Batch
}

/// Records of JSON or delimited text, as lake itself writes and infers them.
struct RecordBlockDecoder: BlockDecoder {
  let decoder: RecordDecoder
  let schema: Schema

  func decode(_ block: RecordBlock) throws -> Batch {
    let decoded: DecodedBlock
    do { decoded = try decoder.decode(block, fixed: schema) } catch {
      throw ScanFailure.translate(error)
    }
    if let record = decoded.rejected.first { throw ScanFailure.rejected(record) }
    return decoded.batch
  }
}

/// Lines as one of Hive's SerDes reads them.
struct LineBlockDecoder: BlockDecoder {
  private let types: [LogicalType]
  private let decoder: any LineDecoder
  private let headerLineCount: Int

  /// - Parameters:
  ///   - format: The SerDe.
  ///   - table: All columns of the table that its files hold.
  ///   - wanted: The positions of those that are read.
  ///   - opensRecords: Whether a document's `Records` are the rows.
  /// - Throws: Where no memory is left for a regular expression.
  init(_ format: LineFormat, table: [Field], wanted: [Int], opensRecords: Bool) throws {
    types = wanted.map { table[$0].type }
    decoder = try format.decoder(table, wanted: wanted)
    headerLineCount = format.headerLineCount
    (decoder as? JSONLines)?.opensRecords = opensRecords
  }

  func decode(_ block: RecordBlock) throws -> Batch {
    if let record = block.rejected.first { throw ScanFailure.rejected(record) }
    let columns = types.map { ScalarColumn($0) }
    let bytes = UnsafeRawBufferPointer(start: block.bytes.base, count: block.bytes.count)
    var lineNumber = block.firstRecord
    var rowCount = 0
    var start = 0
    while start < bytes.count {
      let newline = LineBlockDecoder.lineEnd(bytes, from: start)
      var end = newline ?? bytes.count
      if end > start && bytes[end - 1] == 13 { end -= 1 }
      if lineNumber >= headerLineCount {
        try LineBlockDecoder.naming(block, line: lineNumber) {
          try decoder.decode(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), into: columns)
        }
        // Of no columns, rows are counted.
        rowCount += 1
      }
      lineNumber += 1
      start = (newline ?? bytes.count) + 1
    }
    return withExtendedLifetime(block) {
      let finished = columns.map { $0.finish() }
      return Batch(columns: finished, rowCount: finished.first?.count ?? rowCount)
    }
  }

  /// Says of a failure where its line is; lines are counted from zero.
  static func naming(_ block: RecordBlock, line: Int, _ decode: () throws -> Void) throws {
    do { try decode() } catch let failure as LineFailure {
      throw SQLError(
        failure.code,
        failure.message,
        details: ["file '\(block.path)', line \(line + 1)"]
      )
    }
  }

  static func lineEnd(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    guard let base = bytes.baseAddress,
      let found = memchr(base + start, 10, bytes.count - start)
    else { return nil }
    return UnsafeRawPointer(found) - base
  }
}
