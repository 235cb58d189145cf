import ColumnFormat
import Synchronization

/// A scan as all its workers share it.
final class ScanPlan: @unchecked Sendable {
  let scan: LogicalPlan.Scan
  /// By the scan's columns.
  private(set) var dynamicFilters: [ColumnID: [DynamicFilter]]
  private(set) var files: ScanFiles?
  let pruning: [PruningPredicate]
  private let rowsPut = Atomic<Int>(0)

  init(_ scan: LogicalPlan.Scan, _ dynamicFilters: [ColumnID: [DynamicFilter]]) {
    self.scan = scan
    self.dynamicFilters = dynamicFilters
    pruning = scan.filters.map { PruningPredicate($0) }
  }

  /// Prunes partitions, lists files, and counts both.
  func findFiles(_ control: RunControl) throws -> ScanFiles {
    if let files { return files }
    let found = try ScanFiles(scan, control.settings.context)
    control.scans.partitionCountTotal.wrappingAdd(found.partitionCountTotal, ordering: .relaxed)
    control.scans.partitionCountRead.wrappingAdd(found.partitionCount, ordering: .relaxed)
    control.scans.fileCountTotal.wrappingAdd(found.fileCountTotal, ordering: .relaxed)
    control.scans.byteCountTotal.wrappingAdd(found.byteCountTotal, ordering: .relaxed)
    files = found
    return found
  }

  /// Whether any join found that no row of this scan can match.
  var isEmptied: Bool {
    dynamicFilters.values.contains { $0.contains { $0.isSet && $0.isEmpty } }
  }

  /// Counts rows put out; false when no more are wanted.
  func put(_ rowCount: Int) -> Bool {
    guard let limit = scan.rowLimit else { return true }
    return rowsPut.wrappingAdd(rowCount, ordering: .relaxed).newValue < limit
  }

  var isLimitReached: Bool {
    scan.rowLimit.map { rowsPut.load(ordering: .relaxed) >= $0 } ?? false
  }

  /// Whether a row group may have a row that passes, by its statistics.
  func mayPass(_ statistics: (ColumnID) -> FieldStatistics?) -> Bool {
    for predicate in pruning where !predicate.mayHold(statistics) { return false }
    for (id, filters) in dynamicFilters {
      for filter in filters where filter.isSet {
        if filter.isEmpty { return false }
        guard let range = filter.range else { continue }
        let inside = PruningPredicate.and([
          .compare(id, .greaterOrEqual, range.min), .compare(id, .lessOrEqual, range.max),
        ])
        if !inside.mayHold(statistics) { return false }
      }
    }
    return true
  }
}
