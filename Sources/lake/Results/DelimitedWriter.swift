import ColumnFormat
import SQL

/// Prints rows as lines of fields: CSV (RFC 4180), TSV, and Athena's result files.
final class DelimitedWriter: ResultWriter {
  enum Style {
    /// Quotes only where needed; null is empty and the empty text `""`.
    case csv
    /// Tabs between; tabs, line ends and backslashes within as `\t`, `\n`, `\\`.
    case tsv
    /// Quotes around every value; null is empty.
    case athena
  }

  private let file: OutputFile
  private let style: Style
  private let options: ResultOptions
  private let nullText: [UInt8]
  private var columns: [ResultColumn] = []
  private var text = ByteText()
  /// One value at a time, before it is known whether it needs quotes.
  private var value = ByteText(capacity: 1024)

  private static let flushByteCount = 64 << 10

  init(_ file: OutputFile, _ options: ResultOptions, _ style: Style) {
    self.file = file
    self.style = style
    self.options = options
    nullText = Array((options.nullText ?? (style == .tsv ? "\\N" : "")).utf8)
  }

  func begin(_ columns: [ResultColumn]) {
    self.columns = columns
    guard options.showsHeader else { return }
    for (index, column) in columns.enumerated() {
      if index > 0 { text.append(separator) }
      value.removeAll()
      value.append(string: column.name)
      appendField(value.bytes, isText: true)
    }
    // Goes out with the first rows, so that a query that fails at once leaves nothing behind.
    text.append(UInt8(ascii: "\n"))
  }

  private var separator: UInt8 { UInt8(ascii: style == .tsv ? "\t" : ",") }

  func write(_ batch: Batch) throws {
    let cells = batch.readers(columns)
    let separator = separator
    for row in 0..<batch.rowCount {
      for index in cells.indices {
        if index > 0 { text.append(separator) }
        if cells[index].isNull(row) {
          text.append(nullText)
        } else {
          appendValue(cells[index], row)
        }
      }
      text.append(UInt8(ascii: "\n"))
      if text.count >= DelimitedWriter.flushByteCount { try flush() }
    }
  }

  private func appendValue(_ cell: CellReader, _ row: Int) {
    switch cell.type {
    case .varchar, .char, .json: appendField(cell.bytes(row), isText: true)
    case .boolean, .tinyint, .smallint, .integer, .bigint, .real, .double, .decimal, .date, .time,
      .timestamp, .timestampWithTimeZone, .uuid, .ipAddress, .ipPrefix, .intervalDayToSecond,
      .intervalYearToMonth, .unknown:
      // None of these holds anything that needs quotes.
      if style == .athena {
        appendAthena(cell, row)
      } else {
        text.append(cell, row)
      }
    case .varbinary, .hyperLogLog, .setDigest, .tdigest, .qdigest, .array, .map, .row:
      // No bytes at all read as null without quotes.
      value.removeAll()
      value.append(cell, row)
      appendField(value.bytes, isText: true)
    }
  }

  /// Athena's times have three digits of a second at least, which its clients parse them by.
  private func appendAthena(_ cell: CellReader, _ row: Int) {
    text.append(UInt8(ascii: "\""))
    switch cell.type {
    case .timestamp(let precision) where precision < 3:
      text.append(timestamp: cell.integer(row), perSecond: 1000, digits: 3)
    case .time(let precision) where precision < 3:
      text.append(timeOfDay: cell.integer(row), perSecond: 1000, digits: 3)
    case .timestampWithTimeZone(let precision) where precision < 3:
      var zoned: [UInt8] = []
      ResultText.append(
        cell.column,
        row: row,
        type: .timestampWithTimeZone(precision: 3),
        to: &zoned
      )
      text.append(zoned)
    default: text.append(cell, row)
    }
    text.append(UInt8(ascii: "\""))
  }

  private func appendField(_ bytes: UnsafeRawBufferPointer, isText: Bool) {
    switch style {
    case .csv:
      if needsQuotes(bytes) { appendQuoted(bytes) } else { text.append(bytes) }
    case .athena: appendQuoted(bytes)
    case .tsv:
      for byte in bytes {
        switch byte {
        case 9: text.append("\\t")
        case 10: text.append("\\n")
        case 13: text.append("\\r")
        case UInt8(ascii: "\\"): text.append("\\\\")
        default: text.append(byte)
        }
      }
    }
  }

  /// Also what would read as null: the empty text, or the text chosen for null.
  private func needsQuotes(_ bytes: UnsafeRawBufferPointer) -> Bool {
    if bytes.isEmpty { return true }
    for byte in bytes
    where byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == 10 || byte == 13 {
      return true
    }
    return bytes.count == nullText.count && bytes.elementsEqual(nullText)
  }

  private func appendQuoted(_ bytes: UnsafeRawBufferPointer) {
    text.reserve(bytes.count + 2)
    text.append(UInt8(ascii: "\""))
    for byte in bytes {
      if byte == UInt8(ascii: "\"") { text.append(byte) }
      text.append(byte)
    }
    text.append(UInt8(ascii: "\""))
  }

  private func flush() throws {
    try file.write(text.bytes)
    text.removeAll()
  }

  func finish() throws { try flush() }
}
