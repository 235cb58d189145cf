import Synchronization

/// What the threads of one query share: pool, budget, and the first error.
final class RunControl: @unchecked Sendable {
  let settings: ExecutionSettings
  let budget: MemoryBudget
  let pool: WorkerPool
  /// Where operators put what does not fit.
  let spill: SpillStore

  /// The files that scans have read from.
  let mappedFiles: MappedFiles

  private let stopped = Atomic<Bool>(false)
  private let byteCountRead = Atomic<Int>(0)
  private let monitor = Monitor()
  private var firstError: (any Error)?

  init(_ settings: ExecutionSettings) {
    self.settings = settings
    budget = MemoryBudget(
      byteCountMax: settings.memoryByteCount,
      spillsAtOnce: settings.spillsAtOnce
    )
    spill = SpillStore(
      folder: settings.temporaryFolder,
      memoryByteCount: settings.memoryByteCount
    )
    mappedFiles = MappedFiles(
      byteCountMax: min(settings.memoryByteCount / 8, MappedFiles.byteCountLimit)
    )
    pool = WorkerPool(threadCount: settings.threads)
  }

  /// Whether workers shall stop at their next batch: an error, or the user.
  var isStopped: Bool {
    stopped.load(ordering: .relaxed) || settings.cancellation.isCancelled
  }

  /// Keeps the first error and makes all workers stop.
  func fail(_ error: any Error) {
    monitor.locked { if firstError == nil { firstError = error } }
    stopped.store(true, ordering: .relaxed)
  }

  /// Counts bytes that a scan has read.
  ///
  /// - Throws: When all scans of the query together have read more than they may.
  func countRead(_ byteCount: Int, by scan: ScanStatistics) throws {
    scan.byteCountRead.wrappingAdd(byteCount, ordering: .relaxed)
    settings.progress?.byteCountRead.wrappingAdd(byteCount, ordering: .relaxed)
    let total = byteCountRead.wrappingAdd(byteCount, ordering: .relaxed).newValue
    if let limit = settings.scanByteCountMax, total > limit {
      throw SQLError(
        .exceededScan,
        "Bytes scanned limit was exceeded: the query reads more than \(limit) bytes",
        help: "name fewer columns, or ask for fewer partitions"
      )
    }
  }

  /// Makes all workers stop without an error: nobody wants the rest.
  func stop() { stopped.store(true, ordering: .relaxed) }

  /// Throws the first error, or that the query was cancelled.
  func check() throws {
    if let error = monitor.locked({ firstError }) { throw error }
    if settings.cancellation.isCancelled { throw RunControl.cancelled }
  }

  static let cancelled = SQLError(.userCanceled, "the query was cancelled")

  /// Calls `body` with 0, 1, … `count - 1`, each once, on all threads; the first error wins.
  func parallel(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
    let next = SharedCounter()
    pool.run(min(settings.threads, count)) { _ in
      while !self.isStopped {
        let number = next.take()
        if number >= count { return }
        do { try body(number) } catch { self.fail(error) }
      }
    }
    try check()
  }

  /// The same without threads where `control` is nil.
  static func parallel(
    _ count: Int,
    _ control: RunControl?,
    _ body: @escaping @Sendable (Int) throws -> Void
  ) throws {
    if let control { return try control.parallel(count, body) }
    for number in 0..<count { try body(number) }
  }
}

/// A number that threads take turns to raise.
final class SharedCounter: Sendable {
  private let value = Atomic<Int>(0)

  /// The number before it is raised by one.
  func take() -> Int { value.wrappingAdd(1, ordering: .relaxed).oldValue }
}
