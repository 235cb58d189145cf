/// Moves conditions as far down as they hold, into scans where possible.
///
/// On the way, equalities over both sides of a join become its keys, conditions on one side of a
/// key are copied to the other, and outer joins whose added nulls are filtered out become inner.
enum PredicatePushdown: OptimizerRule {
  static func apply(
    _ plan: LogicalPlan,
    _ session: inout OptimizerSession
  ) throws(SQLError) -> LogicalPlan {
    var pushdown = Pushdown(ids: session.ids)
    let result = pushdown.push(plan, [], notNull: [])
    session.ids = pushdown.ids
    return result
  }
}

private struct Pushdown {
  var ids: ColumnIDs

  /// The plan filtered by all predicates.
  ///
  /// `notNull` are columns whose null rows somebody above drops anyhow.
  mutating func push(
    _ plan: LogicalPlan,
    _ predicates: [BoundExpression],
    notNull: Set<ColumnID>
  ) -> LogicalPlan {
    switch plan {
    case .scan(var scan):
      scan.filters = merged(scan.filters, predicates)
      return .scan(scan)
    case .values: return plan.filtered(predicates)
    case .filter(let input, let predicate):
      return push(input, merged(predicate.conjuncts, predicates), notNull: notNull)
    case .project(let input, let items): return pushProject(input, items, predicates, notNull)
    case .aggregate(let aggregate): return pushAggregate(aggregate, predicates)
    case .join(let join): return pushJoin(join, predicates, notNull)
    case .sort(let input, let keys):
      return .sort(push(input, predicates, notNull: notNull), keys: keys)
    case .topN(let input, let keys, let count, let offset):
      return LogicalPlan.topN(
        push(input, [], notNull: []),
        keys: keys,
        count: count,
        offset: offset
      ).filtered(predicates)
    case .limit(let input, let count, let offset):
      return LogicalPlan.limit(push(input, [], notNull: []), count: count, offset: offset)
        .filtered(predicates)
    case .unionAll(let inputs, let columns):
      let mapped = inputs.map { input in
        let names = Dictionary(
          uniqueKeysWithValues: zip(columns, input.columns).map {
            ($0.id, BoundExpression.column($1))
          }
        )
        return (input, predicates.map { $0.substituting(names) })
      }
      var pushed: [LogicalPlan] = []
      for (input, own) in mapped { pushed.append(push(input, own, notNull: [])) }
      return .unionAll(pushed, columns: columns)
    case .window(var window):
      let keys = Set(window.partitionBy.map(\.id))
      let (below, above) = split(predicates) { $0.isSubset(of: keys) && !$0.isEmpty }
      window.input = push(window.input, below, notNull: [])
      return LogicalPlan.window(window).filtered(above)
    case .unnest(var unnest):
      let input = unnest.input.columnIDs
      let (below, above) = split(predicates) { $0.isSubset(of: input) }
      unnest.input = push(unnest.input, below, notNull: [])
      return LogicalPlan.unnest(unnest).filtered(above)
    }
  }

  /// Inner conditions first: they may guard the outer ones against errors.
  private func merged(
    _ first: [BoundExpression],
    _ second: [BoundExpression]
  ) -> [BoundExpression] {
    var result: [BoundExpression] = []
    for predicate in first + second.flatMap(\.conjuncts) {
      // Only the first ones: a condition that is evaluated twice costs less than a long search.
      if predicate.isDeterministic
        && result.prefix(100).contains(where: { $0.isSame(as: predicate) })
      {
        continue
      }
      result.append(predicate)
    }
    return result
  }

  private func split(
    _ predicates: [BoundExpression],
    _ condition: (Set<ColumnID>) -> Bool
  ) -> (matching: [BoundExpression], rest: [BoundExpression]) {
    var matching: [BoundExpression] = []
    var rest: [BoundExpression] = []
    for predicate in predicates.flatMap(\.conjuncts) {
      if predicate.isDeterministic && condition(predicate.columnIDs) {
        matching.append(predicate)
      } else {
        rest.append(predicate)
      }
    }
    return (matching, rest)
  }

  // MARK: Project and aggregate

