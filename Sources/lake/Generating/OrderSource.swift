#if canImport(Glibc)
  import Glibc
#endif

/// Sends the events of a stream to a file descriptor, as fast as it goes or at a set pace.
struct OrderSource {
  /// What was sent.
  struct Summary: Equatable {
    var recordCount: Int
    /// Why sending ended early, in the system's words; nil when all was sent or nobody reads on.
    var failure: String?
  }

  var stream: OrderEventStream
  var text: OrderText
  /// Records a second; nil is without a pause.
  var rate: Double?
  /// Told now and then how many records were made.
  var progress: (Int) -> Void = { _ in }

  mutating func send(to descriptor: Int32) -> Summary {
    var output = TextBuffer(descriptor: descriptor)
    var recordCount = 0
    let start = monotonicSeconds()
    while !output.isFailed, let event = stream.next() {
      if let rate { wait(until: start + Double(recordCount) / rate, &output) }
      text.write(event, isPastMiddle: stream.isPastMiddle, to: &output)
      recordCount += 1
      if recordCount & 0xFFF == 0 { progress(recordCount) }
    }
    output.flush()
    return Summary(
      recordCount: recordCount,
      failure: output.failure == 0 ? nil : String(cString: strerror(output.failure))
    )
  }

  /// Sleeps until a record is due; what was written before goes out first, so that a reader sees
  /// each record in time.
  private func wait(until due: Double, _ output: inout TextBuffer) {
    let ahead = due - monotonicSeconds()
    // Below a millisecond sleeping is too coarse: the pace is kept over several records instead.
    guard ahead > 0.001 else { return }
    output.flush()
    var pause = timespec(tv_sec: Int(ahead), tv_nsec: Int((ahead - Double(Int(ahead))) * 1e9))
    var left = timespec()
    while nanosleep(&pause, &left) != 0 && errno == EINTR { pause = left }
  }

  private func monotonicSeconds() -> Double {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
  }
}
