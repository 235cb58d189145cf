import ColumnFormat
import SQL

/// Prints rows as a box of lines.
///
/// Columns are as wide as their widest value, so rows are kept until the end; beyond the limit only
/// the first and the last ones are.
final class TableWriter: ResultWriter {
  private let file: OutputFile
  private let options: ResultOptions
  private var columns: [ResultColumn] = []
  private var first: [[String]] = []
  private var last: [[String]] = []
  private(set) var rowCount = 0

  init(_ file: OutputFile, _ options: ResultOptions) {
    self.file = file
    self.options = options
  }

  func begin(_ columns: [ResultColumn]) { self.columns = columns }

  func write(_ batch: Batch) {
    let half = options.rowCountMax.map { max(1, $0 / 2) } ?? .max
    let isBounded = half != .max
    var row = 0
    let cells = batch.readers(columns)
    while row < batch.rowCount {
      if first.count < half {
        first.append(cells.map { options.text($0, row) })
      } else if isBounded {
        // Only the batch's last rows can be among the result's last.
        row = max(row, batch.rowCount - half)
        last.append(cells.map { options.text($0, row) })
        if last.count > 2 * half { last.removeFirst(last.count - half) }
      }
      row += 1
    }
    rowCount += batch.rowCount
  }

  func finish() throws {
    let half = options.rowCountMax.map { max(1, $0 / 2) } ?? .max
    if last.count > half { last.removeFirst(last.count - half) }
    var text = ByteText()
    text.append(string: box())
    try file.write(text.bytes)
  }

  private func box() -> String {
    if columns.isEmpty { return "" }
    let names = columns.map { DisplayText.clean($0.name) }
    let types = columns.map { "\($0.type)" }
    let isElided = rowCount > first.count + last.count
    var widths = columns.indices.map { index in
      var width = 1
      if options.showsHeader {
        width = max(width, DisplayText.width(names[index]), DisplayText.width(types[index]))
      }
      for row in first { width = max(width, DisplayText.width(row[index])) }
      for row in last { width = max(width, DisplayText.width(row[index])) }
      return width
    }
    let shown = TableWriter.fit(&widths, options.width)
    func rule(_ left: String, _ middle: String, _ right: String) -> String {
      left
        + shown.map { String(repeating: "─", count: ($0.map { widths[$0] } ?? 1) + 2) }
        .joined(separator: middle) + right + "\n"
    }
    func line(_ cells: [String], style: (String) -> String = { _ in "" }) -> String {
      let parts = shown.map { position -> String in
        guard let index = position else { return "…" }
        let cut = DisplayText.cut(cells[index], to: widths[index])
        let text = DisplayText.padded(
          cut,
          to: widths[index],
          right: columns[index].type.isNumeric
        )
        return ChartPalette.styled(text, options.usesColor ? style(cells[index]) : "")
      }
      return "│ " + parts.joined(separator: " │ ") + " │\n"
    }
    var text = rule("┌", "┬", "┐")
    if options.showsHeader {
      text += line(names) { _ in SyntaxColours.bold }
      text += line(types) { _ in SyntaxColours.dim }
      text += rule("├", "┼", "┤")
    }
    let null = options.nullText ?? "NULL"
    func row(_ cells: [String]) -> String { line(cells) { $0 == null ? SyntaxColours.dim : "" } }
    for cells in first { text += row(cells) }
    if isElided { text += line(columns.map { _ in "·" }) }
    for cells in last { text += row(cells) }
    return text + rule("└", "┴", "┘")
  }

  /// Narrows the widest columns, then leaves out columns in the middle, until a line fits; the
  /// result names the columns to show, with nil where some are left out.
  static func fit(_ widths: inout [Int], _ limit: Int?) -> [Int?] {
    let all = widths.indices.map { Optional($0) }
    guard let limit else { return all }
    func total(_ widths: [Int]) -> Int { widths.reduce(1) { $0 + $1 + 3 } }
    let narrowest = 12
    while total(widths) > limit, let widest = widths.max(), widest > narrowest {
      // All columns that are widest shrink together to the next width.
      let next = max(narrowest, widths.filter { $0 < widest }.max() ?? narrowest)
      let count = widths.filter { $0 == widest }.count
      let step = max(1, min(widest - next, (total(widths) - limit + count - 1) / count))
      for index in widths.indices where widths[index] == widest { widths[index] -= step }
    }
    if total(widths) <= limit || widths.count <= 2 { return all }
    var left: [Int] = []
    var right: [Int] = []
    var used = 1 + 4
    var low = 0
    var high = widths.count - 1
    while low <= high {
      let takesLeft = left.count <= right.count
      let index = takesLeft ? low : high
      if used + widths[index] + 3 > limit && !left.isEmpty { break }
      used += widths[index] + 3
      if takesLeft {
        left.append(index)
        low += 1
      } else {
        right.insert(index, at: 0)
        high -= 1
      }
    }
    return left.map { Optional($0) } + [nil] + right.map { Optional($0) }
  }
}
