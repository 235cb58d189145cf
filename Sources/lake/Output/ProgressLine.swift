import Synchronization

/// How far long work is, by the bytes of its inputs, as a line on standard error.
final class ProgressLine: Sendable {
  /// What is known of the work.
  struct State: Equatable, Sendable {
    /// Bytes of the inputs that are read.
    var done = 0
    /// The size of the inputs in bytes; nil where it is not known.
    var total: Int?
    /// How many things were done.
    var count = 0
    /// How many there will be, where that is known and their size is not.
    var countTotal: Int?
    /// What they are called: `records`, `files`.
    var kind: String
    /// Which of several equal pieces of work this is: `table 2 of 5`.
    var piece: String?
    /// When this piece began, in seconds since the work did.
    var startSeconds = 0.0
  }

  /// What the work writes and the painting thread reads.
  private final class Board: Sendable {
    let state: Mutex<State>

    init(_ state: State) { self.state = Mutex(state) }
  }

  private let board: Board
  private let watch = Stopwatch()
  private let painter: ProgressPainter

  /// - Parameters:
  ///   - isShown: Whether there is a line at all.
  ///   - kind: What is counted: `records`.
  ///   - total: The size of the inputs in bytes, if it is known already.
  ///   - countTotal: How many things there will be, where there are no inputs.
  init(isShown: Bool, counting kind: String, of total: Int? = nil, countTotal: Int? = nil) {
    let board = Board(State(total: total, countTotal: countTotal, kind: kind))
    self.board = board
    painter = ProgressPainter(isShown: isShown) { seconds in
      ProgressLine.text(board.state.withLock { $0 }, seconds: seconds)
    }
  }

  /// Notes what is done; any thread may call it.
  func update(_ change: (inout State) -> Void) { board.state.withLock { change(&$0) } }

  /// Begins the next of several pieces, of which nothing is done.
  func begin(piece: String?, total: Int) {
    let seconds = watch.seconds
    update { state in
      state = State(total: total, kind: state.kind, piece: piece, startSeconds: seconds)
    }
  }

  /// Removes the line.
  func finish() { painter.finish() }

  /// The line after so many seconds since the beginning of all.
  ///
  /// `table 2 of 5: 40 % of 1.2 GB, 1,200 files, 25.0 MB/s, 30.0 s left`; where the end is not known,
  /// what is done so far and for how long.
  static func text(_ state: State, seconds: Double) -> String {
    let passed = max(seconds - state.startSeconds, 0.001)
    if let countTotal = state.countTotal { return counted(state, of: countTotal, passed) }
    let rate = Double(state.done) / passed
    var parts = ["\(Quantity.grouped(state.count)) \(state.kind)"]
    let speed = state.done > 0 ? ["\(Quantity.bytes(Int(rate)))/s"] : []
    if let total = state.total, total > 0 {
      let part = min(Double(state.done) / Double(total), 1)
      parts.insert("\(Int(part * 100)) % of \(Quantity.bytes(total))", at: 0)
      parts += speed
      // What one second promises is no promise yet.
      if part > 0, part < 1, passed >= 1 {
        parts.append("\(Quantity.seconds(Double(total - state.done) / rate)) left")
      } else {
        parts.append(Quantity.seconds(seconds))
      }
    } else {
      parts += [Quantity.bytes(state.done)] + speed + [Quantity.seconds(seconds)]
    }
    return (state.piece.map { $0 + ": " } ?? "") + parts.joined(separator: ", ")
  }

  /// `40 %, 400 of 1,000 records, 200/s, 3.00 s left`.
  private static func counted(_ state: State, of total: Int, _ seconds: Double) -> String {
    let rate = Double(state.count) / seconds
    let left = Double(total - state.count) / max(rate, 1)
    return [
      "\(state.count * 100 / max(total, 1)) %",
      "\(Quantity.grouped(state.count)) of \(Quantity.grouped(total)) \(state.kind)",
      "\(Quantity.grouped(Int(rate)))/s",
      state.count > 0 && seconds >= 1
        ? "\(Quantity.seconds(left)) left" : Quantity.seconds(seconds),
    ]
    .joined(separator: ", ")
  }
}
