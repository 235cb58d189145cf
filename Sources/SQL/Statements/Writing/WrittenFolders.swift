import ObjectStore

#if canImport(Glibc)
  import Glibc
#endif

/// What statements that write do to folders, each step so that it survives a power loss.
enum WrittenFolders {
  static func failure(_ call: String, _ path: String) -> SQLError {
    SQLError(.hiveFileSystem, "cannot \(call) '\(path)': \(String(cString: strerror(errno)))")
  }

  static func make(_ path: String) throws(SQLError) {
    do throws(ObjectStoreError) { try LocalFolder(path).makeFolder("") } catch {
      throw SQLError(.hiveFileSystem, error.message)
    }
  }

  /// Makes the names in a folder survive a power loss.
  static func sync(_ path: String) throws(SQLError) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("open", path) }
    defer { close(descriptor) }
    while fsync(descriptor) != 0 {
      if errno != EINTR { throw failure("sync", path) }
    }
  }

  /// Renames a file or folder.
  ///
  /// - Returns: False where there is nothing under the old name.
  @discardableResult
  static func move(_ from: String, to: String) throws(SQLError) -> Bool {
    if rename(from, to) == 0 { return true }
    if errno == ENOENT { return false }
    throw failure("rename to", to)
  }

  static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  /// Removes a folder with all in it, as far as the system lets it.
  static func remove(_ path: String) {
    for name in names(path) {
      let inner = "\(path)/\(name)"
      if unlink(inner) != 0 { remove(inner) }
    }
    rmdir(path)
  }

  /// All names in a folder, hidden ones too; none where there is no such folder.
  static func names(_ path: String) -> [String] {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// The path from the root.
  static func absolute(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    guard let folder = getcwd(nil, 0) else { return path }
    defer { free(folder) }
    return "\(String(cString: folder))/\(path)"
  }

  static func parent(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  static func name(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
    return String(path[path.utf8.index(after: slash)...])
  }

  static func put(_ text: String, at path: String) throws(SQLError) {
    do throws(ObjectStoreError) { try LocalFolder("").put(Array(text.utf8), at: path) } catch {
      throw SQLError(.hiveFileSystem, error.message)
    }
  }
}

/// A folder that belongs to this process for as long as the value lives.
struct FolderLock: ~Copyable {
  private let descriptor: Int32

  /// Takes the lock; nil while another process has it, or where there is no folder.
  init?(_ path: String) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor < 0 { return nil }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      return nil
    }
    self.descriptor = descriptor
  }

  /// Makes a folder and takes its lock.
  ///
  /// Between the two another process may take the folder for one that a killed statement has left, and
  /// remove it.
  ///
  /// - Throws: Where it cannot be made, or others hold it for seconds.
  static func making(_ path: String) throws(SQLError) -> FolderLock {
    for _ in 0..<1000 {
      try WrittenFolders.make(path)
      if let lock = FolderLock(path), lock.isHeld(at: path) { return lock }
      usleep(5000)
    }
    throw SQLError(.hiveFileSystem, "cannot lock '\(path)'")
  }

  /// Whether the path still leads to the folder that is locked.
  private func isHeld(at path: String) -> Bool {
    var (mine, there) = (stat(), stat())
    return fstat(descriptor, &mine) == 0 && stat(path, &there) == 0
      && mine.st_ino == there.st_ino && mine.st_dev == there.st_dev
  }

  deinit { close(descriptor) }
}
