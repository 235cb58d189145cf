import ColumnFormat

/// Where the columns of a query go: into the files, or into the names of their folders.
struct WrittenColumns {
  /// The columns of the files.
  private(set) var fields: [Field]
  /// The columns of the folders.
  private(set) var keys: [Field] = []
  /// What the files of a folder are told apart by.
  private(set) var buckets: WriteBuckets?

  /// The columns that a query puts out.
  ///
  /// - Throws: ``SQLError`` in Athena's words for columns without a name, of a type that Hive lacks,
  ///   and for partitions and buckets that do not fit them.
  init(_ output: [PlanColumn], _ properties: WriteProperties) throws(SQLError) {
    fields = []
    var names: Set<String> = []
    for (index, column) in output.enumerated() {
      let name = column.name.lowercased()
      if column.name.isEmpty || name.hasPrefix("_col") && Int(name.dropFirst(4)) != nil {
        throw SQLError(
          .missingColumnName,
          "Column name not specified at position \(index + 1)",
          help: "give the expression a name with AS"
        )
      }
      guard names.insert(name).inserted else {
        throw SQLError(
          .duplicateColumnName,
          "Column name '\(name)' specified more than once"
        )
      }
      fields.append(Field(name, try LogicalType.written(column.type, column: name)))
    }
    try dividePartitions(properties)
    try divideBuckets(properties)
  }

  /// Gives the columns the catalog's numbers, which go into the files and count from one.
  mutating func number() {
    for index in fields.indices { fields[index].id = index + 1 }
    for index in keys.indices { keys[index].id = fields.count + index + 1 }
  }

  /// Takes the columns of `partitioned_by` off the end.
  private mutating func dividePartitions(_ properties: WriteProperties) throws(SQLError) {
    let wanted = properties.partitionedBy
    func refusal(_ code: SQLError.Code, _ message: String) -> SQLError {
      SQLError(code, message, at: properties.partitionRange)
    }
    for name in wanted where !fields.contains(where: { $0.name == name }) {
      throw refusal(.invalidTableProperty, "Partition columns [\(name)] not present in schema")
    }
    if Set(wanted).count < wanted.count {
      throw refusal(.invalidTableProperty, "a partition column is named twice")
    }
    guard wanted.isEmpty || wanted.count < fields.count else {
      throw refusal(.invalidTableProperty, "Table contains only partition columns")
    }
    guard fields.suffix(wanted.count).map(\.name) == wanted else {
      throw refusal(
        .hiveColumnOrder,
        "Partition keys must be the last columns in the table and in the same order as the table"
          + " properties: [\(wanted.joined(separator: ", "))]"
      )
    }
    keys = Array(fields.suffix(wanted.count))
    for key in keys where !key.type.canBePartitionKey {
      throw refusal(
        .notSupported,
        "Unsupported type [\(SQLType(key.type))] for partition: \(key.name)"
      )
    }
    fields.removeLast(wanted.count)
  }

  private mutating func divideBuckets(_ properties: WriteProperties) throws(SQLError) {
    guard let count = properties.bucketCount else { return }
    do throws(SQLError) {
      buckets = try WriteBuckets(
        by: properties.bucketedBy,
        count: count,
        version: .java,
        fields: fields
      )
    } catch {
      var error = error
      error.range = error.range ?? properties.bucketRange
      throw error
    }
  }
}
