import ColumnFormat

/// Finds a cheap order for some inputs and the conditions between them.
struct JoinSearch {
  /// A set of inputs as bits.
  private typealias InputSet = UInt64

  private struct Candidate {
    var estimate: PlanEstimate
    /// Rows made and read so far.
    var cost: Double
    var tree: Tree
  }

  private indirect enum Tree {
    case input(Int)
    case join(Tree, Tree)
  }

  private struct Equality {
    var condition: BoundExpression
    var left: BoundExpression
    var right: BoundExpression
    /// Equal values form a class: each pair of its members is a key, but only one is needed.
    var classNumber: Int
  }

  private struct Condition {
    var expression: BoundExpression
    var inputs: InputSet
    /// Whether an equality of the classes stands for it.
    var isKey = false
  }

  private let plans: [LogicalPlan]
  private let dependents: [LogicalPlan.Join?]
  private let needed: [InputSet]
  private var conditions: [Condition]
  private var equalities: [(equality: Equality, left: InputSet, right: InputSet)] = []
  private var best: [InputSet: Candidate] = [:]

  private static let exhaustiveCountMax = 10
  /// As many as a set of inputs has bits.
  static let inputCountMax = 64

  init(
    inputs: [(plan: LogicalPlan, dependent: LogicalPlan.Join?, needed: Set<ColumnID>)],
    _ conditions: [BoundExpression]
  ) {
    plans = inputs.map(\.plan)
    dependents = inputs.map(\.dependent)
    var owner: [ColumnID: Int] = [:]
    for (index, input) in inputs.enumerated() {
      let kind = input.dependent?.kind
      if kind == .semi || kind == .anti { continue }
      if kind == .mark {
        if let column = input.dependent?.markColumn { owner[column.id] = index }
        continue
      }
      for column in input.plan.columns { owner[column.id] = index }
    }
    func members(_ columns: Set<ColumnID>) -> InputSet {
      columns.reduce(0) { set, id in owner[id].map { set | 1 << InputSet($0) } ?? set }
    }
    needed = inputs.map { members($0.needed) }
    var kept: [BoundExpression] = []
    for condition in conditions where !kept.contains(where: { $0.isSame(as: condition) }) {
      kept.append(condition)
    }
    self.conditions = kept.map { Condition(expression: $0, inputs: members($0.columnIDs)) }
    let classes = JoinSearch.classes(self.conditions, members)
    equalities = classes.between
    // Of a class only one pair becomes a key, so members within one input have to be equal there.
    for (condition, inputs) in classes.within
    where !self.conditions.contains(where: { $0.expression.hasSameSides(as: condition) }) {
      self.conditions.append(Condition(expression: condition, inputs: inputs))
    }
    for index in self.conditions.indices {
      let expression = self.conditions[index].expression
      self.conditions[index].isKey = equalities.contains {
        $0.equality.condition.hasSameSides(as: expression)
      }
    }
  }

  /// The equalities between inputs and within them, with those that follow from others.
  private static func classes(
    _ conditions: [Condition],
    _ inputs: (Set<ColumnID>) -> InputSet
  ) -> (
    between: [(equality: Equality, left: InputSet, right: InputSet)],
    within: [(condition: BoundExpression, input: InputSet)]
  ) {
    var groups: [[BoundExpression]] = []
    var function: [ScalarFunction] = []
    for condition in conditions {
      guard case .call(let equal, let sides) = condition.expression, equal.name == "$equal",
        sides.count == 2, sides[0].type == sides[1].type, condition.expression.isDeterministic,
        inputs(sides[0].columnIDs).nonzeroBitCount == 1,
        inputs(sides[1].columnIDs).nonzeroBitCount == 1
      else { continue }
      var group = sides
      var equalFunction = equal
      var index = 0
      while index < groups.count {
        if groups[index].contains(where: { member in sides.contains { $0.isSame(as: member) } }) {
          group += groups[index].filter { member in !group.contains { $0.isSame(as: member) } }
          equalFunction = function[index]
          groups.remove(at: index)
          function.remove(at: index)
        } else {
          index += 1
        }
      }
      groups.append(group)
      function.append(equalFunction)
    }
    var result: [(equality: Equality, left: InputSet, right: InputSet)] = []
    var within: [(condition: BoundExpression, input: InputSet)] = []
    for (number, group) in groups.enumerated() {
      for (position, one) in group.enumerated() {
        for other in group[(position + 1)...] {
          let left = inputs(one.columnIDs)
          let right = inputs(other.columnIDs)
          if left == right {
            within.append((.call(function[number], [one, other]), left))
            continue
          }
          result.append(
            (
              Equality(
                condition: .call(function[number], [one, other]),
                left: one,
                right: other,
                classNumber: number
              ),
              left,
              right
            )
          )
        }
      }
    }
    return (result, within)
  }

