import Synchronization

/// The memory that the operators of one query hold together, and its limit.
final class MemoryBudget: Sendable {
  let byteCountMax: Int
  /// Whether operators put rows into the temporary file whether they must or not; for tests.
  let spillsAtOnce: Bool
  private let held = Atomic<Int>(0)
  private let highest = Atomic<Int>(0)

  init(byteCountMax: Int, spillsAtOnce: Bool = false) {
    self.byteCountMax = byteCountMax
    self.spillsAtOnce = spillsAtOnce
  }

  /// The most that was held at one time.
  var peakByteCount: Int { highest.load(ordering: .relaxed) }
  /// What is held now.
  var byteCount: Int { held.load(ordering: .relaxed) }

  /// Counts a change of what `operatorName` holds.
  func add(_ delta: Int, for operatorName: String) throws(SQLError) {
    let now = held.wrappingAdd(delta, ordering: .relaxed).newValue
    guard delta > 0 else { return }
    var peak = highest.load(ordering: .relaxed)
    while now > peak {
      let result = highest.weakCompareExchange(
        expected: peak,
        desired: now,
        ordering: .relaxed
      )
      if result.exchanged { break }
      peak = result.original
    }
    if now > byteCountMax {
      throw SQLError(
        .exceededMemory,
        "the query needs more than \(MemoryBudget.text(byteCountMax)) of memory: "
          + "the limit was passed in '\(operatorName)'",
        help: "raise the limit with --memory, or ask for fewer groups, rows or columns"
      )
    }
  }

  /// A size in the largest unit that keeps it at least one, with one decimal.
  private static func text(_ byteCount: Int) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"]
    var unit = 0
    var tenths = byteCount * 10
    while tenths >= 10_240 && unit + 1 < units.count {
      tenths /= 1024
      unit += 1
    }
    return tenths % 10 == 0
      ? "\(tenths / 10) \(units[unit])" : "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }
}

/// One operator's part of the budget on one worker.
///
/// Small changes are kept back, so that the shared counter is touched rarely.
final class MemoryAccount {
  private let budget: MemoryBudget
  private let operatorName: String
  private let statistics: OperatorStatistics?
  private let step: Int
  private var reported = 0

  /// - Parameters:
  ///   - budget: The query's.
  ///   - operatorName: For the message when the budget is passed.
  ///   - statistics: Where the operator's memory is counted for EXPLAIN ANALYZE.
  init(
    _ budget: MemoryBudget,
    for operatorName: String,
    statistics: OperatorStatistics? = nil
  ) {
    self.budget = budget
    self.operatorName = operatorName
    self.statistics = statistics
    step = min(max(budget.byteCountMax / 256, 1), 256 << 10)
  }

  /// Says how much the operator holds now.
  func set(_ byteCount: Int) throws(SQLError) {
    let delta = byteCount - reported
    guard delta >= step || -delta >= step else { return }
    reported = byteCount
    statistics?.add(heldByteCount: delta)
    try budget.add(delta, for: operatorName)
  }

  /// Says how much the operator holds now, where it puts rows into the temporary file as soon as it is
  /// told to.
  ///
  /// - Returns: Whether it has more than a fair part: one `share`th of what the others leave, so that
  ///   there is something left for operators that come later.
  func isCrowded(_ byteCount: Int, share: Int) throws(SQLError) -> Bool {
    if budget.spillsAtOnce { return true }
    let delta = byteCount - reported
    guard delta >= step || -delta >= step else { return false }
    let others = budget.byteCount - reported
    let isCrowded =
      byteCount > max((budget.byteCountMax - others) / share, budget.byteCountMax / 64)
    if !isCrowded { try set(byteCount) }
    return isCrowded
  }

  /// The memory is free again, or somebody else counts it from now on.
  func release() {
    let delta = -reported
    reported = 0
    statistics?.add(heldByteCount: delta)
    // Giving back never passes the limit.
    try? budget.add(delta, for: operatorName)
  }

  deinit { release() }
}
