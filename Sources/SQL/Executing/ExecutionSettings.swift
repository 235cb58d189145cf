import Synchronization

/// A switch that tells the workers of a query to stop.
public final class Cancellation: Sendable {
  private let flag = Atomic<Bool>(false)

  /// A switch that is off.
  public init() {}

  /// Makes every worker stop at its next batch; may be called from a signal handler.
  public func cancel() { flag.store(true, ordering: .relaxed) }

  /// Switches off again, for the next query.
  public func reset() { flag.store(false, ordering: .relaxed) }

  /// Whether the query shall stop.
  public var isCancelled: Bool { flag.load(ordering: .relaxed) }
}

/// What a query may use while it runs.
struct ExecutionSettings: Sendable {
  /// How many threads work at the same time, the calling one included.
  var threads: Int
  /// What all operators together may hold.
  var memoryByteCount: Int
  /// Where the file is made that takes what they may not hold.
  var temporaryFolder: String
  /// Whether operators put rows there whether they must or not; for tests.
  var spillsAtOnce = false
  /// What all scans together may read; nil for no limit.
  var scanByteCountMax: Int?
  var context: EvaluationContext
  var cancellation: Cancellation
  var progress: QueryProgress?

  init(
    threads: Int,
    memoryByteCount: Int,
    temporaryFolder: String = "/var/tmp",
    scanByteCountMax: Int? = nil,
    context: EvaluationContext = EvaluationContext(),
    cancellation: Cancellation = Cancellation(),
    progress: QueryProgress? = nil
  ) {
    self.threads = max(threads, 1)
    self.memoryByteCount = memoryByteCount
    self.temporaryFolder = temporaryFolder
    self.scanByteCountMax = scanByteCountMax
    self.context = context
    self.cancellation = cancellation
    self.progress = progress
  }
}
