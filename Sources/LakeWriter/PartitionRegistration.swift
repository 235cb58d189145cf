package import Catalog

/// Makes new partitions known to a table that the catalog has already; new tables are the crawler's.
package enum PartitionRegistration {
  /// Registers the partitions of a delivery.
  ///
  /// Nothing happens where the catalog has no such table, or the table lies elsewhere or is
  /// partitioned in another way.
  ///
  /// - Parameters:
  ///   - paths: Partition folders relative to the table, with a slash at the end.
  ///   - name: The table.
  ///   - catalog: Where to register them.
  /// - Returns: How many partitions the catalog learned of; nil if the table is not its own.
  /// - Throws: What the catalog has to say against it.
  package static func register(
    _ paths: [String],
    of name: TableName,
    in catalog: TableCatalog
  ) throws(CatalogError) -> Int? {
    var before = 0
    let after = try catalog.commit(name) { snapshot throws(CatalogError) in
      guard let snapshot, snapshot.description.location == catalog.defaultLocation(of: name) else {
        return nil
      }
      before = snapshot.partitionCount
      let depth = snapshot.version.partitionKeys.count
      var update = TableUpdate(snapshot)
      for path in paths {
        let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
        let levels = PartitionPath.parse(folder)
        guard levels.count == depth, depth > 0 else { return nil }
        update.addedPartitions.append(
          Partition(values: levels.map(\.value), location: folder)
        )
      }
      return update
    }
    return after.map { $0.partitionCount - before }
  }
}
