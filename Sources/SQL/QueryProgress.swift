public import Synchronization

/// How far a running query is; any thread may look at it while the query runs.
///
/// A query is a chain of pipelines, each with a source that is read in parts (row groups, blocks of
/// text). The parts of pipelines that have not begun are not known, so the share that is done belongs
/// to the pipelines so far.
public final class QueryProgress: Sendable {
  /// Parts of the sources that are finished.
  public let partCountDone = Atomic<Int>(0)
  /// Parts of the sources that have been opened so far; less than what is done where texts are read.
  public let partCount = Atomic<Int>(0)
  /// Compressed bytes that scans have read.
  public let byteCountRead = Atomic<Int>(0)
  /// Rows that have left the sources.
  public let rowCount = Atomic<Int>(0)

  /// Nothing done yet.
  public init() {}

  /// Forgets everything, for the next query.
  public func reset() {
    partCountDone.store(0, ordering: .relaxed)
    partCount.store(0, ordering: .relaxed)
    byteCountRead.store(0, ordering: .relaxed)
    rowCount.store(0, ordering: .relaxed)
  }

  /// Counts the parts of a source; nothing where a text's end is not known.
  func addParts(_ count: Int) {
    if count != .max { partCount.wrappingAdd(count, ordering: .relaxed) }
  }

  func finishPart(rowCount: Int) {
    partCountDone.wrappingAdd(1, ordering: .relaxed)
    self.rowCount.wrappingAdd(rowCount, ordering: .relaxed)
  }
}
