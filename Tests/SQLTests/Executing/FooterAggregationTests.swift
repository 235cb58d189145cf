import ColumnFormat
import Testing

@testable import SQL

@Suite struct FooterAggregationTests {
  private let files = FileQueries()

  /// Two files in which `a` has nulls, `d` a NaN, `t` text, `n` nothing, and only one of which has `z`.
  private func write() throws {
    let count = 50
    for (number, name) in ["t/1.parquet", "t/2.parquet"].enumerated() {
      let rows = Array(0..<count)
      var columns: [(field: Field, values: [Scalar])] = [
        (
          Field("a", .int64),
          rows.map { $0 % 7 == 3 ? .null : .int(Int64(($0 * 37 + number * 1000) % 911 - 400)) }
        ),
        (Field("d", .float64), rows.map { .double($0 == 20 ? .nan : Double($0)) }),
        (Field("t", .string), rows.map { .text("text \($0)") }),
        (Field("n", .int32), rows.map { _ in .null }),
        (Field("day", .date), rows.map { .int(Int64(20_000 + $0 + number)) }),
        (
          Field("m", .decimal(precision: 10, scale: 2)),
          rows.map { .int(Int64($0 * 100 - 777)) }
        ),
      ]
      if number == 1 { columns.append((Field("z", .int64), rows.map { .int(Int64($0)) })) }
      try files.write(name, columns, groupRowCount: 16)
    }
  }

  @Test(arguments: [
    "count(*)", "count(a)", "count(n)", "count(z)", "min(a), max(a)", "min(n)", "min(z), max(z)",
    "min(day), max(day), count(*)", "max(m), min(m), count(m)", "count(t)", "count(d)",
  ])
  func `footers give the answer that the rows give`(calls: String) throws {
    try write()
    let sql = "SELECT \(calls) FROM t"
    #expect(try files.operators(sql).contains("Footers t"))
    // A condition that nobody can decide beforehand makes every row be read.
    let read = sql + " WHERE coalesce(a, 0) > -100000"
    #expect(try !files.operators(read).contains("Footers t"))
    #expect(try files.rows(sql) == files.rows(read))
  }

  @Test(arguments: [
    "min(d)", "max(d)", "count(DISTINCT a)", "sum(a)", "min(a + 1)",
    "count(*) FILTER (WHERE a > 0)",
    "count(a) + sum(z)", "min(a, 2)",
  ])
  func `what footers cannot tell is read`(calls: String) throws {
    try write()
    #expect(try !files.operators("SELECT \(calls) FROM t").contains("Footers t"))
  }

  @Test func `a group or a condition is read, but a partition may be chosen`() throws {
    for day in 1...3 {
      let rows: [Scalar] = (0..<(day * 10)).map { .int(Int64($0 * day)) }
      try files.write("p/day=\(day)/1.parquet", [(Field("a", .int64), rows)])
    }
    #expect(try !files.operators("SELECT day, count(*) FROM p GROUP BY day").contains("Footers p"))
    #expect(try !files.operators("SELECT count(*) FROM p WHERE a > 3").contains("Footers p"))
    let chosen = "SELECT count(*), max(a) FROM p WHERE day >= 2"
    #expect(try files.operators(chosen).contains("Footers p"))
    #expect(try files.rows(chosen) == [[.int(50), .int(87)]])
    #expect(try files.rows("SELECT count(*), max(a) FROM p WHERE day = 9") == [[.int(0), .null]])
    #expect(try files.rows("SELECT max(day) FROM p") == [[.int(3)]])
  }
}
