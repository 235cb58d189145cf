import ColumnFormat

extension LogicalPlan.Join {
  /// A join without condition, for the kinds that may do without.
  init(
    _ kind: Kind,
    _ left: LogicalPlan,
    _ right: LogicalPlan,
    keys: [LogicalPlan.JoinKey] = [],
    residual: BoundExpression? = nil,
    markColumn: PlanColumn? = nil,
    isNullAware: Bool = false
  ) {
    self.kind = kind
    self.left = left
    self.right = right
    self.keys = keys
    self.residual = residual
    self.markColumn = markColumn
    self.isNullAware = isNullAware
  }
}

extension LogicalPlan {
  /// A join on conjuncts: equalities between the sides become keys, with expressions projected
  /// below; the rest is the residual.
  static func join(
    _ kind: Join.Kind,
    _ left: LogicalPlan,
    _ right: LogicalPlan,
    on conditions: [BoundExpression],
    markColumn: PlanColumn? = nil,
    isNullAware: Bool = false,
    ids: inout ColumnIDs
  ) -> LogicalPlan {
    let leftIDs = left.columnIDs
    let rightIDs = right.columnIDs
    var leftBuilder = ProjectionBuilder(input: left, keepsInput: true)
    var rightBuilder = ProjectionBuilder(input: right, keepsInput: true)
    var keys: [JoinKey] = []
    var residual: [BoundExpression] = []
    for condition in conditions.flatMap(\.conjuncts) {
      if case .constant(.boolean(true), _) = condition { continue }
      guard let (one, other) = condition.equality(between: leftIDs, and: rightIDs) else {
        residual.append(condition)
        continue
      }
      keys.append(
        JoinKey(
          left: leftBuilder.column(for: one.asKey, "key", &ids),
          right: rightBuilder.column(for: other.asKey, "key", &ids)
        )
      )
    }
    let isCross = (kind == .inner || kind == .cross) && keys.isEmpty && residual.isEmpty
    return .join(
      Join(
        isCross ? .cross : kind == .cross ? .inner : kind,
        leftBuilder.plan(),
        rightBuilder.plan(),
        keys: keys,
        residual: residual.isEmpty ? nil : .conjunction(residual),
        markColumn: markColumn,
        isNullAware: isNullAware
      )
    )
  }
}

extension [BoundExpression] {
  /// The conditions that are equalities of an expression over one set of columns with one over the
  /// other.
  func equalities(_ left: Set<ColumnID>, _ right: Set<ColumnID>) -> [BoundExpression] {
    filter { $0.equality(between: left, and: right) != nil }
  }
}

extension BoundExpression {
  /// The value as a key of a join: the zone of an instant takes no part in its equality.
  fileprivate var asKey: BoundExpression {
    guard case .timestampWithTimeZone = type,
      let function = try? FunctionCatalog.standard.scalar("at_timezone", [type, .text])
    else { return self }
    return .call(function, [self, .constant(.text("UTC"), .text)])
  }

  /// Both operands of an equality, the one over the first set of columns first.
  func equality(
    between left: Set<ColumnID>,
    and right: Set<ColumnID>
  ) -> (left: BoundExpression, right: BoundExpression)? {
    guard case .call(let function, let arguments) = self, function.name == "$equal",
      arguments.count == 2, arguments[0].type == arguments[1].type
    else { return nil }
    let one = arguments[0].columnIDs
    let other = arguments[1].columnIDs
    if one.isEmpty || other.isEmpty || !isDeterministic { return nil }
    if one.isSubset(of: left) && other.isSubset(of: right) { return (arguments[0], arguments[1]) }
    if one.isSubset(of: right) && other.isSubset(of: left) { return (arguments[1], arguments[0]) }
    return nil
  }
}
