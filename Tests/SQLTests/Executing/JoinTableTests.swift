import ColumnFormat
import Testing

@testable import SQL

/// Tables that are large enough for several threads to make.
@Suite struct JoinTableTests {
  private let files = FileQueries()

  /// 150,000 rows: `near` is one of 50,000 numbers, `far` the same spread over the whole range, `text` the
  /// same as a text; each twentieth row has none of them.
  private func write() throws {
    let rows = Array(0..<150_000)
    func key(_ row: Int) -> Int64 { Int64(row * 7919 % 50_021 % 50_000) }
    func orNull(_ row: Int, _ value: Scalar) -> Scalar { row % 20 == 3 ? .null : value }
    try files.write(
      "t.parquet",
      [
        (Field("id", .int64), rows.map { .int(Int64($0)) }),
        (Field("near", .int64), rows.map { orNull($0, .int(key($0))) }),
        (Field("far", .int64), rows.map { orNull($0, .int(key($0) * 1_000_003_000_007)) }),
        (
          Field("text", .string),
          rows.map { orNull($0, .text("key number \(key($0)) of a text")) }
        ),
      ],
      groupRowCount: 20_000
    )
  }

  @Test(arguments: ["near", "far", "text", "far, text"])
  func `as many threads as there are make the table that one makes`(keys: String) throws {
    try write()
    let sql = """
      SELECT count(*), sum(a.id), sum(b.id), sum(a.id * b.id % 1000003), count(DISTINCT b.id)
      FROM t AS a JOIN t AS b USING (\(keys)) WHERE a.id % 7 = 0
      """
    let outer = """
      SELECT count(*), count(b.id), sum(a.id % 101), sum(b.id % 103)
      FROM (SELECT * FROM t WHERE id % 3 = 0) AS a FULL JOIN t AS b USING (\(keys))
      """
    for sql in [sql, outer] {
      let expected = try files.rows(sql, threads: 1)
      for threads in [2, 3, 5] {
        #expect(try files.rows(sql, threads: threads) == expected, "\(threads) threads")
      }
    }
    var pairs: [Int64: Int] = [:]
    for row in 0..<150_000 where row % 20 != 3 {
      pairs[Int64(row * 7919 % 50_021 % 50_000), default: 0] += 1
    }
    var expected = 0
    for row in 0..<150_000 where row % 20 != 3 && row % 7 == 0 {
      expected += pairs[Int64(row * 7919 % 50_021 % 50_000)] ?? 0
    }
    #expect(try files.rows(sql, threads: 3)[0][0] == .int(Int64(expected)))
  }
}
