import ColumnFormat
import ObjectStore
import RowFormat

/// Compares tables with the files that they consist of; changes nothing.
///
/// Without `isDeep` every file's footer is read and its schema held against the table's. With it
/// every page and every record is read, and statistics are held against the values.
public struct TableCheck: Sendable {
  private let catalog: TableCatalog
  private let threadCount: Int
  private let isDeep: Bool
  private let progress: CrawlProgress

  /// A check of tables in a catalog.
  public init(
    _ catalog: TableCatalog,
    isDeep: Bool = false,
    threadCount: Int = 1,
    progress: CrawlProgress = CrawlProgress()
  ) {
    self.catalog = catalog
    self.isDeep = isDeep
    self.threadCount = threadCount
    self.progress = progress
  }

  /// Checks some tables, or all that the catalog has.
  ///
  /// - Parameter names: The tables; none stands for all.
  /// - Returns: What was looked at and what is wrong. Damage to the catalog's own files is among it.
  /// - Throws: ``CatalogError`` when one of `names` is not in the catalog, or the catalog's folders
  ///   cannot be listed.
  public func run(_ names: [TableName] = []) throws(CatalogError) -> CheckReport {
    var tables = names
    var databases: [String] = []
    if names.isEmpty {
      databases = try catalog.databases()
      for database in databases { tables += try catalog.tables(in: database) }
    }
    var report = CheckReport()
    for database in Set(tables.map(\.database)).union(databases).sorted() {
      do throws(CatalogError) { _ = try catalog.database(database) } catch {
        report.findings.append(
          CheckFinding(.catalog, table: database, path: error.path, detail: error.message)
        )
      }
    }
    for name in tables where !progress.isCancelled() {
      report.tableCount += 1
      do throws(CatalogError) {
        guard let snapshot = try catalog.snapshot(of: name) else {
          throw CatalogError(.tableNotFound(name))
        }
        try check(snapshot, &report)
      } catch {
        if case .tableNotFound = error.kind { throw error }
        report.findings.append(
          CheckFinding(.catalog, table: "\(name)", path: error.path, detail: error.message)
        )
      }
    }
    return report
  }

  /// A file of a table as the check sees it.
  private struct File: Sendable {
    var path: String
    var byteCount: Int
  }

  private func check(_ snapshot: TableSnapshot, _ report: inout CheckReport) throws(CatalogError) {
    let table = snapshot.description
    if table.parameters["presto_view"] == "true" { return }
    let files = try self.files(snapshot, &report)
    report.fileCount += files.count
    report.emptyCount += files.count { $0.byteCount == 0 }
    report.byteCount += files.reduce(0) { $0 + $1.byteCount }
    progress.begin(files.count, files.reduce(0) { $0 + $1.byteCount })
    let found = WorkerThreads.map(count: files.count, threadCount: threadCount) { index, _ in
      if progress.isCancelled() || files[index].byteCount == 0 { return [CheckFinding]() }
      let reading = FileReading(progress, byteCount: files[index].byteCount)
      defer { reading.finish() }
      return check(files[index], of: table, reading)
    }
    report.findings += found.flatMap { $0 }
  }

  // MARK: Folders

  /// The files that queries read; folders and files that do not fit are reported.
  private func files(
    _ snapshot: TableSnapshot,
    _ report: inout CheckReport
  ) throws(CatalogError) -> [File] {
    let table = snapshot.description
    let location = catalog.path(of: table.location)
    let store = LocalFolder(location)
    if S3Location.key(of: table.location) != nil && catalog.s3Root == nil {
      report.findings.append(
        CheckFinding(
          .missing,
          table: "\(table.name)",
          path: table.location,
          detail: "no folder stands for S3: --s3-root DIR or $LAKE_S3_ROOT names it"
        )
      )
      return []
    }
    if let info = try? LocalFolder(".").info(location) {
      return [File(path: location, byteCount: info.byteCount)]
    }
    let listed: [ObjectInfo]
    do throws(ObjectStoreError) {
      listed = try store.list("")
    } catch {
      report.findings.append(
        CheckFinding(.missing, table: "\(table.name)", path: location, detail: error.message)
      )
      return []
    }
    let isProjected = table.parameters["projection.enabled"]?.lowercased() == "true"
    // Projected partitions are computed, wherever their folders are; the catalog lists none.
    if table.partitionKeys.isEmpty || isProjected {
      return listed.map { File(path: store.systemPath($0.path), byteCount: $0.byteCount) }
    }
    let partitions = try catalog.partitions(of: snapshot)
    report.partitionCount += partitions.count
    // Files by the partition's folder; those of folders that no partition names stay behind.
    var counts: [String: Int] = [:]
    for partition in partitions { counts[place(of: partition, within: location)] = 0 }
    var files: [File] = []
    var orphans: [String: Int] = [:]
    for object in listed {
      let path = store.systemPath(object.path)
      if let folder = TableCheck.folder(of: object.path, among: counts) {
        counts[folder, default: 0] += 1
        files.append(File(path: path, byteCount: object.byteCount))
      } else if object.byteCount > 0 {
        orphans[TableCheck.parent(of: path), default: 0] += 1
      }
    }
    for (folder, count) in orphans.sorted(by: { $0.key < $1.key }) {
      report.findings.append(
        CheckFinding(
          .orphaned,
          table: "\(table.name)",
          path: folder,
          detail: "\(count) \(count == 1 ? "file lies" : "files lie") outside of all partitions"
        )
      )
    }
    for (folder, count) in counts.sorted(by: { $0.key < $1.key }) where count == 0 {
      let path = folder.hasPrefix("/") ? folder : store.systemPath(folder)
      // A partition may lie anywhere.
      let elsewhere = folder.hasPrefix("/") ? (try? LocalFolder(path).list("")) ?? [] : []
      files += elsewhere.map {
        File(path: LocalFolder(path).systemPath($0.path), byteCount: $0.byteCount)
      }
      if elsewhere.isEmpty {
        report.findings.append(
          CheckFinding(
            .missing,
            table: "\(table.name)",
            path: path,
            detail: "the catalog lists this partition, but it holds no files"
          )
        )
      }
    }
    return files
  }

