import ColumnFormat
import Testing

@testable import SQL

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct ExecutionLimitTests {
  private func table(_ fixture: inout PlanFixture) -> PlanFixture.Table {
    let rows = (0..<30_000).map { [Scalar.int(Int64($0)), .text("a text of some length \($0)")] }
    return fixture.table("t", [("a", .bigint), ("b", .text)], rows, batchRowCount: 2000)
  }

  @Test func `a window that needs all rows of a partition names itself and the limit`() throws {
    var fixture = PlanFixture()
    let table = table(&fixture)
    let window = LogicalPlan.Window(
      input: table.plan,
      partitionBy: [],
      orderBy: [
        LogicalPlan.SortKey(column: table.columns[0], isDescending: false, nullsFirst: false)
      ],
      calls: [
        LogicalPlan.WindowCall(
          column: fixture.column("nth", .text),
          function: .ranking(name: "nth_value", resultType: .text),
          arguments: [table.columns[1], table.columns[0]],
          frame: WindowFrameBounds(
            unit: .rows,
            start: .unboundedPreceding,
            end: .unboundedFollowing
          ),
          ignoresNulls: false
        )
      ]
    )
    let error = #expect(throws: SQLError.self) {
      try fixture.run(.window(window), table.columns, memory: 1 << 20)
    }
    #expect(error?.code == .exceededMemory)
    #expect(
      error?.message
        == "the query needs more than 1 MiB of memory: the limit was passed in 'window'"
    )
  }

  @Test func `one group whose values do not fit names the aggregation`() throws {
    var fixture = PlanFixture()
    let table = table(&fixture)
    let call = LogicalPlan.AggregateCall(
      column: fixture.column("all", .array(.text)),
      function: try PlanFixture.aggregate("array_agg", [.text]),
      arguments: [table.columns[1]],
      isDistinct: false,
      filter: nil,
      orderBy: []
    )
    let aggregate = LogicalPlan.Aggregate(
      input: table.plan,
      keys: [],
      groupingSets: nil,
      groupingSetColumn: nil,
      calls: [call]
    )
    let error = #expect(throws: SQLError.self) {
      try fixture.run(.aggregate(aggregate), [call.column], memory: 200 << 10)
    }
    #expect(error?.code == .exceededMemory)
    #expect(error?.message.contains("aggregate") == true)
  }

  @Test(arguments: [1, 4])
  func `a cancelled query stops with its own error`(threads: Int) throws {
    var fixture = PlanFixture()
    let table = table(&fixture)
    let cancellation = Cancellation()
    var execution = Execution(
      plan: table.plan,
      output: table.columns,
      settings: ExecutionSettings(
        threads: threads,
        memoryByteCount: 1 << 30,
        cancellation: cancellation
      )
    )
    execution.memoryTables = fixture.batches
    var batchCount = 0
    let error = #expect(throws: SQLError.self) {
      _ = try execution.run { _ in
        batchCount += 1
        cancellation.cancel()
      }
    }
    #expect(error?.code == .userCanceled)
    #expect(batchCount < 15)
  }

  @Test func `a batch that becomes millions of rows can be cancelled on its way`() throws {
    var options = QueryOptions()
    let cancellation = options.cancellation
    options.threads = 1
    // A thread of its own: the tests beside this one may keep all others busy.
    var timer = pthread_t()
    let code = pthread_create(
      &timer,
      nil,
      { context in
        usleep(200_000)
        if let context { Unmanaged<Cancellation>.fromOpaque(context).takeRetainedValue().cancel() }
        return nil
      },
      Unmanaged.passRetained(cancellation).toOpaque()
    )
    try #require(code == 0)
    defer { pthread_join(timer, nil) }
    let clock = ContinuousClock()
    let start = clock.now
    let error = #expect(throws: SQLError.self) {
      _ = try QueryEngine(options).run(
        """
        SELECT sum(a * b) FROM unnest(sequence(1, 10000)) t(a)
        CROSS JOIN unnest(sequence(1, 10000)) u(b) CROSS JOIN unnest(sequence(1, 100)) v(c)
        """,
        begin: { _ in },
        receive: { _ in }
      )
    }
    #expect(error?.code == .userCanceled)
    #expect(clock.now - start < .seconds(20))
  }

  @Test(arguments: [1, 4])
  func `an error of a worker ends the query`(threads: Int) throws {
    var fixture = PlanFixture()
    let rows = (0..<5000).map { [Scalar.int(Int64($0 == 4321 ? 0 : 1))] }
    let table = fixture.table("t", [("a", .bigint)], rows)
    let quotient = fixture.column("q", .bigint)
    let divided = try PlanFixture.call(
      "$divide",
      [.constant(.int(1), .bigint), .column(table.columns[0])]
    )
    let plan = LogicalPlan.project(
      table.plan,
      items: [LogicalPlan.ProjectItem(column: quotient, expression: divided)]
    )
    let error = #expect(throws: SQLError.self) {
      try fixture.run(plan, [quotient], threads: threads)
    }
    #expect(error?.code == .divisionByZero)
  }

  @Test func `what the receiver throws is what the query throws`() throws {
    var fixture = PlanFixture()
    let table = table(&fixture)
    var execution = Execution(
      plan: table.plan,
      output: table.columns,
      settings: ExecutionSettings(threads: 3, memoryByteCount: 1 << 30)
    )
    execution.memoryTables = fixture.batches
    let error = #expect(throws: SQLError.self) {
      _ = try execution.run { _ in throw SQLError(.exceededScan, "enough") }
    }
    #expect(error == SQLError(.exceededScan, "enough"))
  }

  @Test func `operators report what went in and out`() throws {
    var fixture = PlanFixture()
    let table = table(&fixture)
    var execution = Execution(
      plan: .limit(table.plan, count: 10, offset: 0),
      output: table.columns,
      settings: ExecutionSettings(threads: 1, memoryByteCount: 1 << 30)
    )
    execution.memoryTables = fixture.batches
    let statistics = try execution.run { _ in }
    #expect(statistics.rowCount == 10)
    #expect(statistics.operators.map(\.name) == ["Limit", "Scan"])
    #expect(statistics.operators.map(\.depth) == [0, 1])
    #expect(statistics.operators[0].rowCountOut == 10)
    #expect(statistics.operators[1].rowCountOut == 2000)
  }
}
