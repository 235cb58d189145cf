extension LogicalPlan {
  /// The plan with the numbers of columns replaced, in every place where they stand.
  func renumbered(_ numbers: [ColumnID: ColumnID]) -> LogicalPlan {
    if numbers.isEmpty { return self }
    let renumbering = ColumnRenumbering(numbers: numbers)
    return rewritten { renumbering.operator($0) }
  }

  /// A second instance of the plan whose own columns all have fresh numbers, and which those are.
  func copied(_ ids: inout ColumnIDs) -> (plan: LogicalPlan, numbers: [ColumnID: ColumnID]) {
    var defined: Set<ColumnID> = []
    visit { for column in $0.definedColumns { defined.insert(column.id) } }
    var numbers: [ColumnID: ColumnID] = [:]
    for id in defined.sorted() { numbers[id] = ids.make() }
    return (renumbered(numbers), numbers)
  }
}

/// Replaces column numbers in one operator.
private struct ColumnRenumbering {
  let numbers: [ColumnID: ColumnID]

  func column(_ column: PlanColumn) -> PlanColumn {
    guard let number = numbers[column.id] else { return column }
    return PlanColumn(id: number, name: column.name, type: column.type)
  }

  func expression(_ expression: BoundExpression) -> BoundExpression {
    expression.rewritten { part in
      if case .column(let used) = part { return .column(column(used)) }
      return part
    }
  }

  func keys(_ keys: [LogicalPlan.SortKey]) -> [LogicalPlan.SortKey] {
    keys.map {
      LogicalPlan.SortKey(
        column: column($0.column),
        isDescending: $0.isDescending,
        nullsFirst: $0.nullsFirst
      )
    }
  }

  func `operator`(_ plan: LogicalPlan) -> LogicalPlan {
    switch plan {
    case .scan(var scan):
      scan.columns = scan.columns.map {
        .init(column: column($0.column), tableColumn: $0.tableColumn, members: $0.members)
      }
      scan.filters = scan.filters.map(expression)
      return .scan(scan)
    case .values(let columns, let rows):
      return .values(columns: columns.map(column), rows: rows.map { $0.map(expression) })
    case .filter(let input, let predicate):
      return .filter(input, predicate: expression(predicate))
    case .project(let input, let items):
      return .project(
        input,
        items: items.map {
          .init(column: column($0.column), expression: expression($0.expression))
        }
      )
    case .aggregate(var aggregate):
      aggregate.keys = aggregate.keys.map(column)
      aggregate.groupingSetColumn = aggregate.groupingSetColumn.map(column)
      aggregate.calls = aggregate.calls.map { call in
        var call = call
        call.column = column(call.column)
        call.arguments = call.arguments.map(column)
        call.filter = call.filter.map(column)
        call.orderBy = keys(call.orderBy)
        return call
      }
      return .aggregate(aggregate)
    case .join(var join):
      join.keys = join.keys.map { .init(left: column($0.left), right: column($0.right)) }
      join.residual = join.residual.map(expression)
      join.markColumn = join.markColumn.map(column)
      return .join(join)
    case .sort(let input, let sortKeys): return .sort(input, keys: keys(sortKeys))
    case .topN(let input, let sortKeys, let count, let offset):
      return .topN(input, keys: keys(sortKeys), count: count, offset: offset)
    case .limit: return plan
    case .unionAll(let inputs, let columns):
      return .unionAll(inputs, columns: columns.map(column))
    case .window(var window):
      window.partitionBy = window.partitionBy.map(column)
      window.orderBy = keys(window.orderBy)
      window.calls = window.calls.map { call in
        var call = call
        call.column = column(call.column)
        call.arguments = call.arguments.map(column)
        return call
      }
      return .window(window)
    case .unnest(var unnest):
      unnest.collections = unnest.collections.map(column)
      unnest.elementColumns = unnest.elementColumns.map(column)
      unnest.ordinality = unnest.ordinality.map(column)
      return .unnest(unnest)
    }
  }
}
