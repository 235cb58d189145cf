import ColumnFormat
import Testing

@testable import SQL

@Suite struct ScanSelectionTests {
  private let files = FileQueries()
  private let rowCount = 40_000

  private func write() throws {
    let rows = Array(0..<rowCount)
    try files.write(
      "t.parquet",
      [
        (Field("id", .int64), rows.map { .int(Int64($0)) }),
        (Field("x", .int32), rows.map { $0 % 13 == 5 ? .null : .int(Int64($0 * 7919 % 10_007)) }),
        (Field("d", .float64), rows.map { .double(Double($0 * 31 % 1009)) }),
        (Field("code", .string), rows.map { .text("code \($0 % 9)") }),
        (
          Field("text", .string),
          rows.map {
            $0 % 101 == 0 ? .null : .text("a text that is long enough: \($0 * 17 % 9973)")
          }
        ),
      ],
      groupRowCount: 23_000
    )
  }

  /// The rows that pass, found one by one without any filter in the scan.
  private func expected(_ passes: (Int) -> Bool) throws -> [[Scalar]] {
    try files.rows("SELECT id, x, d, code, text FROM t ORDER BY id").enumerated()
      .filter { passes($0.offset) }.map(\.element)
  }

  @Test(arguments: [1, 2, 3, 7, 64, 1000, 9001, 39_999])
  func `rows that pass are the same however few they are`(step: Int) throws {
    try write()
    let rows = try files.rows(
      "SELECT id, x, d, code, text FROM t WHERE id % \(step) = 0 ORDER BY id"
    )
    #expect(try rows == expected { $0 % step == 0 })
  }

  @Test func `several conditions narrow the rows one after the other`() throws {
    try write()
    let rows = try files.rows(
      "SELECT id, x, d, code, text FROM t WHERE id % 3 = 1 AND x > 2000 AND code <> 'code 4' "
        + "AND d < 900 AND x < 9000 AND id % 5 <> 2 ORDER BY id"
    )
    let all = try expected { $0 % 3 == 1 && $0 % 5 != 2 && $0 % 9 != 4 }.filter { row in
      guard case .int(let x) = row[1], case .double(let d) = row[2] else { return false }
      return x > 2000 && x < 9000 && d < 900
    }
    #expect(rows == all)
    #expect(!rows.isEmpty)
  }

  @Test func `columns that only the filter looks at are not missed`() throws {
    try write()
    let count = try expected { $0 % 9 == 2 && $0 % 101 != 0 }.count
    let sql = "SELECT sum(d), count(*) FROM t WHERE code = 'code 2' AND text IS NOT NULL"
    #expect(try files.rows(sql)[0][1] == .int(Int64(count)))
  }

  @Test(arguments: [
    "flag <> 0", "flag = 0", "flag > 1 AND flag < 4", "flag IN (2, 3)", "flag IS NULL OR flag = 3",
    "NOT (flag = 0)", "flag + 1 = 3", "flag * 2 > id % 5", "sparse = 7", "sparse <> 7",
    "sparse = 7 AND flag = 0", "coalesce(sparse, 9) = 9", "flag BETWEEN 1 AND 2 OR sparse IS NULL",
    "cast(flag AS varchar) = '2'", "flag IN (1, id % 3)",
  ])
  func `columns that come in runs are filtered row by row`(condition: String) throws {
    let rows = Array(0..<50_000)
    func flag(_ row: Int) -> Scalar { .int(row % 61 == 3 ? Int64(row % 5) : 0) }
    try files.write(
      "runs.parquet",
      [
        (Field("id", .int64), rows.map { .int(Int64($0)) }),
        (Field("flag", .int16), rows.map(flag)),
        (
          Field("sparse", .int64),
          rows.map { $0 / 700 % 9 == 2 ? .null : .int(Int64($0 / 300 % 9)) }
        ),
      ],
      groupRowCount: 30_000
    )
    let found = try files.rows("SELECT id, flag, sparse FROM runs WHERE \(condition) ORDER BY id")
    // What is computed from another column does not come in runs.
    let hidden = condition.replacing("flag", with: "f").replacing("sparse", with: "s")
    let all = try files.rows(
      "SELECT id, flag, sparse FROM (SELECT *, flag + id * 0 AS f, sparse + id * 0 AS s FROM runs) "
        + "WHERE \(hidden) ORDER BY id"
    )
    #expect(found == all)
    #expect(!found.isEmpty && found.count < rows.count)
  }

  @Test func `a join's filter leaves the right rows`() throws {
    try write()
    let sql =
      "SELECT id, t.text FROM t JOIN (VALUES 3, 17, 39990) AS few (k) ON few.k = id ORDER BY id"
    let rows = try expected { $0 == 3 || $0 == 17 || $0 == 39_990 }.map { [$0[0], $0[4]] }
    #expect(try files.rows(sql) == rows)
  }

  @Test func `a look-up in a sorted column reads one page of its row group`() throws {
    try write()
    let sql = "SELECT text FROM t WHERE id = 12345"
    #expect(try files.rows(sql) == expected { $0 == 12_345 }.map { [$0[4]] })
    // The second row group is left out as a whole, and 22 of the first one's 23 pages.
    let lines = try files.operators(sql)
    #expect(
      lines.contains { $0.contains("1 of 2 row groups") && $0.contains("; 22000 rows left out") }
    )
  }

  @Test(arguments: [
    "id BETWEEN 4990 AND 6010", "id < 10 OR id > 39990", "id IN (5, 22999, 23000, 50000)",
    "id >= 22500 AND x IS NULL", "id <> 7 AND id < 20", "id > 100000", "text IS NULL AND id < 5000",
    "d = 31 AND id < 3000", "code = 'code 3' AND id > 39000", "NOT (id < 39950)",
  ])
  func `pages are left out without leaving out rows`(condition: String) throws {
    try write()
    let rows = try files.rows("SELECT id, x, d, code, text FROM t WHERE \(condition) ORDER BY id")
    // Sums decide nothing beforehand.
    let hidden = condition.replacing("id", with: "(id + 0 * length(code))")
    let all = try files.rows("SELECT id, x, d, code, text FROM t WHERE \(hidden) ORDER BY id")
    #expect(rows == all)
  }

  @Test func `rows of a subset are found among those of another`() {
    let outer = Buffer<UInt32>([1, 4, 5, 9, 12])
    let inner = Buffer<UInt32>([4, 9, 12])
    let positions = RowSubset.positions(of: inner, in: outer)
    #expect((0..<positions.count).map { positions[$0] } == [1, 3, 4])
    #expect(RowSubset.positions(of: Buffer<UInt32>([]), in: outer).count == 0)
  }
}
