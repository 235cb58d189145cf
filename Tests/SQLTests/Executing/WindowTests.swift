import ColumnFormat
import Testing

@testable import SQL

@Suite struct WindowTests {
  private static let fields: [(name: String, type: SQLType)] = [
    ("p", .text), ("o", .bigint), ("v", .bigint), ("d", .double), ("n", .bigint),
  ]

  private static func rows(_ count: Int) -> [[Scalar]] {
    var numbers = SeededNumbers(21)
    return (0..<count).map { number in
      [
        numbers.text(5), numbers.scalar(12), numbers.scalar(50),
        numbers.int(6) == 0 ? .null : .double(Double(numbers.int(40)) / 4),
        .int(Int64(number)),
      ]
    }
  }

  /// A partition in window order: by `o`, nulls last, then by number where the order is total.
  private static func partitions(_ rows: [[Scalar]], isTotal: Bool) -> [[[Scalar]]] {
    Dictionary(grouping: rows) { $0[0] }.values.map { partition in
      partition.sorted { left, right in
        if left[1] != right[1] {
          if left[1].isNull || right[1].isNull { return right[1].isNull }
          return (left[1].order(to: right[1]) ?? 0) < 0
        }
        return (left[4].order(to: right[4]) ?? 0) < 0
      }
    }
  }

  struct Frame: Sendable, CustomTestStringConvertible {
    var bounds: WindowFrameBounds
    var testDescription: String { "\(bounds)" }
  }

  static let frames: [Frame] = {
    typealias Bound = WindowFrameBounds.Bound
    let bounds: [(Bound, Bound)] = [
      (.unboundedPreceding, .currentRow), (.unboundedPreceding, .unboundedFollowing),
      (.currentRow, .unboundedFollowing), (.preceding(.int(2)), .following(.int(1))),
      (.preceding(.int(3)), .preceding(.int(1))), (.following(.int(1)), .following(.int(2))),
      (.currentRow, .currentRow), (.unboundedPreceding, .preceding(.int(2))),
    ]
    return [WindowFrame.Unit.rows, .range, .groups].flatMap { unit in
      bounds.map {
        Frame(bounds: WindowFrameBounds(unit: unit, start: $0.0, end: $0.1))
      }
    }
  }()

  /// The positions within a partition that a row's frame holds.
  private static func frame(_ partition: [[Scalar]], _ row: Int, _ frame: WindowFrameBounds)
    -> [Int]
  {
    let keys = partition.map { $0[1] }
    var groups: [Int] = []
    for (index, key) in keys.enumerated() {
      groups.append(index == 0 ? 0 : groups[index - 1] + (key == keys[index - 1] ? 0 : 1))
    }
    func distance(_ scalar: Scalar) -> Int {
      if case .int(let value) = scalar { Int(value) } else { 0 }
    }
    /// Whether a row is not before the start of the frame, or not after its end.
    func isInside(_ other: Int, _ bound: WindowFrameBounds.Bound, isStart: Bool) -> Bool {
      var shift = 0
      switch bound {
      case .unboundedPreceding: return isStart
      case .unboundedFollowing: return !isStart
      case .currentRow: break
      case .preceding(let offset): shift = -distance(offset)
      case .following(let offset): shift = distance(offset)
      // Scripts look at these.
      case .counted, .valued: return false
      }
      switch frame.unit {
      case .rows: return isStart ? other >= row + shift : other <= row + shift
      case .groups:
        return isStart
          ? groups[other] >= groups[row] + shift : groups[other] <= groups[row] + shift
      case .range:
        guard case .int(let own) = keys[row] else {
          return isStart ? groups[other] >= groups[row] : groups[other] <= groups[row]
        }
        // Nulls come last: after every distance.
        guard case .int(let key) = keys[other] else { return isStart }
        return isStart ? key >= own + Int64(shift) : key <= own + Int64(shift)
      }
    }
    return partition.indices.filter {
      isInside($0, frame.start, isStart: true) && isInside($0, frame.end, isStart: false)
    }
  }

  private struct Call {
    var function: WindowFunction
    var arguments: [Int]
    var ignoresNulls = false
  }

