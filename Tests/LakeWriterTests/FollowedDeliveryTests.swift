import ColumnFormat
import ObjectStore
import RowFormat
import Synchronization
import TestSupport
import Testing

@testable import LakeWriter

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct FollowedDeliveryTests {
  private static func append(_ text: String, to path: String) {
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    defer { close(file) }
    _ = text.withCString { write(file, $0, strlen($0)) }
  }

  /// Follows a folder while `steps` are done one after the other, each when the one before is delivered.
  private func follow(_ lake: TestLake, _ steps: [(Int, @Sendable () -> Void)]) -> DeliverySummary {
    let folder = "\(lake.folder)/in"
    let isDone = Atomic<Bool>(false)
    let result = Mutex<DeliverySummary?>(nil)
    WorkerThreads.run(count: 2) { number in
      if number == 1 {
        for (count, step) in steps {
          step()
          for _ in 0..<150 where ((try? lake.ids().count) ?? 0) < count { usleep(100_000) }
        }
        isDone.store(true, ordering: .sequentiallyConsistent)
        return
      }
      let settings = lake.settings {
        $0.hints = BufferingHints(byteCount: 1 << 20, intervalSeconds: 0)
        $0.isInterrupted = { isDone.load(ordering: .sequentiallyConsistent) }
      }
      let summary = FollowedDelivery(settings) {
        ((try? LocalFolder(folder).list("")) ?? []).map { "\(folder)/\($0.path)" }
      }
      .run()
      result.withLock { $0 = summary }
    }
    return result.withLock { $0 } ?? DeliverySummary()
  }

  @Test
  func `a log that is rotated by renaming is followed under its new name, and the new one begins`()
    throws
  {
    let lake = TestLake()
    let (log, first, second) = (
      "\(lake.folder)/in/app.log", "\(lake.folder)/in/app.log.1", "\(lake.folder)/in/app.log.2"
    )
    mkdir("\(lake.folder)/in", 0o755)
    let summary = follow(
      lake,
      [
        (20, { FollowedDeliveryTests.append(TestRecords.text(0..<20), to: log) }),
        (
          // The writer goes on with the file that it has open, then with one that is much shorter.
          26,
          {
            rename(log, first)
            FollowedDeliveryTests.append(TestRecords.text(20..<25), to: first)
            FollowedDeliveryTests.append(TestRecords.text(30..<31), to: log)
          }
        ),
        (
          28,
          {
            rename(first, second)
            rename(log, first)
            FollowedDeliveryTests.append(TestRecords.text(40..<42), to: log)
          }
        ),
        (
          // The oldest one goes.
          29,
          {
            rename(first, second)
            rename(log, first)
            FollowedDeliveryTests.append(TestRecords.text(50..<51), to: log)
          }
        ),
      ]
    )
    #expect(summary.failure == nil)
    #expect(try lake.ids() == Array(0..<25) + [30, 40, 41, 50])
    #expect(summary.recordCount == 29)
  }

  @Test func `an interrupt delivers the whole lines that wait for their time`() throws {
    let lake = TestLake()
    let path = lake.write(TestRecords.text(0..<5), to: "in/a.log")
    let isDone = Atomic<Bool>(false)
    WorkerThreads.run(count: 2) { number in
      if number == 1 {
        for _ in 0..<150 where ((try? lake.ids().count) ?? 0) < 5 { usleep(100_000) }
        FollowedDeliveryTests.append(TestRecords.text(5..<8) + "{\"id\":8", to: path)
        usleep(500_000)
        #expect((try? lake.ids()) == Array(0..<5))
        return isDone.store(true, ordering: .sequentiallyConsistent)
      }
      let settings = lake.settings {
        $0.hints = BufferingHints(byteCount: 1 << 20, intervalSeconds: 300)
        $0.isInterrupted = { isDone.load(ordering: .sequentiallyConsistent) }
      }
      let summary = FollowedDelivery(settings) { [path] }.run()
      #expect(summary.isComplete)
      #expect(summary.deliveredRowCount == 8)
    }
    #expect(try lake.ids() == Array(0..<8))
    FollowedDeliveryTests.append("}\n", to: path)
    #expect(lake.deliver([path]) { $0.resumes = true }.deliveredRowCount == 1)
    #expect(try lake.ids() == Array(0..<9))
  }

  @Test func `a file that was cut, or took the name of one that is no input, is refused`() throws {
    for renames in [false, true] {
      let lake = TestLake()
      let path = lake.write(TestRecords.text(0..<20), to: "in/a")
      #expect(lake.deliver([path]) { $0.resumes = true }.deliveredRowCount == 20)
      if renames { rename(path, "\(lake.folder)/elsewhere") } else { truncate(path, 0) }
      FollowedDeliveryTests.append(TestRecords.text(30..<31), to: path)
      let summary = lake.deliver([path]) { $0.resumes = true }
      #expect(
        summary.failure?.kind
          == .source(
            renames
              ? "it is not the file any more that the stream has read from"
              : "\(TestRecords.text(0..<20).utf8.count) bytes of it are known to the stream, and "
                + "now it has \(TestRecords.text(30..<31).utf8.count)"
          )
      )
      if renames {
        let old = "\(lake.folder)/elsewhere"
        FollowedDeliveryTests.append(TestRecords.text(20..<22), to: old)
        #expect(lake.deliver([path, old]) { $0.resumes = true }.deliveredRowCount == 3)
        #expect(try lake.ids() == Array(0..<22) + [30])
      }
    }
  }

  @Test func `a renamed file is gone on with where a run was killed`() throws {
    let lake = TestLake()
    let path = lake.write(TestRecords.text(0..<800), to: "in/a")
    let count = ExactlyOnceTests.Counter()
    let dead = lake.deliver([path]) { settings in
      settings.reach = { (_) throws(LakeWriterError) in
        if count.next() > 12 { throw ExactlyOnceTests.died }
      }
    }
    #expect(dead.failure == ExactlyOnceTests.died)
    let other = "\(lake.folder)/in/b"
    rename(path, other)
    #expect(lake.deliver([other]) { $0.resumes = true }.isComplete)
    #expect(try lake.ids() == TestRecords.sound(0..<800))
    #expect(try lake.rejectedTexts() == TestRecords.broken(0..<800))
  }

  @Test func `lines that are added and files that come are delivered once, cut lines when whole`()
    throws
  {
    let lake = TestLake()
    let first = "\(lake.folder)/in/a.ndjson"
    let third = TestRecords.line(2)
    let summary = follow(
      lake,
      [
        (2, { _ = lake.write(TestRecords.text(0..<2) + third.prefix(9), to: "in/a.ndjson") }),
        (3, { FollowedDeliveryTests.append(third.dropFirst(9) + "\n", to: first) }),
        (53, { _ = lake.write(TestRecords.text(100..<150), to: "in/b.ndjson") }),
        (60, { FollowedDeliveryTests.append(TestRecords.text(3..<10), to: first) }),
      ]
    )
    #expect(summary.failure == nil && !summary.isInterrupted)
    #expect(summary.deliveredRowCount == 60)
    #expect(try lake.ids() == Array(0..<10) + Array(100..<150))
    #expect(try lake.rejectedTexts().isEmpty)
    // A second one passes over all of it.
    let again = lake.deliver([first]) { $0.resumes = true }
    #expect(again.recordCount == 0)
  }

  @Test func `a file without a whole line gives nothing yet`() throws {
    let lake = TestLake()
    let path = lake.write("{\"id\":1", to: "in/a")
    let growing = GrowingFiles(lake.settings())
    #expect(try DeliveryInput.named([path], envelope: nil, growing: growing).isEmpty)
    FollowedDeliveryTests.append("}\n{", to: path)
    let inputs = try DeliveryInput.named([path], envelope: nil, growing: growing)
    #expect(inputs.map { $0.identity?.byteCount } == [9])
  }

  @Test func `a record of delimited text whose quoted field has line ends is taken as a whole`()
    throws
  {
    let lake = TestLake()
    let path = lake.write("id,note\n1,\"a\nb\"\n2,\"c\n", to: "in/a.csv")
    let growing = GrowingFiles(lake.settings())
    func end() throws -> Int? {
      try DeliveryInput.named([path], envelope: nil, growing: growing).first?.identity?.byteCount
    }
    #expect(try end() == 16)
    FollowedDeliveryTests.append("d\n", to: path)
    #expect(try end() == 16)
    FollowedDeliveryTests.append("\"\"e\"\n3,f\n4", to: path)
    #expect(try end() == 32)
  }

  @Test func `a quote that is never closed does not hold up what follows for ever`() throws {
    let lake = TestLake()
    let path = lake.write("id,note\n1,\"a\n", to: "in/a.csv")
    let growing = GrowingFiles(lake.settings { $0.decoding.recordByteCountMax = 100 })
    func end() throws -> Int? {
      try DeliveryInput.named([path], envelope: nil, growing: growing).first?.identity?.byteCount
    }
    #expect(try end() == 8)
    FollowedDeliveryTests.append(String(repeating: "2,b\n", count: 40), to: path)
    #expect(try end() == 13 + 160)
  }

  @Test func `lines of one record that are added one by one become one row`() throws {
    let lake = TestLake()
    let path = "\(lake.folder)/in/a.csv"
    let summary = follow(
      lake,
      [
        (1, { _ = lake.write("id,note\n1,\"a\nb\"\n2,\"c\n", to: "in/a.csv") }),
        (1, { FollowedDeliveryTests.append("d\n", to: path) }),
        (3, { FollowedDeliveryTests.append("e\"\n3,f\n", to: path) }),
      ]
    )
    #expect(summary.failure == nil)
    #expect(try lake.ids() == [1, 2, 3])
    #expect(try lake.rejectedTexts().isEmpty)
  }
}
