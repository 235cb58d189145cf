import Testing

@testable import lake

/// A catalog of one table that is partitioned by day, one in another database, and a file.
struct FewNames: CompletionVocabulary {
  func databases() -> [String] { ["default", "shop"] }
  func tables(in database: String?) -> [String] {
    switch database {
    case nil, "default": ["events", "Odd Name"]
    case "shop": ["orders"]
    default: []
    }
  }
  func columns(of table: TableReference) -> [Candidate] {
    switch table.name {
    case "orders":
      [Candidate(text: "order_id", detail: "bigint"), Candidate(text: "status", detail: "varchar")]
    case "events":
      [Candidate(text: "kind", detail: "varchar"), Candidate(text: "order", detail: "integer")]
    case "f.csv": [Candidate(text: "x")]
    default: []
    }
  }
  func partitionValues(of table: TableReference, column: String) -> [String]? {
    table.name == "orders" && column == "day" ? ["2026-01-01", "2026-01-02"] : nil
  }
  func files(startingWith path: String) -> [String] {
    ["data/", "data.csv"].filter { $0.hasPrefix(path) }
  }
}

@Suite struct CompletionTests {
  /// The candidates at the bar.
  private func candidates(_ marked: String) -> [String] {
    let parts = marked.split(separator: "▯", omittingEmptySubsequences: false)
    var buffer = LineBuffer(String(parts[0]) + String(parts.count > 1 ? parts[1] : ""))
    buffer.move(to: parts[0].count)
    return Completion(buffer, FewNames()).candidates.map(\.text)
  }

  @Test func `a statement begins with its verbs, in the case that is typed`() {
    #expect(candidates("sel▯") == ["select"])
    #expect(candidates("SEL▯") == ["SELECT"])
    #expect(candidates("▯").first == "SELECT")
    #expect(candidates("select 1; sho▯") == ["show"])
  }

  @Test func `tables and databases stand after FROM and JOIN, quoted where they must be`() {
    #expect(candidates("select * from ▯") == ["events", "\"Odd Name\"", "default.", "shop."])
    #expect(candidates("select * from events e join sh▯") == ["shop."])
    #expect(candidates("select * from a, ev▯") == ["events"])
    #expect(candidates("describe ev▯") == ["events"])
    #expect(candidates("select * from shop.▯") == ["orders"])
  }

  @Test func `columns come from the tables of the statement, also of those after the cursor`() {
    #expect(
      candidates("select sta▯ from shop.orders") == ["status", "starts_with(", "start", "stats"]
    )
    #expect(candidates("select * from shop.orders o where o.▯") == ["order_id", "status"])
    #expect(candidates("select x▯ from 'f.csv'").first == "x")
    // Before a table is named, the columns of all.
    #expect(candidates("select ki▯").first == "kind")
    #expect(candidates("select ki▯ from events; select kind from shop.orders").first == "kind")
  }

  @Test func `a column with a keyword's name gets quotes`() {
    #expect(candidates("select ord▯ from events").first == "\"order\"")
  }

  @Test func `values of partitions stand after a comparison`() {
    #expect(
      candidates("select * from shop.orders where day = '▯") == ["2026-01-01'", "2026-01-02'"]
    )
    #expect(
      candidates("select * from shop.orders o where o.day in ('2026-01-01', '2026-01-02▯")
        == ["2026-01-02'"]
    )
    #expect(candidates("select * from shop.orders where status = '▯").isEmpty)
  }

  @Test func `paths stand within quotes after FROM`() {
    #expect(candidates("select * from 'da▯") == ["data/", "data.csv'"])
    #expect(candidates("select 'da▯").isEmpty)
  }

  @Test func `functions come with their parenthesis`() {
    #expect(candidates("select regexp_li▯") == ["regexp_like("])
  }

  @Test func `names of WITH are tables`() {
    #expect(candidates("with recent as (select 1) select * from rec▯") == ["recent"])
  }

  @Test func `comments are left alone`() { #expect(candidates("/* sel▯").isEmpty) }

  @Test func `the shell's commands complete with their arguments`() {
    #expect(candidates("\\for▯") == ["\\format"])
    #expect(candidates("\\format md▯").isEmpty)
    #expect(candidates("\\format mark▯") == ["markdown"])
    #expect(candidates("\\d sh▯") == ["shop.orders"])
    #expect(candidates("\\c sh▯") == ["shop"])
    #expect(candidates("\\i da▯") == ["data/", "data.csv"])
  }

  @Test func `the signature of the call around the cursor is known`() {
    let buffer = LineBuffer("select regexp_like(status, ")
    #expect(StatementCompletion.signatures(buffer).first?.hasPrefix("regexp_like(") == true)
    #expect(StatementCompletion.signatures(LineBuffer("select (1")).isEmpty)
  }

  @Test func `Tab puts in the common beginning, lists, and then goes through the list`() {
    var editor = LineEditor(history: History(path: nil))
    func press(_ keys: Key...) { for key in keys { _ = editor.handle(key, FewNames()) } }
    press(.text("select * from e"), .tab)
    #expect(editor.buffer.text == "select * from events ")
    press(.text("where k"), .tab)
    #expect(editor.completion?.candidates.map(\.text) == ["kind", "kurtosis("])
    press(.tab)
    #expect(editor.buffer.text.hasSuffix("where kind"))
    press(.tab)
    #expect(editor.buffer.text.hasSuffix("where kurtosis("))
    press(.text("x"))
    #expect(editor.completion == nil)
  }
}
