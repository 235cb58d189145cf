import ColumnFormat
import Testing

@testable import SQL

@Suite struct AggregateTests {
  /// Runs an aggregate over rows of (group, arguments), once in one state and once in two that are
  /// merged; both must agree.
  func run(
    _ name: String,
    _ types: [SQLType],
    _ rows: [(group: UInt32, values: [Scalar])],
    groupCount: Int
  ) throws -> [String] {
    let function = try FunctionCatalog.standard.aggregate(name, types)
    func columns(_ rows: ArraySlice<(group: UInt32, values: [Scalar])>) throws -> [Column] {
      try types.indices.map { index in
        let column = Column(scalars: rows.map { $0.values[index] }, type: types[index])
        let target = function.argumentTypes[index]
        guard target != types[index] else { return column }
        let cast = try #require(Casting.cast(types[index], target))
        return try cast(column, false)
      }
    }
    func state(_ rows: ArraySlice<(group: UInt32, values: [Scalar])>) throws -> any AggregateState {
      let state = function.makeState()
      try state.resize(groupCount: groupCount)
      let groups = Buffer(rows.map(\.group))
      try state.update(groups: groups.base, arguments: columns(rows), rowCount: rows.count)
      return state
    }
    func texts(_ column: Column) -> [String] {
      (0..<groupCount).map { ValueText.string(column, row: $0, type: function.resultType) }
    }
    let whole = try state(rows[...])
    let middle = rows.count / 2
    let first = try state(rows[..<middle])
    let second = try state(rows[middle...])
    let all = Buffer((0..<groupCount).map { UInt32($0) })
    try first.merge(second, from: all.base, to: all.base, count: groupCount)
    let result = texts(try whole.finish())
    #expect(areClose(texts(try first.finish()), result), "\(name) merged")
    if groupCount == 1 {
      let single = function.makeState()
      try single.resize(groupCount: 1)
      try single.update(group: 0, arguments: columns(rows[...]), rowCount: rows.count)
      #expect(texts(try single.finish()) == result, "\(name) of one group")
    }
    return result
  }

  func numbers(_ values: [Int64?]) -> [(group: UInt32, values: [Scalar])] {
    values.map { (0, [$0.map { .int($0) } ?? .null]) }
  }

  @Test func `sums, counts and means ignore nulls`() throws {
    let rows: [(group: UInt32, values: [Scalar])] = [
      (0, [.int(1)]), (1, [.int(5)]), (0, [.null]), (0, [.int(2)]), (2, [.null]), (1, [.int(-7)]),
    ]
    #expect(try run("sum", [.bigint], rows, groupCount: 3) == ["3", "-2", "NULL"])
    #expect(try run("sum", [.integer], rows, groupCount: 3) == ["3", "-2", "NULL"])
    #expect(try run("count", [.bigint], rows, groupCount: 3) == ["2", "2", "0"])
    #expect(try run("avg", [.bigint], rows, groupCount: 3) == ["1.5", "-1.0", "NULL"])
    #expect(try run("min", [.bigint], rows, groupCount: 3) == ["1", "-7", "NULL"])
    #expect(try run("max", [.bigint], rows, groupCount: 3) == ["2", "5", "NULL"])
    #expect(try run("arbitrary", [.bigint], rows, groupCount: 3) == ["1", "5", "NULL"])
    #expect(try run("approx_distinct", [.bigint], rows, groupCount: 3) == ["2", "2", "0"])
  }

