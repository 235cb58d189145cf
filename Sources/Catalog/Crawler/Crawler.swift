import ColumnFormat
import ObjectStore
import RowFormat

#if canImport(Glibc)
  import Glibc
#endif

/// Looks at files and keeps the catalog's tables true to them.
///
/// For each path: list, tell formats by content, infer a schema from every footer or every record,
/// decide which folders are tables and which are partitions, merge the schemas of each table, and
/// commit what differs. Nothing is written where nothing differs.
public struct Crawler: Sendable {
  let catalog: TableCatalog
  let options: CrawlOptions
  let progress: CrawlProgress
  let excludes: [GlobPattern]

  /// A crawler for a catalog.
  ///
  /// - Parameters:
  ///   - catalog: Where tables are kept.
  ///   - options: How to crawl.
  ///   - progress: Who is told how far it is.
  /// - Throws: When the options make no sense.
  public init(
    _ catalog: TableCatalog,
    options: CrawlOptions = CrawlOptions(),
    progress: CrawlProgress = CrawlProgress()
  ) throws(CatalogError) {
    self.catalog = catalog
    self.options = options
    self.progress = progress
    var excludes: [GlobPattern] = []
    for text in options.excludes {
      guard let pattern = GlobPattern(text) else {
        throw CatalogError(
          .invalidRequest("the pattern '\(text)' has a bracket or brace that is not closed")
        )
      }
      excludes.append(pattern)
    }
    self.excludes = excludes
    for name in [options.database, options.table].compactMap(\.self) {
      try TableCatalog.check(name: name.lowercased())
    }
    if let count = options.sampleCount, count < 1 {
      throw CatalogError(.invalidRequest("a sample needs at least one file, not \(count)"))
    }
    if let level = options.tableLevel, level < 1 {
      throw CatalogError(.invalidRequest("the table level counts from 1, not \(level)"))
    }
  }

  /// Crawls folders and files; without any, every `data/DATABASE/TABLE` of the lake.
  public func crawl(_ paths: [String]) throws(CatalogError) -> CrawlReport {
    var report = CrawlReport()
    var taken: [TableName: String] = [:]
    var places = KnownPlaces(catalog)
    let targets = try CrawlTarget.targets(paths, catalog: catalog, options: options)
    for target in targets {
      try crawl(target, into: &report, taken: &taken, places: &places)
      if progress.isCancelled() { break }
    }
    report.tables.sort { $0.name.description < $1.name.description }
    return report
  }

  // MARK: One path

  private func crawl(
    _ target: CrawlTarget,
    into report: inout CrawlReport,
    taken: inout [TableName: String],
    places: inout KnownPlaces
  ) throws(CatalogError) {
    let start = ClockText.nowNanos()
    let listing = try list(target)
    report.fileCount += listing.count
    report.byteCount += listing.reduce(0) { $0 + $1.byteCount }
    let known = try places.tables(of: target.database, atOrBelow: target.path)
    let sample = CrawlSample.choose(listing.map(\.path), perFolder: options.sampleCount)
    let probes = try look(into: listing, sample, target, start: start, &report)
    if progress.isCancelled() { return }
    report.isSampled = report.isSampled || options.sampleCount != nil
    var probed = ProbedFiles(listing, probes)
    report.skipped += probed.skipped.map {
      CrawlReport.SkippedFile(path: target.path(of: $0.path), reason: $0.reason)
    }
    report.notes += probed.notes.map { "\(target.path(of: $0.path)): \($0.note)" }
    let tables = try group(&probed, target, known, &report)
    var found: Set<TableName> = []
    for group in tables {
      let name = try tableName(group, target, taken: &taken)
      found.insert(name)
      let candidate = TableCandidate(
        name: name,
        location: location(target, group.root),
        group: group,
        files: probed,
        isComplete: options.sampleCount == nil && probed.skipped.isEmpty,
        partitionTypes: options.partitionTypes
      )
      let table = try commit(candidate, report: &report)
      report.tables.append(table)
      if table.action != .unchanged { places.read(name) }
    }
    for (name, place) in known.map({ ($0.name, $0.path) }) where !found.contains(name) {
      let files = target.isFile ? [target.path] : listing.lazy.map { target.path(of: $0.path) }
      if files.contains(where: { $0 == place || $0.hasPrefix(place + "/") }) {
        noteLeft(name, place, probed, target, &report)
        continue
      }
      if let table = try removeFileless(name, report: &report) { report.tables.append(table) }
      places.read(name)
    }
    if tables.isEmpty, known.isEmpty, target.isNamedByUser {
      let reasons = probed.skipped.prefix(5).map { "\($0.path): \($0.reason)" }
      throw CatalogError(
        .noTable(reasons.isEmpty ? ["there are no files"] : reasons),
        path: target.path
      )
    }
  }

  private func list(_ target: CrawlTarget) throws(CatalogError) -> [ObjectInfo] {
    let store = LocalFolder("/")
    do {
      if target.isFile {
        var info = try store.info(target.path)
        info.path = target.path.split(separator: "/").last.map(String.init) ?? ""
        return [info]
      }
      return try LocalFolder(target.path).list("").filter { info in
        !excludes.contains { $0.matches(info.path) }
      }
    } catch {
      if error.kind == .notFound { throw CatalogError(.nothingThere, path: target.path) }
      throw CatalogError(error)
    }
  }

