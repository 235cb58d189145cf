#if canImport(Glibc)
  import Glibc
#endif

extension LocalFolder {
  /// All files below a folder, following links but never in circles.
  public func list(_ folder: String) throws(ObjectStoreError) -> [ObjectInfo] {
    var listing = FolderListing()
    let prefix = folder.isEmpty || folder.utf8.last == UInt8(ascii: "/") ? folder : folder + "/"
    try listing.visit(systemPath(folder), prefix: prefix, isRoot: true)
    return listing.found.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// All names directly within a folder, hidden ones included.
  package func allNames(in folder: String) throws(ObjectStoreError) -> [String] {
    try FolderListing.names(systemPath(folder))
  }

  /// The names directly within a folder, sorted.
  public func entries(of folder: String) throws(ObjectStoreError) -> [FolderEntry] {
    let system = systemPath(folder)
    var entries: [FolderEntry] = []
    for name in try FolderListing.names(system) where name.utf8.first != UInt8(ascii: ".") {
      var status = stat()
      guard stat(system + "/" + name, &status) == 0 else { continue }
      entries.append(FolderEntry(name: name, isFolder: status.st_mode & S_IFMT == S_IFDIR))
    }
    return entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }
}

/// A walk over folders that follows symbolic links, but never into a folder that it is within.
private struct FolderListing {
  struct Identity: Hashable {
    var device: UInt64
    var node: UInt64
  }

  /// Deeper than any layout; a bound for file systems that loop in ways links do not show.
  static let depthMax = 256

  var found: [ObjectInfo] = []
  var ancestors: [Identity] = []

  mutating func visit(_ system: String, prefix: String, isRoot: Bool) throws(ObjectStoreError) {
    var status = stat()
    guard stat(system, &status) == 0 else {
      if isRoot { throw .last("stat", path: system) }
      return
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw ObjectStoreError(.notFound, path: system)
    }
    let identity = Identity(device: UInt64(status.st_dev), node: UInt64(status.st_ino))
    if ancestors.contains(identity) || ancestors.count >= FolderListing.depthMax { return }
    ancestors.append(identity)
    defer { ancestors.removeLast() }
    for name in try FolderListing.names(system) {
      let first = name.utf8.first
      if first == UInt8(ascii: "_") || first == UInt8(ascii: ".") { continue }
      let path = system.utf8.last == UInt8(ascii: "/") ? system + name : system + "/" + name
      var status = stat()
      // A link to nowhere, or a file that went away since: not there.
      guard stat(path, &status) == 0 else { continue }
      switch status.st_mode & S_IFMT {
      case S_IFDIR: try visit(path, prefix: prefix + name + "/", isRoot: false)
      case S_IFREG: found.append(ObjectInfo(path: prefix + name, status))
      default: break
      }
    }
  }

  static func names(_ system: String) throws(ObjectStoreError) -> [String] {
    guard let stream = opendir(system) else { throw .last("opendir", path: system) }
    defer { closedir(stream) }
    var names: [String] = []
    errno = 0
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
      errno = 0
    }
    if errno != 0 { throw .last("readdir", path: system) }
    return names
  }
}
