import ColumnFormat
import RowFormat

extension Crawler {
  /// What a commit did, gathered while it was decided; the last decision counts.
  private struct Decision {
    var before: TableSnapshot?
    var added = 0
    var removed = 0
    var isLogged = false
    var objections: [String] = []
  }

  /// Brings the catalog's table in line with its files.
  func commit(_ candidate: TableCandidate, report: inout CrawlReport) throws(CatalogError)
    -> CrawlReport.Table
  {
    report.notes += candidate.notes.map { "\(candidate.name): \($0)" }
    var decision = Decision()
    let after = try catalog.commit(candidate.name, isDryRun: options.isDryRun) {
      current throws(CatalogError) in
      decision = Decision(before: current)
      return try update(candidate, current, &decision)
    }
    guard let after else { throw CatalogError(.tableNotFound(candidate.name)) }
    let isNewVersion = after.version.number != decision.before?.version.number
    let action: CrawlReport.Action =
      if decision.before == nil {
        .added
      } else if decision.isLogged {
        .logged
      } else {
        after.generation == decision.before?.generation ? .unchanged : .changed
      }
    return CrawlReport.Table(
      name: candidate.name,
      location: candidate.location,
      action: action,
      format: after.description.format,
      version: after.version.number,
      versionBefore: decision.before?.version.number,
      columnCount: after.description.columns.count,
      partitionKeys: after.description.partitionKeys.map(\.name),
      partitionCount: after.partitionCount,
      partitionsAdded: decision.added,
      partitionsRemoved: decision.removed,
      fileCount: candidate.fileCount,
      byteCount: candidate.byteCount,
      recordCount: candidate.recordCount,
      changes: isNewVersion ? after.version.changes : []
    )
  }

  private func update(
    _ candidate: TableCandidate,
    _ current: TableSnapshot?,
    _ decision: inout Decision
  ) throws(CatalogError) -> TableUpdate {
    let schema = merged(candidate, current?.version)
    let keysAreSame =
      current.map {
        $0.version.partitionKeys.map { $0.name.lowercased() } == schema.keys.map(\.name)
      } ?? true
    let registered = try current.map { current throws(CatalogError) in
      try catalog.partitions(of: current)
    }
    var added: [Partition] = []
    var removed: [Partition] = []
    let found = candidate.partitions.partitions
    if let registered, keysAreSame {
      let known = Set(registered)
      added = found.filter { !known.contains($0) }
      if candidate.isComplete, options.onDelete != .log {
        let values = Set(found.map(\.values))
        removed = registered.filter { !values.contains($0.values) }
      }
    } else {
      added = found
    }
    decision.added = added.count
    decision.removed = removed.count
    var update = TableUpdate(
      location: candidate.location,
      format: candidate.format,
      columns: schema.columns,
      partitionKeys: schema.keys,
      parameters: candidate.parameters(current?.description.parameters ?? [:], options: options),
      addedPartitions: added,
      removedPartitions: removed,
      causes: { column in
        candidate.cause(column)
          ?? ChangeCause(
            source: candidate.location,
            note: "in none of \(candidate.fileCount) files"
          )
      }
    )
    if let current {
      try apply(policies: current, to: &update, &decision, candidate.name)
    }
    return update
  }

  /// Holds a change against `--on-change` and `--compat`.
  private func apply(
    policies current: TableSnapshot,
    to update: inout TableUpdate,
    _ decision: inout Decision,
    _ name: TableName
  ) throws(CatalogError) {
    let evolution = SchemaEvolution(
      after: current.version,
      columns: update.columns,
      partitionKeys: update.partitionKeys
    )
    if evolution.changes.isEmpty { return }
    if options.onChange == .log {
      decision.isLogged = true
      update.columns = current.version.columns
      if current.version.partitionKeys.map(\.name) == update.partitionKeys.map(\.name) {
        update.partitionKeys = current.version.partitionKeys
      }
      return
    }
    let next = SchemaVersion(
      number: current.version.number + 1,
      created: "",
      columns: evolution.columns,
      partitionKeys: evolution.partitionKeys,
      changes: evolution.changes,
      fieldIDMax: evolution.fieldIDMax
    )
    let objections = options.compatibility.objections(
      to: next,
      after: options.compatibility == .none ? [] : try catalog.versions(of: name)
    )
    if !objections.isEmpty {
      throw CatalogError(
        .incompatible(name, mode: options.compatibility.rawValue, reasons: objections)
      )
    }
  }

