import ColumnFormat
import TestSupport
import Testing

@testable import SQL

@Suite struct EvaluatorTests {
  let x = PlanColumn(id: ColumnID(number: 1), name: "x", type: .bigint)
  let s = PlanColumn(id: ColumnID(number: 2), name: "s", type: .text)

  func call(_ name: String, _ arguments: BoundExpression...) throws -> BoundExpression {
    try FunctionCalls.expression(name, arguments)
  }

  func constant(_ value: Int64) -> BoundExpression { .constant(.int(value), .bigint) }

  func batch(_ values: [Int64?], _ texts: [String?]) -> Batch {
    Batch(
      columns: [
        Column(scalars: values.map { $0.map { .int($0) } ?? .null }, type: .bigint),
        Column(scalars: texts.map { $0.map { .text($0) } ?? .null }, type: .text),
      ],
      rowCount: values.count
    )
  }

  func texts(_ expression: BoundExpression, _ batch: Batch) throws -> [String] {
    let evaluator = try ExpressionEvaluator(
      expression,
      input: [x, s],
      context: EvaluationContext()
    )
    let column = try evaluator.evaluate(batch)
    return (0..<batch.rowCount).map {
      ValueText.string(column, row: $0, type: expression.type)
    }
  }

  func rows(_ expression: BoundExpression, _ batch: Batch) throws -> [UInt32] {
    let evaluator = try ExpressionEvaluator(
      expression,
      input: [x, s],
      context: EvaluationContext()
    )
    let selection = try evaluator.select(batch)
    return (0..<selection.count).map { selection.indices[$0] }
  }

  @Test func `a conjunct guards those after it`() throws {
    let batch = batch([0, 1, nil, -1, 4], ["a", "b", "c", "d", "e"])
    let inverse = try call("$divide", constant(4), .column(x))
    let guarded = BoundExpression.and([
      try call("$notEqual", .column(x), constant(0)),
      try call("$greater", inverse, constant(0)),
    ])
    #expect(try rows(guarded, batch) == [1, 4])
    #expect(try texts(guarded, batch) == ["false", "true", "NULL", "false", "true"])
  }

  @Test func `a branch of CASE is computed only where it is chosen`() throws {
    let batch = batch([0, 2, nil], ["a", "b", "c"])
    let inverse = try call("$divide", constant(4), .column(x))
    let expression = BoundExpression.caseWhen(
      [(when: try call("$notEqual", .column(x), constant(0)), then: inverse)],
      otherwise: constant(-1),
      .bigint
    )
    #expect(try texts(expression, batch) == ["-1", "2", "-1"])
  }

  @Test func `COALESCE computes an operand only where those before are null`() throws {
    let batch = batch([nil, 2, nil], ["a", "b", "7"])
    let parsed = BoundExpression.cast(.column(s), to: .bigint, isTry: false)
    let failing = BoundExpression.coalesce([.column(x), parsed], .bigint)
    #expect(throws: SQLError.self) { try texts(failing, batch) }
    let trying = BoundExpression.coalesce([.column(x), .tryCatch(parsed)], .bigint)
    #expect(try texts(trying, batch) == ["NULL", "2", "7"])
  }

  @Test func `a null row never fails`() throws {
    let batch = batch([nil, 2], ["a", "b"])
    let zeroed = Column(
      flat: .int64(Buffer([0, 2])),
      count: 2,
      validity: batch.columns[0].validity
    )
    let inverse = try call("$divide", constant(4), .column(x))
    let other = Batch(columns: [zeroed, batch.columns[1]], rowCount: 2)
    #expect(try texts(inverse, other) == ["NULL", "2"])
  }

  @Test func `IN knows unknown`() throws {
    let batch = batch([1, 2, nil], ["a", "b", nil])
    let withNull = BoundExpression.inConstants(.column(x), [.int(1), .null])
    #expect(try texts(withNull, batch) == ["true", "NULL", "NULL"])
    #expect(try rows(withNull, batch) == [0])
    let text = BoundExpression.inConstants(.column(s), [.text("b"), .text("z")])
    #expect(try texts(text, batch) == ["false", "true", "NULL"])
  }

  /// The same values in every form a column comes in.
  func forms(_ values: [String?]) -> [Column] {
    let flat = Column(scalars: values.map { $0.map { .text($0) } ?? .null }, type: .text)
    var distinct: [String] = []
    for value in values.compactMap({ $0 }) where !distinct.contains(value) {
      distinct.append(value)
    }
    let entries = Column(scalars: distinct.map { .text($0) }, type: .text)
    let codes = values.map { value in
      UInt32(value.flatMap { distinct.firstIndex(of: $0) } ?? 0)
    }
    let dictionary = ColumnDictionary(values: entries.flatValues, count: distinct.count)
    let coded = Column(
      .dictionary(codes: Buffer(codes), dictionary),
      count: values.count,
      validity: flat.validity
    )
    let runs = Column(
      .runs(ends: Buffer((1...values.count).map { UInt32($0) }), flat.flatValues),
      count: values.count,
      validity: flat.validity
    )
    return [flat, coded, runs]
  }

