import ColumnFormat

extension LogicalPlan {
  /// The plan as EXPLAIN prints it: one operator a line, inputs indented below.
  func text() -> String {
    var writer = PlanText(self)
    writer.write(self, depth: 0)
    return writer.lines.joined(separator: "\n") + "\n"
  }

  /// The plan as EXPLAIN (FORMAT JSON) prints it: objects with the names that Trino's have.
  ///
  /// - Parameters:
  ///   - depth: How many levels it stands within something else.
  ///   - number: The number of the first operator.
  /// - Returns: A document, or a part of one.
  func json(depth: Int = 0, from number: Int = 0) -> String {
    var next = number
    return PlanText(self).json(self, depth: depth, next: &next)
  }

  /// What the operator is called in EXPLAIN and messages.
  var operatorName: String {
    switch self {
    case .scan: "Scan"
    case .values: "Values"
    case .filter: "Filter"
    case .project: "Project"
    case .aggregate: "Aggregate"
    case .join(let join): join.kind.title
    case .sort: "Sort"
    case .topN: "TopN"
    case .limit: "Limit"
    case .unionAll: "UnionAll"
    case .window(let window): window.limit == nil ? "Window" : "TopNRanking"
    case .unnest: "Unnest"
    }
  }
}

extension LogicalPlan.Join.Kind {
  fileprivate var title: String {
    switch self {
    case .inner: "InnerJoin"
    case .left: "LeftJoin"
    case .right: "RightJoin"
    case .full: "FullJoin"
    case .cross: "CrossJoin"
    case .semi: "SemiJoin"
    case .anti: "AntiJoin"
    case .rightSemi: "RightSemiJoin"
    case .rightAnti: "RightAntiJoin"
    case .mark: "MarkJoin"
    case .single: "SingleJoin"
    }
  }
}

/// Writes a plan line by line.
private struct PlanText {
  private(set) var lines: [String] = []
  private let expressions: ExpressionText
  private let showsEstimates: Bool

  init(_ plan: LogicalPlan) {
    expressions = ExpressionText(names: PlanText.names(plan))
    showsEstimates = PlanEstimate(of: plan).isKnown
  }

  /// Computed columns go by the name that the select list gives them.
  ///
  /// Columns that share a name get
  /// a number behind it, in the order in which the plan makes them.
  private static func names(_ plan: LogicalPlan) -> [ColumnID: String] {
    var order: [ColumnID] = []
    var own: [ColumnID: String] = [:]
    var stored: Set<ColumnID> = []
    plan.visit { node in
      if case .scan(let scan) = node { stored.formUnion(scan.columns.map(\.column.id)) }
      for column in node.definedColumns + node.columns {
        if own[column.id] == nil { order.append(column.id) }
        if own[column.id] == nil || !stored.contains(column.id) { own[column.id] = column.name }
      }
    }
    var groups: [String: [ColumnID]] = [:]
    for id in order { groups[own[id] ?? "", default: []].append(id) }
    var names: [ColumnID: String] = [:]
    for (name, ids) in groups {
      for (index, id) in ids.enumerated() {
        names[id] = ids.count == 1 ? name : "\(name)#\(index + 1)"
      }
    }
    return names
  }

  mutating func write(_ plan: LogicalPlan, depth: Int) {
    var line = String(repeating: "  ", count: depth) + plan.operatorName + details(plan)
    if showsEstimates {
      let count = PlanEstimate(of: plan).rowCount
      line += "  ~\(count < 1e18 ? String(Int64(count.rounded())) : "many") rows"
    }
    lines.append(line)
    for child in plan.children { write(child, depth: depth + 1) }
  }

  /// An object for each operator, numbered from the root on, with its inputs as children.
  func json(_ plan: LogicalPlan, depth: Int, next: inout Int) -> String {
    let margin = String(repeating: "  ", count: depth)
    let number = next
    next += 1
    let outputs = plan.columns.map {
      "{\"symbol\": \(quoted(expressions.name($0))), \"type\": \(quoted($0.type.description))}"
    }
    let detail = details(plan)
    var fields = [
      "\"id\": \"\(number)\"", "\"name\": \(quoted(plan.operatorName))",
      "\"details\": [\(detail.isEmpty ? "" : quoted(String(detail.drop { $0 == " " })))]",
      "\"outputs\": [\(outputs.joined(separator: ", "))]",
    ]
    if showsEstimates {
      let count = min(PlanEstimate(of: plan).rowCount, 1e18)
      fields.append("\"estimates\": [{\"outputRowCount\": \(Int64(count.rounded()))}]")
    }
    var children: [String] = []
    for child in plan.children {
      children.append(json(child, depth: depth + 2, next: &next))
    }
    let inner = children.joined(separator: ",\n")
    fields.append(inner.isEmpty ? "\"children\": []" : "\"children\": [\n\(inner)\n\(margin)  ]")
    let lines = fields.map { margin + "  " + $0 }.joined(separator: ",\n")
    return "\(margin){\n\(lines)\n\(margin)}"
  }

