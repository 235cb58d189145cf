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
    func text(_ full: String, _ arguments: [String] = []) -> String {
      UsageMessage(full, arguments: arguments).failure.text()
    }
    let end = "Usage: lake sql [<query>]\n  See 'lake sql --help' for more information."
    #expect(
      text("Error: Unknown option '--formt'. Did you mean '--format'?\n" + end, ["sql", "--formt"])
        == """
        error: unknown option '--formt'
          usage: lake sql [<query>]
          help: did you mean '--format'?

        """
    )
    #expect(
      text("Error: Unknown option '--x'\n" + end, ["sql", "--x"]) == """
        error: unknown option '--x'
          usage: lake sql [<query>]
          help: see 'lake sql --help'

        """
    )
    #expect(
      text(
        "Error: The value 'cvs' is invalid for '--format <f>'. Please provide one of 'csv' and 'x'."
      )
        == "error: --format does not take 'cvs'\n  help: did you mean 'csv'? it takes csv, x\n"
    )
    #expect(
      text("Error: Missing value for '--rate <r>'", ["generate", "orders", "--rate", "-1"]) == """
        error: --rate needs a value, and '-1' looks like an option
          help: a value that begins with a dash is written --rate=-1

        """
    )
    #expect(
      text("Error: Unexpected argument 'ingset'", ["ingset"])
        == "error: there is no command 'lake ingset'\n  help: did you mean 'ingest'?\n"
    )
    #expect(
      text("Error: --start 'x' is not a time; write 2026-01-01")
        == "error: --start 'x' is not a time\n  help: write 2026-01-01\n"
    )
  }

  @Test func `options that all commands have are left out of the usage`() {
    #expect(
      UsageMessage.shortened("lake status [--to <dir>] [--lake <dir>] [--quiet] [--json]")
        == "lake status [--to <dir>] [<options>]"
    )
    #expect(UsageMessage.shortened("lake sql [<query>]") == "lake sql [<query>]")
  }

  @Test func `an interrupted command says nothing and exits 130`() {
    #expect(Failure.interrupted.text() == "")
    #expect(Failure.interrupted.exit.rawValue == 130)
  }
}