  // MARK: Search

  mutating func plan(_ ids: inout ColumnIDs) -> LogicalPlan {
    guard plans.count <= 60 else { return build(leftDeep(), &ids).plan }
    let relevant = relevantColumns()
    for (index, plan) in plans.enumerated() {
      var estimate = PlanEstimate(of: plan)
      estimate.keepOnly(relevant)
      for condition in conditions where condition.inputs == bit(index) && dependents[index] == nil {
        estimate.rowCount *= estimate.selectivity(of: condition.expression)
      }
      best[bit(index)] = Candidate(estimate: estimate, cost: 0, tree: .input(index))
    }
    let all = bit(plans.count) &- 1
    if plans.count <= JoinSearch.exhaustiveCountMax { searchAll(all) }
    if best[all] == nil { searchGreedily(all) }
    return build(best[all]?.tree ?? leftDeep(), &ids).plan
  }

  private func bit(_ index: Int) -> InputSet { 1 << InputSet(index) }

  private func leftDeep() -> Tree {
    plans.indices.dropFirst().reduce(Tree.input(0)) { .join($0, .input($1)) }
  }

  private mutating func searchAll(_ all: InputSet) {
    guard all > 0 else { return }
    for set in 1...all where set.nonzeroBitCount > 1 {
      // First trees without cross products; those only where nothing connects the parts.
      for allowsCross in [false, true] {
        var part = (set &- 1) & set
        while part > 0 {
          let rest = set & ~part
          consider(part, rest, allowsCross: allowsCross)
          part = (part &- 1) & set
        }
        if best[set] != nil { break }
      }
    }
  }

  private mutating func consider(_ left: InputSet, _ right: InputSet, allowsCross: Bool) {
    guard let one = best[left], let other = best[right],
      let joined = joined(left, one, right, other, allowsCross: allowsCross)
    else { return }
    if joined.cost < best[left | right]?.cost ?? .infinity { best[left | right] = joined }
  }

  /// Joins the pair with the smallest result, again and again.
  private mutating func searchGreedily(_ all: InputSet) {
    var parts = plans.indices.map { bit($0) }
    while parts.count > 1 {
      var chosen: (left: InputSet, right: InputSet, candidate: Candidate)?
      for allowsCross in [false, true] {
        for left in parts {
          for right in parts where left != right {
            guard let one = best[left], let other = best[right],
              let joined = joined(left, one, right, other, allowsCross: allowsCross)
            else { continue }
            if joined.estimate.rowCount < chosen?.candidate.estimate.rowCount ?? .infinity
              || chosen == nil
            {
              chosen = (left, right, joined)
            }
          }
        }
        if chosen != nil { break }
      }
      guard let (left, right, candidate) = chosen else { return }
      parts.removeAll { $0 == left || $0 == right }
      parts.append(left | right)
      best[left | right] = candidate
    }
  }

  /// The join with `left` probing and `right` building; nil where it must not or should not be.
  private func joined(
    _ left: InputSet,
    _ one: Candidate,
    _ right: InputSet,
    _ other: Candidate,
    allowsCross: Bool
  ) -> Candidate? {
    if left.nonzeroBitCount == 1, dependents[left.trailingZeroBitCount] != nil { return nil }
    if right.nonzeroBitCount == 1, let join = dependents[right.trailingZeroBitCount] {
      let index = right.trailingZeroBitCount
      guard needed[index] & ~left == 0 else { return nil }
      let keys = join.columnPairs(right: plans[index].columnIDs)
      let estimate = PlanEstimate(
        join.kind,
        one.estimate,
        other.estimate,
        keys: keys,
        residual: keys.isEmpty ? join.residual : nil
      )
      let cost =
        one.cost + other.cost + one.estimate.rowCount + estimate.rowCount
        + 2 * other.estimate.rowCount
      return Candidate(estimate: estimate, cost: cost, tree: .join(one.tree, other.tree))
    }
    if other.estimate.rowCount > one.estimate.rowCount { return nil }
    let keys = keys(left, right)
    let residual = crossing(left, right)
    if keys.isEmpty && residual.isEmpty && !allowsCross && !isOneRow(right) { return nil }
    var estimate = PlanEstimate(
      .inner,
      one.estimate,
      other.estimate,
      keys: keys.map { ($0.left.estimatedColumn, $0.right.estimatedColumn) },
      residual: nil
    )
    for condition in residual { estimate.rowCount *= estimate.selectivity(of: condition) }
    var cost = one.cost + other.cost + one.estimate.rowCount + estimate.rowCount
    cost +=
      keys.isEmpty ? one.estimate.rowCount * other.estimate.rowCount : 2 * other.estimate.rowCount
    return Candidate(estimate: estimate, cost: cost, tree: .join(one.tree, other.tree))
  }

