import ColumnFormat
import Testing

@testable import SQL

@Suite struct AggregateSinkTests {
  /// Sums and counts by key, computed with dictionaries.
  private func reference(_ rows: [[Scalar]], keys: [Int], value: Int) -> [[Scalar]] {
    var sums: [[Scalar]: (sum: Int64?, count: Int64, all: Int64)] = [:]
    for row in rows {
      var entry = sums[keys.map { row[$0] }] ?? (nil, 0, 0)
      entry.all += 1
      if case .int(let number) = row[value] {
        entry.sum = (entry.sum ?? 0) + number
        entry.count += 1
      }
      sums[keys.map { row[$0] }] = entry
    }
    return sums.map { key, entry in
      key + [entry.sum.map { .int($0) } ?? .null, .int(entry.count), .int(entry.all)]
    }
  }

  private func grouped(
    _ fixture: inout PlanFixture,
    _ table: PlanFixture.Table,
    keys: [Int],
    value: Int
  ) throws -> (LogicalPlan, [PlanColumn]) {
    let bigint: SQLType = table.columns[value].type
    let calls = [
      ("sum", [table.columns[value]]), ("count", [table.columns[value]]), ("count", []),
    ]
    var aggregate = LogicalPlan.Aggregate(
      input: table.plan,
      keys: keys.map { table.columns[$0] },
      groupingSets: nil,
      groupingSetColumn: nil,
      calls: []
    )
    for (name, arguments) in calls {
      let function = try PlanFixture.aggregate(name, arguments.map { _ in bigint })
      aggregate.calls.append(
        LogicalPlan.AggregateCall(
          column: fixture.column(name, function.resultType),
          function: function,
          arguments: arguments,
          isDistinct: false,
          filter: nil,
          orderBy: []
        )
      )
    }
    return (.aggregate(aggregate), aggregate.keys + aggregate.calls.map(\.column))
  }

  @Test(arguments: [1, 2])
  func `groups of one part of a union stay when another part has too many`(threads: Int) throws {
    let numbers = "UNNEST(sequence(1, 300)) AS t (a), UNNEST(sequence(0, 99)) AS u (b)"
    let sql = """
      SELECT count(*), sum(n) FROM (
        SELECT x, count(*) AS n FROM (
          SELECT a * 100 + b AS x FROM \(numbers)
          UNION ALL SELECT 1000000 + a * 100 + b FROM \(numbers)) AS q
        GROUP BY x) AS r
      """
    #expect(try FileQueries().rows(sql, threads: threads) == [[.int(60_000), .int(60_000)]])
  }

  @Test(arguments: [1, 2])
  func `distinct rows are all there, however many repeat`(threads: Int) throws {
    let files = FileQueries()
    let rows = Array(0..<150_000)
    try files.write(
      "t.parquet",
      [
        (Field("k", .int64), rows.map { $0 % 8 == 0 ? .int(Int64($0)) : .int(-1) }),
        (
          Field("t", .string),
          rows.map {
            $0 % 10 == 9 ? .null : $0 % 10 > 0 ? .text("") : .text("a longer text, \($0 / 20)")
          }
        ),
      ],
      groupRowCount: 50_000
    )
    let one = try files.rows(
      "SELECT count(*), sum(k) FROM (SELECT DISTINCT k FROM t)",
      threads: threads
    )
    #expect(one == [[.int(18_751), .int(18_749 * 18_750 / 2 * 8 - 1)]])
    let two = "SELECT count(*), count(t), max(length(t)) FROM (SELECT DISTINCT t FROM t)"
    #expect(try files.rows(two, threads: threads) == [[.int(7502), .int(7501), .int(19)]])
    let both = "SELECT count(*) FROM (SELECT DISTINCT k, t FROM t)"
    let pairs = Set(
      rows.map { row in
        [
          row % 8 == 0 ? row : -1, row % 10 == 9 ? -2 : row % 10 > 0 ? -1 : row / 20,
        ]
      }
    )
    #expect(try files.rows(both, threads: threads) == [[.int(Int64(pairs.count))]])
  }

