import ColumnFormat
import Synchronization

/// A scan as all its workers share it.
final class ScanPlan: @unchecked Sendable {
  let scan: LogicalPlan.Scan
  /// By the scan's columns.
  private(set) var dynamicFilters: [ColumnID: [DynamicFilter]]
  private(set) var files: ScanFiles?
  let pruning: [PruningPredicate]
  /// The filters, those on the same columns together, in the order in which they are evaluated.
  let filterGroups: [FilterGroup]
  /// What was read and left out.
  let counts: ScanStatistics
  /// Positions of columns that only the filters look at; nobody asks what the scan puts out there.
  let unusedColumns: Set<Int>
  /// How many rows are read at a time: of few narrow columns more, as what is done once for each batch
  /// counts there, of others so many that a batch stays in the second-level cache.
  let batchRowCount: Int
  let knownPlaces = FileColumns.KnownPlaces()
  private let rowsPut = Atomic<Int>(0)

  /// - Parameters:
  ///   - scan: What to read.
  ///   - dynamicFilters: What joins say, by column.
  ///   - used: The columns that the operators above look at; nil for all.
  ///   - counts: Gets what is read and left out.
  init(
    _ scan: LogicalPlan.Scan,
    _ dynamicFilters: [ColumnID: [DynamicFilter]],
    used: Set<ColumnID>? = nil,
    counts: ScanStatistics
  ) {
    self.scan = scan
    self.counts = counts
    unusedColumns = Set(
      scan.columns.indices.filter { position in
        used.map { !$0.contains(scan.columns[position].column.id) } ?? false
      }
    )
    self.dynamicFilters = dynamicFilters
    pruning = scan.filters.map { PruningPredicate($0) }
    filterGroups = FilterGroup.groups(of: scan)
    batchRowCount = ScanPlan.batchRowCount(scan.columns.map(\.column.type.physicalType))
  }

  private static func batchRowCount(_ types: [PhysicalType]) -> Int {
    let width = types.reduce(1) { sum, type in
      switch type {
      case .bytes: sum + 32
      case .list, .row: sum + 64
      default: sum + type.fixedByteCount
      }
    }
    let fitting = (128 << 10) / width / Batch.rowCountTarget * Batch.rowCountTarget
    return min(max(fitting, Batch.rowCountTarget), 4 * Batch.rowCountTarget)
  }

  /// Prunes partitions, lists files, and counts both.
  func findFiles(_ control: RunControl) throws -> ScanFiles {
    if let files { return files }
    let found = try ScanFiles(scan, control.settings.context)
    found.count(in: counts)
    files = found
    return found
  }

  /// Whether any join found that no row of this scan can match.
  var isEmptied: Bool {
    dynamicFilters.values.contains { $0.contains { $0.isSet && $0.isEmpty } }
  }

  /// What stands in a column that nobody looks at.
  func filler(_ position: Int, count: Int) -> Column {
    scan.columns[position].column.type.nulls(count: count)
  }

  /// Counts rows put out; false when no more are wanted.
  func put(_ rowCount: Int) -> Bool {
    guard let limit = scan.rowLimit else { return true }
    return rowsPut.wrappingAdd(rowCount, ordering: .relaxed).newValue < limit
  }

  var isLimitReached: Bool {
    scan.rowLimit.map { rowsPut.load(ordering: .relaxed) >= $0 } ?? false
  }

  /// What must hold for a row by the filters, and by what joins and the top-n above say now.
  var conditions: [PruningPredicate] {
    var all = pruning.filter { if case .unknown = $0 { false } else { true } }
    for (id, filters) in dynamicFilters {
      for filter in filters { all += filter.conditions(id) }
    }
    return all
  }

  /// Whether there are conditions, or may be later.
  var mayPrune: Bool { !pruning.isEmpty || !dynamicFilters.isEmpty }

  /// The fields and members of a file whose bounds can be compared with constants of the table's
  /// types.
  func comparablePaths(_ file: ParquetFile) -> [ColumnID: FieldPath] {
    var pathOf: [ColumnID: FieldPath] = [:]
    let places = knownPlaces.places(scan.table, file.schema)
    for scanned in scan.columns {
      let column = scan.table.columns[scanned.tableColumn]
      guard column.partitionIndex == nil, !column.isHidden,
        case .found(let place) = places.place(scanned),
        ParquetScanSource.hasSameOrder(place.stored.type, place.wanted.type)
      else { continue }
      pathOf[scanned.column.id] = place.path
    }
    return pathOf
  }
}
