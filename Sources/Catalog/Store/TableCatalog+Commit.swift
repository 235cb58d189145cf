import ColumnFormat
import ObjectStore
import RowFormat
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

extension TableCatalog {
  /// A change that loses against others this often, for this long, gives up.
  private static let attemptCountMax = 100
  private static let attemptSecondsMax: Int64 = 60

  /// Calls `attempt` until it gives a result.
  private func untilDone<Result>(
    _ name: TableName,
    _ attempt: () throws(CatalogError) -> Result?
  ) throws(CatalogError) -> Result {
    let start = ClockText.nowNanos()
    var count = 0
    while true {
      if let result = try attempt() { return result }
      count += 1
      let nanos = ClockText.nowNanos() - start
      if count >= TableCatalog.attemptCountMax,
        nanos > TableCatalog.attemptSecondsMax * 1_000_000_000
      {
        throw CatalogError(.conflict(name, attempts: count))
      }
      TableCatalog.pause(count)
    }
  }

  /// Changes a table, or makes it.
  ///
  /// `decide` sees the table as it is and says what it shall become; nil leaves it alone. It is
  /// asked again whenever somebody else was faster. Nothing is written where nothing differs.
  ///
  /// - Parameters:
  ///   - name: The table.
  ///   - isDryRun: Whether only to work out what the table would be afterwards.
  ///   - decide: What the table shall become.
  /// - Returns: The table afterwards; nil if there is none and none was made.
  /// - Throws: What `decide` throws; `conflict` if others were always faster; what the store says.
  @discardableResult
  public func commit(
    _ name: TableName,
    isDryRun: Bool = false,
    _ decide: (TableSnapshot?) throws(CatalogError) -> TableUpdate?
  ) throws(CatalogError) -> TableSnapshot? {
    try TableCatalog.check(name)
    return try untilDone(name) { () throws(CatalogError) -> TableSnapshot?? in
      let head = try head(of: name)
      let current: TableSnapshot? =
        if let head, !head.isDropped { try snapshot(head, name) } else { nil }
      guard let update = try decide(current) else { return .some(current) }
      var commit = VersionCommit(catalog: self, name: name, head: head, current: current)
      guard try commit.prepare(update) else { return .some(current) }
      if isDryRun { return .some(commit.preview) }
      guard try commit.publish() else { return nil }
      TableGarbage.collect(in: self, name: name, newest: commit.next.number)
      return .some(commit.snapshot)
    }
  }

  /// Forgets a table; its data stay.
  ///
  /// - Returns: Whether there was one.
  @discardableResult
  public func drop(_ name: TableName) throws(CatalogError) -> Bool {
    try TableCatalog.check(name)
    return try untilDone(name) { () throws(CatalogError) -> Bool? in
      guard let head = try head(of: name), !head.isDropped else { return false }
      let folder = TableCatalog.folder(of: name)
      var next = TableGeneration(after: head, folder: folder, name: name)
      next.isDropped = true
      next.seal(created: ClockText.now())
      do throws(ObjectStoreError) {
        try store.putIfAbsent(next.file.bytes, at: next.file.path)
      } catch {
        if error.kind == .alreadyExists { return nil }
        throw CatalogError(error)
      }
      // The table is gone; a leftover file does no harm.
      for file in head.versions.map(\.file) + head.segments.map(\.file) {
        try? store.delete("\(folder)/\(file)")
      }
      for number in try generationNumbers(folder) where number < next.number {
        try? store.delete(TableGeneration.path(folder, number: number))
      }
      return true
    }
  }

  /// Forgets a database and its tables; their data stay.
  ///
  /// - Returns: The tables that were dropped.
  @discardableResult
  public func drop(database: String) throws(CatalogError) -> [TableName] {
    let database = database.lowercased()
    guard try databases().contains(database) else {
      throw CatalogError(.databaseNotFound(database))
    }
    var dropped: [TableName] = []
    for name in try tables(in: database) {
      if try drop(name) { dropped.append(name) }
    }
    // What a table of the same name must not repeat, its tombstone, goes with the database.
    do throws(ObjectStoreError) {
      let folder = "catalog/\(database)"
      for entry in try store.entries(of: folder) where entry.isFolder {
        for part in ["generations", "versions", "partitions"] {
          let path = "\(folder)/\(entry.name)/\(part)"
          for file in (try? store.entries(of: path)) ?? [] {
            try store.delete("\(path)/\(file.name)")
          }
          store.removeUnfinished(in: path, olderThan: .max)
          try? store.delete(path)
        }
        try? store.delete("\(folder)/\(entry.name)")
      }
      try? store.delete("\(folder)/database.json")
      store.removeUnfinished(in: folder, olderThan: .max)
      try? store.delete(folder)
    } catch {
      throw CatalogError(error)
    }
    return dropped
  }

  /// Writes the files that a lake and a database begin with, where they are missing.
  func makeFolders(for name: TableName) throws(CatalogError) {
    try begin(CatalogFile(path: "lake.json"))
    var database = CatalogFile(path: "catalog/\(name.database)/database.json")
    database.members["name"] = .string(name.database)
    try begin(database)
  }

  func begin(_ file: CatalogFile) throws(CatalogError) {
    if (try? store.info(file.path)) != nil { return }
    var file = file
    file.members["created"] = .string(ClockText.now())
    do {
      try store.putIfAbsent(file.bytes, at: file.path)
    } catch {
      if error.kind != .alreadyExists { throw CatalogError(error) }
    }
  }

  private static func pause(_ attempt: Int) {
    usleep(UInt32.random(in: 0...UInt32(min(attempt, 20) * 1000)))
  }
}
