import Catalog
import ColumnFormat
import ObjectStore
import Synchronization
import TestSupport
import Testing

@Suite struct CatalogCrashTests {
  private static let name = TableName(database: "d", table: "t")

  private typealias Step = @Sendable (TableCatalog) throws -> Void

  private static func update(_ columns: [String], keys: [Field], _ days: ClosedRange<Int>)
    -> TableUpdate
  {
    TableUpdate(
      location: "data/d/t",
      format: .parquet,
      columns: columns.map { Field($0, .int64) },
      partitionKeys: keys,
      addedPartitions: days.map { Partition(values: ["\($0)"], location: "day=\($0)") }
    )
  }

  /// Changes of every kind, each after the ones before it.
  private static let steps: [Step] = [
    { try $0.commit(name) { _ in update(["a"], keys: [Field("day", .int32)], 1...3) } },
    { try $0.commit(name) { _ in update(["a", "b"], keys: [Field("day", .int32)], 4...4) } },
    { try $0.commit(name) { _ in update(["a", "b"], keys: [Field("day", .int32)], 5...9) } },
    {
      try $0.commit(name) { current in
        var next = current.map(TableUpdate.init)
        next?.removedPartitions = [Partition(values: ["2"], location: "")]
        return next
      }
    }, { try $0.commit(name) { _ in update(["b"], keys: [Field("hour", .int32)], 1...2) } },
    { try $0.drop(name) },
    { try $0.commit(name) { _ in update(["a"], keys: [Field("day", .int32)], 1...1) } },
    { try $0.drop(database: "d") },
  ]

  /// All that a reader sees of the table, without times.
  private static func state(_ store: any ObjectStore) throws -> String {
    let catalog = try TableCatalog(store: store, folder: "lake")
    guard let table = try catalog.snapshot(of: name) else { return "no table" }
    let versions = try catalog.versions(of: name)
    return "\(table.description) \(versions.map(\.columns)) \(versions.map(\.changes)) "
      + "\(try catalog.partitions(of: table))"
  }

  @Test(arguments: 0..<8)
  func `whatever write is the last, the catalog is the old one or the new one`(index: Int) throws {
    func prepared() throws -> MemoryStore {
      let store = MemoryStore()
      let catalog = try TableCatalog(store: store, folder: "lake")
      for step in CatalogCrashTests.steps[..<index] { try step(catalog) }
      return store
    }
    let old = try CatalogCrashTests.state(try prepared())
    let finished = try prepared()
    try CatalogCrashTests.steps[index](try TableCatalog(store: finished, folder: "lake"))
    let new = try CatalogCrashTests.state(finished)
    #expect(old != new)
    var seen: Set<String> = []
    for end in DyingStore.End.allCases {
      for writeCount in 0..<40 {
        let store = try prepared()
        let dying = DyingStore(store, writeCount: writeCount, end)
        let step = CatalogCrashTests.steps[index]
        let isDead = (try? step(try TableCatalog(store: dying, folder: "lake"))) == nil
        let state = try CatalogCrashTests.state(store)
        #expect(state == old || state == new, "write \(writeCount) \(end)")
        seen.insert(state)
        // Whoever comes next is not held up by what was left behind.
        if state == old { try? step(try TableCatalog(store: store, folder: "lake")) }
        #expect(try CatalogCrashTests.state(store) == new, "after write \(writeCount) \(end)")
        if !isDead { break }
      }
    }
    #expect(seen == [old, new])
  }
}

@Suite struct CatalogRaceTests {
  @Test func `a hundred committers at once lose no update`() throws {
    let directory = TemporaryDirectory()
    let lake = directory("lake")
    let name = TableName(database: "d", table: "t")
    let failures = Mutex<[String]>([])
    WorkerThreads.run(count: 100) { worker in
      do {
        // A catalog of its own, as a process has: only the folder is shared.
        try TableCatalog(lake: lake).commit(name) { current in
          var next =
            current.map(TableUpdate.init)
            ?? TableUpdate(
              location: "data/d/t",
              format: .parquet,
              columns: [],
              partitionKeys: [Field("k", .int32)]
            )
          next.columns.append(Field("c\(worker)", .int32))
          next.addedPartitions = [Partition(values: ["\(worker)"], location: "k=\(worker)")]
          return next
        }
      } catch {
        failures.withLock { $0.append("\(error)") }
      }
    }
    #expect(failures.withLock { $0 } == [])
    let catalog = try TableCatalog(lake: lake)
    let table = try #require(try catalog.snapshot(of: name))
    #expect(table.generation == 100)
    #expect(Set(table.description.columns.map(\.name)).count == 100)
    #expect(Set(table.description.columns.compactMap(\.id)) == Set(1...100))
    #expect(try catalog.partitions(of: name).count == 100)
    #expect(try catalog.versions(of: name).map(\.number) == Array(1...100))
  }
}
