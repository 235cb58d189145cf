import ColumnFormat
import SQL

/// Prints what SHOW, DESCRIBE and EXPLAIN say as Athena's result files of such statements, which are
/// text and not CSV: a row a line, tabs between the columns, no header.
///
/// The values of DESCRIBE and SHOW COLUMNS are filled up with blanks to 20 characters, which is Hive's
/// way; clients of Athena cut them off again.
final class AthenaTextWriter: ResultWriter {
  private static let width = 20

  private let file: OutputFile
  private let isAligned: Bool
  private var columns: [ResultColumn] = []
  private var text = ByteText()

  /// A writer for a statement, or nil where Athena's result is CSV.
  init?(_ file: OutputFile, statement: String) {
    let words = statement.split(maxSplits: 2) { !$0.isLetter }.prefix(2).map { $0.uppercased() }
    switch words.first {
    case "DESCRIBE", "DESC": isAligned = true
    case "SHOW": isAligned = words.last == "COLUMNS"
    case "EXPLAIN": isAligned = false
    default: return nil
    }
    self.file = file
  }

  func begin(_ columns: [ResultColumn]) { self.columns = columns }

  func write(_ batch: Batch) {
    let cells = batch.readers(columns)
    for row in 0..<batch.rowCount {
      for index in cells.indices {
        if index > 0 { text.append(UInt8(ascii: "\t")) }
        if cells[index].isNull(row) { continue }
        let start = text.count
        text.append(cells[index], row)
        guard isAligned else { continue }
        let characters = String(decoding: text.bytes[start...], as: UTF8.self).unicodeScalars.count
        for _ in 0..<max(0, AthenaTextWriter.width - characters) {
          text.append(UInt8(ascii: " "))
        }
      }
      text.append(UInt8(ascii: "\n"))
    }
  }

  func finish() throws { try file.write(text.bytes) }
}
