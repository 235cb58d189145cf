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

  /// What the keys of 240,000 rows are like.
  enum SortedKeys: CaseIterable {
    case pairs, unique, aroundZero, narrow, withNulls, returning, interleaved, longRuns

    func key(_ row: Int) -> Int64? {
      switch self {
      case .pairs, .narrow: Int64(row / 2)
      case .unique: Int64(row) * 3
      case .aroundZero: Int64(row / 2 - 60_000)
      case .withNulls: row % 1000 == 7 ? nil : Int64(row / 2)
      case .returning: Int64(row < 200_000 ? row / 2 : (row - 200_000) * 2)
      case .interleaved: Int64(row % 2 * 1000 + row)
      case .longRuns: Int64(row < 90_000 ? row : row < 200_000 ? 90_000 : row)
      }
    }
  }

  @Test(arguments: SortedKeys.allCases, [1, 2])
  func `groups of sorted keys are complete, also where files and pages cut them`(
    keys: SortedKeys,
    threads: Int
  ) throws {
    let files = FileQueries()
    let rows = Array(0..<240_000)
    let isNarrow = keys == .narrow
    try files.write(
      "t.parquet",
      [
        (
          Field("k", isNarrow ? .int32 : .int64),
          rows.map { keys.key($0).map { .int($0) } ?? .null }
        ),
        (Field("x", .int64), rows.map { .int(Int64($0 % 1000)) }),
      ],
      groupRowCount: 39_999
    )
    var sums: [Int64?: (count: Int64, sum: Int64)] = [:]
    for row in rows {
      let before = sums[keys.key(row)] ?? (0, 0)
      sums[keys.key(row)] = (before.count + 1, before.sum + Int64(row % 1000))
    }
    let found = try files.rows("SELECT k, count(*), sum(x) FROM t GROUP BY k", threads: threads)
    #expect(found.count == sums.count)
    let isRight = found.allSatisfy { row in
      let key: Int64? = if case .int(let value) = row[0] { value } else { nil }
      return sums[key].map { row[1] == .int($0.count) && row[2] == .int($0.sum) } ?? false
    }
    #expect(isRight)
    #expect(Set(found.map { $0[0] }).count == found.count)
  }

  @Test func `tables whose keys lie apart are put out as they are`() throws {
    let count = try PlanFixture.aggregate("count", [])
    let shape = AggregateShape(
      keyTypes: [.bigint],
      calls: [AggregateShape.Call(function: count, arguments: [], filter: nil, order: [])],
      passes: [AggregateShape.Pass(keys: [0], calls: [0], isGrandTotal: false)]
    )
    func table(_ keys: [Int64], starts: [Int] = [0]) throws -> AscendingGroups? {
      let groups = try GroupedRows(shape)
      let encoder = KeyEncoder(KeyLayout(shape.keyTypes))
      let column = PlanFixture.columnOf(keys.map { .int($0) }, .bigint)
      encoder.encode([column], rowCount: keys.count)
      let numbers = try groups.resolve(
        words: encoder.words,
        hashes: encoder.hashes,
        rowCount: keys.count
      )
      try groups.update([0], Batch(columns: [column], rowCount: keys.count), groups: numbers)
      return AscendingGroups(groups, starts: starts)
    }
    func rows(_ tables: [AscendingGroups?]) throws -> [[[Int64]]]? {
      try AscendingGroups.separate(tables.compactMap { $0 })?.map { groups in
        let batch = try groups.finish()
        return (0..<batch.rowCount).map { row in
          batch.columns.map { if case .int(let value) = $0.scalar(at: row) { value } else { -1 } }
        }
      }
    }
    let found = try rows([
      table([1, 2, 2, 3, 20, 21], starts: [0, 3]), table([3, 4, 9, 20]), table([21, 21]),
      table([21, 30]),
    ])
    #expect(
      found == [
        [[1, 1], [2, 2], [3, 2], [21, 4]], [[4, 1], [9, 1], [20, 2]], [], [[30, 1]],
      ]
    )
    #expect(try rows([table([1, 5]), table([3, 7])]) == nil)
    #expect(try rows([table([1, 5, 9], starts: [0]), table([4, 6])]) == nil)
    #expect(try table([9, 8, 7, 6, 5, 4, 3, 2, 1]) == nil)
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
