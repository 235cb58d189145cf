import ColumnFormat
import Testing

@testable import SQL

@Suite struct DecimalNarrowingTests {
  /// The types of the aggregates' arguments, lowest aggregate first.
  private func summedTypes(_ query: String) throws -> [SQLType] {
    func collect(_ plan: LogicalPlan) -> [SQLType] {
      var types = plan.children.flatMap(collect)
      if case .aggregate(let aggregate) = plan {
        types += aggregate.calls.flatMap { $0.arguments.map(\.type) }
      }
      return types
    }
    return collect(try Planning.optimized(query))
  }

  private static let short = SQLType.decimal(precision: 18, scale: 4)

  @Test(
    arguments: [
      "select sum(ps_supplycost * l_quantity) from partsupp, lineitem",
      "select sum(l_quantity * (1 - l_discount)) from lineitem where l_tax > 0.01",
      """
      select sum(case when l_returnflag = 'R' then l_quantity * (1 + l_tax) else null end)
      from lineitem
      """,
    ]
  )
  func `products that the statistics bound are summed in 64 bits`(_ query: String) throws {
    #expect(try summedTypes(query) == [DecimalNarrowingTests.short])
  }

  @Test func `without bounds of a column the product keeps its digits`() throws {
    #expect(
      try summedTypes("select sum(l_extendedprice * (1 - l_discount)) from lineitem")
        == [.decimal(precision: 31, scale: 4)]
    )
  }

  @Test func `a product that may have more than 18 digits keeps them`() throws {
    #expect(
      try summedTypes(
        """
        select sum(ps_supplycost * ps_supplycost * ps_supplycost * ps_supplycost) from partsupp
        """
      ) == [.decimal(precision: 38, scale: 8)]
    )
  }
}