  private mutating func pushProject(
    _ input: LogicalPlan,
    _ items: [LogicalPlan.ProjectItem],
    _ predicates: [BoundExpression],
    _ notNull: Set<ColumnID>
  ) -> LogicalPlan {
    var values: [ColumnID: BoundExpression] = [:]
    var random: Set<ColumnID> = []
    var passed: Set<ColumnID> = []
    for item in items {
      if !item.expression.isDeterministic { random.insert(item.column.id) }
      if let column = item.expression.asColumn, notNull.contains(item.column.id) {
        passed.insert(column.id)
      }
      values[item.column.id] = item.expression
    }
    let (below, above) = split(predicates) { $0.isDisjoint(with: random) }
    let pushed = push(input, below.map { $0.substituting(values) }, notNull: passed)
    return LogicalPlan.project(pushed, items: items).filtered(above)
  }

  private mutating func pushAggregate(
    _ aggregate: LogicalPlan.Aggregate,
    _ predicates: [BoundExpression]
  ) -> LogicalPlan {
    var aggregate = aggregate
    var keys = Set(aggregate.keys.map(\.id))
    // A key that is missing from a grouping set is null there, whatever the rows hold.
    for set in aggregate.groupingSets ?? [] {
      keys.formIntersection(set.map { aggregate.keys[$0].id })
    }
    let (below, above) = split(predicates) { !$0.isEmpty && $0.isSubset(of: keys) }
    aggregate.input = push(aggregate.input, below, notNull: [])
    return LogicalPlan.aggregate(aggregate).filtered(above)
  }

  // MARK: Joins

  private mutating func pushJoin(
    _ join: LogicalPlan.Join,
    _ predicates: [BoundExpression],
    _ notNull: Set<ColumnID>
  ) -> LogicalPlan {
    var join = join
    join.kind = narrowed(join, predicates, notNull)
    switch join.kind {
    case .inner, .cross: return pushInner(join, predicates, notNull)
    case .left, .single, .semi, .anti, .mark: return pushOneSided(join, predicates, notNull)
    case .rightSemi, .rightAnti: return LogicalPlan.join(join).filtered(predicates)
    case .right:
      let right = join.right.columnIDs
      let (below, above) = split(predicates) { $0.isSubset(of: right) }
      let (ownLeft, residual) = split(join.residual?.conjuncts ?? []) {
        !$0.isEmpty && $0.isSubset(of: join.left.columnIDs)
      }
      let keys = Set(join.keys.map(\.left.id))
      join.left = push(join.left, ownLeft, notNull: keys)
      join.right = push(join.right, below, notNull: notNull)
      join.residual = residual.isEmpty ? nil : .conjunction(residual)
      return LogicalPlan.join(join).filtered(above)
    case .full:
      join.left = push(join.left, [], notNull: [])
      join.right = push(join.right, [], notNull: [])
      return LogicalPlan.join(join).filtered(predicates)
    }
  }

  /// The kind of join that is left when rows with added nulls are dropped above.
  private func narrowed(
    _ join: LogicalPlan.Join,
    _ predicates: [BoundExpression],
    _ notNull: Set<ColumnID>
  ) -> LogicalPlan.Join.Kind {
    func rejects(_ side: LogicalPlan) -> Bool {
      let columns = side.columnIDs
      return !notNull.isDisjoint(with: columns)
        || predicates.contains { $0.rejectsNulls(of: columns) }
    }
    switch join.kind {
    case .left: return rejects(join.right) ? .inner : .left
    case .right: return rejects(join.left) ? .inner : .right
    case .full:
      switch (rejects(join.left), rejects(join.right)) {
      case (true, true): return .inner
      case (true, false): return .left
      case (false, true): return .right
      case (false, false): return .full
      }
    default: return join.kind
    }
  }

