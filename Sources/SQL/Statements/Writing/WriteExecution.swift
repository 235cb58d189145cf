import Catalog
import ColumnFormat
import ObjectStore
import RowFormat

#if canImport(Glibc)
  import Glibc
#endif

/// Runs a statement that writes, and shows its files when all of them are there.
struct WriteExecution {
  let plan: WritePlan
  let settings: ExecutionSettings
  let lake: String?
  let catalog: TableCatalog?
  /// A name that no other statement has.
  let id = WriteExecution.newID()

  /// - Returns: How many rows were written, and what was read for them.
  func run() throws(SQLError) -> (rowCount: Int, statistics: ExecutionStatistics) {
    switch plan.target {
    case .nothing: return (0, ExecutionStatistics())
    case .create(let name, let location, let parameters):
      guard let lake, let catalog else { throw SQLError(.notSupported, "there is no catalog") }
      return try create(name, location, parameters, lake, catalog)
    case .insert(let name):
      guard let lake, let catalog else { throw SQLError(.notSupported, "there is no catalog") }
      return try insert(name, lake, catalog)
    case .unload(let folder): return try unload(folder)
    }
  }

  // MARK: A new table

  private func create(
    _ name: TableName,
    _ external: String?,
    _ parameters: [String: String],
    _ lake: String,
    _ catalog: TableCatalog
  ) throws(SQLError) -> (rowCount: Int, statistics: ExecutionStatistics) {
    let location =
      external ?? WrittenFolders.absolute(catalog.path(of: catalog.defaultLocation(of: name)))
    let journal = WriteJournal(
      lake: lake,
      id: id,
      isNewTable: true,
      table: name,
      staging: "\(WrittenFolders.parent(of: location))/.\(WrittenFolders.name(of: location))-\(id)",
      location: location
    )
    let lock = try journal.begin()
    var files: [WriteJournal.Target] = []
    var isMoved = false
    do throws(SQLError) {
      let (sink, statistics) = try fill(journal.staging)
      files = sink.files.map { .init(name: $0.name, folder: $0.folder) }
      let partitions = WriteExecution.partitions(sink)
      try WriteExecution.arrange(files, in: journal.staging)
      try journal.publish(files, partitions)
      try WriteExecution.check(settings)
      isMoved = true
      try WriteExecution.show(journal.staging, as: location, "table '\(name)'")
      var update = TableUpdate(
        location: external ?? catalog.defaultLocation(of: name),
        format: WriteExecution.dataFormat(plan.format),
        columns: plan.fields,
        partitionKeys: plan.keys,
        parameters: parameters,
        addedPartitions: partitions
      )
      update.parameters["write.compression"] = plan.format.compressionName
      update.parameters["compression_level"] = plan.format.level.map { "\($0)" }
      plan.buckets?.describe(plan.fields, in: &update)
      var isTaken = false
      do throws(CatalogError) {
        try catalog.commit(name) { current in
          isTaken = current != nil
          return isTaken ? nil : update
        }
      } catch { throw SQLError(error) }
      if isTaken {
        throw SQLError(.tableAlreadyExists, "Table 'awsdatacatalog.\(name)' already exists")
      }
      try journal.writeManifest(files)
      journal.end()
      _ = consume lock
      return (sink.files.reduce(0) { $0 + $1.rowCount }, statistics)
    } catch {
      if isMoved, !WrittenFolders.exists(journal.staging) { journal.undo(files) }
      journal.end()
      throw error
    }
  }

  // MARK: A known table

  private func insert(
    _ name: TableName,
    _ lake: String,
    _ catalog: TableCatalog
  ) throws(SQLError) -> (rowCount: Int, statistics: ExecutionStatistics) {
    let snapshot: TableSnapshot?
    do throws(CatalogError) { snapshot = try catalog.snapshot(of: name) } catch {
      throw SQLError(error)
    }
    guard let snapshot else { throw SQLError(.tableNotFound, "table '\(name)' does not exist") }
    let location = WrittenFolders.absolute(catalog.path(of: snapshot.description.location))
    let journal = WriteJournal(
      lake: lake,
      id: id,
      isNewTable: false,
      table: name,
      staging: "\(location)/.write-\(id)",
      location: location
    )
    let lock = try journal.begin()
    var isPublished = false
    do throws(SQLError) {
      let (sink, statistics) = try fill(journal.staging)
      let known = try WriteExecution.locations(sink, snapshot, catalog)
      let files = sink.files.map { file in
        WriteJournal.Target(name: file.name, folder: known[file.folder] ?? file.folder)
      }
      let partitions = WriteExecution.partitions(sink).filter { known[$0.location] == nil }
      try WrittenFolders.sync(journal.staging)
      try WriteExecution.check(settings)
      try journal.publish(files, partitions)
      isPublished = true
      try journal.move(files)
      try journal.checkMoved(files)
      if !partitions.isEmpty || snapshot.description.parameters["recordCount"] != nil {
        try journal.register(partitions, catalog)
      }
      try journal.writeManifest(files)
      journal.end()
      _ = consume lock
      return (sink.files.reduce(0) { $0 + $1.rowCount }, statistics)
    } catch {
      // What is published counts; the next statement goes on with it.
      if !isPublished { journal.end() }
      throw error
    }
  }

