import ColumnFormat

/// DISTINCT aggregates in two stages.
///
/// The first stage groups by the keys and the distinct arguments, and aggregates everything else; the
/// second groups by the keys alone, merges the other states, and feeds each distinct value once. Both
/// stages are ordinary aggregations, so that millions of distinct values are spread over the workers.
/// With several argument lists every row passes the first stage once for each of them.
///
/// Where nearly every row makes a group by the keys alone, one stage is better: see ``oneStage``.
struct DistinctPlan: Sendable {
  /// A distinct call of the second stage.
  struct Call: Sendable {
    var call: Int
    /// For each pass of the first stage: whether its rows carry this call's arguments.
    var isOfPass: [Bool]
  }

  var first: AggregateShape
  var second: AggregateShape
  /// All of it as one stage, in which distinct calls keep the values of each group; nil where that is not
  /// possible.
  var oneStage: AggregateShape?
  /// States that are merged: the second stage's call and the first stage's.
  var merged: [(call: Int, source: Int)]
  var distinct: [Call]
  /// How many of the first stage's keys are keys of the second.
  var groupKeyCount: Int
  /// Whether the grouping set is a key of the second stage.
  var hasSets: Bool
  /// The grouping set of each pass.
  var setOfPass: [Int]

  /// The position of the pass among the first stage's keys.
  private var passKey: Int? { first.hasPassKey ? first.keyTypes.count - 1 : nil }

  /// The second stage's keys out of the first stage's.
  func groupKeys(_ input: Batch) -> [Column] {
    var columns = Array(input.columns.prefix(groupKeyCount))
    guard hasSets, let passes = passes(input) else { return columns }
    let sets = Buffer<Int32>(count: input.rowCount)
    for row in 0..<input.rowCount {
      sets.base[row] = Int32(truncatingIfNeeded: setOfPass[Int(passes.base[row])])
    }
    columns.append(Column(flat: .int32(sets), count: input.rowCount))
    return columns
  }

  private func passes(_ input: Batch) -> Buffer<Int32>? {
    guard let passKey, case .int32(let passes) = input.columns[passKey].flatValues else {
      return nil
    }
    return passes
  }

  /// The rows that carry the arguments of a call.
  func rows(of distinct: Call, _ input: Batch) -> Selection {
    let rows = Buffer<UInt32>(count: input.rowCount)
    var count = 0
    let passes = passes(input)
    for row in 0..<input.rowCount {
      let pass = passes.map { Int($0.base[row]) } ?? 0
      rows.base[count] = UInt32(truncatingIfNeeded: row)
      count &+= distinct.isOfPass[pass] ? 1 : 0
    }
    return Selection(indices: rows.slice(0..<count))
  }

  /// Plans two stages; nil where no call is distinct.
  ///
  /// - Parameters:
  ///   - shape: The aggregation as if nothing were distinct.
  ///   - isDistinct: For each call.
  ///   - inputTypes: The types of the input columns.
  init?(_ shape: AggregateShape, isDistinct: [Bool], inputTypes: [SQLType]) {
    guard isDistinct.contains(true) else { return nil }
    // Calls with the same arguments and filter share one set of distinct values.
    var lists: [[Int]] = []
    var listOfCall: [Int: Int] = [:]
    for (index, call) in shape.calls.enumerated() where isDistinct[index] {
      let columns = DistinctPlan.columns(of: call)
      if let known = lists.firstIndex(of: columns) {
        listOfCall[index] = known
      } else {
        listOfCall[index] = lists.count
        lists.append(columns)
      }
    }
    let sets = shape.passes
    hasSets = shape.hasPassKey
    groupKeyCount = shape.keyTypes.count - (hasSets ? 1 : 0)
    let plain = shape.calls.indices.filter { !isDistinct[$0] }
    // Where each list's columns stand among the first stage's keys.
    var listStart: [Int] = []
    var keyTypes = Array(shape.keyTypes.prefix(groupKeyCount))
    for list in lists {
      listStart.append(keyTypes.count)
      keyTypes += list.map { inputTypes[$0] }
    }
    var passes: [AggregateShape.Pass] = []
    var passOfSet: [Int] = []
    var isOfList: [[Bool]] = lists.map { _ in [] }
    for (number, set) in sets.enumerated() {
      let sole = lists.count == 1
      for round in (sole ? 1 : 0)...lists.count {
        var keys = set.keys
        for (index, list) in lists.enumerated() {
          keys += list.map { round == index + 1 ? $0 : nil }
          isOfList[index].append(round == index + 1)
        }
        let calls = round == 0 || sole ? Array(plain.indices) : []
        passes.append(AggregateShape.Pass(keys: keys, calls: calls, isGrandTotal: false))
        passOfSet.append(number)
      }
    }
    setOfPass = passOfSet
    if passes.count > 1 { keyTypes.append(.integer) }
    first = AggregateShape(
      keyTypes: keyTypes,
      calls: plain.map { shape.calls[$0] },
      passes: passes
    )
    var secondCalls = shape.calls
    var distinctCalls: [Call] = []
    for (index, list) in listOfCall.sorted(by: { $0.key < $1.key }) {
      let columns = lists[list]
      func moved(_ position: Int) -> Int {
        listStart[list] + (columns.firstIndex(of: position) ?? 0)
      }
      secondCalls[index].arguments = shape.calls[index].arguments.map(moved)
      secondCalls[index].filter = shape.calls[index].filter.map(moved)
      for key in secondCalls[index].order.indices {
        secondCalls[index].order[key].column = moved(secondCalls[index].order[key].column)
      }
      distinctCalls.append(Call(call: index, isOfPass: isOfList[list]))
    }
    second = AggregateShape(keyTypes: shape.keyTypes, calls: secondCalls, passes: shape.passes)
    merged = plain.enumerated().map { (call: $0.element, source: $0.offset) }
    distinct = distinctCalls
    if groupKeyCount > 0 && sets.count == 1 && !shape.calls.contains(where: \.isOrdered) {
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

  /// The input columns by which a call's rows are distinct.
  private static func columns(of call: AggregateShape.Call) -> [Int] {
    var columns = call.arguments
    if let filter = call.filter { columns.append(filter) }
    for key in call.order where !columns.contains(key.column) { columns.append(key.column) }
    return columns
  }
}
