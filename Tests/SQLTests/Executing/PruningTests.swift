import Catalog
import ColumnFormat
import Testing

@testable import SQL

@Suite struct PruningTests {
  private static let a = PlanColumn(id: ColumnID(number: 1), name: "a", type: .bigint)

  private func mayHold(
    _ expression: BoundExpression,
    min: Scalar? = .int(10),
    max: Scalar? = .int(20),
    nullCount: Int? = 0
  ) -> Bool {
    var statistics = FieldStatistics(rowCount: 100)
    statistics.min = min
    statistics.max = max
    statistics.nullCount = nullCount
    let known = statistics
    return PruningPredicate(expression).mayHold { $0 == PruningTests.a.id ? known : nil }
  }

  private func compare(_ name: String, _ value: Int64) throws -> BoundExpression {
    try PlanFixture.call(name, [.column(PruningTests.a), .constant(.int(value), .bigint)])
  }

  @Test(arguments: [
    ("$equal", 9, false), ("$equal", 10, true), ("$equal", 20, true), ("$equal", 21, false),
    ("$less", 10, false), ("$less", 11, true), ("$lessOrEqual", 10, true),
    ("$lessOrEqual", 9, false), ("$greater", 20, false), ("$greater", 19, true),
    ("$greaterOrEqual", 20, true), ("$greaterOrEqual", 21, false), ("$notEqual", 15, true),
  ])
  func `a comparison is decided by the bounds`(name: String, value: Int64, expected: Bool) throws {
    #expect(mayHold(try compare(name, value)) == expected)
    let swapped = [
      "$less": "$greater", "$greater": "$less", "$lessOrEqual": "$greaterOrEqual",
      "$greaterOrEqual": "$lessOrEqual",
    ]
    let turned = try PlanFixture.call(
      swapped[name] ?? name,
      [.constant(.int(value), .bigint), .column(PruningTests.a)]
    )
    #expect(mayHold(turned) == expected)
  }

  @Test func `nulls decide tests for null, and comparisons where all are null`() throws {
    let isNull = BoundExpression.isNull(.column(PruningTests.a))
    #expect(!mayHold(isNull))
    #expect(mayHold(isNull, nullCount: 1))
    #expect(mayHold(isNull, nullCount: nil))
    #expect(!mayHold(.not(isNull), nullCount: 100))
    #expect(mayHold(.not(isNull), nullCount: 99))
    #expect(!mayHold(try compare("$equal", 15), min: nil, max: nil, nullCount: 100))
    #expect(mayHold(try compare("$equal", 15), min: nil, max: nil, nullCount: 99))
  }

  @Test(arguments: [
    ("$equal", 15, false), ("$less", 20, false), ("$less", 21, true), ("$lessOrEqual", 20, true),
    ("$lessOrEqual", 19, false), ("$greater", 10, false), ("$greater", 9, true),
    ("$greaterOrEqual", 10, true), ("$greaterOrEqual", 11, false), ("$notEqual", 15, false),
    ("$notEqual", 9, true), ("$notEqual", 21, true),
  ])
  func `a comparison that holds for both bounds holds for all rows, if none is null or NaN`(
    name: String,
    value: Int64,
    expected: Bool
  ) throws {
    let predicate = PruningPredicate(try compare(name, value))
    func mustHold(_ change: (inout FieldStatistics) -> Void) -> Bool {
      var statistics = FieldStatistics(rowCount: 100)
      statistics.min = .int(10)
      statistics.max = .int(20)
      statistics.nullCount = 0
      change(&statistics)
      let known = statistics
      return predicate.mustHold { $0 == PruningTests.a.id ? known : nil }
    }
    #expect(mustHold { _ in } == expected)
    #expect(!mustHold { $0.nullCount = 1 })
    #expect(!mustHold { $0.nullCount = nil })
    #expect(!mustHold { $0.mayHaveNaN = true })
    #expect(!mustHold { $0.max = nil })
    #expect(!predicate.mustHold { _ in nil })
  }

