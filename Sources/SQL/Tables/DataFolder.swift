import ObjectStore

#if canImport(Glibc)
  import Glibc
#endif

/// A folder whose files and folders are tables by their names: `--data DIR`.
struct DataFolder: Sendable {
  let path: String
  /// The path of every table by its lower-case name.
  private let tables: [String: String]

  /// Lists the folder; where one name is taken twice, a Parquet file goes before a folder, and a
  /// folder before a text file.
  init(_ path: String) throws(SQLError) {
    self.path = path
    let entries: [FolderEntry]
    var info = stat()
    if stat(path, &info) == 0, info.st_mode & S_IFMT != S_IFDIR {
      throw SQLError(
        .hiveCannotOpen,
        "'\(path)' is no folder",
        help: "read a file with FROM '\(path)'"
      )
    }
    do {
      entries = try LocalFolder(path).entries(of: "")
    } catch {
      throw SQLError(.hiveCannotOpen, error.message)
    }
    var tables: [String: (rank: Int, path: String)] = [:]
    for entry in entries where !entry.name.hasPrefix("_") {
      let name: String
      let rank: Int
      if entry.isFolder {
        name = entry.name
        rank = 1
      } else if let format = FileFormat.named(entry.name) {
        name = String(entry.name.prefix { $0 != "." })
        rank = format == .parquet ? 0 : 2
      } else {
        continue
      }
      let key = name.lowercased()
      if let known = tables[key], known.rank <= rank { continue }
      tables[key] = (rank, path.hasSuffix("/") ? path + entry.name : path + "/" + entry.name)
    }
    self.tables = tables.mapValues(\.path)
  }

  /// The names of all tables, sorted.
  var names: [String] { tables.keys.sorted() }

  /// The files of a table; nil where there is none of that name.
  func files(of name: String, threads: Int = 1) throws(SQLError) -> [FileSearch.Found]? {
    guard let path = tables[name.lowercased()] else { return nil }
    return try FileSearch.files(path, threads: threads)
  }
}
