import ColumnFormat

/// Checks what every plan must fulfil: a rule that breaks it has a bug.
enum PlanVerifier {
  /// The first thing wrong with the plan; nil for a sound one.
  static func fault(in plan: LogicalPlan) -> String? {
    for child in plan.children {
      if let fault = fault(in: child) { return fault }
    }
    var provided: [ColumnID: SQLType] = [:]
    for child in plan.children {
      for column in child.columns {
        if provided.updateValue(column.type, forKey: column.id) != nil, !isUnion(plan) {
          return "\(plan.operatorName) gets column \(column.name)#\(column.id.number) twice"
        }
      }
    }
    if case .scan(let scan) = plan {
      for column in scan.columns { provided[column.column.id] = column.column.type }
    }
    for expression in plan.expressions {
      var fault: String?
      expression.collectColumns { column in
        guard let type = provided[column.id] else {
          fault =
            "\(plan.operatorName) uses column \(column.name)#\(column.id.number), which is not below"
          return
        }
        if type != column.type {
          fault =
            "\(plan.operatorName) uses \(column.name)#\(column.id.number) as \(column.type), which is \(type)"
        }
      }
      if let fault { return fault }
    }
    return operatorFault(plan)
  }

  private static func isUnion(_ plan: LogicalPlan) -> Bool {
    if case .unionAll = plan { return true }
    return false
  }

  private static func operatorFault(_ plan: LogicalPlan) -> String? {
    var ids: Set<ColumnID> = []
    for column in plan.columns where !ids.insert(column.id).inserted {
      return "\(plan.operatorName) puts out \(column.name)#\(column.id.number) twice"
    }
    switch plan {
    case .filter(_, let predicate) where predicate.type != .boolean:
      return "Filter by \(predicate.type)"
    case .project(_, let items):
      for item in items where item.column.type != item.expression.type {
        return
          "Project makes \(item.column.name) of \(item.column.type) from \(item.expression.type)"
      }
    case .join(let join):
      for key in join.keys where key.left.type != key.right.type {
        return "Join of \(key.left.name) \(key.left.type) with \(key.right.name) \(key.right.type)"
      }
      let left = join.left.columnIDs
      let right = join.right.columnIDs
      for key in join.keys where !left.contains(key.left.id) || !right.contains(key.right.id) {
        return "Join key \(key.left.name) = \(key.right.name) is on the wrong side"
      }
    case .unionAll(let inputs, let columns):
      for input in inputs {
        let types = input.columns.map(\.type)
        if types != columns.map(\.type) { return "Union of \(types) as \(columns.map(\.type))" }
      }
    case .values(let columns, let rows):
      for row in rows where row.map(\.type) != columns.map(\.type) {
        return "Values of \(row.map(\.type)) as \(columns.map(\.type))"
      }
    case .aggregate(let aggregate):
      for call in aggregate.calls
      where call.function.argumentTypes != call.arguments.map(\.type) {
        return "Aggregate \(call.function.name) of \(call.arguments.map(\.type))"
      }
    default: break
    }
    return nil
  }
}