  @Test(arguments: [[0], [1], [2], [0, 1], [2, 1], [0, 2], [3], [3, 4], [4], [0, 1, 2, 3, 4]])
  func `groups of nullable keys agree with a dictionary`(keys: [Int]) throws {
    var numbers = SeededNumbers(UInt64(keys.reduce(1) { $0 * 10 + $1 }))
    var fixture = PlanFixture()
    let rows = (0..<700).map { _ -> [Scalar] in
      [
        numbers.scalar(40), numbers.text(30), numbers.scalar(1000),
        numbers.int(3) == 0 ? .null : .double(Double(numbers.int(5)) - 2),
        numbers.int(5) == 0 ? .null : .boolean(numbers.int(2) == 0),
        numbers.scalar(100),
      ]
    }
    let table = fixture.table(
      "t",
      [
        ("a", .bigint), ("b", .text), ("c", .integer), ("d", .double), ("e", .boolean),
        ("v", .bigint),
      ],
      rows
    )
    let (plan, output) = try grouped(&fixture, table, keys: keys, value: 5)
    let expected = sorted(reference(rows, keys: keys, value: 5))
    #expect(sorted(try fixture.run(plan, output)) == expected)
    #expect(sorted(try fixture.run(plan, output, threads: 1)) == expected)
  }

  @Test func `more groups than a cache holds are scattered and still complete`() throws {
    var numbers = SeededNumbers(3)
    var fixture = PlanFixture()
    let rows = (0..<60_000).map { _ -> [Scalar] in
      [.int(Int64(numbers.int(60_000))), .int(Int64(numbers.int(10)))]
    }
    let table = fixture.table("t", [("a", .bigint), ("v", .bigint)], rows, batchRowCount: 2000)
    let (plan, output) = try grouped(&fixture, table, keys: [0], value: 1)
    let found = try fixture.run(plan, output, threads: 2)
    #expect(Set(found) == Set(reference(rows, keys: [0], value: 1)))
    #expect(found.count == Set(rows.map { $0[0] }).count)
  }

  @Test(arguments: [[0], [1], [1, 0]])
  func `groups of neighbouring rows are complete though tables are set aside`(keys: [Int]) throws {
    var fixture = PlanFixture()
    // Runs of three, the same keys once more, and then keys of their own, which are scattered.
    let rows = (0..<240_000).map { row -> [Scalar] in
      let key = row < 120_000 ? row / 3 : row < 180_000 ? (row - 120_000) / 3 : row
      return [
        key == 7 ? .null : .int(Int64(key)), .text("a key that is not short \(key)"),
        .int(Int64(row % 10)),
      ]
    }
    let table = fixture.table(
      "t",
      [("a", .bigint), ("b", .text), ("v", .bigint)],
      rows,
      batchRowCount: 2000
    )
    let (plan, output) = try grouped(&fixture, table, keys: keys, value: 2)
    let expected = Set(reference(rows, keys: keys, value: 2))
    for threads in [1, 2] {
      let found = try fixture.run(plan, output, threads: threads)
      #expect(found.count == 100_000)
      #expect(Set(found) == expected)
    }
  }

  @Test func `no rows without keys give one row, with keys none`() throws {
    var fixture = PlanFixture()
    let table = fixture.table("t", [("a", .bigint), ("v", .bigint)], [])
    let (single, singleOutput) = try grouped(&fixture, table, keys: [], value: 1)
    #expect(try fixture.run(single, singleOutput) == [[.null, .int(0), .int(0)]])
    let (keyed, keyedOutput) = try grouped(&fixture, table, keys: [0], value: 1)
    #expect(try fixture.run(keyed, keyedOutput).isEmpty)
  }

  @Test func `zeros are one group and so are NaNs`() throws {
    var fixture = PlanFixture()
    let rows: [[Scalar]] = [
      [.double(0), .int(1)], [.double(-0.0), .int(2)], [.double(.nan), .int(3)],
      [.double(-.nan), .int(4)],
    ]
    let table = fixture.table("t", [("a", .double), ("v", .bigint)], rows)
    let (plan, output) = try grouped(&fixture, table, keys: [0], value: 1)
    let sums = try fixture.run(plan, output).map { $0[1] }
    #expect(sorted([sums]).flatMap { $0 }.count == 2)
    #expect(Set(sums) == [.int(3), .int(7)])
  }

  @Test func `lists and rows are keys by value`() throws {
    var fixture = PlanFixture()
    let rows: [[Scalar]] = [
      [.list([.int(1), .int(2)]), .int(1)], [.list([.int(1), .int(2)]), .int(2)],
      [.list([.int(1)]), .int(4)], [.null, .int(8)], [.null, .int(16)],
    ]
    let table = fixture.table("t", [("a", .array(.bigint)), ("v", .bigint)], rows)
    let (plan, output) = try grouped(&fixture, table, keys: [0], value: 1)
    let expected = reference(rows, keys: [0], value: 1)
    #expect(sorted(try fixture.run(plan, output)) == sorted(expected))
  }
}
