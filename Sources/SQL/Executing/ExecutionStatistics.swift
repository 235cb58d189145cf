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
}

/// What a query read, did and took.
struct ExecutionStatistics: Sendable {
  /// Compressed bytes of the column chunks, or of the text, that were read.
  var byteCountRead = 0
  /// The size of all files of the tables, before pruning.
  var byteCountTotal = 0
  var fileCountRead = 0
  var fileCountTotal = 0
  var partitionCountRead = 0
  var partitionCountTotal = 0
  var rowGroupCountRead = 0
  var rowGroupCountTotal = 0
  /// Rows that left the scans.
  var rowCountScanned = 0
  /// Rows of the result.
  var rowCount = 0
  var peakMemoryByteCount = 0
  var operators: [OperatorReport] = []
}

/// The counters of one operator, shared by all its workers.
final class OperatorStatistics: Sendable {
  let name: String
  let detail: String
  let depth: Int
  private let rowsIn = Atomic<Int>(0)
  private let rowsOut = Atomic<Int>(0)
  private let time = Atomic<Int>(0)

  init(name: String, detail: String = "", depth: Int) {
    self.name = name
    self.detail = detail
    self.depth = depth
  }

  func add(rowsIn: Int, rowsOut: Int, nanoseconds: Int) {
    self.rowsIn.wrappingAdd(rowsIn, ordering: .relaxed)
    self.rowsOut.wrappingAdd(rowsOut, ordering: .relaxed)
    time.wrappingAdd(nanoseconds, ordering: .relaxed)
  }

  var report: OperatorReport {
    OperatorReport(
      name: name,
      detail: detail,
      depth: depth,
      rowCountIn: rowsIn.load(ordering: .relaxed),
      rowCountOut: rowsOut.load(ordering: .relaxed),
      nanoseconds: time.load(ordering: .relaxed)
    )
  }
}

/// What the scans of a query read and left out, counted by all workers.
final class ScanStatistics: Sendable {
  let byteCountRead = Atomic<Int>(0)
  let byteCountTotal = Atomic<Int>(0)
  let fileCountRead = Atomic<Int>(0)
  let fileCountTotal = Atomic<Int>(0)
  let partitionCountRead = Atomic<Int>(0)
  let partitionCountTotal = Atomic<Int>(0)
  let rowGroupCountRead = Atomic<Int>(0)
  let rowGroupCountTotal = Atomic<Int>(0)
  let rowCountScanned = Atomic<Int>(0)

  func copy(to statistics: inout ExecutionStatistics) {
    statistics.byteCountRead = byteCountRead.load(ordering: .relaxed)
    statistics.byteCountTotal = byteCountTotal.load(ordering: .relaxed)
    statistics.fileCountRead = fileCountRead.load(ordering: .relaxed)
    statistics.fileCountTotal = fileCountTotal.load(ordering: .relaxed)
    statistics.partitionCountRead = partitionCountRead.load(ordering: .relaxed)
    statistics.partitionCountTotal = partitionCountTotal.load(ordering: .relaxed)
    statistics.rowGroupCountRead = rowGroupCountRead.load(ordering: .relaxed)
    statistics.rowGroupCountTotal = rowGroupCountTotal.load(ordering: .relaxed)
    statistics.rowCountScanned = rowCountScanned.load(ordering: .relaxed)
  }
}
