import ColumnFormat
import ObjectStore

#if canImport(Glibc)
  import Glibc
#endif

/// Finds the files that a path or pattern names.
struct FileSearch {
  /// A file that was found.
  struct Found {
    var path: String
    var byteCount: Int
    /// Tells the file from what it was or will be: see `ObjectInfo`.
    var tag: UInt64 = 0
  }

  /// All files, in the order of their paths; empty where nothing fits.
  ///
  /// Folders that the pattern names are searched at any depth.
  static func files(_ pattern: String, threads: Int = 1) throws(SQLError) -> [Found] {
    // A file may have such a name without meaning a pattern.
    if let found = try existing(pattern, threads: threads) { return found }
    guard GlobPattern.isPattern(pattern) else { return [] }
    guard let alternatives = GlobPattern.alternatives(pattern) else {
      throw SQLError(.notSupported, "the pattern '\(pattern)' has more than 1000 alternatives")
    }
    var search = FileSearch()
    for alternative in alternatives {
      let parts = alternative.split(separator: "/", omittingEmptySubsequences: true)
      try search.visit(alternative.hasPrefix("/") ? "/" : "", parts[...], depth: 0)
    }
    return search.found.values.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  private var found: [String: Found] = [:]

  /// The file, or all files of the folder; nil where there is neither.
  private static func existing(_ path: String, threads: Int = 1) throws(SQLError) -> [Found]? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    if status.st_mode & S_IFMT != S_IFDIR {
      guard let info = try? LocalFolder(".").info(path) else { return nil }
      return [Found(path: path, byteCount: info.byteCount, tag: info.tag)]
    }
    return try folder(path, threads: threads)
  }

  /// The files of a folder at any depth, without those whose names begin with `_` or `.`.
  static func folder(_ path: String, threads: Int = 1) throws(SQLError) -> [Found] {
    do {
      let store = LocalFolder(path)
      let workers: LocalFolder.Threads = { WorkerThreads.run(count: threads, $0) }
      return try store.list("", threads: threads > 1 ? workers : nil).map {
        Found(path: store.systemPath($0.path), byteCount: $0.byteCount, tag: $0.tag)
      }
    } catch {
      throw SQLError(.hiveCannotOpen, error.message)
    }
  }

  private mutating func visit(
    _ base: String,
    _ parts: ArraySlice<Substring>,
    depth: Int
  ) throws(SQLError) {
    guard let part = parts.first else {
      if let files = try FileSearch.existing(base) {
        for file in files { found[file.path] = file }
      }
      return
    }
    // Links may lead in circles.
    if depth > 64 { return }
    let rest = parts.dropFirst()
    func joined(_ name: String) -> String {
      base.isEmpty || base.hasSuffix("/") ? base + name : base + "/" + name
    }
    guard GlobPattern.isPattern(part) else {
      try visit(joined(String(part)), rest, depth: depth + 1)
      return
    }
    let entries: [FolderEntry]
    do {
      entries = try LocalFolder(base.isEmpty ? "." : base).entries(of: "")
    } catch {
      return
    }
    let visible = entries.filter { !$0.name.hasPrefix("_") || part.hasPrefix("_") }
    if part == "**" {
      try visit(base, rest, depth: depth + 1)
      for entry in visible where entry.isFolder {
        try visit(joined(entry.name), parts, depth: depth + 1)
      }
      // `**` at the end means the files of every folder.
      if rest.isEmpty { return }
      return
    }
    let pattern = GlobPattern(part)
    for entry in visible where pattern.matches(entry.name) {
      if rest.isEmpty || entry.isFolder { try visit(joined(entry.name), rest, depth: depth + 1) }
    }
  }
}
