/// For how long records of a pipe that is slow, but does not pause, wait for a full block.
struct Patience {
  private var end: ContinuousClock.Instant?

  /// Whether half a second is over, since the first call or the last time that it was.
  mutating func isOver() -> Bool {
    let now = ContinuousClock.now
    let end = self.end ?? now + .milliseconds(500)
    self.end = now < end ? end : now + .milliseconds(500)
    return now >= end
  }
}
