#if canImport(Glibc)
  import Glibc
#endif

/// A lock with a condition to wait for; between threads of one query, never per row.
final class Monitor: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Runs `body` while no other thread is inside.
  func locked<Result>(_ body: () throws -> Result) rethrows -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body()
  }

  /// Waits for ``signal()``; only inside ``locked(_:)``, and again until what is waited for is true.
  func wait() { pthread_cond_wait(condition, mutex) }

  /// Wakes all that wait.
  func signal() { pthread_cond_broadcast(condition) }
}
