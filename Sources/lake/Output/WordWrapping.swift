/// Sentences that are too long for a terminal, broken between words.
enum WordWrapping {
  /// The line, or lines that are at most so wide, where words allow it; all but the first are indented
  /// by two more than it is.
  static func wrapped(_ line: String, width: Int) -> [String] {
    guard DisplayText.width(line) > width else { return [line] }
    let indent = String(line.prefix { $0 == " " })
    var lines: [String] = []
    var current = ""
    for word in line.split(separator: " ") {
      let start = lines.isEmpty ? indent : indent + "  "
      if current.isEmpty {
        current = start + word
      } else if DisplayText.width(current) + 1 + DisplayText.width(String(word)) <= width {
        current += " " + word
      } else {
        lines.append(current)
        current = indent + "  " + word
      }
    }
    return lines + [current]
  }
}
