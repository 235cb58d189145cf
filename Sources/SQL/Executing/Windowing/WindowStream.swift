import ColumnFormat

/// Computes window functions over one partition that does not fit in memory, some thousand rows at a
/// time.
///
/// The rows come in the window's order. Of those that were put out, as many stay as frames of later rows
/// may hold, and one more: a frame that would begin with it might have begun with a row that is gone.
final class WindowStream {
  private let window: StreamedWindow
  private let facts: StreamedWindowFacts
  /// Which rows are wanted; nil for all.
  private let limit: LogicalPlan.RankLimit?
  private let types: [SQLType]
  private let name: String
  private let control: RunControl
  private let account: MemoryAccount
  /// How many rows before and after its own some function looks at, besides those of frames.
  private var before = 0
  private var after = 0
  /// Whether a row waits for its last peer.
  private let needsPeers: Bool
  /// The states of the rows that are gone.
  private var carried: [(any AggregateState)?]
  private var kept: [RowCollection?]

  /// Rows that were put out and may be looked at, and those that are to come.
  private var rows: [Batch] = []
  private var rowCount = 0
  private var doneCount = 0
  /// With fewer rows another look is not worth while.
  private var rowCountWanted = 1
  /// Rows that are gone.
  private var goneCount = 0
  /// Of the last row that was put out.
  private var lastRank = 0
  private var lastDenseRank = 0
  /// Whether the limit leaves no row any more.
  private var isPastLimit = false

  /// - Parameters:
  ///   - window: The functions.
  ///   - facts: Of all rows.
  ///   - limit: Which rows are wanted; the functions' places alone tell.
  ///   - types: Of the rows' columns.
  ///   - name: Of the operator, for messages.
  ///   - account: Counts what is in memory.
  ///   - control: Of the query.
  /// - Throws: What the functions throw when they begin.
  init(
    _ window: StreamedWindow,
    _ facts: StreamedWindowFacts,
    limit: LogicalPlan.RankLimit?,
    types: [SQLType],
    name: String,
    _ account: MemoryAccount,
    _ control: RunControl
  ) throws {
    self.window = window
    self.facts = facts
    self.limit = limit
    self.types = types
    self.name = name
    self.account = account
    self.control = control
    var needsPeers = false
    carried = window.calls.map { _ in nil }
    kept = window.calls.map { _ in nil }
    for (index, call) in window.calls.enumerated() {
      switch (call.function, window.modes[index]) {
      case (.ranking("cume_dist", _), .place): needsPeers = true
      case (.ranking("lag", _), .around): before = max(before, facts.distances[index])
      case (.ranking("lead", _), .around): after = max(after, facts.distances[index])
      case (.aggregate(let function), .running):
        let state = function.makeState()
        try state.resize(groupCount: 1)
        carried[index] = state
      default: break
      }
    }
    self.needsPeers = needsPeers
    before = min(before, facts.rowCount)
    after = min(after, facts.rowCount)
  }

  /// Takes the rows in order, and hands them over with the functions' values, until `emit` returns false.
  ///
  /// - Returns: Whether more rows are wanted.
  func run(_ runs: RunMerge, emit: (Batch) throws -> Bool) throws -> Bool {
    var wantsMore = true
    try runs.forEach { batch in
      if batch.rowCount == 0 { return true }
      rows.append(batch)
      rowCount += batch.rowCount
      if rowCount < rowCountWanted { return !control.isStopped }
      wantsMore = try step(isEnd: false, emit)
      return wantsMore && !isPastLimit && !control.isStopped
    }
    if !wantsMore || control.isStopped { return false }
    return try isPastLimit || step(isEnd: true, emit)
  }

  /// Puts out the rows whose functions see all that they need.
  private func step(isEnd: Bool, _ emit: (Batch) throws -> Bool) throws -> Bool {
    if rowCount == doneCount { return true }
    let all = rows.count == 1 ? rows[0] : Batch.concatenate(rows)
    rows = [all]
    try account.set(all.columns.reduce(0) { $0 + $1.valueByteCount } * 3)
    let zeros = Buffer<UInt32>(repeating: 0, count: rowCount)
    let piece = try WindowComputation(all, zeros, window.order)
    let frames = try window.calls.indices.map { try self.frames(piece, $0) }
    var end = rowCount
    if !isEnd {
      end -= after
      if needsPeers { end = min(end, Int(piece.peerStart.base[rowCount - 1])) }
      for frames in frames.compactMap({ $0 }) {
        // A frame that ends with the rows that are there may go on.
        end =
          (doneCount..<max(end, doneCount)).first { frames.frame($0).upperBound == rowCount } ?? end
      }
    }
    if end <= doneCount {
      rowCountWanted = rowCount + rowCount / 2
      return true
    }
    try checkFrames(frames, end)
    var columns = piece.rows.columns.map { $0.slice(doneCount..<end) }
    for index in window.calls.indices {
      columns.append(try values(piece, index, frames[index], end))
    }
    var result = Batch(columns: columns, rowCount: end - doneCount)
    if let limit {
      let survivors = survivors(piece, limit, end)
      if survivors.count < result.rowCount {
        isPastLimit = true
        result = result.taking(survivors)
      }
    }
    let wantsMore = try result.rowCount == 0 || emit(result)
    let ranks = ranks(piece, end)
    lastRank = ranks.rank
    lastDenseRank = ranks.denseRank
    try forget(piece, frames, end)
    return wantsMore
  }

