import ColumnFormat
import ObjectStore
import RowFormat
import Synchronization

/// One attempt to bring a table to its next generation.
struct VersionCommit {
  let catalog: TableCatalog
  let name: TableName
  let head: TableGeneration?
  let current: TableSnapshot?
  private(set) var next: TableGeneration
  private let folder: String
  private let created = ClockText.now()
  private var version: SchemaVersion?
  private var segment: PartitionSegment?

  init(catalog: TableCatalog, name: TableName, head: TableGeneration?, current: TableSnapshot?) {
    self.catalog = catalog
    self.name = name
    self.head = head
    self.current = current
    folder = TableCatalog.folder(of: name)
    next = TableGeneration(after: head, folder: folder, name: name)
  }

  // MARK: Deciding

  /// Works out what differs; false if nothing does.
  mutating func prepare(_ update: TableUpdate) throws(CatalogError) -> Bool {
    let evolution = SchemaEvolution(
      after: current?.version,
      fieldIDMax: head?.fieldIDMax ?? 0,
      columns: update.columns,
      partitionKeys: update.partitionKeys,
      restored: update.restored,
      causes: update.causes
    )
    let isReordered =
      update.reorders && current?.version.columns.map(\.name) != evolution.columns.map(\.name)
    if current == nil || !evolution.changes.isEmpty || isReordered {
      version = SchemaVersion(
        number: (current?.version.number ?? 0) + 1,
        created: created,
        columns: evolution.columns,
        partitionKeys: evolution.partitionKeys,
        changes: evolution.changes,
        fieldIDMax: evolution.fieldIDMax
      )
      next.fieldIDMax = evolution.fieldIDMax
    }
    let isSame =
      version == nil && next.location == update.location && next.format == update.format
      && next.parameters == update.parameters && next.details == update.details ?? next.details
    next.location = update.location
    next.format = update.format
    next.parameters = update.parameters
    if let details = update.details { next.details = details }
    let keys = evolution.partitionKeys.map(\.name)
    let hasNewPartitions = try preparePartitions(update, keys: keys)
    return !isSame || hasNewPartitions
  }

  /// Decides which segments stay and what a new one holds; false if the list stays as it is.
  private mutating func preparePartitions(_ update: TableUpdate, keys: [String])
    throws(CatalogError) -> Bool
  {
    let oldKeys = current?.version.partitionKeys.map(\.name) ?? keys
    for partition in update.addedPartitions where partition.values.count != keys.count {
      throw CatalogError(
        .invalidRequest(
          "a partition of '\(name)' needs \(keys.count) values, not \(partition.values.count)"
        )
      )
    }
    if oldKeys != keys {
      // Other keys make other partitions.
      segment = PartitionSegment(update.addedPartitions, keys: keys)
      next.segments = []
      return true
    }
    var added: [PartitionSegment.Identity: Partition] = [:]
    var order: [PartitionSegment.Identity] = []
    for partition in update.addedPartitions {
      let identity = PartitionSegment.Identity(values: partition.values)
      if added.updateValue(partition, forKey: identity) == nil { order.append(identity) }
    }
    let removed = Set(
      update.removedPartitions.map { PartitionSegment.Identity(values: $0.values) }
    )
    var kept: [TableGeneration.Segment] = []
    var entries: [JSONValue] = []
    var isChanged = false
    for reference in next.segments {
      let known = try identities(of: reference, keys: keys)
      let touches = added.keys.contains(where: known.contains) || !removed.isDisjoint(with: known)
      guard touches else {
        kept.append(reference)
        continue
      }
      var survivors: [JSONValue] = []
      var isRewritten = false
      let path = "\(folder)/\(reference.file)"
      for entry in try PartitionSegment(try CatalogFile.read(path, from: catalog.store)).entries {
        let partition = try PartitionSegment.partition(entry, keys: keys, path: path)
        let identity = PartitionSegment.Identity(values: partition.values)
        if added[identity] == partition {
          added[identity] = nil
        } else if added[identity] != nil || removed.contains(identity) {
          isRewritten = true
          continue
        }
        survivors.append(entry)
      }
      if isRewritten {
        isChanged = true
        entries += survivors
      } else {
        kept.append(reference)
      }
    }
    let fresh = order.compactMap { added[$0] }
    if fresh.isEmpty && !isChanged { return false }
    entries += fresh.map { PartitionSegment.entry($0, keys: keys) }
    try mergeTail(of: &kept, into: &entries)
    next.segments = kept
    if !entries.isEmpty {
      segment = PartitionSegment([], keys: keys)
      segment?.entries = entries
    }
    return true
  }