  /// Where the partitions that the table has already lie, by their usual folder.
  private static func locations(
    _ sink: WriteSink,
    _ snapshot: TableSnapshot,
    _ catalog: TableCatalog
  ) throws(SQLError) -> [String: String] {
    let values = sink.values
    if values.isEmpty { return [:] }
    let folders = Dictionary(values.map { ($0.value, $0.key) }) { first, _ in first }
    var known: [String: String] = [:]
    do throws(CatalogError) {
      try catalog.forEachPartition(of: snapshot) { (partition) throws(CatalogError) in
        if let folder = folders[partition.values] {
          known[folder] = catalogPath(partition.location, catalog)
        }
      }
    } catch { throw SQLError(error) }
    return known
  }

  /// A partition's folder: within the table's, or absolute.
  private static func catalogPath(_ location: String, _ catalog: TableCatalog) -> String {
    location.contains("://") ? catalog.absolutePath(of: location) : location
  }

  // MARK: A folder

  private func unload(_ folder: String) throws(SQLError) -> (
    rowCount: Int, statistics: ExecutionStatistics
  ) {
    let parent = WrittenFolders.parent(of: folder)
    let prefix = ".\(WrittenFolders.name(of: folder)).unload-"
    try WrittenFolders.make(parent)
    // What killed statements have left for the same place.
    for name in WrittenFolders.names(parent) where name.hasPrefix(prefix) {
      if let lock = FolderLock("\(parent)/\(name)") {
        WrittenFolders.remove("\(parent)/\(name)")
        _ = consume lock
      }
    }
    let staging = "\(parent)/\(prefix)\(id)"
    let lock = try FolderLock.making(staging)
    do throws(SQLError) {
      let (sink, statistics) = try fill(staging)
      let files = sink.files.map { WriteJournal.Target(name: $0.name, folder: $0.folder) }
      try WriteExecution.arrange(files, in: staging)
      try WriteExecution.check(settings)
      try WriteExecution.show(staging, as: folder, "UNLOAD")
      _ = consume lock
      return (sink.files.reduce(0) { $0 + $1.rowCount }, statistics)
    } catch {
      WrittenFolders.remove(staging)
      throw error
    }
  }

  // MARK: Steps

  /// Writes all files into the folder of unfinished ones.
  private func fill(_ staging: String) throws(SQLError) -> (WriteSink, ExecutionStatistics) {
    let sink = WriteSink(plan: plan, staging: staging, statementID: id, statistics: nil)
    if !plan.hasData { return (sink, ExecutionStatistics()) }
    let execution = Execution(plan: plan.plan, output: plan.output, settings: settings)
    let statistics = try execution.fill { _ in sink }
    return (sink, statistics)
  }

  private static func check(_ settings: ExecutionSettings) throws(SQLError) {
    if settings.cancellation.isCancelled {
      throw SQLError(.userCanceled, "the query was cancelled")
    }
  }

  /// Moves the files into the folders of their partitions, all within the hidden folder.
  private static func arrange(_ files: [WriteJournal.Target], in staging: String) throws(SQLError) {
    var folders: Set<String> = []
    for file in files where !file.folder.isEmpty {
      let target = "\(staging)/\(file.folder)"
      if folders.insert(target).inserted { try WrittenFolders.make(target) }
      try WrittenFolders.move("\(staging)/\(file.name)", to: "\(target)/\(file.name)")
    }
    for folder in folders.sorted() { try WrittenFolders.sync(folder) }
    try WrittenFolders.sync(staging)
  }

  /// Gives the hidden folder its name: the one step that makes all files visible.
  private static func show(
    _ staging: String,
    as folder: String,
    _ what: String
  ) throws(SQLError) {
    if rename(staging, folder) != 0 {
      if errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR {
        throw SQLError(
          .hivePathExists,
          "Target directory for \(what) already exists: \(folder)"
        )
      }
      throw WrittenFolders.failure("rename to", folder)
    }
    try WrittenFolders.sync(WrittenFolders.parent(of: folder))
  }

  private static func partitions(_ sink: WriteSink) -> [Partition] {
    sink.values.sorted { $0.key < $1.key }
      .map { Partition(values: $0.value, location: $0.key) }
  }

  private static func dataFormat(_ format: WriteFormat) -> DataFormat {
    if let serDe = format.serDe { return .text(serDe) }
    return switch format.layout {
    case .parquet: .parquet
    case .csv(let delimiter, let quote, let hasHeader):
      .csv(CSVLayout(delimiter: delimiter, quote: quote, hasHeader: hasHeader))
    default: .ndjson
    }
  }

  /// The time and something random, so that names sort and never meet.
  private static func newID() -> String {
    let micros = QueryEngine.currentMicros()
    let seconds = Int(micros / 1_000_000)
    var text: [UInt8] = []
    DateTimeText.appendDate(seconds / 86_400, to: &text)
    let date = String(decoding: text, as: UTF8.self).filter { $0 != "-" }
    let clock = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60]
      .map { $0 < 10 ? "0\($0)" : "\($0)" }.joined()
    let random = String(UInt64.random(in: .min ... .max), radix: 36)
    return "\(date)-\(clock)-\(random)"
  }
}

/// Small files as a whole.
enum LocalBytes {
  static func read(_ path: String) throws(ObjectStoreError) -> [UInt8] {
    try LocalFolder("").read(path, range: nil)
  }
}
