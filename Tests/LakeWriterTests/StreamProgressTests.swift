import Synchronization
import TestSupport
import Testing

@testable import LakeWriter

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct StreamProgressTests {
  @Test func `others see what a running delivery has taken and not committed`() throws {
    let lake = TestLake()
    let seen = Mutex<[StreamReport]>([])
    let streams = lake.streams
    let summary = lake.deliver([lake.write(TestRecords.text(0..<1000), to: "in/a")]) { settings in
      settings.workerCount = 1
      settings.reach = { (step) throws(LakeWriterError) in
        guard step == .checkpoint,
          let report = try StreamReport(streamsFolder: streams, name: "orders")
        else { return }
        seen.withLock { $0.append(report) }
      }
    }
    #expect(summary.failure == nil)
    let reports = seen.withLock { $0 }
    let progress = try #require(reports.last?.progress)
    #expect(reports.last?.process == Int(getpid()))
    #expect(progress.oldestMillis == 1_700_000_000_000)
    #expect((1...5).contains(progress.activePartitionCount))
    #expect((1...1000).contains(progress.waitingRecordCount))
    // Nothing waits when it is done.
    let last = try #require(try StreamReport(streamsFolder: streams, name: "orders"))
    #expect(last.progress == nil && last.process == nil)
    #expect(StreamProgress.read(streamFolder: "\(streams)/orders") == nil)
  }

  @Test func `what was said is what is read`() {
    let folder = TemporaryDirectory()
    for progress in [
      StreamProgress(oldestMillis: 5, activePartitionCount: 2, waitingRecordCount: 70),
      StreamProgress(oldestMillis: nil, activePartitionCount: 0, waitingRecordCount: 0),
    ] {
      progress.write(streamFolder: folder.path)
      #expect(StreamProgress.read(streamFolder: folder.path) == progress)
    }
    _ = folder.write(Array("{\"activePartitions\":".utf8), to: "progress.json")
    #expect(StreamProgress.read(streamFolder: folder.path) == nil)
  }
}
