import Catalog
import ColumnFormat

/// Finds the tables of a query: in the folder given with `--data`, in the catalog, in files.
struct TableResolver: TableResolving {
  let dataFolder: DataFolder?
  let catalog: CatalogTables?
  /// Where names without a database are looked up.
  let database: String
  let files: FileTables

  func table(_ parts: [String], at range: SourceRange) throws(SQLError) -> TableHandle {
    do throws(SQLError) {
      return try found(parts)
    } catch {
      var error = error
      error.range = error.range ?? range
      throw error
    }
  }

  func file(_ pattern: String, at range: SourceRange) throws(SQLError) -> TableHandle {
    do throws(SQLError) {
      let found = try FileSearch.files(pattern, threads: files.threads)
      if found.isEmpty {
        throw FileSearch.nothing(pattern)
      }
      return try files.table(pattern, found)
    } catch {
      var error = error
      error.range = error.range ?? range
      throw error
    }
  }

  private func found(_ parts: [String]) throws(SQLError) -> TableHandle {
    let table = parts[parts.count - 1]
    let title = parts.joined(separator: ".")
    if parts.count == 1, let dataFolder,
      let found = try dataFolder.files(of: table, threads: files.threads)
    {
      return try files.table(title, found)
    }
    if parts.count == 3, !TableResolver.isCatalog(parts[0]) {
      throw SQLError(
        .schemaNotFound,
        "catalog '\(parts[0])' does not exist",
        help: "the only catalog is 'awsdatacatalog'"
      )
    }
    let name = TableName(
      database: parts.count > 1 ? parts[parts.count - 2] : database,
      table: table
    )
    if let handle = try SystemTables(resolver: self).table(name, as: title) { return handle }
    if let handle = try catalog?.table(name, as: title) { return handle }
    throw try notFound(name, isQualified: parts.count > 1)
  }

  private static let catalogNames: Set = ["awsdatacatalog", "hive", "lake"]

  /// Whether a name is one of the only catalog's.
  static func isCatalog(_ name: String) -> Bool { catalogNames.contains(name.lowercased()) }

  func inDatabase(_ database: String) -> any TableResolving {
    TableResolver(dataFolder: nil, catalog: catalog, database: database, files: files)
  }

  private func notFound(_ name: TableName, isQualified: Bool) throws(SQLError) -> SQLError {
    var candidates = isQualified ? [] : (dataFolder?.names ?? [])
    let known = try catalog?.names() ?? []
    // Databases of no tables are there, too.
    let databases = try catalog?.databases() ?? []
    if isQualified, !databases.contains(name.database) {
      let near = NearestName.suggestion(
        for: name.database,
        among: Set(known.map(\.database)).sorted()
      )
      return SQLError(
        .schemaNotFound,
        "schema '\(name.database)' does not exist",
        help: FileFormat.named("\(name)") != nil
          ? "a file stands in single quotes: FROM '\(name)'"
          : near.map { "did you mean '\($0)'?" }
      )
    }
    let shown = dataFolder != nil && !isQualified ? name.table : "\(name)"
    var error = SQLError(.tableNotFound, "table '\(shown)' does not exist")
    if let elsewhere = known.first(where: { $0.table == name.table }) {
      error.help = "did you mean '\(elsewhere)'?"
      return error
    }
    candidates += known.filter { $0.database == name.database }.map(\.table)
    if let near = NearestName.suggestion(for: name.table, among: candidates) {
      error.help = "did you mean '\(near)'?"
    } else if candidates.isEmpty && known.isEmpty {
      error.help = "the catalog is empty; read files with FROM 'path', or run `lake crawl`"
    } else if !candidates.isEmpty {
      let some = candidates.sorted().prefix(8).joined(separator: ", ")
      error.help = "there are: \(some)" + (candidates.count > 8 ? ", …" : "")
    }
    return error
  }
}
