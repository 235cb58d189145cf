import ObjectStore

#if canImport(Glibc)
  import Glibc
#endif

/// Keeps a second process away from a stream for as long as this value lives, or the process.
struct StreamLock: ~Copyable, Sendable {
  private let descriptor: Int32

  /// Takes the lock of a stream.
  ///
  /// - Parameters:
  ///   - folder: The stream's folder.
  ///   - stream: Its name, for the message.
  /// - Throws: `inUse` while someone else has it.
  init(folder: String, stream: String) throws(LakeWriterError) {
    do throws(ObjectStoreError) { try LocalFolder(folder).makeFolder("") } catch {
      throw LakeWriterError(destination: error, path: folder)
    }
    let path = "\(folder)/lock"
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw LakeWriterError(.destination(String(cString: strerror(errno))), path: path)
    }
    // A killed process may take a moment to go, and so does a child that is being started.
    var attempts = 0
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK, attempts < 25 {
      attempts += 1
      usleep(20_000)
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let isTaken = errno == EWOULDBLOCK
      let words = String(cString: strerror(errno))
      let holder = StreamLock.holder(descriptor)
      close(descriptor)
      guard isTaken else { throw LakeWriterError(.destination(words), path: path) }
      throw LakeWriterError(
        .inUse(stream: stream, process: holder),
        path: path,
        help: "wait until it is done, or choose another name with --stream"
      )
    }
    let text = "\(getpid())\n"
    _ = ftruncate(descriptor, 0)
    // Only for the message above: without it the lock holds all the same.
    _ = text.withCString { pwrite(descriptor, $0, strlen($0), 0) }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// The process that holds the lock of a stream; nil while nobody does.
  static func holder(folder: String) -> Int? {
    let descriptor = open("\(folder)/lock", O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { return nil }
    defer { close(descriptor) }
    if flock(descriptor, LOCK_SH | LOCK_NB) == 0 { return nil }
    return holder(descriptor)
  }

  /// The number of the process that wrote it into the file.
  private static func holder(_ descriptor: Int32) -> Int? {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return Int(String(decoding: bytes.prefix(max(count, 0)).prefix { $0 != 10 }, as: UTF8.self))
  }
}
