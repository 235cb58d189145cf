#if canImport(Glibc)
  import Glibc
#endif

/// A lock that the makers of numbered blocks take in the order of the numbers, and others at any time.
final class TurnLock: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let turnChanged: UnsafeMutablePointer<pthread_cond_t>
  /// Under the lock: the block whose turn it is.
  private var turn = 0
  /// Under the lock: what is to be done for blocks whose turn is to come.
  private var waiting: [Int: () -> Void] = [:]
  /// As many blocks may wait for one before them; whoever brings more waits, too.
  private let waitingCountMax: Int

  /// A lock for blocks from number zero on.
  ///
  /// - Parameter waitingCountMax: How many blocks may lie in memory until their turn comes.
  init(waitingCountMax: Int) {
    self.waitingCountMax = waitingCountMax
    mutex = .allocate(capacity: 1)
    turnChanged = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(turnChanged, nil)
  }

  deinit {
    pthread_cond_destroy(turnChanged)
    pthread_mutex_destroy(mutex)
    turnChanged.deallocate()
    mutex.deallocate()
  }

  /// Does something under the lock.
  func locked<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }

  /// Does something for a block under the lock, after what is done for the blocks before it.
  ///
  /// Where one of those has not come yet, its maker does it later, so that nobody is idle because
  /// another is slow. Every number is to come once.
  func inTurn(_ number: Int, _ body: @escaping () -> Void) {
    locked {
      while turn != number && waiting.count >= waitingCountMax {
        pthread_cond_wait(turnChanged, mutex)
      }
      waiting[number] = body
      if turn != number { return }
      while let next = waiting.removeValue(forKey: turn) {
        next()
        turn += 1
      }
      pthread_cond_broadcast(turnChanged)
    }
  }
}
