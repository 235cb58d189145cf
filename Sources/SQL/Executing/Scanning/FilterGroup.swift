import ColumnFormat

/// Filters of a scan that look at the same columns, which are evaluated together.
struct FilterGroup: Sendable {
  /// Positions among the scan's columns.
  let columns: [Int]
  private(set) var expressions: [BoundExpression]
  private var conditions: [PruningPredicate]
  private let comparesPadded: Bool

  /// The filters of a scan that partition columns alone don't decide.
  ///
  /// Apart stay those that might fail on a row that another one, in its place, would have left out.
  static func groups(of scan: LogicalPlan.Scan) -> [FilterGroup] {
    var groups: [FilterGroup] = []
    for expression in scan.filters where !ScanFiles.isDecidedByPartition(expression, scan) {
      let used = expression.columnIDs
      let columns = scan.columns.indices.filter { used.contains(scan.columns[$0].column.id) }
      let mayMove = !expression.canFail && expression.isDeterministic
      if mayMove, let index = groups.firstIndex(where: { $0.columns == columns }) {
        groups[index].expressions.append(expression)
        groups[index].conditions.append(PruningPredicate(expression))
      } else {
        // Bounds are compared byte by byte, char(n) is as if it was padded.
        let comparesPadded = columns.contains {
          if case .char = scan.columns[$0].column.type { true } else { false }
        }
        groups.append(
          FilterGroup(
            columns: columns,
            expressions: [expression],
            conditions: [PruningPredicate(expression)],
            comparesPadded: comparesPadded
          )
        )
      }
    }
    return groups
  }

  /// Whether all rows of a row group pass, by what is known of its columns' values.
  func mustHold(_ statistics: (ColumnID) -> FieldStatistics?) -> Bool {
    !comparesPadded && conditions.allSatisfy { $0.mustHold(statistics) }
  }
}
