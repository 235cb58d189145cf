import SQL
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A line on standard error that says how far a running query is; only after half a second.
///
/// A thread of its own looks at the query ten times a second, so that the query does not have to.
final class QueryProgressLine: @unchecked Sendable {
  private let progress: QueryProgress
  private let watch = Stopwatch()
  private let isFinished = Mutex(false)
  private var thread: pthread_t?

  init(_ progress: QueryProgress, isShown: Bool) {
    self.progress = progress
    progress.reset()
    guard isShown else { return }
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self).toOpaque()
    let code = pthread_create(
      &thread,
      nil,
      { context in
        guard let context else { return nil }
        Unmanaged<QueryProgressLine>.fromOpaque(context).takeRetainedValue().watchQuery()
        return nil
      },
      context
    )
    if code == 0 {
      self.thread = thread
    } else {
      Unmanaged<QueryProgressLine>.fromOpaque(context).release()
    }
  }

  /// Removes the line; nothing is drawn from now on.
  func finish() {
    guard let thread else { return }
    isFinished.withLock { $0 = true }
    pthread_join(thread, nil)
    self.thread = nil
  }

  private func watchQuery() {
    var isDrawn = false
    while true {
      // Short at first: most queries are over before anything is drawn.
      usleep(isDrawn ? 100_000 : 5_000)
      let isOver = isFinished.withLock { isFinished in
        if !isFinished && watch.seconds > 0.5 {
          StandardError.write("\r" + text + "\u{1B}[K")
          isDrawn = true
        }
        return isFinished
      }
      if isOver { break }
    }
    if isDrawn { StandardError.write("\r\u{1B}[K") }
  }

  private var text: String {
    QueryProgressLine.text(
      done: progress.partCountDone.load(ordering: .relaxed),
      of: progress.partCount.load(ordering: .relaxed),
      rowCount: progress.rowCount.load(ordering: .relaxed),
      byteCount: progress.byteCountRead.load(ordering: .relaxed),
      seconds: watch.seconds,
      width: Terminal.size().width
    )
  }

  /// `40 %, 12 of 30 parts, 1,200,000 rows, 25.0 MB/s, 3 s left`; cut to the screen.
  static func text(
    done: Int,
    of total: Int,
    rowCount: Int,
    byteCount: Int,
    seconds: Double,
    width: Int
  ) -> String {
    var parts: [String] = []
    // More done than known: a text, whose end is not known before it is there.
    if total >= max(done, 1) {
      parts.append("\(done * 100 / total) %")
      parts.append("\(Quantity.grouped(done)) of \(Quantity.grouped(total)) parts")
    }
    parts.append("\(Quantity.grouped(rowCount)) rows")
    if byteCount > 0 { parts.append("\(Quantity.bytes(Int(Double(byteCount) / seconds)))/s") }
    parts.append(Quantity.seconds(seconds))
    if total >= max(done, 1), done > 0, done < total {
      parts.append("\(Quantity.seconds(seconds * Double(total - done) / Double(done))) left")
    }
    return DisplayText.cut(parts.joined(separator: ", "), to: max(10, width - 1))
  }
}
