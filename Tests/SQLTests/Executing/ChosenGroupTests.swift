import ColumnFormat
import Testing

@testable import SQL

@Suite struct ChosenGroupTests {
  private let files = FileQueries()

  @Test(arguments: [1, 2]) func `groups under a limit are complete`(threads: Int) throws {
    let rows = Array(0..<60_000)
    try files.write(
      "t.parquet",
      [
        (Field("k", .int64), rows.map { .int(Int64($0 % 500)) }),
        (Field("t", .string), rows.map { .text("text number \($0 % 7)") }),
      ],
      groupRowCount: 10_000
    )
    let sql = "SELECT k, count(*) FROM t GROUP BY k LIMIT 10"
    let found = try files.rows(sql, threads: threads)
    #expect(found.count == 10)
    #expect(found.allSatisfy { $0[1] == .int(120) })
    #expect(Set(found.map { $0[0] }).count == 10)

    let both = "SELECT k, t, count(*) AS n FROM t GROUP BY k, t OFFSET 3 LIMIT 4"
    let text = try files.rows(both, threads: threads)
    #expect(text.count == 4)
    let counts = try files.rows("SELECT k, t, count(*) FROM t GROUP BY k, t")
    for row in text { #expect(counts.contains(row)) }

    let all = try files.rows("SELECT t, count(*) FROM t GROUP BY t LIMIT 100", threads: threads)
    #expect(all.count == 7)
    #expect(try files.rows("SELECT t FROM t GROUP BY t LIMIT 0", threads: threads).isEmpty)
  }

  @Test(arguments: ["k", "t", "d", "k, t", "t, f", "n, k", "n", "m"])
  func `once there are enough groups, rows of others are left out by the scan`(keys: String) throws
  {
    let rows = Array(0..<60_000)
    try files.write(
      "t.parquet",
      [
        (Field("k", .int64), rows.map { .int(Int64($0 % 500) &* 1_000_003) }),
        (Field("t", .string), rows.map { .text("text number \($0 % 300)") }),
        (Field("d", .date), rows.map { .int(Int64($0 % 400)) }),
        (Field("f", .float64), rows.map { .double($0 % 2 == 0 ? 0 : -0.0) }),
        (Field("n", .int32), rows.map { $0 % 200 < 2 ? .null : .int(Int64($0 % 200)) }),
        (
          Field("m", .decimal(precision: 38, scale: 2)),
          rows.map { .int128(Int128($0 % 100) << 65) }
        ),
      ],
      groupRowCount: 6000
    )
    let select = "SELECT \(keys), count(*), count(k), sum(k) FROM t GROUP BY \(keys)"
    let all = Set(try files.rows(select).map(\.description))
    for (limit, threads) in [(1, 1), (5, 1), (5, 2), (50, 2)] {
      let found = try files.rows("\(select) LIMIT \(limit)", threads: threads)
      #expect(found.count == limit)
      for row in found { #expect(all.contains(row.description)) }
    }
  }

  @Test func `a scan below a limit on groups reads on few rows`() throws {
    let rows = Array(0..<60_000)
    try files.write(
      "t.parquet",
      [
        (Field("k", .int64), rows.map { .int(Int64($0 % 5000) &* 1_000_003) }),
        (Field("t", .string), rows.map { .text("text number \($0 % 7)") }),
      ],
      groupRowCount: 6000
    )
    let sql = "SELECT k, t, count(*) FROM t GROUP BY k, t LIMIT 5"
    let statistics = try files.run(sql, threads: 1) { _ in }
    #expect(statistics.rowCountScanned < 10_000, "of 60,000")
  }

  @Test func `a condition on groups is not mistaken for a limit on them`() throws {
    let rows = Array(0..<1000)
    try files.write("t.parquet", [(Field("k", .int64), rows.map { .int(Int64($0 % 100)) })])
    let sql = "SELECT k, count(*) FROM t GROUP BY k HAVING k >= 90 LIMIT 5"
    #expect(try files.rows(sql).count == 5)
  }

  @Test func `rows of later groups are turned away once there are enough`() {
    let chosen = ChosenGroups(limit: 2)
    let hashes: [UInt64] = [7, 7, 9, 11, 7, 9 + 1 << 40]
    let rows = Buffer<UInt32>(count: hashes.count)
    for _ in 0..<2 {
      let count = chosen.select(hashes, rowCount: hashes.count, into: rows.base)
      #expect(Array(rows.slice(0..<count).values) == [0, 1, 2, 4])
    }
  }
}