  /// Runs calls; on one thread rows that are alike to the order keep that of the input.
  private func run(
    _ rows: [[Scalar]],
    _ calls: [Call],
    frame: WindowFrameBounds = .standard,
    orderBy: [Int] = [1],
    threads: Int = 1
  ) throws -> [[Scalar]] {
    var fixture = PlanFixture()
    let table = fixture.table("t", WindowTests.fields, rows)
    let windowCalls = calls.map { call in
      LogicalPlan.WindowCall(
        column: fixture.column("w", .bigint),
        function: call.function,
        arguments: call.arguments.map { table.columns[$0] },
        frame: frame,
        ignoresNulls: call.ignoresNulls
      )
    }
    let window = LogicalPlan.Window(
      input: table.plan,
      partitionBy: [table.columns[0]],
      orderBy: orderBy.map {
        LogicalPlan.SortKey(column: table.columns[$0], isDescending: false, nullsFirst: false)
      },
      calls: windowCalls
    )
    return try fixture.run(
      .window(window),
      table.columns + windowCalls.map(\.column),
      threads: threads
    )
  }

  @Test(arguments: frames)
  func `aggregates over frames agree with going through each frame`(frame: Frame) throws {
    let rows = WindowTests.rows(120)
    let calls = [
      Call(function: .aggregate(try PlanFixture.aggregate("sum", [.bigint])), arguments: [2]),
      Call(function: .aggregate(try PlanFixture.aggregate("count", [])), arguments: []),
      Call(function: .aggregate(try PlanFixture.aggregate("min", [.bigint])), arguments: [2]),
      Call(function: .aggregate(try PlanFixture.aggregate("sum", [.double])), arguments: [3]),
      Call(function: .aggregate(CollectingState.function(.bigint)), arguments: [4]),
    ]
    var expected: [[Scalar]] = []
    for partition in WindowTests.partitions(rows, isTotal: true) {
      for row in partition.indices {
        let inside = WindowTests.frame(partition, row, frame.bounds).map { partition[$0] }
        let values = inside.compactMap { row -> Int64? in
          if case .int(let value) = row[2] { value } else { nil }
        }
        let doubles = inside.compactMap { row -> Double? in
          if case .double(let value) = row[3] { value } else { nil }
        }
        expected.append(
          partition[row] + [
            values.isEmpty ? .null : .int(values.reduce(0, +)), .int(Int64(inside.count)),
            values.min().map { .int($0) } ?? .null,
            doubles.isEmpty ? .null : .double(doubles.reduce(0, +)),
            inside.isEmpty ? .null : .list(inside.map { $0[4] }),
          ]
        )
      }
    }
    // Rows that are alike to the order come in any; where rows are counted, none may be.
    let found = try run(
      rows,
      calls,
      frame: frame.bounds,
      orderBy: frame.bounds.unit == .rows ? [1, 4] : [1],
      threads: 3
    )
    #expect(sorted(found.map(withSortedLists)) == sorted(expected.map(withSortedLists)))
  }

  private func withSortedLists(_ row: [Scalar]) -> [Scalar] {
    row.map { value in
      guard case .list(let elements) = value else { return value }
      return .list(elements.sorted { ($0.order(to: $1) ?? 0) < 0 })
    }
  }

