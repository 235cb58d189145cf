import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A walk over folders that follows symbolic links, but never into a folder that it is within.
struct FolderListing {
  private struct Identity: Hashable {
    var device: UInt64
    var node: UInt64
  }

  /// A folder that is still to be visited.
  private struct Pending {
    var system: String
    var prefix: String
    /// The folders that it is within.
    var ancestors: [Identity]
  }

  /// Deeper than any layout; a bound for file systems that loop in ways links do not show.
  private static let depthMax = 256
  /// With fewer folders, beginning another thread takes longer than looking into them.
  private static let pendingCountMin = 16

  /// Below that folders are visited from the one that they are in, as their paths may be too long.
  private static let dividedDepthMax = 8

  private var found: [ObjectInfo] = []
  private var ancestors: [Identity] = []
  /// Folders below the one visited; nil where these are visited at once.
  private var pending: [Pending]?

  /// The files below a folder, in no order.
  static func files(_ system: String, prefix: String, _ threads: LocalFolder.Threads?)
    throws(ObjectStoreError) -> [ObjectInfo]
  {
    var status = stat()
    guard stat(system, &status) == 0 else { throw .last("stat", path: system) }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw ObjectStoreError(.notFound, path: system)
    }
    var listing = FolderListing()
    guard let threads else {
      try listing.visit(Pending(system: system, prefix: prefix, ancestors: []), isRoot: true)
      return listing.found
    }
    // Level by level, until there are folders enough to be divided.
    var level = [Pending(system: system, prefix: prefix, ancestors: [])]
    var isRoot = true
    var depth = 0
    while !level.isEmpty && level.count < pendingCountMin && depth < dividedDepthMax {
      listing.pending = []
      for folder in level { try listing.visit(folder, isRoot: isRoot) }
      isRoot = false
      depth += 1
      level = listing.pending ?? []
    }
    if level.isEmpty { return listing.found }
    let parts = try divided(level, threads)
    return listing.found + parts
  }

  /// The files below some folders, each visited by whichever thread is free.
  private static func divided(_ folders: [Pending], _ threads: LocalFolder.Threads)
    throws(ObjectStoreError) -> [ObjectInfo]
  {
    let next = Atomic<Int>(0)
    let results = Mutex<(found: [ObjectInfo], error: ObjectStoreError?)>(([], nil))
    threads { _ in
      var listing = FolderListing()
      var failure: ObjectStoreError?
      while failure == nil {
        let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if number >= folders.count { break }
        do throws(ObjectStoreError) {
          try listing.visit(folders[number], isRoot: false)
        } catch { failure = error }
      }
      let (found, error) = (listing.found, failure)
      results.withLock {
        $0.found += found
        $0.error = $0.error ?? error
      }
    }
    let (found, error) = results.withLock { $0 }
    if let error { throw error }
    return found
  }

  /// Visits a folder; one that went away since it was seen has no files.
  private mutating func visit(_ folder: Pending, isRoot: Bool) throws(ObjectStoreError) {
    let descriptor = open(folder.system, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor < 0 && !isRoot && (errno == ENOENT || errno == ENOTDIR) { return }
    guard descriptor >= 0 else { throw .last("opendir", path: folder.system) }
    ancestors = folder.ancestors
    try visit(descriptor, folder.system, prefix: folder.prefix)
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
    for entry in try FolderListing.entries(stream, system) {
      let name = entry.name
      let first = name.utf8.first
      if first == UInt8(ascii: "_") || first == UInt8(ascii: ".") { continue }
      var isFolder = entry.isFolder
      if !isFolder {
        var status = stat()
        // A link to nowhere, or a file that went away since: not there.
        guard fstatat(descriptor, name, &status, 0) == 0 else { continue }
        switch status.st_mode & S_IFMT {
        case S_IFREG: found.append(ObjectInfo(path: prefix + name, status))
        case S_IFDIR: isFolder = true
        default: break
        }
      }
      if !isFolder { continue }
      let path = system.utf8.last == UInt8(ascii: "/") ? system + name : system + "/" + name
      if pending != nil {
        pending?.append(Pending(system: path, prefix: prefix + name + "/", ancestors: ancestors))
        continue
      }
      let folder = openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      if folder < 0 && (errno == ENOENT || errno == ENOTDIR) { continue }
      guard folder >= 0 else { throw .last("opendir", path: path) }
      try visit(folder, path, prefix: prefix + name + "/")
    }
  }

  /// A name within a folder, and whether the file system says that it is a folder's.
  struct Entry {
    var name: String
    var isFolder: Bool
  }

  /// What is directly within a folder.
  static func entries(_ system: String) throws(ObjectStoreError) -> [Entry] {
    guard let stream = opendir(system) else { throw .last("opendir", path: system) }
    defer { closedir(stream) }
    return try entries(stream, system)
  }

  private static func entries(_ stream: OpaquePointer, _ system: String) throws(ObjectStoreError)
    -> [Entry]
  {
    var entries: [Entry] = []
    errno = 0
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      let isFolder = entry.pointee.d_type == UInt8(DT_DIR)
      if name != ".", name != ".." { entries.append(Entry(name: name, isFolder: isFolder)) }
      errno = 0
    }
    if errno != 0 { throw .last("readdir", path: system) }
    return entries
  }
}
