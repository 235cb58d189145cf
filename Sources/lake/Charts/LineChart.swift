/// Series over time, or over a number: dots of Braille, or stars.
struct LineChart {
  let places: [Double?]
  /// What stands below the left and the right end.
  let ends: (first: String, last: String)
  let series: [ChartTable.Series]
  let options: ChartOptions

  var lines: [String] {
    guard !series.isEmpty else { return [] }
    // Without colours lines in one frame could not be told apart.
    let isTogether = options.usesColor || series.count == 1
    if isTogether { return frame(series, height: frameHeight(1), first: 0) }
    var lines: [String] = []
    for (number, single) in series.enumerated() {
      lines.append(single.name)
      lines += frame([single], height: frameHeight(series.count), first: number)
    }
    return lines
  }

  private func frameHeight(_ count: Int) -> Int { max(4, min(16, options.height / count - 2)) }

  private func frame(_ series: [ChartTable.Series], height: Int, first: Int) -> [String] {
    let scale = ChartScale(series.flatMap { $0.values.compactMap { $0 } })
    let middle = (scale.low + scale.high) / 2
    let marks = [scale.high, middle, scale.low].map(ChartNumber.text)
    let markWidth = marks.map(\.count).max() ?? 0
    let width = max(8, options.width - markWidth - 2)
    var canvas = ChartCanvas(width: width, height: height, usesUnicode: options.usesUnicode)
    let known = places.compactMap { $0 }
    let low = known.min() ?? 0
    let high = known.max() ?? 1
    for (number, one) in series.enumerated() {
      var points = zip(places, one.values).compactMap { place, value in
        place.flatMap { place in value.map { (place, $0) } }
      }
      points.sort { $0.0 < $1.0 }
      canvas.draw(
        points.map { place, value in
          (high > low ? (place - low) / (high - low) : 0.5, scale.position(value))
        },
        ink: first + number + 1
      )
    }
    var lines: [String] = []
    for row in 0..<height {
      let mark =
        row == 0 ? marks[0] : row == height - 1 ? marks[2] : row == height / 2 ? marks[1] : ""
      let edge =
        mark.isEmpty ? (options.usesUnicode ? "│" : "|") : (options.usesUnicode ? "┤" : "+")
      lines.append(
        DisplayText.padded(mark, to: markWidth, right: true) + edge
          + canvas.row(row) { ChartPalette.style($0 - 1, options) }
      )
    }
    let gap = width - DisplayText.width(ends.first) - DisplayText.width(ends.last)
    let below = gap > 0 ? ends.first + String(repeating: " ", count: gap) + ends.last : ends.first
    lines.append(String(repeating: " ", count: markWidth + 1) + DisplayText.cut(below, to: width))
    if options.usesColor && self.series.count > 1 {
      let legend = series.enumerated().map { number, one in
        ChartPalette.styled("━ " + one.name, ChartPalette.style(first + number, options))
      }
      lines.append(String(repeating: " ", count: markWidth + 1) + legend.joined(separator: "  "))
    }
    return lines
  }
}

/// Cells of a screen with eight dots each (Unicode's Braille patterns), or one star.
struct ChartCanvas {
  private let width: Int
  private let height: Int
  private let usesUnicode: Bool
  private var dots: [UInt8]
  private var inks: [Int]

  init(width: Int, height: Int, usesUnicode: Bool) {
    self.width = width
    self.height = height
    self.usesUnicode = usesUnicode
    dots = [UInt8](repeating: 0, count: width * height)
    inks = [Int](repeating: 0, count: width * height)
  }

  private var dotsAcross: Int { usesUnicode ? width * 2 : width }
  private var dotsDown: Int { usesUnicode ? height * 4 : height }

  /// Draws a line through points, whose coordinates go from 0 to 1, upwards.
  mutating func draw(_ points: [(Double, Double)], ink: Int) {
    let cells = points.map { x, y in
      (
        Int((x * Double(dotsAcross - 1)).rounded()),
        Int(((1 - y) * Double(dotsDown - 1)).rounded())
      )
    }
    guard var last = cells.first else { return }
    set(last.0, last.1, ink)
    for next in cells.dropFirst() {
      let steps = max(abs(next.0 - last.0), abs(next.1 - last.1))
      if steps > 0 {
        for step in 1...steps {
          let share = Double(step) / Double(steps)
          set(
            last.0 + Int((Double(next.0 - last.0) * share).rounded()),
            last.1 + Int((Double(next.1 - last.1) * share).rounded()),
            ink
          )
        }
      }
      last = next
    }
  }

  private mutating func set(_ x: Int, _ y: Int, _ ink: Int) {
    guard (0..<dotsAcross).contains(x), (0..<dotsDown).contains(y) else { return }
    let cell = usesUnicode ? y / 4 * width + x / 2 : y * width + x
    // Dots 1, 2, 3, 7 go down on the left, 4, 5, 6, 8 on the right.
    let bits: [UInt8] = [0x01, 0x02, 0x04, 0x40, 0x08, 0x10, 0x20, 0x80]
    dots[cell] |= usesUnicode ? bits[x % 2 * 4 + y % 4] : 1
    inks[cell] = ink
  }

  /// A line of the screen, without blanks at its end.
  func row(_ number: Int, style: (Int) -> String) -> String {
    var text = ""
    var current = ""
    var cells = Array(number * width..<(number + 1) * width)
    while let last = cells.last, dots[last] == 0 { cells.removeLast() }
    for cell in cells {
      let wanted = dots[cell] == 0 ? "" : style(inks[cell])
      if wanted != current {
        text += (current.isEmpty ? "" : ScreenLayout.reset) + wanted
        current = wanted
      }
      if dots[cell] == 0 {
        text += " "
      } else if usesUnicode, let scalar = UnicodeScalar(0x2800 + UInt32(dots[cell])) {
        text.unicodeScalars.append(scalar)
      } else {
        text += "*"
      }
    }
    return text + (current.isEmpty ? "" : ScreenLayout.reset)
  }
}
