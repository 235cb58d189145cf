import Catalog
import ColumnFormat

/// Partitions that are computed from a table's properties instead of looked up.
///
/// Only those that the query's filters may want are computed. Source: Athena, "Use partition
/// projection with Amazon Athena".
struct PartitionProjection: Sendable {
  let table: String
  let columns: [ProjectedColumn]
  /// `storage.location.template`, as a path; nil is `key=value/` below the table's folder.
  let template: String?
  let location: String

  /// As many partitions as Athena reads at most.
  static let countMax = 1_000_000

  /// The projection of a table; nil where `projection.enabled` is not true.
  ///
  /// - Parameters:
  ///   - keys: The partition columns.
  ///   - parameters: TBLPROPERTIES.
  ///   - table: The table's name, for messages.
  ///   - location: The table's folder.
  ///   - path: Makes a path of a location.
  /// - Throws: HIVE_METASTORE_ERROR for properties that make no sense.
  init?(
    _ keys: [Field],
    _ parameters: [String: String],
    table: String,
    location: String,
    path: (String) -> String
  ) throws(SQLError) {
    let isEnabled = parameters.first { $0.key.lowercased() == "projection.enabled" }?.value
    guard isEnabled?.lowercased() == "true", !keys.isEmpty else { return nil }
    self.table = table
    self.location = location
    var columns: [ProjectedColumn] = []
    for key in keys { columns.append(try ProjectedColumn(key, parameters, table: table)) }
    self.columns = columns
    guard let text = parameters["storage.location.template"] else {
      template = nil
      return
    }
    for key in keys where !text.lowercased().contains("${\(key.name.lowercased())}") {
      throw SQLError(
        .hiveMetastore,
        "Storage location template '\(text)' of table '\(table)' is missing partition column "
          + "'\(key.name)' placeholder '${\(key.name)}'"
      )
    }
    template = path(text)
  }

  /// The folder of some values; none of them leads out of the template's.
  func folder(_ values: [String]) -> String {
    guard var result = template else {
      return location + "/" + PartitionPath.folder(keys: columns.map(\.field.name), values: values)
    }
    for (column, value) in zip(columns, values) {
      let value = S3Location.literal(value)
      result = result.replacing("${\(column.field.name)}", with: value)
      result = result.replacing("${\(column.field.name.lowercased())}", with: value)
    }
    while result.utf8.count > 1, result.hasSuffix("/") { result.removeLast() }
    return result
  }

  /// The partitions that may hold rows which pass the scan's filters.
  func partitions(_ scan: LogicalPlan.Scan, _ context: EvaluationContext) throws
    -> [TableHandle.PartitionFiles]
  {
    let conditions = scan.filters.flatMap { PruningPredicate($0).conjuncts }
    var lists: [[(text: String, value: Scalar)]] = []
    var total = 1
    for (index, column) in columns.enumerated() {
      let scanned = scan.columns.first {
        scan.table.columns[$0.tableColumn].partitionIndex == index
      }
      let own = scanned.map { scanned in conditions.filter { $0.columnID == scanned.column.id } }
      var values = try ProjectedValues(column, own ?? [], table: table, context).values()
      if let scanned {
        values = try passing(values, column.field.type, scanned.column, scan.filters, context)
      }
      lists.append(values)
      total = total.multipliedReportingOverflow(by: values.count).partialValue
      if values.isEmpty { return [] }
      if total > PartitionProjection.countMax || total < 0 { throw tooMany }
    }
    var partitions: [TableHandle.PartitionFiles] = []
    partitions.reserveCapacity(total)
    var position = [Int](repeating: 0, count: lists.count)
    while true {
      let chosen = zip(lists, position).map { $0[$1] }
      partitions.append(
        TableHandle.PartitionFiles(
          values: chosen.map(\.value),
          files: .folder(folder(chosen.map(\.text)))
        )
      )
      var level = lists.count - 1
      while level >= 0 {
        position[level] += 1
        if position[level] < lists[level].count { break }
        position[level] = 0
        level -= 1
      }
      if level < 0 { return partitions }
    }
  }

  private var tooMany: SQLError {
    SQLError(
      .hivePartitionLimit,
      "Query over table '\(table)' can potentially read more than "
        + "\(PartitionProjection.countMax) partitions",
      help: "compare its partition columns with constants"
    )
  }

  /// The values that pass the filters which look at this column alone.
  private func passing(
    _ values: [(text: String, value: Scalar)],
    _ type: LogicalType,
    _ column: PlanColumn,
    _ filters: [BoundExpression],
    _ context: EvaluationContext
  ) throws -> [(text: String, value: Scalar)] {
    let own = filters.filter { $0.isDeterministic && $0.columnIDs == [column.id] }
    if own.isEmpty || values.isEmpty { return values }
    let grown = ScalarColumn(type)
    for value in values { grown.append(value.value) }
    let whole = Batch(columns: [grown.finish()], rowCount: values.count)
    var rows = values.indices.map { UInt32($0) }
    for filter in own where !rows.isEmpty {
      let evaluator = try ExpressionEvaluator(filter, input: [column], context: context)
      let selection = try evaluator.select(whole.taking(Buffer(rows)))
      rows = selection.indices.values.map { rows[Int($0)] }
    }
    return rows.map { values[Int($0)] }
  }
}

extension PruningPredicate {
  /// The parts of a conjunction.
  var conjuncts: [PruningPredicate] {
    if case .and(let parts) = self { parts.flatMap(\.conjuncts) } else { [self] }
  }

  /// The column that a comparison is about.
  var columnID: ColumnID? {
    switch self {
    case .compare(let id, _, _), .among(let id, _): id
    default: nil
    }
  }
}
