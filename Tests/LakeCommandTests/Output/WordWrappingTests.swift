import Testing

@testable import lake

@Suite struct WordWrappingTests {
  @Test func `a line that fits stays as it is`() {
    #expect(WordWrapping.wrapped("  help:  two  blanks", width: 20) == ["  help:  two  blanks"])
  }

  @Test func `a long line is broken between words, and goes on indented`() {
    #expect(
      WordWrapping.wrapped("  help: one two three four", width: 15)
        == ["  help: one two", "    three four"]
    )
    #expect(WordWrapping.wrapped("error: one two", width: 10) == ["error: one", "  two"])
  }

  @Test func `a word that is too long stays whole`() {
    #expect(
      WordWrapping.wrapped("see /a/very/long/path now", width: 8) == [
        "see", "  /a/very/long/path", "  now",
      ]
    )
  }

  @Test func `wide characters count twice`() {
    #expect(WordWrapping.wrapped("日本 日本", width: 8) == ["日本", "  日本"])
  }

  @Test func `an error's sentences fit the terminal, and only its first word is red`() {
    let failure = Failure(
      code: "CODE",
      message: "one two",
      place: ["line 1:  select"],
      help: "do it"
    )
    #expect(
      failure.text(color: true, width: 12)
        == "\u{1B}[1;31merror:\u{1B}[0m CODE:\n  one two\n  line 1:  select\n  help: do\n    it\n"
    )
  }
}
