import Testing

@testable import lake

@Suite struct SyntaxColoursTests {
  private func styles(_ text: String) -> [StyledText] {
    SyntaxColours(isOn: true).pieces(text).filter { !$0.style.isEmpty }
  }

  @Test(arguments: [
    "select 'a', 1.5 -- x", "", "\\d shop.orders", "select 'unclosed", "/* a", "select \"q\" € ;",
    "\n  select\t1\n", "select 1\\G",
  ])
  func `the pieces together are the text`(_ text: String) {
    for isOn in [true, false] {
      #expect(SyntaxColours(isOn: isOn).pieces(text).map(\.text).joined() == text)
    }
  }

  @Test func `words, strings, numbers and comments have colours, names have none`() {
    #expect(
      styles("select sum(n) from t where a = 'x' and b > 7 -- why") == [
        StyledText(text: "select", style: SyntaxColours.keyword),
        StyledText(text: "sum", style: SyntaxColours.function),
        StyledText(text: "from", style: SyntaxColours.keyword),
        StyledText(text: "where", style: SyntaxColours.keyword),
        StyledText(text: "'x'", style: SyntaxColours.string),
        StyledText(text: "and", style: SyntaxColours.keyword),
        StyledText(text: "7", style: SyntaxColours.number),
        StyledText(text: "-- why", style: SyntaxColours.comment),
      ]
    )
  }

  @Test func `a string without its end is a string to the end`() {
    #expect(
      styles("select 'a from t").last == StyledText(text: "'a from t", style: SyntaxColours.string)
    )
  }

  @Test func `without colours there is one piece`() {
    #expect(SyntaxColours(isOn: false).pieces("select 1") == [StyledText(text: "select 1")])
  }
}
