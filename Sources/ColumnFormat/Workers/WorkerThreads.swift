#if canImport(Glibc)
  package import Glibc
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
      if let thread = start({ body(worker) }) { threads.append(thread) }
    }
    body(0)
    for thread in threads { pthread_join(thread, nil) }
  }

  /// Begins a thread, which the caller joins; nil where the system refuses it.
  package static func start(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
    let start = Unmanaged.passRetained(WorkerStart(body: body))
    var thread = pthread_t()
    if pthread_create(&thread, nil, startWorker, start.toOpaque()) == 0 { return thread }
    start.release()
    return nil
  }
}

private final class WorkerStart: Sendable {
  let body: @Sendable () -> Void

  init(body: @escaping @Sendable () -> Void) { self.body = body }
}

private func startWorker(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  if let argument {
    Unmanaged<WorkerStart>.fromOpaque(argument).takeRetainedValue().body()
  }
  return nil
}
