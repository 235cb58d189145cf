extension LogicalPlan {
  /// The plan with each free-standing expression replaced: predicates, projections, residuals and
  /// rows of values, at every operator.
  func mapExpressions(_ transform: (BoundExpression) -> BoundExpression) -> LogicalPlan {
    rewritten { plan in
      switch plan {
      case .scan(var scan):
        scan.filters = scan.filters.map(transform)
        return .scan(scan)
      case .values(let columns, let rows):
        return .values(columns: columns, rows: rows.map { $0.map(transform) })
      case .filter(let input, let predicate):
        return .filter(input, predicate: transform(predicate))
      case .project(let input, let items):
        return .project(
          input,
          items: items.map { .init(column: $0.column, expression: transform($0.expression)) }
        )
      case .join(var join):
        join.residual = join.residual.map(transform)
        return .join(join)
      default: return plan
      }
    }
  }

  /// A projection of columns as they are.
  func keeping(_ columns: [PlanColumn]) -> LogicalPlan {
    self.columns.map(\.id) == columns.map(\.id)
      ? self : .project(self, items: columns.map { .init(column: $0, expression: .column($0)) })
  }

  /// A filter by conjuncts; the plan itself for none.
  func filtered(_ conjuncts: [BoundExpression]) -> LogicalPlan {
    conjuncts.isEmpty ? self : .filter(self, predicate: .conjunction(conjuncts))
  }
}
