import ColumnFormat
import SQL

/// Prints rows as a Markdown table, as they come; only where the middle is left out the last rows wait.
final class MarkdownWriter: ResultWriter {
  private let file: OutputFile
  private let options: ResultOptions
  private var columns: [ResultColumn] = []
  private var last: [[String]] = []
  private var rowCount = 0
  private var text = ByteText()

  private static let flushByteCount = 64 << 10

  init(_ file: OutputFile, _ options: ResultOptions) {
    self.file = file
    self.options = options
  }

  func begin(_ columns: [ResultColumn]) {
    self.columns = columns
    guard options.showsHeader else { return }
    append(columns.map { DisplayText.clean($0.name) })
    text.append(string: "|" + columns.map { $0.type.isNumeric ? "---:|" : "---|" }.joined() + "\n")
  }

  /// Half of the rows that are shown where not all are.
  private var half: Int { options.rowCountMax.map { max(1, $0 / 2) } ?? .max }

  func write(_ batch: Batch) throws {
    let cells = batch.readers(columns)
    for row in 0..<batch.rowCount {
      rowCount += 1
      if rowCount <= half {
        append(cells.map { options.text($0, row) })
        if text.count >= MarkdownWriter.flushByteCount { try flush() }
      } else if row + half >= batch.rowCount {
        // Only the batch's last rows can be among the result's last.
        last.append(cells.map { options.text($0, row) })
        if last.count > 2 * half { last.removeFirst(last.count - half) }
      }
    }
  }

  private func append(_ cells: [String]) {
    let escaped = cells.map { $0.replacing("|", with: "\\|") }
    text.append(string: "| " + escaped.joined(separator: " | ") + " |\n")
  }

  func finish() throws {
    if last.count > half { last.removeFirst(last.count - half) }
    if rowCount > min(rowCount, half) + last.count { append(columns.map { _ in "…" }) }
    for row in last { append(row) }
    try flush()
  }

  private func flush() throws {
    try file.write(text.bytes)
    text.removeAll()
  }
}

extension ResultOptions {
  /// The value of a row as it stands in a table: on one line, and harmless to a terminal.
  func text(_ cell: CellReader, _ row: Int) -> String {
    if cell.isNull(row) { return nullText ?? "NULL" }
    var text = ByteText(capacity: 64)
    text.append(cell, row)
    return DisplayText.clean(text.string)
  }
}
