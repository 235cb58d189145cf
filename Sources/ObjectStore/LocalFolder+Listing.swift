#if canImport(Glibc)
  import Glibc
#endif

extension LocalFolder {
  /// Calls its argument on some threads, each with a number of its own, and returns when all calls have.
  public typealias Threads = (_ body: @escaping @Sendable (_ worker: Int) -> Void) -> Void

  /// All files below a folder, following links but never in circles.
  public func list(_ folder: String) throws(ObjectStoreError) -> [ObjectInfo] {
    try list(folder, threads: nil)
  }

  /// The same with the help of others.
  ///
  /// - Parameters:
  ///   - folder: Where to begin, relative to this one.
  ///   - threads: What divides the folders of a large tree among threads; nil for this one alone.
  /// - Returns: The files, sorted by path.
  /// - Throws: `notFound` where there is no such folder, and what the system says of one below it.
  public func list(_ folder: String, threads: Threads?) throws(ObjectStoreError)
    -> [ObjectInfo]
  {
    let prefix = folder.isEmpty || folder.utf8.last == UInt8(ascii: "/") ? folder : folder + "/"
    let found = try FolderListing.files(systemPath(folder), prefix: prefix, threads)
    return found.sorted { ObjectInfo.precedes($0.path, $1.path) }
  }

  /// All names directly within a folder, hidden ones included.
  package func allNames(in folder: String) throws(ObjectStoreError) -> [String] {
    try FolderListing.entries(systemPath(folder)).map(\.name)
  }

  /// The names directly within a folder, sorted.
  public func entries(of folder: String) throws(ObjectStoreError) -> [FolderEntry] {
    let system = systemPath(folder)
    var entries: [FolderEntry] = []
    for name in try FolderListing.entries(system).map(\.name)
    where name.utf8.first != UInt8(ascii: ".") {
      var status = stat()
      guard stat(system + "/" + name, &status) == 0 else { continue }
      entries.append(FolderEntry(name: name, isFolder: status.st_mode & S_IFMT == S_IFDIR))
    }
    return entries.sorted { ObjectInfo.precedes($0.name, $1.name) }
  }
}