  /// The columns to come: types only widen; columns go only when no file has them any more.
  private func merged(_ candidate: TableCandidate, _ version: SchemaVersion?)
    -> (columns: [Field], keys: [Field])
  {
    guard let version else { return (candidate.columns, candidate.partitions.keys) }
    var columns: [Field]
    if options.onChange == .mergeNew {
      columns = Crawler.adding(candidate.columns, to: version.columns)
    } else {
      columns = TypeLattice.union(version.columns, candidate.columns)
      if candidate.isComplete {
        columns = Crawler.keeping(columns, seenIn: candidate.columns)
      }
    }
    let keyNames = candidate.partitions.keys.map(\.name)
    columns.removeAll { keyNames.contains($0.name.lowercased()) }
    let keys = candidate.partitions.keys.map { key in
      let known = version.partitionKeys.first { $0.name.lowercased() == key.name }
      return Field(key.name, known.map { TypeLattice.unify($0.type, key.type) } ?? key.type)
    }
    return (columns.map(Crawler.nullable), keys)
  }

  /// Old columns as they are, and new ones behind them, within rows too.
  private static func adding(_ new: [Field], to old: [Field]) -> [Field] {
    var fields = old
    for field in new {
      guard let index = old.firstIndex(where: { $0.name.lowercased() == field.name.lowercased() })
      else {
        fields.append(field)
        continue
      }
      switch (old[index].type, field.type) {
      case (.row(let known), .row(let members)):
        fields[index].type = .row(adding(members, to: known))
      case (.list(let known), .list(let element)):
        fields[index].type = .list(adding([element], to: [known])[0])
      case (.unknown, _): fields[index].type = field.type
      default: break
      }
    }
    return fields
  }

  /// The fields, without those that no file has.
  private static func keeping(_ fields: [Field], seenIn found: [Field]) -> [Field] {
    fields.compactMap { field in
      guard let seen = found.first(where: { $0.name.lowercased() == field.name.lowercased() })
      else { return nil }
      var kept = field
      let children = keeping(field.type.children, seenIn: seen.type.children)
      kept.type = field.type.withChildren(children) ?? field.type
      return kept
    }
  }

  private static func nullable(_ field: Field) -> Field {
    var field = field
    field.isNullable = true
    return field
  }

  /// Marks or drops a table whose files are all gone.
  func removeFileless(_ name: TableName, report: inout CrawlReport) throws(CatalogError)
    -> CrawlReport.Table?
  {
    guard let before = try catalog.snapshot(of: name) else { return nil }
    let description = before.description
    let isMarked = description.parameters["DEPRECATED_BY_CRAWLER"] != nil
    let action: CrawlReport.Action
    switch options.onDelete {
    case .log:
      report.notes.append("\(name): no files at '\(description.location)'")
      return nil
    case .delete:
      if !options.isDryRun { try catalog.drop(name) }
      action = .dropped
    case .deprecate:
      try catalog.commit(name, isDryRun: options.isDryRun) { current in
        guard let current else { return nil }
        var update = TableUpdate(current)
        update.parameters["DEPRECATED_BY_CRAWLER"] =
          update.parameters["DEPRECATED_BY_CRAWLER"] ?? ClockText.now()
        return update
      }
      action = isMarked ? .unchanged : .deprecated
    }
    return CrawlReport.Table(
      name: name,
      location: description.location,
      action: action,
      format: description.format,
      version: before.version.number,
      versionBefore: before.version.number,
      columnCount: description.columns.count,
      partitionKeys: description.partitionKeys.map(\.name),
      partitionCount: before.partitionCount,
      partitionsAdded: 0,
      partitionsRemoved: 0,
      fileCount: 0,
      byteCount: 0,
      recordCount: nil,
      changes: []
    )
  }
}
