import SQL
import Synchronization

/// How far a running query is, as a line on standard error.
final class QueryProgressLine {
  private let painter: ProgressPainter

  init(_ progress: QueryProgress, isShown: Bool) {
    progress.reset()
    painter = ProgressPainter(isShown: isShown) { seconds in
      QueryProgressLine.text(
        done: progress.partCountDone.load(ordering: .relaxed),
        of: progress.partCount.load(ordering: .relaxed),
        rowCount: progress.rowCount.load(ordering: .relaxed),
        byteCount: progress.byteCountRead.load(ordering: .relaxed),
        seconds: seconds
      )
    }
  }

  /// Removes the line; nothing is drawn from now on.
  func finish() { painter.finish() }

  /// `40 %, 12 of 30 parts, 1,200,000 rows, 25.0 MB/s, 3 s left`.
  static func text(
    done: Int,
    of total: Int,
    rowCount: Int,
    byteCount: Int,
    seconds: Double
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
    return parts.joined(separator: ", ")
  }
}
