import ColumnFormat

/// Computes window functions over one partition that does not fit in memory, some thousand rows at a
/// time.
///
/// The rows come in the window's order. What a function needs of the rows before is a running state or
/// a number, and of the rows around it a fixed number of rows, which overlap with those of the pieces
/// before and after.
final class WindowStream {
  /// How a function's values are found.
  enum Mode: Sendable {
    /// From the row's place, and from how many rows there are.
    case place
    /// From all rows up to the row or to its last peer, by a state that is carried on.
    case running(isRows: Bool)
    /// From all rows.
    case total
    /// From the rows around it.
    case local
  }

  /// Functions read this many rows before or after their own at most.
  private static let reachMax = 1 << 16
  /// To whose values the order of the rows makes no difference.
  private static let running: Set<String> = [
    "count", "count_if", "sum", "avg", "min", "max", "bool_and", "bool_or", "every",
  ]

  private let order: RowOrder
  private let calls: [WindowComputation.Call]
  private let modes: [Mode]
  private let control: RunControl
  private var totals: [Column?]
  private let rowCount: Int
  private let before: Int
  private let after: Int
  private var carried: [(any AggregateState)?]
  /// Rows, and different keys, of the pieces before.
  private var place = 0
  private var keyCount = 0

  /// How the calls are computed; nil where some need all rows in memory.
  static func modes(_ calls: [WindowComputation.Call], _ order: RowOrder) -> [Mode]? {
    var modes: [Mode] = []
    for call in calls {
      guard let mode = mode(call, isOrdered: !order.keys.isEmpty) else { return nil }
      modes.append(mode)
    }
    return modes
  }

  /// Without an order all rows are peers, whom no piece has together.
  private static func mode(_ call: WindowComputation.Call, isOrdered: Bool) -> Mode? {
    switch call.function {
    case .ranking(let name, _):
      switch name {
      case "row_number", "ntile": return .place
      case "rank", "dense_rank", "percent_rank", "cume_dist": return isOrdered ? .place : nil
      // One row away, unless an argument says otherwise, whose value may be any.
      case "lag", "lead": return call.arguments.count == 1 && !call.ignoresNulls ? .local : nil
      default: return nil
      }
    case .aggregate(let function):
      switch (call.frame.start, call.frame.end) {
      case (.unboundedPreceding, .unboundedFollowing): return .total
      case (.unboundedPreceding, .currentRow) where !isOrdered && call.frame.unit != .rows:
        return .total
      case (.unboundedPreceding, .currentRow):
        return running.contains(function.name) ? .running(isRows: call.frame.unit == .rows) : nil
      default:
        let isKnown = reach(call.frame) != nil && (isOrdered || call.frame.unit == .rows)
        return isKnown ? .local : nil
      }
    }
  }

  /// How many rows before and after its own a frame has at most; nil where that is not known.
  private static func reach(_ frame: WindowFrameBounds) -> (before: Int, after: Int)? {
    func rows(_ bound: WindowFrameBounds.Bound) -> (before: Int, after: Int)? {
      switch bound {
      case .currentRow: return (0, 0)
      case .preceding(.int(let count)) where frame.unit == .rows && count <= reachMax:
        return (Int(count), 0)
      case .following(.int(let count)) where frame.unit == .rows && count <= reachMax:
        return (0, Int(count))
      default: return nil
      }
    }
    guard let start = rows(frame.start), let end = rows(frame.end) else { return nil }
    return (max(start.before, end.before), max(start.after, end.after))
  }

  /// - Parameters:
  ///   - rows: All of the partition, in any order; they are looked at for what all rows give.
  ///   - order: The window's.
  ///   - calls: The functions.
  ///   - modes: Theirs.
  ///   - control: Of the query.
  /// - Throws: What the functions throw, and what reading the file does.
  init(
    _ rows: [SpilledRows],
    order: RowOrder,
    calls: [WindowComputation.Call],
    modes: [Mode],
    _ control: RunControl
  ) throws {
    self.order = order
    self.calls = calls
    self.modes = modes
    self.control = control
    rowCount = rows.reduce(0) { $0 + $1.rowCount }
    var (before, after) = (0, 0)
    for (call, mode) in zip(calls, modes) {
      guard case .local = mode else { continue }
      if case .aggregate = call.function, let reach = WindowStream.reach(call.frame) {
        (before, after) = (max(before, reach.before), max(after, reach.after))
      } else {
        (before, after) = (max(before, 1), max(after, 1))
      }
    }
    (self.before, self.after) = (before, after)
    totals = calls.map { _ in nil }
    carried = try WindowStream.states(calls, modes) {
      if case .running = $0 { true } else { false }
    }
    let states = try WindowStream.states(calls, modes) {
      if case .total = $0 { true } else { false }
    }
    if !states.contains(where: { $0 != nil }) { return }
    for part in rows {
      try part.forEach { batch in
        for (call, state) in zip(calls, states) {
          let arguments = WindowStream.arguments(call, batch)
          try state?.update(group: 0, arguments: arguments, rowCount: batch.rowCount)
        }
        return !control.isStopped
      }
    }
    totals = try states.map { try $0?.finish() }
  }

  /// A state of one group for each call of some mode.
  private static func states(
    _ calls: [WindowComputation.Call],
    _ modes: [Mode],
    _ isWanted: (Mode) -> Bool
  ) throws -> [(any AggregateState)?] {
    try zip(calls, modes).map { call, mode in
      guard isWanted(mode), case .aggregate(let function) = call.function else { return nil }
      let state = function.makeState()
      try state.resize(groupCount: 1)
      return state
    }
  }

  private static func arguments(_ call: WindowComputation.Call, _ rows: Batch) -> [Column] {
    guard case .aggregate(let function) = call.function else { return [] }
    return call.arguments.prefix(function.argumentTypes.count).map { rows.columns[$0] }
  }

