/// A bar for each row, one block of bars for each measure.
struct BarChart {
  let labels: [String]
  let series: [ChartTable.Series]
  let options: ChartOptions

  var lines: [String] {
    var lines: [String] = []
    for (number, series) in series.enumerated() {
      if number > 0 { lines.append("") }
      if self.series.count > 1 || number > 0 { lines.append(series.name) }
      lines += block(series, ChartPalette.style(number, options))
    }
    return lines
  }

  private func block(_ series: ChartTable.Series, _ style: String) -> [String] {
    let rowCountMax = max(5, options.height / max(1, self.series.count))
    let shown = labels.count > rowCountMax ? rowCountMax - 1 : labels.count
    let values = series.values.prefix(shown)
    let texts = values.map { $0.map(ChartNumber.text) ?? "NULL" }
    let numberWidth = texts.map(\.count).max() ?? 0
    let widest = labels.prefix(shown).map(DisplayText.width).max() ?? 0
    let labelWidth = min(widest, max(6, options.width / 3))
    let room = max(4, options.width - labelWidth - numberWidth - 4)
    let high = max(0, values.compactMap { $0 }.max() ?? 0)
    let low = min(0, values.compactMap { $0 }.min() ?? 0)
    let span = high - low
    var lines: [String] = []
    for index in 0..<shown {
      let label = DisplayText.padded(
        DisplayText.cut(labels[index], to: labelWidth),
        to: labelWidth,
        right: false
      )
      let bar = values[index].map { self.bar($0, low: low, span: span, room: room) } ?? ""
      let padding = String(repeating: " ", count: max(0, room - DisplayText.width(bar)))
      let number = DisplayText.padded(texts[index], to: numberWidth, right: true)
      let separator = options.usesUnicode ? "│" : "|"
      lines.append("\(label) \(separator)\(ChartPalette.styled(bar, style))\(padding) \(number)")
    }
    if shown < labels.count {
      let sign = options.usesUnicode ? "…" : "..."
      lines.append("\(sign) \(labels.count - shown) more")
    }
    return lines
  }

  /// From zero to the value; zero lies where the lowest value has room on its left.
  private func bar(_ value: Double, low: Double, span: Double, room: Int) -> String {
    guard span > 0 else { return "" }
    let zero = -low / span * Double(room)
    let length = abs(value) / span * Double(room)
    if value < 0 {
      let end = Int(zero.rounded())
      let count = min(end, max(1, Int(length.rounded())))
      return String(repeating: " ", count: end - count)
        + String(repeating: options.usesUnicode ? "█" : "#", count: count)
    }
    let indent = String(repeating: " ", count: Int(zero.rounded()))
    guard options.usesUnicode else {
      return indent + String(repeating: "#", count: Int(length.rounded()))
    }
    let eighths = Int((length * 8).rounded())
    let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    // What is not zero is seen.
    if eighths == 0 && value > 0 { return indent + "▏" }
    return indent + String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
  }
}

/// The colours of series.
enum ChartPalette {
  private static let codes = [36, 33, 35, 32, 31, 34]

  /// The sequence that switches the colour of series `number` on; empty without colours.
  static func style(_ number: Int, _ options: ChartOptions) -> String {
    options.usesColor ? "\u{1B}[\(codes[number % codes.count])m" : ""
  }

  static func styled(_ text: String, _ style: String) -> String {
    style.isEmpty || text.isEmpty ? text : style + text + ScreenLayout.reset
  }
}
