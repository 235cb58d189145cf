import ColumnFormat

/// Computes what does not depend on the data, and what then follows for AND, OR, CASE and filters.
enum ConstantFolding: OptimizerRule {
  static func apply(
    _ plan: LogicalPlan,
    _ session: inout OptimizerSession
  ) throws(SQLError) -> LogicalPlan {
    let context = session.context
    return plan.mapExpressions { fold($0, context: context) }.rewritten { plan in
      guard case .filter(let input, .constant(let value, _)) = plan else { return plan }
      return value == .boolean(true) ? input : .values(columns: input.columns, rows: [])
    }
  }

  /// The expression with constant parts computed.
  ///
  /// A part whose computation fails stays as it is:
  /// it may never be evaluated.
  static func fold(_ expression: BoundExpression, context: EvaluationContext) -> BoundExpression {
    expression.rewritten { simplify($0, context) }
  }

  private static func simplify(
    _ expression: BoundExpression,
    _ context: EvaluationContext
  ) -> BoundExpression {
    switch expression {
    case .column, .constant, .lambda: return expression
    case .and(let parts): return conjunction(parts)
    case .or(let parts): return disjunction(parts)
    case .not(.constant(.boolean(let value), let type)): return .constant(.boolean(!value), type)
    case .not(.constant(.null, let type)): return .constant(.null, type)
    case .not(.not(let inner)): return inner
    case .isNull(.constant(let value, _)): return .constant(.boolean(value.isNull), .boolean)
    case .caseWhen(let branches, let otherwise, let type):
      return chosen(branches, otherwise, type)
    case .coalesce(let parts, let type): return firstKnown(parts, type)
    case .inConstants(.constant(.null, _), _): return .constant(.null, .boolean)
    case .cast(let inner, let type, _) where inner.type == type: return inner
    case .call(let function, let arguments):
      if function.nulls == .propagates, function.isDeterministic,
        arguments.contains(where: { $0.constantValue?.isNull == true })
      {
        return .constant(.null, function.resultType)
      }
    default: break
    }
    guard !expression.children.isEmpty || expression.isCallWithoutArguments,
      expression.children.allSatisfy({ $0.constantValue != nil }), expression.isDeterministic
    else { return expression }
    return computed(expression, context) ?? expression
  }

  private static func computed(
    _ expression: BoundExpression,
    _ context: EvaluationContext
  ) -> BoundExpression? {
    do {
      let evaluator = try ExpressionEvaluator(expression, input: [], context: context)
      let column = try evaluator.evaluate(Batch(columns: [], rowCount: 1))
      return .constant(column.scalar(at: 0), expression.type)
    } catch {
      return nil
    }
  }

  /// Whether the condition stands among the first others; in lists of thousands, which programs
  /// write, looking through all of them would take longer than evaluating one twice.
  private static func isRepeated(_ part: BoundExpression, in kept: [BoundExpression]) -> Bool {
    part.isDeterministic && kept.prefix(100).contains { $0.isSame(as: part) }
  }

  private static func conjunction(_ parts: [BoundExpression]) -> BoundExpression {
    var kept: [BoundExpression] = []
    for part in parts.flatMap(\.conjuncts) {
      if part.constantValue == .boolean(true) { continue }
      if part.constantValue == .boolean(false) { return .constant(.boolean(false), .boolean) }
      if isRepeated(part, in: kept) { continue }
      kept.append(part)
    }
    return .conjunction(kept)
  }

  private static func disjunction(_ parts: [BoundExpression]) -> BoundExpression {
    var kept: [BoundExpression] = []
    for part in parts.flatMap(\.disjuncts) {
      if part.constantValue == .boolean(false) { continue }
      if part.constantValue == .boolean(true) { return .constant(.boolean(true), .boolean) }
      if isRepeated(part, in: kept) { continue }
      kept.append(part)
    }
    if kept.isEmpty { return .constant(.boolean(false), .boolean) }
    return kept.count == 1 ? kept[0] : .or(kept)
  }

  private static func chosen(
    _ branches: [(when: BoundExpression, then: BoundExpression)],
    _ otherwise: BoundExpression,
    _ type: SQLType
  ) -> BoundExpression {
    var kept: [(when: BoundExpression, then: BoundExpression)] = []
    for branch in branches {
      guard let value = branch.when.constantValue else {
        kept.append(branch)
        continue
      }
      if value == .boolean(true) {
        return kept.isEmpty ? branch.then : .caseWhen(kept, otherwise: branch.then, type)
      }
    }
    return kept.isEmpty ? otherwise : .caseWhen(kept, otherwise: otherwise, type)
  }

  private static func firstKnown(_ parts: [BoundExpression], _ type: SQLType) -> BoundExpression {
    var kept: [BoundExpression] = []
    for part in parts {
      guard let value = part.constantValue else {
        kept.append(part)
        continue
      }
      if value.isNull { continue }
      kept.append(part)
      break
    }
    if kept.isEmpty { return .constant(.null, type) }
    return kept.count == 1 ? kept[0] : .coalesce(kept, type)
  }
}

extension BoundExpression {
  /// Whether it is `pi()`, `now()` or its like.
  fileprivate var isCallWithoutArguments: Bool {
    if case .call(_, let arguments) = self { return arguments.isEmpty }
    return false
  }
}
