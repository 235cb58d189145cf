import CExchange
import ColumnFormat
import ObjectStore

#if canImport(Glibc)
  import Glibc
#endif

/// Files that are written and synced but not visible yet, and how they become visible.
///
/// They lie in one hidden folder on the same file system as their target, so that a rename shows
/// them whole and what a crash leaves is found without walking over all partitions.
struct StagedFiles: Sendable {
  /// A tree that a delivery writes to.
  enum Area: String, Sendable, CaseIterable {
    case data
    case rejects
    /// Records as they were read.
    case backup
  }

  private let stream: String
  private let dataFolder: String
  private let rejectsFolder: String
  /// Nil where nothing is backed up.
  private let backupFolder: String?
  private let retry: RetryBudget
  private let threadCount: Int

  init(
    stream: String,
    dataFolder: String,
    rejectsFolder: String,
    backupFolder: String?,
    retry: RetryBudget,
    threadCount: Int
  ) {
    self.retry = retry
    self.threadCount = threadCount
    self.stream = stream
    self.dataFolder = dataFolder
    self.rejectsFolder = rejectsFolder
    self.backupFolder = backupFolder
  }

  /// The areas that there are.
  private var areas: [Area] { backupFolder == nil ? [.data, .rejects] : Area.allCases }

  private func root(_ area: Area) -> String {
    switch area {
    case .data: dataFolder
    case .rejects: rejectsFolder
    case .backup: backupFolder ?? rejectsFolder
    }
  }

  /// Where the unfinished files of the stream lie.
  func folder(_ area: Area) -> String { "\(root(area))/_unfinished-\(stream)" }

  /// Makes the folders of all areas.
  func prepare() throws(LakeWriterError) {
    for area in areas {
      do throws(ObjectStoreError) { try LocalFolder(folder(area)).makeFolder("") } catch {
        throw LakeWriterError(destination: error, path: folder(area))
      }
    }
  }

  /// A new file; writes that the disk refuses are tried again.
  func sink(_ path: String) throws(LakeWriterError) -> FileSink {
    let sink = try retry.attempt { () throws(LakeWriterError) in
      do throws(ColumnFormatError) { return try FileSink(path: path) } catch {
        throw LakeWriterError(destination: error, path: path)
      }
    }
    let attempts = RetryBudget.Attempts(retry)
    sink.isTriedAgain = { attempts.isTriedAgain(LakeWriterError(destination: $0, path: path)) }
    return sink
  }

  /// Writes the rows of a partition as a Parquet file and returns its size in bytes.
  ///
  /// The disk has it only after ``sync(_:)``.
  func write(
    _ rows: PartitionBuffer,
    schema: Schema,
    name: String,
    options: WriterOptions
  ) throws(LakeWriterError) -> Int {
    let path = "\(folder(.data))/\(name)"
    let sink = try sink(path)
    do throws(ColumnFormatError) {
      var writer = try ParquetWriter(sink: sink, schema: schema, options: options)
      while let batch = try rows.next() { try writer.write(batch) }
      let written = try writer.finish()
      try sink.close()
      StagedFiles.beginSync(path)
      return written.byteCount
    } catch {
      unlink(path)
      throw LakeWriterError(destination: error, path: path)
    }
  }

  /// Writes a file of bytes; the disk has it only after ``sync(_:)``.
  func write(_ bytes: [UInt8], _ area: Area, name: String) throws(LakeWriterError) {
    let path = "\(folder(area))/\(name)"
    let memory = Buffer<UInt8>(bytes)
    let sink = try sink(path)
    do throws(ColumnFormatError) {
      try sink.write(UnsafeRawBufferPointer(memory.values))
      try sink.close()
      StagedFiles.beginSync(path)
    } catch {
      unlink(path)
      throw LakeWriterError(destination: error, path: path)
    }
  }

  /// Waits until the disk has unfinished files.
  ///
  /// That is done for all files of a commit together: while each waited for the disk alone, the
  /// processors were idle for a quarter of the time. What the disk refuses is never asked for again, as
  /// the system may have dropped what it could not write.
  func sync(_ renames: [Checkpoint.Rename]) throws(LakeWriterError) {
    try shareOut(renames.map { "\(folder($0.area))/\($0.name)" }) {
      (path) throws(LakeWriterError) in
      try StagedFiles.sync(file: path)
    }
  }

  /// Does something for each of many paths, on several threads where they are many: each step waits for
  /// the disk, or for a lock of the file system.
  ///
  /// - Throws: The first refusal; what comes after it is done all the same.
  private func shareOut(
    _ paths: [String],
    _ body: @escaping @Sendable (String) throws(LakeWriterError) -> Void
  ) throws(LakeWriterError) {
    let failures = WorkerThreads.map(
      count: paths.count,
      threadCount: min(threadCount, paths.count / StagedFiles.pathCountMin)
    ) { index, _ -> LakeWriterError? in
      do throws(LakeWriterError) {
        try body(paths[index])
        return nil
      } catch {
        return error
      }
    }
    if let failure = failures.lazy.compactMap({ $0 }).first { throw failure }
  }

  /// Fewer paths for each are not worth a thread's start.
  private static let pathCountMin = 8

