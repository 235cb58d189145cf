import ColumnFormat
import RowFormat

extension Crawler {
  /// What a commit did, gathered while it was decided; the last decision counts.
  private struct Decision {
    var before: TableSnapshot?
    var added: [Partition] = []
    var removed: [Partition] = []
    var isLogged = false
    /// What would have changed, had it not been forbidden.
    var loggedChanges: [SchemaChange] = []
    var notes: [String] = []
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
    if !options.isDryRun, after.generation == decision.before?.generation {
      // A change cleans up by itself.
      TableGarbage.collect(in: catalog, name: candidate.name, newest: after.generation)
    }
    report.notes += decision.notes.map { "\(candidate.name): \($0)" }
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
      addedPartitions: decision.added,
      removedPartitions: decision.removed,
      fileCount: candidate.fileCount,
      byteCount: candidate.byteCount,
      recordCount: candidate.recordCount,
      changes: isNewVersion ? after.version.changes : decision.loggedChanges
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
      // The same place may have been named otherwise: by `s3://`, or from the root.
      if isSamePlace(current.description.location, candidate.location) {
        update.location = current.description.location
      }
      if case .text(let serDe) = current.description.format {
        keepDefinition(current, &update, &decision, serDe)
      } else {
        try apply(policies: current, to: &update, &decision, candidate)
      }
    }
    decision.notes += candidate.roundings(to: update.columns)
    decision.added = update.addedPartitions
    decision.removed = update.removedPartitions
    return update
  }

  /// A table that a statement defined with a SerDe stays as it was defined: only its partitions are
  /// looked for.
  private func keepDefinition(
    _ current: TableSnapshot,
    _ update: inout TableUpdate,
    _ decision: inout Decision,
    _ serDe: SerDe
  ) {
    let keys = current.version.partitionKeys
    let hasSameKeys =
      keys.map { $0.name.lowercased() } == update.partitionKeys.map { $0.name.lowercased() }
    decision.notes.append(
      hasSameKeys
        ? "defined with \(serDe.className): columns and format stay, only partitions are looked for"
        : "defined with \(serDe.className): left as it is, because its folders have other partition keys"
    )
    update.format = current.description.format
    update.columns = current.version.columns
    update.partitionKeys = keys
    update.parameters = current.description.parameters
    update.details = current.description.details
    if !hasSameKeys {
      update.addedPartitions = []
      update.removedPartitions = []
    }
  }

  /// Holds a change against `--on-change` and `--compat`.
  private func apply(
    policies current: TableSnapshot,
    to update: inout TableUpdate,
    _ decision: inout Decision,
    _ candidate: TableCandidate
  ) throws(CatalogError) {
    let name = candidate.name
    let evolution = SchemaEvolution(
      after: current.version,
      columns: update.columns,
      partitionKeys: update.partitionKeys,
      causes: update.causes
    )
    let isOtherFormat = update.format != current.description.format
    if options.onChange == .log, isOtherFormat || !evolution.changes.isEmpty {
      leaveAlone(current, &update, &decision, evolution.changes)
      return
    }
    if isOtherFormat {
      decision.notes.append(
        Crawler.formatNote(from: current.description.format, to: update.format)
      )
    }
    if options.onChange == .mergeNew {
      decision.notes += unwidened(candidate, current.version)
    }
    if evolution.changes.isEmpty { return }
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

  /// `--on-change log`: new partitions are still registered, where the keys are the same.
  private func leaveAlone(
    _ current: TableSnapshot,
    _ update: inout TableUpdate,
    _ decision: inout Decision,
    _ changes: [SchemaChange]
  ) {
    decision.isLogged = true
    decision.loggedChanges = changes
    let keys = current.version.partitionKeys
    let hasSameKeys =
      keys.map { $0.name.lowercased() } == update.partitionKeys.map { $0.name.lowercased() }
    update.columns = current.version.columns
    update.partitionKeys = keys
    if update.format != current.description.format {
      decision.notes.append(
        Crawler.formatNote(from: current.description.format, to: update.format)
      )
      update.format = current.description.format
      update.parameters = current.description.parameters
    }
    if !hasSameKeys {
      update.addedPartitions = []
      update.removedPartitions = []
    }
  }

  private static func formatNote(from old: DataFormat, to new: DataFormat) -> String {
    old.name == new.name
      ? "its files are laid out otherwise than before"
      : "its files are \(new.name), before they were \(old.name)"
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
      addedPartitions: [],
      removedPartitions: [],
      fileCount: 0,
      byteCount: 0,
      recordCount: nil,
      changes: []
    )
  }
}
