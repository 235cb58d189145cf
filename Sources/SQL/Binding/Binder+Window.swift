import ColumnFormat

extension Binder {
  /// A call with OVER: remembered in the context, and a column in the expression.
  mutating func bindWindow(
    _ name: String,
    _ call: FunctionCall,
    at range: SourceRange,
    _ context: inout ExpressionContext
  ) throws(SQLError) -> BoundExpression {
    guard context.allowsWindows else {
      if context.isWithinWindow || context.clause == "aggregation" {
        throw SQLError(
          .nestedWindow,
          "cannot nest window functions or row pattern measures inside \(context.isWithinWindow ? "window function" : "aggregation")",
          at: range,
          help: "compute the inner one in a subquery"
        )
      }
      throw SQLError(
        .expressionNotScalar,
        "\(context.clause) cannot contain aggregations, window functions or grouping operations: \(name)",
        at: range,
        help: context.clause == "WHERE clause"
          ? "compute it in a subquery and filter around it, or use QUALIFY" : nil
      )
    }
    if !context.lambdaParameters.isEmpty {
      throw .notSupported("a window function within a lambda", at: range)
    }
    // Trino's words; its releases of Athena's engine have neither.
    if call.isDistinct {
      throw SQLError(
        .notSupported,
        "DISTINCT in window function parameters not yet supported: \(name)",
        at: range,
        help: "number the duplicates with row_number() in a subquery, and keep the first ones"
      )
    }
    if !call.orderBy.isEmpty {
      throw SQLError(
        .notSupported,
        "Window function with ORDER BY is not supported",
        at: range,
        help: "order by the window: \(name)(…) OVER (ORDER BY …)"
      )
    }
    context.allowsWindows = false
    context.isWithinWindow = true
    defer {
      context.allowsWindows = true
      context.isWithinWindow = false
    }
    let specification = try resolve(call.window, context)
    var partitionBy: [BoundExpression] = []
    for expression in specification.partitionBy {
      let key = try bind(expression, &context)
      guard key.type.isComparable else {
        throw SQLError(
          .typeMismatch,
          "\(key.type) is not comparable, and therefore cannot be used in window function PARTITION BY",
          at: expression.range
        )
      }
      if !partitionBy.contains(where: { $0.isSame(as: key) }) { partitionBy.append(key) }
    }
    var orderBy: [PendingSortKey] = []
    for item in specification.orderBy {
      orderBy.append(try sortKey(try bind(item.expression, &context), item))
    }
    var arguments: [BoundExpression] = []
    for argument in call.arguments { arguments.append(try bind(argument, &context)) }
    var function = try windowFunction(name, &arguments, call, at: range)
    if let filter = call.filter {
      let condition = try bindCondition(filter, &context)
      guard case .aggregate(let aggregate) = function else {
        throw SQLError(
          .functionNotFound,
          "'\(name)' is not an aggregate function and does not take FILTER",
          at: range
        )
      }
      if ["count", "sum", "avg", "min", "max"].contains(name), arguments.count <= 1 {
        // These do not see nulls, and have their own ways through frames.
        let value = arguments.first ?? .constant(.boolean(true), .boolean)
        let masked = BoundExpression.caseWhen(
          [(condition, value)],
          otherwise: .constant(.null, value.type),
          value.type
        )
        arguments = [masked]
        if call.isStar {
          function = .aggregate(try countOfValues(masked, call))
        }
      } else {
        arguments.append(condition)
        function = .aggregate(aggregate.filtered)
      }
    }
    var frame = try bindFrame(specification.frame, orderBy, at: range, &context)
    if function.usesFrame {
      frame.bounds.move(by: arguments.count)
      arguments += frame.arguments
    }
    let window = PendingWindow(
      column: ids.column(name, function.resultType),
      function: function,
      arguments: arguments,
      partitionBy: partitionBy,
      orderBy: orderBy,
      frame: function.usesFrame ? frame.bounds : .standard,
      ignoresNulls: call.ignoresNulls ?? false
    )
    context.windows.append(window)
    return .column(window.column)
  }

  /// `count(x)` in place of `count(*)`.
  private func countOfValues(
    _ value: BoundExpression,
    _ call: FunctionCall
  ) throws(SQLError) -> AggregateFunction {
    try aggregateFunction("count", [value], call)
  }

  // MARK: Specifications

  /// Refuses a WINDOW clause that defines a name twice.
  func checkNames(of windows: [NamedWindow]) throws(SQLError) {
    var seen: Set<String> = []
    for window in windows where !seen.insert(window.name.text.lowercased()).inserted {
      throw SQLError(
        .duplicateWindowName,
        "WINDOW name '\(window.name.text)' specified more than once",
        at: window.name.range
      )
    }
  }

  /// The specification with what it takes over from a named window.
  private func resolve(
    _ reference: WindowReference?,
    _ context: ExpressionContext
  ) throws(SQLError) -> WindowSpecification {
    switch reference {
    case .specification(let specification):
      return try resolve(specification, context, seen: [])
    case .name(let name):
      return try resolve(
        WindowSpecification(base: name, partitionBy: [], orderBy: [], frame: nil),
        context,
        seen: [],
        isWhole: true
      )
    case nil: return WindowSpecification(base: nil, partitionBy: [], orderBy: [], frame: nil)
    }
  }

