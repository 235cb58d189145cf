import Catalog
import Synchronization

/// How far a crawl is, on standard error.
final class CrawlProgressLine: Sendable {
  private let line: ProgressLine
  private let doneByteCount = Atomic<Int>(0)
  private let doneCount = Atomic<Int>(0)
  private let totalByteCount = Atomic<Int>(0)

  init(isShown: Bool) { line = ProgressLine(isShown: isShown) }

  func clear() { line.clear() }

  var progress: CrawlProgress {
    var progress = CrawlProgress()
    progress.begin = { [self] _, byteCount in
      totalByteCount.add(byteCount, ordering: .relaxed)
    }
    progress.probed = { [self] byteCount in
      let done = doneByteCount.add(byteCount, ordering: .relaxed).newValue
      let count = doneCount.add(1, ordering: .relaxed).newValue
      line.show(done: done, of: totalByteCount.load(ordering: .relaxed), count: count, "files")
    }
    progress.isCancelled = { Interruption.isRequested }
    return progress
  }
}
