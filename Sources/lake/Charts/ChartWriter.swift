import ColumnFormat
import SQL

/// Draws a result: bars for categories, lines over time, sparklines for bare numbers.
final class ChartWriter: ResultWriter {
  private let file: OutputFile
  private let options: ChartOptions
  private var table: ChartTable?

  init(_ file: OutputFile, _ options: ChartOptions) {
    self.file = file
    self.options = options
  }

  func begin(_ columns: [ResultColumn]) throws {
    let table = ChartTable(columns)
    guard !table.measures.isEmpty else {
      throw Failure(
        code: "NO_CHART",
        message: "the result has no column of numbers to draw",
        help: "select a category or a time, and a number: "
          + "SELECT status, count(*) FROM … GROUP BY status"
      )
    }
    self.table = table
  }

  func write(_ batch: Batch) { table?.append(batch) }

  func finish() throws {
    guard let table else { return }
    var text = ByteText()
    for line in ChartWriter.lines(table, options) { text.append(string: line + "\n") }
    try file.write(text.bytes)
  }

  static func lines(_ table: ChartTable, _ options: ChartOptions) -> [String] {
    if table.rowCount == 0 { return ["(no rows)"] }
    var lines: [String]
    switch options.kind == .auto ? table.kind : options.kind {
    case .auto, .bars:
      let series = table.measures.map {
        ChartTable.Series(name: table.columns[$0].name, values: table.numbers[$0])
      }
      lines = BarChart(labels: table.labels, series: series, options: options).lines
    case .line:
      let (places, series) = table.series(byLabel: true)
      lines =
        LineChart(places: places, ends: table.ends(places), series: series, options: options).lines
    case .sparkline:
      lines = Sparkline(series: table.series(byLabel: true).series, options: options).lines
    }
    if table.rowCountLeftOut > 0 {
      lines.append("the first \(Quantity.grouped(table.rowCount)) rows are drawn")
    }
    return lines
  }
}

extension ChartTable {
  /// The axis' texts at its lowest and highest place; a day's beginning is shown as the day.
  func ends(_ places: [Double?]) -> (first: String, last: String) {
    guard let axis else { return ("1", "\(rowCount)") }
    let known = places.indices.filter { places[$0] != nil }
    guard let first = known.min(by: { (places[$0] ?? 0) < (places[$1] ?? 0) }),
      let last = known.max(by: { (places[$0] ?? 0) < (places[$1] ?? 0) })
    else { return ("", "") }
    let isDaily = known.allSatisfy { texts[axis][$0].hasSuffix(" 00:00:00.000") }
    func short(_ row: Int) -> String {
      let text = texts[axis][row]
      if isDaily { return String(text.prefix { $0 != " " }) }
      return text.hasSuffix(".000") ? String(text.dropLast(4)) : text
    }
    return (short(first), short(last))
  }
}