  private func quoted(_ text: String) -> String {
    var bytes: [UInt8] = []
    Array(text.utf8).withUnsafeBytes { JSONScanner.appendString($0, to: &bytes) }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func details(_ plan: LogicalPlan) -> String {
    switch plan {
    case .scan(let scan):
      var text = " \(scan.table.name) [\(list(scan.columns.map(\.column)))]"
      if !scan.filters.isEmpty { text += " where " + conditions(scan.filters) }
      if let limit = scan.rowLimit { text += " limit \(limit)" }
      return text
    case .values(let columns, let rows):
      return " [\(list(columns))] \(rows.count) row\(rows.count == 1 ? "" : "s")"
    case .filter(_, let predicate): return " " + conditions([predicate])
    case .project(_, let items): return " [\(items.map(item).joined(separator: ", "))]"
    case .aggregate(let aggregate): return details(aggregate)
    case .join(let join): return details(join)
    case .sort(_, let keys): return " by \(list(keys))"
    case .topN(_, let keys, let count, let offset):
      return " \(count)\(offset > 0 ? " offset \(offset)" : "") by \(list(keys))"
    case .limit(_, let count, let offset):
      return (count.map { " \($0)" } ?? "") + (offset > 0 ? " offset \(offset)" : "")
    case .unionAll(_, let columns): return " [\(list(columns))]"
    case .window(let window): return details(window)
    case .unnest(let unnest):
      var text = " \(list(unnest.collections)) as [\(list(unnest.elementColumns))]"
      if let ordinality = unnest.ordinality {
        text += " ordinality \(expressions.name(ordinality))"
      }
      return text + (unnest.keepsEmpty ? " or nulls" : "")
    }
  }

  private func details(_ aggregate: LogicalPlan.Aggregate) -> String {
    var text = ""
    if !aggregate.keys.isEmpty { text += " by [\(list(aggregate.keys))]" }
    if let sets = aggregate.groupingSets {
      let shown = sets.map { set in "(\(list(set.map { aggregate.keys[$0] })))" }
      text += " sets \(shown.joined(separator: " "))"
    }
    if !aggregate.calls.isEmpty {
      text += " [\(aggregate.calls.map(call).joined(separator: ", "))]"
    }
    return text
  }

  private func call(_ call: LogicalPlan.AggregateCall) -> String {
    var inner = (call.isDistinct ? "DISTINCT " : "") + list(call.arguments)
    if call.arguments.isEmpty { inner = call.function.name == "count" ? "*" : "" }
    if !call.orderBy.isEmpty { inner += " ORDER BY \(list(call.orderBy))" }
    let filter = call.filter.map { " where \(expressions.name($0))" } ?? ""
    return "\(expressions.name(call.column)) := \(call.function.name)(\(inner))\(filter)"
  }

  private func details(_ join: LogicalPlan.Join) -> String {
    var parts = join.keys.map {
      "\(expressions.name($0.left)) = \(expressions.name($0.right))"
    }
    if let residual = join.residual {
      parts.append(
        parts.isEmpty ? conditions([residual]) : expressions.text(residual, within: 2)
      )
    }
    var text = parts.isEmpty ? "" : " on " + parts.joined(separator: " AND ")
    if let mark = join.markColumn { text += " as \(expressions.name(mark))" }
    return text + (join.isNullAware ? " null-aware" : "")
  }

  private func details(_ window: LogicalPlan.Window) -> String {
    var text = window.limit.map { " \($0.function.rawValue) <= \($0.count)" } ?? ""
    if !window.partitionBy.isEmpty { text += " partition by \(list(window.partitionBy))" }
    if !window.orderBy.isEmpty { text += " order by \(list(window.orderBy))" }
    let calls = window.calls.map { call in
      let name: String
      switch call.function {
      case .aggregate(let function): name = function.name
      case .ranking(let ranking, _): name = ranking
      }
      let inner = call.arguments.isEmpty && name == "count" ? "*" : list(call.arguments)
      return "\(expressions.name(call.column)) := \(name)(\(inner))\(frame(call.frame))"
    }
    return calls.isEmpty ? text : text + " [\(calls.joined(separator: ", "))]"
  }

  private func frame(_ frame: WindowFrameBounds) -> String {
    func bound(_ bound: WindowFrameBounds.Bound) -> String {
      switch bound {
      case .unboundedPreceding: "unbounded preceding"
      case .preceding(let value): "\(ExpressionText.plain(value)) preceding"
      case .currentRow: "current row"
      case .following(let value): "\(ExpressionText.plain(value)) following"
      case .unboundedFollowing: "unbounded following"
      case .counted(let argument, let isFollowing):
        "argument \(argument + 1) \(isFollowing ? "following" : "preceding")"
      case .valued(let argument, _, _, let isFollowing):
        "to argument \(argument + 1) \(isFollowing ? "following" : "preceding")"
      }
    }
    if case .range = frame.unit, case .unboundedPreceding = frame.start,
      case .currentRow = frame.end
    {
      return ""
    }
    return " \(frame.unit.rawValue.lowercased()) \(bound(frame.start)) to \(bound(frame.end))"
  }

  private func item(_ item: LogicalPlan.ProjectItem) -> String {
    let name = expressions.name(item.column)
    return item.expression.asColumn?.id == item.column.id
      ? name : "\(name) := \(expressions.text(item.expression))"
  }

  private func conditions(_ parts: [BoundExpression]) -> String {
    expressions.text(.conjunction(parts.flatMap(\.conjuncts)))
  }

  private func list(_ columns: [PlanColumn]) -> String {
    columns.map(expressions.name).joined(separator: ", ")
  }

  private func list(_ keys: [LogicalPlan.SortKey]) -> String {
    keys.map {
      expressions.name($0.column) + ($0.isDescending ? " desc" : "")
        + ($0.nullsFirst ? " nulls first" : "")
    }.joined(separator: ", ")
  }
}

extension ExpressionText {
  /// A number without its type.
  static func plain(_ value: Scalar) -> String {
    switch value {
    case .int(let number): "\(number)"
    case .int128(let number): "\(number)"
    case .float(let number): "\(number)"
    case .double(let number): "\(number)"
    default: "?"
    }
  }
}
