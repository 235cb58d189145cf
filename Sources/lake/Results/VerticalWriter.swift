import ColumnFormat
import SQL

/// Prints every row as a block of `name: value` lines.
final class VerticalWriter: ResultWriter {
  private let file: OutputFile
  private let options: ResultOptions
  private var columns: [ResultColumn] = []
  private var labels: [String] = []
  private var text = ByteText()
  private var value = ByteText(capacity: 1024)
  private var rowCount = 0

  init(_ file: OutputFile, _ options: ResultOptions) {
    self.file = file
    self.options = options
  }

  func begin(_ columns: [ResultColumn]) {
    self.columns = columns
    let names = columns.map { DisplayText.clean($0.name) }
    let width = names.map(DisplayText.width).max() ?? 0
    labels = names.map { DisplayText.padded($0, to: width, right: true) + ": " }
  }

  func write(_ batch: Batch) throws {
    let cells = batch.readers(columns)
    for row in 0..<batch.rowCount {
      rowCount += 1
      text.append(string: "─── row \(rowCount) ───\n")
      for index in cells.indices {
        text.append(string: labels[index])
        if cells[index].isNull(row) {
          text.append(string: options.nullText ?? "NULL")
        } else {
          // A value stays on its line, and does nothing to a terminal.
          value.removeAll()
          value.append(cells[index], row)
          text.append(string: DisplayText.clean(value.string))
        }
        text.append("\n")
      }
      if text.count > 64 << 10 { try flush() }
    }
  }

  private func flush() throws {
    try file.write(text.bytes)
    text.removeAll()
  }

  func finish() throws { try flush() }
}
