import ColumnFormat
package import ObjectStore
import RowFormat
import Synchronization

/// The databases and tables of a lake, kept as JSON files that people can read and compare.
///
/// ```
/// lake.json                                    the format version of the lake's folder
/// catalog/DATABASE/TABLE/
///   generations/0000000012.json                the table as it is; the highest number counts
///   versions/000002.json                       a schema version, never altered
///   partitions/0000000012.json                 part of the partition list, never altered
/// ```
///
/// A change writes its files, then creates the next generation exclusively. Whoever comes second
/// reads the table anew and decides again, so no change is lost; a reader sees one whole
/// generation; a crash leaves the old state or the new one.
public final class TableCatalog: Sendable {
  let store: any ObjectStore
  /// The lake's folder as it was given.
  public let folder: String
  /// The folder that holds the buckets of `s3://` locations; nil for none.
  public let s3Root: String?
  /// The identities in partition segments that were read to commit.
  let knownPartitions = Mutex<[String: Set<PartitionSegment.Identity>]>([:])

  /// The catalog of the lake in a folder, which need not exist yet.
  ///
  /// - Parameters:
  ///   - folder: The lake's folder.
  ///   - s3Root: The folder that holds the buckets of `s3://` locations.
  /// - Throws: Where the folder holds a lake of a later format.
  public convenience init(lake folder: String, s3Root: String? = nil) throws(CatalogError) {
    try self.init(store: LocalFolder(folder), folder: folder, s3Root: s3Root)
  }

  /// The catalog in a store whose root is the lake's folder.
  package init(
    store: any ObjectStore,
    folder: String,
    s3Root: String? = nil
  ) throws(CatalogError) {
    self.store = store
    self.s3Root = s3Root
    var trimmed = folder[...]
    while trimmed.utf8.count > 1, trimmed.utf8.last == UInt8(ascii: "/") { trimmed.removeLast() }
    self.folder = String(trimmed)
    do {
      _ = try CatalogFile.read("lake.json", from: store)
    } catch {
      if error.kind != .store(.notFound) { throw error }
    }
  }

  // MARK: Places

  /// Where the data of a table lie unless it says otherwise: `LAKE/data/DATABASE/TABLE`.
  public func dataFolder(of name: TableName) -> String {
    "\(folder)/\(defaultLocation(of: name))"
  }

  /// The same relative to the lake's folder.
  public func defaultLocation(of name: TableName) -> String {
    "data/\(name.database)/\(name.table)"
  }

  /// A location as a path that can be opened: absolute ones as they are, those of S3 below
  /// ``s3Root``, others in the lake.
  public func path(of location: String) -> String {
    if let key = S3Location.key(of: location), let s3Root { return "\(s3Root)/\(key)" }
    return location.utf8.first == UInt8(ascii: "/") ? location : "\(folder)/\(location)"
  }

  /// The same from the root, also where the lake's folder was given relative to the current one.
  package func absolutePath(of location: String) -> String {
    CrawlTarget.absolute(path(of: location))
  }

  static func folder(of name: TableName) -> String { "catalog/\(name.database)/\(name.table)" }

  // MARK: Reading

  /// The names of all databases, sorted.
  public func databases() throws(CatalogError) -> [String] { try folders(in: "catalog") }

  /// The tables of a database, sorted; also those whose files are damaged, which say so when read.
  public func tables(in database: String) throws(CatalogError) -> [TableName] {
    let database = database.lowercased()
    try TableCatalog.check(name: database)
    var names: [TableName] = []
    for table in try folders(in: "catalog/\(database)") {
      let name = TableName(database: database, table: table)
      do {
        if let head = try head(of: name), !head.isDropped { names.append(name) }
      } catch {
        names.append(name)
      }
    }
    return names
  }

  /// A table as it is now, or at an older schema version; nil if there is none.
  public func table(_ name: TableName, version: Int? = nil) throws(CatalogError)
    -> TableDescription?
  {
    guard let snapshot = try snapshot(of: name) else { return nil }
    guard let number = version, number != snapshot.version.number else {
      return snapshot.description
    }
    let versions = try versions(of: name)
    guard let found = versions.first(where: { $0.number == number }) else {
      throw CatalogError(
        .versionNotFound(name, version: number, newest: snapshot.version.number)
      )
    }
    var description = snapshot.description
    description.columns = found.columns.map(\.settled)
    description.partitionKeys = found.partitionKeys
    description.version = number
    return description
  }

  /// A table with its newest schema version; nil if there is none.
  public func snapshot(of name: TableName) throws(CatalogError) -> TableSnapshot? {
    try TableCatalog.check(name)
    guard let head = try head(of: name), !head.isDropped else { return nil }
    return try snapshot(head, name)
  }

  /// All schema versions of a table, oldest first; none if there is no such table.
  public func versions(of name: TableName) throws(CatalogError) -> [SchemaVersion] {
    try TableCatalog.check(name)
    guard let head = try head(of: name) else { return [] }
    var versions: [SchemaVersion] = []
    for reference in head.versions {
      versions.append(try SchemaVersionFile.version(try versionFile(reference, of: name)))
    }
    return versions
  }

