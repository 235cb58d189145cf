import ColumnFormat
import SQL
import Testing

@testable import lake

@Suite struct ChartTests {
  private func lines(_ sql: String, _ change: (inout ChartOptions) -> Void = { _ in }) throws
    -> [String]
  {
    var options = ChartOptions()
    options.width = 40
    options.height = 12
    change(&options)
    var table: ChartTable?
    _ = try QueryEngine(QueryOptions())
      .run(sql, begin: { table = ChartTable($0) }, receive: { table?.append($0) })
    return ChartWriter.lines(try #require(table), options)
  }

  @Test func `categories are bars, as long as their numbers`() throws {
    #expect(
      try lines("select * from (values ('paid', 4), ('new', 8), ('本', 1), (null, null)) t(s, n)")
        == [
          "paid │██████████████                  4",
          "new  │████████████████████████████    8",
          "本   │███▌                            1",
          "NULL │                             NULL",
        ]
    )
  }

  @Test func `without Unicode bars are signs of ASCII`() throws {
    let lines = try lines("select * from (values ('a', 2), ('b', 1)) t(s, n)") {
      $0.usesUnicode = false
      $0.width = 20
    }
    #expect(lines == ["a |############## 2", "b |#######        1"])
  }

  @Test func `negative bars go to the left of zero`() throws {
    let lines = try lines("select * from (values ('a', -10), ('b', 10)) t(s, n)") {
      $0.width = 26
    }
    #expect(lines == ["a │█████████          -10", "b │         █████████  10"])
  }

  @Test func `two measures are two blocks with their names`() throws {
    let lines = try lines("select 'x' as s, 1 as first, 2 as second")
    #expect(lines.map { $0.prefix(6) } == ["first", "x │███", "", "second", "x │███"])
  }

  @Test func `too many categories say how many are left out`() throws {
    let lines = try lines("select cast(x as varchar), x from unnest(sequence(1, 100)) t(x)")
    #expect(lines.count == 12)
    #expect(lines.last == "… 89 more")
  }

  @Test func `values over time are a line between round bounds`() throws {
    let lines = try lines(
      "select date '2026-01-01' + interval '1' day * x as d, x * x from unnest(sequence(0, 9)) t(x)"
    )
    #expect(lines.first?.hasPrefix("100┤") == true)
    #expect(lines.contains { $0.hasPrefix("  0┤") })
    #expect(lines.last?.hasPrefix("    2026-01-01") == true)
    #expect(lines.last?.hasSuffix("2026-01-10") == true)
    for line in lines { #expect(DisplayText.width(line) <= 40) }
  }

  @Test func `a line in ASCII is made of stars`() throws {
    let lines = try lines(
      "select date '2026-01-01' + interval '1' day * x as d, x from unnest(sequence(0, 9)) t(x)"
    ) { $0.usesUnicode = false }
    #expect(lines.allSatisfy { $0.utf8.allSatisfy { $0 < 128 } })
    #expect(lines.contains { $0.contains("*") })
  }

  @Test func `a category beside a time is a line for each of its values`() throws {
    let sql = """
      select date '2026-01-01' + interval '1' day * x as d, s, x
      from unnest(sequence(0, 9)) t(x) cross join (values 'a', 'b') u(s)
      """
    #expect(try lines(sql).filter { $0 == "a" || $0 == "b" } == ["a", "b"])
    let colored = try lines(sql) { $0.usesColor = true }
    #expect(colored.last?.contains("━ a") == true && colored.last?.contains("━ b") == true)
  }

  @Test func `bare numbers are a sparkline with its bounds`() throws {
    #expect(
      try lines("select x from unnest(array[1, 5, 3, 8]) t(x)") == ["x ▁▅▃█  1 to 8, last 8"]
    )
  }

  @Test func `nulls and what is no number leave gaps`() throws {
    #expect(
      try lines("select x from (values 1e0, null, nan(), 2e0) t(x)") == ["x ▁  █  1 to 2, last 2"]
    )
  }

  @Test func `a result without rows says so`() throws {
    #expect(try lines("select 'a', 1 where false") == ["(no rows)"])
  }

  @Test func `a result without numbers cannot be drawn`() throws {
    let writer = ChartWriter(OutputFile(), ChartOptions())
    #expect(throws: Failure.self) {
      try writer.begin([ResultColumn(name: "a", type: .varchar(length: nil))])
    }
  }

  @Test(arguments: [
    (0.0, "0"), (1234567, "1,234,567"), (12.345, "12.35"), (-0.5, "-0.5"), (0.00123, "0.00123"),
    (1e20, "1e20"), (999.96, "1,000"), (3, "3"), (0.00001, "1e-5"), (-1e-9, "-1e-9"),
  ])
  func `numbers beside charts are short`(_ value: Double, _ text: String) {
    #expect(ChartNumber.text(value) == text)
  }
}
