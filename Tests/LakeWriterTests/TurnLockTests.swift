import ColumnFormat
import Synchronization
import TestSupport
import Testing

@testable import LakeWriter

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct TurnLockTests {
  /// What was done, in its order.
  private final class Done: Sendable {
    private let list = Mutex<[Int]>([])

    var numbers: [Int] { list.withLock { $0 } }

    func append(_ number: Int) { list.withLock { $0.append(number) } }
  }

  @Test func `what is done for blocks is done in their order, whoever brings them`() {
    let lock = TurnLock(waitingCountMax: 4)
    let done = Done()
    let next = Mutex(0)
    WorkerThreads.run(count: 4) { worker in
      var generator = SeededGenerator(seed: UInt64(worker))
      while true {
        let number = next.withLock { next in
          defer { next += 1 }
          return next
        }
        if number >= 500 { break }
        if generator.next() % 8 == 0 { usleep(300) }
        lock.inTurn(number) { done.append(number) }
      }
    }
    #expect(done.numbers == Array(0..<500))
  }

  @Test func `a late block does those that have come before it, and nobody waits for it`() {
    let lock = TurnLock(waitingCountMax: 4)
    let done = Done()
    for number in [2, 1, 4] { lock.inTurn(number) { done.append(number) } }
    #expect(done.numbers.isEmpty)
    lock.inTurn(0) { done.append(0) }
    #expect(done.numbers == [0, 1, 2])
    lock.inTurn(3) { done.append(3) }
    #expect(done.numbers == [0, 1, 2, 3, 4])
  }

  @Test func `a fifth block that is too early waits until its time comes nearer`() {
    let lock = TurnLock(waitingCountMax: 4)
    let done = Done()
    for number in 1...4 { lock.inTurn(number) { done.append(number) } }
    WorkerThreads.run(count: 2) { worker in
      if worker == 1 {
        lock.inTurn(5) { done.append(5) }
      } else {
        usleep(20_000)
        lock.inTurn(0) { done.append(0) }
      }
    }
    #expect(done.numbers == [0, 1, 2, 3, 4, 5])
  }
}
