import ColumnFormat
import Testing

@testable import SQL

@Suite struct WantedGroupsTests {
  private let files = FileQueries()

  /// 48,000 rows of 40,000 groups by `k`, in no order: more than one table may have.
  private func write() throws {
    let rows = Array(0..<48_000)
    func key(_ row: Int) -> Int { row * 7919 % 40_009 % 40_000 }
    func text(_ row: Int) -> Scalar {
      if key(row) % 91 == 7 { return .null }
      return .text("a long text that ends in \(key(row) * 17 % 39_989)")
    }
    func number(_ row: Int) -> Scalar { row % 97 == 5 ? .null : .int(Int64(row * 31 % 1009)) }
    func double(_ row: Int) -> Scalar {
      .double(row % 1000 == 7 ? .nan : Double(row * 13 % 10_009) - 5000)
    }
    try files.write(
      "t.parquet",
      [
        (Field("k", .int64), rows.map { .int(Int64(key($0))) }),
        (Field("text", .string), rows.map(text)),
        (Field("x", .int32), rows.map(number)),
        (Field("d", .float64), rows.map(double)),
        (
          Field("m", .decimal(precision: 20, scale: 2)),
          rows.map { .int128(Int128($0 * 13 % 8999) - 4000) }
        ),
      ],
      groupRowCount: 9000
    )
  }

  private func expectFirst(_ calls: String, orders: [String]) throws {
    try write()
    for order in orders {
      let select = "SELECT k, text, \(calls) FROM t GROUP BY k, text ORDER BY \(order)"
      let whole = try files.rows(select).dropFirst(3).prefix(20).description
      for threads in [1, 2] {
        let first = try files.rows("\(select) OFFSET 3 LIMIT 20", threads: threads).description
        #expect(first == whole, "\(select), \(threads) threads")
      }
    }
  }

  @Test func `the first groups are those of the whole order`() throws {
    try expectFirst(
      "count(*) AS n, sum(x) AS s, avg(x) AS a, max(d) AS d, min(text || 'z') AS low, sum(m) AS m",
      orders: [
        "n DESC, k", "n DESC, k DESC", "s DESC NULLS FIRST, k DESC", "s, n, k", "a DESC, k",
        "d DESC NULLS FIRST, k", "low DESC NULLS FIRST, k", "m DESC, k", "k DESC", "text, k",
        "n DESC, text, k", "n + k DESC, k",
      ]
    )
  }

  @Test func `calls that need all of their rows make no difference`() throws {
    try expectFirst(
      "count(DISTINCT x) AS u, count(*) AS n, array_agg(x ORDER BY x DESC, d) AS list",
      orders: ["u DESC, k", "n DESC, k", "list DESC, k"]
    )
  }

  @Test func `groups that a condition leaves out are not among the first`() throws {
    try write()
    let select =
      "SELECT k, count(*) AS n FROM t GROUP BY k HAVING sum(x) % 2 = 1 ORDER BY n DESC, k"
    let whole = try files.rows(select).prefix(20).description
    #expect(try files.rows("\(select) LIMIT 20", threads: 1).description == whole)
  }

  @Test(arguments: [1, 2])
  func `sets of groups have a first group like others`(threads: Int) throws {
    try write()
    let select = """
      SELECT k, x, grouping(k, x) AS g, count(*) AS n, max(text) AS t FROM t
      GROUP BY GROUPING SETS ((k), (x), (k, x), ()) ORDER BY n DESC, k NULLS FIRST, x, g
      """
    let whole = try files.rows(select, threads: threads)
    let first = try files.rows("\(select) LIMIT 1100", threads: threads)
    #expect(first.description == Array(whole.prefix(1100)).description)
  }

  @Test func `most groups are never made into rows`() throws {
    try write()
    let lines = try files.rows(
      """
      EXPLAIN ANALYZE
      SELECT k, count(*) AS n, avg(d) FROM t GROUP BY k ORDER BY n DESC, k LIMIT 5
      """,
      threads: 1
    ).compactMap { row -> String? in
      guard case .bytes(let bytes) = row[0] else { return nil }
      return String(decoding: bytes, as: UTF8.self).trimmingPrefix { $0 == " " }.description
    }
    let topN = try #require(lines.firstIndex { $0.hasPrefix("Top n") })
    let aggregate = try #require(lines.firstIndex { $0.hasPrefix("Aggregate") })
    #expect(lines[aggregate + 1].contains("rows in 48000, out 40000;"))
    let counted = try #require(lines[topN + 1].wholeMatch(of: /rows in (\d+), out 5;.*/))
    #expect(try #require(Int(counted.1)) < 20_000)
  }
}