  /// A partition's folder: relative to the table's where it lies below it.
  private func place(of partition: Partition, within location: String) -> String {
    var place = TableCheck.trimmed(partition.location)
    if S3Location.key(of: place) != nil { place = TableCheck.trimmed(catalog.path(of: place)) }
    let prefix = TableCheck.trimmed(location) + "/"
    if place.hasPrefix(prefix) { return String(place.dropFirst(prefix.count)) }
    // A root of S3 may be relative to the current folder.
    return S3Location.key(of: partition.location) == nil || place.hasPrefix("/")
      ? place : CrawlTarget.absolute(place)
  }

  private static func trimmed(_ folder: String) -> String {
    var trimmed = folder[...]
    while trimmed.utf8.count > 1, trimmed.utf8.last == UInt8(ascii: "/") { trimmed.removeLast() }
    return String(trimmed)
  }

  private static func parent(of path: String) -> String {
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) } ?? ""
  }

  /// The partition's folder that a file lies in, at any depth.
  private static func folder(of path: String, among folders: [String: Int]) -> String? {
    var folder = parent(of: path)
    while !folder.isEmpty {
      if folders[folder] != nil { return folder }
      folder = parent(of: folder)
    }
    return nil
  }

  // MARK: Files

  private func check(
    _ file: File,
    of table: TableDescription,
    _ reading: FileReading
  ) -> [CheckFinding] {
    func finding(_ kind: CheckFinding.Kind, _ detail: String) -> CheckFinding {
      CheckFinding(kind, table: "\(table.name)", path: file.path, detail: detail)
    }
    guard table.format == .parquet else {
      return records(file, of: table, reading).map { finding($0.kind, $0.detail) }
    }
    let parquet: ParquetFile
    do {
      parquet = try ParquetFile(path: file.path)
    } catch {
      return [finding(.damaged, error.details.first ?? error.message)]
    }
    var findings = mismatches(parquet.schema.fields, table).map { finding(.mismatched, $0) }
    if isDeep {
      for rowGroup in parquet.metadata.rowGroups.indices {
        let share = Double(rowGroup) / Double(parquet.metadata.rowGroups.count)
        reading.advance(to: Int(Double(file.byteCount) * share))
        findings += parquet.contradictions(rowGroup: rowGroup).map {
          finding($0.isInStatistics ? .untrue : .damaged, TableCheck.text($0.error))
        }
      }
    }
    return findings
  }

  /// Text is read as a whole or not at all.
  private func records(
    _ file: File,
    of table: TableDescription,
    _ reading: FileReading
  ) -> [(kind: CheckFinding.Kind, detail: String)] {
    if !isDeep { return [] }
    if table.format.recordFormat == nil { return lines(file, reading).map { (.damaged, $0) } }
    do throws(FileProbe.Refusal) {
      let probe = try FileProbe(
        path: file.path,
        // A lake may be named from the current folder.
        in: LocalFolder(file.path.hasPrefix("/") ? "/" : "."),
        byteCount: file.byteCount,
        format: table.format.recordFormat,
        reading: reading
      )
      return mismatches(probe.fields, table).map { (.mismatched, $0) }
    } catch {
      return [(.damaged, error.reason)]
    }
  }

  /// A file whose rows a SerDe makes, which takes any line: whether it can be read to its end.
  private func lines(_ file: File, _ reading: FileReading) -> [String] {
    do throws(RowFormatError) {
      let reader = try RecordBlockReader(path: file.path, format: .ndjson)
      while try reader.next() != nil { reading.advance(to: reader.byteCountRead) }
      return []
    } catch {
      return [([error.message] + error.details).joined(separator: "; ")]
    }
  }

  /// The columns of a file whose values the table's type cannot hold.
  private func mismatches(_ fields: [Field], _ table: TableDescription) -> [String] {
    var types: [String: LogicalType] = [:]
    for column in table.columns { types[column.name.lowercased()] = column.type }
    return fields.compactMap { field in
      guard let type = types[field.name.lowercased()],
        HiveType.text(TypeLattice.unify(type, field.type)) != HiveType.text(type)
      else { return nil }
      return "column '\(field.name)' is \(HiveType.text(field.type)) in the file and "
        + "\(HiveType.text(type)) in the table"
    }
  }

  private static func text(_ error: ColumnFormatError) -> String {
    var places: [String] = []
    if let column = error.location.column { places.append("column '\(column)'") }
    if let rowGroup = error.location.rowGroup { places.append("row group \(rowGroup)") }
    if let page = error.location.page { places.append("page \(page)") }
    let facts =
      switch error.kind {
      case .damaged(let facts), .unsupported(let facts), .limit(let facts), .refused(let facts):
        facts
      case .system(let call, let message): "\(call): \(message)"
      }
    return places.isEmpty ? facts : "\(places.joined(separator: ", ")): \(facts)"
  }
}
