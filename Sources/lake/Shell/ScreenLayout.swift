/// A text with a look: the sequence that switches it on, empty for plain.
struct StyledText: Equatable, Sendable {
  var text: String
  var style = ""
}

/// Where the characters of prompt, text and hint come to stand on a screen of some width.
///
/// Lines are cut here and never by the terminal, so that the place of the cursor is known whatever
/// the terminal does at its right edge.
struct ScreenLayout: Equatable, Sendable {
  /// The lines of the screen, with their colours.
  private(set) var rows: [String] = [""]
  private(set) var cursorRow = 0
  private(set) var cursorColumn = 0

  private let width: Int
  private var column = 0
  private var style = ""

  static let reset = "\u{1B}[0m"

  /// - Parameters:
  ///   - prompt: Before the first line.
  ///   - continuation: Before all others.
  ///   - text: What is edited, in pieces.
  ///   - cursor: How many characters of the text stand before the cursor.
  ///   - hint: After the text; the cursor does not count it.
  ///   - footer: Lines below everything, each cut to the width.
  ///   - width: Columns of the screen; at least 2.
  init(
    prompt: StyledText,
    continuation: StyledText,
    text: [StyledText],
    cursor: Int,
    hint: StyledText? = nil,
    footer: [StyledText] = [],
    width: Int
  ) {
    self.width = max(width, 2)
    add(prompt)
    var count = 0
    for piece in text {
      for character in piece.text {
        if count == cursor { placeCursor() }
        count += 1
        if character == "\n" {
          newRow()
          add(continuation)
        } else {
          put(character, piece.style)
        }
      }
    }
    if count <= cursor { placeCursor() }
    if let hint { add(hint) }
    setStyle("")
    for line in footer {
      newRow()
      add(StyledText(text: DisplayText.cut(line.text, to: self.width), style: line.style))
      setStyle("")
    }
  }

  private mutating func placeCursor() {
    if column == width { newRow() }
    cursorRow = rows.count - 1
    cursorColumn = column
  }

  private mutating func newRow() {
    setStyle("")
    rows.append("")
    column = 0
  }

  private mutating func add(_ piece: StyledText) {
    for character in piece.text { put(character, piece.style) }
  }

  private mutating func put(_ character: Character, _ style: String) {
    if character == "\t" {
      for _ in 0..<4 { put(" ", style) }
      return
    }
    let shown = String(character)
    let taken = DisplayText.width(shown)
    if column + taken > width && column > 0 { newRow() }
    setStyle(style)
    rows[rows.count - 1] += shown
    column = min(column + taken, width)
  }

  private mutating func setStyle(_ new: String) {
    guard new != style else { return }
    if !style.isEmpty { rows[rows.count - 1] += ScreenLayout.reset }
    rows[rows.count - 1] += new
    style = new
  }

  /// The part of the layout around the cursor that a screen of some height has room for.
  func cut(toHeight height: Int) -> (rows: [String], cursorRow: Int) {
    guard rows.count > height, height > 0 else { return (rows, cursorRow) }
    let top = min(max(0, cursorRow - height + 1), rows.count - height)
    return (Array(rows[top..<(top + height)]), cursorRow - top)
  }
}