  /// What the files hold: as remembered where `--recrawl new` allows it, else by looking.
  private func look(
    into files: [ObjectInfo],
    _ sample: [Int],
    _ target: CrawlTarget,
    start: Int64,
    _ report: inout CrawlReport
  ) throws(CatalogError) -> [FileProbing.Outcome?] {
    var outcomes = [FileProbing.Outcome?](repeating: nil, count: files.count)
    let memory =
      options.recrawl == .new
      ? CrawlMemory.read(of: target.path, from: catalog.store) : CrawlMemory(of: target.path)
    if !memory.isEmpty {
      for (index, info) in files.enumerated() {
        if let probe = memory.probe(of: info) { outcomes[index] = .probe(probe) }
      }
    }
    let isSampled = options.sampleCount != nil
    let wanted = sample.filter { outcomes[$0] == nil }
    let tasks = wanted.map { index in
      FileProbing.Task(file: index, byteCount: files[index].byteCount, isSampled: isSampled)
    }
    progress.begin(tasks.count, tasks.reduce(0) { $0 + $1.byteCount })
    let found = FileProbing.run(tasks, threadCount: options.threadCount, progress: progress) {
      target.path(of: files[$0].path)
    }
    for (index, outcome) in zip(wanted, found) { outcomes[index] = outcome }
    report.probedCount += tasks.count
    if progress.isCancelled() || isSampled || options.isDryRun { return outcomes }
    let isSame = tasks.isEmpty && memory.count == files.count
    if !isSame { try remember(files, outcomes, target, start: start) }
    return outcomes
  }

  private func remember(
    _ files: [ObjectInfo],
    _ outcomes: [FileProbing.Outcome?],
    _ target: CrawlTarget,
    start: Int64
  ) throws(CatalogError) {
    var memory = CrawlMemory(of: target.path)
    var numbers = CrawlMemory.Numbers()
    for (index, info) in files.enumerated() {
      guard case .probe(let probe) = outcomes[index] else { continue }
      memory.add(info, probe, numbers: &numbers, start: start)
    }
    try memory.write(to: catalog.store)
  }

  private func group(
    _ probed: inout ProbedFiles,
    _ target: CrawlTarget,
    _ known: [KnownPlaces.Entry],
    _ report: inout CrawlReport
  ) throws(CatalogError) -> [TableGrouping.Group] {
    let isOneTable = target.isOneTable || options.table != nil || target.isFile
    var tables: [String: KnownTable] = [:]
    for entry in known where entry.isCrawled {
      tables[String(entry.path.dropFirst(target.path.count + 1))] = entry.table
    }
    let grouping = TableGrouping(
      probed.files.map {
        TableGrouping.File(path: $0.info.path, format: $0.format, schema: $0.schema)
      },
      schemas: probed.schemas,
      mode: isOneTable ? .combine : options.grouping,
      level: isOneTable ? nil : options.tableLevel,
      known: tables
    )
    report.notes += grouping.notes.map { "\(target.path): \($0)" }
    var groups: [TableGrouping.Group] = []
    for var group in grouping.groups {
      let (kept, left) = try probed.agreeOnFormat(group.files, target, options, progress)
      group.files = kept
      report.skipped += left.map {
        CrawlReport.SkippedFile(path: target.path(of: $0.path), reason: $0.reason)
      }
      if !kept.isEmpty { groups.append(group) }
    }
    return groups
  }

  // MARK: Names and places

  /// The name for a group: as told, or from the folder; another one if it is taken.
  private func tableName(
    _ group: TableGrouping.Group,
    _ target: CrawlTarget,
    taken: inout [TableName: String]
  ) throws(CatalogError) -> TableName {
    let place = location(target, group.root)
    let stem =
      options.table?.lowercased() ?? (group.root.isEmpty ? target.table : nil)
      ?? CrawlTarget.tableName(of: group.root.isEmpty ? target.path : group.root)
    for number in 1...1000 {
      let name = TableName(
        database: target.database,
        table: number == 1 ? stem : "\(stem)_\(number)"
      )
      let known = try existingLocation(name)
      let owner = taken[name] ?? known
      if owner == nil || owner == place {
        taken[name] = place
        return name
      }
      if options.table != nil {
        throw CatalogError(
          .invalidRequest(
            "table '\(name)' lies at '\(owner ?? "")', not at '\(place)'; choose another --table"
          )
        )
      }
    }
    throw CatalogError(.conflict(TableName(database: target.database, table: stem), attempts: 1000))
  }

  private func existingLocation(_ name: TableName) throws(CatalogError) -> String? {
    try catalog.table(name).map { normal($0.location) }
  }

  /// A location as the catalog keeps it: relative when it is within the lake's folder.
  private func location(_ target: CrawlTarget, _ root: String) -> String {
    let path = target.isFile || root.isEmpty ? target.path : "\(target.path)/\(root)"
    return normal(path)
  }

  func isSamePlace(_ one: String, _ other: String) -> Bool { normal(one) == normal(other) }

  private func normal(_ location: String) -> String {
    let absolute = CrawlTarget.absolute(catalog.path(of: location))
    let lake = CrawlTarget.absolute(catalog.folder)
    return absolute.hasPrefix(lake + "/") ? String(absolute.dropFirst(lake.count + 1)) : absolute
  }

  // MARK: What the catalog knows

  /// Says of a table that this crawl made nothing of that its files are there all the same.
  ///
  /// Files that cannot be read are named anyhow.
  private func noteLeft(
    _ name: TableName,
    _ place: String,
    _ files: ProbedFiles,
    _ target: CrawlTarget,
    _ report: inout CrawlReport
  ) {
    let isRead = files.files.contains { file in
      let path = target.path(of: file.info.path)
      return path == place || path.hasPrefix(place + "/")
    }
    if isRead {
      report.notes.append(
        "\(name): its files at '\(place)' belong to another table of this crawl too; it stays as it is"
          + " ('lake catalog drop' removes it)"
      )
    }
  }
}