  /// Lets the disk begin with a file; where that is refused it begins later.
  private static func beginSync(_ path: String) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { return }
    lake_begin_sync(descriptor)
    close(descriptor)
  }

  private static func sync(file: String) throws(LakeWriterError) {
    let descriptor = open(file, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw refusal(file) }
    defer { close(descriptor) }
    while fsync(descriptor) != 0 {
      if errno != EINTR { throw refusal(file) }
    }
  }

  /// Makes the names of the unfinished files survive a power loss.
  func sync() throws(LakeWriterError) {
    for area in areas { try StagedFiles.sync(folder: folder(area)) }
  }

  /// Makes files visible; those that are so already are passed over.
  ///
  /// - Parameters:
  ///   - renames: The files of a checkpoint.
  ///   - replaced: Partitions that are to hold only the files of these names.
  ///   - renamed: Called after each rename.
  /// - Throws: When a rename is refused; those before it are done.
  func publish(
    _ renames: [Checkpoint.Rename],
    replaced: [(folder: String, names: [String])],
    renamed: () throws(LakeWriterError) -> Void = {}
  ) throws(LakeWriterError) {
    var folders: Set<String> = []
    for (folder, names) in replaced {
      try PartitionSwap(root: dataFolder, staging: self.folder(.data)).replace(folder, with: names)
      try renamed()
    }
    for file in renames { folders.insert("\(root(file.area))/\(file.folder)") }
    let targets = folders.sorted()
    try shareOut(targets) { (target) throws(LakeWriterError) in
      do throws(ObjectStoreError) { try LocalFolder(target).makeFolder("") } catch {
        throw LakeWriterError(destination: error, path: target)
      }
    }
    for file in renames {
      let target = "\(root(file.area))/\(file.folder)"
      if rename("\(folder(file.area))/\(file.name)", "\(target)\(file.name)") != 0 {
        // It was renamed before a crash; nobody but the stream itself removes unfinished files.
        if errno == ENOENT { continue }
        throw StagedFiles.refusal("\(target)\(file.name)")
      }
      try renamed()
    }
    try shareOut(targets) { (target) throws(LakeWriterError) in
      try StagedFiles.sync(folder: target)
    }
  }

  /// Removes what no checkpoint lists, left by a crash.
  ///
  /// - Parameter kept: Names that the last checkpoint holds back.
  /// - Throws: When the disk refuses.
  func removeAll(except kept: Set<String>) throws(LakeWriterError) {
    for area in areas {
      let store = LocalFolder(folder(area))
      do throws(ObjectStoreError) {
        for entry in try store.entries(of: "") where !kept.contains(entry.name) {
          if entry.isFolder {
            for name in try store.allNames(in: entry.name) {
              try store.delete("\(entry.name)/\(name)")
            }
          }
          try store.delete(entry.name)
        }
      } catch {
        if error.kind == .notFound { continue }
        throw LakeWriterError(destination: error, path: folder(area))
      }
    }
  }

  /// Removes unfinished data files that others have replaced.
  func removeUnfinished(_ names: [String]) throws(LakeWriterError) {
    for name in names where unlink("\(folder(.data))/\(name)") != 0 && errno != ENOENT {
      throw StagedFiles.refusal("\(folder(.data))/\(name)")
    }
  }

  /// Removes visible rejects that others have replaced; those that are gone are passed over.
  func removeRejects(_ paths: [String]) throws(LakeWriterError) {
    var folders: Set<String> = []
    for path in paths {
      let place = "\(rejectsFolder)/\(path)"
      if unlink(place) == 0 {
        folders.insert(place.lastIndex(of: "/").map { String(place[..<$0]) } ?? rejectsFolder)
      } else if errno != ENOENT {
        throw StagedFiles.refusal(place)
      }
    }
    for folder in folders.sorted() { try StagedFiles.sync(folder: folder) }
  }

  /// Refuses partitions that cannot be replaced; see ``PartitionSwap``.
  func validateReplacement(of folders: Set<String>) throws(LakeWriterError) {
    try PartitionSwap(root: dataFolder, staging: folder(.data)).validate(folders)
  }

  /// Removes the folders of unfinished files where they are empty.
  func removeFolders() {
    for area in areas { rmdir(folder(area)) }
  }

  static func sync(folder: String) throws(LakeWriterError) {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor < 0 { throw StagedFiles.refusal(folder) }
    defer { close(descriptor) }
    if fsync(descriptor) != 0 { throw StagedFiles.refusal(folder) }
  }

  static func refusal(_ path: String) -> LakeWriterError {
    LakeWriterError(
      .destination(String(cString: strerror(errno))),
      path: path,
      help: LakeWriterError.keepsDelivered
    )
  }
}

extension LakeWriterError {
  static let keepsDelivered =
    "make room or grant access, then run the command again with --resume: nothing is lost"

  /// A refusal of the Parquet writer.
  init(destination error: ColumnFormatError, path: String) {
    switch error.kind {
    case .system(_, let message):
      self.init(.destination(message), path: path, help: LakeWriterError.keepsDelivered)
    default: self.init(.destination(error.message), path: path)
    }
  }

  /// A refusal of the object store.
  init(destination error: ObjectStoreError, path: String) {
    if error.kind == .notFound, let file = LakeWriterError.file(above: path) {
      self.init(
        .destination("'\(file)' is a file"),
        path: path,
        help: "move it away, or choose another destination"
      )
      return
    }
    let words =
      switch error.kind {
      case .notFound: "there is no such folder"
      case .alreadyExists: "the name is taken"
      case .full: "No space left on device"
      case .system(_, let message): message
      }
    self.init(.destination(words), path: path, help: LakeWriterError.keepsDelivered)
  }

  /// What is no folder among those that a path goes through; nil where all are folders, or not there.
  private static func file(above path: String) -> String? {
    var end = path.startIndex
    while let slash = path[end...].dropFirst().firstIndex(of: "/") {
      var status = stat()
      let folder = String(path[..<slash])
      if stat(folder, &status) == 0, status.st_mode & S_IFMT != S_IFDIR { return folder }
      end = slash
    }
    return nil
  }
}
