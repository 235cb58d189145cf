/// Makes a plan cheaper without changing what it computes: an ordered list of small rules.
struct Optimizer {
  /// The rules in the order in which they run; some run again after others made room for them.
  static let rules: [any (OptimizerRule & Sendable).Type] = [
    ConstantFolding.self,
    ComparisonSimplification.self,
    CommonConjuncts.self,
    PredicatePushdown.self,
    SortRemoval.self,
    AggregateSimplification.self,
    GroupingSetsNesting.self,
    JoinOrder.self,
    PredicatePushdown.self,
    ProjectionMerging.self,
    RankLimiting.self,
    LimitPushdown.self,
    DecimalNarrowing.self,
    ColumnPruning.self,
    MemberPruning.self,
    BuildSide.self,
    ProjectionMerging.self,
  ]

  /// The plan after all rules.
  static func optimize(
    _ plan: LogicalPlan,
    context: EvaluationContext
  ) throws(SQLError) -> LogicalPlan {
    try optimize(plan, context: context, rules: rules)
  }

  /// The plan after some rules, for their tests.
  static func optimize(
    _ plan: LogicalPlan,
    context: EvaluationContext,
    rules: [any OptimizerRule.Type]
  ) throws(SQLError) -> LogicalPlan {
    var session = OptimizerSession(ids: ColumnIDs(after: plan), context: context)
    var result = plan
    try verify(result, after: "binding")
    let output = plan.columns.map(\.id)
    for rule in rules {
      result = try rule.apply(result, &session)
      try verify(result, after: rule.name)
      assert(result.columns.map(\.id) == output, "\(rule.name) changed the output columns")
    }
    return result
  }

  /// In debug builds only: a plan that is wrong must not look like a wrong answer.
  private static func verify(_ plan: LogicalPlan, after name: String) throws(SQLError) {
    #if DEBUG
      if let fault = PlanVerifier.fault(in: plan) {
        throw SQLError(.internalError, "after \(name): \(fault)", details: [plan.text()])
      }
    #endif
  }
}

/// One way to improve plans.
protocol OptimizerRule: Sendable {
  /// For messages.
  static var name: String { get }

  /// The improved plan; it puts out the same columns in the same order.
  static func apply(
    _ plan: LogicalPlan,
    _ session: inout OptimizerSession
  ) throws(SQLError) -> LogicalPlan
}

extension OptimizerRule {
  static var name: String { String(describing: Self.self) }
}

/// What rules share while one plan is optimized.
struct OptimizerSession {
  var ids: ColumnIDs
  let context: EvaluationContext
  let functions = FunctionCatalog.standard

  /// A comparison or another operator whose arguments have the right types already.
  func call(_ name: String, _ arguments: [BoundExpression]) throws(SQLError) -> BoundExpression {
    do {
      let function = try functions.scalar(name, arguments.map(\.type))
      guard function.argumentTypes == arguments.map(\.type) else {
        throw SQLError(.internalError, "\(name) does not take \(arguments.map(\.type))")
      }
      return .call(function, arguments)
    } catch let error as SQLError {
      throw error
    } catch {
      throw SQLError(.internalError, "no operator \(name) of \(arguments.map(\.type))")
    }
  }
}
