import ColumnFormat

/// What functions have to know of all rows of a partition before the first of them is put out.
struct StreamedWindowFacts {
  let rowCount: Int
  /// The value of calls over whole partitions, as a column of one row.
  private(set) var values: [Column?]
  /// The largest number in the argument that says how many rows a call goes back or forth; one where it
  /// has no such argument.
  private(set) var distances: [Int]

  /// - Parameters:
  ///   - runs: All rows; those of each run in the window's order.
  ///   - window: The functions.
  ///   - control: Of the query.
  /// - Throws: What the functions throw, and what reading the file does.
  init(_ runs: [SpilledRows], _ window: StreamedWindow, _ control: RunControl) throws {
    rowCount = runs.reduce(0) { $0 + $1.rowCount }
    values = window.calls.map { _ in nil }
    distances = window.calls.map { _ in 1 }
    var states: [Int: any AggregateState] = [:]
    var edges: [Int: [Batch]] = [:]
    var distanceColumns: [Int: Int] = [:]
    for (index, call) in window.calls.enumerated() {
      switch (call.function, window.modes[index]) {
      case (.aggregate(let function), .total):
        let state = function.makeState()
        try state.resize(groupCount: 1)
        states[index] = state
      case (.ranking, .edge): edges[index] = []
      case (.ranking(let name, _), .around), (.ranking(let name, _), .kept):
        let isCounted = ["lag", "lead", "nth_value"].contains(name) && call.arguments.count > 1
        if isCounted { distanceColumns[index] = call.arguments[1] }
      default: break
      }
    }
    if states.isEmpty && edges.isEmpty && distanceColumns.isEmpty { return }
    for run in runs {
      var ends: [Int: Batch] = [:]
      try run.forEach { batch in
        for (index, state) in states {
          let arguments = window.calls[index].aggregateArguments(batch)
          try state.update(group: 0, arguments: arguments, rowCount: batch.rowCount)
        }
        for (index, column) in distanceColumns {
          distances[index] = max(
            distances[index],
            StreamedWindowFacts.largest(batch.columns[column])
          )
        }
        for index in edges.keys {
          guard case .edge(let isLast) = window.modes[index], isLast || ends[index] == nil else {
            continue
          }
          let row = StreamedWindowFacts.edge(batch, window.calls[index], isLast: isLast)
          if let row { ends[index] = batch.taking(Buffer([UInt32(truncatingIfNeeded: row)])) }
        }
        return !control.isStopped
      }
      for (index, row) in ends { edges[index, default: []].append(row) }
    }
    for (index, state) in states { values[index] = try state.finish() }
    for (index, rows) in edges {
      guard case .edge(let isLast) = window.modes[index] else { continue }
      values[index] = StreamedWindowFacts.value(rows, window.calls[index], window.order, isLast)
    }
  }

  private static func largest(_ column: Column) -> Int {
    guard case .int64(let values) = column.flatValues else { return 1 }
    let validity = column.rowValidity
    var largest = 1
    for row in 0..<column.count where validity?.isValid(row) ?? true {
      largest = max(largest, Int(values.base[row]))
    }
    return largest
  }

  /// The row of a batch that gives the value, if any does.
  private static func edge(_ batch: Batch, _ call: WindowComputation.Call, isLast: Bool) -> Int? {
    if !call.ignoresNulls { return isLast ? batch.rowCount - 1 : 0 }
    let column = batch.columns[call.arguments[0]]
    let rows = 0..<batch.rowCount
    return isLast ? rows.last(where: column.isValid) : rows.first(where: column.isValid)
  }

  private static func value(
    _ rows: [Batch],
    _ call: WindowComputation.Call,
    _ order: RowOrder,
    _ isLast: Bool
  ) -> Column? {
    guard case .ranking(_, let type) = call.function else { return nil }
    if rows.isEmpty { return type.nulls(count: 1) }
    let all = Batch.concatenate(rows)
    let permutation = RowSorter.permutation(all, order)
    let place = isLast ? permutation.count - 1 : 0
    return all.columns[call.arguments[0]].taking(permutation.slice(place..<(place + 1)))
  }
}

extension WindowComputation.Call {
  /// The arguments of an aggregate, without those of the frame.
  func aggregateArguments(_ rows: Batch) -> [Column] {
    guard case .aggregate(let function) = function else { return [] }
    return arguments.prefix(function.argumentTypes.count).map { rows.columns[$0] }
  }
}
