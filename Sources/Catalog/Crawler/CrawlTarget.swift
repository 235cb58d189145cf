import ObjectStore

#if canImport(Glibc)
  import Glibc
#endif

/// One path to crawl, and what its place says about the tables there.
struct CrawlTarget {
  /// Absolute, without `.` and `..`.
  var path: String
  var database: String
  /// The table's name where the path itself is the folder of a table; nil derives it.
  var table: String?
  var isFile = false
  /// Whether everything below is one table whatever it looks like.
  var isOneTable = false
  var isNamedByUser = true

  /// The absolute path of one of its files.
  func path(of file: String) -> String { isFile ? path : "\(path)/\(file)" }

  static func targets(_ paths: [String], catalog: TableCatalog, options: CrawlOptions)
    throws(CatalogError) -> [CrawlTarget]
  {
    let data = absolute(catalog.folder) + "/data"
    if paths.isEmpty {
      if let known = try knownTable(catalog, options) { return [known] }
      var targets: [CrawlTarget] = []
      for database in folders(data) {
        if let wanted = options.database, wanted.lowercased() != database.lowercased() { continue }
        targets += tables(of: database, in: data)
      }
      if let wanted = options.table?.lowercased() { targets.removeAll { $0.table != wanted } }
      if targets.isEmpty {
        throw CatalogError(.noTable(["there are no folders DATABASE/TABLE"]), path: data)
      }
      return targets
    }
    var targets: [CrawlTarget] = []
    for path in paths {
      let place = S3Location.key(of: path) == nil ? path : catalog.path(of: path)
      targets += try Self.targets(absolute(place), data: data, options: options)
    }
    return targets
  }

  /// The place of a table that is in the catalog already, where one is named without a path.
  private static func knownTable(_ catalog: TableCatalog, _ options: CrawlOptions)
    throws(CatalogError) -> CrawlTarget?
  {
    guard let table = options.table?.lowercased() else { return nil }
    let database = options.database?.lowercased() ?? "default"
    let name = TableName(database: database, table: table)
    guard let description = try catalog.table(name) else { return nil }
    let path = catalog.absolutePath(of: description.location)
    let isFile = (try? LocalFolder("/").info(path)) != nil
    return CrawlTarget(
      path: path,
      database: database,
      table: table,
      isFile: isFile,
      isOneTable: !isFile
    )
  }

  private static func targets(_ path: String, data: String, options: CrawlOptions)
    throws(CatalogError) -> [CrawlTarget]
  {
    let isFolder: Bool
    do {
      _ = try LocalFolder("/").info(path)
      isFolder = false
    } catch {
      if error.kind != .notFound { throw CatalogError(error) }
      var status = stat()
      guard stat(path, &status) == 0 else { throw CatalogError(.nothingThere, path: path) }
      isFolder = true
    }
    let inside =
      path.hasPrefix(data + "/") ? path.dropFirst(data.count + 1).split(separator: "/") : []
    if isFolder, path == data {
      return folders(data).flatMap { tables(of: $0, in: data) }
    }
    if isFolder, inside.count == 1, options.table == nil {
      return tables(of: String(inside[0]), in: data)
    }
    var target = CrawlTarget(path: path, database: options.database?.lowercased() ?? "default")
    target.isFile = !isFolder
    if isFolder, inside.count == 2 {
      target.database = options.database?.lowercased() ?? inside[0].lowercased()
      target.table = inside[1].lowercased()
      target.isOneTable = true
    }
    return [target]
  }

  private static func tables(of database: String, in data: String) -> [CrawlTarget] {
    folders("\(data)/\(database)").map { table in
      CrawlTarget(
        path: "\(data)/\(database)/\(table)",
        database: database.lowercased(),
        table: table.lowercased(),
        isOneTable: true,
        isNamedByUser: false
      )
    }
  }

  private static func folders(_ path: String) -> [String] {
    ((try? LocalFolder(path).entries(of: "")) ?? [])
      .filter { $0.isFolder && !$0.name.hasPrefix("_") }.map(\.name)
  }

  /// A path from the root, without `.`, `..` and repeated slashes; links stay as they are named.
  static func absolute(_ path: String) -> String {
    var full = path
    if path.utf8.first != UInt8(ascii: "/"), let current = getcwd(nil, 0) {
      full = String(cString: current) + "/" + path
      free(current)
    }
    var parts: [Substring] = []
    for part in full.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }

  private static let extensions: Set<String> = [
    "parquet", "csv", "tsv", "json", "ndjson", "jsonl", "txt", "gz", "zst", "zstd", "snappy",
    "parq",
  ]

  /// Glue's name for the table in a folder or file: lower case, `_` for all but letters and digits.
  static func tableName(of path: String) -> String {
    var name = path.split(separator: "/").last.map { String($0).lowercased() } ?? "table"
    while let dot = name.lastIndex(of: "."), dot != name.startIndex,
      extensions.contains(String(name[name.index(after: dot)...]))
    {
      name = String(name[..<dot])
    }
    let word = name.map { $0.isLetter || $0.isNumber || $0 == "_" ? $0 : "_" }
    return word.isEmpty ? "table" : String(word)
  }
}

/// Which files are looked at when not all are.
enum CrawlSample {
  /// Up to `count` files of each folder, evenly spread, so that two crawls look at the same ones.
  static func choose(_ paths: [String], perFolder count: Int?) -> [Int] {
    guard let count else { return Array(paths.indices) }
    var folders: [Substring: [Int]] = [:]
    for (index, path) in paths.enumerated() {
      let end = path.utf8.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex
      folders[path[..<end], default: []].append(index)
    }
    return folders.values.flatMap { members in
      members.count <= count
        ? members : (0..<count).map { members[$0 * members.count / count] }
    }
    .sorted()
  }
}
