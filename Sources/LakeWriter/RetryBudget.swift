#if canImport(Glibc)
  import Glibc
#endif

/// For how long a destination that refuses is tried again before a delivery stops.
///
/// Firehose's *retry duration*: 0 to 7,200 seconds. Nothing is skipped meanwhile: whoever is refused
/// waits, and so does everything behind it. When the time is over the delivery ends with what the
/// destination said, and a later run goes on from the last commit.
struct RetryBudget: Sendable {
  /// From the first refusal on, in seconds.
  let seconds: Int
  /// Ends the waiting.
  let isInterrupted: @Sendable () -> Bool
  /// Told of the first refusal of each kind of work.
  let report: @Sendable (LakeWriterError) -> Void

  private static let firstPauseMillis: Int64 = 50
  private static let lastPauseMillis: Int64 = 1000

  init(_ settings: DeliverySettings) {
    seconds = settings.retrySeconds
    isInterrupted = settings.isInterrupted
    report = settings.reportRetry
  }

  /// One piece of work that is tried again.
  final class Attempts {
    private let budget: RetryBudget
    private var startMillis: Int64?
    private var pauseMillis = RetryBudget.firstPauseMillis

    init(_ budget: RetryBudget) { self.budget = budget }

    /// Waits a while, unless the time is over; whether to try again.
    func isTriedAgain(_ error: LakeWriterError) -> Bool {
      guard budget.seconds > 0, case .destination = error.kind else { return false }
      let now = RetryBudget.nowMillis()
      if startMillis == nil { budget.report(error) }
      let start = startMillis ?? now
      startMillis = start
      let end = min(now + pauseMillis, start + Int64(budget.seconds) * 1000)
      if now >= end { return false }
      while RetryBudget.nowMillis() < end {
        if budget.isInterrupted() { return false }
        usleep(20_000)
      }
      pauseMillis = min(pauseMillis * 2, RetryBudget.lastPauseMillis)
      return true
    }
  }

  /// Does something that may be done again after it failed.
  func attempt<Result>(
    _ body: () throws(LakeWriterError) -> Result
  ) throws(LakeWriterError) -> Result {
    let attempts = Attempts(self)
    while true {
      do throws(LakeWriterError) { return try body() } catch {
        if !attempts.isTriedAgain(error) { throw error }
      }
    }
  }

  /// A clock that nobody sets.
  private static func nowMillis() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
