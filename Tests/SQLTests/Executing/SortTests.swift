import ColumnFormat
import Testing

@testable import SQL

@Suite struct SortTests {
  private static let fields: [(name: String, type: SQLType)] = [
    ("a", .bigint), ("b", .text), ("c", .double), ("d", .decimal(precision: 30, scale: 2)),
    ("e", .boolean), ("f", .date), ("g", .array(.bigint)), ("n", .bigint),
  ]

  private static func rows(_ count: Int) -> [[Scalar]] {
    var numbers = SeededNumbers(5)
    return (0..<count).map { number in
      [
        numbers.int(5) == 0 ? .null : .int(Int64(numbers.int(10)) - 5),
        numbers.text(40),
        numbers.int(5) == 0
          ? .null : .double([0, -1.5, 2.5, .infinity, -.infinity, .nan][numbers.int(6)]),
        numbers.int(5) == 0
          ? .null
          : .int128(Int128(numbers.int(9) - 4) * 1_000_000_000_000_000_000_000),
        numbers.int(3) == 0 ? .null : .boolean(numbers.int(2) == 0),
        numbers.scalar(30),
        numbers.int(4) == 0
          ? .null : .list((0..<numbers.int(3)).map { _ in .int(Int64(numbers.int(3))) }),
        .int(Int64(number)),
      ]
    }
  }

  /// The order of values without nulls.
  private static func isBefore(_ left: Scalar, _ right: Scalar) -> Bool? {
    switch (left, right) {
    case (.double(let one), .double(let two)):
      if one.isNaN || two.isNaN { return one.isNaN == two.isNaN ? nil : two.isNaN }
      return one == two ? nil : one < two
    case (.list(let one), .list(let two)):
      for (left, right) in zip(one, two) {
        if let order = isBefore(left, right) { return order }
      }
      return one.count == two.count ? nil : one.count < two.count
    default:
      return left.order(to: right).flatMap { $0 == 0 ? nil : $0 < 0 }
    }
  }

  private static func sorted(_ rows: [[Scalar]], _ keys: [(Int, Bool, Bool)]) -> [[Scalar]] {
    rows.enumerated().sorted { left, right in
      for (column, isDescending, nullsFirst) in keys {
        let (one, two) = (left.element[column], right.element[column])
        if one.isNull != two.isNull { return one.isNull == nullsFirst }
        if one.isNull { continue }
        // NaN is the least number where nulls come first, and the greatest where they come last.
        if case .double(let x) = one, case .double(let y) = two, x.isNaN != y.isNaN {
          return x.isNaN == (nullsFirst != isDescending)
        }
        if let order = isBefore(one, two) { return order != isDescending }
      }
      return left.offset < right.offset
    }.map(\.element)
  }

  static let keySets: [[Int]] = [
    [0], [1], [2], [3], [4], [5], [6], [0, 1], [1, 0], [4, 3, 2], [5, 4, 0], [0, 2, 5], [1, 2],
    [6, 0],
  ]

  private func plan(_ table: PlanFixture.Table, _ keys: [(Int, Bool, Bool)])
    -> [LogicalPlan.SortKey]
  {
    keys.map {
      LogicalPlan.SortKey(column: table.columns[$0.0], isDescending: $0.1, nullsFirst: $0.2)
    }
  }

  @Test(arguments: keySets)
  func `rows come in the order of the keys`(columns: [Int]) throws {
    let rows = SortTests.rows(300)
    for variant in 0..<4 {
      var fixture = PlanFixture()
      let table = fixture.table("t", SortTests.fields, rows)
      let keys = columns.enumerated().map { index, column in
        (column, (variant + index) % 2 == 1, variant / 2 == 1)
      }
      // The row's number makes the order total.
      let all = keys + [(7, false, false)]
      let expected = SortTests.sorted(rows, all).map(plainText)
      let found = try fixture.run(.sort(table.plan, keys: plan(table, all)), table.columns)
      #expect(found.map(plainText) == expected)
      for (count, offset) in [(10, 0), (5, 3), (0, 0), (2000, 290), (7, 299)] {
        let top = try fixture.run(
          .topN(table.plan, keys: plan(table, all), count: count, offset: offset),
          table.columns
        )
        let wanted = expected.dropFirst(offset).prefix(count)
        #expect(top.map(plainText) == Array(wanted))
      }
    }
  }

