import Catalog
import ColumnFormat
import SQL

#if canImport(Glibc)
  import Glibc
#endif

/// The names of the lake's catalog, of the folder of `--data`, and of files, for completion.
///
/// What was asked once is kept until the next statement has run.
final class ShellVocabulary: CompletionVocabulary {
  private let session: QuerySession
  private var kept: [String: [Candidate]] = [:]

  init(_ session: QuerySession) { self.session = session }

  /// Asks again from now on.
  func forget() { kept = [:] }

  private func keep(_ key: String, _ make: () -> [Candidate]) -> [Candidate] {
    if let known = kept[key] { return known }
    let made = make()
    kept[key] = made
    return made
  }

  private var catalog: TableCatalog? {
    session.engine.options.lakeFolder.flatMap { try? TableCatalog(lake: $0) }
  }

  func databases() -> [String] {
    keep("databases") {
      rows("SHOW DATABASES").map { Candidate(text: $0[0]) }
    }
    .map(\.text)
  }

  func tables(in database: String?) -> [String] {
    let name = database ?? session.engine.options.database
    return keep("tables \(name)") {
      let place = database.map { " IN \(ShellVocabulary.quoted($0))" } ?? ""
      return rows("SHOW TABLES" + place).map { Candidate(text: $0[0]) }
    }
    .map(\.text)
  }

  func columns(of table: TableReference) -> [Candidate] {
    // A text's columns are found by reading it, which must not take long.
    if table.isFile, !ShellVocabulary.isSmall(table.name) { return [] }
    let name = ShellVocabulary.name(table)
    return keep("columns \(name)") {
      rows("DESCRIBE " + name).map { Candidate(text: $0[0], detail: $0[1]) }
    }
  }

  func partitionValues(of table: TableReference, column: String) -> [String]? {
    guard !table.isFile, let catalog else { return nil }
    let name = TableName(
      database: table.database ?? session.engine.options.database,
      table: table.name
    )
    guard let snapshot = try? catalog.snapshot(of: name) else { return nil }
    let wanted = column.lowercased()
    guard
      let index = snapshot.description.partitionKeys.firstIndex(where: {
        $0.name.lowercased() == wanted || "partition_" + $0.name.lowercased() == wanted
      }), snapshot.partitionCount <= 100_000
    else { return nil }
    let isNumber = SQLType(snapshot.description.partitionKeys[index].type).isNumeric
    return keep("values \(name) \(index)") {
      let partitions = (try? catalog.partitions(of: snapshot)) ?? []
      // Folders are called `hour=07`, where the column is an integer.
      let values = Set(
        partitions.compactMap { $0.values[index] }.map { text in
          isNumber ? Int(text).map(String.init) ?? text : text
        }
      )
      let sorted = values.sorted { left, right in
        if let left = Int(left), let right = Int(right) { return left < right }
        return left < right
      }
      return sorted.map { Candidate(text: $0) }
    }
    .map(\.text)
  }

  func files(startingWith path: String) -> [String] { FilePaths.paths(startingWith: path) }

  // MARK: Asking

  /// The rows of a statement as text; none where it fails.
  private func rows(_ sql: String) -> [[String]] {
    var rows: [[String]] = []
    var columns: [ResultColumn] = []
    _ = try? session.engine.run(
      sql,
      begin: { columns = $0 },
      receive: { batch in
        let cells = batch.readers(columns)
        for row in 0..<batch.rowCount {
          rows.append(
            cells.map { cell in
              var text = ByteText(capacity: 64)
              if !cell.isNull(row) { text.append(cell, row) }
              return text.string
            }
          )
        }
      }
    )
    return rows
  }

  private static func quoted(_ name: String) -> String {
    SyntaxWords.needsQuotes(name) ? "\"\(name)\"" : name
  }

  private static func name(_ table: TableReference) -> String {
    if table.isFile {
      let doubled = table.name.split(separator: "'", omittingEmptySubsequences: false)
        .joined(separator: "''")
      return "'\(doubled)'"
    }
    return (table.database.map { quoted($0) + "." } ?? "") + quoted(table.name)
  }

  private static func isSmall(_ path: String) -> Bool {
    var info = stat()
    guard stat(path, &info) == 0 else { return false }
    if path.hasSuffix(".parquet") { return true }
    return info.st_mode & S_IFMT == S_IFREG && info.st_size < 4 << 20
  }
}

/// The files and folders whose path begins with a text.
enum FilePaths {
  static func paths(startingWith path: String) -> [String] {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    let prefix = path.dropFirst(folder.count)
    var opened = folder.isEmpty ? "." : folder
    if opened.hasPrefix("~/"), let home = GlobalOptions.environment("HOME") {
      opened = home + opened.dropFirst()
    }
    guard let stream = opendir(opened) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard name.hasPrefix(prefix), !name.hasPrefix(".") || prefix.hasPrefix("."), name != ".",
        name != ".."
      else { continue }
      var info = stat()
      let isFolder = stat(opened + "/" + name, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
      names.append(folder + name + (isFolder ? "/" : ""))
    }
    return names.sorted()
  }
}
