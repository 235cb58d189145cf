import Catalog
import ColumnFormat
import ObjectStore

extension CatalogEditor {
  /// MSCK REPAIR TABLE: registers the `key=value` folders that no partition has yet.
  ///
  /// Nothing is ever removed. Keys must be in lower case; what begins with `_` or `.` is hidden.
  ///
  /// - Returns: What was found and added, in Hive's words, a line each.
  func repair(_ parts: [Identifier], _ range: SourceRange) throws(SQLError) -> [String] {
    let first = try snapshot(parts, range)
    let change = try PartitionChange(first, at: range)
    try checkReadable(first.description.location, range)
    let keys = change.keys.map { $0.name.lowercased() }
    let folder = catalog.path(of: first.description.location)
    let found = try RepairTable(keys: keys).find(LocalFolder(folder), at: range)
    for values in found {
      for (text, key) in zip(values, change.keys)
      where PartitionValue.scalar(text, key.type) == nil {
        throw SQLError(
          .semantic,
          "the folder '\(change.folder(values))' has no \(HiveType.text(key.type)) in '\(key.name)'",
          at: range,
          help: "rename the folder, or declare the partition column as string"
        )
      }
    }
    var added: [Partition] = []
    _ = try translated(at: range) { () throws(CatalogError) in
      try catalog.commit(first.description.name) { current throws(CatalogError) in
        guard let current else { throw CatalogError(.tableNotFound(first.description.name)) }
        let known = try catalog.partitions(of: current)
        let names = change.keys.map(\.name)
        let folders = Set(known.map { PartitionPath.folder(keys: names, values: $0.values) })
        added = found.filter { !folders.contains(PartitionPath.folder(keys: names, values: $0)) }
          .map { Partition(values: $0, location: PartitionPath.folder(keys: keys, values: $0)) }
        if added.isEmpty { return nil }
        var update = TableUpdate(current)
        update.addedPartitions = added
        return update
      }
    }
    if added.isEmpty { return [] }
    let table = first.description.name.table
    let list = added.map { "\(table):\($0.location)" }
    return ["Partitions not in metastore: " + list.joined(separator: " ")]
      + list.map { "Repair: Added partition to metastore \($0)" }
  }
}

/// Walks the folders of a partitioned table.
struct RepairTable {
  let keys: [String]

  /// The values of all folders that have every key, in the keys' order.
  func find(_ store: LocalFolder, at range: SourceRange) throws(SQLError) -> [[String?]] {
    var found: [[String?]] = []
    try walk("", [], store, range, into: &found)
    return found
  }

  private func walk(
    _ folder: String,
    _ values: [String?],
    _ store: LocalFolder,
    _ range: SourceRange,
    into found: inout [[String?]]
  ) throws(SQLError) {
    if values.count == keys.count {
      found.append(values)
      return
    }
    let entries: [FolderEntry]
    do throws(ObjectStoreError) {
      entries = try store.entries(of: folder)
    } catch {
      if error.kind == .notFound { return }
      var translated = SQLError(error)
      translated.range = range
      throw translated
    }
    for entry in entries where entry.isFolder && !entry.name.hasPrefix("_") {
      let level = PartitionPath.level(entry.name)
      guard level.key == keys[values.count] else { continue }
      let path = folder.isEmpty ? entry.name : "\(folder)/\(entry.name)"
      try walk(path, values + [level.value], store, range, into: &found)
    }
  }
}
