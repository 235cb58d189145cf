import ColumnFormat
import Testing

@testable import SQL

@Suite struct StreamingTests {
  @Test func `unnest pads shorter collections and keeps empty rows where asked`() throws {
    let pair: SQLType = .row([
      SQLType.RowField(name: "x", type: .bigint), SQLType.RowField(name: "y", type: .text),
    ])
    let rows: [[Scalar]] = [
      [
        .int(1), .list([.int(10), .null, .int(30)]),
        .list([.row([.int(7), .text("a")]), .null]),
      ],
      [.int(2), .null, .list([])],
      [.int(3), .list([]), .list([.row([.null, .text("b")])])],
    ]
    var fixture = PlanFixture()
    let table = fixture.table(
      "t",
      [("id", .bigint), ("a", .array(.bigint)), ("b", .array(pair))],
      rows
    )
    let elements = [
      fixture.column("e", .bigint), fixture.column("x", .bigint), fixture.column("y", .text),
    ]
    let ordinality = fixture.column("n", .bigint)
    var unnest = LogicalPlan.Unnest(
      input: table.plan,
      collections: [table.columns[1], table.columns[2]],
      elementColumns: elements,
      ordinality: ordinality,
      keepsEmpty: false
    )
    let output = [table.columns[0]] + elements + [ordinality]
    let expected: [[Scalar]] = [
      [.int(1), .int(10), .int(7), .text("a"), .int(1)],
      [.int(1), .null, .null, .null, .int(2)],
      [.int(1), .int(30), .null, .null, .int(3)],
      [.int(3), .null, .null, .text("b"), .int(1)],
    ]
    #expect(try fixture.run(.unnest(unnest), output) == expected)
    unnest.keepsEmpty = true
    var kept = expected
    kept.insert([.int(2), .null, .null, .null, .null], at: 3)
    #expect(try fixture.run(.unnest(unnest), output) == kept)
  }

  @Test func `a union gives all rows under its own columns`() throws {
    var fixture = PlanFixture()
    let one = fixture.table("one", [("a", .bigint), ("b", .text)], [[.int(1), .text("x")]])
    let two = fixture.table("two", [("c", .bigint), ("d", .text)], [[.int(2), .null]])
    let columns = [fixture.column("a", .bigint), fixture.column("b", .text)]
    let found = try fixture.run(.unionAll([one.plan, two.plan], columns: columns), columns)
    #expect(found == [[.int(1), .text("x")], [.int(2), .null]])
  }

  @Test func `values are rows of constants`() throws {
    var fixture = PlanFixture()
    let columns = [fixture.column("a", .bigint)]
    let plan = LogicalPlan.values(
      columns: columns,
      rows: [[.constant(.int(3), .bigint)], [.constant(.null, .bigint)]]
    )
    #expect(try fixture.run(plan, columns) == [[.int(3)], [.null]])
  }

  @Test func `filters of a scan and of the plan let the same rows pass`() throws {
    var fixture = PlanFixture()
    let rows = (0..<500).map { [Scalar.int(Int64($0 % 17)), .int(Int64($0))] }
    let fields: [(name: String, type: SQLType)] = [("a", .bigint), ("n", .bigint)]
    let isSmall = { (columns: [PlanColumn]) -> [BoundExpression] in
      guard
        let call = try? PlanFixture.call(
          "$less",
          [.column(columns[0]), .constant(.int(5), .bigint)]
        )
      else { return [] }
      return [call]
    }
    let scanned = fixture.table("s", fields, rows, filters: isSmall)
    let plain = fixture.table("p", fields, rows)
    let expected = rows.filter { $0[0].order(to: .int(5)) == -1 }
    #expect(try fixture.run(scanned.plan, scanned.columns) == expected)
    let filtered = LogicalPlan.filter(plain.plan, predicate: isSmall(plain.columns)[0])
    #expect(try fixture.run(filtered, plain.columns) == expected)
  }

  @Test func `results keep the order of morsels with any number of threads`() throws {
    var fixture = PlanFixture()
    let rows = (0..<20_000).map { [Scalar.int(Int64($0))] }
    let table = fixture.table("t", [("a", .bigint)], rows, batchRowCount: 500)
    for threads in [1, 2, 5] {
      #expect(try fixture.run(table.plan, table.columns, threads: threads) == rows)
    }
  }
}
