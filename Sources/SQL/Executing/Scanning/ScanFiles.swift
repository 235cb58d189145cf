import ColumnFormat
import ObjectStore
import Synchronization

/// The files that a scan has to read, after pruning by partition values.
struct ScanFiles: Sendable {
  struct File: Sendable {
    var path: String
    var byteCount: Int
    /// The values of the table's partition columns.
    var partitionValues: [Scalar]
  }

  var files: [File] = []
  var partitionCount = 0
  var partitionCountTotal = 0
  /// Known files of all partitions.
  var fileCountTotal = 0
  var byteCountTotal = 0

  /// Evaluates the filters that only look at partition columns, and lists the folders that are left.
  init(_ scan: LogicalPlan.Scan, _ context: EvaluationContext) throws {
    var scan = scan
    if let projection = scan.table.projection {
      scan.table.partitions = try projection.partitions(scan, context)
    }
    let table = scan.table
    partitionCountTotal = table.partitions.count
    let kept = try ScanFiles.prune(scan, context)
    partitionCount = kept.count
    let isKept = Set(kept)
    for (index, partition) in table.partitions.enumerated() {
      guard case .files(let files) = partition.files, !isKept.contains(index) else { continue }
      fileCountTotal += files.count
      byteCountTotal += files.reduce(0) { $0 + $1.byteCount }
    }
    for index in kept {
      let partition = table.partitions[index]
      let found: [TableHandle.DataFile]
      switch partition.files {
      case .files(let known): found = known
      case .folder(let folder): found = try ScanFiles.list(folder)
      }
      fileCountTotal += found.count
      for file in found {
        byteCountTotal += file.byteCount
        files.append(
          File(
            path: file.path,
            byteCount: file.byteCount,
            partitionValues: partition.values
          )
        )
      }
    }
  }

  /// Counts what there is, and what is left of it.
  func count(in scans: ScanStatistics) {
    scans.partitionCountTotal.wrappingAdd(partitionCountTotal, ordering: .relaxed)
    scans.partitionCountRead.wrappingAdd(partitionCount, ordering: .relaxed)
    scans.fileCountTotal.wrappingAdd(fileCountTotal, ordering: .relaxed)
    scans.byteCountTotal.wrappingAdd(byteCountTotal, ordering: .relaxed)
  }

  private static func list(_ folder: String) throws -> [TableHandle.DataFile] {
    do {
      // Hive's writers leave files of no bytes where a task had no rows (HIVE-13040).
      return try LocalFolder(folder).list("").filter { $0.byteCount > 0 }.map {
        TableHandle.DataFile(path: folder + "/" + $0.path, byteCount: $0.byteCount)
      }
    } catch {
      // A partition may be registered before its folder is written.
      if error.kind == .notFound { return [] }
      throw ScanFailure.translate(error)
    }
  }

  /// Whether a filter can be decided by partition values alone.
  static func isDecidedByPartition(_ filter: BoundExpression, _ scan: LogicalPlan.Scan) -> Bool {
    let partitionColumns = Set(
      scan.columns.filter { scan.table.columns[$0.tableColumn].partitionIndex != nil }
        .map(\.column.id)
    )
    let used = filter.columnIDs
    return filter.isDeterministic && !used.isEmpty && used.isSubset(of: partitionColumns)
  }

  /// The partitions that pass, by number.
  private static func prune(_ scan: LogicalPlan.Scan, _ context: EvaluationContext) throws -> [Int]
  {
    let partitions = scan.table.partitions
    let filters = scan.filters.filter { isDecidedByPartition($0, scan) }
    if filters.isEmpty || partitions.isEmpty { return Array(partitions.indices) }
    let columns = scan.columns.compactMap { column in
      scan.table.columns[column.tableColumn].partitionIndex.map { (column.column, $0) }
    }
    let evaluators = try filters.map {
      try ExpressionEvaluator($0, input: columns.map(\.0), context: context)
    }
    var kept: [Int] = []
    var start = 0
    while start < partitions.count {
      let end = min(start + Batch.sliceRowCount, partitions.count)
      let batch = Batch(
        columns: columns.map { column, index in
          values(partitions[start..<end], index, column.type)
        },
        rowCount: end - start
      )
      var rows = (start..<end).map { UInt32($0 - start) }
      for evaluator in evaluators where !rows.isEmpty {
        let selection = try evaluator.select(batch.taking(Buffer(rows)))
        rows = selection.indices.values.map { rows[Int($0)] }
      }
      kept += rows.map { start + Int($0) }
      start = end
    }
    return kept
  }

  /// One partition column's values as a column.
  private static func values(
    _ partitions: ArraySlice<TableHandle.PartitionFiles>,
    _ index: Int,
    _ type: SQLType
  ) -> Column {
    let grown = GrowingColumn(type, capacity: partitions.count)
    for partition in partitions {
      grown.append(.constant(partition.values[index], type.physicalType, count: 1))
    }
    return grown.finish()
  }
}
