/// What an expression of one clause may refer to, and where those of its parts go that the plan
/// computes beforehand: aggregates, window functions, subqueries.
struct ExpressionContext {
  /// For messages: `WHERE clause`.
  var clause: String
  var scope: Scope
  /// The select list's names, which ORDER BY sees before the columns.
  var aliases: [(key: String, value: BoundExpression)] = []
  /// The lambdas around the expression, innermost last.
  var lambdaParameters: [(key: String, column: PlanColumn)] = []
  var allowsAggregates = false
  var allowsWindows = false
  var isWithinWindow = false
  /// What `grouping()` needs; nil where it is not allowed.
  var grouping: Grouping?

  var aggregates: [PendingAggregate] = []
  var windows: [PendingWindow] = []
  var subqueries: [PendingSubquery] = []
  /// Those within the arguments of aggregates: joined below the aggregation.
  var argumentSubqueries: [PendingSubquery] = []
  /// The clause WINDOW.
  var namedWindows: [NamedWindow] = []

  init(_ clause: String, _ scope: Scope) {
    self.clause = clause
    self.scope = scope
  }
}

/// An aggregate call whose arguments are still expressions.
struct PendingAggregate {
  var column: PlanColumn
  var function: AggregateFunction
  var arguments: [BoundExpression]
  var isDistinct: Bool
  var filter: BoundExpression?
  var orderBy: [PendingSortKey]

  func isSame(as other: PendingAggregate) -> Bool {
    function.name == other.function.name && isDistinct == other.isDistinct
      && function.argumentTypes == other.function.argumentTypes
      && arguments.isSame(as: other.arguments)
      && [filter].compactMap(\.self).isSame(as: [other.filter].compactMap(\.self))
      && orderBy.isSame(as: other.orderBy)
  }
}

/// A sort key that is still an expression.
struct PendingSortKey {
  var expression: BoundExpression
  var isDescending: Bool
  var nullsFirst: Bool
}

extension [PendingSortKey] {
  func isSame(as others: [PendingSortKey]) -> Bool {
    count == others.count
      && zip(self, others).allSatisfy {
        $0.expression.isSame(as: $1.expression) && $0.isDescending == $1.isDescending
          && $0.nullsFirst == $1.nullsFirst
      }
  }
}

/// A window function whose arguments are still expressions.
struct PendingWindow {
  var column: PlanColumn
  var function: WindowFunction
  var arguments: [BoundExpression]
  var partitionBy: [BoundExpression]
  var orderBy: [PendingSortKey]
  var frame: WindowFrameBounds
  var ignoresNulls: Bool
}

/// A subquery that an expression needs joined to its input.
struct PendingSubquery {
  enum Use {
    /// The value of its one column, in `column`.
    case scalar(column: PlanColumn)
    /// Several columns of its one row, under their own numbers.
    case singleRow
    /// Whether it has rows, as a boolean in `column`.
    case exists(column: PlanColumn)
    /// Whether it has a row that fulfils the condition; true, false or null in `column`. The
    /// condition pairs expressions of the outer query with columns of the subquery.
    case matches(column: PlanColumn, pairs: [(outer: BoundExpression, inner: PlanColumn)])
  }
  var use: Use
  var query: BoundQuery
  var range: SourceRange

  /// The expressions over the outer query's columns.
  var outerExpressions: [BoundExpression] {
    if case .matches(_, let pairs) = use { return pairs.map(\.outer) }
    return []
  }
}

/// The keys and sets of a GROUP BY, for `grouping()`.
struct Grouping {
  var keys: [GroupKey]
  var sets: [[Int]]?
  var setColumn: PlanColumn?

  /// Whether a key is computed from the column.
  func uses(_ column: PlanColumn) -> Bool {
    keys.contains { $0.expression.columnIDs.contains(column.id) }
  }
}

/// A key of GROUP BY and the column that holds it.
struct GroupKey {
  var expression: BoundExpression
  var column: PlanColumn
}
