import TestSupport
import Testing

@Suite struct LogicTestFileTests {
  private let text = """
    # A file about nothing.

    statement ok
    SELECT 1

    # Rows.
    query TI rowsort
    SELECT a,
      b FROM t
    ----
    x 1
    NULL 2

    statement error
    SELECT nope
    ----
    COLUMN_NOT_FOUND: column 'nope' cannot be resolved

    """

  @Test func `records are read with their lines`() throws {
    let records = try LogicTestFile(text).records
    #expect(
      records == [
        .init(kind: .ok, sql: "SELECT 1", expected: [], lineNumber: 3),
        .init(
          kind: .query(types: "TI", sort: .rowsort),
          sql: "SELECT a,\n  b FROM t",
          expected: ["x 1", "NULL 2"],
          lineNumber: 7
        ),
        .init(
          kind: .error,
          sql: "SELECT nope",
          expected: ["COLUMN_NOT_FOUND: column 'nope' cannot be resolved"],
          lineNumber: 14
        ),
      ]
    )
  }

  @Test func `the text comes back as it was`() throws {
    #expect(try LogicTestFile(text).text == text)
    #expect(try LogicTestFile(text + "\n\n# end\n").text == text + "\n\n# end\n")
  }

  @Test(arguments: [
    ("statement maybe\nSELECT 1\n", 1), ("\nquery X\nSELECT 1\n----\n1\n", 2),
    ("query I bogus\nSELECT 1\n", 1), ("statement ok\n", 1), ("statement error\nSELECT 1\n", 1),
    ("statement ok\nSELECT 1\n----\n1\n", 1),
  ])
  func `mistakes name their line`(text: String, lineNumber: Int) {
    let mistake = #expect(throws: LogicTestFile.Mistake.self) { try LogicTestFile(text) }
    #expect(mistake?.lineNumber == lineNumber)
  }

  @Test func `rows are sorted as the record says`() {
    let rows = [["b", "1"], ["a", "2"]]
    #expect(LogicTestFile.Record.lines(rows, .nosort) == ["b 1", "a 2"])
    #expect(LogicTestFile.Record.lines(rows, .rowsort) == ["a 2", "b 1"])
    #expect(LogicTestFile.Record.lines(rows, .valuesort) == ["1", "2", "a", "b"])
  }

  @Test func `nulls, empty texts and line ends are visible`() {
    #expect(LogicTestFile.Record.cell(nil) == "NULL")
    #expect(LogicTestFile.Record.cell("") == "(empty)")
    #expect(LogicTestFile.Record.cell("a\nb") == "a\\nb")
  }
}
