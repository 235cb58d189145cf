/// Orders inner joins by estimated sizes, with the smaller input on the right, where the hash table
/// is built.
///
/// Up to ten inputs the cheapest tree is found by dynamic programming over sets of inputs; more are
/// joined greedily. Semi, anti, mark, single and left joins over such a tree take part as inputs
/// that can be joined as soon as the columns that they compare are there.
enum JoinOrder: OptimizerRule {
  static func apply(
    _ plan: LogicalPlan,
    _ session: inout OptimizerSession
  ) throws(SQLError) -> LogicalPlan {
    guard case .join(let join) = plan, join.isReorderable else {
      return try plan.mapChildren { (child) throws(SQLError) in try apply(child, &session) }
    }
    var graph = JoinGraph(ids: session.ids)
    graph.add(plan)
    // More inputs stay in the order in which they are written.
    guard graph.inputs.count <= JoinSearch.inputCountMax else {
      return try plan.mapChildren { (child) throws(SQLError) in try apply(child, &session) }
    }
    for index in graph.inputs.indices {
      graph.inputs[index].plan = try apply(graph.inputs[index].plan, &session)
    }
    graph.ids = session.ids
    let result = graph.ordered()
    session.ids = graph.ids
    return result.keeping(plan.columns)
  }
}

extension LogicalPlan.Join {
  /// Whether the join's place among others may change.
  fileprivate var isReorderable: Bool {
    switch kind {
    case .inner, .cross: true
    case .semi, .anti, .mark, .single, .left:
      // A key that is a constant would become a condition on the right alone, which drops the nulls
      // that make "no match" unknown.
      left.isJoinTree && !(isNullAware && keys.contains { left.isConstant($0.left.id) })
    case .right, .full, .rightSemi, .rightAnti: false
    }
  }
}

extension LogicalPlan {
  /// Whether it is an inner join, perhaps below other reorderable joins.
  fileprivate var isJoinTree: Bool {
    switch self {
    case .join(let join): join.isReorderable
    case .project(let input, let items):
      input.isJoinTree && items.allSatisfy { $0.expression.isDeterministic }
    case .filter(let input, _): input.isJoinTree
    default: false
    }
  }
}

extension LogicalPlan {
  /// Whether projections compute a column without looking at a row.
  fileprivate func isConstant(_ id: ColumnID) -> Bool {
    switch self {
    case .project(let input, let items):
      guard let item = items.first(where: { $0.column.id == id }) else { return false }
      guard let column = item.expression.asColumn else { return item.expression.columnIDs.isEmpty }
      return input.isConstant(column.id)
    case .filter(let input, _): return input.isConstant(id)
    case .join(let join):
      return (join.left.columnIDs.contains(id) ? join.left : join.right).isConstant(id)
    default: return false
    }
  }
}

/// The inputs and conditions of a tree of joins, taken apart.
private struct JoinGraph {
  struct Input {
    var plan: LogicalPlan
    /// For an input that is not joined by an inner join: the join, without its inputs.
    var dependent: LogicalPlan.Join?
    /// Columns of other inputs that must be there first.
    var needed: Set<ColumnID> = []
  }

  var ids: ColumnIDs
  var inputs: [Input] = []
  var conditions: [BoundExpression] = []
  /// What projections between the joins compute.
  private var computed: [ColumnID: BoundExpression] = [:]
  private var computedColumns: [PlanColumn] = []

  init(ids: ColumnIDs) { self.ids = ids }

  // MARK: Taking apart

  mutating func add(_ plan: LogicalPlan) {
    switch plan {
    case .join(let join) where join.isReorderable:
      add(join.left)
      if join.kind == .inner || join.kind == .cross {
        add(join.right)
        conditions += join.conditions.flatMap(\.conjuncts).map { $0.substituting(computed) }
      } else {
        addDependent(join)
      }
    case .filter(let input, let predicate) where input.isJoinTree:
      add(input)
      conditions += predicate.conjuncts.map { $0.substituting(computed) }
    case .project(let input, let items) where plan.isJoinTree:
      add(input)
      for item in items where item.expression.asColumn?.id != item.column.id {
        computed[item.column.id] = item.expression.substituting(computed)
        computedColumns.append(item.column)
      }
    default: inputs.append(Input(plan: plan))
    }
  }

  private mutating func addDependent(_ join: LogicalPlan.Join) {
    var join = join
    let right = join.right.columnIDs
    // Keys over computed columns: the expressions are projected again where the join ends up.
    var needed: Set<ColumnID> = []
    for condition in join.conditions {
      needed.formUnion(condition.substituting(computed).columnIDs.subtracting(right))
    }
    join.residual = .conjunction(join.conditions.map { $0.substituting(computed) })
    join.keys = []
    inputs.append(Input(plan: join.right, dependent: join, needed: needed))
  }

  // MARK: Ordering

  mutating func ordered() -> LogicalPlan {
    var search = JoinSearch(inputs: inputs.map { ($0.plan, $0.dependent, $0.needed) }, conditions)
    var plan = search.plan(&ids)
    if !computedColumns.isEmpty {
      plan = .project(
        plan,
        items: plan.columns.map { .init(column: $0, expression: .column($0)) }
          + computedColumns.compactMap { column in
            computed[column.id].map { .init(column: column, expression: $0) }
          }
      )
    }
    return plan
  }
}

extension LogicalPlan.Join {
  /// Keys and residual as conditions.
  fileprivate var conditions: [BoundExpression] {
    keys.compactMap { key in
      guard
        let function = try? FunctionCatalog.standard.scalar(
          "$equal",
          [key.left.type, key.right.type]
        )
      else { return nil }
      return .call(function, [.column(key.left), .column(key.right)])
    } + (residual?.conjuncts ?? [])
  }
}