  @Test func `many rows are sorted by all threads`() throws {
    var numbers = SeededNumbers(9)
    let rows = (0..<55_000).map { number -> [Scalar] in
      [.int(Int64(numbers.int(1000))), .int(Int64(number))]
    }
    var fixture = PlanFixture()
    let table = fixture.table("t", [("a", .bigint), ("n", .bigint)], rows, batchRowCount: 2000)
    let keys = [(0, true, false), (1, false, false)]
    let found = try fixture.run(.sort(table.plan, keys: plan(table, keys)), table.columns)
    #expect(found == SortTests.sorted(rows, keys))
    let top = try fixture.run(
      .topN(table.plan, keys: plan(table, keys), count: 100, offset: 20),
      table.columns
    )
    #expect(top == Array(SortTests.sorted(rows, keys)[20..<120]))
  }

  @Test(arguments: [1, 2], [false, true])
  func `the first rows are found where all texts begin alike`(threads: Int, isDescending: Bool)
    throws
  {
    var numbers = SeededNumbers(13)
    let rows = (0..<30_000).map { number -> [Scalar] in
      let text = "the same beginning \(100 + numbers.int(400))"
      return [numbers.int(9) == 0 ? .null : .text(text), .int(Int64(number))]
    }
    var fixture = PlanFixture()
    let table = fixture.table("t", [("a", .text), ("n", .bigint)], rows, batchRowCount: 1000)
    let keys = [(0, isDescending, false), (1, !isDescending, false)]
    let top = try fixture.run(
      .topN(table.plan, keys: plan(table, keys), count: 90, offset: 10),
      table.columns,
      threads: threads
    )
    #expect(top == Array(SortTests.sorted(rows, keys)[10..<100]))
    // Of rows with the same key any may come, but so many of them.
    let tied = try fixture.run(
      .topN(table.plan, keys: plan(table, [keys[0]]), count: 100, offset: 0),
      table.columns,
      threads: threads
    )
    #expect(tied.map { $0[0] } == SortTests.sorted(rows, keys).prefix(100).map { $0[0] })
  }

  /// Texts that share much of their beginning, of all lengths around the eight bytes that are looked at at
  /// once, some with zeros at the end, and one that is longer than what is looked at so.
  @Test(arguments: [false, true], [false, true])
  func `texts that begin alike are sorted by what follows`(isDescending: Bool, second: Bool) throws
  {
    var numbers = SeededNumbers(21)
    func text(_ alphabet: [String]) -> Scalar {
      let beginning = String(repeating: "same ", count: numbers.int(4))
      let tail = (0..<numbers.int(20)).map { _ in alphabet[numbers.int(alphabet.count)] }
      return .text(beginning + tail.joined())
    }
    let long = String(repeating: "a very long text ", count: 20)
    let rows = (0..<4000).map { number -> [Scalar] in
      let first: Scalar =
        numbers.int(40) == 0
        ? .text(long + "\(numbers.int(5))")
        : numbers.int(3) == 0 ? .text("one of many texts") : text(["a", "b", "\0"])
      return [first, text(["x", "é"]), .int(Int64(number))]
    }
    var fixture = PlanFixture()
    let fields: [(name: String, type: SQLType)] = [("a", .text), ("b", .text), ("n", .bigint)]
    let table = fixture.table("t", fields, rows, batchRowCount: 1000)
    let keys = [(0, isDescending, false), (1, second, false), (2, false, false)]
    let found = try fixture.run(.sort(table.plan, keys: plan(table, keys)), table.columns)
    #expect(found == SortTests.sorted(rows, keys))
  }

  @Test func `a limit lets exactly its rows pass`() throws {
    var fixture = PlanFixture()
    let rows = (0..<1000).map { [Scalar.int(Int64($0))] }
    let table = fixture.table("t", [("a", .bigint)], rows)
    let found = try fixture.run(.limit(table.plan, count: 15, offset: 90), table.columns)
    #expect(found.count == 15)
    let ordered = try fixture.run(
      .limit(table.plan, count: 15, offset: 90),
      table.columns,
      threads: 1
    )
    #expect(ordered == Array(rows[90..<105]))
    #expect(try fixture.run(.limit(table.plan, count: nil, offset: 998), table.columns).count == 2)
  }
}