  @Test func `all forms of a column give the same rows`() throws {
    var random = SystemRandomNumberGenerator()
    let words = ["alpha", "Beta", "gamma ray burst", "delta", "", "héllo wörld, long enough"]
    let values = (0..<500).map { _ in
      Int.random(in: 0..<5, using: &random) == 0 ? nil : words.randomElement(using: &random)
    }
    let numbers = Column(scalars: values.indices.map { .int(Int64($0)) }, type: .bigint)
    let expressions: [BoundExpression] = [
      try call("upper", .column(s)),
      try call("length", .column(s)),
      try call("$like", .column(s), .constant(.text("%a%"), .text)),
      try call("$equal", .column(s), .constant(.text("delta"), .text)),
      try call("$less", .column(s), .constant(.text("delta"), .text)),
      try call("substr", .column(s), constant(2), constant(3)),
      try call("concat", .column(s), .constant(.text("!"), .text)),
      .inConstants(.column(s), [.text("alpha"), .text("")]),
      .isNull(.column(s)),
      .not(try call("$equal", .column(s), .constant(.text("alpha"), .text))),
    ]
    for expression in expressions {
      let results = try forms(values).map { column in
        try texts(expression, Batch(columns: [numbers, column], rowCount: values.count))
      }
      #expect(results[0] == results[1])
      #expect(results[0] == results[2])
      if expression.type == .boolean {
        let selected = try forms(values).map { column in
          try rows(expression, Batch(columns: [numbers, column], rowCount: values.count))
        }
        let expected = results[0].indices.filter { results[0][$0] == "true" }.map { UInt32($0) }
        #expect(selected == [expected, expected, expected])
      }
    }
  }

  @Test func `a constant gives what a column of it gives`() throws {
    let column = Column(scalars: Array(repeating: .text("Abc"), count: 3), type: .text)
    let single = Column.constant(.text("Abc"), of: .text, count: 3)
    let numbers = Column(scalars: [.int(1), .int(2), .int(3)], type: .bigint)
    let expression = try call("substr", try call("lower", .column(s)), .column(x))
    let results = try [column, single].map {
      try texts(expression, Batch(columns: [numbers, $0], rowCount: 3))
    }
    #expect(results[0] == ["abc", "bc", "c"])
    #expect(results[1] == results[0])
  }

  @Test func `a failing dictionary entry that no row has does not fail`() throws {
    let entries = Column(scalars: [.text("1"), .text("x")], type: .text)
    let dictionary = ColumnDictionary(values: entries.flatValues, count: 2)
    let column = Column(.dictionary(codes: Buffer([0, 0, 0]), dictionary), count: 3)
    let numbers = Column(scalars: [.int(1), .int(2), .int(3)], type: .bigint)
    let cast = BoundExpression.cast(.column(s), to: .bigint, isTry: false)
    #expect(try texts(cast, Batch(columns: [numbers, column], rowCount: 3)) == ["1", "1", "1"])
  }

  @Test func `lambdas see their parameters and the row's columns`() throws {
    let element = PlanColumn(id: ColumnID(number: 9), name: "e", type: .bigint)
    let arrays = PlanColumn(id: ColumnID(number: 3), name: "a", type: .array(.bigint))
    let body = try call("$add", .column(element), .column(x))
    let function = try FunctionCatalog.standard.scalar(
      "transform",
      [.array(.bigint), .bigint],
      takesLambda: true
    )
    let expression = BoundExpression.call(
      function,
      [.column(arrays), .lambda(parameters: [element], body: body)]
    )
    let batch = Batch(
      columns: [
        Column(scalars: [.int(10), .int(20), .int(30)], type: .bigint),
        Column(
          scalars: [.list([.int(1), .null]), .null, .list([.int(3)])],
          type: .array(.bigint)
        ),
      ],
      rowCount: 3
    )
    let evaluator = try ExpressionEvaluator(
      expression,
      input: [x, arrays],
      context: EvaluationContext()
    )
    let column = try evaluator.evaluate(batch)
    let shown = (0..<3).map { ValueText.string(column, row: $0, type: .array(.bigint)) }
    #expect(shown == ["[11, null]", "NULL", "[33]"])
  }
}
