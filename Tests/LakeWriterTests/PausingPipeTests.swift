import ColumnFormat
import Synchronization
import TestSupport
import Testing

@testable import LakeWriter

#if canImport(Glibc)
  import Glibc
#endif

/// Pipes whose sender goes on to hold them open, but sends nothing.
@Suite struct PausingPipeTests {
  /// Sends some text into a named pipe, asks `body`, and ends the pipe.
  private func whilePaused(
    _ text: String,
    _ change: @escaping @Sendable (inout DeliverySettings) -> Void = { _ in },
    _ body: @escaping @Sendable (TestLake) throws -> Void
  ) throws {
    let lake = TestLake()
    let path = "\(lake.folder)/pipe"
    mkfifo(path, 0o600)
    // Opened for both directions, a pipe of this process has a sender from the start.
    let sender = open(path, O_RDWR | O_CLOEXEC)
    defer { close(sender) }
    try #require(write(sender, text, text.utf8.count) == text.utf8.count)
    let failures = Mutex<[any Error]>([])
    let isAsked = Atomic(false)
    let clock: @Sendable () -> Int64 = {
      var now = timespec()
      clock_gettime(CLOCK_MONOTONIC, &now)
      return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }
    WorkerThreads.run(count: 2) { number in
      if number == 0 {
        let summary = lake.deliver([path]) { settings in
          settings.timeField = nil
          settings.granularity = .none
          settings.hints = BufferingHints(byteCount: 1 << 20, intervalSeconds: 0)
          settings.nowMillis = clock
          settings.isInterrupted = { isAsked.load(ordering: .relaxed) }
          change(&settings)
        }
        if let failure = summary.failure { failures.withLock { $0.append(failure) } }
        return
      }
      do { try body(lake) } catch { failures.withLock { $0.append(error) } }
      isAsked.store(true, ordering: .relaxed)
    }
    if let failure = failures.withLock({ $0.first }) { throw failure }
  }

  /// Waits until the rows of a lake are those, for up to ten seconds.
  private static func wait(for ids: [Int64], in lake: TestLake) throws {
    for _ in 0..<200 {
      if try lake.ids() == ids { return }
      usleep(50_000)
    }
    throw TestFailure("after ten seconds there are \(try lake.ids()), not \(ids)")
  }

  @Test func `records are delivered while the pipe pauses`() throws {
    try whilePaused("{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n") { lake in
      try PausingPipeTests.wait(for: [1, 2, 3], in: lake)
    }
  }

  @Test func `one record is delivered before a second one comes`() throws {
    try whilePaused("{\"id\":1}\n") { lake in try PausingPipeTests.wait(for: [1], in: lake) }
  }

  @Test func `the age of a record counts from its arrival`() throws {
    try whilePaused("{\"id\":1}\n{\"id\":2}\n") {
      $0.hints = BufferingHints(byteCount: 1 << 20, intervalSeconds: 1)
    } _: { lake in
      usleep(500_000)
      #expect(try lake.ids() == [])
      try PausingPipeTests.wait(for: [1, 2], in: lake)
    }
  }
}
