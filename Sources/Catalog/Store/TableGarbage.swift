import ObjectStore

/// Removes files that no reader can still need.
///
/// A reader that began with a generation has at least ten minutes to read what it names.
enum TableGarbage {
  private static let keptCount = 8
  private static let keptSeconds: Int64 = 600

  /// Cleans up after a change or a crawl; what fails is tried again after the next one.
  ///
  /// Old generations go after every sixteenth one, so that a table that changes all the time does not
  /// read them all each time, and where the oldest has waited for an hour.
  static func collect(in catalog: TableCatalog, name: TableName, newest: Int) {
    let folder = TableCatalog.folder(of: name)
    let now = ClockText.nowNanos()
    for part in ["generations", "versions", "partitions"].map({ "\(folder)/\($0)" })
      + ["catalog/\(name.database)", "crawls", ""]
    {
      catalog.store.removeUnfinished(in: part, olderThan: now - keptSeconds * 1_000_000_000)
    }
    if newest % 16 == 0 || hasWaited(catalog, folder, newest: newest, now: now) {
      try? clean(catalog, name, newest: newest, now: now)
    }
  }

  private static func hasWaited(
    _ catalog: TableCatalog,
    _ folder: String,
    newest: Int,
    now: Int64
  ) -> Bool {
    guard let oldest = try? catalog.generationNumbers(folder).first, oldest + keptCount <= newest,
      let info = try? catalog.store.info(TableGeneration.path(folder, number: oldest))
    else { return false }
    return info.modifiedNanos < now - 6 * keptSeconds * 1_000_000_000
  }

  private static func clean(
    _ catalog: TableCatalog,
    _ name: TableName,
    newest: Int,
    now: Int64
  ) throws {
    let store = catalog.store
    let folder = TableCatalog.folder(of: name)
    let oldest = now - keptSeconds * 1_000_000_000
    var named: Set<String> = []
    for number in try catalog.generationNumbers(folder) {
      let path = TableGeneration.path(folder, number: number)
      let modifiedNanos = try store.info(path).modifiedNanos
      let isOld = number + keptCount <= newest && modifiedNanos < oldest
      if isOld {
        try store.delete(path)
        continue
      }
      let generation = try TableGeneration(try CatalogFile.read(path, from: store))
      named.formUnion(generation.versions.map(\.file))
      named.formUnion(generation.segments.map(\.file))
    }
    for part in ["versions", "partitions"] {
      for entry in (try? store.entries(of: "\(folder)/\(part)")) ?? [] {
        let path = "\(folder)/\(part)/\(entry.name)"
        if named.contains("\(part)/\(entry.name)") { continue }
        // A young file may belong to a change that is just being made.
        if (try store.info(path)).modifiedNanos < oldest { try store.delete(path) }
      }
    }
  }
}