  /// The partitions of a table as it is now, sorted by values; none if there is no such table.
  public func partitions(of name: TableName) throws(CatalogError) -> [Partition] {
    guard let snapshot = try snapshot(of: name) else { return [] }
    return try partitions(of: snapshot)
  }

  /// The partitions that belong to a snapshot, or those that meet a condition, sorted by values; null
  /// comes last.
  public func partitions(
    of snapshot: TableSnapshot,
    where condition: PartitionExpression? = nil
  ) throws(CatalogError) -> [Partition] {
    var partitions: [Partition] = []
    if condition == nil { partitions.reserveCapacity(min(snapshot.partitionCount, 1 << 22)) }
    try forEachPartition(of: snapshot, where: condition) { partition in
      partitions.append(partition)
    }
    // The list is mostly in order already: one segment is written in the order of its folders.
    for index in partitions.indices.dropFirst()
    where !Partition.precedes(partitions[index - 1], partitions[index]) {
      return partitions.sorted(by: Partition.precedes)
    }
    return partitions
  }

  /// Calls `body` with each partition of a snapshot, or those that meet a condition, in the order in
  /// which they were registered; takes the memory of one segment's text, however many there are.
  public func forEachPartition(
    of snapshot: TableSnapshot,
    where condition: PartitionExpression? = nil,
    _ body: (Partition) throws(CatalogError) -> Void
  ) throws(CatalogError) {
    let folder = TableCatalog.folder(of: snapshot.description.name)
    let keys = snapshot.description.partitionKeys.map(\.name)
    for segment in snapshot.segments {
      try forEachPartition(in: "\(folder)/\(segment.file)", keys: keys, where: condition, body)
    }
  }

  // MARK: Files

  /// Goes through the partitions that one segment lists.
  private func forEachPartition(
    in path: String,
    keys: [String],
    where condition: PartitionExpression?,
    _ body: (Partition) throws(CatalogError) -> Void
  ) throws(CatalogError) {
    let bytes: [UInt8]
    do {
      bytes = try store.read(path)
    } catch {
      throw CatalogError(error)
    }
    if try PartitionLines.forEach(bytes, keys: keys, path: path, where: condition, body) { return }
    for entry in try PartitionSegment(try CatalogFile.read(path, from: store)).entries {
      let partition = try PartitionSegment.partition(entry, keys: keys, path: path)
      if condition?.matches(partition) ?? true { try body(partition) }
    }
  }

  /// The newest generation of a table, also of a dropped one.
  func head(of name: TableName) throws(CatalogError) -> TableGeneration? {
    let folder = TableCatalog.folder(of: name)
    guard let number = try generationNumbers(folder).last else { return nil }
    let path = TableGeneration.path(folder, number: number)
    let head = try TableGeneration(try CatalogFile.read(path, from: store))
    if head.number != number {
      throw CatalogError(.damaged("'generation' is \(head.number)"), path: path)
    }
    return head
  }

  func generationNumbers(_ folder: String) throws(CatalogError) -> [Int] {
    do {
      return try store.entries(of: "\(folder)/generations").compactMap { entry in
        entry.name.hasSuffix(".json") ? Int(entry.name.dropLast(5)) : nil
      }
      .sorted()
    } catch {
      if error.kind == .notFound { return [] }
      throw CatalogError(error)
    }
  }

  func snapshot(_ head: TableGeneration, _ name: TableName) throws(CatalogError) -> TableSnapshot {
    guard let reference = head.versions.last else { throw head.file.damaged("no version") }
    let version = try SchemaVersionFile.version(try versionFile(reference, of: name))
    return TableSnapshot(head, version, name)
  }

  func versionFile(_ reference: TableGeneration.VersionReference, of name: TableName)
    throws(CatalogError) -> CatalogFile
  {
    try CatalogFile.read("\(TableCatalog.folder(of: name))/\(reference.file)", from: store)
  }

  private func folders(in folder: String) throws(CatalogError) -> [String] {
    do {
      return try store.entries(of: folder).filter(\.isFolder).map(\.name)
    } catch {
      if error.kind == .notFound { return [] }
      throw CatalogError(error)
    }
  }

  // MARK: Names

  static func check(_ name: TableName) throws(CatalogError) {
    try check(name: name.database)
    try check(name: name.table)
  }

  /// Names become folders, so they must not lead out of the catalog or hide.
  static func check(name: String) throws(CatalogError) {
    let reason: String? =
      if name.isEmpty {
        "it is empty"
      } else if name.utf8.count > 255 {
        "it is longer than 255 bytes"
      } else if name.utf8.first == UInt8(ascii: ".") {
        "it begins with a dot"
      } else if name.utf8.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "/") || $0 == 0x7F }) {
        "it holds a slash or a control character"
      } else {
        nil
      }
    if let reason { throw CatalogError(.invalidName(name, reason: reason)) }
  }
}

extension Partition {
  /// The order of partition lists: value by value, null last.
  static func precedes(_ left: Partition, _ right: Partition) -> Bool {
    for (mine, other) in zip(left.values, right.values) where mine != other {
      guard let mine else { return false }
      guard let other else { return true }
      return mine.utf8.lexicographicallyPrecedes(other.utf8)
    }
    return false
  }
}
