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
    if call.isDistinct { throw .notSupported("DISTINCT in a window function", at: range) }
    if !call.orderBy.isEmpty {
      throw .notSupported("ORDER BY within the arguments of a window function", at: range)
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
    if let filter = call.filter {
      arguments = try filtered(arguments, by: try bindCondition(filter, &context), call, at: range)
    }
    let isCountOfFilter = call.filter != nil && call.isStar
    let function = try windowFunction(
      isCountOfFilter ? "count" : name,
      &arguments,
      call,
      at: range
    )
    let frame = try bindFrame(specification.frame, orderBy, at: range)
    let window = PendingWindow(
      column: ids.column(name, function.resultType),
      function: function,
      arguments: arguments,
      partitionBy: partitionBy,
      orderBy: orderBy,
      frame: frame,
      ignoresNulls: call.ignoresNulls ?? false
    )
    context.windows.append(window)
    return .column(window.column)
  }

  /// FILTER of a windowed aggregate: rows that do not pass give a null argument, which aggregates
  /// other than array_agg and its like do not see.
  private func filtered(
    _ arguments: [BoundExpression],
    by filter: BoundExpression,
    _ call: FunctionCall,
    at range: SourceRange
  ) throws(SQLError) -> [BoundExpression] {
    let keepsNulls = ["array_agg", "map_agg", "multimap_agg", "arbitrary", "any_value", "count_if"]
    if keepsNulls.contains(call.name.text.lowercased()) || arguments.count > 1 {
      throw .notSupported("FILTER of the window function \(call.name.text)", at: range)
    }
    let value = arguments.first ?? .constant(.boolean(true), .boolean)
    return [.caseWhen([(filter, value)], otherwise: .constant(.null, value.type), value.type)]
  }

  // MARK: Specifications

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
        seen: []
      )
    case nil: return WindowSpecification(base: nil, partitionBy: [], orderBy: [], frame: nil)
    }
  }

  private func resolve(
    _ specification: WindowSpecification,
    _ context: ExpressionContext,
    seen: Set<String>
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

  // MARK: Frames

  private mutating func bindFrame(
    _ frame: WindowFrame?,
    _ orderBy: [PendingSortKey],
    at range: SourceRange
  ) throws(SQLError) -> WindowFrameBounds {
    guard let frame else { return .standard }
    try check(frame, orderBy, at: range)
    return WindowFrameBounds(
      unit: frame.unit,
      start: try bindBound(frame.start, frame, orderBy),
      end: try bindBound(frame.end, frame, orderBy)
    )
  }

  /// Refuses frames that end before they start whatever the rows are.
  private func check(
    _ frame: WindowFrame,
    _ orderBy: [PendingSortKey],
    at range: SourceRange
  ) throws(SQLError) {
    func invalid(_ message: String) -> SQLError {
      SQLError(.invalidWindowFrame, message, at: range)
    }
    if case .unboundedFollowing = frame.start {
      throw invalid("window frame start cannot be UNBOUNDED FOLLOWING")
    }
    if case .unboundedPreceding = frame.end {
      throw invalid("window frame end cannot be UNBOUNDED PRECEDING")
    }
    switch (frame.start, frame.end) {
    case (.currentRow, .preceding):
      throw invalid("window frame starting from CURRENT ROW cannot end with PRECEDING")
    case (.following, .preceding):
      throw invalid("window frame starting from FOLLOWING cannot end with PRECEDING")
    case (.following, .currentRow):
      throw invalid("window frame starting from FOLLOWING cannot end with CURRENT ROW")
    default: break
    }
    if frame.unit == .groups && orderBy.isEmpty {
      throw SQLError(.missingOrderBy, "window frame of type GROUPS requires ORDER BY", at: range)
    }
  }

  private mutating func bindBound(
    _ bound: WindowFrame.Bound,
    _ frame: WindowFrame,
    _ orderBy: [PendingSortKey]
  ) throws(SQLError) -> WindowFrameBounds.Bound {
    switch bound {
    case .unboundedPreceding: return .unboundedPreceding
    case .currentRow: return .currentRow
    case .unboundedFollowing: return .unboundedFollowing
    case .preceding(let offset): return .preceding(try bindOffset(offset, frame, orderBy))
    case .following(let offset): return .following(try bindOffset(offset, frame, orderBy))
    }
  }

  /// A number of rows or groups, or for RANGE a distance in the unit of the sort key.
  private mutating func bindOffset(
    _ offset: SyntaxExpression,
    _ frame: WindowFrame,
    _ orderBy: [PendingSortKey]
  ) throws(SQLError) -> Scalar {
    var context = ExpressionContext("window frame", Scope())
    let bound = folded(try bind(offset, &context))
    guard case .constant(let value, let type) = bound, !value.isNull else {
      throw .notSupported("a window frame whose offset is not a constant", at: offset.range)
    }
    let negative = SQLError(
      .invalidWindowFrame,
      "window frame offset value must not be negative or null",
      at: offset.range
    )
    if frame.unit != .range {
      guard type.isInteger, case .int(let count) = value else {
        throw SQLError(
          .typeMismatch,
          "window frame offset must be a whole number (actual \(type))",
          at: offset.range
        )
      }
      if count < 0 { throw negative }
      return value
    }
    guard orderBy.count == 1 else {
      throw SQLError(
        orderBy.isEmpty ? .missingOrderBy : .invalidWindowFrame,
        "a window frame of RANGE with an offset needs exactly one ORDER BY",
        at: offset.range
      )
    }
    guard let distance = rangeDistance(bound, orderBy[0].expression.type) else {
      throw SQLError(
        .typeMismatch,
        "a window frame offset of \(type) does not go with ORDER BY \(orderBy[0].expression.type)",
        at: offset.range
      )
    }
    switch distance {
    case .int(let value) where value < 0: throw negative
    case .int128(let value) where value < 0: throw negative
    case .double(let value) where !(value >= 0): throw negative
    case .float(let value) where !(value >= 0): throw negative
    default: return distance
    }
  }

  private func rangeDistance(_ offset: BoundExpression, _ key: SQLType) -> Scalar? {
    guard case .constant(let value, let type) = offset else { return nil }
    if type == .intervalDayToSecond, case .int(let millis) = value {
      switch key {
      case .date:
        return millis % 86_400_000 == 0 ? .int(millis / 86_400_000) : nil
      case .timestamp(let precision):
        let (units, overflow) = millis.multipliedReportingOverflow(
          by: TimeUnit(precision: precision).perSecond / 1_000
        )
        return overflow ? nil : .int(units)
      default: return nil
      }
    }
    guard key.isNumeric, type.isNumeric, TypeCoercion.canCoerce(type, to: key) || key.isInteger
    else { return nil }
    return coerce(offset, to: key).constantValue
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
    case ("ntile", 1): return types[0].isInteger ? ([.bigint], .bigint) : nil
    case ("first_value", 1), ("last_value", 1): return (types, types[0])
    case ("nth_value", 2): return types[1].isInteger ? ([types[0], .bigint], types[0]) : nil
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
  var resultType: SQLType {
    switch self {
    case .aggregate(let function): function.resultType
    case .ranking(_, let type): type
    }
  }
}