  private mutating func pushInner(
    _ join: LogicalPlan.Join,
    _ predicates: [BoundExpression],
    _ notNull: Set<ColumnID>
  ) -> LogicalPlan {
    let left = join.left.columnIDs
    let right = join.right.columnIDs
    var leftOnly: [BoundExpression] = []
    var rightOnly: [BoundExpression] = []
    var both: [BoundExpression] = []
    for predicate in (join.residual?.conjuncts ?? []) + predicates.flatMap(\.conjuncts) {
      let used = predicate.columnIDs
      if !predicate.isDeterministic {
        both.append(predicate)
      } else if used.isSubset(of: left) {
        leftOnly.append(predicate)
      } else if used.isSubset(of: right) {
        rightOnly.append(predicate)
      } else {
        both.append(predicate)
        if let implied = CommonConjuncts.implied(by: predicate, on: left) {
          leftOnly.append(implied)
        }
        if let implied = CommonConjuncts.implied(by: predicate, on: right) {
          rightOnly.append(implied)
        }
      }
    }
    var keys = join.keys
    var others: [BoundExpression] = []
    for predicate in both {
      if let (one, other) = predicate.equality(between: left, and: right),
        let leftColumn = one.asColumn, let rightColumn = other.asColumn,
        !leftColumn.type.hasZone
      {
        if keys.contains(where: { $0.left.id == leftColumn.id && $0.right.id == rightColumn.id }) {
          continue
        }
        keys.append(.init(left: leftColumn, right: rightColumn))
      } else {
        others.append(predicate)
      }
    }
    let fromLeft = transferred(leftOnly, keys.map { ($0.left, $0.right) })
    let fromRight = transferred(rightOnly, keys.map { ($0.right, $0.left) })
    let leftPlan = push(
      join.left,
      merged(leftOnly, fromRight),
      notNull: notNull.union(keys.map(\.left.id))
    )
    let rightPlan = push(
      join.right,
      merged(rightOnly, fromLeft),
      notNull: notNull.union(keys.map(\.right.id))
    )
    var plan = LogicalPlan.join(.inner, leftPlan, rightPlan, on: others, ids: &ids)
    guard case .join(var joined) = plan else { return plan }
    joined.keys = keys + joined.keys
    if !joined.keys.isEmpty || joined.residual != nil { joined.kind = .inner }
    plan = .join(joined)
    return plan.keeping(leftPlan.columns + rightPlan.columns)
  }

  /// Conditions on one key column, said of the other one.
  private func transferred(
    _ predicates: [BoundExpression],
    _ keys: [(from: PlanColumn, to: PlanColumn)]
  ) -> [BoundExpression] {
    var result: [BoundExpression] = []
    for predicate in predicates {
      let used = predicate.columnIDs
      guard used.count == 1, predicate.isDeterministic, !predicate.canFail,
        predicate.isSameForEqualValues
      else { continue }
      for key in keys where used.contains(key.from.id) {
        result.append(predicate.substituting([key.from.id: .column(key.to)]))
      }
    }
    return result
  }

  /// Joins that put out every left row at most with something added: conditions on the left go to
  /// the left, the join's own conditions on the right go to the right.
  private mutating func pushOneSided(
    _ join: LogicalPlan.Join,
    _ predicates: [BoundExpression],
    _ notNull: Set<ColumnID>
  ) -> LogicalPlan {
    var join = join
    let left = join.left.columnIDs
    let right = join.right.columnIDs
    let (below, above) = split(predicates) { $0.isSubset(of: left) }
    var leftOnly = below
    var (rightOnly, residual) = split(join.residual?.conjuncts ?? []) {
      !$0.isEmpty && $0.isSubset(of: right)
    }
    for predicate in residual {
      if let implied = CommonConjuncts.implied(by: predicate, on: right) {
        rightOnly.append(implied)
      }
    }
    var keptNotNull = notNull
    if join.kind == .semi {
      let (own, rest) = split(residual) { !$0.isEmpty && $0.isSubset(of: left) }
      leftOnly += own
      residual = rest
      keptNotNull.formUnion(join.keys.map(\.left.id))
      rightOnly = merged(rightOnly, transferred(leftOnly, join.keys.map { ($0.left, $0.right) }))
      leftOnly = merged(leftOnly, transferred(rightOnly, join.keys.map { ($0.right, $0.left) }))
    } else if !join.isNullAware {
      rightOnly = merged(rightOnly, transferred(leftOnly, join.keys.map { ($0.left, $0.right) }))
    }
    join.left = push(join.left, leftOnly, notNull: keptNotNull)
    join.right = push(
      join.right,
      rightOnly,
      notNull: join.isNullAware ? [] : Set(join.keys.map(\.right.id))
    )
    join.residual = residual.isEmpty ? nil : .conjunction(residual)
    return LogicalPlan.join(join).filtered(above)
  }
}