  /// Takes the rows in order, and hands them over with the functions' values, until `emit` returns false.
  ///
  /// - Returns: Whether more rows are wanted.
  func run(
    _ runs: RunMerge,
    _ account: MemoryAccount,
    emit: (Batch) throws -> Bool
  ) throws -> Bool {
    // Some rows that were put out already, and those that are not yet.
    var rows = Batch(columns: [], rowCount: 0)
    var done = 0
    var wantsMore = true
    try runs.forEach { batch in
      rows = rows.rowCount == 0 ? batch : Batch.concatenate([rows, batch])
      try account.set(rows.columns.reduce(0) { $0 + $1.valueByteCount } * 3)
      // Rows that later ones may belong to, or that look at later ones, wait.
      let end = peersStart(rows, rows.rowCount - 1 - after, from: done)
      if end <= done { return !control.isStopped }
      wantsMore = try emit(try compute(rows, done..<end))
      let start = max(end - before, 0)
      rows = rows.slice(start..<rows.rowCount)
      done = end - start
      return wantsMore && !control.isStopped
    }
    if !wantsMore || control.isStopped { return false }
    return try rows.rowCount == done || emit(try compute(rows, done..<rows.rowCount))
  }

  /// Where the peers of a row begin.
  private func peersStart(_ rows: Batch, _ row: Int, from first: Int) -> Int {
    if order.keys.isEmpty || row <= first { return row }
    let comparison = RowComparison(rows, order, from: 0)
    var start = row
    while start > first && comparison.compare(start - 1, start) == 0 { start -= 1 }
    return start
  }

  /// The rows of a range, which begins and ends with whole peers, and the functions' values.
  private func compute(_ rows: Batch, _ range: Range<Int>) throws -> Batch {
    let piece = WindowComputation(
      rows.slice(range),
      Buffer<UInt32>(repeating: 0, count: range.count),
      order
    )
    let around = max(range.lowerBound - before, 0)..<min(range.upperBound + after, rows.rowCount)
    let wider =
      around == range
      ? piece
      : WindowComputation(
        rows.slice(around),
        Buffer<UInt32>(repeating: 0, count: around.count),
        order
      )
    let first = range.lowerBound - around.lowerBound
    var columns = piece.rows.columns
    for (index, call) in calls.enumerated() {
      switch modes[index] {
      case .place: columns.append(try places(piece, call))
      case .running(let isRows): columns.append(try running(piece, index, isRows: isRows))
      case .total:
        let zeros = Buffer<UInt32>(repeating: 0, count: range.count)
        columns.append(totals[index]?.taking(zeros) ?? columns[0])
      case .local:
        columns.append(try wider.compute(call).slice(first..<(first + range.count)))
      }
    }
    place += range.count
    for row in 0..<range.count where Int(piece.peerStart.base[row]) == row { keyCount += 1 }
    return Batch(columns: columns, rowCount: range.count)
  }

  /// Numbers and ranks, counted on from the pieces before.
  private func places(_ piece: WindowComputation, _ call: WindowComputation.Call) throws -> Column {
    guard case .ranking(let name, _) = call.function else { return piece.rows.columns[0] }
    let count = piece.rowCount
    func integers(_ value: (Int) -> Int) -> Column {
      let values = Buffer<Int64>(count: count)
      for row in 0..<count { values.base[row] = Int64(value(row)) }
      return Column(flat: .int64(values), count: count)
    }
    func doubles(_ value: (Int) -> Double) -> Column {
      let values = Buffer<Double>(count: count)
      for row in 0..<count { values.base[row] = value(row) }
      return Column(flat: .float64(values), count: count)
    }
    let start = piece.peerStart.base
    switch name {
    case "rank": return integers { place + Int(start[$0]) + 1 }
    case "dense_rank":
      var rank = keyCount
      return integers { row in
        rank += Int(start[row]) == row ? 1 : 0
        return rank
      }
    case "percent_rank":
      return doubles { rowCount <= 1 ? 0 : Double(place + Int(start[$0])) / Double(rowCount - 1) }
    case "cume_dist":
      return doubles { Double(place + Int(piece.peerEnd.base[$0])) / Double(rowCount) }
    case "ntile": return try piece.ntile(call) { [place, rowCount] in ($0 + place, rowCount) }
    default: return integers { place + $0 + 1 }
    }
  }

  /// The function's values over all rows so far: the state of each row is that of the row before and
  /// the row itself.
  private func running(_ piece: WindowComputation, _ index: Int, isRows: Bool) throws -> Column {
    let call = calls[index]
    guard let carry = carried[index], case .aggregate(let function) = call.function else {
      return piece.rows.columns[0]
    }
    let count = piece.rowCount
    let numbers = Buffer<UInt32>(count: count + 1)
    for row in 0...count { numbers.base[row] = UInt32(truncatingIfNeeded: row) }
    let states = function.makeState()
    try states.resize(groupCount: count)
    try states.update(
      groups: numbers.base,
      arguments: WindowStream.arguments(call, piece.rows),
      rowCount: count
    )
    try states.merge(carry, from: numbers.base, to: numbers.base, count: 1)
    for row in 1..<max(count, 1) {
      try states.merge(states, from: numbers.base + (row - 1), to: numbers.base + row, count: 1)
    }
    let next = function.makeState()
    try next.resize(groupCount: 1)
    try next.merge(states, from: numbers.base + (count - 1), to: numbers.base, count: 1)
    carried[index] = next
    let values = try states.finish()
    if isRows { return values }
    let lasts = Buffer<UInt32>(count: count)
    for row in 0..<count { lasts.base[row] = piece.peerEnd.base[row] - 1 }
    return values.taking(lasts)
  }
}
