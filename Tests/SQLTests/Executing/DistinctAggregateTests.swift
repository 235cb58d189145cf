import ColumnFormat
import Testing

@testable import SQL

@Suite struct DistinctAggregateTests {
  private struct Setup {
    var fixture = PlanFixture()
    var table: PlanFixture.Table
    var rows: [[Scalar]]

    /// Columns: key, x, y, keep.
    init(rowCount: Int = 800) {
      var numbers = SeededNumbers(11)
      rows = (0..<rowCount).map { _ in
        [
          numbers.scalar(6), numbers.scalar(20), numbers.text(9),
          numbers.int(4) == 0 ? .null : .boolean(numbers.int(2) == 0),
        ]
      }
      table = fixture.table(
        "t",
        [("k", .bigint), ("x", .bigint), ("y", .text), ("keep", .boolean)],
        rows
      )
    }

    mutating func call(
      _ name: String,
      _ arguments: [Int],
      isDistinct: Bool = false,
      filter: Int? = nil,
      orderBy: [LogicalPlan.SortKey] = []
    ) throws -> LogicalPlan.AggregateCall {
      let columns = arguments.map { table.columns[$0] }
      let function =
        name == "collect"
        ? CollectingState.function(columns[0].type)
        : try PlanFixture.aggregate(name, columns.map(\.type))
      return LogicalPlan.AggregateCall(
        column: fixture.column(name, function.resultType),
        function: function,
        arguments: columns,
        isDistinct: isDistinct,
        filter: filter.map { table.columns[$0] },
        orderBy: orderBy
      )
    }

    func run(_ calls: [LogicalPlan.AggregateCall], keys: [Int], sets: [[Int]]? = nil) throws
      -> [[Scalar]]
    {
      let aggregate = LogicalPlan.Aggregate(
        input: table.plan,
        keys: keys.map { table.columns[$0] },
        groupingSets: sets,
        groupingSetColumn: nil,
        calls: calls
      )
      return try fixture.run(
        .aggregate(aggregate),
        aggregate.keys + calls.map(\.column)
      )
    }
  }

  @Test(arguments: [[], [0], [0, 2]])
  func `distinct counts stand beside other aggregates`(keys: [Int]) throws {
    var setup = Setup()
    let calls = [
      try setup.call("count", [1], isDistinct: true),
      try setup.call("count", []),
      try setup.call("count", [2], isDistinct: true, filter: 3),
      try setup.call("max", [1], isDistinct: true),
    ]
    var expected: [[Scalar]] = []
    for (key, rows) in Dictionary(grouping: setup.rows, by: { row in keys.map { row[$0] } }) {
      let x = Set(rows.map { $0[1] }).subtracting([.null])
      let y = Set(rows.filter { $0[3] == .boolean(true) }.map { $0[2] }).subtracting([.null])
      let largest = x.compactMap { if case .int(let value) = $0 { value } else { nil } }.max()
      expected.append(
        key + [
          .int(Int64(x.count)), .int(Int64(rows.count)), .int(Int64(y.count)),
          largest.map { .int($0) } ?? .null,
        ]
      )
    }
    #expect(sorted(try setup.run(calls, keys: keys)) == sorted(expected))
  }

  @Test func `a filter leaves rows out of its own aggregate only`() throws {
    var setup = Setup()
    let calls = [try setup.call("count", [], filter: 3), try setup.call("count", [])]
    let kept = setup.rows.filter { $0[3] == .boolean(true) }.count
    let expected: [[Scalar]] = [[.int(Int64(kept)), .int(Int64(setup.rows.count))]]
    #expect(try setup.run(calls, keys: []) == expected)
  }

  @Test func `grouping sets count each row once a set`() throws {
    var setup = Setup()
    let calls = [
      try setup.call("count", []), try setup.call("count", [1], isDistinct: true),
      try setup.call("count", [2], isDistinct: true),
    ]
    var expected: [[Scalar]] = []
    for set in [[0, 1], [0], []] {
      let groups = Dictionary(grouping: setup.rows) { row in
        [0, 1].map { set.contains($0) ? row[[0, 2][$0]] : .null }
      }
      for (key, rows) in groups {
        let x = Set(rows.map { $0[1] }).subtracting([.null])
        let y = Set(rows.map { $0[2] }).subtracting([.null])
        expected.append(
          key + [.int(Int64(rows.count)), .int(Int64(x.count)), .int(Int64(y.count))]
        )
      }
    }
    let found = try setup.run(calls, keys: [0, 2], sets: [[0, 1], [0], []])
    #expect(sorted(found) == sorted(expected))
  }

  @Test func `the empty set has a row even without input`() throws {
    var setup = Setup(rowCount: 0)
    let calls = [try setup.call("count", [])]
    let found = try setup.run(calls, keys: [0], sets: [[0], []])
    #expect(found == [[.null, .int(0)]])
  }

  /// 150,000 rows with a group for each two or three of them; `x` repeats within groups, and where
  /// `mostlyOne` the last two thirds of the rows are in one group.
  private func manyGroups(mostlyOne: Bool = false) throws -> FileQueries {
    let files = FileQueries()
    let rows = Array(0..<(mostlyOne ? 300_000 : 150_000))
    func group(_ row: Int) -> Int { mostlyOne && row >= 100_000 ? 7 : row * 7 % 60_000 }
    try files.write(
      "t.parquet",
      [
        (
          Field("k", .string),
          rows.map { group($0) % 9 == 8 ? .null : .text("the key number \(group($0))") }
        ),
        (Field("x", .int64), rows.map { $0 % 11 == 0 ? .null : .int(Int64($0 / 70_000)) }),
        (Field("y", .string), rows.map { .text("value \($0 % 3)") }),
      ],
      groupRowCount: 50_000
    )
    return files
  }

