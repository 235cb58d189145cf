#if canImport(Glibc)
  import Glibc
#endif

/// Reads statements from a terminal: keys in, the edited line drawn after each.
final class LineReader {
  /// What was typed.
  enum Line: Equatable {
    case text(String)
    /// Ctrl-C: nothing, once more.
    case interrupted
    /// Ctrl-D, or the terminal is gone.
    case end
  }

  var editor: LineEditor
  private let terminal: Terminal
  private let colours: SyntaxColours
  private var drawnCursorRow = 0

  init(_ terminal: Terminal, history: History, colours: SyntaxColours) {
    self.terminal = terminal
    self.colours = colours
    editor = LineEditor(history: history)
    TerminalSignals.install()
  }

  /// Lets a text be edited until it is complete.
  func read(prompt: String, initial: String = "", _ vocabulary: any CompletionVocabulary) -> Line {
    terminal.makeRaw()
    defer { terminal.makeQuiet() }
    editor.buffer.clear()
    if !initial.isEmpty { editor.buffer.insert(initial) }
    drawnCursorRow = 0
    draw(prompt)
    while true {
      switch terminal.next() {
      case .closed:
        leave(prompt, mark: "")
        return .end
      case .resized: draw(prompt)
      case .key(let key):
        switch editor.handle(key, vocabulary) {
        case .none: draw(prompt)
        case .beep:
          StandardError.write("\u{7}")
          draw(prompt)
        case .submit(let text):
          leave(prompt, mark: "")
          return .text(text)
        case .interrupt:
          leave(prompt, mark: "^C")
          return .interrupted
        case .leave:
          leave(prompt, mark: "")
          return .end
        case .clearScreen:
          StandardError.write("\u{1B}[H\u{1B}[2J")
          drawnCursorRow = 0
          draw(prompt)
        case .suspend:
          suspend()
          draw(prompt)
        }
      }
    }
  }

  private func draw(_ prompt: String) {
    let size = Terminal.size()
    let frame = EditorFrame(
      editor,
      prompt: prompt,
      colours: colours,
      width: size.width,
      height: size.height
    )
    put(frame.layout, height: size.height)
  }

  private func put(_ layout: ScreenLayout, height: Int) {
    let (rows, cursorRow) = layout.cut(toHeight: height)
    var text = LineReader.up(drawnCursorRow) + "\r\u{1B}[J" + rows.joined(separator: "\r\n") + "\r"
    text += LineReader.up(rows.count - 1 - cursorRow)
    if layout.cursorColumn > 0 { text += "\u{1B}[\(layout.cursorColumn)C" }
    StandardError.write(text)
    drawnCursorRow = cursorRow
  }

  /// Draws the text a last time, without hints, and goes below it.
  private func leave(_ prompt: String, mark: String) {
    let size = Terminal.size()
    let layout = ScreenLayout(
      prompt: StyledText(text: prompt, style: colours.isOn ? SyntaxColours.bold : ""),
      continuation: StyledText(
        text: String(repeating: " ", count: max(0, DisplayText.width(prompt) - 3)) + "-> ",
        style: colours.isOn ? SyntaxColours.dim : ""
      ),
      text: colours.pieces(editor.buffer.text) + [StyledText(text: mark)],
      cursor: .max,
      width: size.width
    )
    put(layout, height: size.height)
    StandardError.write("\r\n")
    drawnCursorRow = 0
  }

  private func suspend() {
    terminal.restore()
    StandardError.write("\r\n")
    kill(0, SIGTSTP)
    terminal.makeRaw()
    drawnCursorRow = 0
  }

  private static func up(_ count: Int) -> String { count > 0 ? "\u{1B}[\(count)A" : "" }
}
