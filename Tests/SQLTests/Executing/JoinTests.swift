import ColumnFormat
import Testing

@testable import SQL

@Suite struct JoinTests {
  typealias Kind = LogicalPlan.Join.Kind

  /// Which columns are keys: 0 a nullable number, 1 a nullable text, 2 a number over a wide range.
  struct Case: Sendable, CustomTestStringConvertible {
    var kind: Kind
    var keys: [Int]
    var hasResidual: Bool
    var isNullAware = false
    var isWide = false

    var testDescription: String {
      "\(kind) keys \(keys)\(hasResidual ? " residual" : "")\(isNullAware ? " null aware" : "")\(isWide ? " wide" : "")"
    }
  }

  static let cases: [Case] = {
    var cases: [Case] = []
    for kind: Kind in [
      .inner, .left, .right, .full, .semi, .anti, .mark, .rightSemi, .rightAnti,
    ] {
      for keys in [[0], [1], [0, 1], [2]] {
        for hasResidual in [false, true] {
          cases.append(Case(kind: kind, keys: keys, hasResidual: hasResidual))
        }
      }
    }
    for hasResidual in [false, true] {
      cases.append(Case(kind: .cross, keys: [], hasResidual: hasResidual))
      for kind: Kind in [.inner, .left, .semi, .anti, .mark] where hasResidual {
        cases.append(Case(kind: kind, keys: [], hasResidual: true))
      }
      for kind: Kind in [.anti, .mark] {
        cases.append(Case(kind: kind, keys: [0], hasResidual: hasResidual, isNullAware: true))
      }
    }
    return cases
  }()

  /// Columns: a, b, c, v.
  private static func rows(_ count: Int, _ seed: UInt64, nullEvery: Int) -> [[Scalar]] {
    var numbers = SeededNumbers(seed)
    return (0..<count).map { _ in
      [
        numbers.scalar(25, nullEvery: nullEvery), numbers.text(6, nullEvery: nullEvery),
        .int(Int64(numbers.int(30)) * 1_000_003_000_007),
        .int(Int64(numbers.int(50))),
      ]
    }
  }

  /// What the residual says: left value below right value.
  private static func holds(_ left: [Scalar], _ right: [Scalar]) -> Bool {
    guard case .int(let one) = left[3], case .int(let two) = right[3] else { return false }
    return one < two
  }

  private static func isMatch(_ left: [Scalar], _ right: [Scalar], _ test: Case) -> Bool {
    test.keys.allSatisfy { !left[$0].isNull && left[$0] == right[$0] }
      && (!test.hasResidual || holds(left, right))
  }

  /// Nested loops.
  private static func reference(_ lefts: [[Scalar]], _ rights: [[Scalar]], _ test: Case)
    -> [[Scalar]]
  {
    var result: [[Scalar]] = []
    var matchedRights: Set<Int> = []
    let nulls: [Scalar] = Array(repeating: .null, count: 4)
    for left in lefts {
      let matches = rights.indices.filter { isMatch(left, rights[$0], test) }
      matchedRights.formUnion(matches)
      let isUnknown =
        test.isNullAware && matches.isEmpty
        && rights.contains { right in
          test.keys.contains { left[$0].isNull || right[$0].isNull }
            && (!test.hasResidual || holds(left, right))
        }
      switch test.kind {
      case .inner, .cross, .right: result += matches.map { left + rights[$0] }
      case .left, .full, .single:
        result += matches.isEmpty ? [left + nulls] : matches.map { left + rights[$0] }
      case .semi: if !matches.isEmpty { result.append(left) }
      case .anti: if matches.isEmpty && !isUnknown { result.append(left) }
      case .mark: result.append(left + [isUnknown ? .null : .boolean(!matches.isEmpty)])
      case .rightSemi, .rightAnti: break
      }
    }
    if test.kind == .rightSemi || test.kind == .rightAnti {
      result = rights.indices
        .filter { matchedRights.contains($0) == (test.kind == .rightSemi) }.map { rights[$0] }
    }
    if test.kind == .right || test.kind == .full {
      for index in rights.indices where !matchedRights.contains(index) {
        result.append(nulls + rights[index])
      }
    }
    return result
  }

  private static let fields: [(name: String, type: SQLType)] = [
    ("a", .bigint), ("b", .text), ("c", .bigint), ("v", .bigint),
  ]

  private func run(
    _ test: Case,
    _ lefts: [[Scalar]],
    _ rights: [[Scalar]],
    threads: Int = 3
  ) throws -> [[Scalar]] {
    var fixture = PlanFixture()
    let left = fixture.table("l", JoinTests.fields, lefts)
    let right = fixture.table("r", JoinTests.fields, rights)
    let mark = fixture.column("mark", .boolean)
    var join = LogicalPlan.Join(
      kind: test.kind,
      left: left.plan,
      right: right.plan,
      keys: test.keys.map {
        LogicalPlan.JoinKey(left: left.columns[$0], right: right.columns[$0])
      },
      residual: nil,
      markColumn: test.kind == .mark ? mark : nil,
      isNullAware: test.isNullAware
    )
    if test.hasResidual {
      join.residual = try PlanFixture.call(
        "$less",
        [.column(left.columns[3]), .column(right.columns[3])]
      )
    }
    let output: [PlanColumn]
    switch test.kind {
    case .semi, .anti: output = left.columns
    case .rightSemi, .rightAnti: output = right.columns
    case .mark: output = left.columns + [mark]
    default: output = left.columns + right.columns
    }
    return try fixture.run(.join(join), output, threads: threads)
  }

  @Test(arguments: cases)
  func `a join agrees with nested loops`(test: Case) throws {
    for (leftCount, rightCount) in [(110, 60), (40, 0), (0, 40), (10, 1)] {
      for nullEvery in [5, 1_000_000] {
        let lefts = JoinTests.rows(leftCount, 1, nullEvery: nullEvery)
        let rights = JoinTests.rows(rightCount, 2, nullEvery: nullEvery)
        let expected = sorted(JoinTests.reference(lefts, rights, test))
        #expect(sorted(try run(test, lefts, rights)) == expected)
      }
    }
  }

  @Test func `a scalar subquery gives nulls where it has no row`() throws {
    let lefts = JoinTests.rows(100, 1, nullEvery: 5)
    let rights = (0..<20).map { number -> [Scalar] in
      [.int(Int64(number)), .text("x"), .int(0), .int(Int64(number))]
    }
    let test = Case(kind: .single, keys: [0], hasResidual: false)
    let expected = sorted(JoinTests.reference(lefts, rights, test))
    #expect(sorted(try run(test, lefts, rights)) == expected)
  }

  @Test func `a scalar subquery with two rows for one is refused`() throws {
    let rows: [[Scalar]] = [
      [.int(1), .text("x"), .int(0), .int(1)], [.int(1), .text("y"), .int(0), .int(2)],
    ]
    for keys in [[0], []] {
      let error = #expect(throws: SQLError.self) {
        try run(Case(kind: .single, keys: keys, hasResidual: false), rows, rows)
      }
      #expect(error?.code == .subqueryMultipleRows)
    }
  }

  @Test func `a join over many batches of pairs loses none`() throws {
    let lefts = (0..<300).map { _ -> [Scalar] in [.int(1), .null, .int(0), .int(5)] }
    let rights = (0..<100).map { _ -> [Scalar] in [.int(1), .null, .int(0), .int(5)] }
    for kind: Kind in [.inner, .cross] {
      let keys = kind == .cross ? [] : [0]
      let found = try run(Case(kind: kind, keys: keys, hasResidual: false), lefts, rights)
      #expect(found.count == 30_000)
    }
  }
}