  private func frames(_ piece: WindowComputation, _ index: Int) throws -> WindowFrames? {
    let call = window.calls[index]
    switch window.modes[index] {
    case .place, .total, .edge: return nil
    case .running: return try WindowFrames(piece, call)
    case .around, .kept:
      if case .ranking("lag", _) = call.function { return nil }
      if case .ranking("lead", _) = call.function { return nil }
      return try WindowFrames(piece, call)
    }
  }

  /// Whether the frame's begin is known without looking at it.
  private func isFromFirst(_ index: Int) -> Bool {
    if case .unboundedPreceding = window.calls[index].frame.start { return true }
    return false
  }

  private func checkFrames(_ frames: [WindowFrames?], _ end: Int) throws {
    if goneCount == 0 { return }
    for (index, frames) in frames.enumerated() {
      guard let frames else { continue }
      let fromFirst = isFromFirst(index)
      for row in doneCount..<end {
        let frame = frames.frame(row)
        if (fromFirst ? frame.upperBound : frame.lowerBound) > 0 { continue }
        throw SQLError(
          .exceededMemory,
          "the query needs more memory than it may take: the frames in '\(name)' go back "
            + "further from row to row, and all rows of a partition have to fit",
          help: "raise the limit with --memory, or use the same distance in all rows"
        )
      }
    }
  }

  /// Leaves the rows that later ones may look at.
  private func forget(_ piece: WindowComputation, _ frames: [WindowFrames?], _ end: Int) throws {
    let next = min(end, rowCount - 1)
    var start = min(end - 1, end - before - 1)
    for (index, frames) in frames.enumerated() {
      guard let frame = frames?.frame(next) else { continue }
      start = min(start, (isFromFirst(index) ? frame.upperBound : frame.lowerBound) - 1)
    }
    start = max(start, 0)
    let gone = piece.rows.slice(0..<start)
    if start > 0 {
      for (index, state) in carried.enumerated() {
        let arguments = window.calls[index].aggregateArguments(gone)
        try state?.update(group: 0, arguments: arguments, rowCount: start)
      }
      for (index, mode) in window.modes.enumerated() {
        if case .kept(let isFirst, let onlyValid) = mode {
          keep(gone, index, isFirst: isFirst, onlyValid: onlyValid)
        }
      }
    }
    // What stays must not hold the blocks in which all rows before have come.
    let left = piece.rows.slice(start..<rowCount)
    rows = [Batch(columns: left.columns.map { $0.detached() }, rowCount: left.rowCount)]
    rowCount -= start
    doneCount = end - start
    goneCount += start
    // Rows that stay are looked at again with each piece: there shall be as many new ones.
    rowCountWanted = rowCount + max(doneCount, 1)
  }

  /// Keeps some of the rows that go for a call.
  private func keep(_ gone: Batch, _ index: Int, isFirst: Bool, onlyValid: Bool) {
    let column = gone.columns[window.calls[index].arguments[0]]
    let count = facts.distances[index]
    let known = kept[index]?.rowCount ?? 0
    if isFirst && known >= count { return }
    var wanted = BufferBuilder<UInt32>()
    let room = isFirst ? count - known : count
    for row in isFirst ? Array(0..<gone.rowCount) : (0..<gone.rowCount).reversed() {
      if wanted.count >= room { break }
      if !onlyValid || column.isValid(row) { wanted.append(UInt32(truncatingIfNeeded: row)) }
    }
    if wanted.count == 0 { return }
    let next = RowCollection(types)
    let picked = wanted.finish()
    if isFirst {
      if let before = kept[index]?.finish() { next.append(before) }
      next.append(gone.columns, rows: picked)
    } else {
      let left = min(count - picked.count, known)
      if left > 0, let before = kept[index]?.finish() {
        next.append(before.slice((known - left)..<known))
      }
      let ascending = Buffer<UInt32>(count: picked.count)
      for place in 0..<picked.count {
        ascending.base[place] = picked.base[picked.count - 1 - place]
      }
      next.append(gone.columns, rows: ascending)
    }
    kept[index] = next
  }

  // MARK: Values

