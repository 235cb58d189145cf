#if canImport(Glibc)
  import Glibc
#endif

extension LocalFolder {
  /// All files below a folder, following links but never in circles.
  public func list(_ folder: String) throws(ObjectStoreError) -> [ObjectInfo] {
    var listing = FolderListing()
    let prefix = folder.isEmpty || folder.utf8.last == UInt8(ascii: "/") ? folder : folder + "/"
    try listing.visit(root: systemPath(folder), prefix: prefix)
    return listing.found.sorted { ObjectInfo.precedes($0.path, $1.path) }
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
    return entries.sorted { ObjectInfo.precedes($0.name, $1.name) }
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

  /// Visits the folder that a listing starts with.
  mutating func visit(root system: String, prefix: String) throws(ObjectStoreError) {
    var status = stat()
    guard stat(system, &status) == 0 else { throw .last("stat", path: system) }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw ObjectStoreError(.notFound, path: system)
    }
    let descriptor = open(system, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .last("opendir", path: system) }
    try visit(descriptor, system, prefix: prefix)
  }

  /// Visits an open folder, and closes it.
  ///
  /// Everything below is asked for relative to it: in a deep tree of small folders most of the time
  /// would otherwise go into walking the same long paths again.
  private mutating func visit(_ descriptor: Int32, _ system: String, prefix: String)
    throws(ObjectStoreError)
  {
    guard let stream = fdopendir(descriptor) else {
      let error = ObjectStoreError.last("opendir", path: system)
      close(descriptor)
      throw error
    }
    defer { closedir(stream) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .last("stat", path: system) }
    let identity = Identity(device: UInt64(status.st_dev), node: UInt64(status.st_ino))
    if ancestors.contains(identity) || ancestors.count >= FolderListing.depthMax { return }
    ancestors.append(identity)
    defer { ancestors.removeLast() }
    for name in try FolderListing.names(stream, system) {
      let first = name.utf8.first
      if first == UInt8(ascii: "_") || first == UInt8(ascii: ".") { continue }
      var status = stat()
      // A link to nowhere, or a file that went away since: not there.
      guard fstatat(descriptor, name, &status, 0) == 0 else { continue }
      switch status.st_mode & S_IFMT {
      case S_IFREG: found.append(ObjectInfo(path: prefix + name, status))
      case S_IFDIR:
        let path = system.utf8.last == UInt8(ascii: "/") ? system + name : system + "/" + name
        let folder = openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if folder < 0 && (errno == ENOENT || errno == ENOTDIR) { continue }
        guard folder >= 0 else { throw .last("opendir", path: path) }
        try visit(folder, path, prefix: prefix + name + "/")
      default: break
      }
    }
  }

  static func names(_ system: String) throws(ObjectStoreError) -> [String] {
    guard let stream = opendir(system) else { throw .last("opendir", path: system) }
    defer { closedir(stream) }
    return try names(stream, system)
  }

  private static func names(_ stream: OpaquePointer, _ system: String) throws(ObjectStoreError)
    -> [String]
  {
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
