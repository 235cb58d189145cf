#if canImport(Glibc)
  import Glibc
#endif

/// What runs of one benchmark took, and what they found.
struct Measurement {
  var seconds: [Double] = []
  /// Rows that came out, or went in.
  var rowCount = 0
  /// Values that are not null among them; every run finds the same, or the benchmark fails.
  var valueCount = 0
  /// The size of a written file.
  var byteCount = 0

  /// One line of JSON.
  var json: String {
    let times = seconds.map { "\($0)" }.joined(separator: ", ")
    return "{\"seconds\": [\(times)], \"rows\": \(rowCount), \"values\": \(valueCount),"
      + " \"bytes\": \(byteCount), \"peak_bytes\": \(Measurement.peakByteCount)}"
  }

  /// Runs `body` once without and `runCount` times with the clock.
  ///
  /// - Throws: What `body` throws, and ``Disagreement`` when two runs find different counts.
  static func repeated(_ runCount: Int, _ body: () throws -> Counts) throws -> Measurement {
    let expected = try body()
    var measurement = Measurement()
    for _ in 0..<runCount {
      let start = ContinuousClock.now
      let counts = try body()
      measurement.seconds.append((ContinuousClock.now - start) / .seconds(1))
      guard counts == expected else { throw Disagreement(first: expected, later: counts) }
    }
    measurement.rowCount = expected.rowCount
    measurement.valueCount = expected.valueCount
    measurement.byteCount = expected.byteCount
    return measurement
  }

  struct Counts: Equatable, Sendable {
    var rowCount = 0
    var valueCount = 0
    var byteCount = 0
  }

  struct Disagreement: Error {
    var first: Counts
    var later: Counts
  }

  /// The most memory that the process has had.
  private static var peakByteCount: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }
}