  private func values(
    _ piece: WindowComputation,
    _ index: Int,
    _ frames: WindowFrames?,
    _ end: Int
  ) throws -> Column {
    let call = window.calls[index]
    let count = end - doneCount
    switch window.modes[index] {
    case .place: return try places(piece, call, end)
    case .total, .edge:
      let zeros = Buffer<UInt32>(repeating: 0, count: count)
      return facts.values[index]?.taking(zeros) ?? piece.rows.columns[0].slice(doneCount..<end)
    case .around: return try piece.compute(call).slice(doneCount..<end)
    case .kept:
      guard let before = kept[index]?.finish() else {
        return try piece.compute(call).slice(doneCount..<end)
      }
      let all = Batch.concatenate([before, piece.rows])
      let zeros = Buffer<UInt32>(repeating: 0, count: all.rowCount)
      let start = before.rowCount + doneCount
      return try WindowComputation(all, zeros, window.order).compute(call)
        .slice(start..<(start + count))
    case .running:
      guard let frames, let values = try running(piece, index) else { return piece.rows.columns[0] }
      let rows = Buffer<UInt32>(count: count)
      for row in 0..<count {
        rows.base[row] = UInt32(truncatingIfNeeded: frames.frame(doneCount + row).upperBound)
      }
      return values.taking(rows)
    }
  }

  /// Numbers and ranks, counted on from the rows that are gone.
  private func places(_ piece: WindowComputation, _ call: WindowComputation.Call, _ end: Int) throws
    -> Column
  {
    guard case .ranking(let name, _) = call.function else { return piece.rows.columns[0] }
    let count = end - doneCount
    func integers(_ value: (Int) -> Int) -> Column {
      let values = Buffer<Int64>(count: count)
      for row in 0..<count { values.base[row] = Int64(value(doneCount + row)) }
      return Column(flat: .int64(values), count: count)
    }
    func doubles(_ value: (Int) -> Double) -> Column {
      let values = Buffer<Double>(count: count)
      for row in 0..<count { values.base[row] = value(doneCount + row) }
      return Column(flat: .float64(values), count: count)
    }
    let total = facts.rowCount
    switch name {
    case "rank": return integers { rank(piece, $0) }
    case "dense_rank":
      var denseRank = lastDenseRank
      return integers { row in
        denseRank += Int(piece.peerStart.base[row]) == row ? 1 : 0
        return denseRank
      }
    case "percent_rank":
      return doubles { total <= 1 ? 0 : Double(rank(piece, $0) - 1) / Double(total - 1) }
    case "cume_dist":
      return doubles { Double(goneCount + Int(piece.peerEnd.base[$0])) / Double(total) }
    case "ntile":
      return try piece.ntile(call) { [goneCount] in ($0 + goneCount, total) }
        .slice(doneCount..<end)
    default: return integers { goneCount + $0 + 1 }
    }
  }

  /// The rank of a row that is not put out yet; its first peers may be.
  private func rank(_ piece: WindowComputation, _ row: Int) -> Int {
    let start = Int(piece.peerStart.base[row])
    return start < doneCount ? lastRank : goneCount + start + 1
  }

  /// Of the last row that is put out.
  private func ranks(_ piece: WindowComputation, _ end: Int) -> (rank: Int, denseRank: Int) {
    var denseRank = lastDenseRank
    for row in doneCount..<end where Int(piece.peerStart.base[row]) == row { denseRank += 1 }
    return (rank(piece, end - 1), denseRank)
  }

  /// The rows, counted from the first that is put out, which the limit leaves: the first ones.
  private func survivors(
    _ piece: WindowComputation,
    _ limit: LogicalPlan.RankLimit,
    _ end: Int
  ) -> Buffer<UInt32> {
    let survivors = Buffer<UInt32>(count: end - doneCount)
    var denseRank = lastDenseRank
    var count = 0
    for row in doneCount..<end {
      if Int(piece.peerStart.base[row]) == row { denseRank += 1 }
      let value =
        switch limit.function {
        case .rowNumber: goneCount + row + 1
        case .rank: rank(piece, row)
        case .denseRank: denseRank
        }
      if Int64(value) > limit.count { break }
      survivors.base[count] = UInt32(truncatingIfNeeded: row - doneCount)
      count += 1
    }
    return survivors.slice(0..<count)
  }

  /// The function's values over no row of the piece, over its first, its first two, and so on, together
  /// with all rows that are gone.
  private func running(_ piece: WindowComputation, _ index: Int) throws -> Column? {
    let call = window.calls[index]
    guard let carry = carried[index], case .aggregate(let function) = call.function else {
      return nil
    }
    let numbers = Buffer<UInt32>(count: rowCount + 1)
    for row in 0...rowCount { numbers.base[row] = UInt32(truncatingIfNeeded: row) }
    let single = function.makeState()
    try single.resize(groupCount: rowCount)
    let arguments = call.aggregateArguments(piece.rows)
    try single.update(groups: numbers.base, arguments: arguments, rowCount: rowCount)
    let sum = function.makeState()
    try sum.resize(groupCount: 1)
    try sum.merge(carry, from: numbers.base, to: numbers.base, count: 1)
    let results = function.makeState()
    try results.resize(groupCount: rowCount + 1)
    try results.merge(sum, from: numbers.base, to: numbers.base, count: 1)
    for row in 0..<rowCount {
      try sum.merge(single, from: numbers.base + row, to: numbers.base, count: 1)
      try results.merge(sum, from: numbers.base, to: numbers.base + (row + 1), count: 1)
    }
    try account.set(
      piece.rows.columns.reduce(0) { $0 + $1.valueByteCount } * 3 + single.byteCount
        + results.byteCount
    )
    return try results.finish()
  }
}
