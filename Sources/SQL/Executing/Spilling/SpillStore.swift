import ColumnFormat
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A range of a query's temporary file.
struct SpillBlock: Sendable {
  var offset: Int
  var byteCount: Int
  /// How many rows its bytes hold.
  var rowCount: Int
}

/// The temporary file of one query, in which operators put what does not fit their memory.
///
/// The file has no name: it is opened as such, or its name is removed right after it was made. So it is
/// gone when the query ends, however it ends, and also when the process is killed. The room of blocks
/// that were read is used again.
final class SpillStore: Sendable {
  private let folder: String
  private let descriptor = Mutex<Int32>(-1)
  private let room = Mutex(Room())
  /// About how many bytes a block has.
  let blockByteCount: Int

  /// How the file is used.
  private struct Room {
    var end = 0
    var written = 0
    /// Offsets of discarded blocks by the room they take.
    var free: [Int: [Int]] = [:]
  }

  /// - Parameters:
  ///   - folder: Where the file is made, when it is first needed.
  ///   - memoryByteCount: What the query may hold; little memory makes small blocks.
  init(folder: String, memoryByteCount: Int) {
    self.folder = folder
    blockByteCount = min(max(memoryByteCount / 4096, 1 << 10), 256 << 10)
  }

  deinit {
    let file = descriptor.withLock { $0 }
    if file >= 0 { close(file) }
  }

  /// All bytes ever written.
  var byteCount: Int { room.withLock { $0.written } }

  /// Puts bytes into the file.
  func write(_ bytes: UnsafeRawBufferPointer, rowCount: Int) throws(SQLError) -> SpillBlock {
    let file = try open()
    let offset = place(bytes.count)
    var done = 0
    while done < bytes.count, let start = bytes.baseAddress {
      let count = pwrite(file, start + done, bytes.count - done, off_t(offset + done))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw failure("write to") }
      done += count
    }
    return SpillBlock(offset: offset, byteCount: bytes.count, rowCount: rowCount)
  }

  /// The bytes of a block.
  func read(_ block: SpillBlock) throws(SQLError) -> MemoryBlock {
    let file = try open()
    let memory = MemoryBlock(byteCount: block.byteCount)
    var done = 0
    while done < block.byteCount {
      let count = pread(
        file,
        memory.base + done,
        block.byteCount - done,
        off_t(block.offset + done)
      )
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw failure("read") }
      done += count
    }
    return memory
  }

  /// Gives the room of a block to later ones; nobody reads it any more.
  func discard(_ block: SpillBlock) {
    room.withLock { $0.free[SpillStore.room(block.byteCount), default: []].append(block.offset) }
  }

  /// Where a block of so many bytes may lie.
  private func place(_ byteCount: Int) -> Int {
    let size = SpillStore.room(byteCount)
    return room.withLock { room in
      room.written += byteCount
      if let known = room.free[size]?.popLast() { return known }
      defer { room.end += size }
      return room.end
    }
  }

  /// The room that a block takes: in eight steps for each power of two, so that a discarded block's
  /// suits many others.
  private static func room(_ byteCount: Int) -> Int {
    let exponent = Int.bitWidth - 1 - max(byteCount - 1, 1).leadingZeroBitCount
    let step = max(1 << max(exponent - 3, 0), 512)
    return (byteCount + step - 1) / step * step
  }

  private func open() throws(SQLError) -> Int32 {
    let file = descriptor.withLock { file in
      if file < 0 { file = SpillStore.unnamedFile(in: folder) }
      return file
    }
    guard file >= 0 else { throw failure("make") }
    return file
  }

  /// A file that no folder lists; negative where there can be none.
  private static func unnamedFile(in folder: String) -> Int32 {
    // `O_TMPFILE`, which Glibc's module leaves out: a bit of its own and O_DIRECTORY.
    let temporary: Int32 = 0o20_000_000 | O_DIRECTORY
    let file = Glibc.open(folder, temporary | O_RDWR | O_CLOEXEC, 0o600)
    return file >= 0 ? file : removedFile(in: folder)
  }

  /// What names begin with that files have for a moment.
  private static let prefix = ".lake-spill-"

  /// A file whose name is removed at once, for file systems that have none without a name.
  ///
  /// A process that is killed in between leaves an empty file; such ones are removed, too.
  static func removedFile(in folder: String) -> Int32 {
    removeLeftovers(in: folder)
    var template = Array("\(folder)/\(prefix)XXXXXX".utf8CString)
    let named = mkstemp(&template)
    if named >= 0 {
      unlink(template)
      _ = fcntl(named, F_SETFD, FD_CLOEXEC)
    }
    return named
  }

  private static func removeLeftovers(in folder: String) {
    guard let stream = opendir(folder) else { return }
    defer { closedir(stream) }
    let now = time(nil)
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard name.hasPrefix(prefix) else { continue }
      let path = "\(folder)/\(name)"
      var status = stat()
      // A name that is a minute old is nobody's any more.
      if lstat(path, &status) == 0, status.st_size == 0, now - status.st_mtim.tv_sec > 60 {
        unlink(path)
      }
    }
  }

  private func failure(_ verb: String) -> SQLError {
    let reason = String(cString: strerror(errno))
    return SQLError(
      .exceededMemory,
      "the query needs more memory than it may take, and lake cannot \(verb) a temporary file in "
        + "'\(folder)': \(reason)",
      help: "name a folder with more room by --temp-dir, or raise the limit with --memory"
    )
  }
}
