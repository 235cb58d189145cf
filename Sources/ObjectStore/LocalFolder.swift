import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A store whose objects are the files below a folder of this machine.
///
/// Paths that begin with `/` stand for themselves, so that one store also reaches tables which lie
/// elsewhere.
public struct LocalFolder: ObjectStore {
  /// The folder that relative paths start from.
  public let root: String

  /// A store in a folder, which need not exist yet.
  public init(_ root: String) {
    var trimmed = root[...]
    while trimmed.count > 1, trimmed.last == "/" { trimmed.removeLast() }
    self.root = trimmed.isEmpty ? "." : String(trimmed)
  }

  /// The path that the system knows an object by.
  public func systemPath(_ path: String) -> String {
    if path.isEmpty { return root }
    if path.utf8.first == UInt8(ascii: "/") { return path }
    return root == "/" ? "/" + path : root + "/" + path
  }

  /// The facts about one file.
  public func info(_ path: String) throws(ObjectStoreError) -> ObjectInfo {
    var status = stat()
    guard stat(systemPath(path), &status) == 0 else { throw .last("stat", path: path) }
    if status.st_mode & S_IFMT == S_IFDIR { throw ObjectStoreError(.notFound, path: path) }
    return ObjectInfo(path: path, status)
  }

  /// The bytes of a file, or those of a range that are there.
  public func read(_ path: String, range: Range<Int>?) throws(ObjectStoreError) -> [UInt8] {
    let file = try OpenFile(systemPath(path), flags: O_RDONLY)
    let status = try file.status()
    if status.st_mode & S_IFMT == S_IFDIR { throw ObjectStoreError(.notFound, path: path) }
    let byteCount = Int(status.st_size)
    let whole = 0..<byteCount
    return try file.readAll(range.map { $0.clamped(to: whole) } ?? whole)
  }

  /// Writes a hidden file beside the target, syncs it and renames it over the target.
  public func put(_ bytes: [UInt8], at path: String) throws(ObjectStoreError) {
    let target = systemPath(path)
    let temporary = try writeTemporary(bytes, beside: target)
    guard rename(temporary, target) == 0 else {
      let error = ObjectStoreError.last("rename", path: path)
      unlink(temporary)
      throw error
    }
    try LocalFolder.sync(folderOf: target)
  }

  /// Writes a hidden file beside the target, syncs it and links it to the name if that is free.
  public func putIfAbsent(_ bytes: [UInt8], at path: String) throws(ObjectStoreError) {
    let target = systemPath(path)
    let temporary = try writeTemporary(bytes, beside: target)
    defer { unlink(temporary) }
    // A link fails if the name is taken and appears with all its bytes: it is both the exclusive
    // creation and the commit.
    guard link(temporary, target) == 0 else {
      var error = ObjectStoreError.last("link", path: path)
      error.path = path
      throw error
    }
    try LocalFolder.sync(folderOf: target)
  }

  /// Removes a file or an empty folder.
  public func delete(_ path: String) throws(ObjectStoreError) {
    let target = systemPath(path)
    guard remove(target) == 0 else {
      if errno == ENOENT { return }
      throw .last("remove", path: path)
    }
  }

  /// Makes a folder and those above it.
  public func makeFolder(_ path: String) throws(ObjectStoreError) {
    try LocalFolder.makeFolders(systemPath(path))
  }

  /// Distinguishes temporary files of one process.
  private static let temporaryNumber = Atomic<Int>(0)

  private func writeTemporary(_ bytes: [UInt8], beside target: String) throws(ObjectStoreError)
    -> String
  {
    let folder = LocalFolder.parent(of: target)
    try LocalFolder.makeFolders(folder)
    let number = LocalFolder.temporaryNumber.add(1, ordering: .relaxed).newValue
    let name = target.utf8.lastIndex(of: UInt8(ascii: "/")).map {
      String(target[target.utf8.index(after: $0)...])
    }
    let temporary = "\(folder)/.\(name ?? target).\(getpid())-\(number).tmp"
    do throws(ObjectStoreError) {
      let file = try OpenFile(temporary, flags: O_WRONLY | O_CREAT | O_TRUNC)
      try file.writeAll(bytes)
      try file.sync()
    } catch {
      unlink(temporary)
      throw error
    }
    return temporary
  }

  private static func parent(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func makeFolders(_ path: String) throws(ObjectStoreError) {
    if mkdir(path, 0o755) == 0 { return }
    switch errno {
    case EEXIST:
      var status = stat()
      guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
        throw ObjectStoreError(
          .system(call: "mkdir", message: "a file of this name is in the way"),
          path: path
        )
      }
    case ENOENT where path.utf8.contains(UInt8(ascii: "/")):
      try makeFolders(parent(of: path))
      if mkdir(path, 0o755) != 0, errno != EEXIST { throw .last("mkdir", path: path) }
      try sync(folderOf: path)
    default: throw .last("mkdir", path: path)
    }
  }

  /// Makes the names in a folder survive a power loss.
  private static func sync(folderOf path: String) throws(ObjectStoreError) {
    let folder = try OpenFile(parent(of: path), flags: O_RDONLY | O_DIRECTORY)
    try folder.sync()
  }
}

extension ObjectInfo {
  init(path: String, _ status: stat) {
    let modified = ObjectInfo.nanos(status.st_mtim)
    let changed = ObjectInfo.nanos(status.st_ctim)
    var tag: UInt64 = 0x9E37_79B9_7F4A_7C15
    for word in [
      UInt64(status.st_dev), UInt64(status.st_ino), UInt64(bitPattern: Int64(status.st_size)),
      UInt64(bitPattern: modified), UInt64(bitPattern: changed),
    ] {
      let product = (tag ^ word).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
      tag = product.high ^ product.low &+ word
    }
    self.init(
      path: path,
      byteCount: Int(status.st_size),
      modifiedNanos: modified,
      changedNanos: max(modified, changed),
      tag: max(tag, 1)
    )
  }

  private static func nanos(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
