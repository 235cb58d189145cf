import ColumnFormat

#if canImport(Glibc)
  import Glibc
#endif

/// The threads of one query.
///
/// They are started when they are first needed, so that a small query costs none, and live until the
/// query is done.
final class WorkerPool: @unchecked Sendable {
  /// What the threads look at; they hold this and not the pool, so that the pool can end them.
  private final class Board: @unchecked Sendable {
    let monitor = Monitor()
    /// The work of the current round and how often it is to be called.
    var body: (@Sendable (Int) -> Void)?
    var next = 0
    var wanted = 0
    var running = 0
    var isClosed = false

    func work() {
      while true {
        var task: (@Sendable (Int) -> Void)?
        var number = 0
        monitor.locked {
          while !isClosed && next >= wanted { monitor.wait() }
          guard !isClosed, let body else { return }
          task = body
          number = next
          next += 1
        }
        guard let task else { return }
        task(number)
        monitor.locked {
          running -= 1
          if running == 0 { monitor.signal() }
        }
      }
    }
  }

  let threadCount: Int
  private let board = Board()
  private var threads: [pthread_t] = []

  init(threadCount: Int) { self.threadCount = max(threadCount, 1) }

  deinit {
    board.monitor.locked {
      board.isClosed = true
      board.monitor.signal()
    }
    for thread in threads { pthread_join(thread, nil) }
  }

  /// Calls `body` with 0, 1, … `count - 1`, each on a thread of its own, the first on this one;
  /// returns when all are done.
  func run(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    guard count > 1 else { return body(0) }
    let isStarted = start(count - 1) { body($0 + 1) }
    body(0)
    if isStarted {
      wait()
    } else {
      for number in 1..<count { body(number) }
    }
  }

  /// Calls `body` with 0, 1, … `count - 1` on other threads, and returns at once; false where the
  /// system gives no thread and nothing was called.
  func start(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) -> Bool {
    addThreads(count)
    if threads.isEmpty { return false }
    board.monitor.locked {
      board.body = body
      board.next = 0
      board.wanted = count
      board.running = count
      board.monitor.signal()
    }
    return true
  }

  /// Returns when all that ``start(_:_:)`` began is done.
  func wait() {
    board.monitor.locked {
      while board.running > 0 { board.monitor.wait() }
      board.body = nil
      board.wanted = 0
      board.next = 0
    }
  }

  private func addThreads(_ count: Int) {
    while threads.count < count {
      let board = self.board
      // Fewer threads work through all the calls of a round, only not at the same time.
      guard let thread = WorkerThreads.start({ board.work() }) else { return }
      threads.append(thread)
    }
  }
}
