import ObjectStore

#if canImport(Glibc)
  import Glibc
#endif

/// Removes files that no reader can still need.
///
/// A reader that began with a generation has at least ten minutes to read what it names.
enum TableGarbage {
  private static let keptCount = 8
  private static let keptSeconds: Int64 = 600

  /// Cleans up after every sixteenth generation; what fails is tried again then.
  static func collect(in catalog: TableCatalog, name: TableName, newest: Int) {
    if newest % 16 == 0 { try? clean(catalog, name, newest: newest) }
  }

  private static func clean(_ catalog: TableCatalog, _ name: TableName, newest: Int) throws {
    let store = catalog.store
    let folder = TableCatalog.folder(of: name)
    var clock = timespec()
    clock_gettime(CLOCK_REALTIME, &clock)
    let oldest = (Int64(clock.tv_sec) - keptSeconds) * 1_000_000_000
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
