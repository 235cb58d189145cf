import Synchronization

/// What one operator of a query did, in the order and depth of the plan.
struct OperatorReport: Sendable {
  /// As EXPLAIN names it.
  var name: String
  /// The table, keys or condition, shortly.
  var detail: String
  /// How many operators stand above it.
  var depth: Int
  var rowCountIn: Int
  var rowCountOut: Int
  /// Time of all workers together, without the operators that it handed rows to.
  var nanoseconds: Int
  /// The most that it held at one time.
  var peakMemoryByteCount = 0
  /// What it put into the temporary file.
  var spilledByteCount = 0
  /// What a scan read and left out.
  var scan: ScanCounts?
}

/// What scans read and left out.
struct ScanCounts: Sendable, Equatable {
  /// Compressed bytes of the pages, or of the text, that were read.
  var byteCountRead = 0
  /// The size of all files, before pruning.
  var byteCountTotal = 0
  var fileCountRead = 0
  var fileCountTotal = 0
  var partitionCountRead = 0
  var partitionCountTotal = 0
  /// Row groups that statistics did not rule out before the scan began.
  var rowGroupCountRead = 0
  /// Row groups of the files that were opened.
  var rowGroupCountTotal = 0
  /// Rows of these row groups that page indexes, bloom filters, or what was known later ruled out.
  var rowCountSkipped = 0
  /// Rows that left the scans.
  var rowCountScanned = 0

  static func + (left: ScanCounts, right: ScanCounts) -> ScanCounts {
    var sum = left
    sum.byteCountRead += right.byteCountRead
    sum.byteCountTotal += right.byteCountTotal
    sum.fileCountRead += right.fileCountRead
    sum.fileCountTotal += right.fileCountTotal
    sum.partitionCountRead += right.partitionCountRead
    sum.partitionCountTotal += right.partitionCountTotal
    sum.rowGroupCountRead += right.rowGroupCountRead
    sum.rowGroupCountTotal += right.rowGroupCountTotal
    sum.rowCountSkipped += right.rowCountSkipped
    sum.rowCountScanned += right.rowCountScanned
    return sum
  }
}

/// What a query read, did and took.
struct ExecutionStatistics: Sendable {
  /// All scans together.
  var scans = ScanCounts()
  /// Rows of the result.
  var rowCount = 0
  /// From the first pipeline to the last row, by the clock.
  var nanoseconds = 0
  /// How many threads could work.
  var threads = 1
  var peakMemoryByteCount = 0
  /// What all operators put into the temporary file.
  var spilledByteCount = 0
  var operators: [OperatorReport] = []
}

/// The counters of one operator, shared by all its workers.
final class OperatorStatistics: Sendable {
  let name: String
  let detail: String
  let depth: Int
  /// Of an operator that reads files.
  let scan: ScanStatistics?
  private let rowsIn = Atomic<Int>(0)
  private let rowsOut = Atomic<Int>(0)
  private let time = Atomic<Int>(0)
  private let held = Atomic<Int>(0)
  private let heldMost = Atomic<Int>(0)
  private let spilled = Atomic<Int>(0)

  init(name: String, detail: String = "", depth: Int, scan: ScanStatistics? = nil) {
    self.name = name
    self.scan = scan
    self.detail = detail
    self.depth = depth
  }

  func add(rowsIn: Int, rowsOut: Int, nanoseconds: Int) {
    self.rowsIn.wrappingAdd(rowsIn, ordering: .relaxed)
    self.rowsOut.wrappingAdd(rowsOut, ordering: .relaxed)
    time.wrappingAdd(nanoseconds, ordering: .relaxed)
  }

  /// Counts a change of the memory that the operator holds.
  func add(heldByteCount delta: Int) {
    let now = held.wrappingAdd(delta, ordering: .relaxed).newValue
    if delta > 0 { heldMost.max(now, ordering: .relaxed) }
  }

  /// Counts bytes that went into the temporary file.
  func add(spilledByteCount: Int) {
    spilled.wrappingAdd(spilledByteCount, ordering: .relaxed)
  }

  var report: OperatorReport {
    OperatorReport(
      name: name,
      detail: detail,
      depth: depth,
      rowCountIn: rowsIn.load(ordering: .relaxed),
      rowCountOut: rowsOut.load(ordering: .relaxed),
      nanoseconds: time.load(ordering: .relaxed),
      peakMemoryByteCount: heldMost.load(ordering: .relaxed),
      spilledByteCount: spilled.load(ordering: .relaxed),
      scan: scan?.counts
    )
  }
}

/// What a scan read and left out, counted by all its workers.
final class ScanStatistics: Sendable {
  let byteCountRead = Atomic<Int>(0)
  let byteCountTotal = Atomic<Int>(0)
  let fileCountRead = Atomic<Int>(0)
  let fileCountTotal = Atomic<Int>(0)
  let partitionCountRead = Atomic<Int>(0)
  let partitionCountTotal = Atomic<Int>(0)
  let rowGroupCountRead = Atomic<Int>(0)
  let rowGroupCountTotal = Atomic<Int>(0)
  let rowCountSkipped = Atomic<Int>(0)
  let rowCountScanned = Atomic<Int>(0)

  var counts: ScanCounts {
    ScanCounts(
      byteCountRead: byteCountRead.load(ordering: .relaxed),
      byteCountTotal: byteCountTotal.load(ordering: .relaxed),
      fileCountRead: fileCountRead.load(ordering: .relaxed),
      fileCountTotal: fileCountTotal.load(ordering: .relaxed),
      partitionCountRead: partitionCountRead.load(ordering: .relaxed),
      partitionCountTotal: partitionCountTotal.load(ordering: .relaxed),
      rowGroupCountRead: rowGroupCountRead.load(ordering: .relaxed),
      rowGroupCountTotal: rowGroupCountTotal.load(ordering: .relaxed),
      rowCountSkipped: rowCountSkipped.load(ordering: .relaxed),
      rowCountScanned: rowCountScanned.load(ordering: .relaxed)
    )
  }
}
