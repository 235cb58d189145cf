import ColumnFormat
import Testing

@testable import SQL

@Suite struct SharedSubplanTests {
  private let files = FileQueries()

  private func write() throws {
    let rows = Array(0..<5000)
    try files.write(
      "t.parquet",
      [
        (Field("k", .int64), rows.map { .int(Int64($0 * 31 % 101)) }),
        (Field("x", .int64), rows.map { $0 % 11 == 0 ? .null : .int(Int64($0 * 7 % 1013)) }),
      ]
    )
  }

  private func scanCount(_ sql: String) throws -> Int {
    try files.operators(sql).count { $0 == "Scan t" }
  }

  @Test func `a view that is used twice is computed once`() throws {
    try write()
    let view = "SELECT k, sum(x) AS s FROM t WHERE x > 5 GROUP BY k"
    let shared =
      "WITH v AS (\(view)) SELECT k, s FROM v WHERE s = (SELECT max(s) FROM v) ORDER BY k"
    let apart =
      "WITH v AS (\(view)), w AS (SELECT k, sum(x) AS s FROM t WHERE x >= 6 GROUP BY k) "
      + "SELECT k, s FROM v WHERE s = (SELECT max(s) FROM w) ORDER BY k"
    #expect(try scanCount(shared) == 1)
    #expect(try files.operators(shared).count { $0 == "Shared rows" } == 2)
    #expect(try scanCount(apart) == 2)
    let rows = try files.rows(shared)
    #expect(rows.count == 1)
    #expect(try rows == files.rows(apart))
  }

  @Test func `a filter of one reader leaves the other reader's rows alone`() throws {
    try write()
    let sql = """
      WITH v AS (SELECT k, count(*) AS n FROM t GROUP BY k)
      SELECT count(*), sum(v.n), (SELECT sum(n) FROM v) FROM v
      JOIN (VALUES 1, 2, 3) AS few (k) ON few.k = v.k
      """
    #expect(try scanCount(sql) == 1)
    let each = try files.rows("SELECT count(*) FROM t WHERE k IN (1, 2, 3)")[0][0]
    #expect(try files.rows(sql) == [[.int(3), each, .int(5000)]])
  }

  @Test(arguments: [
    ("SELECT k, sum(x) AS s FROM t GROUP BY k", "SELECT k, max(x) AS s FROM t GROUP BY k"),
    ("SELECT k, sum(x) AS s FROM t GROUP BY k", "SELECT x AS k, sum(k) AS s FROM t GROUP BY x"),
    (
      "SELECT k, sum(x) AS s FROM t GROUP BY k",
      "SELECT k, sum(x) AS s FROM t WHERE k > 0 GROUP BY k"
    ),
    ("SELECT k, sum(x) AS s FROM t GROUP BY k", "SELECT k, sum(x + k) AS s FROM t GROUP BY k"),
    ("SELECT k, count(x) AS s FROM t GROUP BY k", "SELECT k, count(*) AS s FROM t GROUP BY k"),
    (
      "SELECT k, count(x) AS s FROM t GROUP BY k",
      "SELECT k, count(DISTINCT x) AS s FROM t GROUP BY k"
    ),
    (
      "SELECT k, sum(x) AS s FROM t WHERE random() < 2 GROUP BY k",
      "SELECT k, sum(x) AS s FROM t WHERE random() < 2 GROUP BY k"
    ),
  ])
  func `parts that differ are computed apart`(first: String, second: String) throws {
    try write()
    let sql = "SELECT a.s, b.s FROM (\(first)) a JOIN (\(second)) b ON a.k = b.k"
    #expect(try scanCount(sql) == 2)
  }
}
