import ColumnFormat

/// A scan's filters as one worker evaluates them: which columns each needs, and in what order.
struct ScanFilters {
  struct Filter {
    /// Positions among the scan's columns.
    var columns: [Int]
    var evaluator: ExpressionEvaluator
  }

  /// A join's filter, which turns itself off where it lets nearly everything pass.
  struct Dynamic {
    var column: Int
    var filter: DynamicFilter
    var rowsIn = 0
    var rowsOut = 0

    var isWorthwhile: Bool { rowsIn < 16_384 || rowsOut &* 5 < rowsIn &* 4 }
  }

  var filters: [Filter]
  var dynamics: [Dynamic]

  /// Makes a worker's evaluators; filters over partition columns alone are decided already.
  init(_ plan: ScanPlan, _ context: EvaluationContext) throws {
    let scan = plan.scan
    filters = try plan.filterGroups.map { group in
      Filter(
        columns: group.columns,
        evaluator: try ExpressionEvaluator(
          .conjunction(group.expressions),
          input: group.columns.map { scan.columns[$0].column },
          context: context
        )
      )
    }
    dynamics = []
    for (position, column) in scan.columns.enumerated() {
      for filter in plan.dynamicFilters[column.column.id] ?? []
      where filter.isSet || filter.changes {
        dynamics.append(Dynamic(column: position, filter: filter))
      }
    }
  }

  /// By number, the filters that all rows pass which are now asked about; they are not evaluated.
  var passed: Set<Int> = []

  var isEmpty: Bool { passed.count == filters.count && dynamics.isEmpty }

  /// Positions of all columns that any of the filters looks at.
  var columns: Set<Int> {
    var columns = Set(dynamics.map(\.column))
    for (number, filter) in filters.enumerated() where !passed.contains(number) {
      columns.formUnion(filter.columns)
    }
    return columns
  }

  /// The rows of `rowCount` that pass everything; nil where all do.
  ///
  /// `load` gives a column's rows, or some of them, and is called for no more columns and rows than
  /// it takes.
  mutating func select(
    rowCount: Int,
    _ load: (_ position: Int, _ rows: Buffer<UInt32>?) throws -> Column
  ) throws -> Buffer<UInt32>? {
    var rows: Buffer<UInt32>?
    func narrow(_ passing: Buffer<UInt32>, _ among: Int) {
      if passing.count == among { return }
      guard let before = rows else {
        rows = passing
        return
      }
      let joined = Buffer<UInt32>(count: passing.count)
      for index in 0..<passing.count {
        joined.base[index] = before.base[Int(passing.base[index])]
      }
      rows = joined
    }
    for (number, filter) in filters.enumerated() where !passed.contains(number) {
      if rows?.count == 0 { return rows }
      let count = rows?.count ?? rowCount
      let columns = try filter.columns.map { try load($0, rows) }
      let selection = try filter.evaluator.select(Batch(columns: columns, rowCount: count))
      narrow(selection.indices, count)
    }
    for index in dynamics.indices where dynamics[index].isWorthwhile {
      if rows?.count == 0 { return rows }
      let count = rows?.count ?? rowCount
      let column = try load(dynamics[index].column, rows)
      guard let passing = dynamics[index].filter.select(column) else { continue }
      dynamics[index].rowsIn &+= count
      dynamics[index].rowsOut &+= passing.count
      narrow(passing, count)
    }
    return rows
  }
}