  /// Takes small segments at the end into the new one, so that there are never many and every
  /// partition is rewritten a logarithmic number of times only.
  private func mergeTail(
    of kept: inout [TableGeneration.Segment],
    into entries: inout [JSONValue]
  ) throws(CatalogError) {
    while let last = kept.last, last.count <= entries.count {
      let path = "\(folder)/\(last.file)"
      let merged = try PartitionSegment(try CatalogFile.read(path, from: catalog.store))
      entries = merged.entries + entries
      kept.removeLast()
    }
  }

  private func identities(of reference: TableGeneration.Segment, keys: [String])
    throws(CatalogError) -> Set<PartitionSegment.Identity>
  {
    let path = "\(folder)/\(reference.file)"
    if let known = catalog.knownPartitions.withLock({ $0[path] }) { return known }
    var identities: Set<PartitionSegment.Identity> = []
    for entry in try PartitionSegment(try CatalogFile.read(path, from: catalog.store)).entries {
      let partition = try PartitionSegment.partition(entry, keys: keys, path: path)
      identities.insert(PartitionSegment.Identity(values: partition.values))
    }
    let found = identities
    catalog.knownPartitions.withLock {
      // Segments are merged away; a list has few, so this is rare.
      if $0.count >= 64 { $0.removeAll() }
      $0[path] = found
    }
    return identities
  }

  /// The table as this attempt makes it.
  var snapshot: TableSnapshot? {
    (version ?? current?.version).map { version in
      TableSnapshot(next, version, name)
    }
  }

  /// The table as this attempt would make it, before anything is written.
  var preview: TableSnapshot? {
    var attempt = self
    if let segment { attempt.next.segments.append(.init(file: "", count: segment.entries.count)) }
    return attempt.snapshot
  }

  // MARK: Writing

  /// Writes what was prepared; false if somebody else made the next generation first.
  mutating func publish() throws(CatalogError) -> Bool {
    try catalog.makeFolders(for: name)
    var written: [String] = []
    do throws(CatalogError) {
      if let version {
        let previous: CatalogFile? =
          if let reference = next.versions.last {
            try catalog.versionFile(reference, of: name)
          } else {
            nil
          }
        let stem = "versions/" + TableGeneration.padded(version.number, 6)
        let content = SchemaVersionFile.file(version, path: stem, previous: previous).bytes
        let file = try putFresh(content, stem: stem)
        written.append(file)
        next.versions.append(.init(number: version.number, file: file))
      }
      if let segment {
        let stem = "partitions/" + TableGeneration.padded(next.number, 10)
        let file = try putFresh(segment.bytes, stem: stem)
        written.append(file)
        next.segments.append(.init(file: file, count: segment.entries.count))
      }
      next.seal(created: created)
      do {
        try catalog.store.putIfAbsent(next.file.bytes, at: next.file.path)
      } catch {
        throw CatalogError(error)
      }
      return true
    } catch {
      // No generation names these files.
      for file in written { try? catalog.store.delete("\(folder)/\(file)") }
      if error.kind == .store(.alreadyExists) { return false }
      throw error
    }
  }

  /// Puts a file under a name that is not taken: a crash or a faster writer may have left one.
  private func putFresh(_ bytes: [UInt8], stem: String) throws(CatalogError) -> String {
    for number in 1...1000 {
      let file = number == 1 ? "\(stem).json" : "\(stem)-\(number).json"
      do {
        try catalog.store.putIfAbsent(bytes, at: "\(folder)/\(file)")
        return file
      } catch {
        if error.kind != .alreadyExists { throw CatalogError(error) }
      }
    }
    throw CatalogError(.conflict(name, attempts: 1000))
  }
}
