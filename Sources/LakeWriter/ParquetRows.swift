import ColumnFormat
import RowFormat

/// Reads a Parquet file as blocks of rows, so that it can be delivered again under other partitions.
///
/// A position in it counts rows. One consumer thread.
final class ParquetRows {
  /// The rows of a block at most.
  static let rowCountMax = 1 << 16

  let path: String
  private let file: ParquetFile
  private let schema: Schema
  private var group = 0
  private var reader: RowGroupReader?
  /// Rows before the next block.
  private var row: Int
  /// Rows of the file before `group`.
  private var groupStart = 0

  /// Whether a file begins and ends as Parquet files do.
  static func isParquet(_ path: String) -> Bool {
    let magic = Array("PAR1".utf8)
    guard let source = try? MappedFile(path: path), source.bytes.count >= 12 else { return false }
    return source.bytes.prefix(4).elementsEqual(magic)
      && source.bytes.suffix(4).elementsEqual(magic)
  }

  /// The rows of a file from one on.
  init(path: String, startRow: Int) throws(RowFormatError) {
    self.path = path
    row = startRow
    do throws(ColumnFormatError) {
      file = try ParquetFile(path: path)
    } catch {
      throw ParquetRows.damaged(error, path)
    }
    schema = Schema(file.schema.fields.map { Field($0.name, $0.type) })
  }

  private static func damaged(_ error: ColumnFormatError, _ path: String) -> RowFormatError {
    RowFormatError(.malformed("\(error)"), path: path)
  }

  /// Bytes of the file before the next block, about.
  var byteCountRead: Int { file.rowCount == 0 ? 0 : file.byteCount * row / file.rowCount }

  /// Where the next block starts.
  var position: InputPosition { InputPosition(byteOffset: row, recordNumber: row) }

  /// The next rows and the bytes of the file that they stand for; nil after the last one.
  func next() throws(RowFormatError) -> (rows: DecodedBlock, start: Int, byteCount: Int)? {
    do throws(ColumnFormatError) {
      while group < file.metadata.rowGroups.count {
        let groupRowCount = file.metadata.rowGroups[group].rowCount
        if row < groupStart + groupRowCount {
          let fields = Array(schema.fields.indices)
          if reader == nil {
            let opened = try file.reader(rowGroup: group, fields: fields)
            for field in fields where row > groupStart {
              try opened.skip(field, count: row - groupStart)
            }
            reader = opened
          }
          let rest = groupStart + groupRowCount - row
          if let batch = try reader?.next(min(rest, ParquetRows.rowCountMax)), batch.rowCount > 0 {
            let start = row
            row += batch.rowCount
            return (
              DecodedBlock(batch: batch, schema: schema), start,
              max(
                file.byteCount(rowGroup: group, fields: fields) * batch.rowCount / groupRowCount,
                1
              )
            )
          }
        }
        groupStart += groupRowCount
        group += 1
        reader = nil
      }
      return nil
    } catch {
      throw ParquetRows.damaged(error, path)
    }
  }
}
