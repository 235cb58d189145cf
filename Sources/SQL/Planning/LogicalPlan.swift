import ColumnFormat

/// What a statement computes, as a tree of relational operators.
///
/// Immutable; rules build new trees.
indirect enum LogicalPlan: Sendable {
  case scan(Scan)
  /// Rows of constants or of expressions without columns.
  case values(columns: [PlanColumn], rows: [[BoundExpression]])
  case filter(LogicalPlan, predicate: BoundExpression)
  /// Puts out exactly `items`; a column passed through keeps its id.
  case project(LogicalPlan, items: [ProjectItem])
  case aggregate(Aggregate)
  case join(Join)
  case sort(LogicalPlan, keys: [SortKey])
  /// The first `count` rows after `offset` in the order of the keys.
  case topN(LogicalPlan, keys: [SortKey], count: Int, offset: Int)
  case limit(LogicalPlan, count: Int?, offset: Int)
  /// All rows of all inputs; column `i` of each input becomes column `i`.
  case unionAll([LogicalPlan], columns: [PlanColumn])
  case window(Window)
  /// One row for each element; `columns` follow the input's.
  case unnest(Unnest)

  struct ProjectItem: Sendable {
    var column: PlanColumn
    var expression: BoundExpression
  }

  struct Scan: Sendable {
    var table: TableHandle
    /// The columns read: which of the table's, under which id.
    var columns: [ScanColumn]
    /// Conjuncts over `columns`: rows that fail any of them are not put out.
    ///
    /// What can be decided by
    /// partition values, statistics or dictionaries is; the rest is evaluated.
    var filters: [BoundExpression]
    /// Stop early after this many rows, if that is all that is asked.
    var rowLimit: Int?
  }

  struct ScanColumn: Sendable {
    var column: PlanColumn
    /// Position in ``TableHandle/columns``.
    var tableColumn: Int
    /// The positions of members below it where only one is read of a column of rows, from the top
    /// down; see ``MemberPruning``.
    var members: [Int] = []
  }

  struct Aggregate: Sendable {
    var input: LogicalPlan
    /// Evaluated by a projection below, so keys are columns of the input and keep their ids.
    var keys: [PlanColumn]
    /// The sets of GROUPING SETS as positions in `keys`; nil is one set of all keys.
    ///
    /// With sets, a key
    /// that is not in the row's set is null.
    var groupingSets: [[Int]]?
    /// Under which id the number of the row's set is put out, for `grouping()`.
    var groupingSetColumn: PlanColumn?
    var calls: [AggregateCall]
  }

  struct AggregateCall: Sendable {
    var column: PlanColumn
    var function: AggregateFunction
    /// Columns of the input.
    var arguments: [PlanColumn]
    var isDistinct: Bool
    /// A boolean column of the input; rows that are not true are left out.
    var filter: PlanColumn?
    var orderBy: [SortKey]
  }

  struct Join: Sendable {
    enum Kind: String, Sendable {
      case inner, left, right, full, cross
      /// Left rows that have a match.
      case semi
      /// Left rows that have none; null-aware when `isNullAware`.
      case anti
      /// All left rows and a boolean column: matched, not, or null.
      case mark
      /// Left rows with the only match or nulls; more than one match is SUBQUERY_MULTIPLE_ROWS.
      case single
      /// Right rows that have a match; ``BuildSide`` makes it of a semi join with a smaller left side.
      case rightSemi
      /// Right rows that have none; made of an anti join.
      case rightAnti
    }
    var kind: Kind
    var left: LogicalPlan
    var right: LogicalPlan
    /// Pairs of equal columns; expressions are projected below.
    var keys: [JoinKey]
    /// What else must hold, over the columns of both sides.
    var residual: BoundExpression?
    var markColumn: PlanColumn?
    /// NOT IN: a null on either side makes "no match" unknown.
    var isNullAware: Bool
  }

  struct JoinKey: Sendable {
    var left: PlanColumn
    var right: PlanColumn
  }

  struct SortKey: Sendable {
    var column: PlanColumn
    var isDescending: Bool
    var nullsFirst: Bool
  }

  struct Window: Sendable {
    var input: LogicalPlan
    var partitionBy: [PlanColumn]
    var orderBy: [SortKey]
    var calls: [WindowCall]
    /// Rows beyond it are not put out; see ``RankLimiting``.
    var limit: RankLimit?
  }

  /// The largest number that a ranking function of a window gives a row that is put out.
  struct RankLimit: Sendable {
    enum Function: String, Sendable {
      case rowNumber = "row_number"
      case rank
      case denseRank = "dense_rank"
    }
    var function: Function
    /// At least one.
    var count: Int64

    /// Whether one row of each partition is left.
    var isFirstRow: Bool { function == .rowNumber && count == 1 }
  }

  struct WindowCall: Sendable {
    var column: PlanColumn
    var function: WindowFunction
    /// The function's own, and after them those that the frame's bounds name.
    var arguments: [PlanColumn]
    var frame: WindowFrameBounds
    var ignoresNulls: Bool
  }

  struct Unnest: Sendable {
    var input: LogicalPlan
    /// Array or map columns of the input; shorter ones are padded with nulls.
    var collections: [PlanColumn]
    /// The element columns of all collections, in order.
    var elementColumns: [PlanColumn]
    var ordinality: PlanColumn?
    /// LEFT JOIN UNNEST: an input row without elements appears once, with nulls.
    var keepsEmpty: Bool
  }
}

/// A function over a window.
enum WindowFunction: Sendable {
  case aggregate(AggregateFunction)
  /// row_number, rank, dense_rank, percent_rank, cume_dist, ntile, lag, lead, first_value,
  /// last_value, nth_value.
  case ranking(name: String, resultType: SQLType)
}

/// Which rows around the current one a window function sees.
struct WindowFrameBounds: Sendable {
  enum Bound: Sendable {
    case unboundedPreceding
    /// A constant number of rows or groups, or a value to subtract from the sort key.
    case preceding(Scalar)
    case currentRow
    case following(Scalar)
    case unboundedFollowing
    /// A number of rows or groups that stands in an argument of the call.
    case counted(argument: Int, isFollowing: Bool)
    /// RANGE: what the sort key is compared with, and the sort key in the same type, both
    /// arguments of the call.
    case valued(argument: Int, key: Int, SQLType, isFollowing: Bool)
  }
  var unit: WindowFrame.Unit
  var start: Bound
  var end: Bound

  /// RANGE UNBOUNDED PRECEDING to CURRENT ROW.
  static let standard = WindowFrameBounds(
    unit: .range,
    start: .unboundedPreceding,
    end: .currentRow
  )
}
