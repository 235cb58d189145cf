import ColumnFormat

/// A bound expression made ready to run over batches.
///
/// Compile once and evaluate per batch, from one thread at a time: an evaluator remembers mapped
/// dictionaries, so each worker makes its own.
struct ExpressionEvaluator {
  private let node: ExpressionNode

  /// Compiles `expression` for batches whose columns are `input`, in order.
  init(_ expression: BoundExpression, input: [PlanColumn], context: EvaluationContext)
    throws(SQLError)
  {
    var compiler = ExpressionCompiler(input: input, context: context)
    node = try compiler.compile(expression)
  }

  /// The expression's value for each row.
  func evaluate(_ batch: Batch) throws -> Column { try node.evaluate(RowFrame(batch)) }

  /// The rows on which a boolean expression is true; conjuncts go one after the other, each on the
  /// rows that the earlier ones left.
  func select(_ batch: Batch) throws -> Selection {
    Selection(indices: try node.select(RowFrame(batch), among: nil))
  }

  /// The value, where it does not depend on any row.
  var constantValue: Scalar? { node.constant?.scalar(at: 0) }

  /// The value of an expression without columns.
  static func value(of expression: BoundExpression, context: EvaluationContext) throws -> Scalar {
    let evaluator = try ExpressionEvaluator(expression, input: [], context: context)
    return try evaluator.evaluate(Batch(columns: [], rowCount: 1)).scalar(at: 0)
  }
}

/// Turns bound expressions into nodes, and computes what is constant.
struct ExpressionCompiler {
  private var positions: [ColumnID: Int]
  private var columnCount: Int
  private let context: EvaluationContext
  /// Whether what is compiled is within a ``SmallDomainNode``.
  private var isWithinDomain = false

  init(input: [PlanColumn], context: EvaluationContext) {
    positions = Dictionary(
      input.enumerated().map { ($0.element.id, $0.offset) },
      uniquingKeysWith: { first, _ in first }
    )
    columnCount = input.count
    self.context = context
  }

  mutating func compile(_ expression: BoundExpression) throws(SQLError) -> ExpressionNode {
    if !isWithinDomain, let domain = SmallDomain(expression),
      let index = positions[domain.column.id]
    {
      isWithinDomain = true
      defer { isWithinDomain = false }
      return SmallDomainNode(try compile(expression), over: index, domain)
    }
    switch expression {
    case .column(let column):
      guard let index = positions[column.id] else {
        throw SQLError(.internalError, "column '\(column.name)' is not among the operator's input")
      }
      return ColumnNode(index, type: column.type)
    case .constant(let scalar, let type):
      return ConstantNode(.constant(scalar, of: type, count: 1), type: type)
    case .call(let function, let arguments):
      if let kernel = function.lambdaKernel {
        return try compileLambdaCall(function, kernel, arguments)
      }
      return folded(CallNode(function, try compile(arguments), context), function.isDeterministic)
    case .cast(let inner, let type, let isTry):
      let operand = try compile(inner)
      if operand.type == type { return operand }
      guard let function = Casting.function(from: operand.type, to: type, isTry: isTry) else {
        throw SQLError(.typeMismatch, "Cannot cast \(operand.type) to \(type)")
      }
      return folded(CallNode(function, [operand], context), true)
    case .and(let operands): return folded(LogicNode(try compile(operands), isAnd: true), operands)
    case .or(let operands): return folded(LogicNode(try compile(operands), isAnd: false), operands)
    case .not(let inner): return NotNode(try compile(inner))
    case .isNull(let inner): return IsNullNode(try compile(inner))
    case .caseWhen(let branches, let otherwise, let type):
      var nodes: [(when: ExpressionNode, then: ExpressionNode)] = []
      for branch in branches { nodes.append((try compile(branch.when), try compile(branch.then))) }
      return CaseNode(nodes, otherwise: try compile(otherwise), type: type)
    case .coalesce(let operands, let type):
      return CoalesceNode(try compile(operands), type: type)
    case .inConstants(let inner, let scalars): return InNode(try compile(inner), scalars)
    case .tryCatch(let inner): return TryNode(try compile(inner))
    case .field(let inner, let index, let type):
      return FieldNode(try compile(inner), index: index, type: type)
    case .lambda:
      throw SQLError(.notSupported, "a lambda can only be an argument of a function that takes one")
    }
  }

  private mutating func compile(_ expressions: [BoundExpression]) throws(SQLError)
    -> [ExpressionNode]
  {
    var nodes: [ExpressionNode] = []
    for expression in expressions { nodes.append(try compile(expression)) }
    return nodes
  }

