import SQL
import Testing

@testable import lake

@Suite struct FailureTests {
  @Test func `a failed query shows its line, a mark and the help`() {
    let query = "SELECT *\nWHERE custmer_id = 7\n"
    let error = SQLError(
      .columnNotFound,
      "column 'custmer_id' cannot be resolved",
      at: SourceRange(15, 25),
      help: "did you mean 'customer_id'?"
    )
    #expect(
      Failure(error, query: query).text() == """
        error: COLUMN_NOT_FOUND: column 'custmer_id' cannot be resolved
          line 2:  WHERE custmer_id = 7
                         ^~~~~~~~~~
          help: did you mean 'customer_id'?

        """
    )
  }

  @Test func `a place at the end of the text is marked behind the last character`() {
    let excerpt = SourceExcerpt(SourceRange(9, 9), in: "SELECT (\n")
    #expect(excerpt.lines == ["line 1:  SELECT (", "                 ^"])
  }

  @Test func `a long line is cut around its mark`() {
    let query = String(repeating: "a ", count: 300) + "here" + String(repeating: " b", count: 300)
    let excerpt = SourceExcerpt(SourceRange(600, 604), in: query)
    #expect(excerpt.line.count == SourceExcerpt.characterCountMax)
    let mark = Array(excerpt.line)[excerpt.markOffset..<(excerpt.markOffset + 4)]
    #expect(String(mark) == "here")
    #expect(excerpt.line.hasPrefix("…") && excerpt.line.hasSuffix("…"))
  }

  @Test func `a mark counts characters and not bytes`() {
    let excerpt = SourceExcerpt(SourceRange(11, 12), in: "SELECT 'ü'x")
    #expect(excerpt.markOffset == 10)
  }

  @Test func `wrong usage is told in the form of all errors`() {
    let full =
      "Error: Unknown option '--x'\nUsage: lake sql\n  See 'lake sql --help' for more information."
    #expect(
      Failure.usageText(full)
        == "error: unknown option '--x'\n  usage: lake sql\n  help: see 'lake sql --help'\n"
    )
  }

  @Test func `an interrupted command says nothing and exits 130`() {
    #expect(Failure.interrupted.text() == "")
    #expect(Failure.interrupted.exit.rawValue == 130)
  }
}
