import Testing

@testable import SQL

@Suite struct ParserErrorTests {
  /// Parses text in which `«…»` marks the place of the error.
  private func check(_ marked: String, _ message: String, help: String? = nil) {
    let bytes = Array(marked.utf8)
    let text = marked.filter { $0 != "«" && $0 != "»" }
    let start = Array(marked.prefix { $0 != "«" }.utf8).count
    let end = Array(marked.prefix { $0 != "»" }.utf8).count - "«".utf8.count
    #expect(bytes.count > end)
    do {
      _ = try Parser.parse(text)
      Issue.record("parsed: \(text)")
    } catch {
      #expect(error.code == .syntaxError)
      #expect(error.message.hasPrefix(message), "\(error.message)")
      #expect(error.range == SourceRange(start, end))
      #expect(error.help == help)
    }
  }

  @Test func `a misspelt keyword is named with the one that was meant`() {
    check("«SELEC» 1", "mismatched input 'SELEC'. Expecting:", help: "did you mean SELECT?")
    check("SELECT a «FORM» t", "mismatched input 'FORM'.", help: "did you mean FROM?")
    check("SELECT * «FORM» t", "mismatched input 'FORM'.", help: "did you mean FROM?")
    check("SELECT a FROM t «WHRE» a = 1", "mismatched input 'WHRE'.", help: "did you mean WHERE?")
    check("SELECT a FROM t «GRUOP» BY a", "mismatched input 'GRUOP'.", help: "did you mean GROUP?")
    check(
      "SELECT a FROM t WHERE a «BETWEN» 1 AND 2",
      "mismatched input 'BETWEN'.",
      help: "did you mean BETWEEN?"
    )
    check(
      "SELECT a FROM t ORDER BY a «DECS»",
      "mismatched input 'DECS'.",
      help: "did you mean DESC?"
    )
    check("SELECT INTERVAL '1' «DAYS»", "mismatched input 'DAYS'.", help: "did you mean DAY?")
  }

  @Test func `what was expected is listed`() {
    check(
      "SELECT a FROM «WHERE» b",
      "mismatched input 'WHERE'. Expecting: '(', 'TABLE', 'UNNEST', <identifier>"
    )
    check(
      "SELECT «»",
      "mismatched input '<EOF>'. Expecting: '*', 'ALL', 'DISTINCT', 'NOT', <expression>"
        .replacingExpected
    )
    check("SELECT CAST(a «,» b)", "mismatched input ','. Expecting:")
    check("SELECT (1«»", "mismatched input '<EOF>'. Expecting:")
  }

  @Test func `common slips get their help`() {
    check(
      "SELECT a, «FROM» t",
      "mismatched input 'FROM'.",
      help: "the list ends with a comma too many"
    )
    check(
      "SELECT a FROM t LIMIT 5 «OFFSET» 2",
      "mismatched input 'OFFSET'",
      help: "OFFSET comes before LIMIT"
    )
    check(
      "SELECT 1 < a «<» 3",
      "mismatched input '<': comparisons cannot be chained",
      help: "join two comparisons with AND"
    )
    check(
      "SELECT a AS «order»",
      "mismatched input 'order'.",
      help: "ORDER is a reserved word; as a name it needs double quotes"
    )
    check("SELECT a IS «TRUE»", "mismatched input 'TRUE'.", help: "write IS NOT DISTINCT FROM TRUE")
  }

  @Test func `what the lexer could not read is told in its words`() {
    check("SELECT «'abc»", "the string has no closing quote")
    check("SELECT «§»", "the character '§' has no meaning here")
    check("SELECT a FROM «1abc»", "a name must not start with a digit; put it in double quotes")
  }

  @Test func `an empty statement is refused`() {
    check("«»", "the statement is empty")
  }

  @Test(arguments: [
    "(", "[", "-", "NOT ", "CASE WHEN ", "f(", "ARRAY[", "(SELECT ", "x -> ", "1 IN (",
  ])
  func `endless nesting is refused without a crash`(opening: String) {
    let text = "SELECT " + String(repeating: opening, count: opening == "(" ? 1_000_000 : 20_000)
    #expect(throws: SQLError.self) { try Parser.parse(text) }
  }

  @Test(arguments: ["(", "(SELECT * FROM "])
  func `endless nesting of relations is refused`(opening: String) {
    let text = "SELECT * FROM " + String(repeating: opening, count: 100_000)
    #expect(throws: SQLError.self) { try Parser.parse(text) }
  }

  @Test(arguments: ["1 + ", "1 || ", "a.", "1 * "])
  func `endless chains are refused`(link: String) {
    let text = "SELECT " + String(repeating: link, count: 100_000) + "a"
    #expect((try? Parser.parse(text)) == nil || link == "a.")
  }

  @Test func `a hundred levels and long lists are fine`() throws {
    let deep = String(repeating: "(", count: 300) + "1" + String(repeating: ")", count: 300)
    _ = try Parser.parse("SELECT " + deep)
    let list = (0..<20_000).map(String.init).joined(separator: ", ")
    _ = try Parser.parse("SELECT a FROM t WHERE a IN (\(list))")
    let conjuncts = (0..<5_000).map { "a <> \($0)" }.joined(separator: " AND ")
    _ = try Parser.parse("SELECT a FROM t WHERE \(conjuncts)")
  }

  @Test func `refused parts of queries are named`() {
    func message(_ text: String) -> String? {
      do {
        _ = try Parser.parse(text)
        return nil
      } catch {
        return "\(error.code.rawValue): \(error.message)"
      }
    }
    #expect(
      message("SELECT * FROM t FOR TIMESTAMP AS OF now()")
        == "NOT_SUPPORTED: time travel (FOR TIMESTAMP AS OF) is not supported"
    )
    #expect(
      message("SELECT json_query(a, 'x' RETURNING varbinary)")
        == "NOT_SUPPORTED: RETURNING varbinary of JSON text is not supported"
    )
    #expect(
      message("SELECT * FROM read_csv('x')")
        == "NOT_SUPPORTED: the table function 'read_csv' is not supported"
    )
  }
}

extension String {
  /// The list's beginning only: which literals may start an expression is not the point.
  fileprivate var replacingExpected: String { String(prefix { $0 != "." }) }
}
