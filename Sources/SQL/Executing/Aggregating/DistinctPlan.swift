import ColumnFormat

/// DISTINCT aggregates in two stages.
///
/// The first stage has a table for each list of distinct arguments, with the keys and the arguments as its
/// keys, and one by the keys alone for everything else. The second groups by the keys alone, merges the
/// other states, and feeds each distinct value once. All are ordinary aggregations, so that millions of
/// distinct values are spread over the workers.
///
/// Where nearly every row makes a group by the keys alone, one stage is better: see ``oneStage``.
struct DistinctPlan: Sendable {
  /// A table of the first stage.
  struct Table: Sendable {
    /// Its keys are the groups' keys, the arguments of a list, and the grouping set.
    var shape: AggregateShape
    /// States that are merged: the second stage's call and this table's.
    var merged: [(call: Int, source: Int)]
    /// Calls of the second stage that are fed this table's keys.
    var fed: [Int]
  }

  var tables: [Table]
  var second: AggregateShape
  /// All of it as one stage, in which distinct calls keep the values of each group; nil where that is not
  /// possible.
  var oneStage: AggregateShape?
  /// How many keys groups have, without the grouping set.
  var groupKeyCount: Int

  /// The second stage's keys out of a table's.
  func groupKeys(_ keys: [Column]) -> [Column] {
    Array(keys.prefix(groupKeyCount)) + (second.hasPassKey ? keys.suffix(1) : [])
  }

  /// Plans two stages; nil where no call is distinct.
  ///
  /// - Parameters:
  ///   - shape: The aggregation as if nothing were distinct.
  ///   - isDistinct: For each call.
  ///   - inputTypes: The types of the input columns.
  init?(_ shape: AggregateShape, isDistinct: [Bool], inputTypes: [SQLType]) {
    guard isDistinct.contains(true) else { return nil }
    let groupKeyCount = shape.keyTypes.count - (shape.hasPassKey ? 1 : 0)
    self.groupKeyCount = groupKeyCount
    second = shape
    tables = []
    let plain = shape.calls.indices.filter { !isDistinct[$0] }
    if !plain.isEmpty {
      tables.append(
        Table(
          shape: DistinctPlan.table(shape, [], inputTypes, calls: plain.map { shape.calls[$0] }),
          merged: plain.enumerated().map { (call: $0.element, source: $0.offset) },
          fed: []
        )
      )
    }
    // Calls with the same arguments and filter share one set of distinct values.
    var lists: [[Int]] = []
    for (index, call) in shape.calls.enumerated() where isDistinct[index] {
      let columns = DistinctPlan.columns(of: call)
      func moved(_ position: Int) -> Int {
        groupKeyCount + (columns.firstIndex(of: position) ?? 0)
      }
      second.calls[index].arguments = call.arguments.map(moved)
      second.calls[index].filter = call.filter.map(moved)
      for key in call.order.indices {
        second.calls[index].order[key].column = moved(call.order[key].column)
      }
      if let known = lists.firstIndex(of: columns) {
        tables[tables.count - lists.count + known].fed.append(index)
        continue
      }
      lists.append(columns)
      let own = DistinctPlan.table(shape, columns, inputTypes, calls: [])
      tables.append(Table(shape: own, merged: [], fed: [index]))
    }
    if groupKeyCount > 0 && !shape.hasPassKey && !shape.calls.contains(where: \.isOrdered) {
      var one = shape
      for index in shape.calls.indices where isDistinct[index] {
        one.calls[index].function = DistinctState.function(
          shape.calls[index].function,
          argumentTypes: shape.calls[index].arguments.map { inputTypes[$0] }
        )
      }
      oneStage = one
    }
  }

  /// A table with the keys of `shape`, and then `columns`.
  private static func table(
    _ shape: AggregateShape,
    _ columns: [Int],
    _ inputTypes: [SQLType],
    calls: [AggregateShape.Call]
  ) -> AggregateShape {
    var table = shape
    table.calls = calls
    table.keyTypes.insert(
      contentsOf: columns.map { inputTypes[$0] },
      at: shape.keyTypes.count - (shape.hasPassKey ? 1 : 0)
    )
    for pass in table.passes.indices {
      table.passes[pass].keys += columns
      table.passes[pass].calls = Array(calls.indices)
      // The second stage has the group of the empty set.
      table.passes[pass].isGrandTotal = false
    }
    return table
  }

  /// The input columns by which a call's rows are distinct.
  private static func columns(of call: AggregateShape.Call) -> [Int] {
    var columns = call.arguments
    if let filter = call.filter { columns.append(filter) }
    for key in call.order where !columns.contains(key.column) { columns.append(key.column) }
    return columns
  }
}
