import Catalog
import ColumnFormat

/// How the rows of a bucketed table are spread over files: `bucketed_by` and CLUSTERED BY.
///
/// A statement writes one file for each bucket that has rows, as Trino does. Its name begins with the
/// bucket's number, `000003_0_…`: Hive, Trino and Athena find it there.
struct WriteBuckets: Sendable {
  /// Trino's: five digits are in the names.
  static let bucketCountLimit = 100_000

  /// The columns, by their place among those of the files.
  let columns: [Int]
  let kinds: [HiveBucketHash.Kind]
  let count: Int
  let version: HiveBucketHash.Version

  /// Buckets by some columns; `declaredTypes` are Hive's types that keep less than lake does, by
  /// lower-case name.
  ///
  /// - Throws: ``SQLError`` in Trino's words for types that it does not make buckets of.
  init(
    by names: [String],
    count: Int,
    version: HiveBucketHash.Version,
    fields: [Field],
    declaredTypes: [String: String] = [:]
  ) throws(SQLError) {
    var columns: [Int] = []
    var kinds: [HiveBucketHash.Kind] = []
    for name in names {
      guard let index = Schema(fields).index(of: name) else {
        throw SQLError(
          .invalidTableProperty,
          "Bucketing columns [\(name)] not present in schema",
          help: "columns of the files make buckets, those of partitioned_by make folders"
        )
      }
      columns.append(index)
      kinds.append(
        try WriteBuckets.kind(fields[index].type, declared: declaredTypes[name.lowercased()])
      )
    }
    self.columns = columns
    self.kinds = kinds
    self.count = count
    self.version = version
  }

  /// The buckets of a known table; nil where it has none.
  init?(of table: TableDescription) throws(SQLError) {
    let details = table.details
    guard let count = details.bucketCount else { return nil }
    func refused(_ reason: String) -> SQLError {
      SQLError(.notSupported, "INSERT INTO '\(table.name)' is not supported: \(reason)")
    }
    if let format = table.parameters["bucketing_format"], format.lowercased() != "hive" {
      throw refused("its bucketing_format is \(format), and lake writes Hive's buckets")
    }
    let number = table.parameters["bucketing_version"] ?? "1"
    guard let version = Int(number).flatMap(HiveBucketHash.Version.init) else {
      throw refused("Unsupported bucketing version: '\(number)'")
    }
    guard (1..<WriteBuckets.bucketCountLimit).contains(count) else {
      throw refused("it has \(count) buckets, and lake writes 1 to 99,999")
    }
    try self.init(
      by: details.bucketColumns,
      count: count,
      version: version,
      fields: table.columns,
      declaredTypes: details.declaredTypes
    )
  }

  private static func kind(
    _ type: LogicalType,
    declared: String? = nil
  ) throws(SQLError) -> HiveBucketHash.Kind {
    func refused(_ category: String, _ what: String = "Hive primitive category") -> SQLError {
      SQLError(
        .notSupported,
        "Computation of Hive bucket hashCode is not supported for \(what): \(category)",
        help: "integers, doubles, texts, dates, booleans, and arrays and maps of them make buckets"
      )
    }
    switch type {
    case .boolean: return .boolean
    case .int8: return .tinyint
    case .int16: return .smallint
    case .int32, .date: return .integer
    case .int64: return .bigint
    case .float32: return .real
    case .float64: return .double
    case .string:
      guard let declared else { return .text(initial: 0) }
      if declared.hasPrefix("varchar") { return .text(initial: 1) }
      throw refused("CHAR")
    case .list(let element):
      if declared != nil { throw refused("CHAR") }
      return .list(try kind(element.type))
    case .map(let key, let value):
      if declared != nil { throw refused("CHAR") }
      return .map(key: try kind(key.type), value: try kind(value.type))
    case .row: throw refused("STRUCT", "Hive category")
    case .timestamp: throw refused("TIMESTAMP")
    case .decimal: throw refused("DECIMAL")
    default: throw refused("BINARY")
    }
  }

  /// Says in the catalog what a new table's buckets are.
  func describe(_ fields: [Field], in update: inout TableUpdate) {
    var details = update.details ?? TableDetails()
    details.bucketColumns = columns.map { fields[$0].name }
    details.bucketCount = count
    update.details = details
    update.parameters["bucketing_version"] = "\(version.rawValue)"
  }

  /// The bucket of each row of a batch whose first columns are those of the files.
  func numbers(_ batch: Batch) -> Column {
    let buckets = HiveBucketHash.buckets(
      columns.map { batch.columns[$0] },
      kinds,
      version: version,
      bucketCount: count
    )
    return Column(flat: .int32(buckets), count: batch.rowCount)
  }

  /// How names of a bucket's files begin.
  static func prefix(_ bucket: Int) -> String {
    let digits = String(bucket)
    return "0" + String(repeating: "0", count: max(0, 5 - digits.utf8.count)) + digits + "_0_"
  }
}
