import Testing

@testable import SQL

/// Texts that nobody would write end in an answer or an error, never in a crash or a hang.
@Suite struct FuzzTests {
  /// Parses, and binds and runs what parses; how it ends does not matter.
  private static func swallow(_ sql: String) { _ = try? SQLCalls.rows(sql) }

  @Test func `random bytes end in an error`() {
    var numbers = SeededNumbers(1)
    for _ in 0..<2_000 {
      let count = numbers.int(60)
      let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: numbers.next()) }
      #expect(throws: (any Error).self) {
        try SQLCalls.rows("SELECT \u{1} " + String(decoding: bytes, as: UTF8.self))
      }
      FuzzTests.swallow(String(decoding: bytes, as: UTF8.self))
    }
  }

  private static let words =
    Keyword.allCases.map(\.rawValue) + [
      "(", ")", "[", "]", ",", ".", ";", "+", "-", "*", "/", "%", "||", "=", "<>", "<", ">", "->",
      "?", "1", "2.5", "1e3", "'a'", "''", "a", "b", "t", "x", "\"q\"", "X'41'", "lower", "sum",
      "count", "rank", "transform", "NULL",
    ]

  @Test func `random words end in an answer or an error`() {
    var numbers = SeededNumbers(2)
    for _ in 0..<5_000 {
      let count = 1 + numbers.int(25)
      let words = (0..<count).map { _ in
        FuzzTests.words[numbers.int(FuzzTests.words.count)]
      }
      FuzzTests.swallow("SELECT " + words.joined(separator: " "))
      FuzzTests.swallow(words.joined(separator: " "))
    }
  }

  private static let queries = [
    "SELECT a, count(*) FILTER (WHERE b > 1) FROM (VALUES (1, 2), (3, 4)) AS t (a, b) GROUP BY ROLLUP (a) HAVING sum(b) > 0 ORDER BY 2 DESC NULLS FIRST",
    "WITH RECURSIVE t (n) AS (VALUES 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) SELECT * FROM t JOIN UNNEST(ARRAY[1, 2]) WITH ORDINALITY AS u (x, o) ON n = x",
    "SELECT x, sum(x) OVER (PARTITION BY x % 2 ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), lag(x, 1, 0) OVER w FROM (VALUES 1, 2, null) AS t (x) WINDOW w AS (ORDER BY x)",
    "SELECT CASE WHEN x IN (SELECT y FROM (VALUES 1) AS u (y) WHERE y = x) THEN transform(ARRAY[x], e -> e || 'a') ELSE TRY(CAST('1' AS array(varchar))) END FROM (VALUES 'a') AS t (x)",
    "SELECT json_value('{\"a\": [1]}', 'lax $.a[*]?(@ > 0)' RETURNING integer DEFAULT 1 ON EMPTY), INTERVAL '1' DAY + DATE '2026-01-31' AT TIME ZONE 'UTC', MAP(ARRAY[1], ARRAY[ROW(1, 'b')])[1].b",
    "(SELECT 1 EXCEPT ALL SELECT 2) INTERSECT SELECT x FROM (VALUES 1) AS t (x) WHERE x = ALL (SELECT 1) OFFSET 0 ROWS FETCH FIRST 1 ROW ONLY",
  ]

  @Test(arguments: queries)
  func `queries with words left out, doubled and exchanged end in an answer or an error`(
    _ query: String
  ) {
    var numbers = SeededNumbers(UInt64(query.utf8.count))
    let tokens = query.split(separator: " ").map(String.init)
    for _ in 0..<300 {
      var changed = tokens
      for _ in 0...numbers.int(3) {
        let place = numbers.int(changed.count)
        switch numbers.int(4) {
        case 0: changed.remove(at: place)
        case 1: changed.insert(changed[place], at: place)
        case 2: changed.swapAt(place, numbers.int(changed.count))
        default: changed[place] = FuzzTests.words[numbers.int(FuzzTests.words.count)]
        }
        if changed.isEmpty { changed = ["SELECT"] }
      }
      FuzzTests.swallow(changed.joined(separator: " "))
    }
  }

  private static func nested(_ open: String, _ inner: String, _ close: String, _ count: Int)
    -> String
  {
    String(repeating: open, count: count) + inner + String(repeating: close, count: count)
  }

  @Test func `deep nesting ends in an error`() {
    let deep = [
      String(repeating: "(", count: 1_000_000),
      "SELECT " + FuzzTests.nested("(", "1", ")", 100_000),
      "SELECT " + String(repeating: "NOT ", count: 50_000) + "true",
      "SELECT " + String(repeating: "- ", count: 50_000) + "1",
      "SELECT " + FuzzTests.nested("CASE WHEN true THEN ", "1", " END", 5_000),
      "SELECT " + FuzzTests.nested("ARRAY[", "1", "]", 5_000),
      "SELECT " + FuzzTests.nested("(SELECT ", "1", ")", 5_000),
      "SELECT * FROM " + FuzzTests.nested("(SELECT * FROM ", "(VALUES 1)", ")", 5_000),
      "SELECT CAST(null AS " + FuzzTests.nested("array(", "integer", ")", 5_000) + ")",
      "SELECT 1" + String(repeating: " + 1", count: 20_000),
      "SELECT 1" + String(repeating: " UNION ALL SELECT 1", count: 3_000),
      "SELECT now()" + String(repeating: " AT TIME ZONE 'UTC'", count: 3_000),
      "SELECT json_value('1', 'lax " + FuzzTests.nested("(", "1", ")", 10_000)
        + "' ERROR ON ERROR)",
      "SELECT json_parse('" + FuzzTests.nested("[", "1", "]", 10_000) + "')",
      "SELECT regexp_like('a', '" + FuzzTests.nested("(", "a", ")", 10_000) + "')",
    ]
    for sql in deep {
      #expect(throws: SQLError.self, "\(sql.prefix(40))") { try SQLCalls.rows(sql) }
    }
  }

  @Test func `long lists have an answer`() throws {
    let numbers = (0..<20_000).map(String.init).joined(separator: ", ")
    #expect(try SQLCalls.rows("SELECT 5 IN (\(numbers))") == [["true"]])
    let terms = (0..<3_000).map { "x = \($0)" }.joined(separator: " OR ")
    #expect(try SQLCalls.rows("SELECT x FROM (VALUES 7) AS t (x) WHERE \(terms)") == [["7"]])
    let joins = (1..<80).map { "JOIN (SELECT 1 AS x) AS t\($0) ON t\($0).x = t\($0 - 1).x" }
    let chain = "SELECT count(*) FROM (SELECT 1 AS x) AS t0 " + joins.joined(separator: " ")
    #expect(try SQLCalls.rows(chain) == [["1"]])
    let named = (1..<200).map { "t\($0) AS (SELECT x + 1 AS x FROM t\($0 - 1))" }
    let with = "WITH t0 AS (SELECT 1 AS x), " + named.joined(separator: ", ")
    #expect(try SQLCalls.rows(with + " SELECT x FROM t199") == [["200"]])
  }
}