  @Test func `tests for null hold for all rows by the number of nulls alone`() {
    let isNull = BoundExpression.isNull(.column(PruningTests.a))
    func mustHold(_ expression: BoundExpression, _ nullCount: Int?) -> Bool {
      var statistics = FieldStatistics(rowCount: 100)
      statistics.nullCount = nullCount
      let known = statistics
      return PruningPredicate(expression).mustHold { _ in known }
    }
    #expect(mustHold(.not(isNull), 0))
    #expect(!mustHold(.not(isNull), 1))
    #expect(!mustHold(.not(isNull), nil))
    #expect(mustHold(isNull, 100))
    #expect(!mustHold(isNull, 99))
  }

  @Test func `AND, OR and IN combine what is known`() throws {
    let inside = try compare("$equal", 15)
    let outside = try compare("$equal", 30)
    #expect(!mayHold(.and([inside, outside])))
    #expect(mayHold(.or([inside, outside])))
    #expect(!mayHold(.or([outside, outside])))
    #expect(!mayHold(.inConstants(.column(PruningTests.a), [.int(1), .int(30), .null])))
    #expect(mayHold(.inConstants(.column(PruningTests.a), [.int(1), .int(12)])))
  }

  @Test func `one value only is pruned by its own inequality, but not where NaN may hide`() throws {
    let other = try compare("$notEqual", 15)
    #expect(!mayHold(other, min: .int(15), max: .int(15)))
    let double = PlanColumn(id: PruningTests.a.id, name: "a", type: .double)
    let unequal = try PlanFixture.call(
      "$notEqual",
      [.column(double), .constant(.double(1), .double)]
    )
    #expect(mayHold(unequal, min: .double(1), max: .double(1)))
  }

  @Test func `bounds of another kind prune nothing`() throws {
    #expect(mayHold(try compare("$equal", 30), min: .text("a"), max: .text("b")))
  }

  @Test func `filters over partition columns leave out partitions and nothing else`() throws {
    let day = PlanColumn(id: ColumnID(number: 2), name: "day", type: .integer)
    let table = TableHandle(
      name: "t",
      columns: [
        TableHandle.TableColumn(name: "a", type: .bigint, logicalType: .int64),
        TableHandle.TableColumn(
          name: "day",
          type: .integer,
          logicalType: .int32,
          partitionIndex: 0
        ),
      ],
      partitions: (0..<10).map { number in
        TableHandle.PartitionFiles(
          values: [number == 9 ? .null : .int(Int64(number))],
          files: .files([
            TableHandle.DataFile(path: "/part-\(number)", byteCount: 100 + number)
          ])
        )
      },
      format: .parquet
    )
    let late = try PlanFixture.call(
      "$greater",
      [.column(day), .constant(.int(6), .integer)]
    )
    let scan = LogicalPlan.Scan(
      table: table,
      columns: [
        LogicalPlan.ScanColumn(column: PruningTests.a, tableColumn: 0),
        LogicalPlan.ScanColumn(column: day, tableColumn: 1),
      ],
      filters: [late, try compare("$equal", 1)],
      rowLimit: nil
    )
    let files = try ScanFiles(scan, EvaluationContext())
    #expect(files.files.map(\.path) == ["/part-7", "/part-8"])
    #expect(files.partitionCount == 2)
    #expect(files.partitionCountTotal == 10)
    #expect(files.fileCountTotal == 10)
    #expect(files.byteCountTotal == 1045)
  }

  @Test func `few row groups are cut for all threads, many are not`() {
    let group = ParquetScanSource.Morsel(file: 0, rowGroup: 0, rows: 0..<1_000_000)
    let cut = ParquetScanSource.divided([group], threads: 4)
    #expect(cut.count == 16)
    #expect(cut.first?.rows.lowerBound == 0)
    #expect(cut.last?.rows.upperBound == 1_000_000)
    #expect(zip(cut, cut.dropFirst()).allSatisfy { $0.rows.upperBound == $1.rows.lowerBound })
    #expect(ParquetScanSource.divided([group], threads: 1).count == 1)
    let small = ParquetScanSource.Morsel(file: 0, rowGroup: 0, rows: 0..<1000)
    #expect(ParquetScanSource.divided([small], threads: 4).count == 1)
  }
}