  @Test(arguments: frames)
  func `first, last and nth value look at their frame`(frame: Frame) throws {
    var rows = WindowTests.rows(100)
    for row in rows.indices { rows[row][3] = .double(2) }
    let names = ["first_value", "last_value", "nth_value"]
    var calls: [Call] = []
    for ignoresNulls in [false, true] {
      for name in names {
        calls.append(
          Call(
            function: .ranking(name: name, resultType: .bigint),
            arguments: name == "nth_value" ? [2, 5] : [2],
            ignoresNulls: ignoresNulls
          )
        )
      }
    }
    // The constant 2 as a column.
    var fixture = PlanFixture()
    let fields = WindowTests.fields + [("two", .bigint)]
    let table = fixture.table("t", fields, rows.map { $0 + [.int(2)] })
    let windowCalls = calls.map { call in
      LogicalPlan.WindowCall(
        column: fixture.column("w", .bigint),
        function: call.function,
        arguments: call.arguments.map { table.columns[$0] },
        frame: frame.bounds,
        ignoresNulls: call.ignoresNulls
      )
    }
    let window = LogicalPlan.Window(
      input: table.plan,
      partitionBy: [table.columns[0]],
      orderBy: [
        LogicalPlan.SortKey(column: table.columns[1], isDescending: false, nullsFirst: false)
      ],
      calls: windowCalls
    )
    let found = try fixture.run(
      .window(window),
      Array(table.columns.prefix(5)) + windowCalls.map(\.column),
      threads: 1
    )
    var expected: [[Scalar]] = []
    for partition in WindowTests.partitions(rows, isTotal: true) {
      for row in partition.indices {
        let inside = WindowTests.frame(partition, row, frame.bounds).map { partition[$0][2] }
        var results: [Scalar] = []
        for values in [inside, inside.filter { !$0.isNull }] {
          results.append(values.first ?? .null)
          results.append(values.last ?? .null)
          results.append(values.count > 1 ? values[1] : .null)
        }
        expected.append(partition[row] + results)
      }
    }
    #expect(sorted(found) == sorted(expected))
  }

  @Test func `ranks follow ties`() throws {
    let rows = WindowTests.rows(150)
    let names = ["row_number", "rank", "dense_rank", "percent_rank", "cume_dist"]
    let calls = names.map {
      Call(function: .ranking(name: $0, resultType: .bigint), arguments: [])
    }
    var expected: [[Scalar]] = []
    for partition in WindowTests.partitions(rows, isTotal: true) {
      let keys = partition.map { $0[1] }
      for row in partition.indices {
        let before = keys.firstIndex(of: keys[row]) ?? 0
        let upTo = (keys.lastIndex(of: keys[row]) ?? 0) + 1
        let distinct = Set(keys[..<before]).count
        expected.append(
          partition[row] + [
            .int(Int64(row + 1)), .int(Int64(before + 1)), .int(Int64(distinct + 1)),
            .double(keys.count <= 1 ? 0 : Double(before) / Double(keys.count - 1)),
            .double(Double(upTo) / Double(keys.count)),
          ]
        )
      }
    }
    #expect(sorted(try run(rows, calls)) == sorted(expected))
  }

  @Test func `lag and lead step over nulls where asked`() throws {
    let rows = WindowTests.rows(120)
    var calls: [Call] = []
    for name in ["lag", "lead"] {
      for ignoresNulls in [false, true] {
        calls.append(
          Call(
            function: .ranking(name: name, resultType: .bigint),
            arguments: [2],
            ignoresNulls: ignoresNulls
          )
        )
      }
    }
    var expected: [[Scalar]] = []
    for partition in WindowTests.partitions(rows, isTotal: true) {
      for row in partition.indices {
        let before = partition[..<row].map { $0[2] }
        let after = partition[(row + 1)...].map { $0[2] }
        expected.append(
          partition[row] + [
            before.last ?? .null, before.last { !$0.isNull } ?? .null, after.first ?? .null,
            after.first { !$0.isNull } ?? .null,
          ]
        )
      }
    }
    #expect(sorted(try run(rows, calls, orderBy: [1, 4])) == sorted(expected))
  }

  @Test func `ntile makes the first buckets larger`() throws {
    var fixture = PlanFixture()
    let rows = (0..<10).map { [Scalar.int(Int64($0)), .int(4)] }
    let table = fixture.table("t", [("n", .bigint), ("buckets", .bigint)], rows)
    let call = LogicalPlan.WindowCall(
      column: fixture.column("w", .bigint),
      function: .ranking(name: "ntile", resultType: .bigint),
      arguments: [table.columns[1]],
      frame: .standard,
      ignoresNulls: false
    )
    let window = LogicalPlan.Window(
      input: table.plan,
      partitionBy: [],
      orderBy: [
        LogicalPlan.SortKey(column: table.columns[0], isDescending: false, nullsFirst: false)
      ],
      calls: [call]
    )
    let found = try fixture.run(.window(window), [table.columns[0], call.column])
    let buckets: [Int64] = [1, 1, 1, 2, 2, 2, 3, 3, 4, 4]
    #expect(found.map { $0[1] } == buckets.map { .int($0) })
  }
}
