import Catalog
import Synchronization

/// How far a crawl or a check is, on standard error: table by table, by the bytes of their files.
final class CrawlProgressLine: Sendable {
  private let line: ProgressLine
  private let tableCount: Int?
  private let tableNumber = Atomic<Int>(0)

  /// - Parameters:
  ///   - isShown: Whether there is a line at all.
  ///   - tableCount: How many tables there will be, if that is known.
  init(isShown: Bool, tableCount: Int? = nil) {
    line = ProgressLine(isShown: isShown, counting: "files")
    self.tableCount = tableCount
  }

  /// Removes the line.
  func finish() { line.finish() }

  var progress: CrawlProgress {
    var progress = CrawlProgress()
    progress.begin = { [self] _, byteCount in
      let number = tableNumber.add(1, ordering: .relaxed).newValue
      line.begin(piece: piece(number), total: byteCount)
    }
    progress.read = { [self] byteCount in line.update { $0.done += byteCount } }
    progress.probed = { [self] in line.update { $0.count += 1 } }
    progress.isCancelled = { Interruption.isRequested }
    return progress
  }

  /// Nothing where there is only one.
  private func piece(_ number: Int) -> String? {
    if let tableCount { return tableCount > 1 ? "table \(number) of \(tableCount)" : nil }
    return number > 1 ? "table \(number)" : nil
  }
}
