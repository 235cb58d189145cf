/// Rows of text in columns that are as wide as they need to be.
struct TextColumns {
  private var rows: [[String]] = []
  private let rightAligned: Set<Int>

  init(_ heading: [String] = [], rightAligned: Set<Int> = []) {
    self.rightAligned = rightAligned
    if !heading.isEmpty { rows.append(heading) }
  }

  mutating func append(_ row: [String]) { rows.append(row) }

  /// The rows, a line each, two spaces between columns and none at the end.
  func text(indent: Int = 0) -> String {
    var widths: [Int] = []
    for row in rows {
      for (index, cell) in row.enumerated() {
        if index == widths.count { widths.append(0) }
        widths[index] = max(widths[index], cell.count)
      }
    }
    var text = ""
    for row in rows {
      var line = String(repeating: " ", count: indent)
      for (index, cell) in row.enumerated() {
        if index > 0 { line += "  " }
        let padding = String(repeating: " ", count: widths[index] - cell.count)
        line += rightAligned.contains(index) ? padding + cell : cell + padding
      }
      while line.last == " " { line.removeLast() }
      text += line + "\n"
    }
    return text
  }
}
