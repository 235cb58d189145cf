import Catalog
import ColumnFormat

/// The partitions that ALTER TABLE and MSCK REPAIR TABLE name or find.
struct PartitionChange {
  let table: TableSnapshot
  let keys: [Field]

  init(_ table: TableSnapshot, at range: SourceRange) throws(SQLError) {
    self.table = table
    keys = table.description.partitionKeys
    if keys.isEmpty {
      throw SQLError(
        .semantic,
        "Table \(table.description.name.table) is not a partitioned table",
        at: range
      )
    }
  }

  /// The values of a PARTITION clause in the order of the keys.
  func values(_ clause: PartitionSpecification) throws(SQLError) -> [String?] {
    var values: [String: String?] = [:]
    for part in clause.values {
      let name = part.key.text.lowercased()
      guard let key = keys.first(where: { $0.name.lowercased() == name }) else {
        throw SQLError(
          .semantic,
          "Non-Partition column appears in the partition specification: \(name)",
          at: part.key.range,
          help: "the keys are " + keys.map { "'\($0.name)'" }.joined(separator: ", ")
        )
      }
      guard part.comparison == .equal else {
        throw SQLError(
          .notSupported,
          "a partition is named by exact values; '\(part.comparison.rawValue)' is not supported",
          at: part.key.range
        )
      }
      if let text = part.value, PartitionValue.scalar(text, key.type) == nil {
        throw SQLError(
          .semantic,
          "the partition value '\(text)' is no \(HiveType.text(key.type)) of '\(key.name)'",
          at: clause.range
        )
      }
      if values.updateValue(part.value, forKey: name) != nil {
        throw SQLError(.semantic, "'\(name)' is given twice", at: part.key.range)
      }
    }
    guard values.count == keys.count else {
      let missing = keys.filter { values[$0.name.lowercased()] == nil }.map(\.name)
      throw SQLError(
        .semantic,
        "partition spec doesn't contain all (\(keys.count)) partition columns: "
          + missing.joined(separator: ", "),
        at: clause.range
      )
    }
    return keys.map { values[$0.name.lowercased()] ?? nil }
  }

  /// `year=2026/month=11`, for messages and as the place of a partition without LOCATION.
  func folder(_ values: [String?]) -> String {
    PartitionPath.folder(keys: keys.map(\.name), values: values)
  }
}

extension TableSnapshot {
  /// The registered partition of some values.
  func partition(_ values: [String?], in partitions: [Partition]) -> Partition? {
    let types = description.partitionKeys.map(\.type)
    let wanted = zip(values, types).map { PartitionValue.scalar($0, $1) }
    return partitions.first { partition in
      partition.values == values
        || zip(partition.values, types).map { PartitionValue.scalar($0, $1) } == wanted
    }
  }
}
