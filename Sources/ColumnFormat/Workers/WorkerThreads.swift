#if canImport(Glibc)
  import Glibc
#endif

/// Threads for work that is cut into pieces beforehand: no pool, no queue, no waiting but at the end.
package enum WorkerThreads {
  /// Calls `body` once on each of `count` threads, of which the caller's is number zero, and returns
  /// when all calls have.
  ///
  /// Where the system refuses a thread, the others have its share: pieces are taken, not assigned.
  package static func run(count: Int, _ body: @escaping @Sendable (_ worker: Int) -> Void) {
    var threads: [pthread_t] = []
    for worker in 1..<max(count, 1) {
      let start = Unmanaged.passRetained(WorkerStart(worker: worker, body: body))
      var thread = pthread_t()
      let refused = pthread_create(&thread, nil, startWorker, start.toOpaque())
      if refused == 0 { threads.append(thread) } else { start.release() }
    }
    body(0)
    for thread in threads { pthread_join(thread, nil) }
  }
}

private final class WorkerStart: Sendable {
  let worker: Int
  let body: @Sendable (Int) -> Void

  init(worker: Int, body: @escaping @Sendable (Int) -> Void) {
    self.worker = worker
    self.body = body
  }
}

private func startWorker(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  if let argument {
    let start = Unmanaged<WorkerStart>.fromOpaque(argument).takeRetainedValue()
    start.body(start.worker)
  }
  return nil
}
