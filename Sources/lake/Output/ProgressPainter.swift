import ColumnFormat
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// One line on standard error that says how far long work is: after half a second, and from then on ten
/// times a second until it is removed.
///
/// A thread of its own asks for the line, so that the work does not have to think of it, and one sees
/// that time passes also where nothing is done yet.
final class ProgressPainter: @unchecked Sendable {
  private let text: @Sendable (_ seconds: Double) -> String
  private let watch = Stopwatch()
  private let isFinished = Mutex(false)
  private var thread: pthread_t?

  /// - Parameters:
  ///   - isShown: Whether there is a line at all.
  ///   - text: The line, after so many seconds; called from another thread.
  init(isShown: Bool, _ text: @escaping @Sendable (_ seconds: Double) -> String) {
    self.text = text
    if isShown { thread = WorkerThreads.start { self.paint() } }
  }

  /// Removes the line; nothing is drawn from now on.
  func finish() {
    guard let thread else { return }
    isFinished.withLock { $0 = true }
    pthread_join(thread, nil)
    self.thread = nil
  }

  private func paint() {
    var isDrawn = false
    while true {
      // Short at first: most work is over before anything is drawn.
      usleep(isDrawn ? 100_000 : 5_000)
      let isOver = isFinished.withLock { isFinished in
        if !isFinished && watch.seconds > 0.5 {
          let line = Interruption.isRequested ? "stopping" : text(watch.seconds)
          StandardError.write("\r" + ProgressPainter.cut(line) + "\u{1B}[K")
          isDrawn = true
        }
        return isFinished
      }
      if isOver { break }
    }
    if isDrawn { StandardError.write("\r\u{1B}[K") }
  }

  /// A line that wrapped could not be drawn over.
  private static func cut(_ line: String) -> String {
    DisplayText.cut(line, to: max(10, Terminal.size().width - 1))
  }
}
