import ColumnFormat
import Testing

@testable import SQL

@Suite struct TopNFilterTests {
  private let files = FileQueries()

  private func write() throws {
    let rows = Array(0..<60_000)
    try files.write(
      "t.parquet",
      [
        (Field("id", .int64), rows.map { .int(Int64($0)) }),
        (Field("x", .int32), rows.map { $0 % 97 == 5 ? .null : .int(Int64($0 * 7919 % 30_011)) }),
        (
          Field("d", .float64),
          rows.map { .double($0 % 1000 == 7 ? .nan : Double($0 * 31 % 10_009) - 5000) }
        ),
        (Field("text", .string), rows.map { .text("a long text, \($0 * 17 % 9973)") }),
        (
          Field("m", .decimal(precision: 20, scale: 2)),
          rows.map { .int128(Int128($0 * 13 % 8999) - 4000) }
        ),
      ],
      groupRowCount: 9000
    )
  }

  /// The same rows without a limit in the plan, cut here.
  private func expected(_ select: String, _ order: String, _ count: Int) throws -> [[Scalar]] {
    Array(try files.rows("\(select) ORDER BY \(order)").prefix(count))
  }

  @Test(arguments: [
    "id", "id DESC", "x, id", "x DESC, id", "x NULLS FIRST, id", "x DESC NULLS FIRST, id",
    "d, id", "d DESC, id", "d DESC NULLS FIRST, id DESC", "text, id", "text DESC, id", "m, id",
    "m DESC, id DESC",
  ])
  func `the first rows are those of the whole order`(order: String) throws {
    try write()
    for select in [
      "SELECT id, text, x FROM t", "SELECT id FROM t WHERE id % 3 = 1 AND x > 100",
      "SELECT t.id, k FROM t JOIN (VALUES 0, 1, 2) AS few (k) ON k = id % 10",
    ] {
      let rows = try files.rows("\(select) ORDER BY \(order) LIMIT 20")
      let wanted = try expected(select, order, 20)
      #expect(same(rows, wanted), "\(select): \(rows) for \(wanted)")
    }
  }

  /// NaN equals nothing, itself included.
  private func same(_ left: [[Scalar]], _ right: [[Scalar]]) -> Bool {
    left.description == right.description
  }

  @Test(arguments: ["x", "x DESC", "d, id", "d DESC"])
  func `most rows never leave the scan once there are enough better ones`(order: String) throws {
    try write()
    let sql = "SELECT id FROM t WHERE id % 2 = 0 ORDER BY \(order) LIMIT 5"
    let statistics = try files.run(sql, threads: 1) { _ in }
    #expect(statistics.rowCountScanned < 15_000, "of 30,000")
  }

  @Test func `a key that is grouped by keeps its groups whole`() throws {
    try write()
    let sql = "SELECT id % 50 AS k, count(*), sum(x) FROM t GROUP BY 1 ORDER BY k DESC LIMIT 3"
    let whole = try files.rows(
      "SELECT id % 50 AS k, count(*), sum(x) FROM t GROUP BY 1 ORDER BY k DESC"
    )
    #expect(try files.rows(sql) == Array(whole.prefix(3)))
  }
}