  /// The node's value in its place, if there is one for all rows; a node that fails is kept, since
  /// no row may ever reach it.
  private func folded(_ node: CallNode, _ isDeterministic: Bool) -> ExpressionNode {
    guard isDeterministic, node.isConstant,
      let column = try? node.evaluate(RowFrame(Batch(columns: [], rowCount: 1)))
    else { return node }
    return ConstantNode(column, type: node.type)
  }

  private func folded(_ node: LogicNode, _ operands: [BoundExpression]) -> ExpressionNode {
    guard node.isConstant,
      let column = try? node.evaluate(RowFrame(Batch(columns: [], rowCount: 1)))
    else { return node }
    return ConstantNode(column, type: .boolean)
  }

  private mutating func compileLambdaCall(
    _ function: ScalarFunction,
    _ kernel: @escaping ScalarFunction.LambdaKernel,
    _ arguments: [BoundExpression]
  ) throws(SQLError) -> ExpressionNode {
    var plain: [ExpressionNode] = []
    var lambdas: [ExpressionNode] = []
    var isPure = function.isDeterministic
    for argument in arguments {
      let (parameters, body): ([PlanColumn], BoundExpression)
      switch argument {
      case .lambda(let own, let inner): (parameters, body) = (own, inner)
      case .cast(.lambda(let own, let inner), let type, let isTry):
        (parameters, body) = (own, .cast(inner, to: type, isTry: isTry))
      default:
        plain.append(try compile(argument))
        continue
      }
      // Parameters come after the input's columns, in frames of their own.
      var inner = self
      for parameter in parameters {
        inner.positions[parameter.id] = inner.columnCount
        inner.columnCount += 1
      }
      lambdas.append(try inner.compile(body))
      if !body.isDeterministic || !body.columnIDs.isSubset(of: parameters.map(\.id)) {
        isPure = false
      }
    }
    return LambdaCallNode(function, kernel, plain, lambdas, context, isPure: isPure)
  }
}

/// A function that computes lambdas over frames of its own making.
final class LambdaCallNode: ExpressionNode {
  private let kernel: ScalarFunction.LambdaKernel
  private let arguments: [ExpressionNode]
  private let lambdas: [ExpressionNode]
  private let context: EvaluationContext
  /// Whether equal arguments give equal results: no lambda sees other columns.
  private let isPure: Bool
  /// What came of the entries of the last dictionary.
  private var known: (dictionary: ColumnDictionary, result: Column)?

  init(
    _ function: ScalarFunction,
    _ kernel: @escaping ScalarFunction.LambdaKernel,
    _ arguments: [ExpressionNode],
    _ lambdas: [ExpressionNode],
    _ context: EvaluationContext,
    isPure: Bool
  ) {
    self.isPure = isPure
    self.kernel = kernel
    self.arguments = arguments
    self.lambdas = lambdas
    self.context = context
    super.init(type: function.resultType, canFail: true)
  }

  override func evaluate(_ frame: RowFrame) throws -> Column {
    let columns = try arguments.map { try $0.evaluate(frame) }
    if isPure, let result = try? evaluateEntries(columns, frame) { return result }
    return try call(columns, frame, frame.rowCount)
  }

  private func call(_ columns: [Column], _ frame: RowFrame, _ rowCount: Int) throws -> Column {
    let bodies = lambdas.map { lambda -> ScalarFunction.LambdaBody in
      { parameters, rows in try lambda.evaluate(RowFrame(frame, rows: rows, adding: parameters)) }
    }
    return try kernel(columns, bodies, rowCount, context)
  }

  /// Where the first argument is a dictionary and the others are constants, the results of its
  /// entries; an array over a window's partition is such a one, in which each element counts.
  private func evaluateEntries(_ columns: [Column], _ frame: RowFrame) throws -> Column? {
    guard let first = columns.first, case .dictionary(let codes, let dictionary) = first.form,
      dictionary.count <= frame.rowCount,
      columns.dropFirst().allSatisfy({ if case .constant = $0.form { true } else { false } })
    else { return nil }
    let result: Column
    if let known, known.dictionary === dictionary {
      result = known.result
    } else {
      var entries = columns.map { Column($0.form, count: dictionary.count) }
      entries[0] = Column(flat: dictionary.values, count: dictionary.count)
      result = try call(entries, frame, dictionary.count).flattened()
      known = (dictionary, result)
    }
    let rows = result.taking(codes)
    return rows.withValidity(Validity.intersection(first.validity, rows.rowValidity))
  }
}
