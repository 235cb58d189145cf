import ObjectStore
import Synchronization
import TestSupport
import Testing

@testable import LakeWriter

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct RetryBudgetTests {
  /// Refuses the first commits at a step.
  private static func refusing(
    _ step: DeliveryStep,
    times: Int
  ) -> @Sendable (DeliveryStep) throws(LakeWriterError) -> Void {
    let count = ExactlyOnceTests.Counter()
    return { (reached) throws(LakeWriterError) in
      if reached == step && count.next() <= times {
        throw LakeWriterError(.destination("No space left on device"), path: "x")
      }
    }
  }

  @Test(arguments: [
    DeliveryStep.checkpoint, .publishing, .published, .committed,
  ])
  func `a destination that refuses for a while gets every record once`(step: DeliveryStep) throws {
    let lake = TestLake()
    let told = ExactlyOnceTests.Counter()
    let summary = lake.deliver([lake.write(TestRecords.text(0..<1000), to: "in/a")]) { settings in
      settings.retrySeconds = 60
      settings.reportRetry = { _ in _ = told.next() }
      settings.reach = RetryBudgetTests.refusing(step, times: 3)
    }
    #expect(summary.failure == nil)
    #expect(told.count >= 1)
    #expect(try lake.ids() == TestRecords.sound(0..<1000))
    #expect(try lake.rejectedTexts() == TestRecords.broken(0..<1000))
    #expect(lake.unfinishedNames().isEmpty)
  }

  @Test func `when the time is over the delivery stops, and a later run goes on`() throws {
    let lake = TestLake()
    let input = lake.write(TestRecords.text(0..<1000), to: "in/a")
    let clock = ContinuousClock()
    let start = clock.now
    let summary = lake.deliver([input]) { settings in
      settings.retrySeconds = 1
      settings.reach = RetryBudgetTests.refusing(.checkpoint, times: .max)
    }
    #expect(summary.failure?.kind == .destination("No space left on device"))
    #expect(clock.now - start >= .milliseconds(950))
    #expect(lake.deliver([input]) { $0.resumes = true }.failure == nil)
    #expect(try lake.ids() == TestRecords.sound(0..<1000))
  }

  @Test func `a folder that may not be written to at first is written to when it may`() throws {
    // Root may write everywhere, so a file stands where the folder is to be.
    let lake = TestLake()
    let input = lake.write(TestRecords.text(0..<100), to: "in/a")
    let blocked = lake.write("x", to: "data")
    let summary = lake.deliver([input]) { settings in
      settings.retrySeconds = 60
      settings.reportRetry = { _ in unlink(blocked) }
    }
    #expect(summary.failure == nil)
    #expect(try lake.ids() == TestRecords.sound(0..<100))
  }

  @Test func `an interrupt ends the waiting`() throws {
    let lake = TestLake()
    let summary = lake.deliver([lake.write(TestRecords.text(0..<100), to: "in/a")]) { settings in
      settings.retrySeconds = 7200
      settings.reach = RetryBudgetTests.refusing(.checkpoint, times: .max)
      let flag = Flag()
      settings.reportRetry = { _ in flag.set() }
      settings.isInterrupted = { flag.isSet }
    }
    #expect(summary.failure?.kind == .destination("No space left on device"))
  }

  private final class Flag: Sendable {
    private let value = Atomic<Bool>(false)
    var isSet: Bool { value.load(ordering: .relaxed) }
    func set() { value.store(true, ordering: .relaxed) }
  }

  @Test func `other errors are not tried again`() throws {
    let lake = TestLake()
    let count = ExactlyOnceTests.Counter()
    let summary = lake.deliver([lake.write(TestRecords.text(0..<100), to: "in/a")]) { settings in
      settings.retrySeconds = 7200
      settings.reach = { (step) throws(LakeWriterError) in
        if step == .checkpoint {
          _ = count.next()
          throw LakeWriterError(.source("gone"), path: "x")
        }
      }
    }
    #expect(summary.failure?.kind == .source("gone"))
    #expect(count.count == 1)
  }
}
