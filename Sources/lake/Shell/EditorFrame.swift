/// What the screen shows of a line that is being typed.
struct EditorFrame {
  let layout: ScreenLayout

  static let prompt = "lake> "
  static let continuation = "   -> "

  init(_ editor: LineEditor, prompt: String, colours: SyntaxColours, width: Int, height: Int) {
    let dim = colours.isOn ? SyntaxColours.dim : ""
    let bold = colours.isOn ? SyntaxColours.bold : ""
    if let search = editor.search {
      let name = search.isFailing ? "(nothing older) '" : "(search) '"
      layout = ScreenLayout(
        prompt: StyledText(text: name, style: dim),
        continuation: StyledText(text: EditorFrame.continuation, style: dim),
        text: [StyledText(text: search.text, style: bold)],
        cursor: search.text.count,
        hint: StyledText(text: "': " + EditorFrame.oneLine(search.match ?? "")),
        width: width
      )
      return
    }
    var hint: StyledText?
    // Without colours a suggestion would look like typed text.
    if colours.isOn, let suggestion = editor.suggestion {
      hint = StyledText(text: EditorFrame.oneLine(suggestion), style: dim)
    }
    layout = ScreenLayout(
      prompt: StyledText(text: prompt, style: bold),
      continuation: StyledText(
        text: String(repeating: " ", count: max(0, DisplayText.width(prompt) - 3)) + "-> ",
        style: dim
      ),
      text: colours.pieces(editor.buffer.text),
      cursor: editor.buffer.cursor,
      hint: hint,
      footer: EditorFrame.footer(editor, colours, width: width, rowCountMax: max(2, height / 2)),
      width: width
    )
  }

  /// The first line, and a sign where there are more.
  private static func oneLine(_ text: String) -> String {
    guard let end = text.firstIndex(of: "\n") else { return text }
    return text[..<end] + " …"
  }

  private static func footer(
    _ editor: LineEditor,
    _ colours: SyntaxColours,
    width: Int,
    rowCountMax: Int
  ) -> [StyledText] {
    guard let completion = editor.completion else {
      return StatementCompletion.signatures(editor.buffer)
        .map { StyledText(text: "  " + $0, style: colours.isOn ? SyntaxColours.dim : "") }
    }
    return CandidateList(
      completion.candidates,
      selected: editor.selected,
      width: width,
      rowCountMax: rowCountMax
    )
    .rows.map { row in
      StyledText(text: row.text, style: row.isSelected && colours.isOn ? "\u{1B}[7m" : "")
    }
  }
}

/// Candidates in columns, or a line each where few of them have something to say.
struct CandidateList {
  struct Row: Equatable {
    var text: String
    var isSelected = false
  }

  private(set) var rows: [Row] = []

  init(_ candidates: [Candidate], selected: Int?, width: Int, rowCountMax: Int) {
    let widest = candidates.map { DisplayText.width($0.text) }.max() ?? 0
    let hasDetails = candidates.contains { !$0.detail.isEmpty }
    if hasDetails, candidates.count <= rowCountMax || selected != nil {
      // The selected one stays in sight.
      let first = max(0, min((selected ?? 0) - rowCountMax / 2, candidates.count - rowCountMax))
      for (index, candidate) in candidates.enumerated().dropFirst(first).prefix(rowCountMax) {
        let mark = index == selected ? "> " : "  "
        let name = DisplayText.padded(candidate.text, to: min(widest, 40), right: false)
        rows.append(Row(text: mark + name + "  " + candidate.detail, isSelected: index == selected))
      }
      return
    }
    let cell = widest + 3
    let columnCount = max(1, (width - 1) / cell)
    var shown = candidates.count
    var rowCount = (shown + columnCount - 1) / columnCount
    if rowCount > rowCountMax {
      rowCount = rowCountMax - 1
      shown = rowCount * columnCount
    }
    for row in 0..<rowCount {
      var text = ""
      for column in 0..<columnCount {
        let index = column * rowCount + row
        guard index < shown else { continue }
        let mark = index == selected ? ">" : " "
        text += mark + DisplayText.padded(candidates[index].text, to: widest, right: false) + "  "
      }
      rows.append(Row(text: text))
    }
    if shown < candidates.count { rows.append(Row(text: "  … \(candidates.count - shown) more")) }
  }
}