  /// `OVER w` is the whole of a named window, while `OVER (w …)` adds to one that has no frame.
  private func resolve(
    _ specification: WindowSpecification,
    _ context: ExpressionContext,
    seen: Set<String>,
    isWhole: Bool = false
  ) throws(SQLError) -> WindowSpecification {
    guard let base = specification.base else { return specification }
    let key = base.text.lowercased()
    guard !seen.contains(key),
      let named = context.namedWindows.first(where: { $0.name.text.lowercased() == key })
    else {
      throw SQLError(
        .invalidWindowReference,
        "cannot resolve WINDOW name '\(base.text)'",
        at: base.range,
        help: NearestName.suggestion(for: base.text, among: context.namedWindows.map(\.name.text))
          .map { "did you mean '\($0)'?" }
      )
    }
    let parent = try resolve(named.specification, context, seen: seen.union([key]))
    if parent.frame != nil && !isWhole {
      throw SQLError(
        .invalidWindowReference,
        "a window that builds on '\(base.text)' cannot take its frame: \(base.text) must have none",
        at: base.range
      )
    }
    if !specification.partitionBy.isEmpty
      || (!specification.orderBy.isEmpty && !parent.orderBy.isEmpty)
    {
      throw SQLError(
        .syntaxError,
        "a window that builds on '\(base.text)' cannot replace its PARTITION BY or ORDER BY",
        at: base.range
      )
    }
    return WindowSpecification(
      base: nil,
      partitionBy: parent.partitionBy,
      orderBy: parent.orderBy.isEmpty ? specification.orderBy : parent.orderBy,
      frame: specification.frame ?? parent.frame
    )
  }

  // MARK: Functions

  private func windowFunction(
    _ name: String,
    _ arguments: inout [BoundExpression],
    _ call: FunctionCall,
    at range: SourceRange
  ) throws(SQLError) -> WindowFunction {
    if functions.isAggregate(name) {
      if call.ignoresNulls == true {
        throw .notSupported("IGNORE NULLS of an aggregation", at: range)
      }
      let function = try aggregateFunction(name, arguments, call)
      arguments = zip(arguments, function.argumentTypes).map { coerce($0, to: $1) }
      return .aggregate(function)
    }
    guard let (types, resultType) = try WindowSignature.resolve(name, arguments.map(\.type)) else {
      if functions.isWindow(name) {
        throw .noFunction(
          name,
          arguments.map(\.type),
          .noSignature(functions.entry(name)?.signatures ?? []),
          at: call.name.range
        )
      }
      throw SQLError(
        functions.entry(name) == nil ? .functionNotFound : .functionNotWindow,
        "'\(name)' is not an aggregation or window function",
        at: call.name.range,
        help: NearestName.suggestion(for: name, among: WindowSignature.names)
          .map { "did you mean '\($0)'?" }
      )
    }
    arguments = zip(arguments, types).map { coerce($0, to: $1) }
    return .ranking(name: name, resultType: resultType)
  }

  // MARK: Plans

  /// One operator for each partitioning and order.
  mutating func addWindows(_ windows: [PendingWindow], to input: LogicalPlan) -> LogicalPlan {
    var plan = input
    var rest = windows
    while let first = rest.first {
      let group = rest.filter {
        $0.partitionBy.isSame(as: first.partitionBy) && $0.orderBy.isSame(as: first.orderBy)
      }
      rest.removeAll {
        $0.partitionBy.isSame(as: first.partitionBy) && $0.orderBy.isSame(as: first.orderBy)
      }
      var builder = ProjectionBuilder(input: plan, keepsInput: true)
      let partitionBy = first.partitionBy.map { builder.column(for: $0, "key", &ids) }
      let orderBy = builder.keys(for: first.orderBy, &ids)
      let calls = group.map { window in
        LogicalPlan.WindowCall(
          column: window.column,
          function: window.function,
          arguments: window.arguments.map { builder.column(for: $0, "input", &ids) },
          frame: window.frame,
          ignoresNulls: window.ignoresNulls
        )
      }
      plan = .window(
        .init(input: builder.plan(), partitionBy: partitionBy, orderBy: orderBy, calls: calls)
      )
    }
    return plan
  }
}

/// The functions that only the window operator computes: what they take and give.
enum WindowSignature {
  static let names = [
    "row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead",
    "first_value", "last_value", "nth_value",
  ]

  /// The types to cast arguments to and the result's; nil for other names or arguments.
  static func resolve(_ name: String, _ types: [SQLType]) throws(SQLError) -> ([SQLType], SQLType)?
  {
    switch (name, types.count) {
    case ("row_number", 0), ("rank", 0), ("dense_rank", 0): return ([], .bigint)
    case ("percent_rank", 0), ("cume_dist", 0): return ([], .double)
    case ("ntile", 1):
      return types[0].isInteger || types[0] == .unknown ? ([.bigint], .bigint) : nil
    case ("first_value", 1), ("last_value", 1): return (types, types[0])
    case ("nth_value", 2):
      return types[1].isInteger || types[1] == .unknown ? ([types[0], .bigint], types[0]) : nil
    case ("lag", 1), ("lead", 1): return (types, types[0])
    case ("lag", 2), ("lead", 2):
      return types[1].isInteger || types[1] == .unknown ? ([types[0], .bigint], types[0]) : nil
    case ("lag", 3), ("lead", 3):
      guard types[1].isInteger || types[1] == .unknown,
        let common = TypeCoercion.commonType(types[0], types[2])
      else {
        return nil
      }
      return ([common, .bigint, common], common)
    default: return nil
    }
  }
}

extension WindowFunction {
  /// Whether the frame has a say in the result.
  var usesFrame: Bool {
    switch self {
    case .aggregate: true
    case .ranking(let name, _): ["first_value", "last_value", "nth_value"].contains(name)
    }
  }

  var resultType: SQLType {
    switch self {
    case .aggregate(let function): function.resultType
    case .ranking(_, let type): type
    }
  }
}
