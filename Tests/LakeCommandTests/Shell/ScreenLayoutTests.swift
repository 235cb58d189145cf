import Testing

@testable import lake

@Suite struct ScreenLayoutTests {
  private func layout(_ text: String, cursor: Int = .max, width: Int) -> ScreenLayout {
    ScreenLayout(
      prompt: StyledText(text: "> "),
      continuation: StyledText(text: ". "),
      text: [StyledText(text: text)],
      cursor: cursor,
      width: width
    )
  }

  @Test func `long lines are cut at the width`() {
    let layout = layout("abcdef", width: 5)
    #expect(layout.rows == ["> abc", "def"])
    #expect(layout.cursorRow == 1 && layout.cursorColumn == 3)
  }

  @Test func `the cursor after a full row stands on the next one`() {
    let layout = layout("abc", width: 5)
    #expect(layout.rows == ["> abc", ""])
    #expect(layout.cursorRow == 1 && layout.cursorColumn == 0)
  }

  @Test func `a wide character never hangs over the edge`() {
    let layout = layout("ab本c", width: 5)
    #expect(layout.rows == ["> ab", "本c"])
    #expect(layout.cursorColumn == 3)
  }

  @Test func `a letter with marks takes one column, and so does none with only marks`() {
    let layout = layout("e\u{301}\u{323}x", width: 10)
    #expect(layout.cursorColumn == 4)
  }

  @Test(arguments: 2...12) func `no row is wider than the screen`(_ width: Int) {
    let layout = layout("select '日本語 e\u{301}🙂👩‍🔬 x', 1\nfrom t\t;", width: width)
    for row in layout.rows { #expect(DisplayText.width(row) <= width) }
  }

  @Test func `further lines begin with the continuation`() {
    let layout = layout("a\nb", cursor: 2, width: 20)
    #expect(layout.rows == ["> a", ". b"])
    #expect(layout.cursorRow == 1 && layout.cursorColumn == 2)
  }

  @Test func `styles are switched off at the end of a row and on again`() {
    let layout = ScreenLayout(
      prompt: StyledText(text: ""),
      continuation: StyledText(text: ""),
      text: [StyledText(text: "abc", style: "\u{1B}[1m"), StyledText(text: "d")],
      cursor: 0,
      width: 2
    )
    #expect(layout.rows == ["\u{1B}[1mab\u{1B}[0m", "\u{1B}[1mc\u{1B}[0md", ""].dropLast())
  }

  @Test func `a text higher than the screen shows the part around the cursor`() {
    let layout = layout("a\nb\nc\nd\ne", cursor: 0, width: 10)
    #expect(layout.cut(toHeight: 2).rows == ["> a", ". b"])
    let end = self.layout("a\nb\nc\nd\ne", width: 10)
    #expect(end.cut(toHeight: 2).rows == [". d", ". e"])
    #expect(end.cut(toHeight: 2).cursorRow == 1)
  }

  @Test func `hints and footers do not move the cursor`() {
    let layout = ScreenLayout(
      prompt: StyledText(text: "> "),
      continuation: StyledText(text: ". "),
      text: [StyledText(text: "se")],
      cursor: 2,
      hint: StyledText(text: "lect"),
      footer: [StyledText(text: "a very long line")],
      width: 8
    )
    #expect(layout.rows == ["> select", "a very …"])
    #expect(layout.cursorRow == 0 && layout.cursorColumn == 4)
  }
}