  @Test func `a bigint sum that leaves 64 bits is an error`() {
    #expect(throws: SQLError.self) {
      try run("sum", [.bigint], numbers([.max, 1]), groupCount: 1)
    }
  }

  @Test func `decimal sums have 38 digits and means round half up`() throws {
    let type = SQLType.decimal(precision: 5, scale: 2)
    let rows = numbers([100, 101, nil])
    #expect(try run("sum", [type], rows, groupCount: 1) == ["2.01"])
    #expect(try run("avg", [type], rows, groupCount: 1) == ["1.01"])
    let function = try FunctionCatalog.standard.aggregate("sum", [type])
    #expect(function.resultType == .decimal(precision: 38, scale: 2))
  }

  @Test func `text extremes and their companions`() throws {
    let rows: [(group: UInt32, values: [Scalar])] = [
      (0, [.text("pear, a long name"), .int(3)]), (0, [.text("apple, a long name"), .int(1)]),
      (0, [.null, .int(9)]), (1, [.text("x"), .null]),
    ]
    let texts = rows.map { (group: $0.group, values: [$0.values[0]]) }
    #expect(try run("max", [.text], texts, groupCount: 2) == ["pear, a long name", "x"])
    #expect(try run("min", [.text], texts, groupCount: 2) == ["apple, a long name", "x"])
    #expect(try run("max_by", [.text, .bigint], rows, groupCount: 2) == ["NULL", "NULL"])
    #expect(
      try run("min_by", [.text, .bigint], rows, groupCount: 2) == ["apple, a long name", "NULL"]
    )
  }

  @Test func `collections keep order, nulls and first keys`() throws {
    let rows: [(group: UInt32, values: [Scalar])] = [
      (0, [.text("a"), .int(1)]), (1, [.text("z"), .null]), (0, [.text("b"), .int(2)]),
      (0, [.text("a"), .int(3)]),
    ]
    let second = rows.map { (group: $0.group, values: [$0.values[1]]) }
    #expect(
      try run("array_agg", [.bigint], second, groupCount: 3) == ["[1, 2, 3]", "[null]", "NULL"]
    )
    #expect(
      try run("map_agg", [.text, .bigint], rows, groupCount: 3)
        == ["{a=1, b=2}", "{z=null}", "NULL"]
    )
    #expect(
      try run("multimap_agg", [.text, .bigint], rows, groupCount: 2)
        == ["{a=[1, 3], b=[2]}", "{z=[null]}"]
    )
    let first = rows.map { (group: $0.group, values: [$0.values[0]]) }
    #expect(try run("histogram", [.text], first, groupCount: 2) == ["{a=2, b=1}", "{z=1}"])
    #expect(try run("listagg", [.text], first, groupCount: 2) == ["aba", "z"])
  }

  @Test func `moments agree with their definitions`() throws {
    let rows = [2.0, 4, 4, 4, 5, 5, 7, 9].map { (group: UInt32(0), values: [Scalar.double($0)]) }
    #expect(areClose(try run("stddev_pop", [.double], rows, groupCount: 1), ["2.0"]))
    #expect(areClose(try run("var_pop", [.double], rows, groupCount: 1), ["4.0"]))
    #expect(try run("geometric_mean", [.double], rows, groupCount: 1)[0].hasPrefix("4.6"))
    let pairs = (1...20).map {
      (group: UInt32(0), values: [Scalar.double(Double($0) * 3 + 1), .double(Double($0))])
    }
    #expect(areClose(try run("regr_slope", [.double, .double], pairs, groupCount: 1), ["3.0"]))
    #expect(areClose(try run("corr", [.double, .double], pairs, groupCount: 1), ["1.0"]))
  }

  @Test func `approx_distinct stays within its error`() throws {
    let state = try FunctionCatalog.standard.aggregate("approx_distinct", [.bigint]).makeState()
    try state.resize(groupCount: 1)
    for start in stride(from: Int64(0), to: 100_000, by: 2_000) {
      let column = Column(Buffer((start..<start + 2_000).map { $0 &* 7_919 }))
      try state.update(group: 0, arguments: [column], rowCount: 2_000)
    }
    guard case .int(let estimate) = try state.finish().scalar(at: 0) else {
      Issue.record("not a number")
      return
    }
    #expect(abs(estimate - 100_000) < 7_000)
  }

  @Test(arguments: [0.1, 1.0 / 3, 1e17, -7.3], [3, 7, 49])
  func `a value that never changes has no variance, however its states are merged`(
    value: Double,
    count: Int
  ) throws {
    for name in ["corr", "regr_slope", "regr_r2"] {
      let function = try FunctionCatalog.standard.aggregate(name, [.double, .double])
      let total = function.makeState()
      try total.resize(groupCount: 1)
      let first = Buffer<UInt32>(repeating: 0, count: count)
      for part in 0..<3 {
        let state = function.makeState()
        try state.resize(groupCount: 1)
        let columns = [
          Column(Buffer((0..<count).map { Double($0 * 5 + part) })),
          Column(Buffer<Double>(repeating: value, count: count)),
        ]
        try state.update(groups: first.base, arguments: columns, rowCount: count)
        try total.merge(state, from: first.base, to: first.base, count: 1)
      }
      #expect(try total.finish().scalar(at: 0) == .null, "\(name)")
    }
  }

  @Test func `approx_percentile is exact for few and close for many`() throws {
    let few = [5.0, 1, 3].map { (group: UInt32(0), values: [Scalar.double($0), .double(0.5)]) }
    #expect(try run("approx_percentile", [.double, .double], few, groupCount: 1) == ["3.0"])
    let function = try FunctionCatalog.standard.aggregate("approx_percentile", [.bigint, .double])
    let state = function.makeState()
    try state.resize(groupCount: 1)
    let share = Column.constant(.double(0.9), of: .double, count: 2_000)
    for start in stride(from: Int64(0), to: 100_000, by: 2_000) {
      let column = Column(Buffer(Array(start..<start + 2_000)))
      try state.update(group: 0, arguments: [column, share], rowCount: 2_000)
    }
    guard case .int(let value) = try state.finish().scalar(at: 0) else {
      Issue.record("not a number")
      return
    }
    #expect(abs(value - 90_000) < 500)
  }
}

/// Whether texts are equal, or numbers that differ only by how floating point sums round.
private func areClose(_ found: [String], _ expected: [String]) -> Bool {
  found.count == expected.count
    && zip(found, expected).allSatisfy { found, expected in
      if found == expected { return true }
      guard let left = Double(found), let right = Double(expected) else { return false }
      return abs(left - right) <= 1e-12 * max(abs(left), abs(right))
    }
}