  /// Whether the set is one input that has no second row.
  private func isOneRow(_ set: InputSet) -> Bool {
    set.nonzeroBitCount == 1 && plans[set.trailingZeroBitCount].hasAtMostOneRow
  }

  /// One equality for each class that has members on both sides.
  private func keys(_ left: InputSet, _ right: InputSet) -> [Equality] {
    var classes: Set<Int> = []
    var result: [Equality] = []
    for (equality, one, other) in equalities {
      if one & left != 0 && other & right != 0 {
        if classes.insert(equality.classNumber).inserted { result.append(equality) }
      } else if one & right != 0 && other & left != 0 {
        if classes.insert(equality.classNumber).inserted {
          result.append(
            Equality(
              condition: equality.condition,
              left: equality.right,
              right: equality.left,
              classNumber: equality.classNumber
            )
          )
        }
      }
    }
    return result
  }

  /// Conditions that become decidable when the two sides come together and are no keys.
  private func crossing(_ left: InputSet, _ right: InputSet) -> [BoundExpression] {
    conditions.filter { condition in
      condition.inputs & ~(left | right) == 0 && condition.inputs & left != 0
        && condition.inputs & right != 0 && !condition.isKey
    }.map(\.expression)
  }

  /// The columns whose statistics the search looks at.
  private func relevantColumns() -> Set<ColumnID> {
    var result: Set<ColumnID> = []
    for condition in conditions { result.formUnion(condition.expression.columnIDs) }
    for join in dependents { result.formUnion(join?.residual?.columnIDs ?? []) }
    return result
  }

  // MARK: Building

  private func build(_ tree: Tree, _ ids: inout ColumnIDs) -> (plan: LogicalPlan, set: InputSet) {
    switch tree {
    case .input(let index):
      if dependents[index] != nil { return (plans[index], bit(index)) }
      let own = conditions.filter { condition in
        condition.inputs == bit(index) || (condition.inputs == 0 && index == 0)
      }
      return (plans[index].filtered(own.map(\.expression)), bit(index))
    case .join(let left, let right):
      let one = build(left, &ids)
      let other = build(right, &ids)
      let set = one.set | other.set
      if case .input(let index) = right, let join = dependents[index] {
        let joined = LogicalPlan.join(
          join.kind,
          one.plan,
          other.plan,
          on: join.residual?.conjuncts ?? [],
          markColumn: join.markColumn,
          isNullAware: join.isNullAware,
          ids: &ids
        )
        // Conditions on what the join adds, also those that follow from others.
        let late = conditions.filter { condition in
          condition.inputs & bit(index) != 0 && condition.inputs & ~set == 0 && !condition.isKey
        }.map(\.expression)
        return (joined.filtered(late + keys(one.set, bit(index)).map(\.condition)), set)
      }
      let on = keys(one.set, other.set).map(\.condition) + crossing(one.set, other.set)
      return (LogicalPlan.join(.inner, one.plan, other.plan, on: on, ids: &ids), set)
    }
  }
}

extension BoundExpression {
  /// The column whose statistics describe the expression best.
  fileprivate var estimatedColumn: PlanColumn {
    var source = self
    while case .cast(let inner, _, _) = source { source = inner }
    return source.asColumn ?? PlanColumn(id: ColumnID(number: -1), name: "", type: type)
  }

  /// Whether both are equalities of the same two expressions, in either order.
  fileprivate func hasSameSides(as other: BoundExpression) -> Bool {
    guard case .call(let function, let sides) = self, function.name == "$equal",
      case .call(let otherFunction, let others) = other, otherFunction.name == "$equal",
      sides.count == 2, others.count == 2
    else { return false }
    return sides.isSame(as: others) || sides.isSame(as: [others[1], others[0]])
  }
}

extension LogicalPlan.Join {
  /// The pairs of columns that the residual equates, the left one first.
  fileprivate func columnPairs(right: Set<ColumnID>) -> [(left: PlanColumn, right: PlanColumn)] {
    (residual?.conjuncts ?? []).compactMap { condition in
      guard case .call(let function, let sides) = condition, function.name == "$equal",
        sides.count == 2
      else { return nil }
      if sides[1].columnIDs.isSubset(of: right), sides[0].columnIDs.isDisjoint(with: right) {
        return (sides[0].estimatedColumn, sides[1].estimatedColumn)
      }
      if sides[0].columnIDs.isSubset(of: right), sides[1].columnIDs.isDisjoint(with: right) {
        return (sides[1].estimatedColumn, sides[0].estimatedColumn)
      }
      return nil
    }
  }
}
