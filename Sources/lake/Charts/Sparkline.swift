/// A measure in one line: a sign for each value, or for the mean of some where there are many.
struct Sparkline {
  let series: [ChartTable.Series]
  let options: ChartOptions

  var lines: [String] {
    let nameWidth = min(series.map { DisplayText.width($0.name) }.max() ?? 0, options.width / 4)
    return series.enumerated().map { number, one in
      let known = one.values.compactMap { $0 }
      let name = DisplayText.padded(
        DisplayText.cut(one.name, to: nameWidth),
        to: nameWidth,
        right: false
      )
      guard let low = known.min(), let high = known.max(), let last = known.last else {
        return name + " (no values)"
      }
      let facts =
        "  \(ChartNumber.text(low)) to \(ChartNumber.text(high)), last \(ChartNumber.text(last))"
      let room = max(8, options.width - nameWidth - 1 - facts.count)
      let text = Sparkline.text(one.values, low: low, high: high, room: room, options.usesUnicode)
      return name + " " + ChartPalette.styled(text, ChartPalette.style(number, options)) + facts
    }
  }

  private static let blocks: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
  private static let signs: [Character] = ["_", ".", "-", ":", "=", "+", "*", "#"]

  static func text(
    _ values: [Double?],
    low: Double,
    high: Double,
    room: Int,
    _ usesUnicode: Bool
  ) -> String {
    let cellCount = min(room, values.count)
    let levels = usesUnicode ? blocks : signs
    var text = ""
    for cell in 0..<cellCount {
      let part = values[(values.count * cell / cellCount)..<(values.count * (cell + 1) / cellCount)]
      let known = part.compactMap { $0 }
      guard !known.isEmpty else {
        text.append(" ")
        continue
      }
      let mean = known.reduce(0, +) / Double(known.count)
      let share = high > low ? (mean - low) / (high - low) : 0.5
      text.append(levels[min(7, max(0, Int(share * 8)))])
    }
    return text
  }
}
