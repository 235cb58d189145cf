#if canImport(Glibc)
  import Glibc
#endif
import ColumnFormat

/// Nanoseconds of a clock that only goes forward.
@inline(__always)
func monotonicNanoseconds() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Int(time.tv_sec) &* 1_000_000_000 &+ Int(time.tv_nsec)
}

/// One worker's instance of an operator: takes batches and pushes what comes of them to the next.
///
/// A class and not a protocol: the call happens once a batch, and the bookkeeping is shared.
class BatchConsumer {
  /// Where the results go; nil at the sink.
  final var next: BatchConsumer?
  final let statistics: OperatorStatistics?
  /// Looked at with every batch: a batch of one row may become millions on its way.
  final var cancellation: Cancellation?

  private final var rowsIn = 0
  private final var rowsOut = 0
  private final var nanoseconds = 0

  init(statistics: OperatorStatistics?) { self.statistics = statistics }

  /// Takes a batch; to be overridden.
  func consume(_ batch: Batch) throws {}

  /// A morsel begins whose number the rows that follow have.
  func begin(morsel: Int) {}

  /// Pushes on what is kept back; called at the end of every morsel.
  func drain() throws {}

  /// No batch comes any more.
  func close() throws {}

  /// Hands a batch to this operator, and counts it.
  final func push(_ batch: Batch) throws {
    if cancellation?.isCancelled == true { throw RunControl.cancelled }
    rowsIn &+= batch.rowCount
    let start = monotonicNanoseconds()
    defer { nanoseconds &+= monotonicNanoseconds() &- start }
    try consume(batch)
  }

  /// Hands a result to the next operator.
  final func emit(_ batch: Batch) throws {
    if batch.rowCount == 0 { return }
    rowsOut &+= batch.rowCount
    try next?.push(batch)
  }

  /// Counts rows that leave by another way than ``emit(_:)``.
  final func count(rowsOut added: Int) { rowsOut &+= added }

  /// Drains this operator and all after it.
  final func drainAll() throws {
    let start = monotonicNanoseconds()
    try drain()
    nanoseconds &+= monotonicNanoseconds() &- start
    try next?.drainAll()
  }

  /// Closes this operator and all after it, and reports what they counted.
  final func closeAll() throws {
    let start = monotonicNanoseconds()
    try close()
    nanoseconds &+= monotonicNanoseconds() &- start
    let below = next?.nanoseconds ?? 0
    try next?.closeAll()
    statistics?.add(
      rowsIn: rowsIn,
      rowsOut: rowsOut,
      nanoseconds: max(nanoseconds - below, 0)
    )
    rowsIn = 0
    rowsOut = 0
  }

  /// The time of this operator and all after it.
  final var totalNanoseconds: Int { nanoseconds }
}
