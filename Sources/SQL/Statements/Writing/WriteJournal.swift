import Catalog
import ColumnFormat
import RowFormat

#if canImport(Glibc)
  import Glibc
#endif

/// What a statement that writes a table is about to do, so that a killed one leaves no trace.
///
/// ```
///   LAKE/writes/ID/write.json      which table, and where the unfinished files lie
///   LAKE/writes/ID/publish.json    the files and where they belong; written when all are synced
/// ```
/// Of a new table nothing counts until it is in the catalog: before that all is undone. Rows that are
/// added to a table count once `publish.json` is there: then the rest is done. The next statement
/// over the lake does either; whoever writes holds a lock on the folder.
struct WriteJournal: Sendable {
  struct Target: Sendable, Hashable {
    /// The file's name in the folder of unfinished files.
    var name: String
    /// The folder that it belongs to, within the table's or absolute.
    var folder: String
  }

  let lake: String
  let id: String
  let isNewTable: Bool
  let table: TableName
  /// Where the unfinished files lie.
  let staging: String
  /// The table's folder.
  let location: String

  private static func root(_ lake: String) -> String { "\(lake)/writes" }
  private var folder: String { "\(WriteJournal.root(lake))/\(id)" }

  // MARK: Writing

  /// Makes the journal's folder, whose lock the caller keeps, and the one of unfinished files.
  func begin() throws(SQLError) -> FolderLock {
    let lock = try FolderLock.making(folder)
    let text: JSONValue = .object([
      "format": 1, "kind": .string(isNewTable ? "create" : "insert"),
      "database": .string(table.database), "table": .string(table.table),
      "staging": .string(staging), "location": .string(location),
    ])
    try WrittenFolders.put(text.prettyText, at: "\(folder)/write.json")
    try WrittenFolders.make(staging)
    return lock
  }

  /// Writes down what is to become visible; all files are synced.
  func publish(_ files: [Target], _ partitions: [Partition]) throws(SQLError) {
    let text: JSONValue = .object([
      "files": .array(
        files.map { .object(["name": .string($0.name), "folder": .string($0.folder)]) }
      ),
      "partitions": .array(
        partitions.map {
          .object([
            "values": .array($0.values.map { $0.map { .string($0) } ?? .null }),
            "location": .string($0.location),
          ])
        }
      ),
    ])
    try WrittenFolders.put(text.prettyText, at: "\(folder)/publish.json")
  }

  /// Moves the files to where they belong; those that are there already are passed over.
  func move(_ files: [Target]) throws(SQLError) {
    var folders: Set<String> = []
    for file in files {
      let target = self.target(file.folder)
      if folders.insert(target).inserted { try WrittenFolders.make(target) }
      try WrittenFolders.move("\(staging)/\(file.name)", to: "\(target)/\(file.name)")
    }
    for folder in folders.sorted() { try WrittenFolders.sync(folder) }
  }

  /// Makes sure that every file is where it belongs, so that none is lost in silence.
  func checkMoved(_ files: [Target]) throws(SQLError) {
    for file in files {
      let path = "\(target(file.folder))/\(file.name)"
      if !WrittenFolders.exists(path) {
        throw SQLError(.hiveFileSystem, "a file that was written is not there: '\(path)'")
      }
    }
  }

  func target(_ folder: String) -> String {
    if folder.isEmpty { return location }
    return folder.hasPrefix("/") ? folder : "\(location)/\(folder)"
  }

  /// The list of files that a statement has written, one path a line.
  func writeManifest(_ files: [Target]) throws(SQLError) {
    let lines = files.map { "\(target($0.folder))/\($0.name)\n" }.joined()
    try WrittenFolders.put(lines, at: "\(WriteJournal.root(lake))/manifests/\(id).csv")
  }

  /// Forgets the statement: all is done, or all undone.
  func end() {
    WrittenFolders.remove(staging)
    WrittenFolders.remove(folder)
  }

  // MARK: Undoing and redoing

  /// Removes the files of a table that never came to be.
  func undo(_ files: [Target]) {
    for file in files {
      let target = self.target(file.folder)
      if unlink("\(target)/\(file.name)") != 0, errno == ENOENT { continue }
      // Folders that the statement made, up to the table's own.
      var folder = target
      while folder.utf8.count >= location.utf8.count, rmdir(folder) == 0 {
        folder = WrittenFolders.parent(of: folder)
      }
    }
    // A table without rows has its folder only.
    rmdir(location)
  }

  /// Ends what killed statements have begun.
  static func recover(lake: String, catalog: TableCatalog) throws(SQLError) {
    for id in WrittenFolders.names(root(lake)) where id != "manifests" {
      let folder = "\(root(lake))/\(id)"
      guard let lock = FolderLock(folder) else { continue }
      if let journal = journal(lake, id) {
        try journal.recover(catalog)
      } else {
        // Nothing was begun.
        WrittenFolders.remove(folder)
      }
      _ = consume lock
    }
  }

  private func recover(_ catalog: TableCatalog) throws(SQLError) {
    let published = self.published
    if isNewTable {
      let isThere: Bool
      do throws(CatalogError) {
        isThere =
          try catalog.table(table)
          .map { WrittenFolders.absolute(catalog.path(of: $0.location)) == location } ?? false
      } catch { throw SQLError(error) }
      if !isThere, let published, !WrittenFolders.exists(staging) { undo(published.files) }
    } else if let published {
      try move(published.files)
      try register(published.partitions, catalog)
    }
    end()
  }

  /// Adds partitions to the table, if it still exists.
  func register(_ partitions: [Partition], _ catalog: TableCatalog) throws(SQLError) {
    do throws(CatalogError) {
      try catalog.commit(table) { (current) throws(CatalogError) in
        guard let current else { return nil }
        var update = TableUpdate(current)
        update.addedPartitions = partitions
        // What a crawler counted is no longer so.
        update.parameters["recordCount"] = nil
        return update
      }
    } catch {
      throw SQLError(error)
    }
  }

  private static func json(_ path: String) -> JSONObject? {
    guard let bytes = try? LocalBytes.read(path),
      case .object(let object)? = try? JSONValue.parse(bytes)
    else { return nil }
    return object
  }

  private static func journal(_ lake: String, _ id: String) -> WriteJournal? {
    guard let object = json("\(root(lake))/\(id)/write.json"),
      case .string(let kind)? = object["kind"],
      case .string(let database)? = object["database"],
      case .string(let table)? = object["table"],
      case .string(let staging)? = object["staging"],
      case .string(let location)? = object["location"]
    else { return nil }
    return WriteJournal(
      lake: lake,
      id: id,
      isNewTable: kind == "create",
      table: TableName(database: database, table: table),
      staging: staging,
      location: location
    )
  }

  private var published: (files: [Target], partitions: [Partition])? {
    guard let object = WriteJournal.json("\(folder)/publish.json"),
      case .array(let files)? = object["files"],
      case .array(let partitions)? = object["partitions"]
    else { return nil }
    return (
      files.compactMap { file in
        guard case .object(let file) = file, case .string(let name)? = file["name"],
          case .string(let folder)? = file["folder"]
        else { return nil }
        return Target(name: name, folder: folder)
      },
      partitions.compactMap { partition in
        guard case .object(let partition) = partition,
          case .array(let values)? = partition["values"],
          case .string(let location)? = partition["location"]
        else { return nil }
        return Partition(
          values: values.map { if case .string(let text) = $0 { text } else { nil } },
          location: location
        )
      }
    )
  }
}
