import ColumnFormat

/// Lets windows forget rows that a filter above leaves out by their rank: "the last state of each
/// order", "the three best customers of each store".
///
/// `row_number() <= 3`, and likewise `rank` and `dense_rank`, need the first rows of each partition
/// alone. Where all rows are one partition, a top-n in front of the window keeps them.
enum RankLimiting: OptimizerRule {
  /// With more rows for each partition there is little to forget.
  private static let partitionCountMax: Int64 = 64
  private static let totalCountMax: Int64 = 1 << 16

  static func apply(
    _ plan: LogicalPlan,
    _ session: inout OptimizerSession
  ) throws(SQLError) -> LogicalPlan {
    plan.rewritten(limited)
  }

  private static func limited(_ plan: LogicalPlan) -> LogicalPlan {
    guard case .filter(.window(var window), let predicate) = plan, window.limit == nil else {
      return plan
    }
    // Functions that look at later rows need all of them.
    var functions: [ColumnID: LogicalPlan.RankLimit.Function] = [:]
    for call in window.calls {
      guard case .ranking(let name, _) = call.function,
        let function = LogicalPlan.RankLimit.Function(rawValue: name)
      else { return plan }
      functions[call.column.id] = function
    }
    let conjuncts = predicate.conjuncts
    let limits = conjuncts.compactMap { conjunct -> LogicalPlan.RankLimit? in
      guard let (column, bound) = bound(conjunct), let function = functions[column] else {
        return nil
      }
      return .init(function: function, count: bound)
    }
    guard let limit = limits.min(by: { $0.count < $1.count }), limit.count > 0,
      limit.count <= (window.partitionBy.isEmpty ? totalCountMax : partitionCountMax)
    else { return plan }
    if window.partitionBy.isEmpty && limit.function == .rowNumber {
      window.input =
        window.orderBy.isEmpty
        ? .limit(window.input, count: Int(limit.count), offset: 0)
        : .topN(window.input, keys: window.orderBy, count: Int(limit.count), offset: 0)
    } else {
      window.limit = limit
    }
    return LogicalPlan.window(window).filtered(
      conjuncts.filter { conjunct in
        guard let (column, bound) = bound(conjunct), functions[column] == limit.function else {
          return true
        }
        return !isImplied(conjunct, bound, by: limit)
      }
    )
  }

  /// Whether a bound on the limit's own function leaves out nothing more.
  private static func isImplied(
    _ conjunct: BoundExpression,
    _ bound: Int64,
    by limit: LogicalPlan.RankLimit
  ) -> Bool {
    guard bound == limit.count, case .call(let function, _) = conjunct else { return false }
    return function.name != "$equal" || bound == 1
  }

  /// The column and the largest number that a condition lets through.
  private static func bound(_ condition: BoundExpression) -> (ColumnID, Int64)? {
    switch condition {
    case .call(let function, let arguments) where arguments.count == 2:
      guard let column = arguments[0].asColumn, case .int(let value)? = arguments[1].constantValue
      else { return nil }
      switch function.name {
      case "$lessOrEqual", "$equal": return (column.id, value)
      case "$less": return value > Int64.min ? (column.id, value - 1) : nil
      default: return nil
      }
    case .inConstants(let inner, let values):
      guard let column = inner.asColumn else { return nil }
      var most = Int64.min
      for value in values {
        if value.isNull { continue }
        guard case .int(let number) = value else { return nil }
        most = max(most, number)
      }
      return most > Int64.min ? (column.id, most) : nil
    default: return nil
    }
  }
}
