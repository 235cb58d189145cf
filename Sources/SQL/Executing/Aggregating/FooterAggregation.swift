import Catalog
import ColumnFormat
import Synchronization

/// Answers `count`, `min` and `max` over whole files from their footers.
///
/// Only what a footer says for certain counts: bounds that are values of the column, and known
/// numbers of nulls. Floating-point columns are read, because no bound tells of NaN.
struct FooterAggregation {
  private enum Call {
    case rows
    case values(column: Int)
    case extreme(column: Int, isMax: Bool)
  }

  private let scan: LogicalPlan.Scan
  private let calls: [(call: Call, type: SQLType)]

  /// Nil where an aggregation asks for more than footers can tell.
  init?(_ aggregate: LogicalPlan.Aggregate) {
    guard aggregate.keys.isEmpty, aggregate.groupingSets == nil, !aggregate.calls.isEmpty else {
      return nil
    }
    var input = aggregate.input
    // What each column of the input is in the scan.
    var origins: [ColumnID: ColumnID] = [:]
    for column in input.columns { origins[column.id] = column.id }
    while case .project(let below, let items) = input {
      for (id, source) in origins {
        guard case .column(let column)? = items.first(where: { $0.column.id == source })?.expression
        else {
          origins[id] = nil
          continue
        }
        origins[id] = column.id
      }
      input = below
    }
    guard case .scan(let scan) = input, scan.table.format == .parquet, scan.rowLimit == nil,
      scan.filters.allSatisfy({ ScanFiles.isDecidedByPartition($0, scan) })
    else { return nil }
    func stored(_ argument: PlanColumn) -> Int? {
      guard let origin = origins[argument.id],
        let position = scan.columns.firstIndex(where: { $0.column.id == origin })
      else { return nil }
      let column = scan.table.columns[scan.columns[position].tableColumn]
      return column.partitionIndex == nil && !column.isHidden ? position : nil
    }
    var calls: [(call: Call, type: SQLType)] = []
    for call in aggregate.calls {
      guard call.filter == nil, call.orderBy.isEmpty else { return nil }
      let type = call.column.type
      switch (call.function.name, call.arguments.count) {
      case ("count", 0): calls.append((.rows, type))
      case ("count", 1) where !call.isDistinct:
        guard let column = stored(call.arguments[0]) else { return nil }
        calls.append((.values(column: column), type))
      case ("min", 1), ("max", 1):
        guard let column = stored(call.arguments[0]), type == call.arguments[0].type,
          FooterAggregation.isTotallyOrdered(type)
        else { return nil }
        calls.append((.extreme(column: column, isMax: call.function.name == "max"), type))
      default: return nil
      }
    }
    self.scan = scan
    self.calls = calls
  }

  var tableName: String { scan.table.name }

  /// Types whose bounds in a footer are in the order that `min` and `max` go by.
  private static func isTotallyOrdered(_ type: SQLType) -> Bool {
    switch type {
    case .boolean, .tinyint, .smallint, .integer, .bigint, .date, .timestamp, .decimal, .varchar:
      true
    default: false
    }
  }

  /// The one row of the result; nil where a file leaves something open.
  ///
  /// `counts` gets what was looked at.
  func row(_ context: EvaluationContext, _ counts: ScanStatistics) throws -> [BoundExpression]? {
    let files = try ScanFiles(scan, context)
    var results: [Scalar] = calls.map { part in
      if case .extreme = part.call { .null } else { .int(0) }
    }
    let places = FileColumns.KnownPlaces()
    for found in files.files {
      let file: ParquetFile
      do { file = try ParquetFileCache.shared.file(found.path).file } catch {
        throw ScanFailure.translate(error)
      }
      let columns = try FileColumns(scan, found, file.schema, places)
      for group in file.metadata.rowGroups.indices
      where file.metadata.rowGroups[group].rowCount > 0 {
        for index in calls.indices {
          guard
            let result = FooterAggregation.added(
              results[index],
              calls[index].call,
              file,
              group,
              columns
            )
          else { return nil }
          results[index] = result
        }
      }
    }
    files.count(in: counts)
    counts.fileCountRead.wrappingAdd(files.files.count, ordering: .relaxed)
    return zip(results, calls).map { .constant($0, $1.type) }
  }

  /// A result with a row group taken into account; nil where its footer does not tell.
  private static func added(
    _ result: Scalar,
    _ call: Call,
    _ file: ParquetFile,
    _ group: Int,
    _ columns: FileColumns
  ) -> Scalar? {
    let rowCount = file.metadata.rowGroups[group].rowCount
    switch call {
    case .rows: return sum(result, rowCount)
    case .values(let column):
      guard case .file(let reader, _) = columns.origins[column] else { return result }
      guard
        let nullCount = file.statistics(rowGroup: group, path: columns.paths[reader])?.nullCount
      else { return nil }
      return sum(result, rowCount - nullCount)
    case .extreme(let column, let isMax):
      guard case .file(let reader, let cast) = columns.origins[column] else { return result }
      if let cast, !ParquetScanSource.hasSameOrder(cast.from.type, cast.to.type) { return nil }
      guard let known = file.statistics(rowGroup: group, path: columns.paths[reader]) else {
        return nil
      }
      if known.nullCount == rowCount { return result }
      guard isMax ? known.isMaxExact : known.isMinExact, !known.mayHaveNaN,
        let bound = isMax ? known.max : known.min
      else { return nil }
      if result.isNull { return bound }
      guard let order = bound.order(to: result) else { return nil }
      return (isMax ? order > 0 : order < 0) ? bound : result
    }
  }

  private static func sum(_ result: Scalar, _ count: Int) -> Scalar {
    guard case .int(let before) = result else { return result }
    return .int(before + Int64(count))
  }
}