  @Test(arguments: [
    (1, 1 << 30, false), (2, 1 << 30, false), (1, 64 << 20, false), (2, 1 << 30, true),
  ])
  func `many groups count their distinct values as few do`(
    threads: Int,
    memory: Int,
    mostlyOne: Bool
  ) throws {
    let files = try manyGroups(mostlyOne: mostlyOne)
    let sql = """
      SELECT k, count(DISTINCT x), sum(DISTINCT x), count(*), count(DISTINCT y),
        count(DISTINCT y) FILTER (WHERE x > 0), max(x)
      FROM t GROUP BY k
      """
    let found = try files.rows(sql, threads: threads, memory: memory)
    var values: [Scalar: [(x: Scalar, y: Scalar)]] = [:]
    for row in try files.rows("SELECT k, x, y FROM t") {
      values[row[0], default: []].append((row[1], row[2]))
    }
    var expected: [[Scalar]] = []
    for (key, rows) in values {
      let x = Set(rows.compactMap { if case .int(let x) = $0.x { x } else { nil } })
      let kept = rows.filter { if case .int(let x) = $0.x { x > 0 } else { false } }
      expected.append([
        key, .int(Int64(x.count)), x.isEmpty ? .null : .int(x.reduce(0, +)),
        .int(Int64(rows.count)), .int(Int64(Set(rows.map(\.y)).count)),
        .int(Int64(Set(kept.map(\.y)).count)), x.max().map { .int($0) } ?? .null,
      ])
    }
    #expect(found.count == expected.count)
    #expect(Set(found) == Set(expected))
  }

  /// Both tables of distinct values go to the temporary file, and their parts have one group each.
  @Test func `few groups with more distinct values than there is memory for are counted`() throws {
    let files = FileQueries()
    let numbers = 0..<200_000
    try files.write(
      "t.parquet",
      [
        (Field("k", .int64), numbers.map { .int(Int64($0 % 2)) }),
        (Field("x", .int64), numbers.map { .int(Int64($0) * 7) }),
      ],
      groupRowCount: 20_000
    )
    let sql = "SELECT k, count(DISTINCT x), count(DISTINCT x / 14), sum(x) FROM t GROUP BY k"
    let sum: Int64 = 7 * 100_000 * 99_999
    for (threads, memory) in [(1, 32 << 20), (2, 40 << 20), (1, 6 << 20)] {
      let found = try files.rows(sql, threads: threads, memory: memory)
      let expected: [[Scalar]] = [
        [.int(0), .int(100_000), .int(100_000), .int(sum)],
        [.int(1), .int(100_000), .int(100_000), .int(sum + 700_000)],
      ]
      #expect(Set(found) == Set(expected))
    }
  }

  @Test func `a state of distinct values takes over those of another once`() throws {
    let function = try PlanFixture.aggregate("sum", [.bigint])
    let types: [SQLType] = [.bigint]
    let (one, two) = (
      DistinctState(function, argumentTypes: types), DistinctState(function, argumentTypes: types)
    )
    func column(_ values: [Int64?]) -> Column {
      PlanFixture.columnOf(values.map { $0.map { .int($0) } ?? .null }, .bigint)
    }
    try one.resize(groupCount: 2)
    try two.resize(groupCount: 3)
    try one.update(groups: [0, 1, 0, 0], arguments: [column([5, 5, 5, nil])], rowCount: 4)
    try two.update(groups: [2, 2, 0, 1, 2], arguments: [column([5, 6, 7, 8, 6])], rowCount: 5)
    try one.merge(two, from: [2, 1], to: [0, 1], count: 2)
    let sums = try one.finish()
    #expect([sums.scalar(at: 0), sums.scalar(at: 1)] == [.int(11), .int(13)])
  }

  @Test func `an ordered aggregate sees its rows in order`() throws {
    var setup = Setup(rowCount: 300)
    let order = [
      LogicalPlan.SortKey(column: setup.table.columns[1], isDescending: true, nullsFirst: false)
    ]
    let calls = [
      try setup.call("collect", [1], orderBy: order),
      try setup.call("collect", [1], isDistinct: true, filter: 3, orderBy: order),
    ]
    var expected: [[Scalar]] = []
    func descending(_ values: [Scalar]) -> [Scalar] {
      values.sorted { left, right in
        switch (left, right) {
        case (.int(let one), .int(let two)): one > two
        case (.int, .null): true
        default: false
        }
      }
    }
    for (key, rows) in Dictionary(grouping: setup.rows, by: { [$0[0]] }) {
      let kept = Array(Set(rows.filter { $0[3] == .boolean(true) }.map { $0[1] }))
      expected.append(
        key + [
          .list(descending(rows.map { $0[1] })), kept.isEmpty ? .null : .list(descending(kept)),
        ]
      )
    }
    #expect(sorted(try setup.run(calls, keys: [0])) == sorted(expected))
  }
}
