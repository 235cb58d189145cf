import ColumnFormat
import Synchronization

/// Reads Parquet files: a morsel is a row group, a part of one, or a whole small file.
final class ParquetScanSource: Source, @unchecked Sendable {
  /// A piece of work.
  struct Morsel: Sendable {
    var file: Int
    /// Nil for all row groups of the file, which is opened by the worker.
    var rowGroup: Int?
    var rows: Range<Int> = 0..<0
    /// The filters, by number, that all its rows pass.
    var passed: Set<Int> = []
  }

  /// Beyond this many files each is opened by the worker that reads it.
  private static let openFileCountMax = 16
  /// Parts of a row group are not smaller.
  private static let partRowCountMin = 32_768

  let plan: ScanPlan
  private(set) var files: [ScanFiles.File] = []
  private var morsels: [Morsel] = []
  private var opened: [Int: ParquetFile] = [:]
  private var knownRowCount: Int?

  init(_ plan: ScanPlan, statistics: OperatorStatistics?) {
    self.plan = plan
    super.init(statistics: statistics)
  }

  override var morselCount: Int { morsels.count }
  override var rowCountEstimate: Int? { knownRowCount }

  override func claim() throws -> Int? { plan.isLimitReached ? nil : try super.claim() }

  override func prepare(_ control: RunControl) throws {
    files = try plan.findFiles(control).files
    if plan.isEmptied { files = [] }
    if files.count > ParquetScanSource.openFileCountMax {
      morsels = files.indices.map { Morsel(file: $0, rowGroup: nil) }
      return
    }
    var groups: [Morsel] = []
    for index in files.indices {
      let file = try open(index)
      opened[index] = file
      groups += try prunedGroups(file, index, control)
    }
    let rowCount = groups.reduce(0) { $0 + $1.rows.count }
    knownRowCount = rowCount
    morsels = ParquetScanSource.divided(groups, threads: control.settings.threads)
  }

  /// Few row groups are cut into parts, so that all threads have work until the end.
  static func divided(_ groups: [Morsel], threads: Int) -> [Morsel] {
    let wanted = threads * 4
    if threads == 1 || groups.isEmpty || groups.count >= wanted { return groups }
    var morsels: [Morsel] = []
    for group in groups {
      let pieces = max(
        min(
          (wanted + groups.count - 1) / groups.count,
          group.rows.count / partRowCountMin
        ),
        1
      )
      for piece in 0..<pieces {
        var part = group
        part.rows =
          (group.rows.count * piece / pieces)..<(group.rows.count * (piece + 1) / pieces)
        morsels.append(part)
      }
    }
    return morsels
  }

  func morsel(_ number: Int) -> Morsel { morsels[number] }

  /// The file of a morsel, opened if it is not yet.
  func file(_ index: Int) throws -> ParquetFile { try opened[index] ?? open(index) }

  private func open(_ index: Int) throws -> ParquetFile {
    do { return try ParquetFileCache.shared.file(files[index].path).file } catch {
      throw ScanFailure.translate(error)
    }
  }

  /// The row groups of a file whose statistics let a row pass, and which filters they decide.
  func prunedGroups(_ file: ParquetFile, _ index: Int, _ control: RunControl) throws -> [Morsel] {
    let groupCount = file.metadata.rowGroups.count
    plan.counts.fileCountRead.wrappingAdd(1, ordering: .relaxed)
    plan.counts.rowGroupCountTotal.wrappingAdd(groupCount, ordering: .relaxed)
    let conditions = plan.conditions
    let pathOf = conditions.isEmpty ? [:] : plan.comparablePaths(file)
    var kept: [Morsel] = []
    for group in 0..<groupCount {
      let rowCount = file.metadata.rowGroups[group].rowCount
      func statistics(_ id: ColumnID) -> FieldStatistics? {
        pathOf[id].flatMap { file.statistics(rowGroup: group, path: $0) }
      }
      guard rowCount > 0, conditions.allSatisfy({ $0.mayHold(statistics) }) else { continue }
      var morsel = Morsel(file: index, rowGroup: group, rows: 0..<rowCount)
      for (number, filter) in plan.filterGroups.enumerated() where filter.mustHold(statistics) {
        morsel.passed.insert(number)
      }
      kept.append(morsel)
    }
    plan.counts.rowGroupCountRead.wrappingAdd(kept.count, ordering: .relaxed)
    return kept
  }

  /// Whether the file's bounds can be compared with constants of the table's type.
  static func hasSameOrder(_ file: LogicalType, _ table: LogicalType) -> Bool {
    switch (file, table) {
    case (.int8, .int16), (.int8, .int32), (.int8, .int64), (.int16, .int32), (.int16, .int64),
      (.int32, .int64):
      true
    default: FileColumns.isSame(file, table)
    }
  }

  override func makeReader(_ worker: WorkerContext) throws -> SourceReader {
    try ParquetScanReader(self, worker.control)
  }
}
