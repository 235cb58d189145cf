import Synchronization

/// One line on standard error that says how far long work is; only after half a second, and redrawn a
/// few times a second.
final class ProgressLine: Sendable {
  private struct State {
    var lastSeconds = 0.4
    var isDrawn = false
  }

  private let isShown: Bool
  private let watch = Stopwatch()
  private let state = Mutex(State())

  init(isShown: Bool) { self.isShown = isShown }

  /// Shows how many bytes of how many are done, and how many things of a kind that were.
  func show(done: Int, of total: Int?, count: Int, _ kind: String) {
    guard isShown else { return }
    let seconds = watch.seconds
    state.withLock { state in
      guard seconds - state.lastSeconds > 0.1 else { return }
      state.lastSeconds = seconds
      state.isDrawn = true
      StandardError.write(
        "\r\u{1B}[K"
          + ProgressLine.text(
            done: done,
            of: total,
            count: count,
            kind: kind,
            seconds: seconds
          )
      )
    }
  }

  /// Removes the line.
  func clear() {
    state.withLock { state in
      if state.isDrawn { StandardError.write("\r\u{1B}[K") }
      state.isDrawn = false
    }
  }

  static func text(done: Int, of total: Int?, count: Int, kind: String, seconds: Double) -> String {
    let rate = Double(done) / max(seconds, 0.001)
    var parts = ["\(Quantity.grouped(count)) \(kind)"]
    if let total, total > 0 {
      let part = min(Double(done) / Double(total), 1)
      parts.insert("\(Int(part * 100)) % of \(Quantity.bytes(total))", at: 0)
      if rate > 0 { parts.append("\(Quantity.bytes(Int(rate)))/s") }
      let left = Double(total - done) / max(rate, 1)
      if part < 1 { parts.append("\(Quantity.seconds(max(left, 0))) left") }
    } else {
      parts.append(Quantity.bytes(done))
      parts.append("\(Quantity.bytes(Int(rate)))/s")
    }
    return parts.joined(separator: ", ")
  }
}
