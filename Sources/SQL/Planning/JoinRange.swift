/// What a join's condition says about one expression of the right side: the bounds between which each left
/// row has its matches.
///
/// Of `a.t BETWEEN b.start AND b.stop`, with `a` on the right, the key is `a.t`, and both ends of `b` are
/// bounds.
struct JoinRange {
  struct Bound {
    /// Over the columns of the left side.
    var value: BoundExpression
    /// Whether the key is at or above the bound, rather than at or below.
    var isLower: Bool
    var isInclusive: Bool
  }

  /// Over the columns of the right side.
  let key: BoundExpression
  private(set) var bounds: [Bound]

  /// Whether matches have a start and an end.
  var isClosed: Bool { bounds.contains(where: \.isLower) && !bounds.allSatisfy(\.isLower) }

  /// The range of the expression with the most bounds; nil where no comparison has one side in each input.
  init?(_ condition: BoundExpression, left: Set<ColumnID>, right: Set<ColumnID>) {
    let parts = if case .and(let parts) = condition { parts } else { [condition] }
    var ranges: [JoinRange] = []
    for part in parts {
      guard let (key, bound) = JoinRange.bound(part, left, right) else { continue }
      if let known = ranges.firstIndex(where: { $0.key.isSame(as: key) }) {
        ranges[known].bounds.append(bound)
      } else {
        ranges.append(JoinRange(key: key, bounds: [bound]))
      }
    }
    guard let best = ranges.first(where: \.isClosed) ?? ranges.first else { return nil }
    self = best
  }

  private init(key: BoundExpression, bounds: [Bound]) {
    self.key = key
    self.bounds = bounds
  }

  private static func bound(
    _ condition: BoundExpression,
    _ left: Set<ColumnID>,
    _ right: Set<ColumnID>
  ) -> (BoundExpression, Bound)? {
    guard case .call(let function, let arguments) = condition, arguments.count == 2,
      arguments.allSatisfy({ $0.isDeterministic && !$0.columnIDs.isEmpty })
    else { return nil }
    let isLess: Bool
    let isInclusive: Bool
    switch function.name {
    case "$less": (isLess, isInclusive) = (true, false)
    case "$lessOrEqual": (isLess, isInclusive) = (true, true)
    case "$greater": (isLess, isInclusive) = (false, false)
    case "$greaterOrEqual": (isLess, isInclusive) = (false, true)
    default: return nil
    }
    let (first, second) = (arguments[0], arguments[1])
    if first.columnIDs.isSubset(of: right), second.columnIDs.isSubset(of: left) {
      return (first, Bound(value: second, isLower: !isLess, isInclusive: isInclusive))
    }
    if first.columnIDs.isSubset(of: left), second.columnIDs.isSubset(of: right) {
      return (second, Bound(value: first, isLower: isLess, isInclusive: isInclusive))
    }
    return nil
  }
}
