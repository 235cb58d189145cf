import ColumnFormat

/// The tables of the catalog by the folders that they lie in.
///
/// Each database is read once in a crawl, not once for each of the folders that are looked at; what
/// the crawl changes is read again.
struct KnownPlaces {
  /// A table in the catalog that a crawl may come across.
  struct Entry {
    var name: TableName
    /// Absolute.
    var path: String
    var table: KnownTable
    var isCrawled: Bool
  }

  private let catalog: TableCatalog
  private var entries: [TableName: Entry] = [:]
  /// The tables at or below a folder.
  private var names: [Place: Set<TableName>] = [:]
  private var databases: Set<String> = []

  private struct Place: Hashable {
    var database: String
    var folder: String
  }

  /// Nothing is read yet.
  init(_ catalog: TableCatalog) { self.catalog = catalog }

  /// The tables of a database whose data lie at or below a path, by name.
  ///
  /// - Throws: When the catalog's folders cannot be listed; a damaged table is passed over, and whoever
  ///   reads it is told.
  mutating func tables(
    of database: String,
    atOrBelow path: String
  ) throws(CatalogError) -> [Entry] {
    if databases.insert(database).inserted {
      for name in try catalog.tables(in: database) { read(name) }
    }
    return (names[Place(database: database, folder: path)] ?? []).compactMap { entries[$0] }
      .sorted { $0.name.table < $1.name.table }
  }

  /// Reads a table that may have changed.
  mutating func read(_ name: TableName) {
    if let old = entries.removeValue(forKey: name) {
      for folder in KnownPlaces.folders(above: old.path) {
        names[Place(database: name.database, folder: folder)]?.remove(name)
      }
    }
    guard let found = try? catalog.table(name) else { return }
    let path = catalog.absolutePath(of: found.location)
    entries[name] = Entry(
      name: name,
      path: path,
      table: KnownTable(
        format: found.format,
        columns: Set(found.columns.map { $0.name.lowercased() })
      ),
      isCrawled: found.parameters["UPDATED_BY_CRAWLER"] != nil
        && found.parameters["DEPRECATED_BY_CRAWLER"] == nil
    )
    for folder in KnownPlaces.folders(above: path) {
      names[Place(database: name.database, folder: folder), default: []].insert(name)
    }
  }

  /// A path and the folders that it lies in.
  static func folders(above path: String) -> [String] {
    var folders = [path]
    var rest = path[...]
    while let slash = rest.utf8.lastIndex(of: UInt8(ascii: "/")), slash > rest.startIndex {
      rest = rest[..<slash]
      folders.append(String(rest))
    }
    return folders
  }
}
